//! Waits for working time and questions to the calendars, on a virtual clock.

use crate::world::{World, at, day_closed};
use peygir_casework::deadlines;
use peygir_casework::functions::FUNCTIONS;
use peygir_casework::host::Fault;
use peygir_casework::records::MoveWhy;
use peygir_casework::{Event, tasks};
use peygir_core::Id;
use serde_json::{Value, json};

const OPERATION: Id = Id([5; 16]);

fn wait(world: &mut World, with: Value) -> Id {
    match &world.call("wait-working", with).expect("a wait")[..] {
        [Event::WaitBegun(wait)] => wait.id,
        other => panic!("{other:?}"),
    }
}

fn next(world: &mut World, with: Value) -> Value {
    let events = world.call("calendar-next", with).expect("an answer");
    assert_eq!(events, [], "a question leaves no record");
    world.answers.pop().expect("an answer").1
}

fn rederive(world: &mut World) -> Vec<Event> {
    let reply = world.with(|context| deadlines::rederive(context, OPERATION, MoveWhy::Closure));
    world.absorb(reply)
}

#[test]
fn a_wait_is_answered_at_its_moment() {
    for (with, expected) in [
        (json!({ "workingDays": 2 }), "2026-11-23T14:30:00+03:30"),
        (json!({ "workingHours": "PT5H" }), "2026-11-22T08:00:00+03:30"),
        (json!({ "until": "first working day of next month" }), "2026-11-22T07:30:00+03:30"),
    ] {
        let mut world = World::new();
        let id = wait(&mut world, with.clone());
        let moment = at(expected);
        world.go(moment.plus_micros(-1));
        assert!(world.answers.is_empty(), "{with}");
        world.go(moment);
        let (call, answer) = world.answers.pop().expect("an answer");
        assert_eq!(answer["at"], expected, "{with}");
        assert_eq!(call.activation, world.activation());
        assert_eq!(world.records.waits[&id].ended_at, Some(moment));
        world.go(moment.plus_micros(1));
        assert!(world.answers.is_empty(), "once");
    }
}

#[test]
fn a_wait_until_open_ends_at_once_where_it_is() {
    let mut world = World::new();
    wait(&mut world, json!({ "until": "open" }));
    world.wake();
    assert_eq!(world.answers.pop().expect("an answer").1["at"], "2026-11-21T10:00:00+03:30");
    world.go(at("2026-11-25T20:00+03:30"));
    wait(&mut world, json!({ "until": "open" }));
    world.go(at("2026-11-28T08:00+03:30"));
    let answer = world.answers.pop().expect("an answer").1;
    assert_eq!(answer["at"], "2026-11-28T07:30:00+03:30");
    assert_eq!(answer["date"], "1405/09/07");
    assert_eq!(answer["season"]["name"], "autumn");
}

#[test]
fn closures_move_waits_of_every_kind() {
    let mut world = World::new();
    world.at = at("2026-11-21T16:00+03:30");
    let days = wait(&mut world, json!({ "workingDays": 1 }));
    let open = wait(&mut world, json!({ "until": "open" }));
    let rule = wait(&mut world, json!({ "until": "second working day of the week" }));
    world.closures(&[day_closed("c1", "1405/09/01")]);
    let events = rederive(&mut world);
    assert_eq!(events.len(), 3, "{events:?}");
    assert_eq!(rederive(&mut world), []);
    let ends = |id: Id| world.records.waits[&id].at;
    assert_eq!(ends(days), at("2026-11-23T14:30+03:30"));
    assert_eq!(ends(open), at("2026-11-23T07:30+03:30"));
    assert_eq!(ends(rule), at("2026-11-23T07:30+03:30"));
    let opening = world.records.waits[&open].opening.as_deref().expect("an opening");
    assert_eq!(opening.moves[0].operation, Some(OPERATION));
    world.closures(&[]);
    world.go(at("2026-11-22T12:00+03:30"));
    rederive(&mut world);
    world.wake();
    assert_eq!(world.answers.len(), 2, "what should have been open by now is over at once");
}

#[test]
fn a_cancelled_call_ends_its_wait() {
    let mut world = World::new();
    let id = wait(&mut world, json!({ "workingDays": 1 }));
    let (instance, activation) = (crate::world::INSTANCE, world.activation());
    let events = tasks::withdraw(&world.records, instance, activation);
    assert_eq!(events, [Event::WaitEnded { wait: id }]);
    events.into_iter().for_each(|event| world.record(event));
    assert_eq!(tasks::withdraw(&world.records, instance, activation), []);
    assert_eq!(world.records.next_due(), None);
    world.go(at("2026-12-21T10:00+03:30"));
    assert!(world.answers.is_empty());
    world.closures(&[day_closed("c1", "1405/09/01")]);
    assert_eq!(rederive(&mut world), []);
}

#[test]
fn due_things_come_in_the_order_of_their_instants() {
    let mut world = World::new();
    world.due(json!({ "workingHours": 2 }), json!({ "onOverdue": { "flow": "a/b:1.0.0" } }));
    wait(&mut world, json!({ "workingHours": 1 }));
    wait(&mut world, json!({ "workingHours": 3 }));
    world.journal.clear();
    world.at = at("2026-11-22T10:00+03:30");
    world.wake();
    let kinds: Vec<bool> = world.journal.iter().map(|(_, event)| matches!(event, Event::WaitEnded { .. })).collect();
    assert_eq!(kinds, [true, false, true]);
}

#[test]
fn calendars_answer_questions() {
    let mut world = World::new();
    for (with, expected) in [
        (json!({ "open": true }), "2026-11-21T10:00:00+03:30"),
        (json!({ "open": true, "from": "2026-11-26T10:00:00+03:30" }), "2026-11-28T07:30:00+03:30"),
        (
            json!({ "rule": "first working monday of the season", "from": "2026-12-01T00:00:00Z" }),
            "2026-12-28T07:30:00+03:30",
        ),
        (json!({ "rule": { "nth": -1, "working": true, "of": "month" } }), "2026-12-21T07:30:00+03:30"),
        (json!({ "workingDays": 3 }), "2026-11-24T14:30:00+03:30"),
        (json!({ "workingHours": 8, "calendar": "ir-24x7" }), "2026-11-21T18:00:00+03:30"),
    ] {
        let answer = next(&mut world, with.clone());
        assert_eq!(answer["at"], expected, "{with}");
        assert!(answer["text"]["fa"].is_string() && answer["text"]["en"].is_string());
    }
    let answer = next(&mut world, json!({ "workingDays": 3 }));
    assert_eq!(answer["date"], "1405/09/03");
    assert_eq!(answer["weekday"], "tue");
    assert_eq!(answer["month"], json!({ "number": 9, "fa": "آذر", "en": "Azar" }));
    assert!(answer["derivation"].as_array().is_some_and(|stretches| stretches.len() > 2));
}

#[test]
fn questions_that_mean_nothing_are_faults() {
    let mut world = World::new();
    for (function, with) in [
        ("wait-working", json!({})),
        ("wait-working", json!({ "workingDays": 1, "until": "open" })),
        ("wait-working", json!({ "until": "someday" })),
        ("wait-working", json!({ "until": true })),
        ("wait-working", json!({ "workingDays": 1, "calendar": "nowhere" })),
        ("calendar-next", json!({})),
        ("calendar-next", json!({ "open": true, "rule": "last day of the month" })),
        ("calendar-next", json!({ "open": true, "from": "tomorrow" })),
        ("calendar-next", json!({ "rule": "first working monday of the seasn" })),
        ("calendar-next", json!({ "workingDays": 1_001 })),
    ] {
        assert!(world.call(function, with.clone()).is_err(), "{function} {with}");
    }
    let said = world.call("calendar-next", json!({ "rule": "first working mondy of the season" })).expect_err("a typo");
    assert!(matches!(&said, Fault::Input(text) if text.contains("monday")), "{said:?}");
}

#[test]
fn every_function_says_what_it_takes_and_gives() {
    for function in FUNCTIONS {
        for schema in [function.input, function.output] {
            let schema: Value = serde_json::from_str(schema).expect(function.name);
            assert_eq!(schema["type"], "object", "{}", function.name);
        }
    }
}
