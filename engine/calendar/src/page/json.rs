//! The page for programs.

use serde_json::{Value, json};

use super::{MonthPage, Note, PageDay};
use crate::words::month_name;
use crate::{Hours, Language, Name};

impl MonthPage {
    /// Weeks of seven days, Saturday first; `null` for days of other months.
    pub fn to_json(&self) -> Value {
        let weeks: Vec<Vec<Value>> = self
            .weeks
            .iter()
            .map(|week| week.iter().map(|day| day.as_ref().map(PageDay::to_json).into()).collect())
            .collect();
        json!({
            "calendar": self.calendar,
            "title": name(&self.title),
            "year": self.year,
            "month": self.month,
            "monthName": {
                "fa": month_name(self.month, Language::Persian),
                "en": month_name(self.month, Language::English),
            },
            "workingDays": self.working_days(),
            "lacksTable": self.lacks_table,
            "weeks": weeks,
        })
    }
}

impl PageDay {
    fn to_json(&self) -> Value {
        json!({
            "date": self.date.to_string(),
            "gregorian": self.gregorian.to_string(),
            "state": self.state.as_str(),
            "hours": spans(&self.hours),
            "counts": self.counts,
            "today": self.is_today,
            "notes": self.notes.iter().map(Note::to_json).collect::<Vec<_>>(),
        })
    }
}

impl Note {
    fn to_json(&self) -> Value {
        json!({
            "why": self.why.as_str(),
            "name": self.name.as_ref().map(name),
            "line": self.line,
            "closed": spans(&self.closed),
        })
    }
}

fn spans(hours: &[Hours]) -> Vec<String> {
    hours.iter().map(Hours::to_string).collect()
}

fn name(name: &Name) -> Value {
    json!({ "fa": name.fa, "en": name.en })
}
