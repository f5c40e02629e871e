//! Waiting in working time, and asking a calendar for a moment.

use peygir_calendar::Rule;
use serde_json::Value;

use super::phrase::expression;
use super::{Narrator, Told};
use crate::step::Icon;

/// What stands in place of a rule where the next opening is meant.
const OPEN: &str = "open";

impl Narrator<'_> {
    pub(super) fn wait_working(&self, with: &Value) -> Told {
        let term = self.term(with);
        let until = match (&term, with.get("until")) {
            (Some(term), _) => self.words.with("wait-term", [("term", term.clone().into())]),
            (None, Some(until)) if until.as_str() == Some(OPEN) => self.words.say("wait-open"),
            (None, Some(until)) => self.ruled("wait-rule", "wait-computed", until),
            (None, None) => self.words.say("wait-some"),
        };
        let label = self.words.say("drawing-wait-working");
        let short = term.unwrap_or_else(|| until.clone());
        self.by_calendar(Icon::Wait, "call-wait-working", until, label, short, with)
    }

    pub(super) fn calendar_next(&self, with: &Value) -> Told {
        let what = match (self.term(with), with.get("rule")) {
            (Some(term), _) => self.words.with("next-term", [("term", term.into())]),
            (None, Some(rule)) => self.ruled("next-rule", "next-computed", rule),
            (None, None) => self.words.say("next-open"),
        };
        let label = self.words.say("drawing-calendar-next");
        let from = with.get("from").map(|from| self.words.with("next-from", [("from", self.value(from).into())]));
        self.by_calendar(Icon::Function, "call-calendar-next", what.clone(), label, what, with).and(from)
    }

    /// A rule in the words that calendars have for it; what is computed, or no rule at all, by what it names.
    fn ruled(&self, known: &str, computed: &str, rule: &Value) -> String {
        let is_computed = rule.as_str().is_some_and(|text| expression(text).is_some());
        match Rule::from_json(rule) {
            Ok(rule) if !is_computed => self.words.with(known, [("rule", rule.words(self.words.language).into())]),
            _ => self.words.with(computed, [("code", self.value(rule).into())]),
        }
    }

    /// The sentence and the box, with the calendar where one is named.
    fn by_calendar(&self, icon: Icon, id: &str, what: String, label: String, short: String, with: &Value) -> Told {
        let Some(calendar) = self.calendar(with) else {
            return Told::new(icon, self.words.with(id, [("what", what.into())]), label).detail(Some(short));
        };
        let text = [("what", what.into()), ("calendar", calendar.clone().into())];
        let detail = [("what", short.into()), ("calendar", calendar.into())];
        Told::new(icon, self.words.with(&format!("{id}-by"), text), label)
            .detail(Some(self.words.with("drawing-by-calendar", detail)))
    }
}
