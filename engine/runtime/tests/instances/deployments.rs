//! What a deployment brings for its flows, and what is told where it does not: secrets, copies of addresses, connectors.

use std::sync::Arc;

use peygir_core::Moment;
use peygir_core::state::{FlowRef, Status};
use peygir_runtime::catalog::Catalog;
use peygir_runtime::deploy::{self, Error};
use peygir_runtime::pack::{self, Kinds};
use peygir_source::{Diagnostics, Severity};
use peygir_store::memory::MemoryStore;
use serde_json::json;

use crate::deployed::{Extra, catalog_of, load};
use crate::peer::Peer;
use crate::town::{end, flow, flow_with, of, read, start, world_of};

fn codes(found: &Diagnostics) -> Vec<(&'static str, u32)> {
    let told = found.list.iter().filter(|found| found.severity != Severity::Information);
    told.map(|found| (found.code, found.span.line)).collect()
}

fn refused(extra: &Extra<'_>) -> Diagnostics {
    load(extra).expect_err("it is refused")
}

#[test]
fn secrets_that_cannot_be_read_are_told_each_with_its_place() {
    let deployment = "secrets:\n  gone: { env: PEYGIR_NO_SUCH_SECRET }\n  nowhere: { file: none }\n  \
                      words: { file: words, json: true }\n  list: { file: list, json: true }\n  fine: { file: words }";
    let files = [("words", "s3cret-words"), ("list", "[ \"s3cret-list\" ]")];
    let found = refused(&Extra { deployment, files: &files, ..Extra::default() });
    let first = codes(&found).iter().map(|(_, line)| *line).min().expect("something was found");
    let expected: Vec<_> = (0..4).map(|line| ("PG-P081", first + line)).collect();
    // By name: gone, list, nowhere, words.
    let mut lines = codes(&found);
    lines.sort_unstable();
    assert_eq!(lines, expected);
    let told = format!("{found:?}");
    assert!(told.contains("PEYGIR_NO_SUCH_SECRET") && !told.contains("s3cret"), "{told}");
}

#[test]
fn a_secret_is_a_reference_under_a_plain_name() {
    let deployment =
        "secrets: { both: { env: A, file: b }, neither: {}, 'a b': { env: A }, plain: words, x: { evn: A } }";
    let found = refused(&Extra { deployment, ..Extra::default() });
    let mut codes: Vec<&str> = found.list.iter().map(|found| found.code).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["PG-P002", "PG-P004", "PG-P080", "PG-P080", "PG-P080", "PG-P080"]);
}

#[test]
fn a_check_needs_no_secrets_at_hand() {
    let folder = tempfile::tempdir().unwrap();
    let text = "secrets: { gone: { env: PEYGIR_NO_SUCH_SECRET } }";
    let written = crate::deployed::write_to(folder.path(), &Extra { deployment: text, ..Extra::default() });
    assert_eq!(codes(&pack::check_with(std::slice::from_ref(&written), &Kinds::default()).found), []);
    assert!(pack::read(&written, None).is_ok() && pack::load(&written).is_err());
}

#[test]
fn calls_that_no_connector_carries_out_are_refused() {
    let calls = flow(
        "calls",
        "  - page: { call: http, with: { method: get, endpoint: 'http://h/' } }\n  \
         - inside:\n      try:\n        - cmd: { run: { shell: { command: ls } } }\n      catch:\n        do:\n          \
         - doc: { call: openapi, with: { document: { endpoint: 'http://h/o.json' }, operationId: x } }\n  \
         - each:\n      for: { in: '${ [1] }' }\n      do:\n        \
         - js: { run: { script: { language: js, code: '1' } } }\n",
    );
    let found = refused(&Extra { flows: &[&calls], ..Extra::default() });
    assert_eq!(codes(&found), [("PG-P084", 4), ("PG-P084", 7), ("PG-P084", 10), ("PG-P084", 14)]);
    // A connector that offers one of them takes that one finding away.
    let found = refused(&Extra { flows: &[&calls], kinds: Peer::new().kinds(), ..Extra::default() });
    assert_eq!(codes(&found), [("PG-P084", 4), ("PG-P084", 10), ("PG-P084", 14)]);
}

#[tokio::test]
async fn what_nobody_awaits_is_asked_all_the_same_and_told_where_it_fails() {
    let cmd = |name: &str| flow(name, "  - cmd: { run: { shell: { command: ls }, await: false } }\n");
    let peer = Peer::new();
    let flows = [cmd("tells"), cmd("fails")];
    let flows: Vec<&str> = flows.iter().map(String::as_str).collect();
    let pack = catalog_of(&Extra { flows: &flows, kinds: peer.kinds(), ..Extra::default() });
    let mut world = world_of(pack, peer.connectors(), Default::default());
    let stream = start(&mut world, "tells", json!({ "n": 1 })).await;
    let found = read(&world, stream).await;
    assert_eq!(end(of(&found, "tells")), (Status::Completed, Some(json!({ "n": 1 }))));
    assert_eq!(peer.asked().len(), 1);
    assert_eq!(peer.asked()[0].input["command"], "ls");
    assert!(found.records.incidents.is_empty());
    peer.refuse_all();
    let stream = start(&mut world, "fails", json!({})).await;
    let found = read(&world, stream).await;
    assert_eq!(of(&found, "fails").status, Status::Completed);
    assert_eq!(found.records.incidents.len(), 1, "a failure that nobody awaits is a person's to look at");
}

const SCHEMA: &str = "{ \"type\": \"object\", \"required\": [\"n\"] }";
const GREET: &str = "set: { hello: '${ .name }' }\n";

fn addressed() -> String {
    flow_with(
        "addressed",
        "input: { schema: { resource: { endpoint: 'https://schemas.example.ir/n.json' } } }\n\
         use: { catalogs: { own: { endpoint: 'https://catalog.example.ir' } } }",
        "  - greet: { call: 'greet:1.0.0@own', with: { name: Mina } }\n",
    )
}

const RESOURCES: &str =
    "resources: { 'https://schemas.example.ir/': copies/schemas, 'https://catalog.example.ir': copies/catalog }";

fn copies(schema: &str) -> [(&'static str, String); 2] {
    [
        ("copies/schemas/n.json", schema.to_owned()),
        ("copies/catalog/functions/greet/1.0.0/function.yaml", GREET.to_owned()),
    ]
}

fn with_copies(flows: &[&str], schema: &str) -> pack::Catalog {
    let copies = copies(schema);
    let files: Vec<(&str, &str)> = copies.iter().map(|(name, text)| (*name, text.as_str())).collect();
    catalog_of(&Extra { flows, deployment: RESOURCES, files: &files, ..Extra::default() })
}

#[tokio::test]
async fn what_stands_behind_an_address_is_read_from_its_copy() {
    let mut world = world_of(with_copies(&[&addressed()], SCHEMA), Default::default(), Default::default());
    let stream = start(&mut world, "addressed", json!({ "n": 1 })).await;
    let found = read(&world, stream).await;
    assert_eq!(end(of(&found, "addressed")), (Status::Completed, Some(json!({ "hello": "Mina" }))));
    let stream = start(&mut world, "addressed", json!({})).await;
    let found = read(&world, stream).await;
    assert!(of(&found, "addressed").fault.as_ref().unwrap().type_.ends_with("/validation"));
}

#[test]
fn an_address_without_a_copy_is_refused_where_all_is_known() {
    let found = refused(&Extra { flows: &[&addressed()], ..Extra::default() });
    assert_eq!(codes(&found).len(), 2, "{found:#?}");
    let missing = "resources: { 'https://schemas.example.ir/': nowhere, noaddress: copies }";
    let found = refused(&Extra { deployment: missing, ..Extra::default() });
    assert!(codes(&found).iter().all(|(code, _)| *code == "PG-P083") && codes(&found).len() == 2, "{found:#?}");
}

#[test]
fn an_earlier_version_is_read_again_from_the_store_alone() {
    let store = MemoryStore::new();
    let deploy = |pack: pack::Catalog| {
        let catalog = Catalog::new(pack, &Default::default(), Arc::new(peygir_script::Deadline::never));
        deploy::deploy(&store, catalog, Moment(1))
    };
    let first = deploy(with_copies(&[&addressed()], SCHEMA)).unwrap();
    let version = |version: &str| FlowRef {
        namespace: "test".to_owned(),
        name: "addressed".to_owned(),
        version: version.to_owned(),
    };
    let digest = first.flow(&version("1.0.0")).unwrap().digest.clone();
    // The same again, from another folder, is the same.
    deploy(with_copies(&[&addressed()], SCHEMA)).unwrap();
    // Another copy under the same version is not.
    let changed = deploy(with_copies(&[&addressed()], "{ \"type\": \"object\" }"));
    assert!(matches!(changed, Err(Error::Changed(_))));
    // The deployment goes on without the flow and without its copies.
    let later = addressed().replace("version: '1.0.0'", "version: '2.0.0'");
    let later = deploy(with_copies(&[&later], "{ \"type\": \"object\" }")).unwrap();
    let revived = later.flow(&version("1.0.0")).expect("the earlier version is there");
    assert_eq!(revived.digest, digest);
    assert_eq!(revived.workflow.functions.len(), 1);
    assert_eq!(revived.workflow.input.as_ref().unwrap().schema.as_ref().unwrap()["required"], json!(["n"]));
    let catalog = deploy(catalog_of(&Extra::default())).unwrap();
    assert!(catalog.flow(&version("1.0.0")).is_some() && catalog.flow(&version("2.0.0")).is_some());
}
