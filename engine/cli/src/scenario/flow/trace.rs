//! What happened in the flows of a scenario, read from the journal that the world keeps.

use std::collections::BTreeMap;
use std::sync::Arc;

use peygir_core::{Event, Id, Moment};
use peygir_runtime::lifecycle::{Cursor, Error, Follower, Lifecycle, LifecycleEvent};
use peygir_runtime::sim::{Life, Occurred, World};

/// Events read at once.
const PAGE_EVENTS: usize = 1_000;

/// What happened in an instance.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Observed {
    /// Facts of the journal, in order.
    facts: Vec<(Moment, Event)>,
    /// What the outside is told, in order: place, type, instant and content. Ids name commits, and recovering makes commits of its
    /// own.
    told: Vec<(u64, String, Moment, String)>,
}

/// By instance.
pub type Facts = BTreeMap<Id, Observed>;

/// A fact with the task that it is about.
pub struct Fact {
    pub at: Moment,
    pub instance: Id,
    /// As the manual writes it: `task-started`.
    pub kind: String,
    /// Path of names; empty where it is about the instance.
    pub path: Vec<String>,
    pub event: Event,
}

/// All facts, in the order of their commits.
pub fn facts(life: &Life) -> Vec<Fact> {
    let mut paths: BTreeMap<(Id, u64), Vec<String>> = BTreeMap::new();
    let fact = |occurred: Occurred| {
        let Occurred { instance, at, event, .. } = occurred;
        if let Event::TaskStarted { activation, path, .. } = &event {
            paths.insert((instance, *activation), path.clone());
        }
        let path = match &event {
            Event::TaskSkipped { path, .. } => path.clone(),
            other => {
                activation_of(other).and_then(|number| paths.get(&(instance, number)).cloned()).unwrap_or_default()
            }
        };
        Fact { at, instance, kind: kind(&event), path, event }
    };
    life.log().into_iter().map(fact).collect()
}

/// By instance, for comparing two runs of the same scenario.
pub fn by_instance(world: &World) -> Result<Facts, Error> {
    let mut facts = Facts::new();
    for occurred in world.life.log() {
        facts.entry(occurred.instance).or_default().facts.push((occurred.at, occurred.event));
    }
    for told in lifecycle(world)? {
        let content = told.event.data.json().to_owned();
        let line = (told.sequence, told.kind.type_().to_owned(), told.event.time, content);
        facts.entry(told.instance).or_default().told.push(line);
    }
    Ok(facts)
}

/// Everything that the outside is told of workflows and tasks, as the process that lives now makes it of the journal.
pub fn lifecycle(world: &World) -> Result<Vec<Arc<LifecycleEvent>>, Error> {
    let lifecycle = Lifecycle::new(world.host().engine.clone());
    let mut follower = Follower::new(lifecycle, Cursor::before_frame(1), None)?;
    let mut events = Vec::new();
    loop {
        let page = follower.page(PAGE_EVENTS, |_| Ok(true))?;
        events.extend(page.events);
        if page.is_last {
            return Ok(events);
        }
    }
}

/// Name of an event's kind with hyphens, from the name of its variant.
pub fn kind(event: &Event) -> String {
    let shown = format!("{event:?}");
    let name: &str = shown.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
    let mut kind = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !kind.is_empty() {
            kind.push('-');
        }
        kind.push(letter.to_ascii_lowercase());
    }
    kind
}

/// The activation that an event is about.
fn activation_of(event: &Event) -> Option<u64> {
    match event {
        Event::TaskStarted { activation, .. }
        | Event::TaskCompleted { activation, .. }
        | Event::TaskFaulted { activation, .. }
        | Event::TaskCancelled { activation }
        | Event::CallAnswered { activation, .. }
        | Event::RetryScheduled { activation, .. }
        | Event::TaskRetried { activation, .. }
        | Event::ErrorCaught { activation, .. }
        | Event::EventConsumed { activation, .. }
        | Event::UntilAdvanced { activation, .. }
        | Event::EventEmitted { activation, .. } => Some(*activation),
        Event::BranchEnded { fork, .. } => Some(*fork),
        Event::TimerSet { timer } => Some(timer.activation),
        _ => None,
    }
}

/// Where two runs differ first, in words.
pub fn difference(straight: &Facts, cut: &Facts) -> Option<(String, String)> {
    let none = Observed::default();
    let ids = straight.keys().chain(cut.keys().filter(|id| !straight.contains_key(id)));
    ids.map(|id| (id, straight.get(id).unwrap_or(&none), cut.get(id).unwrap_or(&none))).find_map(|(id, left, right)| {
        first_difference(&left.facts, &right.facts)
            .or_else(|| first_difference(&left.told, &right.told))
            .map(|(left, right)| (format!("instance {id}, {left}"), format!("instance {id}, {right}")))
    })
}

fn first_difference<T: PartialEq + std::fmt::Debug>(left: &[T], right: &[T]) -> Option<(String, String)> {
    let length = left.len().max(right.len());
    let index = (0..length).find(|index| left.get(*index) != right.get(*index))?;
    let shown = |one: Option<&T>| match one {
        Some(one) => format!("event {}: {one:?}", index + 1),
        None => format!("event {}: none", index + 1),
    };
    Some((shown(left.get(index)), shown(right.get(index))))
}

#[cfg(test)]
mod tests {
    use super::{Facts, Observed, difference, kind};
    use peygir_core::{Event, Id, Moment};

    #[test]
    fn runs_that_differ_in_one_event_or_one_instant_are_told_apart() {
        let run = |at: i64, activation: u64| {
            let facts = vec![(Moment(at), Event::TaskCancelled { activation })];
            Facts::from([(Id([1; 16]), Observed { facts, told: Vec::new() })])
        };
        assert_eq!(difference(&run(1, 2), &run(1, 2)), None);
        assert!(difference(&run(1, 2), &run(2, 2)).is_some());
        assert!(difference(&run(1, 2), &run(1, 3)).is_some());
        assert!(difference(&run(1, 2), &Facts::new()).is_some() && difference(&Facts::new(), &run(1, 2)).is_some());
    }

    #[test]
    fn kinds_are_named_as_the_manual_does() {
        assert_eq!(kind(&Event::InstanceResumed), "instance-resumed");
        assert_eq!(kind(&Event::TaskCancelled { activation: 1 }), "task-cancelled");
    }
}
