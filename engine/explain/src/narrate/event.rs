//! Events: what a flow listens for, what starts it, and what it emits.

use peygir_dsl::expr::Template;
use peygir_dsl::lookup::FOREACH;
use peygir_dsl::model::{Consumption, Emit, Filter, Listen, Until};

use super::phrase::expression;
use super::{Narrator, Told};
use crate::condition::Style;
use crate::step::{Icon, Inner};
use crate::text::isolated;

impl<'a> Narrator<'a> {
    pub(super) fn emit(&self, emit: &Emit) -> Told {
        let with = emit.with.source();
        let type_ = with.get("type").map_or_else(|| isolated("?"), |type_| self.value(type_));
        let args = || [("type", type_.clone().into())];
        let data = with.get("data").map(|data| self.words.with("emit-data", [("data", self.value(data).into())]));
        Told::new(Icon::Emit, self.words.with("emit", args()), self.words.say("drawing-emit"))
            .detail(Some(type_.clone()))
            .and(data)
    }

    pub(super) fn listen(&self, listen: &'a Listen, number: &str, path: &[String]) -> Told {
        let args = || [("events", self.events(&listen.to).into())];
        let mut text = vec![self.words.with(&format!("listen-{}", consumption(&listen.to)), args())];
        text.extend(self.until(&listen.to));
        let mut detail = self.event_names(&listen.to);
        let (mut inner, mut lead) = (Inner::Nothing, None);
        if let Some(foreach) = &listen.foreach {
            let item = [("item", isolated(&format!("${}", foreach.item)).into())];
            if let Some(tasks) = &foreach.tasks {
                lead = Some(self.words.with("listen-each", item));
                let steps = self.below(tasks, number, path, Some(FOREACH));
                inner = Inner::Rounds { again: self.words.say("drawing-next-event"), steps };
            }
        }
        if detail.is_empty() {
            detail = self.words.say("event-every");
        }
        let label = self.words.say(&format!("drawing-listen-{}", consumption(&listen.to)));
        Told { icon: Icon::Listen, text, label, detail: Some(detail), inner, lead }
    }

    /// The events by their types alone.
    pub(super) fn event_names(&self, to: &Consumption) -> String {
        let filters = filters(to);
        let names: Vec<String> = filters.iter().map(|filter| self.event_name(filter)).collect();
        match to {
            Consumption::Any { .. } => self.words.either(&names),
            Consumption::One(_) | Consumption::All(_) => self.words.list(&names),
        }
    }

    fn event_name(&self, filter: &Filter) -> String {
        let type_ = filter.with.iter().find(|(name, _)| name == "type").map(|(_, value)| value.source());
        type_.map_or_else(|| self.words.say("event-every"), |type_| self.value(&type_))
    }

    /// The events with all that is asked of them.
    pub(super) fn events(&self, to: &Consumption) -> String {
        let filters = filters(to);
        let said: Vec<String> = filters.iter().map(|filter| self.event(filter)).collect();
        match to {
            Consumption::Any { filters, .. } if filters.is_empty() => self.words.say("event-every"),
            Consumption::Any { .. } => self.words.either(&said),
            Consumption::One(_) | Consumption::All(_) => self.words.list(&said),
        }
    }

    fn event(&self, filter: &Filter) -> String {
        let mut name = self.words.with("event", [("type", self.event_name(filter).into())]);
        let asked: Vec<String> = filter
            .with
            .iter()
            .filter(|(attribute, _)| attribute != "type")
            .map(|(attribute, value)| self.attribute(attribute, value))
            .collect();
        if !asked.is_empty() {
            let asked = self.words.list(&asked);
            name = self.words.with("event-where", [("event", name.into()), ("asked", asked.into())]);
        }
        for correlation in &filter.correlate {
            let from = self.expr(&correlation.from);
            let id = if correlation.expect.is_some() { "event-expect" } else { "event-correlate" };
            let expect = correlation.expect.as_ref().map_or_else(String::new, |expect| self.value(&expect.source()));
            name = self.words.with(
                id,
                [
                    ("event", name.into()),
                    ("from", from.into()),
                    ("name", isolated(&correlation.name).into()),
                    ("expect", expect.into()),
                ],
            );
        }
        name
    }

    fn attribute(&self, attribute: &str, value: &Template) -> String {
        let value = value.source();
        match value.as_str().and_then(expression) {
            Some(source) => self.words.condition(source, Style::Clause),
            None => {
                let value = self.value(&value);
                self.words.with("event-attribute", [("name", isolated(attribute).into()), ("value", value.into())])
            }
        }
    }

    fn until(&self, to: &Consumption) -> Option<String> {
        let Consumption::Any { until: Some(until), .. } = to else { return None };
        Some(match until {
            Until::Condition(condition) => self.condition_sentence("listen-until", condition),
            Until::Events(events) => {
                let args = [("events", self.events(events).into())];
                self.words.with(&format!("listen-until-{}", consumption(events)), args)
            }
        })
    }
}

/// The forms of a consumption that have words of their own.
pub(super) fn consumption(to: &Consumption) -> &'static str {
    match to {
        Consumption::One(_) => "one",
        Consumption::All(_) => "all",
        Consumption::Any { until: Some(_), .. } => "many",
        Consumption::Any { .. } => "any",
    }
}

fn filters(to: &Consumption) -> Vec<&Filter> {
    match to {
        Consumption::One(filter) => vec![filter],
        Consumption::All(filters) | Consumption::Any { filters, .. } => filters.iter().collect(),
    }
}
