//! Whether an event is one that a filter wants: its attributes, and what it is correlated by.

use peygir_dsl::expr::Template;
use peygir_dsl::model::{Consumption, Correlation, Filter, Until};
use serde_json::{Map, Value};

use super::scope::Scope;
use super::turn::Turn;
use crate::state::{Activation, Progress};
use crate::{CloudEvent, Data, Error};

/// What an event does to a listener.
pub(super) enum Interest {
    None,
    /// It satisfies this filter. The correlations' values are those bound so far and by this event.
    Filter(u32, Data),
    /// It satisfies this filter of `until`.
    Until(u32),
}

/// A listener while it looks at one event.
pub(super) struct Listener<'l> {
    pub turn: &'l Turn<'l>,
    pub activation: &'l Activation,
    pub scope: Scope,
}

impl Listener<'_> {
    pub fn interest(&self, to: &Consumption, event: &CloudEvent) -> Interest {
        let Progress::Listen { consumed, bound, until, .. } = &self.activation.progress else {
            return Interest::None;
        };
        if consumed.iter().any(|one| one.event.id == event.id && one.event.source == event.source) {
            return Interest::None;
        }
        let envelope = Data::from(event.envelope());
        if let Consumption::Any { until: Some(Until::Events(events)), .. } = to
            && let Some((filter, _)) = self.first(events, &envelope, bound, until)
        {
            return Interest::Until(filter);
        }
        let taken: Vec<u32> = consumed.iter().map(|one| one.filter).collect();
        let found = self.first(to, &envelope, bound, &taken);
        found.map_or(Interest::None, |(filter, bound)| Interest::Filter(filter, bound))
    }

    /// The first filter that this event satisfies. One of `all` that had its event in `taken` wants no other.
    fn first(&self, to: &Consumption, envelope: &Data, bound: &Data, taken: &[u32]) -> Option<(u32, Data)> {
        let (filters, once) = match to {
            Consumption::One(filter) => (std::slice::from_ref(filter), false),
            Consumption::All(filters) => (filters.as_slice(), true),
            Consumption::Any { filters, .. } if filters.is_empty() => {
                return Some((0, bound.clone()));
            }
            Consumption::Any { filters, .. } => (filters.as_slice(), false),
        };
        for (index, filter) in (0..).zip(filters) {
            if once && taken.contains(&index) {
                continue;
            }
            // Events come from outside: one on which an expression fails is not the one that is waited for, or anybody who
            // may send events could fault whoever waits.
            if let Ok(Some(bound)) = self.satisfied(filter, envelope, bound) {
                return Some((index, bound));
            }
        }
        None
    }

    /// The values bound by this event, if the filter wants it.
    fn satisfied(&self, filter: &Filter, envelope: &Data, bound: &Data) -> Result<Option<Data>, Error> {
        let fill = |template: &Template, on: &Data| self.turn.fill(&self.scope, template, on);
        match attributes_match(&fill, filter, envelope)? {
            true => self.correlate(&filter.correlate, envelope, bound),
            false => Ok(None),
        }
    }

    /// The values bound when this event is taken; None if it is about something else. An event that lacks a value can't
    /// bind it.
    fn correlate(&self, with: &[Correlation], envelope: &Data, bound: &Data) -> Result<Option<Data>, Error> {
        let mut values: Map<String, Value> = bound.value().as_object().cloned().unwrap_or_default();
        for correlation in with {
            let found = self.turn.eval(&self.scope, &correlation.from, envelope)?;
            let expected = match &correlation.expect {
                Some(expect) => Some(self.turn.fill(&self.scope, expect, &self.activation.input)?.value().clone()),
                None => values.get(&correlation.name).cloned(),
            };
            match expected {
                Some(expected) if expected != *found.value() => return Ok(None),
                Some(_) => {}
                None if found.value().is_null() => return Ok(None),
                None => {
                    values.insert(correlation.name.clone(), found.value().clone());
                }
            }
        }
        Ok(Some(Value::Object(values).into()))
    }
}

/// Plain attributes are compared before an expression is evaluated, so that one written for events of its own type
/// does not meet others.
pub(super) fn attributes_match(
    fill: &dyn Fn(&Template, &Data) -> Result<Data, Error>,
    filter: &Filter,
    envelope: &Data,
) -> Result<bool, Error> {
    let is_plain = |template: &Template| matches!(template, Template::Literal(_));
    let plain = filter.with.iter().filter(|(_, wanted)| is_plain(wanted));
    let rest = filter.with.iter().filter(|(_, wanted)| !is_plain(wanted));
    for (name, wanted) in plain.chain(rest) {
        let attribute = Data::from(envelope.value().get(name).cloned().unwrap_or(Value::Null));
        let given = fill(wanted, &attribute)?;
        let matches = match (wanted, given.value()) {
            (Template::Expr(_), Value::Bool(holds)) => *holds,
            (_, given) => given == attribute.value(),
        };
        if !matches {
            return Ok(false);
        }
    }
    Ok(true)
}
