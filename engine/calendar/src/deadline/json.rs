//! A deadline as JSON, for programs and for people's screens: every fact with its words in both languages.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Caveat, Deadline, SetDate, Stretch, Term};
use crate::{Language, Name, Place, words};

impl Deadline {
    /// `due` first; instants as RFC 3339 in the calendar's zone; every stretch with its words in both languages. Who set
    /// the date, and for which reason, is not in it: that is opened only for those who may see it.
    pub fn to_json(&self) -> Value {
        let zone = self.time_zone();
        let mut value = json!({
            "due": rfc3339(self.due, &zone),
            "dueText": both(|language| words::end_date_time(self.due, &zone, language)),
            "from": rfc3339(self.from, &zone),
            "term": self.term.to_json(),
            "calendar": self.calendar,
            "zone": self.zone,
            "text": both(|language| self.sentence(language)),
            "derivation": self.derivation.iter().map(|s| s.to_json(&zone)).collect::<Vec<_>>(),
            "caveats": self.caveats.iter().map(Caveat::to_json).collect::<Vec<_>>(),
        });
        if self.place != Place::default() {
            value["place"] = place_json(&self.place);
        }
        if let Some(set) = &self.set {
            value["set"] = set.to_json(&zone);
        }
        if let Some(derived) = self.derived {
            value["derived"] = rfc3339(derived, &zone).into();
        }
        value
    }
}

impl Term {
    fn to_json(self) -> Value {
        let iso = |microseconds| SignedDuration::from_micros(microseconds).to_string();
        match self {
            Self::Within { microseconds } => json!({ "within": iso(microseconds) }),
            Self::WorkingDays { days } => json!({ "workingDays": days }),
            Self::WorkingTime { microseconds } => json!({ "workingTime": iso(microseconds) }),
        }
    }
}

impl SetDate {
    fn to_json(&self, zone: &TimeZone) -> Value {
        json!({ "due": rfc3339(self.due, zone), "at": rfc3339(self.at, zone) })
    }
}

impl Stretch {
    fn to_json(&self, zone: &TimeZone) -> Value {
        let mut value = json!({
            "from": rfc3339(self.from, zone),
            "to": rfc3339(self.to, zone),
            "counted": self.counted,
            "why": self.why.as_str(),
            "line": self.line,
            "text": both(|language| self.sentence(zone, language)),
        });
        if let Some(name) = &self.name {
            value["name"] = name_json(name);
        }
        if let Some(day) = self.day {
            value["day"] = day.into();
        }
        if let Some(halves) = self.halves {
            value["days"] = (f64::from(halves) / 2.0).into();
        }
        value
    }
}

impl Caveat {
    fn to_json(&self) -> Value {
        let text = both(|language| self.sentence(language));
        match self {
            Self::Estimated { day, name, line } => json!({
                "kind": "estimated-holiday", "day": day.to_string(),
                "name": name_json(name), "line": line, "text": text,
            }),
            Self::MissingTable { year } => {
                json!({ "kind": "missing-table", "year": year, "text": text })
            }
        }
    }
}

fn name_json(name: &Name) -> Value {
    json!({ "fa": name.fa, "en": name.en })
}

/// Only what is known of the place.
fn place_json(place: &Place) -> Value {
    let parts = [("province", &place.province), ("county", &place.county), ("agency", &place.agency)];
    let known = parts.into_iter().filter_map(|(key, part)| Some((key.to_owned(), Value::from(part.clone()?))));
    Value::Object(known.collect())
}

fn both(text: impl Fn(Language) -> String) -> Value {
    json!({ "fa": text(Language::Persian), "en": text(Language::English) })
}

fn rfc3339(at: Timestamp, zone: &TimeZone) -> String {
    at.display_with_offset(zone.to_offset(at)).to_string()
}
