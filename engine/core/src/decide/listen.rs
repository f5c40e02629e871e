//! `listen`: rests until events came that satisfy its filters.
//!
//! The events themselves are found by the host: those of a mailbox when the listener comes up, later ones as they
//! arrive. An event that counts for `until` is no part of the output.

use peygir_dsl::expr::Template;
use peygir_dsl::model::{Consumption, Correlation, Filter, Kind, Listen, Read, Until};
use serde_json::{Map, Value};

use super::Rejection;
use super::scope::Variables;
use super::turn::Turn;
use super::walk::Starting;
use crate::state::{Activation, ActivationNumber, Consumed, Progress};
use crate::{CloudEvent, Data, Effect, Error, Event};

pub(super) fn start(turn: &mut Turn<'_>, listen: &Listen, starting: Starting) {
    let progress = Progress::Listen { consumed: Vec::new(), bound: Data::empty(), until: Vec::new() };
    let number = turn.open(starting, progress);
    if matches!(&listen.to, Consumption::All(filters) if filters.is_empty()) {
        return turn.finish(number, Value::Array(Vec::new()).into(), None);
    }
    turn.effects.push(Effect::Listening { activation: number });
}

/// What an event does to a listener.
enum Interest {
    None,
    /// It satisfies this filter. The correlations' values are those bound so far and by this event.
    Filter(u32, Data),
    /// It satisfies this filter of `until`.
    Until(u32),
}

impl Turn<'_> {
    /// Offers an event to the listeners that were there when it came, or to one of them.
    pub fn deliver(&mut self, event: &CloudEvent, only: Option<ActivationNumber>) -> Result<(), Rejection> {
        let listeners: Vec<ActivationNumber> = self
            .instance
            .activations
            .values()
            .filter(|activation| only.is_none_or(|only| only == activation.number))
            .filter(|activation| matches!(activation.progress, Progress::Listen { .. }))
            .map(|activation| activation.number)
            .collect();
        let mut interested = false;
        for number in listeners {
            interested |= self.offer(number, event);
        }
        if interested { Ok(()) } else { Err(Rejection::NotFound) }
    }

    /// Whether the listener, if it is still there, took the event.
    fn offer(&mut self, number: ActivationNumber, event: &CloudEvent) -> bool {
        let Some(activation) = self.instance.activations.get(&number).cloned() else {
            return false;
        };
        let Some(Kind::Listen(listen)) = self.definition.task(&activation.path).map(|task| &task.kind) else {
            return false;
        };
        let listener = Listener { variables: self.activation_variables(&activation), activation: &activation };
        match listener.interest(&listen.to, event) {
            Ok(Interest::None) => return false,
            Ok(Interest::Filter(filter, bound)) => {
                let consumed = Consumed { filter, event: event.clone() };
                self.emit(Event::EventConsumed { activation: number, consumed, bound });
            }
            Ok(Interest::Until(filter)) => self.emit(Event::UntilAdvanced { activation: number, filter }),
            Err(error) => self.raise(number, error),
        }
        self.complete_listen(number, listen, &listener.variables);
        self.run();
        true
    }

    fn complete_listen(&mut self, number: ActivationNumber, listen: &Listen, variables: &Variables) {
        let Some(activation) = self.instance.activations.get(&number) else {
            return;
        };
        let Progress::Listen { consumed, until, .. } = &activation.progress else {
            return;
        };
        let output = Data::from(Value::Array(consumed.iter().map(|one| read(&one.event, listen.read)).collect()));
        let complete = match &listen.to {
            Consumption::One(_) | Consumption::Any { until: None, .. } => Ok(!consumed.is_empty()),
            Consumption::All(filters) => Ok(satisfied(filters.len(), consumed.iter().map(|one| one.filter))),
            Consumption::Any { until: Some(Until::Condition(condition)), .. } => variables.test(condition, &output),
            Consumption::Any { until: Some(Until::Events(events)), .. } => Ok(match events.as_ref() {
                Consumption::All(filters) => satisfied(filters.len(), until.iter().copied()),
                Consumption::One(_) | Consumption::Any { .. } => !until.is_empty(),
            }),
        };
        match complete {
            Ok(true) => self.finish(number, output, None),
            Ok(false) => {}
            Err(error) => self.raise(number, error),
        }
    }
}

/// Whether each of `count` filters has had its event.
fn satisfied(count: usize, by: impl Iterator<Item = u32>) -> bool {
    let mut had = vec![false; count];
    for filter in by {
        if let Some(had) = had.get_mut(filter as usize) {
            *had = true;
        }
    }
    had.iter().all(|had| *had)
}

pub(super) fn read(event: &CloudEvent, as_: Read) -> Value {
    match as_ {
        Read::Data => event.data.value().clone(),
        Read::Envelope => event.envelope(),
        // The data as it would be sent: text stays text.
        Read::Raw => match event.data.value() {
            Value::String(text) => text.clone().into(),
            _ => event.data.json().into(),
        },
    }
}

/// A listener while it looks at one event.
struct Listener<'v> {
    activation: &'v Activation,
    variables: Variables,
}

impl Listener<'_> {
    fn interest(&self, to: &Consumption, event: &CloudEvent) -> Result<Interest, Error> {
        let Progress::Listen { consumed, bound, until } = &self.activation.progress else {
            return Ok(Interest::None);
        };
        if consumed.iter().any(|one| one.event.id == event.id && one.event.source == event.source) {
            return Ok(Interest::None);
        }
        let envelope = Data::from(event.envelope());
        if let Consumption::Any { until: Some(Until::Events(events)), .. } = to
            && let Some((filter, _)) = self.first(events, &envelope, bound, until)?
        {
            return Ok(Interest::Until(filter));
        }
        let taken: Vec<u32> = consumed.iter().map(|one| one.filter).collect();
        let found = self.first(to, &envelope, bound, &taken)?;
        Ok(found.map_or(Interest::None, |(filter, bound)| Interest::Filter(filter, bound)))
    }

    /// The first filter that this event satisfies. One of `all` that had its event in `taken` wants no other.
    fn first(
        &self,
        to: &Consumption,
        envelope: &Data,
        bound: &Data,
        taken: &[u32],
    ) -> Result<Option<(u32, Data)>, Error> {
        let (filters, once) = match to {
            Consumption::One(filter) => (std::slice::from_ref(filter), false),
            Consumption::All(filters) => (filters.as_slice(), true),
            Consumption::Any { filters, .. } if filters.is_empty() => {
                return Ok(Some((0, bound.clone())));
            }
            Consumption::Any { filters, .. } => (filters.as_slice(), false),
        };
        for (index, filter) in (0..).zip(filters) {
            if once && taken.contains(&index) {
                continue;
            }
            if attributes_match(&self.variables, filter, envelope)?
                && let Some(bound) = self.correlate(&filter.correlate, envelope, bound)?
            {
                return Ok(Some((index, bound)));
            }
        }
        Ok(None)
    }

    /// The values bound when this event is taken; None if it is about something else. An event that lacks a value can't
    /// bind it.
    fn correlate(&self, with: &[Correlation], envelope: &Data, bound: &Data) -> Result<Option<Data>, Error> {
        let mut values: Map<String, Value> = bound.value().as_object().cloned().unwrap_or_default();
        for correlation in with {
            let found = self.variables.eval(&correlation.from, envelope)?;
            let expected = match &correlation.expect {
                Some(expect) => Some(self.variables.fill(expect, &self.activation.input)?.value().clone()),
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
pub(super) fn attributes_match(variables: &Variables, filter: &Filter, envelope: &Data) -> Result<bool, Error> {
    let is_plain = |template: &Template| matches!(template, Template::Literal(_));
    let plain = filter.with.iter().filter(|(_, wanted)| is_plain(wanted));
    let rest = filter.with.iter().filter(|(_, wanted)| !is_plain(wanted));
    for (name, wanted) in plain.chain(rest) {
        let attribute = Data::from(envelope.value().get(name).cloned().unwrap_or(Value::Null));
        let given = variables.fill(wanted, &attribute)?;
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
