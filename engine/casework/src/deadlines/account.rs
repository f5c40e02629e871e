//! A deadline as it is told: the same words for citizen, agency and inspector, and the same as JSON for programs.
//!
//! Nothing personal is in the words. The JSON names the people of the directory who acted; what they wrote as their
//! reason is in it only for callers that bring an opener.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use peygir_calendar::{Language, digits, moment_words};
use peygir_core::{Data, Moment};
use serde_json::{Value, json};

use crate::records::{Move, MoveWhy, Set, SuspendRule, Task, Terms, Waiting};

/// Opens a sealed reason, for those who may read it.
pub type Opener<'a> = &'a dyn Fn(&str) -> String;

/// A deadline in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// In one paragraph.
    pub text: String,
    /// The paragraph, then line by line: each stretch, each suspension, each move.
    pub lines: Vec<String>,
}

/// The account of a task's deadline; `None` where it has none. Tasks from before terms were kept tell what they were
/// given at their beginning.
pub fn view(task: &Task, language: Language) -> Option<Account> {
    match (&task.terms, &task.derivation) {
        (Some(terms), _) => Some(view_of(terms, language)),
        (None, Some(derivation)) => view_of_old(derivation, language),
        (None, None) => None,
    }
}

/// The account of any deadline that keeps its terms: a task's, a wait's.
pub fn view_of(terms: &Terms, language: Language) -> Account {
    let zone = terms.deadline.time_zone();
    let text = paragraph(terms, &zone, language);
    let stretches = terms.deadline.derivation.iter().map(|stretch| stretch.sentence(&zone, language));
    let suspensions = terms.suspensions.iter().map(|waiting| waiting.sentence(&zone, language));
    let moves = terms.moves.iter().map(|moved| moved.sentence(&zone, language));
    let lines = std::iter::once(text.clone()).chain(stretches).chain(suspensions).chain(moves).collect();
    Account { text, lines }
}

fn paragraph(terms: &Terms, zone: &TimeZone, language: Language) -> String {
    let mut sentences = vec![terms.deadline.sentence(language)];
    sentences.extend(terms.set.as_ref().map(|set| set.sentence(zone, language)));
    if let Some(max) = &terms.max_deadline {
        let latest = moment_words(max.due, zone, language);
        sentences.push(match language {
            Language::Persian => format!("حداکثر تا {latest}."),
            Language::English => format!("At the latest {latest}."),
        });
    }
    sentences.join(" ")
}

fn view_of_old(derivation: &Data, language: Language) -> Option<Account> {
    let name = match language {
        Language::Persian => "fa",
        Language::English => "en",
    };
    let due = derivation.value().get("due")?;
    let words = |value: &Value| Some(value.get("text")?.get(name)?.as_str()?.to_owned());
    let text = words(due)?;
    let stretches = due.get("derivation").and_then(Value::as_array).into_iter().flatten().filter_map(words);
    let lines = std::iter::once(text.clone()).chain(stretches).collect();
    Some(Account { text, lines })
}

/// `due`, `derivation` and all else of a task's deadline; `None` where it has none.
pub fn to_json(task: &Task, open: Option<Opener<'_>>) -> Option<Value> {
    let (mut value, zone) = match (&task.terms, &task.derivation) {
        (Some(terms), _) => (to_json_of(terms, open), terms.deadline.time_zone()),
        (None, Some(derivation)) => (derivation.value().get("due")?.clone(), TimeZone::UTC),
        (None, None) => return None,
    };
    let optional = |at: Option<Moment>| at.map(|at| rfc3339(at.to_jiff(), &zone));
    value["overdueAt"] = optional(task.overdue_at).into();
    value["reminders"] = task
        .reminders
        .iter()
        .map(|reminder| {
            json!({
                "at": rfc3339(reminder.at.to_jiff(), &zone),
                "sentAt": optional(reminder.sent_at),
                "template": reminder.template,
            })
        })
        .collect();
    Some(value)
}

/// The same of any deadline that keeps its terms.
pub fn to_json_of(terms: &Terms, open: Option<Opener<'_>>) -> Value {
    let zone = terms.deadline.time_zone();
    let mut value = terms.deadline.to_json();
    value["text"] = both(|language| paragraph(terms, &zone, language));
    value["max"] = terms.max_deadline.as_ref().map(peygir_calendar::Deadline::to_json).into();
    value["set"] = terms.set.as_ref().map(|set| set.to_json(&zone, open)).into();
    value["suspend"] = terms.suspend.as_ref().map(SuspendRule::to_json).into();
    value["suspensions"] = terms.suspensions.iter().map(|waiting| waiting.to_json(&zone, open)).collect();
    value["moves"] = terms.moves.iter().map(|moved| moved.to_json(&zone)).collect();
    value
}

impl Set {
    fn sentence(&self, zone: &TimeZone, language: Language) -> String {
        let (at, due) = (told(self.at, zone, language), told(self.due, zone, language));
        match language {
            Language::Persian => format!("این تاریخ ({due}) را یک مسئول در {at} با ذکر دلیل تعیین کرد."),
            Language::English => format!("This date ({due}) was set by an officer on {at}, with a reason."),
        }
    }

    fn to_json(&self, zone: &TimeZone, open: Option<Opener<'_>>) -> Value {
        let value = json!({
            "due": rfc3339(self.due.to_jiff(), zone),
            "at": rfc3339(self.at.to_jiff(), zone),
            "by": self.by,
            "text": both(|language| self.sentence(zone, language)),
        });
        with_reason(value, &self.reason, open)
    }
}

impl SuspendRule {
    fn to_json(&self) -> Value {
        let max = SignedDuration::from_micros(self.max_us).to_string();
        json!({ "max": max, "times": self.times, "endedBy": self.ended_by })
    }
}

impl Waiting {
    fn sentence(&self, zone: &TimeZone, language: Language) -> String {
        let (number, from, end) = (self.number, told(self.from, zone, language), told(self.end(), zone, language));
        match (language, self.ended) {
            (Language::Persian, Some(_)) => {
                digits::to_persian(&format!("توقف {number}: از {from} تا {end}، در انتظار شهروند."))
            }
            (Language::Persian, None) => {
                digits::to_persian(&format!("توقف {number}: از {from}، حداکثر تا {end}، در انتظار شهروند."))
            }
            (Language::English, Some(_)) => {
                format!("Suspension {number}: from {from} to {end}, waiting for the citizen.")
            }
            (Language::English, None) => {
                format!("Suspension {number}: from {from}, at the latest until {end}, waiting for the citizen.")
            }
        }
    }

    fn to_json(&self, zone: &TimeZone, open: Option<Opener<'_>>) -> Value {
        let value = json!({
            "number": self.number,
            "from": rfc3339(self.from.to_jiff(), zone),
            "until": rfc3339(self.until.to_jiff(), zone),
            "ended": self.ended.map(|ended| rfc3339(ended.to_jiff(), zone)),
            "by": self.by,
            "text": both(|language| self.sentence(zone, language)),
        });
        with_reason(value, &self.reason, open)
    }
}

impl Move {
    pub(crate) fn sentence(&self, zone: &TimeZone, language: Language) -> String {
        let [at, from, to] = [self.at, self.from, self.to].map(|instant| told(instant, zone, language));
        let why = self.why.words(language);
        let head = match language {
            Language::Persian => format!("در {at} از {from} به {to} جابه‌جا شد: {why}"),
            Language::English => format!("Moved on {at} from {from} to {to}: {why}"),
        };
        match (self.operation, language) {
            (None, _) => format!("{head}."),
            (Some(operation), Language::Persian) => format!("{head} (عملیات {operation})."),
            (Some(operation), Language::English) => format!("{head} (operation {operation})."),
        }
    }

    pub(crate) fn to_json(&self, zone: &TimeZone) -> Value {
        json!({
            "operation": self.operation.map(|operation| operation.to_string()),
            "at": rfc3339(self.at.to_jiff(), zone),
            "from": rfc3339(self.from.to_jiff(), zone),
            "to": rfc3339(self.to.to_jiff(), zone),
            "why": self.why.as_str(),
            "by": self.by,
            "text": both(|language| self.sentence(zone, language)),
        })
    }
}

impl MoveWhy {
    fn words(self, language: Language) -> &'static str {
        let (fa, en) = match self {
            Self::Closure => ("اعلام یا پس گرفتن تعطیلی", "a closure was declared or withdrawn"),
            Self::Suspended => ("توقف مهلت در انتظار شهروند", "the deadline rests while the citizen is waited for"),
            Self::Resumed => ("پایان توقف مهلت", "the deadline goes on"),
            Self::Set => ("تعیین تاریخ به دست مسئول", "an officer set the date"),
            Self::Calendar => ("تغییر تقویم", "the calendars changed"),
        };
        match language {
            Language::Persian => fa,
            Language::English => en,
        }
    }
}

fn with_reason(mut value: Value, sealed: &str, open: Option<Opener<'_>>) -> Value {
    if let Some(open) = open {
        value["reason"] = open(sealed).into();
    }
    value
}

fn told(at: Moment, zone: &TimeZone, language: Language) -> String {
    moment_words(at.to_jiff(), zone, language)
}

pub(crate) fn both(text: impl Fn(Language) -> String) -> Value {
    json!({ "fa": text(Language::Persian), "en": text(Language::English) })
}

pub(crate) fn rfc3339(at: Timestamp, zone: &TimeZone) -> String {
    at.display_with_offset(zone.to_offset(at)).to_string()
}
