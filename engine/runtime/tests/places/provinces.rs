//! What is in force where a case is: each case by the packs of its own place, and never by those of another.

use std::collections::BTreeMap;
use std::sync::Arc;

use peygir_calendar::{ClosedHours, Jalali, Name, Scope};
use peygir_casework::records::{Records, Task, Terms};
use peygir_connector::{Manifest, manifest};
use peygir_core::{Data, Event, Id, Moment};
use peygir_runtime::closures::{Order, Refused, STREAM};
use peygir_runtime::command::{Command, Recorded};
use peygir_runtime::desk::{PageRequest, TaskFilter};
use peygir_runtime::engine::Failure;
use peygir_runtime::host::Connectors;
use peygir_runtime::pack::Catalog;
use peygir_runtime::sim::{Parts, World};
use peygir_runtime::turn;
use peygir_store::memory::MemoryStore;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::packs::{self, catalog, files};

/// What a citizen wrote: it stands sealed, wherever it comes.
const NOTE: &str = "راز";
/// A Saturday.
const START: &str = "2026-11-21T10:00:00+03:30";

fn at(text: &str) -> Moment {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

async fn world_over(pack: Catalog, store: &Arc<MemoryStore>, start: &str) -> World {
    let text = include_str!("../../../../connectors/sms/connector.yaml");
    let sms: Manifest = manifest::read(&peygir_source::yaml::parse(text).unwrap()).unwrap();
    let store = store.clone();
    let store = Box::new(move || store.clone() as Arc<dyn peygir_store::Store>);
    let channels = BTreeMap::from([("sms".to_owned(), sms)]);
    let (connectors, start) = (Connectors::new(), at(start));
    let mut world = World::of(Parts { pack, channels, connectors, peers: None, store, start, seed: 7 });
    world.restart().await;
    world
}

async fn world() -> World {
    world_over(catalog(&files()), &Arc::new(MemoryStore::new()), START).await
}

/// A case of a place, as far as it goes by itself.
async fn case(world: &mut World, province: &str, county: &str) -> Id {
    let engine = &world.host().engine;
    let (stream, person) = (engine.new_id(world.clock.now()), engine.new_id(world.clock.now()));
    engine.vault.create(person, Zeroizing::new([4; 32])).unwrap();
    let note = engine.vault.seal(person, NOTE, &[5; 32]);
    let input = json!({ "province": province, "county": county, "person": person.to_string(), "note": note });
    let command =
        Command::StartFlow { flow: "test/intake:1.0.0".to_owned(), input: Data::from(input), claims: Vec::new() };
    world.serve(async |desk| desk.host().submit(stream, "test", command.clone()).await).await.unwrap();
    world.go_on().await;
    stream
}

async fn records(world: &World, stream: Id) -> Records {
    let records = world.host().read(stream).await.unwrap().records.clone();
    assert_eq!(records.incidents, BTreeMap::new());
    records
}

async fn task(world: &World, stream: Id) -> Task {
    let mut tasks = records(world, stream).await.tasks.into_values();
    let task = tasks.next().expect("a task");
    assert_eq!(tasks.next(), None);
    task
}

fn days(terms: &Terms) -> String {
    format!("{:?}", terms.term)
}

/// What tables and scripts answered, and what was journalled of how, in order.
fn told(world: &World, stream: Id) -> Vec<(Value, Value)> {
    let frames = world.host().engine.store.journal(stream, 0, 10_000).unwrap();
    for bytes in frames.iter().flat_map(|frame| &frame.events) {
        assert!(!bytes.windows(NOTE.len()).any(|window| window == NOTE.as_bytes()), "it stands in clear");
    }
    let events = frames.iter().flat_map(|frame| frame.events.iter().map(|event| minicbor::decode(event).unwrap()));
    let told = |event| match event {
        Recorded::Flow { event: Event::CallAnswered { output, provenance, .. }, .. } => {
            provenance.map(|data| (output.value().clone(), data.value().clone()))
        }
        _ => None,
    };
    events.filter_map(told).collect()
}

fn of_table(layers: &[(&str, Option<&str>)], rule: &str, layer: u64, changed_by: Option<u64>) -> Value {
    let layer_ref = |(pack, overlay): &(&str, Option<&str>)| match overlay {
        None => json!({ "pack": pack, "packVersion": "1.2.0", "version": "1.4.0" }),
        Some(id) => json!({ "pack": pack, "packVersion": "1.2.0", "version": "0.3.0", "overlay": id }),
    };
    let mut told = json!({
        "table": "route", "version": "1.4.0", "rule": rule, "layer": layer, "edition": 0,
        "layers": layers.iter().map(layer_ref).collect::<Vec<_>>(),
    });
    if let Some(changed_by) = changed_by {
        told["changedBy"] = changed_by.into();
    }
    told
}

#[tokio::test]
async fn each_case_is_treated_by_the_packs_of_its_place() {
    let mut world = world().await;
    let national = ("national", None);
    let (yazd, taft) = (("yazd", Some("route")), ("taft", Some("route")));
    let cases = [
        ("yazd", "mehriz", vec![national, yazd], ("otherwise", 0, Some(1)), "WorkingDays { days: 5 }", 1),
        ("yazd", "taft", vec![national, yazd, taft], ("gas", 2, None), "WorkingDays { days: 3 }", 0),
        ("qom", "qom", vec![national], ("otherwise", 0, None), "WorkingDays { days: 10 }", 1),
        ("semnan", "taft", vec![national], ("otherwise", 0, None), "WorkingDays { days: 10 }", 1),
    ];
    for (province, county, layers, (rule, layer, changed_by), term, reminders) in cases {
        let (points, words) = if province == "qom" { (20, "قم") } else { (2, "ملی") };
        let stream = case(&mut world, province, county).await;
        let told = told(&world, stream);
        let [(_, before), (_, route), (scored, score)] = told.as_slice() else { panic!("{told:#?}") };
        let mut expected = of_table(&layers, rule, layer, changed_by);
        expected["inputs"] = json!({ "county": county, "note": score["args"]["note"] });
        assert_eq!(*route, expected, "{province} {county}");
        // Before there was a case, the message said where it belongs; of the case nothing was known yet.
        assert_eq!(before["layers"], expected["layers"], "{province} {county}");
        let unknown = json!({ "county": "none", "note": "" });
        assert_eq!((&before["inputs"], &before["rule"]), (&unknown, &json!("otherwise")));

        let pack = if province == "qom" { "qom" } else { "national" };
        assert_eq!(*scored, json!({ "points": points }), "{province}");
        assert_eq!((&score["script"], &score["pack"]), (&json!("score"), &json!(pack)));
        assert_eq!((&score["args"]["weight"], &score["packVersion"]), (&json!(2), &json!("1.2.0")));
        assert_eq!((&score["now"], &score["edition"]), (&json!("2026-11-21T10:00:00+03:30"), &json!(0)));
        assert_eq!(score["version"].as_str().map(str::len), Some(32));
        let note = score["args"]["note"].as_str().unwrap();
        assert_eq!((note == NOTE, world.host().engine.vault.open(note).as_str()), (false, NOTE));

        let task = task(&world, stream).await;
        let terms = task.terms.as_deref().expect("the referral's terms are the task's");
        assert_eq!(days(terms), term, "{province} {county}");
        assert_eq!(task.reminders.len(), reminders, "{province} {county}");
        let sent = world.gateways["sms"].sent();
        let last = sent.last().expect("the manager is told");
        assert!(last.text.contains(words), "{province}: {last:?}");
    }
}

#[tokio::test]
async fn desks_show_the_form_of_the_place_and_the_layer_that_decided() {
    let mut world = world().await;
    for (province, title, layer) in [("qom", "Qom", "national"), ("yazd", "National", "yazd")] {
        let stream = case(&mut world, province, "elsewhere").await;
        let manager = world.desk.person("w").unwrap();
        let filter = TaskFilter { list: None, case: Some(stream.to_string()), page: PageRequest::default() };
        let tasks = world.desk.tasks(&manager, &filter).await.unwrap();
        assert_eq!(tasks.items[0].form.title_en, title, "{province}");
        let lines = world.desk.case(&manager, stream, false).await.unwrap().timeline;
        let decided: Vec<_> = lines.iter().filter(|line| line.kind == "decision-made").collect();
        assert_eq!(decided.len(), 2);
        let text = |name: &str| decided[1].args.get(name).map(String::as_str);
        assert_eq!((text("table"), text("version")), (Some("route"), Some("1.4.0")));
        assert_eq!((text("rule"), text("layer")), (Some("otherwise"), Some(layer)), "{province}");
    }
}

#[tokio::test]
async fn a_provinces_calendar_counts_in_that_province_alone_and_moves_only_its_deadlines() {
    let store = Arc::new(MemoryStore::new());
    let mut world = world_over(catalog(&files()), &store, START).await;
    let (semnan, qom) = (case(&mut world, "semnan", "x").await, case(&mut world, "qom", "x").await);
    // Ten working days from Saturday: Thursdays are worked in Qom only.
    let (of_semnan, of_qom) = (task(&world, semnan).await.due_at, task(&world, qom).await.due_at);
    assert_eq!(of_semnan, Some(at("2026-12-05T14:00:00+03:30")));
    assert_eq!(of_qom, Some(at("2026-12-02T14:00:00+03:30")));

    // Qom's Thursdays are not worked any more.
    let changed = packs::with(&[("qom/rules/offices.yaml", &format!("# again\n{}", packs::OFFICES))]);
    let mut world = world_over(catalog(&changed), &store, "2026-11-21T11:00:00+03:30").await;
    world.go_on().await;
    assert_eq!(task(&world, semnan).await.due_at, of_semnan);
    assert_eq!(task(&world, qom).await.due_at, of_semnan, "as everywhere else now");
    let moves = task(&world, qom).await.terms.unwrap().moves;
    let operation = world.host().operation(moves[0].operation.unwrap()).await.unwrap().unwrap();
    assert_eq!((operation.about.as_str(), operation.seen, operation.moved), ("calendars-changed", 2, 1));
    assert_eq!(operation.about, peygir_runtime::operation::About::CalendarsChanged(vec!["offices@qom//".to_owned()]));

    // The calendar is taken out of the pack: what the nation has counts, which is the same.
    let gone = packs::with(&[("qom/rules/offices.yaml", "")]);
    let mut world = world_over(catalog(&gone), &store, "2026-11-21T12:00:00+03:30").await;
    world.go_on().await;
    assert_eq!(task(&world, qom).await.due_at, of_semnan);
    assert_eq!(world.host().read(STREAM).await.unwrap().closures.register.open, []);
    assert_eq!(task(&world, qom).await.terms.unwrap().moves.len(), moves.len());

    // The nation's calendar changes: both move, for both lean on it.
    let worked =
        packs::with(&[("qom/rules/offices.yaml", ""), ("national/rules/offices.yaml", &packs::offices_of_qom())]);
    let mut world = world_over(catalog(&worked), &store, "2026-11-21T13:00:00+03:30").await;
    world.go_on().await;
    assert_eq!((task(&world, semnan).await.due_at, task(&world, qom).await.due_at), (of_qom, of_qom));
}

#[test]
fn places_share_what_is_the_same() {
    let catalog = catalog(&files());
    let place = |province: &str, county: Option<&str>| peygir_calendar::Place {
        province: Some(province.to_owned()),
        county: county.map(str::to_owned),
        agency: Some("gas".to_owned()),
    };
    let names = |province, county| -> Vec<&str> {
        catalog.content(&place(province, county)).packs.iter().map(|pack| pack.name.as_str()).collect()
    };
    assert_eq!(names("yazd", Some("taft")), ["national", "yazd", "taft"]);
    assert_eq!(names("yazd", Some("mehriz")), ["national", "yazd"]);
    assert_eq!(names("qom", Some("taft")), ["national", "qom"]);
    assert_eq!(names("semnan", None), ["national"]);
    let form = |province| &catalog.content(&place(province, None)).forms["a/form"];
    assert!(Arc::ptr_eq(form("yazd"), form("semnan")) && !Arc::ptr_eq(form("yazd"), form("qom")));
    assert_eq!(catalog.contents.places().count(), 4);
    let digests: Vec<String> = catalog.contents.calendar_digests().into_keys().collect();
    assert_eq!(digests, ["offices", "offices@qom//"]);
    assert_eq!(catalog.packs[0].author.as_deref(), Some("The centre"));
}

/// All provinces and many counties, each with an overlay of its own.
#[test]
fn a_country_of_packs_is_computed_once_for_each_place() {
    let overlay = |rule: &str, county: &str| {
        format!(
            "kind: decision-table-overlay\nextends: {{ id: route, version: '^1.4' }}\nversion: 0.1.0\n\
             insert: [ {{ before: otherwise, rule: {{ id: {rule}, when: {{ county: {county} }}, then: {{ agency: gas }} }} }} ]\n"
        )
    };
    let mut all = files();
    let (mut names, mut provinces) = (Vec::new(), Vec::new());
    let mut counties = vec!["{ id: seat, fa: مرکز, en: Seat }".to_owned()];
    for province in 0..30 {
        provinces.push(format!("{{ id: p{province}, fa: ا, en: P }}"));
        names.push(format!("p{province}"));
        all.insert(format!("p{province}/rules/route.overlay.yaml"), overlay(&format!("p{province}"), "seat"));
        all.insert(
            format!("p{province}/pack.yaml"),
            manifest_of(&format!("p{province}"), &format!("province: p{province}")),
        );
        for county in 0..7 {
            let county = format!("c{province}-{county}");
            counties.push(format!("{{ id: {county}, fa: ش, en: C }}"));
            names.push(county.clone());
            let meant = "supersedes: [ { test: plain, why: its own office answers } ]\n";
            all.insert(format!("{county}/rules/route.overlay.yaml"), overlay(&county, &county) + meant);
            let scope = format!("province: p{province}, county: {county}");
            all.insert(format!("{county}/pack.yaml"), manifest_of(&county, &scope));
        }
    }
    let directory =
        format!("kind: directory\nprovinces: [ {} ]\ncounties: [ {} ]\n", provinces.join(", "), counties.join(", "));
    all.insert("national/rules/country.yaml".to_owned(), directory);
    let deployment = packs::DEPLOYMENT.replace("taft, qom", &format!("taft, qom, {}", names.join(", ")));
    all.insert("deployment.yaml".to_owned(), deployment);
    let catalog = catalog(&all);
    assert_eq!(catalog.packs.len(), 4 + 240);
    assert_eq!(catalog.contents.places().count(), 4 + 240);
    let place = |province: &str, county: &str| peygir_calendar::Place {
        province: Some(province.to_owned()),
        county: Some(county.to_owned()),
        agency: None,
    };
    let rules = |province, county| -> Vec<String> {
        let table = &catalog.content(&place(province, county)).tables["route"].table;
        table.rules().iter().map(|rule| rule.id.to_string()).collect()
    };
    assert_eq!(rules("p3", "c3-4"), ["p3", "c3-4", "otherwise"]);
    assert_eq!(rules("p3", "c4-4"), ["p3", "otherwise"]);
    assert_eq!(rules("p29", "elsewhere"), ["p29", "otherwise"]);
}

fn manifest_of(name: &str, scope: &str) -> String {
    format!(
        "kind: pack\nname: {name}\nversion: 1.0.0\ntitle: {{ fa: ب, en: P }}\nfor: {{ {scope} }}\nover: [ national ]\n"
    )
}

/// A calendar of a province's pack is there in that province alone; whoever leaves the place out is told to say it.
#[tokio::test]
async fn a_closure_of_a_provinces_calendar_says_the_province() {
    let of_yazd = "kind: calendar\nid: of-yazd\ntitle: { fa: ت, en: C }\nextends: offices\nfor: { province: yazd }\n";
    let pack = catalog(&packs::with(&[("yazd/rules/of-yazd.yaml", of_yazd)]));
    let world = world_over(pack, &Arc::new(MemoryStore::new()), START).await;
    let day = Jalali::new(1405, 9, 7).unwrap();
    let closed = |calendar: &str, province: Option<&str>| Order {
        calendar: calendar.to_owned(),
        scope: Scope { province: province.map(str::to_owned), ..Scope::default() },
        first: day,
        last: day,
        hours: ClosedHours::From(0),
        name: Name { fa: "سیل".to_owned(), en: "Flood".to_owned() },
    };
    for (order, expected) in [
        (closed("of-yazd", None), Refused::CalendarElsewhere("of-yazd".to_owned())),
        (closed("of-yazd", Some("qom")), Refused::CalendarElsewhere("of-yazd".to_owned())),
        (closed("of-yzad", None), Refused::UnknownCalendar("of-yzad".to_owned())),
    ] {
        match world.host().declare_closure("op", &order).await {
            Err(Failure::Refused(turn::Refused::Closure(why))) => assert_eq!(why, expected),
            other => panic!("{other:?}"),
        }
    }
    world.host().declare_closure("op", &closed("of-yazd", Some("yazd"))).await.unwrap();
}
