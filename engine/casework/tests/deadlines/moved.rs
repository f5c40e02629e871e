//! Deadlines on a virtual clock: where they fall, what moves them, and what moves with them.

use crate::world::{World, at, closure, day_closed};
use peygir_calendar::{Scope, Term};
use peygir_casework::deadlines;
use peygir_casework::host::{Fault, Rejection};
use peygir_casework::records::{About, MOVES_MAX, MoveWhy, RemindRule, TaskStatus};
use peygir_casework::{Event, tasks};
use peygir_core::{CloudEvent, Data, Id, Moment};
use serde_json::{Value, json};

const OPERATION: Id = Id([5; 16]);
const LATER: Id = Id([6; 16]);

fn rederive(world: &mut World, operation: Id) -> Vec<Event> {
    let reply = world.with(|context| deadlines::rederive(context, operation, MoveWhy::Closure));
    world.absorb(reply)
}

fn suspend(world: &mut World, task: Id, until: Option<Moment>) -> Result<Vec<Event>, Rejection> {
    world.person(|context| deadlines::suspend(context, task, "i1", "a document is missing", until))
}

fn set(world: &mut World, task: Id, due: &str) -> Result<Vec<Event>, Rejection> {
    world.person(|context| deadlines::set(context, task, "i1", at(due), "agreed by phone"))
}

fn reminder(rule: Value) -> Value {
    let mut remind = json!({ "tell": "task-owner", "by": "sms", "template": "hurry" });
    for (name, value) in rule.as_object().into_iter().flatten() {
        remind[name] = value.clone();
    }
    json!({ "reminders": [remind] })
}

fn reminded(world: &World) -> usize {
    world.count(|event| matches!(event, Event::TaskReminded { .. }))
}

#[test]
fn every_kind_of_term_falls_where_its_calendar_says() {
    let mut world = World::new();
    for (due, expected) in [
        (json!({ "within": "PT3H" }), "2026-11-21T13:00+03:30"),
        (json!({ "workingDays": 5 }), "2026-11-28T14:30+03:30"),
        (json!({ "workingHours": 6 }), "2026-11-22T09:00+03:30"),
        (json!({ "workingHours": "PT4H30M" }), "2026-11-21T14:30+03:30"),
        (json!({ "workingHours": 6, "calendar": "ir-24x7" }), "2026-11-21T16:00+03:30"),
    ] {
        let task = world.due(due.clone(), json!({}));
        assert_eq!(world.due_at(task), at(expected), "{due}");
        assert_eq!(world.get(task).derivation, None);
    }
    let golestan = World::in_province("golestan").due(json!({ "workingDays": 5 }), json!({}));
    let mut world = World::in_province("golestan");
    let task = world.due(json!({ "workingDays": 5 }), json!({}));
    assert_eq!(task, golestan);
    assert_eq!(world.due_at(task), at("2026-11-26T11:30+03:30"), "half a Thursday is a day in Golestan");
    assert_eq!(world.terms(task).deadline.calendar, "golestan");
    assert_eq!(world.terms(task).calendar, "ir-working");
}

#[test]
fn a_task_expires_after_its_max_in_the_unit_of_its_term() {
    for (due, expected) in [
        (json!({ "within": "PT3H", "max": "PT5H" }), "2026-11-21T15:00+03:30"),
        (json!({ "workingDays": 1, "max": 2 }), "2026-11-23T14:30+03:30"),
        (json!({ "workingHours": 1, "max": "PT2H" }), "2026-11-21T12:00+03:30"),
        (json!({ "workingHours": "PT1H", "max": 7 }), "2026-11-22T10:00+03:30"),
    ] {
        let mut world = World::new();
        let task = world.due(due.clone(), json!({}));
        assert_eq!(world.get(task).max_at, Some(at(expected)), "{due}");
        world.go(at(expected));
        assert_eq!(world.get(task).status, TaskStatus::Expired);
        assert_eq!(world.answers.last().expect("an answer").1["outcome"], "expired");
    }
}

#[test]
fn deadlines_that_mean_nothing_are_faults() {
    let mut world = World::new();
    for due in [
        json!({}),
        json!({ "within": "PT1H", "workingDays": 1 }),
        json!({ "workingDays": 0 }),
        json!({ "workingDays": 1, "max": "PT1H" }),
        json!({ "within": "PT1H", "max": 2 }),
        json!({ "workingHours": "soon" }),
        json!({ "workingDays": 1, "calendar": "nowhere" }),
        json!({ "workingDays": 1, "suspend": { "max": "PT0S" } }),
        json!({ "workingDays": 1, "suspend": { "max": "P1D", "times": 0 } }),
        json!({ "workingDays": 1, "suspend": { "max": "P1D", "times": 33 } }),
    ] {
        let with = json!({ "form": "answer", "assign": { "role": "inspector" }, "due": due });
        assert!(world.call("human-task", with).is_err(), "{due}");
    }
    let with = |remind| {
        let mut with = json!({ "form": "answer", "assign": { "role": "inspector" } });
        with["reminders"] = reminder(remind)["reminders"].clone();
        with
    };
    for remind in [json!({ "before": "PT1H" }), json!({ "after": { "workingHours": 1 } }), json!({ "after": {} })] {
        assert!(matches!(world.call("human-task", with(remind.clone())), Err(Fault::Input(_))), "{remind}");
    }
    assert!(world.call("human-task", with(json!({ "after": "PT1H" }))).is_ok());
}

#[test]
fn a_closure_moves_what_it_touches_once_and_says_so() {
    let mut world = World::new();
    let ten = world.due(json!({ "workingDays": 3, "max": 5 }), reminder(json!({ "before": { "workingDays": 1 } })));
    let hours = world.due(json!({ "workingHours": 3 }), json!({}));
    let clock = world.due(json!({ "within": "P4D" }), json!({}));
    assert_eq!(world.get(ten).reminders[0].at, at("2026-11-23T07:30+03:30"));
    world.closures(&[closure("c1", "1405/08/30", "1405/09/01", 12 * 60, Scope::default())]);
    let events = rederive(&mut world, OPERATION);
    assert_eq!(events.len(), 1, "a closed afternoon touches neither whole days nor elapsed time: {events:?}");
    assert_eq!(world.due_at(ten), at("2026-11-24T14:30+03:30"), "a day open for more than half of its hours counts");
    assert_eq!(world.due_at(hours), at("2026-11-22T08:30+03:30"));
    assert_eq!(world.due_at(clock), at("2026-11-25T10:00+03:30"));
    assert!(world.terms(ten).moves.is_empty(), "its date did not move");
    let moved = &world.terms(hours).moves[0];
    assert_eq!((moved.operation, moved.why), (Some(OPERATION), MoveWhy::Closure));
    assert_eq!((moved.from, moved.to), (at("2026-11-21T13:00+03:30"), at("2026-11-22T08:30+03:30")));
    assert!(world.terms(hours).deadline.derivation.iter().any(|stretch| &*stretch.line == "closure:c1"));

    world.closures(&[day_closed("c2", "1405/09/01")]);
    assert_eq!(rederive(&mut world, LATER).len(), 2);
    assert_eq!(world.due_at(ten), at("2026-11-25T14:30+03:30"));
    assert_eq!(world.get(ten).max_at, Some(at("2026-11-29T14:30+03:30")));
    assert_eq!(world.get(ten).reminders[0].at, at("2026-11-24T07:30+03:30"));
    assert_eq!(rederive(&mut world, LATER), [], "the second time nothing moves");

    world.closures(&[]);
    rederive(&mut world, Id([8; 16]));
    assert_eq!(world.due_at(ten), at("2026-11-24T14:30+03:30"));
    assert_eq!(world.terms(ten).moves.len(), 2);
}

#[test]
fn a_closure_of_another_province_moves_nothing() {
    let mut world = World::new();
    let task = world.due(json!({ "workingDays": 2 }), json!({}));
    let scope = Scope { province: Some("golestan".to_owned()), ..Scope::default() };
    world.closures(&[closure("c1", "1405/09/01", "1405/09/01", 0, scope)]);
    assert_eq!(rederive(&mut world, OPERATION), []);
    assert_eq!(world.due_at(task), at("2026-11-23T14:30+03:30"));
}

#[test]
fn a_sent_reminder_is_never_sent_again_and_a_late_one_is_sent_once() {
    let mut world = World::new();
    let sent = world.due(json!({ "workingDays": 2 }), reminder(json!({ "after": { "workingHours": 1 } })));
    let waiting = world.due(json!({ "workingDays": 2 }), reminder(json!({ "before": { "workingHours": 3 } })));
    world.go(at("2026-11-21T12:00+03:30"));
    assert_eq!(reminded(&world), 1);
    world.closures(&[day_closed("c1", "1405/08/30"), day_closed("c2", "1405/09/01")]);
    rederive(&mut world, OPERATION);
    assert_eq!(world.get(sent).reminders[0].at, at("2026-11-21T11:00+03:30"), "what was sent stays");
    assert_eq!(world.get(waiting).reminders[0].at, at("2026-11-24T11:30+03:30"));
    world.go(at("2026-11-24T12:00+03:30"));
    assert_eq!(reminded(&world), 2);
    world.closures(&[]);
    rederive(&mut world, LATER);
    world.go(at("2026-12-24T12:00+03:30"));
    assert_eq!(reminded(&world), 2);

    let mut world = World::new();
    world.closures(&[day_closed("c1", "1405/09/01")]);
    let task = world.due(json!({ "workingDays": 2 }), reminder(json!({ "before": { "workingHours": 9 } })));
    assert_eq!(world.get(task).reminders[0].at, at("2026-11-23T12:30+03:30"));
    world.go(at("2026-11-23T08:00+03:30"));
    world.closures(&[]);
    rederive(&mut world, OPERATION);
    assert_eq!(world.get(task).reminders[0].at, at("2026-11-22T12:30+03:30"), "it should have been sent yesterday");
    world.wake();
    assert_eq!(reminded(&world), 1);
    world.go(at("2026-12-24T12:00+03:30"));
    assert_eq!(reminded(&world), 1);
}

#[test]
fn an_overdue_deadline_stays_overdue_and_its_flow_starts_once() {
    let mut world = World::new();
    let task = world.due(json!({ "workingDays": 1 }), json!({ "onOverdue": { "flow": "a/escalate:1.0.0" } }));
    world.go(at("2026-11-22T14:30+03:30"));
    assert_eq!(world.started, ["a/escalate:1.0.0"]);
    let overdue = world.get(task).overdue_at;
    world.go(at("2026-11-22T15:00+03:30"));
    world.closures(&[day_closed("c1", "1405/09/01")]);
    rederive(&mut world, OPERATION);
    assert_eq!(world.due_at(task), at("2026-11-23T14:30+03:30"), "the date shows where it moved");
    assert_eq!(world.get(task).overdue_at, overdue);
    world.go(at("2026-12-22T15:00+03:30"));
    assert_eq!(world.started.len(), 1);
}

#[test]
fn a_deadline_that_moves_into_the_past_falls_due_at_once() {
    let mut world = World::new();
    world.closures(&[day_closed("c1", "1405/09/01")]);
    let task = world.due(json!({ "workingDays": 1, "max": 2 }), json!({}));
    world.go(at("2026-11-23T08:00+03:30"));
    assert_eq!(world.get(task).overdue_at, None);
    world.closures(&[]);
    rederive(&mut world, OPERATION);
    assert_eq!(world.due_at(task), at("2026-11-22T14:30+03:30"));
    world.wake();
    assert_eq!(world.get(task).overdue_at, Some(at("2026-11-23T08:00+03:30")));
    assert!(world.get(task).is_open());
}

#[test]
fn a_deadline_rests_while_the_citizen_is_waited_for() {
    let mut world = World::new();
    let due = json!({ "workingHours": 6, "max": "PT9H", "suspend": { "max": "P10D", "times": 2 } });
    let task = world.due(due, reminder(json!({ "after": { "workingHours": 5 } })));
    world.go(at("2026-11-21T11:00+03:30"));
    let events = suspend(&mut world, task, Some(at("2026-11-24T12:00+03:30"))).expect("it may rest");
    assert!(matches!(&events[..], [Event::DeadlineSuspended { .. }, Event::DeadlineMoved { .. }]), "{events:?}");
    assert_eq!(world.due_at(task), at("2026-11-25T10:00+03:30"), "2½ hours on Tuesday, 2½ more on Wednesday");
    assert_eq!(world.get(task).max_at, Some(at("2026-11-25T13:00+03:30")));
    assert_eq!(world.get(task).reminders[0].at, at("2026-11-25T09:00+03:30"));
    assert_eq!(suspend(&mut world, task, None), Err(Rejection::Suspended));
    world.go(at("2026-11-22T09:30+03:30"));
    let events = world.person(|context| deadlines::resume(context, task, "i1")).expect("it rests");
    assert!(matches!(&events[..], [Event::DeadlineResumed { number: 1, .. }, Event::DeadlineMoved { .. }]));
    assert_eq!(world.due_at(task), at("2026-11-22T14:30+03:30"));
    assert_eq!(world.get(task).reminders[0].at, at("2026-11-22T13:30+03:30"));
    assert_eq!(world.person(|context| deadlines::resume(context, task, "i1")), Err(Rejection::NotSuspended));
    let whys: Vec<MoveWhy> = world.terms(task).moves.iter().map(|moved| moved.why).collect();
    assert_eq!(whys, [MoveWhy::Suspended, MoveWhy::Resumed]);
    assert_eq!(world.terms(task).suspensions[0].reason, "sealed:a document is missing");
}

#[test]
fn suspending_is_refused_where_the_flow_or_the_law_says_no() {
    let mut world = World::new();
    let no = world.due(json!({ "workingDays": 5 }), json!({}));
    assert_eq!(suspend(&mut world, no, None), Err(Rejection::NotSuspendable));
    let with = json!({ "workingDays": 5, "suspend": { "max": "P3D", "times": 2 } });
    let task = world.due(with.clone(), json!({}));
    assert_eq!(suspend(&mut world, Id([1; 16]), None), Err(Rejection::NotFound));
    let now = world.at;
    assert_eq!(suspend(&mut world, task, Some(now)), Err(Rejection::InPast));
    assert_eq!(suspend(&mut world, task, Some(at("2026-11-24T10:01+03:30"))), Err(Rejection::SuspendedTooLong));
    let silent = world.person(|context| deadlines::suspend(context, task, "i1", " ", None));
    assert_eq!(silent, Err(Rejection::Invalid(vec![("reason".to_owned(), "required".to_owned())])));
    suspend(&mut world, task, Some(at("2026-11-22T10:00+03:30"))).expect("a first day");
    world.go(at("2026-11-22T10:00+03:30"));
    assert_eq!(suspend(&mut world, task, Some(at("2026-11-24T10:01+03:30"))), Err(Rejection::SuspendedTooLong));
    suspend(&mut world, task, None).expect("two more days");
    assert_eq!(world.terms(task).suspensions[1].until, at("2026-11-24T10:00+03:30"), "as long as the flow allows");
    world.go(at("2026-11-23T10:00+03:30"));
    world.person(|context| deadlines::resume(context, task, "i1")).expect("it rests");
    assert_eq!(suspend(&mut world, task, None), Err(Rejection::SuspendedTooOften));

    let late = world.due(json!({ "workingHours": 1, "suspend": { "max": "P3D" } }), json!({}));
    world.go(at("2026-11-23T12:00+03:30"));
    assert_eq!(suspend(&mut world, late, None), Err(Rejection::Overdue));
    let dated = world.due(with, json!({}));
    set(&mut world, dated, "2026-12-01T10:00+03:30").expect("a date");
    assert_eq!(suspend(&mut world, dated, None), Err(Rejection::DateSet));
    let bare = world.task(json!({ "form": "answer", "assign": { "role": "inspector" } }));
    assert_eq!(suspend(&mut world, bare, None), Err(Rejection::NoDeadline));
    world.person(|context| tasks::complete(context, bare, "i1", &json!({}))).expect("an answer");
    assert_eq!(suspend(&mut world, bare, None), Err(Rejection::Ended));
}

#[test]
fn a_message_of_the_citizen_or_an_event_ends_the_waiting() {
    let mut world = World::new();
    let suspendable = json!({ "max": "P10D", "times": 3, "endedBy": ["ir.docs.arrived.v1"] });
    let task = world.due(json!({ "workingHours": 6, "suspend": suspendable }), json!({}));
    suspend(&mut world, task, None).expect("it may rest");
    world.at = at("2026-11-21T11:00+03:30");
    let event = |type_: &str| CloudEvent {
        id: "1".to_owned(),
        source: "urn:t".to_owned(),
        type_: type_.to_owned(),
        time: Moment(0),
        subject: None,
        data: Data::empty(),
        extensions: Data::empty(),
    };
    let reply = world.with(|context| deadlines::event_arrived(context, &event("ir.other.v1")));
    assert_eq!(world.absorb(reply), []);
    let reply = world.with(|context| deadlines::event_arrived(context, &event("ir.docs.arrived.v1")));
    assert_eq!(world.absorb(reply).len(), 2);
    assert_eq!(world.due_at(task), at("2026-11-22T10:00+03:30"));
    suspend(&mut world, task, None).expect("it may rest again");
    world.at = at("2026-11-21T12:00+03:30");
    let reply = world.with(deadlines::citizen_wrote);
    assert_eq!(world.absorb(reply).len(), 2);
    assert_eq!(world.due_at(task), at("2026-11-22T11:00+03:30"));
    let reply = world.with(deadlines::citizen_wrote);
    assert_eq!(world.absorb(reply), [], "nobody is waited for any more");
}

#[test]
fn no_reminder_is_sent_while_the_deadline_rests() {
    let mut world = World::new();
    let with = json!({ "workingDays": 4, "suspend": { "max": "P10D" } });
    let task = world.due(with, reminder(json!({ "before": { "workingDays": 3 } })));
    assert_eq!(world.get(task).reminders[0].at, at("2026-11-22T07:30+03:30"));
    suspend(&mut world, task, Some(at("2026-11-25T12:00+03:30"))).expect("it may rest");
    assert!(world.get(task).reminders[0].at >= at("2026-11-25T12:00+03:30"), "{}", world.get(task).reminders[0].at);
}

#[test]
fn a_date_that_a_person_set_stays() {
    let mut world = World::new();
    let task = world.due(json!({ "workingDays": 2, "max": 5 }), reminder(json!({ "before": "PT1H" })));
    assert_eq!(set(&mut world, task, "2026-11-21T10:00+03:30"), Err(Rejection::InPast));
    assert_eq!(set(&mut world, task, "2026-11-28T14:31+03:30"), Err(Rejection::PastMax));
    let events = set(&mut world, task, "2026-11-25T12:00+03:30").expect("a date");
    assert!(matches!(&events[..], [Event::DeadlineSet { .. }, Event::DeadlineMoved { .. }]));
    assert_eq!(world.due_at(task), at("2026-11-25T12:00+03:30"));
    assert_eq!(world.get(task).reminders[0].at, at("2026-11-25T11:00+03:30"));
    let deadline = &world.terms(task).deadline;
    assert_eq!(deadline.set.as_ref().map(|set| (set.by.as_str(), set.reason.as_str())), Some(("i1", "")));
    assert_eq!(deadline.derivation.last().map(|stretch| stretch.to), Some(deadline.due));

    world.closures(&[day_closed("c1", "1405/09/01"), day_closed("c2", "1405/09/02")]);
    rederive(&mut world, OPERATION);
    assert_eq!(world.due_at(task), at("2026-11-25T12:00+03:30"), "closures move the latest date alone");
    assert_eq!(world.get(task).max_at, Some(at("2026-11-30T14:30+03:30")));
    set(&mut world, task, "2026-11-24T12:00+03:30").expect("another date");
    assert_eq!(world.due_at(task), at("2026-11-24T12:00+03:30"));
    let long = "x".repeat(2_001);
    let refused = world.person(|context| deadlines::set(context, task, "i1", at("2026-11-25T12:00+03:30"), &long));
    assert_eq!(refused, Err(Rejection::Invalid(vec![("reason".to_owned(), "too-long".to_owned())])));
    let open = world.due(json!({ "workingDays": 2 }), json!({}));
    assert_eq!(set(&mut world, open, "2046-11-21T10:00+03:30"), Err(Rejection::PastMax), "ten years are enough");
}

#[test]
fn calls_have_deadlines_that_move_too() {
    let mut world = World::new();
    let with = json!({ "script": "answer", "due": { "workingHours": 2, "max": 3 } });
    let events = world.call("verification-call", with).expect("a call");
    let Event::TaskCreated(task) = &events[0] else { panic!("{events:?}") };
    let id = task.id;
    assert_eq!(world.get(id).max_at, None, "time alone ends no call");
    world.closures(&[closure("c1", "1405/08/30", "1405/08/30", 11 * 60, Scope::default())]);
    rederive(&mut world, OPERATION);
    assert_eq!(world.due_at(id), at("2026-11-22T08:30+03:30"));
    assert_eq!(world.get(id).max_at, None);
}

#[test]
fn what_cannot_be_derived_stays_and_is_told_once() {
    let mut world = World::new();
    let task = world.due(json!({ "workingDays": 2, "calendar": "ir-24x7" }), json!({}));
    let due = world.due_at(task);
    let all = world.content.calendars.clone();
    world.content.calendars = all.iter().filter(|one| one.id() != "ir-24x7").map(|one| (**one).clone()).collect();
    let events = rederive(&mut world, OPERATION);
    assert!(matches!(&events[..], [Event::IncidentOpened(incident)] if incident.about == About::Deadline(task)));
    assert_eq!(rederive(&mut world, OPERATION), []);
    assert_eq!(world.due_at(task), due);
    let incident = *world.records.incidents.keys().next().expect("an incident");
    let retried = world.with(|context| peygir_casework::incident::retry(context, incident, "op").map(|_| ()));
    assert!(matches!(retried, Err(Rejection::Underivable(_))));
    world.content.calendars = all;
    let events = rederive(&mut world, LATER);
    assert!(matches!(&events[..], [Event::IncidentResolved { how, .. }] if how == "passed"), "{events:?}");
}

#[test]
fn only_the_last_moves_are_kept() {
    let mut world = World::new();
    let task = world.due(json!({ "workingDays": 2 }), json!({}));
    for turn in 0..40_u8 {
        let closed = if turn % 2 == 0 { vec![day_closed("c1", "1405/09/01")] } else { Vec::new() };
        world.closures(&closed);
        rederive(&mut world, Id([turn; 16]));
    }
    assert_eq!(world.terms(task).moves.len(), MOVES_MAX);
    assert_eq!(world.terms(task).moves.last().and_then(|moved| moved.operation), Some(Id([39; 16])));
}

#[test]
fn a_task_from_before_terms_were_kept_is_left_alone() {
    let mut world = World::new();
    let id = world.due(json!({ "workingDays": 2 }), json!({}));
    let kept = world.records.tasks.get_mut(&id).expect("a task");
    let account = kept.terms.as_ref().map(|terms| terms.deadline.to_json());
    kept.derivation = Some(Data::from(json!({ "calendar": "ir-working", "due": account, "max": null })));
    kept.terms = None;
    let bytes = minicbor::to_vec(&*kept).expect("in memory");
    assert_eq!(minicbor::decode::<peygir_casework::records::Task>(&bytes).expect("it is read"), *kept);
    world.closures(&[day_closed("c1", "1405/09/01")]);
    assert_eq!(rederive(&mut world, OPERATION), []);
    assert_eq!(set(&mut world, id, "2026-12-01T10:00+03:30"), Err(Rejection::NoDeadline));
    let told = deadlines::view(world.get(id), peygir_calendar::Language::English).expect("an account");
    assert!(told.text.contains("2 working days"), "{}", told.text);
    assert_eq!(deadlines::to_json(world.get(id), None).expect("as JSON")["due"], "2026-11-23T14:30:00+03:30");
    world.go(at("2026-11-23T14:30+03:30"));
    assert!(world.get(id).overdue_at.is_some());
}

#[test]
fn reminders_keep_the_rule_that_they_follow_from() {
    let mut world = World::new();
    for (rule, expected, instant) in [
        (json!({ "after": "PT1H30M" }), RemindRule::After(micros(5_400)), "2026-11-21T11:30+03:30"),
        (json!({ "before": "PT1H" }), RemindRule::Before(micros(3_600)), "2026-11-24T13:30+03:30"),
        (
            json!({ "before": { "workingDays": 2 } }),
            RemindRule::Before(Term::WorkingDays { days: 2 }),
            "2026-11-22T07:30+03:30",
        ),
        (
            json!({ "after": { "workingHours": 5 } }),
            RemindRule::After(Term::WorkingTime { microseconds: 18_000_000_000 }),
            "2026-11-22T08:00+03:30",
        ),
    ] {
        let task = world.due(json!({ "workingDays": 3 }), reminder(rule.clone()));
        let kept = &world.get(task).reminders[0];
        assert_eq!((kept.rule, kept.at), (Some(expected), at(instant)), "{rule}");
    }
}

fn micros(seconds: i64) -> Term {
    Term::Within { microseconds: seconds * 1_000_000 }
}
