//! The official text of the language: its examples are read and printed without loss, its invalid files are refused, and
//! whatever the reader accepts, one of the two official schemas accepts.
//!
//! The text is not part of this repository. Its folder is named by `PEYGIR_DSL_SPEC`; without it `../shared/dsl/spec` beside
//! the repository is looked for. Where it is missing these tests are skipped by name, and fail with `CI=true`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use peygir_dsl::model::Workflow;
use peygir_dsl::print;
use peygir_dsl::read::{self, AnyNames};
use peygir_source::{Diagnostics, Node, yaml};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const FOLDER: &str = "PEYGIR_DSL_SPEC";
const EXAMPLES: usize = 68;
const INVALID: usize = 3;
const EVERYTHING: &str = include_str!("flows/everything.yaml");
const LANGUAGE: &str = include_str!("flows/language.yaml");

/// The folder of the text; none where the test is skipped.
fn folder(test: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/dsl/spec");
    let folder = std::env::var_os(FOLDER).map_or(beside, PathBuf::from);
    if folder.join("schema/workflow.yaml").exists() {
        return Some(folder);
    }
    let reason = format!("the text of the language is not there; {FOLDER} names its folder");
    assert!(std::env::var("CI").as_deref() != Ok("true"), "peer dsl-spec: {reason}");
    writeln!(std::io::stderr().lock(), "SKIPPED peer dsl-spec/{test}: {reason}")
        .expect("standard error can be written");
    None
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let yaml = entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    let mut files: Vec<_> = yaml
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    files
}

/// The model as text without the places, which another way of writing changes.
fn shape(workflow: &Workflow) -> String {
    let text = format!("{workflow:?}");
    let mut parts = text.split("Span {");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "Span" + part.split_once('}').map_or("", |(_, rest)| rest))
}

#[track_caller]
fn check_printing(name: &str, node: &Node, workflow: &Workflow) {
    let printed = print::yaml(workflow);
    let again = yaml::parse(&printed).unwrap_or_else(|error| panic!("{name}: {error:?}\n{printed}"));
    assert_eq!(again.to_json(), node.to_json(), "{name}\n{printed}");
    assert_eq!(again.to_json(), *workflow.definition, "{name}");
    let (read, _) = read::document(&again, &AnyNames);
    let read = read.unwrap_or_else(|| panic!("{name} is read no more\n{printed}"));
    assert_eq!(shape(&read), shape(workflow), "{name}");
    assert_eq!(print::yaml(&read), printed, "{name}");
}

#[test]
fn all_examples_are_read_and_printed_without_loss() {
    let Some(folder) = folder("examples") else { return };
    let files = files(&folder.join("examples"));
    assert_eq!(files.len(), EXAMPLES);
    let mut refused = 0;
    for (name, text) in files {
        let node = yaml::parse(&text).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let (workflow, found) = read::document(&node, &AnyNames);
        let workflow = workflow.unwrap_or_else(|| panic!("{name}: {found:#?}"));
        refused += usize::from(found.has_errors());
        assert_eq!(read::workflow(&node, &AnyNames).is_err(), found.has_errors(), "{name}");
        check_printing(&name, &node, &workflow);
    }
    // What is not run here: AsyncAPI five times, gRPC and MCP once each, and ten containers.
    assert_eq!(refused, 17);
}

#[test]
fn all_invalid_files_are_refused() {
    let Some(folder) = folder("invalid") else { return };
    let files = files(&folder.join("invalid"));
    assert_eq!(files.len(), INVALID);
    for (name, text) in files {
        let (workflow, found) = match yaml::parse(&text) {
            Ok(node) => read::document(&node, &AnyNames),
            Err(error) => (None, Diagnostics { list: vec![error] }),
        };
        assert!(workflow.is_none() && found.has_errors(), "{name}");
    }
}

fn schemas(folder: &Path) -> [Validator; 2] {
    ["workflow.yaml", "workflow-2026-01.yaml"].map(|name| {
        let text = fs::read_to_string(folder.join("schema").join(name)).unwrap();
        let schema = yaml::parse(&text).unwrap_or_else(|error| panic!("{name}: {error:?}")).to_json();
        // With formats: an instant and an expression exclude each other by their format alone.
        jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
    })
}

/// What the reader accepts and neither schema does, by name, each with its reason.
fn exception(flow: &Value) -> Option<&'static str> {
    let mut found = None;
    visit(flow, &mut |value| {
        if let Value::String(text) = value
            && text.trim_start().starts_with("${")
            && text.trim_end().contains('\n')
        {
            found = Some("an expression over several lines: the schema's pattern ends with the first");
        }
        if let Value::String(text) = value
            && !text.is_ascii()
        {
            found = Some("signs outside ASCII in a URI: people write addresses as they read them");
        }
    });
    found
}

fn visit(value: &Value, look: &mut impl FnMut(&Value)) {
    look(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| visit(item, look)),
        Value::Object(members) => members.values().for_each(|value| visit(value, look)),
        _ => {}
    }
}

fn complaints(schemas: &[Validator; 2], flow: &Value) -> Vec<String> {
    let mut complaints = Vec::new();
    for schema in schemas {
        complaints.extend(schema.iter_errors(flow).map(|error| format!("{}: {error:.300}", error.instance_path())));
    }
    complaints
}

fn check_against_schemas(schemas: &[Validator; 2], flow: &Value) -> Result<(), TestCaseError> {
    let accepted = schemas.iter().any(|schema| schema.is_valid(flow));
    if !accepted && exception(flow).is_none() {
        let said = complaints(schemas, flow).join("\n");
        let text = yaml::print(&Node::from_json(flow));
        return Err(TestCaseError::fail(format!("accepted here and by neither schema:\n{text}\n{said}")));
    }
    Ok(())
}

#[test]
fn what_the_examples_and_our_own_flows_say_the_schemas_accept() {
    let Some(folder) = folder("schemas") else { return };
    let schemas = schemas(&folder);
    let own =
        [("everything", EVERYTHING), ("language", LANGUAGE)].map(|(name, text)| (name.to_owned(), text.to_owned()));
    for (name, text) in files(&folder.join("examples")).into_iter().chain(own) {
        let flow = yaml::parse(&text).unwrap().to_json();
        assert!(schemas.iter().any(|schema| schema.is_valid(&flow)), "{name}: {:#?}", complaints(&schemas, &flow));
    }
    for (name, text) in files(&folder.join("invalid")) {
        if let Ok(node) = yaml::parse(&text) {
            assert!(!schemas.iter().any(|schema| schema.is_valid(&node.to_json())), "{name}");
        }
    }
}

/// A change of a flow at a place that is counted from its root.
#[derive(Debug, Clone)]
enum Change {
    Delete,
    Rename(String),
    Replace(Value),
    /// Puts what stands at another place here.
    Copy(usize),
    Add(String, Value),
    Duplicate,
    Wrap,
}

fn any_word() -> impl Strategy<Value = String> {
    let words = "after all and any arguments as at attempt audiences authentication authority await backoff basic bearer body \
        branches call catalogs catch client code command compete consume correlate count cron data delay detail digest do document \
        each emit endpoint environment errors event every exceptWhen expect export extend extensions for foreach fork from \
        functions grant headers if in input instance item jitter language limit listen metadata method name namespace oauth2 oidc \
        on one operationId output parameters policy query raise read redirect resource retries retry return run schedule schema \
        scopes script secrets set shell source status stdin switch then time timeout timeouts title to try type until uri use \
        version wait when while with workflow dataschema subject default errors id";
    let words: Vec<&str> = words.split_whitespace().collect();
    prop::sample::select(words).prop_map(str::to_owned)
}

fn any_leaf() -> impl Strategy<Value = Value> {
    let texts = vec![
        "",
        " ",
        "x",
        ".x",
        "${ .x }",
        "${.x}",
        "a ${ .x } b",
        "PT1S",
        "P1M",
        "continue",
        "exit",
        "end",
        "http",
        "openapi",
        "grpc",
        "latest",
        "1.0.0",
        "https://h/a",
        "https://h/{a}",
        "urn:x",
        "a b",
        "all",
        "none",
        "/do/0",
        "client_credentials",
        "2026-01-01T00:00:00Z",
        "0 0 * * *",
        "item",
        "true",
    ];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec![json!(0), json!(1), json!(-1), json!(1.5), json!(404), json!({}), json!([])]),
        prop::sample::select(texts).prop_map(Value::from),
        any_word().prop_map(Value::from),
    ]
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Delete),
        any_word().prop_map(Change::Rename),
        any_leaf().prop_map(Change::Replace),
        any::<usize>().prop_map(Change::Copy),
        (any_word(), any_leaf()).prop_map(|(name, value)| Change::Add(name, value)),
        Just(Change::Duplicate),
        Just(Change::Wrap),
    ]
}

/// JSON pointers of all places but the root.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut below = |key: &str, value: &Value| {
        let place = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        found.push(place.clone());
        places(value, &place, found);
    };
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| below(&index.to_string(), item)),
        Value::Object(members) => members.iter().for_each(|(key, value)| below(key, value)),
        _ => {}
    }
}

fn change(flow: &mut Value, at: usize, change: Change) {
    let mut all = Vec::new();
    places(flow, "", &mut all);
    let Some(place) = all.get(at % all.len().max(1)) else { return };
    let (parent, key) = place.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    let copied = match change {
        Change::Copy(from) => flow.pointer(&all[from % all.len()]).cloned(),
        _ => None,
    };
    let value = flow.pointer(place).cloned().unwrap();
    let here = flow.pointer_mut(place).unwrap();
    match change {
        Change::Replace(value) => *here = value,
        Change::Copy(_) => *here = copied.unwrap(),
        Change::Wrap => *here = json!([value]),
        Change::Add(name, value) => match here {
            Value::Object(members) => drop(members.insert(name, value)),
            Value::Array(items) => items.push(value),
            other => *other = json!({ name: value }),
        },
        Change::Delete | Change::Rename(_) | Change::Duplicate => match flow.pointer_mut(parent).unwrap() {
            Value::Object(members) => change_member(members, &key, change),
            Value::Array(items) => {
                let index: usize = key.parse().unwrap();
                match change {
                    Change::Delete => drop(items.remove(index)),
                    _ => items.insert(index, value),
                }
            }
            _ => unreachable!("a place has a parent"),
        },
    }
}

fn change_member(members: &mut Map<String, Value>, key: &str, change: Change) {
    let value = members.get(key).cloned().unwrap();
    match change {
        Change::Delete => drop(members.remove(key)),
        Change::Rename(name) => {
            members.remove(key);
            members.insert(name, value);
        }
        _ => drop(members.insert(format!("{key}2"), value)),
    }
}

/// Flows to begin with, and the schemas.
fn beginnings() -> Option<(Vec<Value>, [Validator; 2])> {
    let folder = folder("mutated")?;
    let mut texts: Vec<String> = files(&folder.join("examples")).into_iter().map(|(_, text)| text).collect();
    // Those that hold most of the language are begun with more often.
    for _ in 0..5 {
        texts.extend([EVERYTHING.to_owned(), LANGUAGE.to_owned()]);
    }
    let flows = texts.iter().map(|text| yaml::parse(text).unwrap().to_json()).collect();
    Some((flows, schemas(&folder)))
}

#[test]
fn what_is_accepted_of_mutated_flows_the_schemas_accept_and_printing_is_the_identity() {
    let Some((flows, schemas)) = beginnings() else { return };
    let cases = ProptestConfig::with_cases(ProptestConfig::default().cases * 12);
    let changes = prop::collection::vec((any::<usize>(), any_change()), 1..3);
    let accepted = std::cell::Cell::new(0u32);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { failure_persistence: None, ..cases });
    let result = runner.run(&(0..flows.len(), changes), |(begin, changes)| {
        let mut flow = flows[begin].clone();
        for (at, one) in changes {
            change(&mut flow, at, one);
        }
        let text = yaml::print(&Node::from_json(&flow));
        let node = yaml::parse(&text).map_err(|error| TestCaseError::fail(format!("{text}\n{error:?}")))?;
        prop_assert_eq!(node.to_json(), flow.clone());
        let (workflow, found) = read::document(&node, &AnyNames);
        let Some(workflow) = workflow else {
            prop_assert!(found.has_errors());
            return Ok(());
        };
        check_printing("mutated", &node, &workflow);
        if !found.has_errors() {
            accepted.set(accepted.get() + 1);
            check_against_schemas(&schemas, &flow)?;
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    // A test that accepts nothing shows nothing.
    assert!(accepted.get() > 150, "only {} were accepted", accepted.get());
}
