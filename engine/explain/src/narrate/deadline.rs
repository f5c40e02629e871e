//! Deadlines of tasks in words: the term, how long the task waits, when the deadline may rest, and reminders.

use peygir_calendar::Term;
use peygir_dsl::duration::Duration;
use serde_json::Value;

use super::Narrator;
use crate::text::isolated;
use crate::titles::Title;

const HOUR_US: i64 = 3_600_000_000;

impl Narrator<'_> {
    /// `10 working days`, `4 hours of working time`, `3 hours`: the one that is given.
    pub(super) fn term(&self, of: &Value) -> Option<String> {
        if let Some(days) = of.get("workingDays") {
            return Some(self.working_days(days));
        }
        if let Some(hours) = of.get("workingHours") {
            return Some(self.working_hours(hours));
        }
        of.get("within").map(|within| self.duration_value(within))
    }

    fn working_days(&self, days: &Value) -> String {
        match days.as_i64() {
            Some(days) => self.words.with("duration-working-days", [("count", days.into())]),
            None => self.words.with("duration-working-days-computed", [("code", self.value(days).into())]),
        }
    }

    /// In the words that derivations have for it: hours are not summed up to days, which have other hours in offices.
    fn working_hours(&self, hours: &Value) -> String {
        match open_time(hours) {
            Some(microseconds) => Term::WorkingTime { microseconds }.words(self.words.language),
            None => self.words.with("duration-working-time-computed", [("code", self.value(hours).into())]),
        }
    }

    /// The deadline, how long the flow waits, and when the deadline may rest.
    pub(super) fn due(&self, due: Option<&Value>) -> Vec<String> {
        let waits = match due.and_then(|due| self.max(due)) {
            Some(max) => self.words.with("task-max", [("max", max.into())]),
            None => self.words.say("task-open"),
        };
        let mut said = vec![self.deadline(due), waits];
        said.extend(due.map(|due| self.rest(due)).unwrap_or_default());
        said
    }

    /// `max` in the unit of the deadline.
    fn max(&self, due: &Value) -> Option<String> {
        let max = due.get("max")?;
        Some(match max {
            _ if due.get("workingHours").is_some() => self.working_hours(max),
            _ if due.get("workingDays").is_some() || max.is_number() => self.working_days(max),
            _ => self.duration_value(max),
        })
    }

    pub(super) fn deadline(&self, due: Option<&Value>) -> String {
        let term = due.and_then(|due| self.term(due));
        match (term, due.and_then(|due| self.calendar(due))) {
            (Some(term), Some(calendar)) => {
                self.words.with("task-due-by", [("term", term.into()), ("calendar", calendar.into())])
            }
            (Some(term), None) => self.words.with("task-due", [("term", term.into())]),
            (None, _) => self.words.say("task-due-referral"),
        }
    }

    /// The title of the calendar that is named.
    pub(super) fn calendar(&self, of: &Value) -> Option<String> {
        of.get("calendar").and_then(Value::as_str).map(|calendar| self.titled(Title::Calendar, calendar))
    }

    /// How often and how long the deadline may rest while the citizen is waited for, and what ends it.
    pub(super) fn rest(&self, due: &Value) -> Vec<String> {
        let Some(rule) = due.get("suspend") else { return Vec::new() };
        let times = match rule.get("times").map(|times| times.as_i64().ok_or(times)) {
            None => self.words.with("rest-times", [("count", 1.into())]),
            Some(Ok(times)) => self.words.with("rest-times", [("count", times.into())]),
            Some(Err(times)) => self.words.with("rest-times-computed", [("code", self.value(times).into())]),
        };
        let max = rule.get("max").map_or_else(|| isolated("?"), |max| self.duration_value(max));
        let events = rule.get("endedBy").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let events: Vec<String> = events.iter().map(|event| self.value(event)).collect();
        let ends = if events.is_empty() {
            self.words.say("task-rest-ends")
        } else {
            self.words.with("task-rest-ends-by", [("events", self.words.either(&events).into())])
        };
        vec![self.words.with("task-rest", [("times", times.into()), ("max", max.into())]), ends]
    }

    pub(super) fn reminders(&self, reminders: Option<&Value>) -> Vec<String> {
        let list = reminders.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        list.iter().map(|reminder| self.reminder(reminder)).collect()
    }

    fn reminder(&self, reminder: &Value) -> String {
        let who = self.who(reminder.get("tell").unwrap_or(&Value::Null));
        let by = self.channels(reminder.get("by"));
        let (id, time) = match (reminder.get("after"), reminder.get("before")) {
            (Some(after), _) => ("remind-after", self.span(after)),
            (None, Some(before)) => ("remind-before", self.span(before)),
            (None, None) => ("remind", String::new()),
        };
        self.words.with(id, [("time", time.into()), ("who", who.into()), ("by", by.into())])
    }

    /// A duration, `{workingDays: N}` or `{workingHours: N}`.
    fn span(&self, value: &Value) -> String {
        self.term(value).unwrap_or_else(|| self.duration_value(value))
    }
}

/// Open time in microseconds: a number of hours, or a duration of a fixed length.
fn open_time(value: &Value) -> Option<i64> {
    match value.as_str() {
        Some(text) => Duration::parse(text).ok().filter(|time| time.months == 0).map(|time| time.microseconds),
        None => value.as_i64()?.checked_mul(HOUR_US),
    }
}
