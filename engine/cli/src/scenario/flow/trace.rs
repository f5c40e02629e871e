//! What happened in the flows of a scenario, read from the journal that the world keeps.

use std::collections::BTreeMap;

use peygir_core::{Event, Id, Moment};
use peygir_runtime::sim::{Life, Occurred};

/// The facts of each instance, in order.
pub type Facts = BTreeMap<Id, Vec<(Moment, Event)>>;

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
pub fn by_instance(life: &Life) -> Facts {
    let mut facts = Facts::new();
    for occurred in life.log() {
        facts.entry(occurred.instance).or_default().push((occurred.at, occurred.event));
    }
    facts
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
    let ids: Vec<&Id> = straight.keys().chain(cut.keys().filter(|id| !straight.contains_key(id))).collect();
    for id in ids {
        let none = Vec::new();
        let (left, right) = (straight.get(id).unwrap_or(&none), cut.get(id).unwrap_or(&none));
        let length = left.len().max(right.len());
        for index in (0..length).filter(|index| left.get(*index) != right.get(*index)) {
            let shown = |fact: Option<&(Moment, Event)>| match fact {
                Some((at, event)) => format!("instance {id}, event {}: {at} {event:?}", index + 1),
                None => format!("instance {id}, event {}: none", index + 1),
            };
            return Some((shown(left.get(index)), shown(right.get(index))));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::kind;
    use peygir_core::Event;

    #[test]
    fn kinds_are_named_as_the_manual_does() {
        assert_eq!(kind(&Event::InstanceResumed), "instance-resumed");
        assert_eq!(kind(&Event::TaskCancelled { activation: 1 }), "task-cancelled");
    }
}
