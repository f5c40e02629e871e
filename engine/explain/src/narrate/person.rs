//! What a flow asks of people: tasks, messages, verification calls.

use serde_json::Value;

use super::phrase::expression;
use super::{Narrator, Told};
use crate::step::Icon;
use crate::text::isolated;
use crate::titles::Title;

impl Narrator<'_> {
    pub(super) fn human_task(&self, with: &Value) -> Told {
        let form = with.get("form").and_then(Value::as_str).unwrap_or("?");
        let form = self.titled(Title::Form, form);
        let who = self.who(with.get("assign").unwrap_or(&Value::Null));
        let text = self.words.with("call-human-task", [("who", who.clone().into()), ("form", form.clone().into())]);
        let due = with.get("due");
        let short = due.and_then(|due| self.term(due));
        let detail = match &short {
            Some(term) => self.words.with("drawing-who-due", [("who", who.into()), ("due", term.clone().into())]),
            None => who,
        };
        let mut told = Told::new(Icon::Person, text, form).detail(Some(detail));
        told.text.extend(
            with.get("notify")
                .map(|notice| self.words.with("task-notified", [("by", self.channels(notice.get("by")).into())])),
        );
        told.text.extend(self.copies(with.get("copyTo")));
        told.text.extend(self.due(due));
        told.text.extend(self.reminders(with.get("reminders")));
        if let Some(flow) = with.get("onOverdue").and_then(|overdue| overdue.get("flow")).and_then(Value::as_str) {
            told.text.push(self.words.with("task-overdue", [("flow", self.flow(flow).into())]));
        }
        if let Some(Value::Array(events)) = with.get("closedBy") {
            let events: Vec<String> = events.iter().map(|event| self.value(event)).collect();
            told.text.push(self.words.with("task-closed-by", [("events", self.words.either(&events).into())]));
        }
        told
    }

    pub(super) fn verification_call(&self, with: &Value) -> Told {
        let form = with.get("script").and_then(Value::as_str).unwrap_or("?");
        let who = with.get("assign").map_or_else(|| self.words.say("role-operator"), |assign| self.who(assign));
        let args = [("form", self.titled(Title::Form, form).into()), ("who", who.into())];
        let attempts = with.get("attempts").and_then(Value::as_i64).unwrap_or(3);
        let every =
            with.get("every").map_or_else(|| self.duration_value(&"PT30M".into()), |every| self.duration_value(every));
        let between = self.hours(with.get("between").and_then(Value::as_str).unwrap_or("08:00-21:00"));
        let tries = [("count", attempts.into()), ("every", every.into()), ("between", between.into())];
        let detail = self.words.with("drawing-tries", [("count", attempts.into())]);
        let mut told =
            Told::new(Icon::Phone, self.words.with("call-verification", args), self.words.say("drawing-verification"))
                .detail(Some(detail));
        told.text.push(self.words.with("call-tries", tries));
        if let Some(due) = with.get("due") {
            told.text.push(self.deadline(Some(due)));
            told.text.extend(self.rest(due));
        }
        told.text.extend(self.reminders(with.get("reminders")));
        told
    }

    pub(super) fn notify(&self, with: &Value) -> Told {
        let who = self.who(with.get("to").unwrap_or(&Value::Null));
        let by = self.channels(with.get("by"));
        let template = with.get("template").map_or_else(|| isolated("?"), |template| self.value(template));
        let args = [("who", who.clone().into()), ("by", by.clone().into()), ("template", template.into())];
        let text = self.words.with("call-notify", args);
        Told::new(Icon::Message, text, self.words.with("drawing-notify", [("who", who.into())])).detail(Some(by))
    }

    /// `citizen`, `{role: NAME}`, `{person: ID}`, or an expression.
    pub(super) fn who(&self, to: &Value) -> String {
        let role = to.get("role").or_else(|| to.is_string().then_some(to)).and_then(Value::as_str);
        let Some(role) = role else {
            return to.get("person").map_or_else(|| self.value(to), |person| self.value(person));
        };
        if let Some(source) = expression(role) {
            return self.words.with("role-computed", [("code", self.words.value_of(source).into())]);
        }
        let title = self.titles.title(Title::Role, role);
        let title =
            title.map(|title| title.in_language(self.words.language).to_owned()).filter(|title| !title.is_empty());
        title.or_else(|| self.words.known(&format!("role-{role}"), [])).unwrap_or_else(|| isolated(role))
    }

    pub(super) fn channels(&self, by: Option<&Value>) -> String {
        let one = |value: &Value| {
            let known = value.as_str().and_then(|name| self.words.known(&format!("channel-{name}"), []));
            known.unwrap_or_else(|| self.value(value))
        };
        match by {
            Some(Value::Array(channels)) => self.words.list(&channels.iter().map(one).collect::<Vec<_>>()),
            Some(value) => one(value),
            None => isolated("?"),
        }
    }

    fn copies(&self, to: Option<&Value>) -> Option<String> {
        let people: Vec<String> = to?.as_array()?.iter().map(|person| self.who(person)).collect();
        Some(self.words.with("task-copied", [("who", self.words.list(&people).into())]))
    }

    /// `08:00-21:00`, with the digits of the language.
    fn hours(&self, text: &str) -> String {
        match text.split_once('-') {
            Some((from, to)) => {
                let (from, to) = (self.words.digits(from), self.words.digits(to));
                self.words.with("hours-between", [("from", from.into()), ("to", to.into())])
            }
            None => isolated(text),
        }
    }
}
