//! What a closure moves, what it leaves alone, and what comes back when it is withdrawn.

use std::collections::BTreeSet;

use peygir_calendar::Scope;
use peygir_casework::records::MoveWhy;
use peygir_runtime::closures::Order;

use crate::office::*;

#[tokio::test]
async fn a_closure_from_noon_today_moves_three_hours_and_leaves_ten_days_alone() {
    let (mut world, _) = office().await;
    let (hours, days) = (start(&mut world, "hours").await, start(&mut world, "days").await);
    let elapsed = start(&mut world, "elapsed").await;
    let one = at("2026-11-21T13:00:00+03:30");
    assert_eq!((due(&world, hours).await, due(&world, elapsed).await), (one, one));
    let ten_days = due(&world, days).await;
    world.pass_to(at("2026-11-21T11:00:00+03:30")).await.unwrap();

    let (_, id) = declare(&mut world, &closed_from_noon_today()).await;
    let moved_to = at("2026-11-22T08:30:00+03:30");
    assert_eq!(due(&world, hours).await, moved_to, "two hours are left for today, one for tomorrow");
    assert_eq!(due(&world, days).await, ten_days, "the day of receipt does not count anyway");
    assert_eq!(due(&world, elapsed).await, one, "elapsed time asks no calendar");
    assert_eq!(moved(&world, id).await, [(hours, one, moved_to)]);
    let carried_out = operation(&world, id).await;
    assert_eq!((carried_out.seen, carried_out.moved, carried_out.failed), (3, 1, 0));
    assert_eq!(carried_out.ended_at, Some(world.clock.now()));

    let terms = terms(&world, hours).await;
    let [kept] = terms.moves.as_slice() else { panic!("{terms:#?}") };
    assert_eq!((kept.operation, kept.why, kept.from, kept.to), (Some(id), MoveWhy::Closure, one, moved_to));
    let skipped = terms.deadline.derivation.iter().find(|stretch| stretch.line.starts_with("closure:"));
    let name = skipped.and_then(|stretch| stretch.name.as_ref()).map(|name| name.en.as_str());
    assert_eq!(name, Some("Snow"), "{terms:#?}");

    // The timer follows: nothing is overdue at the date of before, and it is at the new one.
    world.pass_to(at("2026-11-21T13:30:00+03:30")).await.unwrap();
    assert_eq!(task(&world, hours).await.overdue_at, None);
    assert!(task(&world, elapsed).await.overdue_at.is_some());
    world.pass_to(moved_to).await.unwrap();
    assert_eq!(task(&world, hours).await.overdue_at, Some(moved_to));
}

#[tokio::test]
async fn whole_days_move_the_ten_and_the_latest_date_too() {
    let (mut world, _) = office().await;
    let days = start(&mut world, "days").await;
    let before = task(&world, days).await;
    let (_, id) = declare(&mut world, &closed((1405, 9, 1), (1405, 9, 2))).await;
    let after = task(&world, days).await;
    assert_eq!(before.due_at, Some(at("2026-12-05T14:30:00+03:30")));
    // Two working days later, over a Friday and a Thursday that are off anyway.
    assert_eq!(after.due_at, Some(at("2026-12-07T14:30:00+03:30")));
    assert!(after.max_at > before.max_at && after.max_at > after.due_at);
    assert_eq!(moved(&world, id).await.len(), 1);
}

#[tokio::test]
async fn a_withdrawn_closure_gives_the_dates_back() {
    let (mut world, _) = office().await;
    let (hours, days) = (start(&mut world, "hours").await, start(&mut world, "days").await);
    let before = (due(&world, hours).await, due(&world, days).await);
    let (closure, first) = declare(&mut world, &closed((1405, 8, 30), (1405, 9, 1))).await;
    let between = (due(&world, hours).await, due(&world, days).await);
    assert!(before.0 < between.0 && before.1 < between.1);
    world.pass_to(at("2026-11-21T10:30:00+03:30")).await.unwrap();
    let second = withdraw(&mut world, closure).await;
    assert_eq!((due(&world, hours).await, due(&world, days).await), before);
    let sorted = |mut moved: Vec<_>| {
        moved.sort();
        moved
    };
    let there = sorted(vec![(hours, before.0, between.0), (days, before.1, between.1)]);
    assert_eq!(sorted(moved(&world, first).await), there);
    let back: Vec<_> = there.into_iter().map(|(stream, from, to)| (stream, to, from)).collect();
    assert_eq!(sorted(moved(&world, second).await), back);
    assert_eq!(terms(&world, days).await.moves.len(), 2);

    let closures = world.host().closures().await.unwrap();
    let withdrawn = closures[0].withdrawn.as_ref().expect("it is kept as withdrawn");
    assert_eq!((withdrawn.by.as_str(), withdrawn.operation), ("op", second));
    assert_eq!(operation(&world, second).await.about.as_str(), "closure-withdrawn");
    // What comes later knows nothing of it.
    let later = start(&mut world, "days").await;
    assert_eq!(due(&world, later).await, before.1);
}

#[tokio::test]
async fn a_closure_holds_in_its_place_alone() {
    let (mut world, _) = office().await;
    let here = start_in(&mut world, "placed", "malayer").await;
    let there = start_in(&mut world, "placed", "nahavand").await;
    let owed = start_in(&mut world, "owed", "nahavand").await;
    let nowhere = start(&mut world, "days").await;
    let all = [here, there, owed, nowhere];
    // Sunday to Wednesday, and the next Saturday.
    let mut days = [1, 2, 3, 4, 7].into_iter();
    let mut last = None;
    for (scope, expected) in [
        (Scope { county: Some("malayer".into()), ..Scope::default() }, vec![here]),
        (Scope { agency: Some("bargh-hamedan".into()), ..Scope::default() }, vec![owed]),
        (Scope { province: Some("hamedan".into()), ..Scope::default() }, vec![here, there, owed]),
        (Scope { province: Some("isfahan".into()), ..Scope::default() }, vec![]),
        (Scope::default(), all.to_vec()),
    ] {
        let mut before = Vec::new();
        for stream in all {
            before.push(due(&world, stream).await);
        }
        let day = (1405, 9, days.next().unwrap());
        let order = Order { scope: scope.clone(), ..closed(day, day) };
        let (_, id) = declare(&mut world, &order).await;
        let mut touched = Vec::new();
        for (stream, before) in all.into_iter().zip(before) {
            if due(&world, stream).await != before {
                touched.push(stream);
            }
        }
        assert_eq!(touched, expected, "{scope:?}");
        last = Some(id);
        let listed: BTreeSet<_> = moved(&world, id).await.into_iter().map(|(stream, ..)| stream).collect();
        assert_eq!(listed, expected.into_iter().collect(), "{scope:?}");
    }
    // The list names the case by its tracking code.
    let listed = world.host().moved_by(last.expect("there were some"), None, 10).await.unwrap();
    let code = |stream| listed.iter().find(|one| one.stream == stream).map(|one| one.code.is_some());
    assert_eq!((code(here), code(nowhere)), (Some(true), Some(false)));
}

#[tokio::test]
async fn a_reminder_that_was_sent_is_not_sent_again_and_the_others_follow() {
    let (mut world, _) = office().await;
    let stream = start(&mut world, "reminded").await;
    world.pass_to(at("2026-11-21T11:00:00+03:30")).await.unwrap();
    let sent = |world: &peygir_runtime::sim::World| world.gateways["sms"].sent().len();
    let operators = sent(&world);
    assert!(operators > 0);
    let before = task(&world, stream).await.reminders;
    declare(&mut world, &closed((1405, 9, 1), (1405, 9, 1))).await;
    let after = task(&world, stream).await.reminders;
    assert_eq!(after[0], before[0], "it was sent, and stays as it was");
    assert!(after[1].at > before[1].at);
    world.pass_to(before[1].at).await.unwrap();
    assert_eq!(sent(&world), operators, "not at the instant of before");
    world.pass_to(after[1].at).await.unwrap();
    assert_eq!(sent(&world), 2 * operators);
    world.pass_to(at("2026-12-20T10:00:00+03:30")).await.unwrap();
    assert_eq!(sent(&world), 2 * operators);
}

#[tokio::test]
async fn what_is_overdue_stays_overdue() {
    let (mut world, _) = office().await;
    let stream = start(&mut world, "hours").await;
    let missed = due(&world, stream).await;
    world.pass_to(at("2026-11-21T14:00:00+03:30")).await.unwrap();
    assert_eq!(task(&world, stream).await.overdue_at, Some(missed));
    let (_, id) = declare(&mut world, &closed_from_noon_today()).await;
    let after = task(&world, stream).await;
    assert_eq!(after.overdue_at, Some(missed), "the inspection that it started goes on");
    assert!(after.due_at > Some(world.clock.now()));
    assert_eq!(moved(&world, id).await.len(), 1);
}

#[tokio::test]
async fn a_wait_for_working_time_moves_too() {
    let (mut world, _) = office().await;
    let stream = start(&mut world, "waiting").await;
    let before = at("2026-11-22T14:30:00+03:30");
    assert_eq!(read(&world, stream).await.next_due(), Some(before));
    let (_, id) = declare(&mut world, &closed((1405, 9, 1), (1405, 9, 1))).await;
    let after = at("2026-11-23T14:30:00+03:30");
    assert_eq!(read(&world, stream).await.next_due(), Some(after));
    assert_eq!(moved(&world, id).await, [(stream, before, after)]);
    world.pass_to(before).await.unwrap();
    let waits =
        |stream: &peygir_runtime::stream::Stream| stream.instances.values().all(|one| !one.status.is_terminal());
    assert!(waits(&read(&world, stream).await));
    world.pass_to(after).await.unwrap();
    assert!(!waits(&read(&world, stream).await));
}

#[tokio::test]
async fn a_closure_that_touches_nothing_moves_nothing() {
    let (mut world, store) = office().await;
    let stream = start(&mut world, "days").await;
    let version = read(&world, stream).await.version;
    // A Friday; days long after it; days before it was received; a calendar on which nothing leans.
    for order in [
        closed((1405, 9, 6), (1405, 9, 6)),
        closed((1405, 12, 1), (1405, 12, 5)),
        closed((1405, 8, 1), (1405, 8, 20)),
        Order { calendar: "ir-24x7".to_owned(), ..closed((1405, 9, 1), (1405, 9, 2)) },
    ] {
        let (_, id) = declare(&mut world, &order).await;
        assert_eq!(moved(&world, id).await, [], "{order:?}");
        let done = operation(&world, id).await;
        assert_eq!((done.seen, done.moved, done.ended_at), (1, 0, Some(world.clock.now())));
    }
    // A Friday that is closed by a closure is off for another reason: the account of it changes, the date does not.
    assert!(read(&world, stream).await.version <= version + 1);
    drop(store);
}
