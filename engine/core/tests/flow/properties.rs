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
        1 => Just(json!({ "call": "g", "with": { "n": 1 } })),
        1 => Just(json!({ "raise": { "error": { "type": "https://example.ir/e", "status": 409 } } })),
        2 => any::<bool>().prop_map(|awaits| json!({ "run": {
            "workflow": { "namespace": "n", "name": "sub", "version": "1.0.0" }, "await": awaits } })),
        1 => any::<bool>().prop_map(|awaits| json!({ "run": { "shell": { "command": "ls" }, "await": awaits } })),
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
            (list(inner.clone()), any::<bool>()).prop_map(|(tasks, tested)| {
                let looped = json!({ "for": { "in": "[ 1, 2, 3 ]" }, "do": tasks });
                if tested { with(looped, "while", "$item < 3".into()) } else { looped }
            }),
            (list(inner.clone()), listen(), any::<bool>()).prop_map(|(tasks, listen, exports)| {
                let foreach = json!({ "do": tasks, "output": { "as": "[ $item, . ]" } });
                let export = json!({ "as": "{ n: $index }" });
                with(listen, "foreach", if exports { with(foreach, "export", export) } else { foreach })
            }),
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

/// What stands under `use`: a function that is a task, and up to two extensions.
fn declared() -> impl Strategy<Value = Value> {
    let lists = prop_oneof![
        Just(json!([{ "x": { "set": { "n": 5 }, "export": { "as": "{ n: 5 }" } } }])),
        Just(json!([{ "x": { "call": "f" } }])),
        Just(json!([{ "x": { "if": ".n == 1", "set": { "n": 9 }, "then": "exit" } }])),
        Just(
            json!([{ "x": { "wait": "PT1S" } }, { "y": { "raise": { "error": { "type": "https://example.ir/e", "status": 500 } } } }])
        ),
        Just(json!([{ "x": { "if": ".n == 2", "set": { "n": 9 }, "then": "end" } }])),
    ];
    let extended = prop_oneof![Just("all"), Just("call"), Just("set"), Just("for"), Just("composite"), Just("listen")];
    let one = (extended, prop::option::of(lists.clone()), prop::option::of(lists), any::<bool>());
    proptest::collection::vec(one, 0..3).prop_map(|extensions| {
        let extensions = extensions.into_iter().enumerate().map(|(index, (extended, before, after, asked))| {
            let mut extension = json!({ "extend": extended });
            for (member, list) in [("before", before), ("after", after)] {
                if let Some(list) = list {
                    extension[member] = list;
                }
            }
            if asked {
                extension["when"] = "$task.name != \"t1\"".into();
            }
            json!({ format!("e{index}"): extension })
        });
        let function = json!({ "do": [{ "one": { "call": "f" } }, { "two": { "set": { "n": "${ .n + 1 }" } } }] });
        let functions = json!({ "g": function });
        match extensions.collect::<Vec<Value>>() {
            none if none.is_empty() => json!({ "functions": functions }),
            some => json!({ "functions": functions, "extensions": some }),
        }
    })
}

#[derive(Debug, Clone)]
enum Move {
    Answer(usize, bool),
    Wake(i64),
    Deliver(&'static str, u8),
    Continue,
    Retry,
    Suspend,
    Resume,
    Cancel,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        6 => (any::<usize>(), prop::bool::weighted(0.7)).prop_map(|(which, well)| Move::Answer(which, well)),
        4 => (0..4_000_000_i64).prop_map(Move::Wake),
        3 => (prop_oneof![Just("a"), Just("b")], 0..6u8).prop_map(|(type_, id)| Move::Deliver(type_, id)),
        1 => Just(Move::Continue),
        2 => Just(Move::Retry),
        1 => Just(Move::Suspend),
        2 => Just(Move::Resume),
        1 => prop::bool::weighted(0.1).prop_map(|cancel| if cancel { Move::Cancel } else { Move::Continue }),
    ];
    proptest::collection::vec(one, 0..25)
}

fn calls(run: &Run) -> Vec<ActivationNumber> {
    let activations = run.instance().activations.values();
    let asks = |progress: &Progress| matches!(progress, Progress::Call { .. } | Progress::Run { .. });
    activations.filter(|one| asks(&one.progress)).map(|one| one.number).collect()
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
        Move::Suspend => Command::Suspend { reason: "for a while".into() },
        Move::Resume => Command::Resume,
        Move::Cancel => Command::Cancel { reason: "unwanted".into() },
    })
}

/// What was opened in the world and not closed yet: each call and run that is awaited is answered or withdrawn, once.
#[derive(Default)]
struct World(BTreeMap<ActivationNumber, String>);

impl World {
    fn see(&mut self, steps_max: u32, command: &Command, events: &[Event], effects: &[Effect]) {
        if let Command::Answer { activation, .. } = command {
            assert!(self.0.remove(activation).is_some(), "only an open call was answered");
        }
        for effect in effects {
            match effect {
                Effect::Call { activation, key, awaits: true, .. } => {
                    assert!(self.0.insert(*activation, key.clone()).is_none(), "a call is asked for once");
                }
                Effect::Run { activation, child, awaits: true, .. } => {
                    assert!(self.0.insert(*activation, child.to_string()).is_none(), "a child is started once");
                }
                Effect::Withdraw { activation } => {
                    assert!(self.0.remove(activation).is_some(), "only an open call is withdrawn");
                }
                _ => {}
            }
        }
        let started = events.iter().filter(|event| matches!(event, Event::TaskStarted { .. })).count();
        // With each task its extensions' activation and the list of one of them can begin, and the list of a try.
        assert!(started <= 4 * steps_max as usize, "a turn is bounded");
    }
}

proptest! {
    #![proptest_config(Config { cases: 120, failure_persistence: None, ..Config::default() })]

    #[test]
    fn whatever_happens_the_journal_is_the_state(
        tasks in list(task()),
        declared in declared(),
        steps_max in prop_oneof![Just(3_u32), Just(10), Just(1_000)],
        moves in moves(),
    ) {
        let mut run = Run::new(&format!("use: {declared}\ndo: {tasks}\ntimeout: {{ after: PT30S }}"));
        run.surroundings.limits.turn_steps_max = steps_max;
        let mut world = World::default();
        let begin = start(json!({ "n": 1 }).into());
        let outcome = run.send(&begin).expect("a flow starts");
        world.see(steps_max, &begin, &outcome.events, &outcome.effects);
        for move_ in &moves {
            let Some(command) = command(&mut run, move_) else { continue };
            let before = run.state.clone();
            match run.send(&command) {
                Ok(outcome) => {
                    prop_assert!(!outcome.events.is_empty());
                    world.see(steps_max, &command, &outcome.events, &outcome.effects);
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
    fn applying_never_fails_whatever_the_order(
        tasks in list(task()),
        declared in declared(),
        moves in moves(),
        order in any::<u64>(),
    ) {
        let mut run = Run::new(&format!("use: {declared}\ndo: {tasks}"));
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
