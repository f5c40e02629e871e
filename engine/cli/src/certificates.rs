//! Until when the certificates last that a deployment names.
//!
//! Owns: reading the end of validity out of PEM files, as far as the structure of a certificate is walked for it. It verifies
//! nothing: whoever connects does that.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";
/// Longest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 4 << 20;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The first end of all certificates of a file. Err: why it can't be told.
pub fn end_of(path: &Path) -> Result<Timestamp, String> {
    let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > FILE_BYTES_MAX {
        return Err(format!("it is longer than {FILE_BYTES_MAX} bytes"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let mut first: Option<Timestamp> = None;
    for part in text.split(BEGIN).skip(1) {
        let (body, _) = part.split_once(END).ok_or("a certificate in it has no end")?;
        let body: String = body.split_whitespace().collect();
        let bytes = STANDARD.decode(body).map_err(|_| "a certificate in it is no base64")?;
        let end = not_after(&bytes).ok_or("a certificate in it can't be read")?;
        first = Some(first.map_or(end, |first| first.min(end)));
    }
    first.ok_or_else(|| "it has no PEM certificate".to_owned())
}

/// The end of a certificate's validity: the second time of the fourth or fifth part of what was signed.
fn not_after(certificate: &[u8]) -> Option<Timestamp> {
    let (tag, whole, _) = next(certificate)?;
    let (signed_tag, mut rest, _) = next(whole)?;
    if (tag, signed_tag) != (SEQUENCE, SEQUENCE) {
        return None;
    }
    if rest.first() == Some(&VERSION) {
        rest = next(rest)?.2;
    }
    // Serial number, algorithm, issuer.
    for _ in 0..3 {
        rest = next(rest)?.2;
    }
    let (tag, validity, _) = next(rest)?;
    let (_, _, after_first) = next(validity)?;
    let (kind, time, _) = next(after_first)?;
    if tag != SEQUENCE { None } else { instant(kind, std::str::from_utf8(time).ok()?) }
}

/// Tag, content, and what follows.
fn next(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (digits.iter().fold(0_usize, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `YYMMDDHHMMSSZ`, of the years 1950 to 2049, or `YYYYMMDDHHMMSSZ`.
fn instant(kind: u8, text: &str) -> Option<Timestamp> {
    let digits = text.strip_suffix('Z').filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (year, rest): (i16, &str) = match (kind, digits.len()) {
        (UTC_TIME, 12) => {
            let year: i16 = digits[..2].parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, &digits[2..])
        }
        (GENERALIZED_TIME, 14) => (digits[..4].parse().ok()?, &digits[4..]),
        _ => return None,
    };
    let part = |at: usize| rest[at..at + 2].parse::<i8>().ok();
    let time = DateTime::new(year, part(0)?, part(2)?, part(4)?, part(6)?, part(8)?, 0).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate's structure with these two times and nothing else that is true.
    fn pem(end: &str, kind: u8) -> String {
        fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
            let length = u8::try_from(content.len()).unwrap();
            let head = if length < 0x80 { vec![tag, length] } else { vec![tag, 0x81, length] };
            [head, content.to_vec()].concat()
        }
        let times = [tlv(UTC_TIME, b"200101000000Z"), tlv(kind, end.as_bytes())].concat();
        let parts = [
            tlv(VERSION, &[2, 1, 2]),
            tlv(2, &[1]),
            tlv(SEQUENCE, &[5, 0]),
            tlv(SEQUENCE, &[7; 140]),
            tlv(SEQUENCE, &times),
            tlv(SEQUENCE, &[]),
        ];
        let whole = tlv(SEQUENCE, &tlv(SEQUENCE, &parts.concat()));
        format!("{BEGIN}\n{}\n{END}\n", STANDARD.encode(whole))
    }

    #[test]
    fn the_first_end_of_a_file_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let told = |text: &str| {
            std::fs::write(&path, text).unwrap();
            end_of(&path).map(|end| end.to_string())
        };
        assert_eq!(told(&pem("301231235959Z", UTC_TIME)).unwrap(), "2030-12-31T23:59:59Z");
        assert_eq!(told(&pem("20521231235959Z", GENERALIZED_TIME)).unwrap(), "2052-12-31T23:59:59Z");
        let two = pem("301231235959Z", UTC_TIME) + &pem("280101000000Z", UTC_TIME);
        assert_eq!(told(&two).unwrap(), "2028-01-01T00:00:00Z");
        for rubbish in ["", "x", BEGIN, &format!("{BEGIN}\n%%%\n{END}"), &format!("{BEGIN}\nMIIB\n{END}")] {
            assert!(told(rubbish).is_err(), "{rubbish}");
        }
        let whole = pem("301231235959Z", UTC_TIME);
        let body = whole.lines().nth(1).unwrap().to_owned();
        let bytes = STANDARD.decode(&body).unwrap();
        for end in 0..bytes.len() {
            assert_eq!(not_after(&bytes[..end]), None, "cut at {end}");
        }
        assert!(end_of(&folder.path().join("nowhere")).is_err());
    }
}
