//! A small deployment whose packs are written by the test: one that lies below, and one of a province over it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use peygir_core::state::Status;
use peygir_core::{Data, Id, Moment};
use peygir_runtime::access::{Grant, Principal, Scope};
use peygir_runtime::command::Command;
use peygir_runtime::desk::{EditionDone, NewEdition, NewPack, Refusal};
use peygir_runtime::host::Connectors;
use peygir_runtime::pack::{self, Bundle};
use peygir_runtime::packs::Folder;
use peygir_runtime::sim::{Parts, World};
use peygir_runtime::stream::Stream;
use peygir_script::{Deadline, Script, tests as rows};
use peygir_store::memory::MemoryStore;
use serde_json::{Value, json};

/// A Saturday, 1405/08/30, at ten.
pub const START: &str = "2026-11-21T10:00:00+03:30";

pub type Files = BTreeMap<String, String>;

pub fn at(text: &str) -> Moment {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

pub fn script(answer: &str) -> String {
    format!("fn answer(req, now, args) {{ \"{answer}\" }}\n")
}

const CALENDAR: &str = "kind: calendar\nid: office\ntitle: { fa: اداره, en: Office }\nzone: Asia/Tehran\nweek:\n  \
    sat: ['07:30-14:30']\n  sun: ['07:30-14:30']\n  mon: ['07:30-14:30']\n  tue: ['07:30-14:30']\n  wed: ['07:30-14:30']\n  \
    thu: []\n  fri: []\n";

pub fn flow(name: &str, version: &str, tasks: &str) -> String {
    format!("document: {{ dsl: '1.0.3', namespace: test, name: {name}, version: '{version}' }}\ndo:\n{tasks}")
}

const ASK: &str = "  - ask: { call: answer, output: { as: '${ {answer: .} }' } }\n";
const LATER: &str = "  - rest: { wait: { days: 1 } }\n  - ask: { call: answer, output: { as: '${ {answer: .} }' } }\n";
const WORK: &str = "  - rest: { call: wait-working, with: { workingDays: 1, calendar: office } }\n";

/// The pack below, in a version, with its script saying `answer`.
pub fn base(version: &str, answer: &str) -> Files {
    let manifest = format!("kind: pack\nname: base\nversion: {version}\ntitle: {{ fa: پایه, en: Base }}\n");
    files(&[
        ("pack.yaml", &manifest),
        (
            "rules/directory.yaml",
            "kind: directory\nprovince: { id: here, fa: اینجا, en: Here }\nprovinces:\n  - { id: there, fa: آنجا, en: There }\n",
        ),
        ("rules/office.yaml", CALENDAR),
        ("rules/answer.rhai", &script(answer)),
        ("workflows/ask/workflow.yaml", &flow("ask", "1.0.0", ASK)),
        ("workflows/later/workflow.yaml", &flow("later", "1.0.0", LATER)),
        ("workflows/labour/workflow.yaml", &flow("work", "1.0.0", WORK)),
    ])
}

/// A province's pack over it.
pub fn town(version: &str, province: &str, more: &[(&str, &str)]) -> Files {
    let manifest = format!(
        "kind: pack\nname: town\nversion: {version}\ntitle: {{ fa: شهر, en: Town }}\nfor: {{ province: {province} }}\n\
         over: [ base ]\n"
    );
    let mut all = files(&[("pack.yaml", manifest.as_str())]);
    all.extend(files(more));
    all
}

pub fn files(pairs: &[(&str, &str)]) -> Files {
    pairs.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

pub fn with(mut files: Files, path: &str, text: &str) -> Files {
    files.insert(path.to_owned(), text.to_owned());
    files
}

/// The files with tests beside every script that has none: a row that expects what the script answers to nothing.
pub fn tested(files: &Files) -> Files {
    let mut all = files.clone();
    for (path, text) in files {
        let Some(stem) = path.strip_suffix(".rhai") else { continue };
        let tests = format!("{stem}.test.yaml");
        let name = stem.rsplit('/').next().unwrap();
        let Ok(script) = Script::compile(name, text) else { continue };
        if files.contains_key(&tests) {
            continue;
        }
        let asked = peygir_source::yaml::parse("- { expect: 0 }").unwrap();
        let rows = rows::read(&asked).unwrap();
        let mut outcomes = rows::run(&script, &rows, &peygir_script::World::default(), &Deadline::never());
        let got = outcomes.remove(0).got;
        let expected = match got["fault"].as_str() {
            Some(code) => format!("fault: {code}"),
            None => format!("expect: {got}"),
        };
        all.insert(tests, format!("- {{ name: it answers, {expected} }}\n"));
    }
    all
}

/// The deployment's settings and the pack as the folder has it.
fn deployed(packs: &[Files]) -> (pack::Catalog, Folder) {
    let folder = tempfile::tempdir().unwrap();
    let mut names = Vec::new();
    for (index, files) in packs.iter().enumerate() {
        let pack = folder.path().join(format!("p{index}"));
        write(&pack, files);
        names.push(format!("p{index}"));
    }
    let settings = format!(
        "kind: deployment\nname: small\ntitle: {{ fa: کوچک, en: Small }}\nprovince: here\npacks: [ {} ]\ncaseType: test\n\
         intake: test/ask:1.0.0\ncalendar: office\nchannels: {{}}\nconnectors: {{}}\n",
        names.join(", ")
    );
    std::fs::write(folder.path().join("deployment.yaml"), settings).unwrap();
    let (catalog, _) = pack::load(folder.path()).unwrap_or_else(|found| panic!("{found:#?}"));
    (catalog, folder_of(packs))
}

fn write(folder: &Path, files: &Files) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

pub fn folder_of(packs: &[Files]) -> Folder {
    let bundle = |files: &Files| Arc::new(Bundle::of_texts(tested(files)).unwrap());
    Folder { bundles: packs.iter().map(bundle).collect(), ..Folder::default() }
}

/// A world over a store whose folder has these packs.
pub async fn world(packs: &[Files], store: &Arc<MemoryStore>, start: &str) -> World {
    let (pack, folder) = deployed(packs);
    let store = store.clone();
    let store = Box::new(move || store.clone() as Arc<dyn peygir_store::Store>);
    let (channels, connectors, start) = (BTreeMap::new(), Connectors::new(), at(start));
    let mut world = World::of(Parts { pack, channels, connectors, peers: None, store, start, seed: 7 });
    world.take_packs(folder).await.unwrap();
    world.go_on().await;
    world
}

pub async fn fresh() -> World {
    world(&[base("1.0.0", "one")], &Arc::new(MemoryStore::new()), START).await
}

pub fn person(id: &str, role: &str, scope: &str) -> Principal {
    let grants = vec![Grant { role: role.to_owned(), scope: Scope::parse(scope).unwrap() }];
    Principal { id: id.to_owned(), name: id.to_owned(), grants }
}

pub fn administrator() -> Principal {
    person("root", "administrator", "nation")
}

pub fn sent(files: &Files) -> NewPack {
    NewPack { files: Some(tested(files)), ..sent_as_it_is(files) }
}

/// Without tests that the test did not write.
pub fn sent_as_it_is(files: &Files) -> NewPack {
    let bundle = Bundle::of_texts(files.clone()).unwrap();
    NewPack { name: bundle.name, version: None, files: Some(files.clone()) }
}

pub fn edition(packs: &[&Files]) -> NewEdition {
    NewEdition { packs: packs.iter().map(|files| sent(files)).collect(), ..NewEdition::default() }
}

pub fn known(name: &str, version: &str) -> NewEdition {
    let pack = NewPack { name: name.to_owned(), version: Some(version.to_owned()), files: None };
    NewEdition { packs: vec![pack], ..NewEdition::default() }
}

pub fn from(edition: NewEdition, at: &str) -> NewEdition {
    NewEdition { effective_from: Some(at.to_owned()), ..edition }
}

pub async fn deploy(world: &mut World, edition: &NewEdition) -> Result<EditionDone, Refusal> {
    deploy_by(world, &administrator(), edition).await
}

pub async fn deploy_by(world: &mut World, by: &Principal, edition: &NewEdition) -> Result<EditionDone, Refusal> {
    let done = world.serve(async |desk| desk.deploy_packs(by, edition, None).await).await;
    world.go_on().await;
    done
}

/// Starts a flow in a stream of its own and does what follows.
pub async fn start(world: &mut World, flow: &str) -> Id {
    let engine = world.host().engine.clone();
    // Worlds of one store draw the same ids.
    let fresh = std::iter::repeat_with(|| engine.new_id(world.clock.now()));
    let stream = fresh.into_iter().find(|id| engine.load(*id).unwrap().version == 0).unwrap();
    let flow = format!("test/{flow}:1.0.0");
    let command = Command::StartFlow { flow, input: Data::from(json!({})), claims: Vec::new() };
    world.serve(async |desk| desk.host().submit(stream, "test", command.clone()).await).await.unwrap();
    world.go_on().await;
    stream
}

pub async fn read(world: &World, stream: Id) -> Stream {
    (*world.host().read(stream).await.unwrap()).clone()
}

/// What the one flow of a stream came to.
pub async fn outcome(world: &World, stream: Id) -> (Status, Option<Value>) {
    let stream = read(world, stream).await;
    let instance = stream.instances.values().next().unwrap();
    (instance.status, instance.output.as_ref().map(|output| output.value()["answer"].clone()))
}

/// What the script says now.
pub async fn answer(world: &mut World) -> String {
    let stream = start(world, "ask").await;
    outcome(world, stream).await.1.and_then(|answer| answer.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Labels of what is in force.
pub fn in_force(world: &World) -> Vec<String> {
    let (editions, number) = world.host().engine.editions().unwrap();
    editions.packs_of(number).iter().map(|pack| pack.label()).collect()
}

/// Code, file and line of what was found.
pub fn found(refusal: Refusal) -> Vec<(&'static str, String, u32)> {
    match refusal {
        Refusal::Findings(found) => {
            found.list.into_iter().map(|found| (found.code, found.file, found.span.line)).collect()
        }
        other => panic!("{other:?}"),
    }
}
