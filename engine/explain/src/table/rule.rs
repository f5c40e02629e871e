//! A rule as one sentence.

use peygir_calendar::Jalali;
use peygir_decision::{BASE, Hit, Rule};

use super::Teller;

impl<'a> Teller<'a> {
    /// When it holds, what it answers, and what has to be known of it besides.
    pub(super) fn rule(&self, rule: &'a Rule, on: Option<Jalali>) -> String {
        let conditions: Vec<String> = rule.when().iter().filter_map(|condition| self.condition(condition)).collect();
        let answer = self.answer(rule);
        let mut text = if rule.last {
            self.words.with("rule-otherwise", [("answer", answer.into())])
        } else if conditions.is_empty() {
            self.words.with("rule-always", [("answer", answer.into())])
        } else {
            let conditions = self.words.list(&conditions);
            self.words.with("rule-if", [("conditions", conditions.into()), ("answer", answer.into())])
        };
        if let Some(days) = self.days(rule) {
            text = self.words.with("rule-on-days", [("days", days.into()), ("rule", text.into())]);
        }
        let marks = self.marks(rule, on);
        if !marks.is_empty() {
            let marks = marks
                .into_iter()
                .reduce(|begun, next| self.words.with("rule-mark", [("begun", begun.into()), ("next", next.into())]))
                .unwrap_or_default();
            text = self.words.with("rule-marked", [("rule", text.into()), ("marks", marks.into())]);
        }
        self.words.with("sentence", [("text", begun_upright(&text).into())])
    }

    /// The days on which it is in force, where these are not all.
    pub(super) fn days(&self, rule: &Rule) -> Option<String> {
        let except = (!rule.except.is_empty()).then(|| self.words.windows(&rule.except));
        match (rule.effective.map(|window| self.words.window(&window)), except) {
            (Some(days), Some(except)) => {
                Some(self.words.with("days-with-except", [("days", days.into()), ("except", except.into())]))
            }
            (Some(days), None) => Some(days),
            (None, Some(except)) => Some(self.words.with("days-except", [("except", except.into())])),
            (None, None) => None,
        }
    }

    fn marks(&self, rule: &Rule, on: Option<Jalali>) -> Vec<String> {
        let layer = |at: usize| self.table.layers().get(at).map(|layer| self.pack_of(layer));
        let mut marks = Vec::new();
        if self.table.hit() == Hit::Priority && !rule.last {
            marks.push(self.words.with("mark-priority", [("number", i64::from(rule.priority).into())]));
        }
        if let Some(pack) = layer(rule.layer).filter(|_| rule.layer != BASE) {
            marks.push(self.words.with("mark-from", [("pack", pack.into())]));
        }
        if let Some(pack) = rule.changed_by.and_then(layer) {
            marks.push(self.words.with("mark-changed", [("pack", pack.into())]));
        }
        if rule.locked {
            marks.push(self.words.say("mark-locked"));
        }
        if rule.unexpected {
            marks.push(self.words.say("mark-unexpected"));
        }
        if on.is_some_and(|on| !rule.is_in_force(on)) {
            marks.push(self.words.say("mark-not-in-force"));
        }
        marks
    }
}

/// A sentence of a language that has capitals begins with one.
pub(super) fn begun_upright(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
