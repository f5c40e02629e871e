//! `peygir run`: exit codes, what stands on which stream, and that it really waits.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::binary::{call, command, folder};

fn flow(tasks: &str) -> String {
    format!("document: {{ dsl: '1.0.3', namespace: test, name: one, version: '1.0.0' }}\ndo:\n{tasks}")
}

#[test]
fn a_flow_that_ends_well_prints_its_output() {
    let set = flow("  - hello: { set: { hello: '${ .name // \"nobody\" }' } }\n");
    let folder = folder(&[("a.yaml", &set), ("in.json", r#"{"name":"نگار"}"#)]);
    let check = |arguments: &[&str], expected: Value| {
        let called = call(folder.path(), arguments);
        assert_eq!((called.code, called.stderr.as_str()), (0, ""), "{arguments:?}");
        assert_eq!(serde_json::from_str::<Value>(&called.stdout).unwrap(), expected);
        assert_eq!(called.stdout.lines().count(), 1);
    };
    check(&["run", "a.yaml"], json!({ "hello": "nobody" }));
    check(&["run", "a.yaml", "--input", "in.json"], json!({ "hello": "نگار" }));
    check(&["run", "a.yaml", "--input", "in.json", "--json"], json!({ "hello": "نگار" }));
}

#[test]
fn input_may_come_from_stdin() {
    let folder = folder(&[("a.yaml", &flow("  - hello: { set: { got: '${ . }' } }\n"))]);
    let mut child = command(folder.path(), &["run", "a.yaml", "--input", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"[1, 2]").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "{\"got\":[1,2]}\n");
}

#[test]
fn a_wait_is_really_waited() {
    let folder = folder(&[("a.yaml", &flow("  - nap: { wait: { milliseconds: 700 } }\n"))]);
    let begun = Instant::now();
    assert_eq!(call(folder.path(), &["run", "a.yaml"]).code, 0);
    assert!(begun.elapsed() >= Duration::from_millis(700));
}

#[test]
fn a_fault_is_problem_json_on_stderr() {
    let folder = folder(&[("a.yaml", &flow("  - fail: { set: { a: '${ .x | ltrimstr(1) | error }' } }\n"))]);
    let called = call(folder.path(), &["run", "a.yaml"]);
    assert_eq!((called.code, called.stdout.as_str()), (1, ""), "{}", called.stderr);
    let problem: Value = serde_json::from_str(&called.stderr).unwrap();
    assert_eq!(problem["type"], "https://open-workflow-specification.org/spec/1.0.0/errors/expression");
    assert_eq!(problem["status"], 400);
    assert_eq!(problem["instance"], "/do/0/fail");
    assert!(problem["detail"].is_string());
}

#[test]
fn a_refused_definition_is_told_with_its_place() {
    let folder = folder(&[("a.yaml", &flow("  - a: { sett: {} }\n  - b: { call: no-such-function }\n"))]);
    let called = call(folder.path(), &["run", "a.yaml"]);
    assert_eq!((called.code, called.stdout.as_str()), (2, ""));
    assert!(called.stderr.contains("--> a.yaml:3:") && called.stderr.contains("--> a.yaml:4:"), "{}", called.stderr);
    assert!(called.stderr.contains("did you mean `set`?"), "{}", called.stderr);
    let called = call(folder.path(), &["run", "a.yaml", "--json"]);
    assert_eq!(called.code, 2);
    let found: Vec<Value> = called.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|one| one["code"].as_str().unwrap().starts_with("PG-") && one["line"].is_u64()));
}

#[test]
fn what_only_a_deployment_allows_is_refused_with_its_place_and_a_way() {
    let tasks = "  - a: { if: .never, do: [ { b: { run: { shell: { command: 'echo no > ran' } } } } ] }
  - c: { run: { script: { language: js, code: '1' } } }\n";
    let folder = folder(&[("a.yaml", &flow(tasks))]);
    let called = call(folder.path(), &["run", "a.yaml"]);
    assert_eq!((called.code, called.stdout.as_str()), (2, ""));
    for said in
        ["`run: shell`", "--> a.yaml:3:", "`run: script`", "--> a.yaml:4:", "PG-P084", "`process`", "deployment"]
    {
        assert!(called.stderr.contains(said), "{said}: {}", called.stderr);
    }
    assert!(!folder.path().join("ran").exists());
    let called = call(folder.path(), &["run", "a.yaml", "--json"]);
    let found: Vec<Value> = called.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|one| one["help_fa"].as_str().unwrap().contains("deployment.yaml")), "{found:?}");
}

#[test]
fn wrong_usage_has_a_code_of_its_own() {
    let folder = folder(&[("a.yaml", &flow("  - a: { set: {} }\n")), ("bad.json", "{")]);
    for arguments in [
        &["run"][..],
        &["run", "none.yaml"],
        &["run", "a.yaml", "--input", "none.json"],
        &["run", "a.yaml", "--input", "bad.json"],
        &["run", "a.yaml", "--wrong"],
        &["run", "a.yaml", "b.yaml"],
    ] {
        let called = call(folder.path(), arguments);
        assert_eq!((called.code, called.stdout.as_str()), (64, ""), "{arguments:?}");
        assert!(!called.stderr.is_empty());
    }
}

const PACK: &str = "kind: pack\nname: p\nversion: 1.0.0\ntitle: { fa: ب, en: p }\n";

#[test]
fn what_lies_in_the_same_pack_may_be_called() {
    let flow = flow("  - decide: { call: twice, with: { number: 21 } }\n");
    let script = "fn twice(req, now, args) { #{ number: args.number * 2 } }\n";
    let folder = folder(&[
        ("pack.yaml", PACK),
        ("workflows/one/workflow.yaml", &flow),
        ("other/copy.yaml", &flow),
        ("rules/twice.rhai", script),
    ]);
    // A file of the pack, and a copy elsewhere in it that stands for the one of the same name.
    for path in ["workflows/one/workflow.yaml", "other/copy.yaml"] {
        let called = call(folder.path(), &["run", path]);
        assert_eq!((called.code, called.stdout.as_str()), (0, "{\"number\":42}\n"), "{path}: {}", called.stderr);
    }
    std::fs::remove_file(folder.path().join("pack.yaml")).unwrap();
    let alone = call(folder.path(), &["run", "other/copy.yaml"]);
    assert_eq!(alone.code, 2, "{}", alone.stderr);
    assert!(alone.stderr.contains("twice"), "{}", alone.stderr);
}

#[test]
fn a_flow_that_waits_for_people_says_so_and_ends_by_an_interrupt() {
    let form = "kind: form\nid: p/ask\ntitle: { fa: پرسش, en: Ask }\nfields:\n  - { name: note, kind: text, label: { fa: متن, en: Note } }\n";
    let directory = "kind: directory\nroles:\n  - { id: operator, fa: کارشناس, en: Operator }\n";
    let folder = folder(&[
        ("pack.yaml", PACK),
        (
            "workflows/one/workflow.yaml",
            &flow("  - ask: { call: human-task, with: { form: p/ask, assign: { role: operator } } }\n"),
        ),
        ("workflows/one/forms/ask.yaml", form),
        ("rules/directory.yaml", directory),
    ]);
    let mut child =
        command(folder.path(), &["run", "workflows/one/workflow.yaml"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
    assert_eq!(said, "peygir: waiting for a person: task p/ask of role operator, for good; Ctrl-C ends it\n");
    let interrupted = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
