//! Calendars that were deployed with changes begin an operation by themselves; what is wrong with a closure is told.

use std::sync::Arc;

use peygir_calendar::{Calendars, ClosedHours, Hours};
use peygir_casework::records::MoveWhy;
use peygir_runtime::closures::{Order, Refused, STREAM};
use peygir_runtime::engine::Failure;
use peygir_runtime::{pack, turn};
use peygir_store::memory::MemoryStore;

use crate::common::root;
use crate::office::*;

/// The catalog with the working calendar as it is shipped and these lines at its end.
fn with_lines(lines: &str) -> pack::Catalog {
    let mut catalog = catalog();
    let sheet = |name: &str, more: &str| {
        let text = std::fs::read_to_string(root().join(format!("rules/calendars/{name}.yaml"))).unwrap() + more;
        let (sheet, _) = peygir_calendar::read::sheet(&peygir_source::yaml::parse(&text).unwrap()).unwrap();
        (format!("{name}.yaml"), sheet)
    };
    let (calendars, found) = Calendars::resolve(vec![sheet("ir-24x7", ""), sheet("ir-working", lines)]);
    assert!(!found.has_errors(), "{found:#?}");
    let mut digests = catalog.contents.calendar_digests();
    digests.insert("ir-working".to_owned(), format!("with {lines}"));
    catalog.contents = catalog.contents.with_calendars(&calendars, &digests);
    catalog
}

const CLOSED: &str = "\nclosures:\n  - { date: 1405/09/02, name: { fa: برف, en: Snow } }\n";

#[tokio::test]
async fn a_changed_calendar_moves_what_leans_on_it_at_the_next_start() {
    let store = Arc::new(MemoryStore::new());
    let mut world = world_over(catalog(), &store, START).await;
    let (days, elapsed) = (start(&mut world, "days").await, start(&mut world, "elapsed").await);
    let before = due(&world, days).await;
    assert_eq!(read(&world, STREAM).await.closures.register.open, [], "the first start only notes what there is");
    assert_eq!(read(&world, STREAM).await.version, 1);

    // The same again: nothing has changed.
    let world = world_over(catalog(), &store, "2026-11-21T10:10:00+03:30").await;
    assert_eq!(read(&world, STREAM).await.version, 1);

    let mut world = world_over(with_lines(CLOSED), &store, "2026-11-21T10:20:00+03:30").await;
    world.go_on().await;
    assert_eq!((before, due(&world, days).await), (at("2026-12-05T14:30:00+03:30"), at("2026-12-06T14:30:00+03:30")));
    let kept = terms(&world, days).await.moves;
    assert_eq!(kept[0].why, MoveWhy::Calendar);
    let id = kept[0].operation.expect("an operation moved it");
    let done = operation(&world, id).await;
    assert_eq!((done.about.as_str(), done.seen, done.moved), ("calendars-changed", 2, 1));
    assert_eq!(task(&world, elapsed).await.due_at, Some(at("2026-11-21T13:00:00+03:30")));

    // Back to what it was.
    let mut world = world_over(catalog(), &store, "2026-11-21T10:30:00+03:30").await;
    world.go_on().await;
    assert_eq!(due(&world, days).await, before);
}

#[tokio::test]
async fn closures_outlive_the_process_and_the_deployment() {
    let store = Arc::new(MemoryStore::new());
    let mut world = world_over(catalog(), &store, START).await;
    declare(&mut world, &closed((1405, 9, 1), (1405, 9, 1))).await;
    let mut world = world_over(with_lines(CLOSED), &store, "2026-11-21T10:20:00+03:30").await;
    world.go_on().await;
    let days = start(&mut world, "days").await;
    assert_eq!(due(&world, days).await, at("2026-12-07T14:30:00+03:30"), "both days are closed");
}

#[tokio::test]
async fn what_is_wrong_with_a_closure_is_told() {
    let (mut world, _) = office().await;
    let good = closed((1405, 9, 1), (1405, 9, 1));
    let hours = |spans: &[(u16, u16)]| {
        ClosedHours::OpenOnly(spans.iter().map(|(from, to)| Hours { from: *from, to: *to }).collect())
    };
    let name = |text: &str| peygir_calendar::Name { fa: text.to_owned(), en: text.to_owned() };
    for (order, expected) in [
        (Order { calendar: "ir-wokring".into(), ..good.clone() }, "there is no calendar \"ir-wokring\""),
        (closed((1405, 9, 2), (1405, 9, 1)), "ends on 1405/09/01, before it begins on 1405/09/02"),
        (closed((1405, 1, 1), (1406, 2, 2)), "at most 366 days"),
        (Order { hours: ClosedHours::From(1_440), ..good.clone() }, "between 00:00 and 24:00"),
        (Order { hours: hours(&[]), ..good.clone() }, "1 to 8 spans"),
        (Order { hours: hours(&[(600, 600)]), ..good.clone() }, "1 to 8 spans"),
        (Order { hours: hours(&[(360, 600), (540, 660)]), ..good.clone() }, "1 to 8 spans"),
        (Order { name: name(" "), ..good.clone() }, "a name of at most 200 characters"),
        (Order { name: name(&"n".repeat(201)), ..good.clone() }, "a name of at most 200 characters"),
    ] {
        let refused = world.host().declare_closure("op", &order).await.unwrap_err();
        assert!(matches!(refused, Failure::Refused(turn::Refused::Closure(_))), "{refused}");
        assert!(refused.to_string().contains(expected), "{refused}: {expected}");
    }
    let unknown = world.host().engine.new_id(world.clock.now());
    let refusal = |result: Result<_, Failure>| match result {
        Err(Failure::Refused(turn::Refused::Closure(why))) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal(world.host().withdraw_closure("op", unknown, "why").await), Refused::NotFound);
    let (closure, _) = declare(&mut world, &good).await;
    assert_eq!(refusal(world.host().withdraw_closure("op", closure, " ").await), Refused::Reason);
    assert_eq!(refusal(world.host().withdraw_closure("op", closure, &"r".repeat(1_001)).await), Refused::Reason);
    withdraw(&mut world, closure).await;
    assert_eq!(refusal(world.host().withdraw_closure("op", closure, "why").await), Refused::Withdrawn);
    assert_eq!(world.host().closures().await.unwrap().len(), 1);
    assert!(world.host().operation(unknown).await.unwrap().is_none());
}
