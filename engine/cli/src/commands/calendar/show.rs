//! `peygir calendar show`: months as pages.

use std::io::IsTerminal;

use peygir_calendar::{Ink, Jalali, MonthPage, digits};
use serde_json::Value;

use super::{Refusal, Which, ask, json};
use crate::answer::line;

const MONTHS: u8 = 12;

/// Show a month as a page, Saturday first; exit 64 where there is no such month or calendar.
#[derive(clap::Args)]
pub struct Arguments {
    /// Year and month (1405/09), a day of the month, or a whole year (1405); the current month where absent
    month: Option<String>,
    #[command(flatten)]
    pub which: Which,
    /// The page as JSON; a list of pages for a year
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Result<(), Refusal> {
    let calendar = arguments.which.calendar()?;
    let today = Jalali::from_gregorian(calendar.zone().to_datetime(ask::now()).date());
    let months = match &arguments.month {
        Some(text) => months(text)?,
        None => vec![(today.year(), today.month())],
    };
    let place = arguments.which.place();
    let pages: Result<Vec<MonthPage>, Refusal> = months
        .iter()
        .map(|(year, month)| {
            MonthPage::new(&calendar, &place, *year, *month, Some(today))
                .map_err(|error| Refusal::usage(error.to_string(), error.message_fa()))
        })
        .collect();
    let pages = pages?;
    if arguments.json {
        let mut all: Vec<Value> = pages.iter().map(MonthPage::to_json).collect();
        json(&if all.len() == 1 { all.remove(0) } else { Value::Array(all) });
        return Ok(());
    }
    let colors = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let ink = if colors { Ink::Colors } else { Ink::Plain };
    let texts: Vec<String> = pages.iter().map(|page| page.text(arguments.which.lang.language(), ink)).collect();
    line(texts.join("\n").trim_end_matches('\n'));
    Ok(())
}

/// `1405/09`, `1405-9`, `۱۴۰۵/۰۹/۱۲`, or `1405` for all of its months.
fn months(text: &str) -> Result<Vec<(i16, u8)>, Refusal> {
    let form = || {
        Refusal::usage(
            format!("{text:?} is no month; write 1405/09, or 1405 for the whole year"),
            format!("«{text}» ماه نیست؛ بنویسید ۱۴۰۵/۰۹، یا ۱۴۰۵ برای همهٔ سال"),
        )
    };
    let ascii = digits::to_ascii(text.trim());
    let parts: Vec<&str> = ascii.split(['/', '-']).collect();
    let is_number = |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !parts.iter().all(is_number) {
        return Err(form());
    }
    let first = match parts.as_slice() {
        [year] => format!("{year}/1/1"),
        [year, month] => format!("{year}/{month}/1"),
        [_, _, _] => ascii.clone(),
        _ => return Err(form()),
    };
    let first: Jalali = first
        .parse()
        .map_err(|error: peygir_calendar::JalaliError| Refusal::usage(error.to_string(), error.message_fa()))?;
    let of_year = if parts.len() == 1 { 1..=MONTHS } else { first.month()..=first.month() };
    Ok(of_year.map(|month| (first.year(), month)).collect())
}
