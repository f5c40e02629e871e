//! A flow under test: takes a line, makes a command of it, and tells what came of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use peygir_core::state::{Activation, ActivationNumber, FlowRef, Progress, Status};
use peygir_core::{
    Activations, CloudEvent, Command, Data, Draws, Effect, Error, Event, Id, Instance, Moment, Outcome, Rejection,
    Seed, Surroundings, apply, command::Answer, effect::End, step, touched,
};
use peygir_dsl::model::Workflow;
use serde_json::Value;

/// 2026-11-21T08:00:00Z.
pub const START: Moment = Moment(1_795_248_000_000_000);

pub struct Run {
    pub workflow: Workflow,
    pub surroundings: Surroundings,
    pub state: Option<Instance>,
    pub at: Moment,
    seed: u8,
    /// Names of activations that are gone, for telling.
    keys: std::collections::BTreeMap<ActivationNumber, String>,
}

impl Run {
    pub fn new(tasks: &str) -> Self {
        let (workflow, surroundings) = (crate::read::workflow(tasks), Surroundings::default());
        Self { workflow, surroundings, state: None, at: START, seed: 1, keys: Default::default() }
    }

    pub fn instance(&self) -> &Instance {
        self.state.as_ref().expect("the flow was started")
    }

    /// Does what a line says, and tells what came of it.
    pub fn line(&mut self, line: &str) -> Vec<String> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        if let "after" | "later" = verb {
            let seconds: f64 = rest.parse().expect("seconds");
            self.at = START.plus_micros((seconds * 1e6) as i64);
            if verb == "later" {
                return Vec::new();
            }
        }
        let command = self.command(verb, rest);
        match self.send(&command) {
            Ok(outcome) => self.tell(&outcome),
            Err(rejection) => vec![format!("rejected: {rejection}")],
        }
    }

    fn command(&self, verb: &str, rest: &str) -> Command {
        let json = |text: &str| Data::from_json(text).unwrap_or_else(|error| panic!("{text:?} is no JSON: {error}"));
        match verb {
            "start" => start(json(rest)),
            "answer" => {
                let (key, output) = rest.split_once(' ').expect("answer KEY OUTPUT");
                let answer = Answer::Output { output: json(output), provenance: None, authorization: None };
                Command::Answer { activation: self.number(key), answer }
            }
            "fault" => {
                let words: Vec<&str> = rest.split(' ').collect();
                let [key, type_, status] = words[..] else { panic!("fault KEY TYPE STATUS") };
                let status = status.parse().expect("a status");
                let error = Error { type_: type_.into(), status, ..Error::default() };
                Command::Answer { activation: self.number(key), answer: Answer::Fault(error) }
            }
            "after" => Command::Wake,
            "event" => {
                let words: Vec<&str> = rest.splitn(3, ' ').collect();
                let [type_, id, data] = words[..] else { panic!("event TYPE ID DATA") };
                Command::Deliver { event: event(type_, id, json(data)), activation: None }
            }
            "cancel" => Command::Cancel { reason: "unwanted".into() },
            "continue" => Command::Continue,
            "retry" => Command::Retry,
            "suspend" => Command::Suspend { reason: "by test".into() },
            "resume" => Command::Resume,
            _ => panic!("no such verb: {verb}"),
        }
    }

    fn number(&self, key: &str) -> ActivationNumber {
        let found = self.instance().activations.values().find(|activation| activation.key == key);
        found.map_or(ActivationNumber::MAX, |activation| activation.number)
    }

    /// Sends a command, and checks what holds for every command.
    pub fn send(&mut self, command: &Command) -> Result<Outcome, Rejection> {
        self.seed = self.seed.wrapping_add(1);
        let decide = || {
            let draws = &mut Draws::new(Seed([self.seed; 16]), self.at);
            step(&self.workflow, &self.surroundings, self.state.as_ref(), command, self.at, draws)
        };
        let (outcome, again) = (decide(), decide());
        let outcome = match (outcome, again) {
            (Ok(outcome), Ok(again)) => {
                assert_eq!(outcome.events, again.events, "the same step gives the same events");
                assert_eq!(outcome.effects, again.effects, "the same step gives the same effects");
                outcome
            }
            (Err(rejection), Err(_)) => return Err(rejection),
            _ => panic!("the same step was once done and once rejected"),
        };
        let mut folded = self.state.take();
        for event in &outcome.events {
            assert_eq!(*event, coded(event));
            let before = folded.as_ref().map(|instance| instance.activations.clone()).unwrap_or_default();
            apply(&mut folded, event, self.at);
            let after = &folded.as_ref().expect("an instance").activations;
            let changed = changed(&before, after);
            let named: BTreeSet<ActivationNumber> = touched(event).into_iter().collect();
            assert!(changed.is_subset(&named), "{event:?} changed {changed:?} and names {named:?}");
            self.keys.extend(after.values().map(|one| (one.number, one.key.clone())));
        }
        assert_eq!(folded, outcome.instance, "the fold of the events is the state");
        let instance = folded.as_ref().expect("an instance");
        let mut stored = coded(instance);
        let rows = instance.activations.values();
        stored.timers = instance.timers.iter().map(|(number, timer)| (*number, coded(timer))).collect();
        stored.activations = rows.map(|row| (row.number, coded(row.as_ref()).into())).collect();
        assert_eq!(*instance, stored);
        check_tree(instance);
        self.state = folded;
        Ok(outcome)
    }

    fn tell(&self, outcome: &Outcome) -> Vec<String> {
        let events = outcome.events.iter().filter_map(|event| self.tell_event(event));
        events.chain(outcome.effects.iter().filter_map(|effect| self.tell_effect(effect))).collect()
    }

    fn key(&self, number: &ActivationNumber) -> &str {
        self.keys.get(number).map(String::as_str).filter(|key| !key.is_empty()).unwrap_or("root")
    }

    fn tell_event(&self, event: &Event) -> Option<String> {
        Some(match event {
            Event::InstanceStarted { .. } | Event::CallAnswered { .. } | Event::BranchesJoined { .. } => return None,
            Event::TaskStarted { key, raw_input, .. } => format!("started {key} {raw_input:?}"),
            Event::TaskSkipped { path, .. } => format!("skipped {}", path.join("/")),
            Event::TaskCompleted { activation, output } => {
                format!("completed {} {output:?}", self.key(activation))
            }
            Event::TaskFaulted { activation, error } => {
                format!("faulted {} {}", self.key(activation), tell_error(error))
            }
            Event::TaskCancelled { activation } => format!("cancelled {}", self.key(activation)),
            Event::ContextReplaced { branch, context } => {
                let of = branch.as_ref().map(|branch| format!(" of {}", self.key(branch))).unwrap_or_default();
                format!("context{of} {context:?}")
            }
            Event::TimerSet { timer } => {
                let seconds = (timer.due.0 - START.0) as f64 / 1e6;
                format!("timer {} {:?} at {seconds} of {}", timer.number, timer.purpose, self.key(&timer.activation))
            }
            Event::TimerCleared { timer, fired } => {
                format!("timer {timer} {}", if *fired { "fired" } else { "cleared" })
            }
            Event::BranchEnded { branch, .. } => format!("branch {branch} ended"),
            Event::RetryScheduled { activation, retry, error, .. } => {
                format!("retry {retry} of {} because of {}", self.key(activation), tell_error(error))
            }
            Event::TaskRetried { activation, .. } => format!("retried {}", self.key(activation)),
            Event::ErrorCaught { activation, error } => {
                format!("caught by {} {}", self.key(activation), tell_error(error))
            }
            Event::EventConsumed { activation, consumed, .. } => {
                format!("consumed {} by {} of {}", consumed.event.id, consumed.filter, self.key(activation))
            }
            Event::UntilAdvanced { activation, filter } => {
                format!("until {filter} of {}", self.key(activation))
            }
            Event::EventEmitted { event, .. } => {
                format!("emitted {} {:?}", event.type_, event.data)
            }
            Event::InstanceCompleted { .. } | Event::InstanceFaulted { .. } | Event::InstanceCancelled { .. } => {
                return None;
            }
            Event::InstanceRetried => "retried all".into(),
            Event::InstanceSuspended { reason } => format!("suspended {reason}"),
            Event::InstanceResumed => "resumed".into(),
            Event::RoundStarted { key, input, item, .. } => format!("round {key} of {item:?} {input:?}"),
            Event::ItemProcessed { activation, index, output } => {
                format!("item {index} of {} {output:?}", self.key(activation))
            }
            Event::ExtensionAdvanced { activation, phase, output, then } => {
                let output = output.as_ref().map(|output| format!(" {output:?}")).unwrap_or_default();
                let then = then.as_ref().map(|then| format!(" then {then}")).unwrap_or_default();
                format!("{} goes to {phase:?}{output}{then}", self.key(activation))
            }
            Event::TurnBounded { task, .. } => format!("bounded before {task}"),
        })
    }

    fn tell_effect(&self, effect: &Effect) -> Option<String> {
        Some(match effect {
            Effect::Call { function, with, key, awaits, .. } => {
                format!("call {key} {function} {with:?}{}", if *awaits { "" } else { " for nobody" })
            }
            Effect::Run { activation, name, version, input, awaits, .. } => {
                let version = version.as_ref().map(|version| format!(":{version}")).unwrap_or_default();
                let whom = if *awaits { "" } else { " for nobody" };
                format!("run {} {name}{version} {input:?}{whom}", self.key(activation))
            }
            Effect::Withdraw { activation } => format!("withdraw {}", self.key(activation)),
            Effect::Emitted { .. } => return None,
            Effect::Listening { activation } => format!("listening {}", self.key(activation)),
            Effect::Ended { end: End::Completed { output } } => format!("COMPLETED {output:?}"),
            Effect::Ended { end: End::Faulted { error } } => {
                let task = self.instance().faulted_task.clone().unwrap_or_default().join("/");
                format!("FAULTED [{task}] {}", tell_error(error))
            }
            Effect::Ended { end: End::Cancelled { reason } } => format!("CANCELLED {reason}"),
            Effect::Continue => "continue".into(),
        })
    }
}

fn tell_error(error: &Error) -> String {
    let type_ = error.type_.rsplit('/').next().unwrap_or_default();
    let instance = error.instance.as_deref().unwrap_or("-");
    format!("{type_} {} {instance}", error.status).trim_end().to_owned()
}

pub fn start(input: Data) -> Command {
    Command::Start {
        id: Id([3; 16]),
        flow: FlowRef { namespace: "test".into(), name: "flow".into(), version: "1.0.0".into() },
        input,
        started_by: "test".into(),
        digest: Value::from("digest").into(),
        parent: None,
    }
}

pub fn event(type_: &str, id: &str, data: Data) -> CloudEvent {
    CloudEvent {
        id: id.into(),
        source: "/test".into(),
        type_: type_.into(),
        time: START,
        subject: None,
        data,
        extensions: Data::empty(),
    }
}

fn coded<T: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()>>(value: &T) -> T {
    let bytes = minicbor::to_vec(value).expect("it can be encoded");
    minicbor::decode(&bytes).expect("what was encoded can be decoded")
}

fn changed(before: &Activations, after: &Activations) -> BTreeSet<ActivationNumber> {
    before.keys().chain(after.keys()).filter(|number| before.get(number) != after.get(number)).copied().collect()
}

/// Nothing in an instance hangs in the air.
fn check_tree(instance: &Instance) {
    let has = |number: &ActivationNumber| instance.activations.contains_key(number);
    let parents = instance.activations.values().filter_map(|activation| activation.parent);
    assert!(parents.into_iter().all(|parent| has(&parent)), "every parent is there: {instance:#?}");
    assert!(instance.timers.values().all(|timer| has(&timer.activation)), "every timer has its activation");
    let rests = |one: &Arc<Activation>| {
        matches!(one.progress, Progress::Call { .. } | Progress::Run { .. } | Progress::Listen { .. })
    };
    let waits = !instance.timers.is_empty() || !instance.pending.is_empty() || instance.activations.values().any(rests);
    let keys: Vec<&str> = instance.activations.values().map(|activation| activation.key.as_str()).collect();
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "no two that run have one key: {keys:?}");
    assert!(waits || instance.status != Status::Active, "an active instance waits for something: {instance:#?}");
    assert!(instance.pending.iter().all(|owed| has(&owed.parent)), "every start is owed to a scope that is there");
}
