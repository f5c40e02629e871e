//! Random flows and random commands: what [`Run::send`] checks holds for all of them.

use std::collections::BTreeMap;

use peygir_core::command::Answer;
use peygir_core::state::{ActivationNumber, Progress, Status};
use peygir_core::{Command, Data, Effect, Error, Event};
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::{Value, json};

use super::run::{Run, event, start};

/// One random task, before it has a name.
fn task() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        3 => Just(json!({ "set": { "n": "${ .n + 1 }" } })),
        1 => Just(json!({ "set": { "n": 1 }, "export": { "as": "$context + { n: .n }" } })),
        1 => Just(json!({ "set": { "n": "${ .n | error }" } })),
        1 => Just(json!({ "if": ".n == 1", "set": { "n": 7 } })),
        4 => Just(json!({ "call": "f" })),
        1 => Just(json!({ "call": "f", "timeout": { "after": "PT3S" } })),
        2 => (0..5u8).prop_map(|seconds| json!({ "wait": format!("PT{seconds}S") })),
        1 => Just(json!({ "emit": { "event": { "with": { "type": "a" } } } })),
        1 => Just(json!({ "switch": [{ "x": { "when": ".n == 1", "then": "exit" } }, { "y": { "then": "continue" } }] })),
        3 => listen(),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            (list(inner.clone()), any::<bool>()).prop_map(|(tasks, limited)| {
                let composite = json!({ "do": tasks });
                if limited { with(composite, "timeout", json!({ "after": "PT4S" })) } else { composite }
            }),
            (list(inner.clone()).prop_map(without_jumps), any::<bool>())
                .prop_map(|(branches, compete)| json!({ "fork": { "branches": branches, "compete": compete } })),
            (list(inner.clone()), list(inner), 0..5u8).prop_map(|(tasks, handler, policy)| {
                let retry = json!({ "delay": "PT2S", "backoff": { "linear": {} },
                    "jitter": { "from": { "seconds": 0 }, "to": { "seconds": 2 } },
                    "limit": { "attempt": { "count": 2, "duration": "PT5S" } } });
                let catch = match policy {
                    0 => json!({}),
                    1 => json!({ "do": handler }),
                    2 => json!({ "retry": retry }),
                    3 => json!({ "retry": retry, "do": handler }),
                    _ => json!({ "errors": { "with": { "status": 408 } }, "do": handler }),
                };
                json!({ "try": tasks, "catch": catch })
            }),
        ]
    })
}

fn listen() -> impl Strategy<Value = Value> {
    let (a, b) = (json!({ "with": { "type": "a" } }), json!({ "with": { "type": "b" } }));
    prop_oneof![
        Just(json!({ "one": a })),
        Just(json!({ "all": [a, b] })),
        Just(json!({ "any": [a, b], "until": "length > 1" })),
        Just(json!({ "any": [], "until": { "one": b } })),
    ]
    .prop_map(|to| json!({ "listen": { "to": to } }))
}

/// Up to three tasks, some of which do not simply go on.
fn list(task: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let then = prop_oneof![8 => Just(None), 1 => Just(Some("exit")), 1 => Just(Some("end")), 1 => Just(Some("t0"))];
    proptest::collection::vec((task, then), 1..4).prop_map(|tasks| {
        let named = tasks.into_iter().enumerate().map(|(index, (task, then))| {
            let task = if let Some(then) = then { with(task, "then", then.into()) } else { task };
            json!({ format!("t{index}"): task })
        });
        named.collect()
    })
}

/// A branch of a fork has no list to jump in.
fn without_jumps(mut branches: Value) -> Value {
    for branch in branches.as_array_mut().into_iter().flatten() {
        for task in branch.as_object_mut().into_iter().flat_map(|members| members.values_mut()) {
            if task["then"] == "t0" {
                task["then"] = "exit".into();
            }
        }
    }
    branches
}

fn with(mut task: Value, member: &str, value: Value) -> Value {
    task[member] = value;
    task
}

#[derive(Debug, Clone)]
enum Move {
    Answer(usize, bool),
    Wake(i64),
    Deliver(&'static str, u8),
    Continue,
    Retry,
    Cancel,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        6 => (any::<usize>(), prop::bool::weighted(0.7)).prop_map(|(which, well)| Move::Answer(which, well)),
        4 => (0..4_000_000_i64).prop_map(Move::Wake),
        3 => (prop_oneof![Just("a"), Just("b")], 0..6u8).prop_map(|(type_, id)| Move::Deliver(type_, id)),
        1 => Just(Move::Continue),
        2 => Just(Move::Retry),
        1 => prop::bool::weighted(0.1).prop_map(|cancel| if cancel { Move::Cancel } else { Move::Continue }),
    ];
    proptest::collection::vec(one, 0..25)
}

fn calls(run: &Run) -> Vec<ActivationNumber> {
    let activations = run.instance().activations.values();
    activations.filter(|one| matches!(one.progress, Progress::Call { .. })).map(|one| one.number).collect()
}

fn command(run: &mut Run, move_: &Move) -> Option<Command> {
    Some(match move_ {
        Move::Answer(which, well) => {
            let calls = calls(run);
            let activation = *calls.get(which.checked_rem(calls.len())?)?;
            let answer = if *well {
                Answer::Output {
                    output: json!({ "n": which % 3 }).into(),
                    provenance: Some(Data::null()),
                    authorization: None,
                }
            } else {
                Answer::Fault(Error { type_: "x".into(), status: 500, ..Error::default() })
            };
            Command::Answer { activation, answer }
        }
        Move::Wake(micros) => {
            run.at = run.at.plus_micros(*micros);
            Command::Wake
        }
        Move::Deliver(type_, id) => {
            Command::Deliver { event: event(type_, &id.to_string(), json!({ "n": id }).into()), activation: None }
        }
        Move::Continue => Command::Continue,
        Move::Retry => Command::Retry,
        Move::Cancel => Command::Cancel { reason: "unwanted".into() },
    })
}

/// What was opened in the world and not closed yet: each call is answered or withdrawn, once.
#[derive(Default)]
struct World(BTreeMap<ActivationNumber, String>);

impl World {
    fn see(&mut self, command: &Command, events: &[Event], effects: &[Effect]) {
        if let Command::Answer { activation, .. } = command {
            assert!(self.0.remove(activation).is_some(), "only an open call was answered");
        }
        for effect in effects {
            match effect {
                Effect::Call { activation, key, .. } => {
                    assert!(self.0.insert(*activation, key.clone()).is_none(), "a call is asked for once");
                }
                Effect::Withdraw { activation } => {
                    assert!(self.0.remove(activation).is_some(), "only an open call is withdrawn");
                }
                _ => {}
            }
        }
        let started = events.iter().filter(|event| matches!(event, Event::TaskStarted { .. })).count();
        assert!(started <= 2 * peygir_core::Limits::default().turn_steps_max as usize, "a turn is bounded");
    }
}

proptest! {
    #![proptest_config(Config { cases: 120, failure_persistence: None, ..Config::default() })]

    #[test]
    fn whatever_happens_the_journal_is_the_state(tasks in list(task()), moves in moves()) {
        let mut run = Run::new(&format!("do: {}\ntimeout: {{ after: PT30S }}", tasks));
        let mut world = World::default();
        let begin = start(json!({ "n": 1 }).into());
        let outcome = run.send(&begin).expect("a flow starts");
        world.see(&begin, &outcome.events, &outcome.effects);
        for move_ in &moves {
            let Some(command) = command(&mut run, move_) else { continue };
            let before = run.state.clone();
            match run.send(&command) {
                Ok(outcome) => {
                    prop_assert!(!outcome.events.is_empty());
                    world.see(&command, &outcome.events, &outcome.effects);
                }
                Err(_) => prop_assert_eq!(&before, &run.state),
            }
            let open: Vec<ActivationNumber> = world.0.keys().copied().collect();
            prop_assert_eq!(open, calls(&run), "the open calls are those of the state");
            let ended = matches!(run.instance().status, Status::Completed | Status::Cancelled);
            prop_assert!(!ended || run.instance().activations.is_empty());
        }
    }

    #[test]
    fn applying_never_fails_whatever_the_order(tasks in list(task()), moves in moves(), order in any::<u64>()) {
        let mut run = Run::new(&format!("do: {tasks}"));
        let mut events = run.send(&start(json!({ "n": 1 }).into())).expect("a flow starts").events;
        for move_ in &moves {
            let Some(command) = command(&mut run, move_) else { continue };
            events.extend(run.send(&command).map(|outcome| outcome.events).unwrap_or_default());
        }
        let mut state = run.state.clone();
        for turn in 0..events.len() {
            let picked = (order as usize).wrapping_add(turn.wrapping_mul(7)) % events.len();
            peygir_core::apply(&mut state, &events[picked], run.at);
        }
        prop_assert!(state.is_some());
    }
}
