//! Editions with a date: what is in force before and after, across restarts, several to come, and what becomes of cases
//! that run meanwhile.

use std::sync::Arc;

use peygir_core::state::Status;
use peygir_runtime::closures::STREAM as CLOSURES;
use peygir_runtime::desk::{NewEdition, Refusal};
use peygir_store::memory::MemoryStore;

use crate::town::*;

#[tokio::test]
async fn an_edition_counts_from_its_instant_on() {
    let mut world = fresh().await;
    let done = deploy(&mut world, &from(edition(&[&base("2.0.0", "two")]), "1405/09/01")).await.unwrap();
    assert_eq!((done.edition, done.effective_from.as_str()), (2, "2026-11-21T20:30:00Z"), "midnight in Tehran");
    assert_eq!(answer(&mut world).await, "one");
    // The flow began before, and its call comes after.
    let later = start(&mut world, "later").await;
    world.pass_to(at("2026-11-21T23:59:59.999999+03:30")).await.unwrap();
    assert_eq!(answer(&mut world).await, "one");
    world.pass_to(at("2026-11-22T00:00:00+03:30")).await.unwrap();
    assert_eq!(answer(&mut world).await, "two");
    world.pass_to(at("2026-11-22T10:00:00+03:30")).await.unwrap();
    assert_eq!(outcome(&world, later).await, (Status::Completed, Some("two".into())));
}

/// What is to come is not in force, and whoever asks for it again is told when it comes.
#[tokio::test]
async fn what_is_planned_already_is_told_with_its_date() {
    let mut world = fresh().await;
    let two = edition(&[&base("2.0.0", "two")]);
    deploy(&mut world, &from(two.clone(), "1405/10/01")).await.unwrap();
    for later in ["1405/10/01", "1405/11/01"] {
        let again = deploy(&mut world, &from(two.clone(), later)).await.unwrap();
        let planned = again.planned.expect("it is to come");
        assert!(again.repeated, "{later}");
        assert_eq!((planned.edition, planned.effective_from.as_str()), (2, "2026-12-21T20:30:00Z"), "{later}");
    }
    let present = deploy(&mut world, &from(edition(&[&base("1.0.0", "one")]), "1405/09/15")).await.unwrap();
    assert_eq!((present.repeated, present.planned), (true, None), "that one is in force");
    // Sooner is another edition.
    let sooner = deploy(&mut world, &from(two, "1405/09/15")).await.unwrap();
    assert_eq!((sooner.edition, sooner.repeated, sooner.planned), (3, false, None));
}

/// Nobody looked between the instant before and the turn: the turn itself looks.
#[tokio::test]
async fn a_turn_of_the_instant_decides_by_the_edition() {
    let mut world = fresh().await;
    let later = start(&mut world, "later").await;
    // The wait ends at the same instant.
    deploy(&mut world, &from(edition(&[&base("2.0.0", "two")]), "2026-11-22T10:00:00+03:30")).await.unwrap();
    world.clock.set(at("2026-11-22T10:00:00+03:30"));
    let woken = world.host().submit(later, "system", peygir_runtime::command::Command::Wake).await.unwrap();
    let output = woken.instances.values().next().unwrap().output.clone().unwrap();
    assert_eq!(output.value()["answer"], "two");
}

#[tokio::test]
async fn a_process_that_was_down_at_the_instant_begins_with_it() {
    let store = Arc::new(MemoryStore::new());
    let mut first = world(&[base("1.0.0", "one")], &store, START).await;
    let later = start(&mut first, "later").await;
    deploy(&mut first, &from(edition(&[&base("2.0.0", "two")]), "2026-11-22T08:00:00+03:30")).await.unwrap();
    deploy(&mut first, &from(edition(&[&base("3.0.0", "three")]), "2026-11-23T08:00:00+03:30")).await.unwrap();
    drop(first);
    let mut before = world(&[base("1.0.0", "one")], &store, "2026-11-21T11:00:00+03:30").await;
    assert_eq!(answer(&mut before).await, "one");
    before.down_to(at("2026-11-22T12:00:00+03:30")).await;
    assert_eq!(answer(&mut before).await, "two");
    assert_eq!(outcome(&before, later).await.1, Some("two".into()));
    before.pass_to(at("2026-11-24T12:00:00+03:30")).await.unwrap();
    assert_eq!(answer(&mut before).await, "three");
}

/// A machine without power for a while stands years back until it has asked for the time.
#[tokio::test]
async fn a_clock_that_stands_behind_the_last_deployment_brings_nothing_back() {
    let store = Arc::new(MemoryStore::new());
    let mut first = world(&[base("1.0.0", "one")], &store, START).await;
    deploy(&mut first, &edition(&[&base("2.0.0", "two")])).await.unwrap();
    deploy(&mut first, &from(edition(&[&base("3.0.0", "three")]), "1405/10/01")).await.unwrap();
    drop(first);
    for early in ["1970-01-02T00:00:00Z", "2026-11-21T09:00:00+03:30"] {
        let mut behind = world(&[base("1.0.0", "one")], &store, early).await;
        assert_eq!(in_force(&behind), ["base@2.0.0"], "{early}");
        assert_eq!(answer(&mut behind).await, "two", "{early}");
    }
    let mut mended = world(&[base("1.0.0", "one")], &store, "2026-11-22T10:00:00+03:30").await;
    assert_eq!(answer(&mut mended).await, "two");
    mended.pass_to(at("2027-01-01T00:00:00Z")).await.unwrap();
    assert_eq!(answer(&mut mended).await, "three");
}

#[tokio::test]
async fn one_that_is_to_come_takes_along_what_was_deployed_meanwhile() {
    let mut world = fresh().await;
    let town = |version: &str| town(version, "here", &[("rules/t.rhai", "fn t(req, now, args) { 1 }\n")]);
    deploy(&mut world, &edition(&[&town("1.0.0")])).await.unwrap();
    deploy(&mut world, &from(edition(&[&base("2.0.0", "two")]), "1405/10/01")).await.unwrap();
    deploy(&mut world, &edition(&[&town("1.1.0")])).await.unwrap();
    assert_eq!(in_force(&world), ["base@1.0.0", "town@1.1.0"]);
    world.pass_to(at("2027-01-01T00:00:00Z")).await.unwrap();
    assert_eq!(in_force(&world), ["base@2.0.0", "town@1.1.0"]);
    // What would break an edition that is planned already is refused now, not then.
    let mut again = fresh().await;
    let without = base("2.0.0", "two").into_iter().filter(|(path, _)| path != "rules/answer.rhai").collect::<Files>();
    let own = with(without, "workflows/ask/workflow.yaml", &base("1.0.0", "x")["workflows/ask/workflow.yaml"]);
    let town = |more: &[(&str, &str)]| crate::town::town("1.0.0", "here", more);
    deploy(&mut again, &edition(&[&town(&[("rules/answer.rhai", &script("town"))])])).await.unwrap();
    let refused = deploy(&mut again, &from(edition(&[&own]), "1405/10/01")).await;
    assert!(matches!(refused, Err(Refusal::Findings(_))), "elsewhere nothing answers to that name: {refused:?}");
}

#[tokio::test]
async fn rolling_back_is_deploying_the_version_before() {
    let mut world = fresh().await;
    let later = start(&mut world, "later").await;
    deploy(&mut world, &edition(&[&base("2.0.0", "two")])).await.unwrap();
    assert_eq!(answer(&mut world).await, "two");
    let done = deploy(&mut world, &known("base", "1.0.0")).await.unwrap();
    assert_eq!((done.edition, done.new.len()), (3, 0));
    assert_eq!(answer(&mut world).await, "one");
    let again = deploy(&mut world, &known("base", "1.0.0")).await.unwrap();
    assert_eq!((again.edition, again.repeated), (3, true), "it is in force already");
    world.pass_to(at("2026-11-23T10:00:00+03:30")).await.unwrap();
    assert_eq!(outcome(&world, later).await.1, Some("one".into()));
    // Which version a past decision was made by can be looked at.
    let second = world.host().engine.catalog_of_edition(2).unwrap();
    assert_eq!(second.packs.iter().map(|pack| pack.version.as_str()).collect::<Vec<_>>(), ["2.0.0"]);
    assert_eq!(world.host().engine.catalog().edition(), 3);
}

#[tokio::test]
async fn of_two_who_deploy_at_once_one_is_told() {
    let world = fresh().await;
    let host = world.host().clone();
    let wish = |files: Files| peygir_runtime::packs::Wish {
        packs: vec![peygir_runtime::packs::Wanted::New(Arc::new(
            peygir_runtime::pack::Bundle::of_texts(tested(&files)).unwrap(),
        ))],
        ..Default::default()
    };
    let first = host.plan_packs(wish(base("2.0.0", "two"))).await.unwrap();
    let second = host.plan_packs(wish(base("2.0.0", "other two"))).await.unwrap();
    host.deploy_packs("a", first).await.unwrap();
    let refused = Refusal::from(host.deploy_packs("b", second).await.unwrap_err());
    assert_eq!(refused, Refusal::Conflict("packs-raced"));
    let stored = host.engine.stored_pack("base", "2.0.0").unwrap().unwrap();
    assert_eq!(stored.files["rules/answer.rhai"], script("two"), "the first one's content stands");
    assert_eq!(host.engine.editions().unwrap().0.last(), 2);
}

/// A check that has to end says at which table it stood.
#[tokio::test]
async fn a_check_that_is_given_up_names_its_table() {
    let world = fresh().await;
    let table = "kind: decision-table\nid: large\nversion: 1.0.0\nhit: first\ninputs: { topic: { type: string } }\noutputs: { to: { type: string } }\nrules: [ { id: z, last: true, then: { to: a } } ]\n";
    let mut files = base("2.0.0", "two");
    files.insert("rules/large.table.yaml".to_owned(), table.to_owned());
    let bundle = peygir_runtime::pack::Bundle::of_texts(tested(&files)).unwrap();
    let packs = vec![peygir_runtime::packs::Wanted::New(Arc::new(bundle))];
    let wish = peygir_runtime::packs::Wish { packs, ..Default::default() };
    let asked = std::cell::Cell::new(0);
    // Nothing is wrong at the first question: then the table is looked at.
    let is_over = || asked.replace(asked.get() + 1) > 0;
    let given_up = world.host().engine.plan_packs(&wish, at(START), &is_over).unwrap_err();
    assert!(matches!(&given_up, peygir_runtime::packs::Unfit::CalledOff(table) if table == "large"), "{given_up:?}");
}

/// The rows beside a script are run one by one, and none for somebody who is gone.
#[tokio::test]
async fn a_check_that_is_given_up_in_the_tests_of_a_script_runs_no_more_rows() {
    let world = fresh().await;
    let long = "//! ---\nfn long(req, now, args) { let n = 0; for i in 0..1000 { n += i; } n }";
    let row = "- { now: \"1405/09/02 10:00\", req: {}, args: {}, expect: 499500 }\n";
    let mut files = base("2.0.0", "two");
    files.insert("rules/long.rhai".to_owned(), long.to_owned());
    files.insert("rules/long.test.yaml".to_owned(), row.repeat(200));
    let bundle = peygir_runtime::pack::Bundle::of_texts(tested(&files)).unwrap();
    let packs = vec![peygir_runtime::packs::Wanted::New(Arc::new(bundle))];
    let wish = peygir_runtime::packs::Wish { packs, ..Default::default() };
    let questions = |until: u64| {
        let asked = std::cell::Cell::new(0);
        let is_over = || asked.replace(asked.get() + 1) >= until;
        let planned = world.host().engine.plan_packs(&wish, at(START), &is_over);
        (planned, asked.get())
    };
    let (planned, all) = questions(u64::MAX);
    let plan = planned.unwrap();
    assert!(all > 200, "{all}");
    drop(plan);
    let (given_up, asked) = questions(all - 100);
    let named = given_up.unwrap_err();
    assert!(matches!(&named, peygir_runtime::packs::Unfit::CalledOffIn(script) if script == "long"), "{named:?}");
    assert!(asked <= all - 100 + 2, "{asked} of {all}");
}

#[tokio::test]
async fn a_request_that_comes_twice_deploys_once() {
    let world = fresh().await;
    let (desk, by) = (world.desk.clone(), administrator());
    let two = edition(&[&base("2.0.0", "two")]);
    let first = desk.deploy_packs(&by, &two, Some("key")).await.unwrap();
    desk.deploy_packs(&by, &known("base", "1.0.0"), None).await.unwrap();
    let again = desk.deploy_packs(&by, &two, Some("key")).await.unwrap();
    assert_eq!((first.edition, first.repeated, again.edition, again.repeated), (2, false, 2, true));
    assert_eq!(in_force(&world), ["base@1.0.0"], "what came between stays");
    let other = NewEdition { note: Some("other".into()), ..two };
    assert_eq!(desk.deploy_packs(&by, &other, Some("key")).await, Err(Refusal::KeyReused));
}

const CLOSED: &str = "closures:\n  - { date: 1405/09/01, name: { fa: برف, en: Snow } }\n";

/// A calendar that an edition changes moves the deadlines that lean on it, from its instant on and not before.
#[tokio::test]
async fn a_calendar_of_an_edition_moves_deadlines() {
    let mut world = fresh().await;
    let due = async |world: &peygir_runtime::sim::World, stream| {
        read(world, stream).await.records.waits.values().next().unwrap().at
    };
    let waits = start(&mut world, "work").await;
    let before = due(&world, waits).await;
    let office = base("1.0.0", "one")["rules/office.yaml"].clone() + CLOSED;
    let closed = with(base("2.0.0", "one"), "rules/office.yaml", &office);
    // The wait would end on the next day at 14:30 or before; the edition comes that very morning.
    deploy(&mut world, &from(edition(&[&closed]), "2026-11-22T06:00:00+03:30")).await.unwrap();
    assert_eq!(due(&world, waits).await, before);
    world.pass_to(at("2026-11-22T06:00:00+03:30")).await.unwrap();
    assert_ne!(due(&world, waits).await, before);
    let register = read(&world, CLOSURES).await.closures.register;
    assert_eq!(register.open, [], "the operation is through");
    // Back to what it was.
    deploy(&mut world, &known("base", "1.0.0")).await.unwrap();
    assert_eq!(due(&world, waits).await, before);
}

/// A wait that ends at the very instant of the edition is derived anew before it ends.
#[tokio::test]
async fn what_is_due_at_the_instant_is_derived_anew_first() {
    let mut world = fresh().await;
    let waits = start(&mut world, "work").await;
    let ends = read(&world, waits).await.records.waits.values().next().unwrap().at;
    let office = base("1.0.0", "one")["rules/office.yaml"].clone() + CLOSED;
    let closed = with(base("2.0.0", "one"), "rules/office.yaml", &office);
    deploy(&mut world, &from(edition(&[&closed]), &ends.to_string())).await.unwrap();
    world.clock.set(ends);
    world.host().submit(waits, "system", peygir_runtime::command::Command::Wake).await.unwrap();
    let wait = read(&world, waits).await.records.waits.values().next().unwrap().clone();
    assert!(wait.is_open() && wait.at > ends, "{wait:?}");
}

#[tokio::test]
async fn schedules_follow_what_is_in_force() {
    let mut world = fresh().await;
    let daily = "document: { dsl: '1.0.3', namespace: test, name: daily, version: '1.0.0' }\nschedule: { every: { days: 1 } }\n\
                 do:\n  - say: { set: { answer: daily } }\n";
    let with_daily = with(base("2.0.0", "two"), "workflows/daily/workflow.yaml", daily);
    deploy(&mut world, &from(edition(&[&with_daily]), "1405/09/02")).await.unwrap();
    let streams = |world: &peygir_runtime::sim::World| world.host().engine.schedules_out_of_line().unwrap().len();
    let runs = async |world: &peygir_runtime::sim::World| {
        let by = administrator();
        let page = world.desk.instances(&by, &Default::default()).await.unwrap();
        page.items.iter().filter(|item| item.workflow.name == "daily").count()
    };
    world.pass_to(at("2026-11-23T12:00:00+03:30")).await.unwrap();
    assert_eq!((streams(&world), runs(&world).await), (0, 0));
    world.pass_to(at("2026-11-25T12:00:00+03:30")).await.unwrap();
    let so_far = runs(&world).await;
    assert!(so_far >= 1);
    deploy(&mut world, &known("base", "1.0.0")).await.unwrap();
    world.pass_to(at("2026-11-28T12:00:00+03:30")).await.unwrap();
    assert_eq!((streams(&world), runs(&world).await), (0, so_far), "what is not in force starts nothing");
}
