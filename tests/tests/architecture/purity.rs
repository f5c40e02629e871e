//! Pure crates stay pure: what they link, and what their own sources ask of the machine.

use std::process::Command;

use crate::sources::{Source, of_folder, source};
use crate::{none, root};

/// Crates without clock, random numbers, files, sockets and async.
const PURE: &[&str] = &["source", "text", "dsl", "calendar", "decision", "script", "core", "casework"];

/// Libraries that no pure crate links, however far down.
const IMPURE: &[&str] = &[
    "async-std",
    "axum",
    "chrono",
    "fastrand",
    "getrandom",
    "hyper",
    "lettre",
    "mio",
    "rand",
    "rand_core",
    "reqwest",
    "rustls",
    "sled",
    "smol",
    "socket2",
    "sqlx",
    "tempfile",
    "tokio",
    "ureq",
];

/// Crate, library, and why it is let be.
const LINKED_ANYHOW: &[(&str, &str, &str)] = &[
    ("core", "getrandom", "seeds the hash maps inside jsonschema; findings are sorted by place before they leave"),
    ("dsl", "getrandom", "seeds the hash maps inside jsonschema; findings are sorted by place before they leave"),
    ("casework", "getrandom", "by way of core"),
    ("calendar", "chrono", "what the crate `cron` counts in; without its feature that asks for the time"),
    ("casework", "chrono", "by way of calendar"),
    ("script", "getrandom", "seeds the hash maps inside jsonschema; findings are sorted by path before they leave"),
    ("script", "chrono", "by way of calendar"),
    ("decision", "getrandom", "by way of script"),
    ("decision", "chrono", "by way of script"),
];

/// What asks the machine for something.
const ASKING: &[&str] = &[
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "std::fs",
    "std::net",
    "std::thread",
    "std::process",
    "std::env",
    "getrandom",
    "tokio::",
];

/// File, what it asks for, and why it is let be.
const ASKING_ANYHOW: &[(&str, &str, &str)] = &[
    ("engine/dsl/src/expr.rs", "std::thread", "a scoped thread for its larger stack, joined at once: no concurrency"),
    (
        "engine/script/src/stack.rs",
        "std::thread",
        "threads for their larger stacks; a caller waits for the one that it gave work: no concurrency",
    ),
];

/// What tells the time of day.
const TIME_OF_DAY: &[&str] = &["SystemTime::now", "Timestamp::now", "Zoned::now"];
/// The one file that asks the system for it.
const CLOCK: &str = "engine/runtime/src/clock.rs";

#[test]
fn pure_crates_link_nothing_impure() {
    let mut complaints = Vec::new();
    for name in PURE {
        complaints.extend(wrong_links(name, &closure(name)));
    }
    none("what pure crates link", &complaints);
}

#[test]
fn pure_crates_ask_the_machine_for_nothing() {
    let mut complaints = Vec::new();
    for name in PURE {
        let sources = of_folder(&root(), &format!("engine/{name}/src"));
        assert!(!sources.is_empty(), "{name} has no sources");
        complaints.extend(sources.iter().flat_map(asks));
    }
    none("what pure crates ask for", &complaints);
}

#[test]
fn the_system_clock_has_one_caller() {
    let sources = [of_folder(&root(), "engine"), of_folder(&root(), "connectors")].concat();
    none("who asks what time it is", &callers_of_clock(&sources));
}

fn wrong_links(name: &str, linked: &[String]) -> Vec<String> {
    let impure = linked.iter().filter(|library| IMPURE.contains(&library.as_str()));
    let excused = |library: &str| LINKED_ANYHOW.iter().any(|(owner, known, _)| *owner == name && *known == library);
    impure.filter(|library| !excused(library)).map(|library| format!("{name} links {library}")).collect()
}

fn asks(source: &Source) -> Vec<String> {
    let excused = |asked: &str| ASKING_ANYHOW.iter().any(|(file, known, _)| *file == source.path && *known == asked);
    let asked = ASKING.iter().filter(|asked| !excused(asked));
    asked.flat_map(|asked| source.lines_with(asked).into_iter().map(move |place| format!("{place}: {asked}"))).collect()
}

fn callers_of_clock(sources: &[Source]) -> Vec<String> {
    let inside = sources.iter().filter(|source| source.path.contains("/src/"));
    let asked =
        |source: &Source| TIME_OF_DAY.iter().flat_map(|asked| source.lines_with(asked)).collect::<Vec<String>>();
    let (clock, others): (Vec<&Source>, Vec<&Source>) = inside.partition(|source| source.path == CLOCK);
    let mut complaints: Vec<String> = others.into_iter().flat_map(asked).collect();
    let calls: usize = clock.into_iter().map(|source| asked(source).len()).sum();
    if calls != 1 {
        complaints.push(format!("{CLOCK} asks {calls} times: one place is enough"));
    }
    complaints
}

/// Everything that a crate links, by the features that it asks for itself. What only runs inside the compiler does not
/// count.
fn closure(name: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", &format!("peygir-{name}")])
        .args(["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .expect("cargo built this test");
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let names = text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned);
    let mut names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn an_impure_link_is_seen() {
    let linked = ["serde", "tokio", "getrandom"].map(str::to_owned);
    assert_eq!(wrong_links("core", &linked), ["core links tokio"]);
    assert_eq!(wrong_links("source", &linked), ["source links tokio", "source links getrandom"]);
    let runtime = closure("runtime");
    assert!(runtime.contains(&"tokio".to_owned()), "the closure of runtime has tokio: {runtime:?}");
}

#[test]
fn a_question_to_the_machine_is_seen() {
    let bad = source(
        "engine/core/src/x.rs",
        "//! About std::fs.\nlet t = Instant::now(); // Zoned::now\nuse std::net::Ip;\n",
    );
    assert_eq!(asks(&bad), ["engine/core/src/x.rs:2: Instant::now", "engine/core/src/x.rs:3: std::net"]);
    let only_in_test = source("engine/core/src/x.rs", "fn a() {}\n#[cfg(test)]\nmod tests {\n use std::fs;\n}\n");
    assert!(asks(&only_in_test).is_empty());
    let other_file = source("engine/dsl/src/other.rs", "std::thread::scope(|s| {});\n");
    assert_eq!(asks(&other_file).len(), 1);
}

#[test]
fn a_second_caller_of_the_clock_is_seen() {
    let clock = source(CLOCK, "Clock::Real => jiff::Timestamp::now().into(),\n");
    assert!(callers_of_clock(std::slice::from_ref(&clock)).is_empty());
    let other = source("engine/server/src/x.rs", "let now = SystemTime::now();\n");
    assert_eq!(callers_of_clock(&[clock.clone(), other]), ["engine/server/src/x.rs:1"]);
    assert_eq!(callers_of_clock(&[]).len(), 1);
}
