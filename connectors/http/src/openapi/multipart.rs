//! `multipart/form-data` (RFC 7578) of texts; files are not sent.

use sha2::{Digest, Sha256};

/// How much of a digest parts the fields: it is made of their contents, so that none of them holds it.
const BOUNDARY_BYTES: usize = 16;

pub(super) struct Part {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) is_json: bool,
}

/// The body, and its type with what parts the fields.
pub(super) fn write(parts: &[Part]) -> (Vec<u8>, String) {
    let mut digest = Sha256::new();
    parts.iter().for_each(|part| {
        digest.update(&part.name);
        digest.update(&part.text);
    });
    let boundary: String = digest.finalize()[..BOUNDARY_BYTES].iter().map(|byte| format!("{byte:02x}")).collect();
    let mut body = String::new();
    for part in parts {
        let kind = if part.is_json { "Content-Type: application/json\r\n" } else { "" };
        let name = part.name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        body.push_str(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n{kind}\r\n{}\r\n",
            part.text
        ));
    }
    body.push_str(&format!("--{boundary}--\r\n"));
    (body.into_bytes(), format!("multipart/form-data; boundary={boundary}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_apart_and_names_stay_in_their_quotes() {
        let part = |name: &str, text: &str, is_json| Part { name: name.into(), text: text.into(), is_json };
        let (body, kind) = write(&[part("a\"\r\nb", "سلام", false), part("c", "{}", true)]);
        let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"a%22%0D%0Ab\"\r\n\r\nسلام\r\n--{boundary}\r\nContent-Disposition: \
             form-data; name=\"c\"\r\nContent-Type: application/json\r\n\r\n{{}}\r\n--{boundary}--\r\n"
        );
        assert_eq!(String::from_utf8(body).unwrap(), expected);
        assert_ne!(write(&[part("a", "1", false)]).1, write(&[part("a", "2", false)]).1);
    }
}
