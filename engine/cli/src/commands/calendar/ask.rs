//! What people write on the command line: instants, spans of time, terms.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use peygir_calendar::{DueError, Name, RuleError, Suspension, Term, digits, moment};
use peygir_dsl::duration::Duration;
use peygir_runtime::clock::Clock;

use super::Refusal;

/// Words that part the two ends of a stretch of time.
const ENDS: [&str; 2] = ["..", " to "];
const MICROSECONDS_PER_HOUR: i64 = 3_600_000_000;

impl From<RuleError> for Refusal {
    fn from(error: RuleError) -> Self {
        use peygir_calendar::Language::{English, Persian};
        Self::usage(format!("--rule: {}", error.sentence(English)), format!("--rule: {}", error.sentence(Persian)))
    }
}

impl From<DueError> for Refusal {
    fn from(error: DueError) -> Self {
        match &error {
            DueError::NeverOpen { .. } => Self::failure(error.to_string(), error.message_fa()),
            _ => Self::usage(error.to_string(), error.message_fa()),
        }
    }
}

pub fn now() -> Timestamp {
    Clock::Real.now().to_jiff()
}

/// The instant of an option; now where it was left out.
pub fn instant(option: &str, text: Option<&str>, zone: &TimeZone) -> Result<Timestamp, Refusal> {
    let Some(text) = text else { return Ok(now()) };
    moment(text, zone)
        .map_err(|error| Refusal::usage(format!("{option}: {error}"), format!("{option}: {}", error.message_fa())))
}

pub fn number(option: &str, text: &str) -> Result<u32, Refusal> {
    digits::to_ascii(text.trim()).parse().map_err(|_| {
        Refusal::usage(format!("{option}: {text:?} is no whole number"), format!("{option}: «{text}» عددی درست نیست"))
    })
}

/// `PT5H`, `PT1H30M`, `P2D`, and plain hours: `5`, `5:30`, `۵`. In microseconds.
pub fn span(option: &str, text: &str) -> Result<i64, Refusal> {
    let ascii = digits::to_ascii(text.trim());
    let (hours, minutes) = ascii.split_once(':').unwrap_or((&ascii, "0"));
    let plain = |part: &str| part.parse::<u16>().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()));
    if let (Some(hours), Some(minutes @ 0..60)) = (plain(hours), plain(minutes)) {
        return Ok(i64::from(hours) * MICROSECONDS_PER_HOUR + i64::from(minutes) * (MICROSECONDS_PER_HOUR / 60));
    }
    let iso = ascii.to_ascii_uppercase();
    match Duration::parse(&iso) {
        Ok(Duration { months: 0, microseconds }) => Ok(microseconds),
        Ok(_) => Err(Refusal::usage(
            format!("{option}: {text:?} has months or years, which are of no fixed length; write days or hours"),
            format!("{option}: «{text}» ماه یا سال دارد که طول ثابتی ندارند؛ روز یا ساعت بنویسید"),
        )),
        Err(_) => Err(Refusal::usage(
            format!("{option}: {text:?} is no span of time; write hours (5, 5:30) or an ISO 8601 duration (PT5H30M)"),
            format!(
                "{option}: «{text}» مدت زمان نیست؛ ساعت (۵ یا ۵:۳۰) یا مدت ISO 8601 (\u{2066}PT5H30M\u{2069}) بنویسید"
            ),
        )),
    }
}

/// The term of the one option that was given.
pub fn term(days: Option<&str>, hours: Option<&str>, within: Option<&str>) -> Result<Term, Refusal> {
    match (days, hours, within) {
        (Some(days), None, None) => Ok(Term::working_days(number("--working-days", days)?)),
        (None, Some(hours), None) => Ok(Term::WorkingTime { microseconds: span("--working-hours", hours)? }),
        (None, None, Some(within)) => Ok(Term::Within { microseconds: span("--within", within)? }),
        _ => Err(Refusal::usage(
            "give one of --working-days, --working-hours and --within",
            "یکی از --working-days، --working-hours و --within را بدهید",
        )),
    }
}

/// Stretches in which a deadline does not run, in the order of their beginnings.
pub fn suspensions(texts: &[String], zone: &TimeZone) -> Result<Vec<Suspension>, Refusal> {
    let mut ends = texts.iter().map(|text| two_ends(text, zone)).collect::<Result<Vec<_>, _>>()?;
    ends.sort_unstable();
    let name = Name { fa: "در انتظار شهروند".to_owned(), en: "waiting for the citizen".to_owned() };
    Ok((1..).zip(ends).map(|(number, (from, to))| Suspension { number, from, to, name: name.clone() }).collect())
}

/// `FROM/TO`, also where both ends are dates with slashes; `FROM..TO` is always plain.
fn two_ends(text: &str, zone: &TimeZone) -> Result<(Timestamp, Timestamp), Refusal> {
    let slashes = text.match_indices('/').map(|(at, sign)| (at, sign.len()));
    let words = ENDS.iter().filter_map(|word| text.find(word).map(|at| (at, word.len())));
    let read = |(at, length): (usize, usize)| {
        Some((moment(&text[..at], zone).ok()?, moment(&text[at + length..], zone).ok()?))
    };
    match words.chain(slashes).find_map(read) {
        Some((from, to)) if from < to => Ok((from, to)),
        Some(_) => Err(Refusal::usage(
            format!("--suspended: {text:?} ends before it begins, or is empty"),
            format!("--suspended: «{text}» پیش از آغازش پایان می‌یابد یا خالی است"),
        )),
        None => Err(Refusal::usage(
            format!("--suspended: {text:?} is not FROM/TO, as 1405/09/01 10:00/1405/09/03 14:00"),
            format!(
                "--suspended: «{text}» به شکل FROM/TO نیست، مانند \u{2066}1405/09/01 10:00/1405/09/03 14:00\u{2069}"
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time() {
        let hour = MICROSECONDS_PER_HOUR;
        for (text, expected) in [
            ("5", 5 * hour),
            ("۵", 5 * hour),
            ("5:30", 5 * hour + hour / 2),
            ("PT5H", 5 * hour),
            ("pt1h30m", hour + hour / 2),
            ("P2D", 48 * hour),
            ("0", 0),
        ] {
            assert_eq!(span("--within", text).ok(), Some(expected), "{text}");
        }
        for text in ["", "-5", "5:60", "5h", "P1M", "PT", "five", "5:5:5", "99999"] {
            assert!(span("--within", text).is_err(), "{text}");
        }
    }

    #[test]
    fn stretches_with_slashes_in_their_dates() {
        let zone = peygir_calendar::tehran();
        let ends = |text: &str| two_ends(text, &zone).ok().map(|(from, to)| (from.to_string(), to.to_string()));
        let expected = Some(("2026-11-22T06:30:00Z".to_owned(), "2026-11-24T11:00:00Z".to_owned()));
        for text in [
            "1405/09/01 10:00/1405/09/03 14:30",
            "1405/09/01 10:00..1405/09/03 14:30",
            "1405/09/01 10:00 to 1405/09/03 14:30",
            "2026-11-22T10:00+03:30/2026-11-24T14:30+03:30",
            "۱۴۰۵/۰۹/۰۱ ۱۰:۰۰/2026-11-24T11:00Z",
        ] {
            assert_eq!(ends(text), expected, "{text}");
        }
        assert!(ends("1405/09/01/1405/09/03").is_some());
        for text in ["1405/09/03/1405/09/01", "1405/09/01", "", "a/b", "1405/09/01/1405/09/01"] {
            assert_eq!(ends(text), None, "{text}");
        }
    }
}
