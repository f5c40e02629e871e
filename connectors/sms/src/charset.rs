//! Text of a message in, by the encoding that the gateway names.
//!
//! Kannel passes a UCS-2 message on as raw UTF-16BE bytes and a Latin one as UTF-8; other gateways that speak its interface
//! use other names for the same. What cannot be decoded without loss is refused, never guessed.

use peygir_connector::{Fault, FaultKind};

/// Decodes `bytes` by `charset`, or by Kannel's `coding` where the charset is missing.
pub(crate) fn decode(bytes: &[u8], charset: &str, coding: &str) -> Result<String, Fault> {
    let name = charset.trim().to_ascii_uppercase();
    let text = match name.as_str() {
        "" if coding == "2" => utf16be(bytes),
        "" | "UTF-8" | "UTF8" | "US-ASCII" | "ASCII" => utf8(bytes),
        "UTF-16BE" | "UTF-16" | "UCS-2" | "UCS-2BE" | "ISO-10646-UCS-2" => utf16be(bytes),
        "ISO-8859-1" | "LATIN1" | "LATIN-1" | "WINDOWS-1252" | "CP1252" => latin1(bytes),
        _ => {
            return Err(refused(
                "the message came in an encoding that is not read; UTF-16BE, UTF-8 and ISO-8859-1 are",
            ));
        }
    };
    let text = text.ok_or_else(|| refused("the message's bytes do not fit the encoding that the gateway named"))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn utf8(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

fn utf16be(bytes: &[u8]) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    char::decode_utf16(pairs.iter().map(|pair| u16::from_be_bytes(*pair))).collect::<Result<String, _>>().ok()
}

/// 0x80 to 0x9F are controls in one and letters in the other of the two Latin encodings: refused.
fn latin1(bytes: &[u8]) -> Option<String> {
    bytes.iter().map(|byte| (!(0x80..=0x9f).contains(byte)).then_some(char::from(*byte))).collect()
}

fn refused(message: &str) -> Fault {
    Fault::permanent(FaultKind::Content, message)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn decodes_by_the_named_encoding() {
        let persian: Vec<u8> = "شکایت آب ۱۲۳".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let cases: [(&[u8], &str, &str, Option<&str>); 14] = [
            (&persian, "UTF-16BE", "2", Some("شکایت آب ۱۲۳")),
            (&persian, "", "2", Some("شکایت آب ۱۲۳")),
            (&persian, "utf-16be", "", Some("شکایت آب ۱۲۳")),
            (b"\xfe\xff\x06\x27", "UCS-2", "2", Some("ا")),
            (b"\xd8\x3d\xde\x00", "UTF-16BE", "2", Some("😀")),
            (b"\xd8\x3d", "UTF-16BE", "2", None),
            (b"\x06", "UTF-16BE", "2", None),
            (b"hello \xc3\xa9", "UTF-8", "0", Some("hello é")),
            ("سلام".as_bytes(), "", "0", Some("سلام")),
            (b"\xff\xfe", "UTF-8", "0", None),
            (b"caf\xe9", "ISO-8859-1", "0", Some("café")),
            (b"\x93hi\x94", "WINDOWS-1252", "0", None),
            (b"AB\xe9 x", "8-BIT", "1", None),
            (b"", "UTF-16BE", "2", Some("")),
        ];
        for (bytes, charset, coding, expected) in cases {
            assert_eq!(decode(bytes, charset, coding).ok().as_deref(), expected, "{bytes:?} as {charset:?}/{coding:?}");
        }
    }
}
