//! The structured form of a rule and of what it gave, for flows and programs.
//!
//! ```json
//! { "nth": 1, "working": true, "weekday": "mon", "of": "season", "offset": 0 }
//! ```

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use peygir_source::suggest;
use serde_json::{Map, Value, json};

use super::error::{RuleError, RuleProblem};
use super::{Occurrence, Rule};
use crate::words::{month_name, weekday_name};
use crate::{Caveat, Language, Period};

const MEMBERS: [&str; 5] = ["nth", "working", "weekday", "of", "offset"];
const LAST: &str = "last";

/// Days of the week as calendars name them, Saturday first.
const WEEKDAYS: [(&str, Weekday); 7] = [
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
];

impl Rule {
    /// Reads a rule from its words or from its structured form. Only `nth` and `of` must be there; the day is any day
    /// and the period the same one where nothing else is said.
    pub fn from_json(value: &Value) -> Result<Self, RuleError> {
        let members = match value {
            Value::String(text) => return Self::parse(text),
            Value::Object(members) => members,
            _ => {
                return Err(member(
                    "rule",
                    "text such as \"last working day of the month\", or a mapping with nth and of",
                ));
            }
        };
        if let Some(name) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
            return Err(match suggest(name, MEMBERS) {
                Some(nearest) => member(name, nearest),
                None => member(name, "nth, working, weekday, of, offset"),
            });
        }
        let weekday = match members.get("weekday") {
            None | Some(Value::Null) => None,
            Some(value) => {
                Some(weekday(value).ok_or_else(|| member("weekday", "sat, sun, mon, tue, wed, thu or fri"))?)
            }
        };
        let working = match members.get("working") {
            None => false,
            Some(value) => value.as_bool().ok_or_else(|| member("working", "true or false"))?,
        };
        let rule = Self { nth: nth(members)?, working, weekday, of: of(members)?, offset: offset(members)? };
        rule.checked()
    }

    pub fn to_json(&self) -> Value {
        let mut value = json!({
            "nth": self.nth, "working": self.working, "of": self.of.as_str(), "offset": self.offset,
        });
        if let Some(weekday) = self.weekday {
            value["weekday"] = weekday_code(weekday).into();
        }
        value
    }
}

/// `sat` to `fri`.
pub(crate) fn weekday_code(weekday: Weekday) -> &'static str {
    WEEKDAYS.iter().find(|(_, day)| *day == weekday).map_or("", |(code, _)| code)
}

fn weekday(value: &Value) -> Option<Weekday> {
    let text = value.as_str()?.to_ascii_lowercase();
    let full = |day: Weekday| weekday_name(day, Language::English).to_ascii_lowercase();
    WEEKDAYS.iter().find(|(code, day)| *code == text || full(*day) == text).map(|(_, day)| *day)
}

fn nth(members: &Map<String, Value>) -> Result<i16, RuleError> {
    match members.get("nth") {
        Some(Value::String(text)) if text == LAST => Some(-1),
        Some(value) => value.as_i64().and_then(|nth| i16::try_from(nth).ok()).filter(|nth| *nth != 0),
        None => None,
    }
    .ok_or_else(|| member("nth", "a whole number such as 1, -1 for the last one, or \"last\""))
}

fn of(members: &Map<String, Value>) -> Result<Period, RuleError> {
    let text = members.get("of").and_then(Value::as_str);
    let period = text.and_then(|text| Period::ALL.into_iter().find(|period| period.as_str() == text));
    period.ok_or_else(|| member("of", "week, month, season or year"))
}

fn offset(members: &Map<String, Value>) -> Result<i32, RuleError> {
    match members.get("offset") {
        None => Ok(0),
        Some(value) => {
            let offset = value.as_i64().and_then(|offset| i32::try_from(offset).ok());
            offset.ok_or_else(|| member("offset", "a whole number of periods: 0, 1, -1"))
        }
    }
}

fn member(name: &str, expected: &'static str) -> RuleError {
    RuleError::without_place(RuleProblem::Member { name: name.to_owned(), expected })
}

impl Occurrence {
    /// The day by its date and its names, the instant as RFC 3339 in `zone`, and all of it in words.
    pub fn to_json(&self, zone: &TimeZone) -> Value {
        let both =
            |text: &dyn Fn(Language) -> String| json!({ "fa": text(Language::Persian), "en": text(Language::English) });
        let season = self.date.season();
        json!({
            "at": self.at.display_with_offset(zone.to_offset(self.at)).to_string(),
            "date": self.date.to_string(),
            "year": self.date.year(),
            "month": { "number": self.date.month(), "fa": month_name(self.date.month(), Language::Persian), "en": month_name(self.date.month(), Language::English) },
            "season": { "name": season.as_str(), "number": season.number(), "fa": season.name(Language::Persian), "en": season.name(Language::English) },
            "weekday": weekday_code(self.date.weekday()),
            "period": { "from": self.period.0.to_string(), "to": self.period.1.to_string() },
            "rule": self.rule.to_json(),
            "text": both(&|language| self.sentence(zone, language)),
            "caveats": self.caveats.iter().map(|caveat: &Caveat| both(&|language| caveat.sentence(language))).collect::<Vec<_>>(),
        })
    }
}
