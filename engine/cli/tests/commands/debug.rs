//! `peygir debug` on a data folder with an escalation on record, on rows of tests, and asked of a server.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::sync::Arc;

use peygir_connector::manifest;
use peygir_core::Moment;
use peygir_runtime::access::{Grant, Principal, Scope};
use peygir_runtime::catalog::Catalog;
use peygir_runtime::clock::Clock;
use peygir_runtime::command::Command;
use peygir_runtime::desk::{Desk, NewMessage, Party};
use peygir_runtime::engine::Engine;
use peygir_runtime::host::{Connectors, Host};
use peygir_runtime::pack;
use peygir_runtime::vault::{Keys, Vault};
use peygir_store::Store;
use peygir_store_local::{LocalStore, Options};
use serde_json::Value;
use tempfile::TempDir;

use crate::binary::{Called, call, command, copy_of_content, folder, root};

const START: &str = "2026-11-21T10:00:00+03:30";
const SCRIPT: &str = "rules/escalation/on-overdue.rhai";

/// Streams and commands that are looked at at once.
const PAGE: usize = 100;

/// Does what is due now, until nothing is.
fn settle(engine: &Engine, now: Moment) {
    loop {
        let inbox = engine.store.inbox(PAGE).unwrap();
        let due = engine.due(now, PAGE).unwrap();
        for (key, enqueued) in &inbox {
            engine.handle_enqueued(key, enqueued, now).unwrap();
        }
        for stream in &due {
            engine.handle(*stream, "system", now, Command::Wake).unwrap();
        }
        if inbox.is_empty() && due.is_empty() {
            return;
        }
    }
}

/// A data folder with a complaint whose deadline of three hours passed; its tracking code.
fn recorded(content: &Path) -> (TempDir, String) {
    let data = TempDir::new().unwrap();
    let keys = Keys::open_or_make(&data.path().join("keys"), &|| [7; 32]).unwrap();
    let (store, _) = LocalStore::open(&data.path().join("store"), Options::default()).unwrap();
    let (pack, _) = pack::load(&content.join("examples/one-province")).unwrap_or_else(|found| panic!("{found:#?}"));
    let text = std::fs::read_to_string(root().join("connectors/outbox/connector.yaml")).unwrap();
    let outbox = manifest::read(&peygir_source::yaml::parse(&text).unwrap()).unwrap();
    let catalog = Catalog::new(pack, &[("outbox".to_owned(), outbox)].into(), Arc::new(peygir_script::Deadline::never));
    let store = Arc::new(store);
    let seeds = std::sync::atomic::AtomicU8::new(1);
    let random = move || [seeds.fetch_add(1, std::sync::atomic::Ordering::SeqCst); 32];
    let engine = Arc::new(Engine::new(store.clone(), Vault::new(Arc::new(keys)), catalog, Arc::new(random)));
    let start: Moment = START.parse::<jiff::Timestamp>().unwrap().into();
    let clock = Clock::at(start);
    let host = Host::new(engine.clone(), clock.clone(), Connectors::new());
    let grants = vec![Grant { role: "operator".to_owned(), scope: Scope::Nation }];
    let operator = Principal { id: "operator".to_owned(), name: "operator".to_owned(), grants };
    let message = NewMessage {
        channel: "web".to_owned(),
        from: Party { mobile: Some("09991234567".to_owned()), ..Party::default() },
        on_behalf_of: None,
        text: "در ادارهٔ ثبت احوال همدان هیچ کارمندی پشت باجه نیست و کسی پاسخ نمی‌دهد".to_owned(),
        topic: None,
        agency: None,
        province: None,
        county: None,
        source: None,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let submitted = runtime.block_on(Desk::new(host).submit_message(&operator, message, None)).unwrap();
    settle(&engine, start);
    for minutes in [90, 150, 180] {
        settle(&engine, start.plus_micros(minutes * 60_000_000));
    }
    assert!(store.last_frame() > 5);
    drop(runtime);
    drop(engine);
    Arc::into_inner(store).expect("nobody else has the store").close().unwrap();
    (data, submitted.tracking_code)
}

/// Calls the binary with words said to it by a pipe.
fn said(folder: &Path, arguments: &[&str], words: &str) -> Called {
    let mut child =
        command(folder, arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(words.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Called {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn debug<'a>(data: &'a TempDir, code: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let data = data.path().to_str().unwrap();
    [&["debug", "on-overdue", "--case", code, "--data", data], more].concat()
}

#[test]
fn a_recorded_escalation_is_stepped_through() {
    let (data, code) = recorded(&root());
    let walked = said(&root(), &debug(&data, &code, &[]), "print req.round\nbreak 14\ncontinue\nvars\nstep\nstep\n");
    assert_eq!(walked.code, 0, "{}{}", walked.stdout, walked.stderr);
    for expected in [
        &format!(
            "on-overdue on {code}: call 1 of 1, Saturday 30 Aban 1405 13:00, ir-foad/duty-inspection:1.0.0 decide"
        ),
        "on_overdue, line 7 (step 1 of",
        "req.round = 1",
        "→   14 |     #{ role: role",
        "  within = \"PT1H\"",
        "answer: {\"by\":[\"mail\"],\"role\":\"inspection-centre\",\"within\":\"PT1H\"}",
        "as it ended then",
    ] {
        assert!(walked.stdout.contains(expected), "{expected}\n{}", walked.stdout);
    }
    assert!(walked.stdout.contains("+98999***4567"), "{}", walked.stdout);

    let table = call(&root(), &debug(&data, &code, &["--trace", "--call", "1", "--lang", "fa"]));
    assert!(table.stdout.contains("late_again = false") && table.stdout.contains("↩ {"), "{}", table.stdout);
    assert!(table.stdout.contains("همان گونه که آن زمان پایان یافت"), "{}", table.stdout);

    let json = call(&root(), &debug(&data, &code, &["--json"]));
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json["agrees"], &json["text"]["origin"]), (&true.into(), &"as-then".into()));
    for said in [walked.stdout, table.stdout, json.to_string()] {
        assert!(!said.contains("9991234567"), "a number stands in clear: {said}");
    }
}

#[test]
fn another_text_than_that_of_then_is_told_and_what_is_not_on_record_too() {
    let (data, code) = recorded(&root());
    let copy = copy_of_content();
    let path = copy.path().join(SCRIPT);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"PT1H\" } else", "\"PT45M\" } else")).unwrap();
    let changed = call(copy.path(), &debug(&data, &code, &["--trace"]));
    assert_eq!(changed.code, 0, "{}{}", changed.stdout, changed.stderr);
    assert!(changed.stderr.contains("is not to be had: this is the present one"), "{}", changed.stderr);
    assert!(changed.stdout.contains("\"within\":\"PT45M\"") && changed.stdout.contains("on record: answer:"));
    for (arguments, why) in [
        (debug(&data, &code, &["--call", "2"]), "call 2 of on-overdue"),
        (debug(&data, "12345678903", &[]), "there is no case"),
        (debug(&data, &code, &["--deployment", "nowhere"]), "has errors"),
    ] {
        let refused = call(&root(), &arguments);
        assert!(refused.code == 1 && refused.stderr.contains(why), "{}", refused.stderr);
    }
}

/// A server over a data folder, ended with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn a_running_server_is_asked() {
    let (data, code) = recorded(&root());
    let path = data.path().to_str().unwrap();
    let arguments = ["serve", "examples/one-province", "--data", path, "--listen", "127.0.0.1:0"];
    let mut process: Process = command(&root(), &arguments);
    let mut server = Server(process.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("console: ")), "the server did not start");
    let asked = call(&root(), &debug(&data, &code, &["--json"]));
    assert_eq!(asked.code, 0, "{}{}", asked.stdout, asked.stderr);
    let json: Value = serde_json::from_str(&asked.stdout).unwrap();
    assert_eq!((json["trackingCode"].as_str(), &json["agrees"]), (Some(code.as_str()), &true.into()));
    assert_eq!(json["req"]["citizen"]["mobile"], "+98999***4567");
    let mut stranger = command(&root(), &debug(&data, &code, &["--json"]));
    let refused = stranger.env("PEYGIR_TOKEN", "pgt_nobody").output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let other = call(&root(), &debug(&data, &code, &["--call", "7"]));
    assert!(other.code == 1 && other.stderr.contains("call 7 of on-overdue"), "{}", other.stderr);
    drop(server);
    // It was killed and left its address behind: the folder itself is read.
    let alone = call(&root(), &debug(&data, &code, &["--json"]));
    assert_eq!(alone.code, 0, "{}", alone.stderr);
    assert_eq!(serde_json::from_str::<Value>(&alone.stdout).unwrap()["steps"], json["steps"]);
}

#[test]
fn a_row_of_the_tests_is_stepped_through() {
    let walked = said(&root(), &["debug", SCRIPT, "--test", "first miss"], "next\nnext\nprint role\nquit\n");
    assert_eq!(walked.code, 0, "{}", walked.stderr);
    assert!(walked.stdout.contains("role = \"inspection-centre\""), "{}", walked.stdout);
    assert!(!walked.stdout.contains("answer:"), "it was left before its end: {}", walked.stdout);
    let by_name = call(&root().join("rules"), &["debug", "on-overdue", "--test", "first miss", "--trace"]);
    assert!(by_name.stdout.trim_end().ends_with("as the row expects"), "{}{}", by_name.stdout, by_name.stderr);
    for (arguments, why) in [
        (["debug", SCRIPT, "--test", "late again later"], "no row has"),
        (["debug", SCRIPT, "--test", "the"], "several rows have"),
        (["debug", "nothing", "--test", "x"], "there is no script"),
    ] {
        let refused = call(&root(), &arguments);
        assert!(refused.code == 64 && refused.stderr.contains(why), "{} {}", refused.code, refused.stderr);
    }
    assert_eq!(call(&root(), &["debug", SCRIPT]).code, 64);
}

#[test]
fn two_rows_of_one_name_are_told_apart_by_nobody() {
    let rows = "- { name: twice, req: { a: 1 }, expect: 1 }\n- { name: once, req: {}, expect: 1 }\n- { name: twice, req: {}, expect: 1 }\n";
    let folder = folder(&[("one.rhai", "fn one(req, now, args) {\n    1\n}\n"), ("one.test.yaml", rows)]);
    for (lang, words) in [("en", "several rows are named \"twice\""), ("fa", "نام چند سطر «twice» است")] {
        let refused = call(folder.path(), &["debug", "one.rhai", "--test", "twice", "--trace", "--lang", lang]);
        assert_eq!(refused.code, 64, "{}", refused.stdout);
        for words in [words, "one.test.yaml:1", "one.test.yaml:3"] {
            assert!(refused.stderr.contains(words), "{words}: {}", refused.stderr);
        }
        assert!(!refused.stderr.contains("one.test.yaml:2"), "{}", refused.stderr);
    }
    assert_eq!(call(folder.path(), &["debug", "one.rhai", "--test", "once", "--trace"]).code, 0);
}

#[test]
fn tests_tell_which_lines_of_scripts_their_rows_run() {
    let script = "fn half(req, now, args) {\n    if req.a {\n        return 1;\n    }\n    2\n}\n";
    let files = [
        ("half.rhai", script),
        ("half.test.yaml", "- { name: no, req: { a: false }, expect: 2 }\n"),
        ("none.rhai", "fn none(req, now, args) {\n    1\n}\n"),
    ];
    let folder = folder(&files);
    let tested = call(folder.path(), &["test", "."]);
    assert_eq!(tested.code, 0, "{}", tested.stdout);
    for line in [
        "✓ half.test.yaml: 1 row; lines covered 2/3 (66 %), not covered: 3",
        "○ none.rhai: no rows; lines covered 0/1 (0 %)",
        "2 scripts: lines covered 2/4 (50 %)",
    ] {
        assert!(tested.stdout.lines().any(|told| told.replace("./", "") == line), "{line}\n{}", tested.stdout);
    }
    let marked = call(folder.path(), &["test", "half.rhai", "--coverage"]).stdout;
    assert!(marked.contains("  ✗          3 |         return 1;"), "{marked}");
    assert!(marked.contains("  ✓ 1×       2 |     if req.a {"), "{marked}");
    let json = call(folder.path(), &["test", ".", "--json"]).stdout;
    let lines: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let scripts: Vec<&Value> = lines.iter().filter(|line| line["kind"] == "script-coverage").collect();
    assert_eq!(scripts.len(), 2);
    assert_eq!((&scripts[0]["uncovered"], &scripts[1]["rows"]), (&serde_json::json!([3]), &Value::Null));
    assert_eq!(
        (&lines.last().unwrap()["scriptLines"], &lines.last().unwrap()["scriptLinesCovered"]),
        (&4.into(), &2.into())
    );
}

#[test]
fn tests_and_the_faults_of_scripts_are_told_in_persian() {
    let rows = "- { name: whole, expect: 1 }\n- { name: acts, args: { act: true }, expect: [] }\n";
    let script = "fn late(req, now, args) {\n    if args.get(\"act\") ?? false {\n        return [\n            case_mark(#{}),\n            notify(#{}),\n        ];\n    }\n    1 / 0\n}\n";
    let broken = "fn broken(req, now, args) {\n    let a = 1؛\n    a\n}\n";
    let content = folder(&[("late.rhai", script), ("late.test.yaml", rows), ("broken.rhai", broken)]);
    let called = call(content.path(), &["test", "--lang", "fa", "late.rhai", "broken.rhai"]);
    assert_eq!(called.code, 1, "{}{}", called.stdout, called.stderr);
    for told in [
        "✗ late.test.yaml: ۲ از ۲ سطر رد شد؛ سطرهای اجراشده",
        "late.rhai:8:7",
        "تقسیم بر صفر",
        "late.rhai:4:1",
        "late.rhai:5:1",
        "اقدام ۲ پاسخ اسکریپت",
        "broken.rhai:2:14",
        "«؛» نشانهٔ زبان اسکریپت نیست",
        "با صفحه‌کلید انگلیسی بنویسید",
        "۰ سناریو، ۲ سطر در ۲ پرونده: ۲ رد شد، ۱ پرونده اجراشدنی نیست",
    ] {
        assert!(called.stdout.contains(told), "{told}:\n{}", called.stdout);
    }
}
