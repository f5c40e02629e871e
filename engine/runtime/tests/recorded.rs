//! Calls of scripts on record are run again with what they had then: the case, the moment, the arguments, the text.

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use peygir_connector::{Manifest, manifest};
use peygir_core::{Data, Id, Moment};
use peygir_runtime::access::{Grant, Principal, Scope};
use peygir_runtime::command::Command;
use peygir_runtime::desk::{
    NewMessage, Origin, PageRequest, Party, Refusal, ScriptEnd, ScriptRun, ScriptStep, Source, TaskFilter,
};
use peygir_runtime::host::Connectors;
use peygir_runtime::pack::{self, Bundle};
use peygir_runtime::packs::Folder;
use peygir_runtime::sim::{Parts, World};
use peygir_store::memory::MemoryStore;
use serde_json::{Value, json};

const START: &str = "2026-11-21T10:00:00+03:30";

fn at(text: &str) -> Moment {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

fn manifests() -> BTreeMap<String, Manifest> {
    let read = |name: &str| -> Manifest {
        let file = common::root().join("connectors").join(name).join("connector.yaml");
        manifest::read(&peygir_source::yaml::parse(&std::fs::read_to_string(file).unwrap()).unwrap()).unwrap()
    };
    ["sms", "mail"].map(|name| (name.to_owned(), read(name))).into_iter().collect()
}

fn world_of(catalog: pack::Catalog) -> World {
    World::new(catalog, &manifests(), Arc::new(MemoryStore::new()), at(START), 1)
}

fn principal(id: &str, role: &str, scope: &str) -> Principal {
    let grants = vec![Grant { role: role.to_owned(), scope: Scope::parse(scope).unwrap() }];
    Principal { id: id.to_owned(), name: id.to_owned(), grants }
}

fn message(text: &str) -> NewMessage {
    NewMessage {
        channel: "sms".into(),
        from: Party { mobile: Some("09991234567".into()), ..Party::default() },
        on_behalf_of: None,
        text: text.into(),
        topic: None,
        agency: None,
        province: None,
        county: None,
        source: Some(Source { connector: "sms".into(), id: "m-1".into(), line: "6133".into() }),
    }
}

async fn submit(world: &World, text: &str) -> String {
    let connector = principal("connector:sms", "connector", "nation");
    let submitted = world.desk.submit_message(&connector, message(text), None).await.unwrap();
    world.settle().await;
    submitted.tracking_code
}

async fn pass(world: &World, minutes: i64) {
    world.advance_to(world.clock.now().plus_micros(minutes * 60_000_000)).await.unwrap();
    world.settle().await;
}

async fn answer_first(world: &World, by: &Principal, list: &str, answer: Value) {
    let filter = TaskFilter { list: Some(list.to_owned()), case: None, page: PageRequest::default() };
    let page = world.desk.tasks(by, &filter).await.unwrap();
    let task = Id::parse(&page.items.first().unwrap_or_else(|| panic!("{} has no task in {list}", by.id)).id).unwrap();
    world.desk.claim(by, task).await.unwrap();
    let mut given = answer.as_object().unwrap().clone();
    for field in world.desk.task(by, task).await.unwrap().form.fields {
        let value = match field.kind.as_str() {
            "text" | "line" => json!("کارمند جایگزین گمارده شد"),
            "choice" => json!(field.options[0].id),
            "boolean" => json!(true),
            _ => json!(1),
        };
        given.entry(field.name).or_insert(value);
    }
    world.desk.complete(by, task, given.into()).await.unwrap();
    world.settle().await;
}

async fn run(world: &World, case: &str, script: &str, call: Option<usize>) -> ScriptRun {
    let auditor = principal("auditor", "operator", "nation");
    world.desk.script_run(&auditor, case, script, call).await.unwrap()
}

fn variable<'a>(step: &'a ScriptStep, name: &str) -> &'a Value {
    let found = step.variables.iter().find(|(found, _)| found == name);
    &found.unwrap_or_else(|| panic!("no {name} in {step:#?}")).1
}

fn last_line(run: &ScriptRun) -> &ScriptStep {
    run.steps.iter().rfind(|step| step.returned.is_none()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_has_the_case_as_it_was_then() {
    let (pack, _) = pack::load(&common::root().join("examples/one-province")).unwrap();
    let world = world_of(pack);
    let code = submit(&world, "در ادارهٔ ثبت احوال همدان هیچ کارمندی پشت باجه نیست و کسی پاسخ نمی‌دهد").await;
    pass(&world, 185).await;
    let first = run(&world, &code, "on-overdue", None).await;
    assert_eq!((first.call, first.calls.len(), first.text.origin, first.agrees), (1, 1, Origin::AsThen, true));
    assert_eq!(
        (first.calls[0].flow.as_str(), first.calls[0].step.as_str()),
        ("ir-foad/duty-inspection:1.0.0", "decide")
    );
    assert_eq!(first.now, "2026-11-21T13:00:00+03:30");
    assert_eq!((&first.req["round"], &first.req["topic"]), (&json!(1), &json!("no-officer")));
    assert_eq!(first.req["citizen"]["mobile"], "+98999***4567");
    assert_eq!(variable(last_line(&first), "late_again"), &json!(false));
    let expected = json!({ "role": "inspection-centre", "by": ["mail"], "within": "PT1H" });
    assert_eq!((&first.ended, &first.ended_then), (&ScriptEnd::Answer(expected.clone()), &ScriptEnd::Answer(expected)));
    assert!(!serde_json::to_string(&first).unwrap().contains("9991234567"));

    // The agency answers, the citizen denies it: a second round, which is late again.
    let people = world.desk.directory().people;
    let who = |role: &str| {
        let found = people.iter().find(|person| person.roles.iter().any(|held| held == role)).unwrap();
        world.desk.person(&found.id).unwrap()
    };
    let operator = who("operator");
    let case = Id::parse(&first.case_id).unwrap();
    let manager = world.desk.case(&operator, case, false).await.unwrap().manager.expect("a manager").id;
    answer_first(&world, &world.desk.person(&manager).unwrap(), "inbox", json!({})).await;
    answer_first(&world, &operator, "calls", json!({ "outcome": "unsolved", "satisfaction": 1 })).await;
    pass(&world, 185).await;
    let second = run(&world, &first.case_id, "on-overdue", None).await;
    assert_eq!((second.call, second.calls.len(), second.agrees), (2, 2, true), "{second:#?}");
    assert_eq!(second.req["round"], 2);
    assert_eq!(variable(last_line(&second), "late_again"), &json!(true));
    let again = run(&world, &code, "on-overdue", Some(1)).await;
    assert_eq!(ScriptRun { calls: first.calls.clone(), ..again }, first, "the first call is what it was");
    let auditor = principal("auditor", "operator", "nation");
    for (case, script, call) in [
        (code.as_str(), "on-overdue", Some(3)),
        (&code, "on-overdue", Some(0)),
        (&code, "other", None),
        ("x", "on-overdue", None),
    ] {
        let refused = world.desk.script_run(&auditor, case, script, call).await;
        assert_eq!(refused, Err(Refusal::NotFound), "{case} {script} {call:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_read_the_case_sees_nothing() {
    let (pack, _) = pack::load(&common::root().join("examples/one-province")).unwrap();
    let world = world_of(pack);
    let code = submit(&world, "در ادارهٔ ثبت احوال همدان هیچ کارمندی پشت باجه نیست و کسی پاسخ نمی‌دهد").await;
    pass(&world, 185).await;
    for (role, scope) in [("connector", "nation"), ("operator", "province:yazd")] {
        let other = principal("other", role, scope);
        let refused = world.desk.script_run(&other, &code, "on-overdue", None).await;
        assert_eq!(refused, Err(Refusal::Forbidden), "{role} {scope}");
    }
}

/// A flow that a message of the intake starts beside nothing: it runs on the case of its stream.
fn flow(name: &str, tasks: &str) -> String {
    format!("document: {{ dsl: '1.0.3', namespace: test, name: {name}, version: '1.0.0' }}\ndo:\n{tasks}")
}

/// Starts a flow beside a case.
async fn beside(world: &World, code: &str, flow: &str, input: Value) {
    let case = world.host().engine.stream_named(code).unwrap().unwrap();
    let (flow, label) = (format!("test/{flow}:1.0.0"), "test".to_owned());
    world.host().submit(case, "test", Command::StartBeside { flow, input: Data::from(input), label }).await.unwrap();
    world.settle().await;
}

const MARKS: &str = r#"fn marks(req, now, args) {
    let before = req.milestones.len();
    [#{ action: "case-mark", milestone: `seen-${before}` }]
}
"#;
const FAILS: &str = r#"fn fails(req, now, args) {
    let number = args.number;
    let short = number.sub_string(0, 9);
    throw short + req.absent;
}
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_script_itself_changed_is_not_what_it_saw() {
    let tasks = "  - one: { call: marks, with: {} }\n  - two: { call: marks, with: {} }\n";
    let world = world_of(common::catalog_with(&[&flow("marking", tasks)], &[("marks", MARKS)]));
    let code = submit(&world, "در ادارهٔ ثبت احوال همدان هیچ کارمندی پشت باجه نیست").await;
    beside(&world, &code, "marking", json!({})).await;
    let runs = [run(&world, &code, "marks", Some(1)).await, run(&world, &code, "marks", Some(2)).await];
    let before = |run: &ScriptRun| variable(last_line(run), "before").as_u64().unwrap();
    assert!(runs.iter().all(|run| run.agrees && run.calls.len() == 2), "{runs:#?}");
    assert_eq!(before(&runs[0]) + 1, before(&runs[1]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_failed_is_found_with_its_line_and_without_a_number() {
    let tasks = "  - fail: { call: fails, with: { number: '+989991234567' } }\n";
    let world = world_of(common::catalog_with(&[&flow("failing", tasks)], &[("fails", FAILS)]));
    let code = submit(&world, "در ادارهٔ ثبت احوال همدان هیچ کارمندی پشت باجه نیست").await;
    beside(&world, &code, "failing", json!({})).await;
    let run = run(&world, &code, "fails", None).await;
    assert!(run.calls[0].failed && run.agrees, "{run:#?}");
    // No digest is on record, and a world without editions does not know what was in force.
    assert_eq!(run.text.origin, Origin::Present);
    let ScriptEnd::Fault(fault) = &run.ended else { panic!("{run:#?}") };
    assert_eq!((fault.code.as_str(), fault.line), ("PG-S103", 4));
    assert_eq!(last_line(&run).line, 4);
    let ScriptEnd::Fault(then) = &run.ended_then else { panic!("{run:#?}") };
    assert!(then.en.contains("line 4"), "{then:?}");
    // The number is that of the citizen, however it came to the script.
    assert_eq!(run.args["number"], "+98999***4567");
    assert_eq!(variable(last_line(&run), "short"), &json!("+98******"));
}

/// A pack below with one script, and a flow that calls it.
fn files(version: &str, script: &str) -> BTreeMap<String, String> {
    let manifest = format!("kind: pack\nname: base\nversion: {version}\ntitle: {{ fa: پایه, en: Base }}\n");
    let ask = flow("ask", "  - ask: { call: answer, with: { n: 2 }, output: { as: '${ {answer: .} }' } }\n");
    let directory = "kind: directory\nprovince: { id: here, fa: اینجا, en: Here }\n";
    let calendar = "kind: calendar\nid: office\ntitle: { fa: اداره, en: Office }\nzone: Asia/Tehran\nweek:\n  \
                    sat: ['07:30-14:30']\n  sun: ['07:30-14:30']\n  mon: ['07:30-14:30']\n  tue: ['07:30-14:30']\n  \
                    wed: ['07:30-14:30']\n  thu: []\n  fri: []\n";
    [
        ("pack.yaml", manifest.as_str()),
        ("rules/directory.yaml", directory),
        ("rules/office.yaml", calendar),
        ("rules/answer.rhai", script),
        ("rules/answer.test.yaml", &format!("- {{ name: of two, args: {{ n: 2 }}, {} }}\n", answer_of(script))),
        ("workflows/ask/workflow.yaml", &ask),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into()
}

fn write(folder: &Path, files: &BTreeMap<String, String>) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// A world over the store whose folder has this pack; `taking`: its packs are editions.
async fn small(store: &Arc<MemoryStore>, start: &str, files: &BTreeMap<String, String>, taking: bool) -> World {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("p"), files);
    let settings = "kind: deployment\nname: small\ntitle: { fa: کوچک, en: Small }\nprovince: here\npacks: [ p ]\n\
                    caseType: test\nintake: test/ask:1.0.0\ncalendar: office\nchannels: {}\nconnectors: {}\n";
    std::fs::write(folder.path().join("deployment.yaml"), settings).unwrap();
    let (pack, _) = pack::load(folder.path()).unwrap_or_else(|found| panic!("{found:#?}"));
    let store = store.clone();
    let store = Box::new(move || store.clone() as Arc<dyn peygir_store::Store>);
    let (channels, connectors) = (BTreeMap::new(), Connectors::new());
    let mut world = World::of(Parts { pack, channels, connectors, peers: None, store, start: at(start), seed: 7 });
    if taking {
        let bundles = vec![Arc::new(Bundle::of_texts(files.clone()).unwrap())];
        world.take_packs(Folder { bundles, ..Folder::default() }).await.unwrap();
    }
    world.go_on().await;
    world
}

async fn ask(world: &World) -> Id {
    let stream = world.host().engine.new_id(world.clock.now());
    let command = Command::StartFlow { flow: "test/ask:1.0.0".into(), input: Data::empty(), claims: Vec::new() };
    world.host().submit(stream, "test", command).await.unwrap();
    world.settle().await;
    stream
}

const ONE: &str = "fn answer(req, now, args) { args.n }\n";
const TWO: &str = "fn answer(req, now, args) {\n    args.n * 10\n}\n";
const NONE: &str = "fn answer(req, now, args) {\n    throw args.n\n}\n";

/// What a row of each of them expects of two.
fn answer_of(script: &str) -> &'static str {
    match script {
        ONE => "expect: 2",
        TWO => "expect: 20",
        _ => "fault: PG-S104",
    }
}

#[tokio::test]
async fn the_text_is_that_of_the_edition_that_was_in_force() {
    let store = Arc::new(MemoryStore::new());
    let first = small(&store, START, &files("1.0.0", ONE), true).await;
    let stream = ask(&first).await;
    drop(first);
    let failing = small(&store, "2026-11-21T20:00:00+03:30", &files("1.1.0", NONE), true).await;
    let failed = ask(&failing).await;
    drop(failing);
    let world = small(&store, "2026-11-22T10:00:00+03:30", &files("2.0.0", TWO), true).await;
    let fault = run(&world, &failed.to_string(), "answer", None).await;
    assert_eq!((fault.text.origin, fault.text.source.as_str(), fault.agrees), (Origin::InForceThen, NONE, true));
    let later = ask(&world).await;
    let then = run(&world, &stream.to_string(), "answer", None).await;
    assert_eq!((then.text.origin, then.text.source.as_str(), then.agrees), (Origin::AsThen, ONE, true));
    assert_eq!(then.text.version_then.as_ref(), Some(&then.text.version));
    assert_eq!((then.text.pack_then.as_deref(), then.text.edition_then), (Some("base"), Some(1)));
    assert_eq!((&then.req, &then.args, &then.ended), (&Value::Null, &json!({ "n": 2 }), &ScriptEnd::Answer(json!(2))));
    let now = run(&world, &later.to_string(), "answer", None).await;
    assert_eq!((now.text.source.as_str(), &now.ended), (TWO, &ScriptEnd::Answer(json!(20))));
}

#[tokio::test]
async fn where_the_text_of_then_is_gone_the_present_one_is_told_as_such() {
    let store = Arc::new(MemoryStore::new());
    let first = small(&store, START, &files("1.0.0", ONE), false).await;
    let stream = ask(&first).await;
    drop(first);
    let world = small(&store, "2026-11-22T10:00:00+03:30", &files("2.0.0", TWO), false).await;
    let run = run(&world, &stream.to_string(), "answer", None).await;
    assert_eq!((run.text.origin, run.text.source.as_str()), (Origin::Present, TWO));
    assert_ne!(run.text.version_then.as_ref(), Some(&run.text.version));
    assert!(!run.agrees);
    assert_eq!((run.ended, run.ended_then), (ScriptEnd::Answer(json!(20)), ScriptEnd::Answer(json!(2))));
}
