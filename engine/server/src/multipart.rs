//! Forms with files (`multipart/form-data`, RFC 7578) as browsers post them: read as a whole, within limits.
//!
//! Knows fields and files, and nothing of what they are for.

use axum::extract::{FromRequest, Request};
use axum::http::header;

use crate::body;
use crate::form::Posted;
use crate::options::App;
use crate::problem::{Code, Problem};

/// Longest posted form with files, in bytes.
pub const UPLOAD_BYTES_MAX: usize = 16 << 20;
/// Most parts of one form: a file each, and its fields.
pub const PARTS_MAX: usize = 6_000;
/// Longest boundary between parts, in bytes (RFC 2046).
const BOUNDARY_BYTES_MAX: usize = 70;

/// A file as it was sent: the name or path that the browser gave it, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentFile {
    pub path: String,
    pub bytes: Vec<u8>,
}

/// What was posted: fields in their order, and files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upload {
    pub fields: Posted,
    pub files: Vec<SentFile>,
}

impl FromRequest<App> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = media.and_then(boundary).ok_or(Problem::new(Code::MediaType))?;
        let bytes = body::read(request.into_body(), UPLOAD_BYTES_MAX).await?;
        parse(&bytes, &boundary)
    }
}

/// `multipart/form-data; boundary=X`.
fn boundary(media: &str) -> Option<String> {
    let (essence, parameters) = media.split_once(';')?;
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let named = |part: &str| {
        let (name, value) = part.trim().split_once('=')?;
        name.eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"').to_owned())
    };
    let found = parameters.split(';').find_map(named)?;
    (!found.is_empty() && found.len() <= BOUNDARY_BYTES_MAX).then_some(found)
}

fn parse(bytes: &[u8], boundary: &str) -> Result<Upload, Problem> {
    let broken = || Problem::new(Code::FormBroken);
    let mark = format!("--{boundary}");
    let mut rest = bytes.strip_prefix(mark.as_bytes()).ok_or_else(broken)?;
    let between = format!("\r\n{mark}");
    let mut upload = Upload::default();
    for _ in 0..=PARTS_MAX {
        if rest.starts_with(b"--") {
            return Ok(upload);
        }
        let part = rest.strip_prefix(b"\r\n").ok_or_else(broken)?;
        let length = find(part, between.as_bytes()).ok_or_else(broken)?;
        take(&part[..length], &mut upload)?;
        rest = &part[length + between.len()..];
    }
    Err(Problem::new(Code::TooManyParts).with("limit", PARTS_MAX as i64))
}

fn take(part: &[u8], upload: &mut Upload) -> Result<(), Problem> {
    let broken = || Problem::new(Code::FormBroken);
    let end = find(part, b"\r\n\r\n").ok_or_else(broken)?;
    let head = std::str::from_utf8(&part[..end]).map_err(|_| Problem::new(Code::NotUtf8))?;
    let bytes = &part[end + 4..];
    let is_disposition = |line: &&str| line.to_ascii_lowercase().starts_with("content-disposition:");
    let disposition = head.split("\r\n").find(is_disposition).ok_or_else(broken)?;
    let name = parameter(disposition, "name").ok_or_else(broken)?;
    match parameter(disposition, "filename") {
        // A field of files in which none was chosen.
        Some(path) if path.is_empty() && bytes.is_empty() => {}
        Some(path) => upload.files.push(SentFile { path, bytes: bytes.to_vec() }),
        None => {
            let text = String::from_utf8(bytes.to_vec()).map_err(|_| Problem::new(Code::NotUtf8))?;
            upload.fields.0.push((name, text));
        }
    }
    Ok(())
}

/// `name="x"` of a line; browsers write a quote as `%22`, and the ends of lines as `%0D` and `%0A`.
fn parameter(line: &str, name: &str) -> Option<String> {
    let start = format!("; {name}=\"");
    let at = line.find(&start)? + start.len();
    let value = &line[at..at + line[at..].find('"')?];
    Some(value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let (first, rest) = wanted.split_first()?;
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| byte == first).map(|at| from + at) {
        if bytes[at + 1..].starts_with(rest) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(head: &str, body: &str) -> String {
        format!("--X\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
    }

    #[test]
    fn fields_and_files_come_as_they_were_sent() {
        let body = [
            part("name=\"note\"", "یادداشت\r\n--X of a line"),
            part("name=\"folder\"; filename=\"pack/rules/الف %22b%22.yaml\"\r\nContent-Type: text/yaml", "a\r\nb\n"),
            part("name=\"files\"; filename=\"\"\r\nContent-Type: application/octet-stream", ""),
            part("name=\"/date\"", ""),
        ];
        let whole = body.concat() + "--X--\r\n";
        // A line of a field that begins like a boundary is none: it would have been chosen otherwise.
        assert_eq!(parse(whole.as_bytes(), "X").unwrap_err().code, Code::FormBroken);
        let whole = whole.replace("--X of", "-- X of");
        let upload = parse(whole.as_bytes(), "X").unwrap();
        assert_eq!(upload.fields.get("note"), "یادداشت\r\n-- X of a line");
        assert_eq!(upload.fields.given("/date"), None);
        let file = SentFile { path: "pack/rules/الف \"b\".yaml".into(), bytes: b"a\r\nb\n".to_vec() };
        assert_eq!(upload.files, [file]);
    }

    #[test]
    fn what_is_no_such_form_is_refused() {
        for text in ["", "x", "--X", "--X\r\n", "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nnever ends"] {
            assert_eq!(parse(text.as_bytes(), "X").unwrap_err().code, Code::FormBroken, "{text}");
        }
        let nameless = "--X\r\nContent-Type: text/plain\r\n\r\n\r\n--X--\r\n";
        assert_eq!(parse(nameless.as_bytes(), "X").unwrap_err().code, Code::FormBroken);
        let many = part("name=\"a\"", "1").repeat(PARTS_MAX + 1) + "--X--";
        assert_eq!(parse(many.as_bytes(), "X").unwrap_err().code, Code::TooManyParts);
        let most = part("name=\"a\"", "1").repeat(PARTS_MAX) + "--X--";
        assert_eq!(parse(most.as_bytes(), "X").unwrap().fields.0.len(), PARTS_MAX);
    }

    #[test]
    fn the_boundary_stands_in_the_media_type() {
        assert_eq!(boundary("multipart/form-data; boundary=----a1").as_deref(), Some("----a1"));
        assert_eq!(boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"b c\"").as_deref(), Some("b c"));
        for wrong in
            ["multipart/form-data", "multipart/mixed; boundary=a", "multipart/form-data; boundary=", "text/plain"]
        {
            assert_eq!(boundary(wrong), None, "{wrong}");
        }
    }
}
