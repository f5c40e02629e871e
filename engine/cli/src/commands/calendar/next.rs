//! `peygir calendar next`: when a calendar is next open, or the days that a rule names.

use peygir_calendar::{Calendar, Language, Opening, Rule, date_time};
use serde_json::{Value, json};

use super::{Refusal, Which, ask};

/// Most days of a rule that are told at once.
const COUNT_MAX: u32 = 366;

/// Tell the next opening, or the next days that a rule names.
///
/// A rule is "first working Monday of the season", "last working day of the month", "3rd working day of the year",
/// "2nd Thursday of next month", «نخستین دوشنبهٔ کاری فصل» and the like. Exit 1 where none comes within ten years; exit
/// 64 for wrong usage.
#[derive(clap::Args)]
pub struct Arguments {
    /// The instant to look from (1405/08/30 10:00, 2026-11-21T10:00+03:30); now where absent
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
    /// Which day is asked for; the next opening where absent
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// How many days of the rule, one after the other
    #[arg(long, value_name = "NUMBER", default_value = "1", requires = "rule")]
    count: String,
    #[command(flatten)]
    pub which: Which,
    /// As JSON: an object for each day, on a line of its own
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Result<(), Refusal> {
    let calendar = arguments.which.calendar()?;
    match &arguments.rule {
        Some(rule) => days(arguments, &calendar, &Rule::parse(rule)?),
        None => opening(arguments, &calendar),
    }
}

fn days(arguments: &Arguments, calendar: &Calendar, rule: &Rule) -> Result<(), Refusal> {
    let count = ask::number("--count", &arguments.count)?;
    if !(1..=COUNT_MAX).contains(&count) {
        return Err(Refusal::usage(
            format!("--count: give 1 to {COUNT_MAX}"),
            format!("--count: از ۱ تا {} بدهید", peygir_calendar::digits::to_persian(&COUNT_MAX.to_string())),
        ));
    }
    let place = arguments.which.place();
    let lang = arguments.which.lang;
    let zone = calendar.zone();
    let mut at = ask::instant("--from", arguments.from.as_deref(), zone)?;
    let mut rule = *rule;
    for _ in 0..count {
        let found = rule.after(calendar, &place, at).map_err(|error| Refusal { code: 1, ..error.into() })?;
        if arguments.json {
            super::json(&found.to_json(zone));
        } else {
            lang.line(&found.sentence(zone, lang.language()));
            found.caveats.iter().for_each(|caveat| lang.line(&format!("  {}", caveat.sentence(lang.language()))));
        }
        // The days after it follow each other, however far ahead the first one was.
        rule.offset = 0;
        at = found.at;
    }
    Ok(())
}

fn opening(arguments: &Arguments, calendar: &Calendar) -> Result<(), Refusal> {
    let at = ask::instant("--from", arguments.from.as_deref(), calendar.zone())?;
    let never = || peygir_calendar::DueError::NeverOpen { calendar: calendar.id().to_owned() };
    let opening = calendar.opening(&arguments.which.place(), at).ok_or_else(never)?;
    let lang = arguments.which.lang;
    if arguments.json {
        super::json(&to_json(&opening, calendar));
    } else {
        lang.line(&sentence(&opening, calendar, lang.language()));
    }
    Ok(())
}

fn sentence(opening: &Opening, calendar: &Calendar, language: Language) -> String {
    let told = |at| date_time(at, calendar.zone(), language);
    let (from, until) = (told(opening.at), opening.until.map(told));
    match (language, opening.is_now, until) {
        (Language::English, true, Some(until)) => format!("open at {from}, until {until}"),
        (Language::English, true, None) => format!("open at {from}, and always"),
        (Language::English, false, Some(until)) => format!("opens {from}, until {until}"),
        (Language::English, false, None) => format!("opens {from}, for good"),
        (Language::Persian, true, Some(until)) => format!("{from} باز است، تا {until}"),
        (Language::Persian, true, None) => format!("{from} باز است، و همیشه"),
        (Language::Persian, false, Some(until)) => format!("{from} باز می‌شود، تا {until}"),
        (Language::Persian, false, None) => format!("{from} باز می‌شود، برای همیشه"),
    }
}

fn to_json(opening: &Opening, calendar: &Calendar) -> Value {
    let zone = calendar.zone();
    let rfc = |at: jiff::Timestamp| at.display_with_offset(zone.to_offset(at)).to_string();
    json!({
        "at": rfc(opening.at),
        "until": opening.until.map(rfc),
        "open": opening.is_now,
        "calendar": calendar.id(),
        "text": {
            "fa": sentence(opening, calendar, Language::Persian),
            "en": sentence(opening, calendar, Language::English),
        },
    })
}
