//! `listen`: rests until events came that satisfy its filters.
//!
//! The events themselves are found by the host: those of a mailbox when the listener comes up, later ones as they
//! arrive. An event that counts for `until` is no part of the output. With `foreach`, what was consumed is a queue: the
//! tasks of one event end before those of the next begin, and the listener ends when it wants no more and all are through.

use peygir_dsl::lookup::FOREACH;
use peygir_dsl::model::{Consumption, Foreach, Kind, Listen, Read, Until};
use serde_json::Value;

use super::Rejection;
use super::filter::{Interest, Listener};
use super::scope::Scope;
use super::turn::Turn;
use super::walk::Starting;
use crate::error::Kind as Fault;
use crate::state::{ActivationNumber, Consumed, Progress};
use crate::{CloudEvent, Data, Effect, Error, Event};

pub(super) fn start(turn: &mut Turn<'_>, listen: &Listen, starting: Starting) {
    let progress = Progress::Listen {
        consumed: Vec::new(),
        bound: Data::empty(),
        until: Vec::new(),
        outputs: listen.foreach.as_ref().map(|_| Vec::new()),
        types: listen.to.event_types().map(|types| types.into_iter().collect()),
    };
    let number = turn.open(starting, progress);
    if matches!(&listen.to, Consumption::All(filters) if filters.is_empty()) {
        return turn.finish(number, Value::Array(Vec::new()).into(), None);
    }
    turn.effects.push(Effect::Listening { activation: number });
}

/// The tasks of an event came to their end.
pub(super) fn item_ended(turn: &mut Turn<'_>, number: ActivationNumber, index: u64, item: &Data, output: Data) {
    let Some(listen) = turn.listen_at(number) else {
        return;
    };
    if let Some(foreach) = &listen.foreach
        && turn.process(number, foreach, index, item, output)
    {
        turn.advance_listen(number, listen);
    }
}

impl<'a> Turn<'a> {
    /// Offers an event to the listeners that were there when it came, or to one of them.
    pub fn deliver(&mut self, event: &CloudEvent, only: Option<ActivationNumber>) -> Result<(), Rejection> {
        let mut listeners: Vec<ActivationNumber> = self
            .instance
            .activations
            .values()
            .filter(|activation| only.is_none_or(|only| only == activation.number))
            .filter(|activation| matches!(activation.progress, Progress::Listen { .. }))
            .map(|activation| activation.number)
            .collect();
        listeners.sort_by_cached_key(|number| (self.place_in_branches(*number), *number));
        let mut interested = false;
        for number in listeners {
            interested |= self.offer(number, event);
        }
        if interested { Ok(()) } else { Err(Rejection::NotFound) }
    }

    /// Whether the listener, if it is still there, took the event.
    fn offer(&mut self, number: ActivationNumber, event: &CloudEvent) -> bool {
        let (Some(activation), Some(listen)) =
            (self.instance.activations.get(&number).cloned(), self.listen_at(number))
        else {
            return false;
        };
        let Progress::Listen { consumed, until, .. } = &activation.progress else {
            return false;
        };
        if has_enough(&listen.to, consumed, until) {
            return false;
        }
        let listener = Listener { turn: self, activation: &activation, scope: Scope::of(&activation) };
        match listener.interest(&listen.to, event) {
            Interest::None => return false,
            Interest::Filter(..) if consumed.len() >= self.surroundings.limits.consumed_events_max => {
                let detail = format!("a `listen` consumes at most {} events", consumed.len());
                self.raise(number, Error::new(Fault::Runtime, detail));
            }
            Interest::Filter(filter, bound) => {
                let consumed = Consumed { filter, event: event.clone() };
                self.emit(Event::EventConsumed { activation: number, consumed, bound });
            }
            Interest::Until(filter) => self.emit(Event::UntilAdvanced { activation: number, filter }),
        }
        self.advance_listen(number, listen);
        self.run();
        true
    }

    fn listen_at(&self, number: ActivationNumber) -> Option<&'a Listen> {
        match &self.definition.task(&self.instance.activations.get(&number)?.path)?.kind {
            Kind::Listen(listen) => Some(listen),
            _ => None,
        }
    }

    /// Takes a listener as far as it comes: to its end, to the tasks of its next event, or to rest.
    fn advance_listen(&mut self, number: ActivationNumber, listen: &'a Listen) {
        while let Some(activation) = self.instance.activations.get(&number).cloned() {
            let Progress::Listen { consumed, until, outputs, .. } = &activation.progress else {
                return;
            };
            // A condition that fails on what came so far does not hold yet: what came is from outside.
            let enough = self.has_enough_now(&Scope::of(&activation), listen, consumed, until).unwrap_or(false);
            let (Some(foreach), Some(outputs)) = (&listen.foreach, outputs) else {
                if enough {
                    self.finish(number, as_read(consumed, listen.read), None);
                }
                return;
            };
            if enough && until.is_empty() && until_condition(&listen.to).is_some() {
                // Later the condition may not hold any more, as the tasks change the context.
                self.emit(Event::UntilAdvanced { activation: number, filter: 0 });
            }
            if self.instance.children(number).next().is_some() {
                return;
            }
            let Some(next) = consumed.get(outputs.len()) else {
                if enough {
                    let output = outputs.iter().map(|output| output.value().clone()).collect::<Value>();
                    self.finish(number, output.into(), None);
                }
                return;
            };
            let (index, item) = (outputs.len() as u64, Data::from(read(&next.event, listen.read)));
            if foreach.tasks.as_ref().is_some_and(|tasks| !tasks.is_empty()) {
                return self.open_round(&activation, FOREACH, index, item.clone(), item);
            }
            if !self.process(number, foreach, index, &item, item.clone()) {
                return;
            }
        }
    }

    /// An event is through with the output of its tasks. Whether the listener is still there.
    fn process(
        &mut self,
        number: ActivationNumber,
        foreach: &Foreach,
        index: u64,
        item: &Data,
        raw_output: Data,
    ) -> bool {
        let Some(activation) = self.instance.activations.get(&number).cloned() else {
            return false;
        };
        let scope = Scope::of(&activation)
            .with(&foreach.item, item.clone())
            .with(&foreach.at, Value::from(index).into())
            .after(&raw_output);
        match self.filter_in(&scope, (foreach.output.as_ref(), foreach.export.as_ref()), number, raw_output) {
            Ok(output) => self.emit(Event::ItemProcessed { activation: number, index, output }),
            Err(error) => self.raise(number, error),
        }
        self.has(number)
    }

    /// Whether the listener wants no more events, the condition of its `until` asked anew.
    fn has_enough_now(
        &self,
        scope: &Scope,
        listen: &Listen,
        consumed: &[Consumed],
        until: &[u32],
    ) -> Result<bool, Error> {
        match until_condition(&listen.to) {
            Some(condition) if until.is_empty() && !consumed.is_empty() => {
                self.test(scope, condition, &as_read(consumed, listen.read))
            }
            _ => Ok(has_enough(&listen.to, consumed, until)),
        }
    }
}

fn until_condition(to: &Consumption) -> Option<&peygir_dsl::expr::Expr> {
    match to {
        Consumption::Any { until: Some(Until::Condition(condition)), .. } => Some(condition),
        _ => None,
    }
}

/// Whether what came satisfies the strategy; of an `until` by a condition, whether that is known to have held.
fn has_enough(to: &Consumption, consumed: &[Consumed], until: &[u32]) -> bool {
    match to {
        Consumption::One(_) | Consumption::Any { until: None, .. } => !consumed.is_empty(),
        Consumption::All(filters) => satisfied(filters.len(), consumed.iter().map(|one| one.filter)),
        Consumption::Any { until: Some(Until::Condition(_)), .. } => !until.is_empty(),
        Consumption::Any { until: Some(Until::Events(events)), .. } => match events.as_ref() {
            Consumption::All(filters) => satisfied(filters.len(), until.iter().copied()),
            Consumption::One(_) | Consumption::Any { .. } => !until.is_empty(),
        },
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

fn as_read(consumed: &[Consumed], as_: Read) -> Data {
    Value::Array(consumed.iter().map(|one| read(&one.event, as_)).collect()).into()
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
