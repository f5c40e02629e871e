//! Offices with tasks that have deadlines, on a virtual clock.

use std::collections::BTreeMap;
use std::sync::Arc;

use peygir_calendar::{ClosedHours, Jalali, Name, Scope};
use peygir_casework::records::{Task, Terms};
use peygir_connector::{Manifest, manifest};
use peygir_core::{Data, Id, Moment};
use peygir_runtime::closures::Order;
use peygir_runtime::command::Command;
use peygir_runtime::host::Connectors;
use peygir_runtime::operation::{Moved, Operation};
use peygir_runtime::pack;
use peygir_runtime::sim::{Parts, World};
use peygir_runtime::stream::Stream;
use peygir_store::memory::MemoryStore;
use serde_json::json;

use crate::common::{catalog_with, root};

/// A Saturday, 1405/08/30, at ten: offices are open from 07:30 to 14:30.
pub const START: &str = "2026-11-21T10:00:00+03:30";

pub fn at(text: &str) -> Moment {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

/// Flows of one task or wait: how it opens its case, and what it waits for.
const FLOWS: [(&str, &str, &str); 8] = [
    ("hours", "", "human-task, due: { workingHours: PT3H, calendar: ir-working }"),
    ("days", "", "human-task, due: { workingDays: 10, max: 15, calendar: ir-working }"),
    ("elapsed", "", "human-task, due: { within: PT3H, calendar: ir-working }"),
    (
        "reminded",
        CASE,
        "human-task, due: { workingDays: 2, calendar: ir-working }, reminders: [ \
         { after: PT30M, tell: { role: operator }, by: sms, template: intake/unclassified }, \
         { before: { workingDays: 1 }, tell: { role: operator }, by: sms, template: intake/unclassified } ]",
    ),
    ("resting", CASE, "human-task, due: { workingDays: 2, calendar: ir-working, suspend: { max: P10D, times: 2 } }"),
    ("waiting", "", "wait-working, workingDays: 1, calendar: ir-working"),
    ("placed", CASE, "human-task, due: { workingDays: 10, calendar: ir-working }"),
    ("owed", CASE, "human-task, due: { workingDays: 10, calendar: ir-working }, of: agency"),
];
pub const CASE: &str = "  - open:
      call: case-open
      with: { channel: web, text: '…', province: hamedan, from: { person: '${ .person }' }, county: '${ .county }' }
";
const REFER: &str = "  - refer: { call: case-refer, with: { to: { agency: bargh-hamedan } } }\n";

pub fn catalog() -> pack::Catalog {
    let flows: Vec<String> = FLOWS.iter().map(|(name, open, waits)| flow(name, open, waits)).collect();
    let flows: Vec<&str> = flows.iter().map(String::as_str).collect();
    catalog_with(&flows, &[])
}

fn flow(name: &str, open: &str, waits: &str) -> String {
    let document = format!("document: {{ dsl: '1.0.3', namespace: test, name: {name}, version: '1.0.0' }}");
    let (refer, role, waits) = match waits.strip_suffix(", of: agency") {
        Some(waits) => (REFER, "duty-manager", waits),
        None => ("", "operator", waits),
    };
    let (function, with) = waits.split_once(", ").unwrap();
    let task = format!("form: intake/classify, assign: {{ role: {role} }}, ");
    let task = if function == "human-task" { task.as_str() } else { "" };
    format!("{document}\ndo:\n{open}{refer}  - work: {{ call: {function}, with: {{ {task}{with} }} }}\n")
}

/// A world over a store, as its first process begins.
pub async fn world_over(pack: pack::Catalog, store: &Arc<MemoryStore>, start: &str) -> World {
    let read = |name: &str| -> Manifest {
        let text = std::fs::read_to_string(root().join("connectors").join(name).join("connector.yaml")).unwrap();
        manifest::read(&peygir_source::yaml::parse(&text).unwrap()).unwrap()
    };
    let channels: BTreeMap<String, Manifest> =
        ["sms", "mail"].map(|name| (name.to_owned(), read(name))).into_iter().collect();
    let store = store.clone();
    let store = Box::new(move || store.clone() as Arc<dyn peygir_store::Store>);
    let (connectors, start) = (Connectors::new(), at(start));
    let mut world = World::of(Parts { pack, channels, connectors, peers: None, store, start, seed: 7 });
    world.restart().await;
    world
}

pub async fn office() -> (World, Arc<MemoryStore>) {
    let store = Arc::new(MemoryStore::new());
    (world_over(catalog(), &store, START).await, store)
}

/// Starts a flow in a stream of its own and does what follows.
pub async fn start(world: &mut World, flow: &str) -> Id {
    start_in(world, flow, "malayer").await
}

/// The same for a case of a county, where the flow opens one.
pub async fn start_in(world: &mut World, flow: &str, county: &str) -> Id {
    let engine = &world.host().engine;
    let (stream, person) = (engine.new_id(world.clock.now()), engine.new_id(world.clock.now()));
    let command = Command::StartFlow {
        flow: format!("test/{flow}:1.0.0"),
        input: Data::from(json!({ "county": county, "person": person.to_string() })),
        claims: Vec::new(),
    };
    world.serve(async |desk| desk.host().submit(stream, "test", command.clone()).await).await.unwrap();
    world.go_on().await;
    stream
}

pub async fn read(world: &World, stream: Id) -> Stream {
    (*world.host().read(stream).await.unwrap()).clone()
}

/// The one task of a stream.
pub async fn task(world: &World, stream: Id) -> Task {
    let stream = read(world, stream).await;
    assert_eq!(stream.records.tasks.len(), 1, "{stream:#?}");
    stream.records.tasks.into_values().next().unwrap()
}

pub async fn terms(world: &World, stream: Id) -> Terms {
    *task(world, stream).await.terms.expect("its deadline follows from terms")
}

pub async fn due(world: &World, stream: Id) -> Moment {
    task(world, stream).await.due_at.expect("it has a deadline")
}

/// A closure of the working calendar, everywhere and for whole days.
pub fn closed(first: (i64, i64, i64), last: (i64, i64, i64)) -> Order {
    let day = |(year, month, day)| Jalali::new(year, month, day).unwrap();
    Order {
        calendar: "ir-working".to_owned(),
        scope: Scope::default(),
        first: day(first),
        last: day(last),
        hours: ClosedHours::From(0),
        name: Name { fa: "برف".to_owned(), en: "Snow".to_owned() },
    }
}

/// Closed from noon of the first day on.
pub fn closed_from_noon_today() -> Order {
    Order { hours: ClosedHours::From(12 * 60), ..closed((1405, 8, 30), (1405, 8, 30)) }
}

/// Declares it, and the operation that this begins is carried out. Gives the closure and the operation.
pub async fn declare(world: &mut World, order: &Order) -> (Id, Id) {
    let declared = world.serve(async |desk| desk.host().declare_closure("op", order).await).await.unwrap();
    world.go_on().await;
    (declared.closure, declared.operation)
}

pub async fn withdraw(world: &mut World, closure: Id) -> Id {
    let withdrawn =
        world.serve(async |desk| desk.host().withdraw_closure("op", closure, "it did not snow").await).await;
    world.go_on().await;
    withdrawn.unwrap()
}

pub async fn operation(world: &World, id: Id) -> Operation {
    world.host().operation(id).await.unwrap().expect("the operation was begun")
}

/// All that it moved, as stream, from when, to when.
pub async fn moved(world: &World, operation: Id) -> Vec<(Id, Moment, Moment)> {
    let mut moved: Vec<Moved> = Vec::new();
    loop {
        // Small pages: going on behind the last one is part of what is tested.
        let page = world.host().moved_by(operation, moved.last().cloned(), 3).await.unwrap();
        if page.is_empty() {
            return moved.into_iter().map(|one| (one.stream, one.from, one.to)).collect();
        }
        moved.extend(page);
    }
}
