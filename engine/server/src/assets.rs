//! Style sheet, icon and font, embedded or read at the start, under addresses that change with their content.

use std::path::Path as FilePath;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::options::App;
use crate::path::Path;
use crate::problem::{Code, Problem};

/// Longest font file that is served, in bytes.
const FONT_BYTES_MAX: u64 = 4 << 20;
/// How long browsers keep what has its hash in its address, and what has not, in seconds.
const HASHED_CACHE: &str = "public, max-age=31536000, immutable";
const PLAIN_CACHE: &str = "public, max-age=86400";

const STYLE: &str = include_str!("../assets/style.css");
/// Months, closures, operations and deadlines.
const TIME_STYLE: &str = include_str!("../assets/time.css");
const ICON: &str = include_str!("../assets/icon.svg");

struct Asset {
    name: String,
    media: &'static str,
    cache: &'static str,
    bytes: Vec<u8>,
}

/// All files below `/assets/`.
pub struct Assets {
    files: Vec<Asset>,
    style_path: String,
}

impl Assets {
    /// Reads the font, if one is named.
    pub fn new(font_file: Option<&FilePath>) -> std::io::Result<Self> {
        let mut files = vec![Asset {
            name: "icon.svg".to_owned(),
            media: "image/svg+xml",
            cache: PLAIN_CACHE,
            bytes: ICON.as_bytes().to_vec(),
        }];
        let mut style = style();
        if let Some(path) = font_file {
            let bytes = read_font(path)?;
            let name = format!("vazirmatn.{}.woff2", short_hash(&bytes));
            style.insert_str(0, &font_face(&name));
            files.push(Asset { name, media: "font/woff2", cache: HASHED_CACHE, bytes });
        }
        let name = format!("style.{}.css", short_hash(style.as_bytes()));
        let style_path = format!("/assets/{name}");
        files.push(Asset { name, media: "text/css; charset=utf-8", cache: HASHED_CACHE, bytes: style.into_bytes() });
        Ok(Self { files, style_path })
    }

    pub fn style_path(&self) -> &str {
        &self.style_path
    }
}

/// The whole style sheet. Drawings of flows bring no style into a page: its policy lets in only that of this file.
pub fn style() -> String {
    [STYLE, TIME_STYLE, peygir_explain::STYLE].join("\n")
}

fn read_font(path: &FilePath) -> std::io::Result<Vec<u8>> {
    let refused = |what: &str| std::io::Error::other(format!("font file {}: {what}", path.display()));
    let length = std::fs::metadata(path).map_err(|error| refused(&error.to_string()))?.len();
    if length > FONT_BYTES_MAX {
        return Err(refused("is longer than 4 MiB"));
    }
    let bytes = std::fs::read(path).map_err(|error| refused(&error.to_string()))?;
    if !bytes.starts_with(b"wOF2") {
        return Err(refused("is no WOFF2 font"));
    }
    Ok(bytes)
}

fn font_face(name: &str) -> String {
    format!(
        "@font-face{{font-family:Vazirmatn;src:url(/assets/{name}) format(\"woff2\");\
         font-weight:100 900;font-display:swap}}\n"
    )
}

/// 16 hexadecimal digits of the content's SHA-256.
fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

pub async fn serve(State(app): State<App>, Path(file): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let asset = app.assets.files.iter().find(|asset| asset.name == file).ok_or(Problem::new(Code::NotFound))?;
    let tag = format!("\"{}\"", short_hash(&asset.bytes));
    let tag_value = HeaderValue::from_str(&tag).map_err(|error| Problem::internal(&error))?;
    let caching = [(header::CACHE_CONTROL, HeaderValue::from_static(asset.cache)), (header::ETAG, tag_value)];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let media = [(header::CONTENT_TYPE, HeaderValue::from_static(asset.media))];
    Ok((caching, media, asset.bytes.clone()).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_change_with_the_content() {
        let plain = Assets::new(None).unwrap();
        assert_eq!(plain.files.len(), 2);
        let path = std::env::temp_dir().join(format!("peygir-font-{}.woff2", std::process::id()));
        std::fs::write(&path, b"wOF2-and-so-on").unwrap();
        let with_font = Assets::new(Some(&path)).unwrap();
        std::fs::write(&path, b"not a font").unwrap();
        assert!(Assets::new(Some(&path)).is_err());
        std::fs::remove_file(&path).unwrap();
        assert!(Assets::new(Some(&path)).is_err());
        assert_ne!(plain.style_path(), with_font.style_path());
        let font = with_font.files.iter().find(|asset| asset.media == "font/woff2").unwrap();
        let style = with_font.files.iter().find(|asset| asset.name.ends_with(".css")).unwrap();
        assert!(String::from_utf8_lossy(&style.bytes).contains(&font.name));
    }

    #[test]
    fn the_style_knows_no_left_and_no_right_and_fetches_nothing() {
        for line in STYLE.lines().chain(TIME_STYLE.lines()) {
            for word in ["left", "right", "http:", "https:", "@import"] {
                assert!(!line.contains(word), "{line}");
            }
        }
        assert!(STYLE.contains("Vazirmatn"));
        for sheet in [STYLE, TIME_STYLE] {
            assert_eq!(sheet.matches('{').count(), sheet.matches('}').count());
        }
    }
}
