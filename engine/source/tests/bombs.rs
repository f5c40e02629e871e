//! Texts made to hurt: each gives one clear diagnostic within the named limits, soon, and with little memory.

use std::fs;

use peygir_source::yaml::{self, ANCHORS_MAX, DEPTH_MAX, NODES_MAX, TEXT_BYTES_MAX};
use peygir_source::{Node, Value};

/// Ten megabytes, as bombs come.
const BOMB_BYTES: usize = 10 << 20;
/// Most memory that all bombs of this file together may have taken at their height, in KiB: the texts themselves among it.
const GROWTH_KIB_MAX: u64 = 200 << 10;

/// A pattern repeated to this many bytes.
fn filled(pattern: &str, bytes: usize) -> String {
    pattern.repeat(bytes / pattern.len() + 1)
}

/// Anchors of ten aliases each to the one before.
fn laughs(levels: usize) -> String {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..levels {
        text.push_str(&format!("a{level}: &a{level} [{}]\n", format!("*a{},", level - 1).repeat(10)));
    }
    text
}

fn keys(count: usize) -> String {
    (0..count).map(|number| format!("k{number}: 1\n")).collect()
}

fn flow(depth: usize) -> String {
    "{a: [".repeat(depth) + &"]}".repeat(depth)
}

fn nodes(node: &Node) -> usize {
    1 + match &node.value {
        Value::Sequence(items) => items.iter().map(nodes).sum(),
        Value::Mapping(entries) => entries.iter().map(|entry| nodes(&entry.node)).sum(),
        _ => 0,
    }
}

/// The height of this process's memory so far, in KiB; none where the system does not tell.
fn height_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[track_caller]
fn refused(name: &str, text: &str, codes: &[&str]) {
    match yaml::parse(text) {
        Ok(node) => panic!("{name} is read, {} nodes", nodes(&node)),
        Err(error) => {
            assert!(codes.contains(&error.code), "{name}: {error:?}");
            assert!(error.message.len() < 300 && !error.message_fa.is_empty(), "{name}: {error:?}");
            assert!(error.span.line >= 1 && error.span.column >= 1, "{name}: {error:?}");
        }
    }
}

#[test]
fn bombs_of_ten_megabytes_and_just_below_the_limit_are_refused() {
    let before = height_kib();
    let number = "1234567890".repeat(6);
    for (name, pattern) in [
        ("brackets", "["),
        ("braces", "{"),
        ("pairs of brackets", "[]"),
        ("deep flow", "{a: ["),
        ("hyphens", "- "),
        ("long hyphens", "-\n"),
        ("aliases", "- *a\n"),
        ("anchors", "- &a b\n"),
        ("numbers of sixty digits", &format!("- {number}\n")),
        ("keys", "? a\n"),
        ("items", "- 1\n"),
        ("empty mappings", "- {}\n"),
        ("documents", "---\na\n"),
        ("quotes", "'"),
        ("tags", "!!map "),
        ("colons", ": "),
        ("a folded text", "- >\n a\n"),
        ("merges", "- <<: {}\n"),
        ("comments and keys", "# c\na:\n"),
    ] {
        refused(name, &filled(pattern, BOMB_BYTES), &["PG-Y002"]);
        let codes = ["PG-Y001", "PG-Y003", "PG-Y004", "PG-Y005", "PG-Y006", "PG-Y007", "PG-Y008", "PG-Y009"];
        refused(name, &filled(pattern, TEXT_BYTES_MAX - pattern.len() - 1), &codes);
    }
    if let (Some(before), Some(after)) = (before, height_kib()) {
        assert!(after - before < GROWTH_KIB_MAX, "{} KiB were taken", after - before);
    }
}

#[test]
fn limits_are_the_named_ones() {
    refused("a text one byte too long", &" ".repeat(TEXT_BYTES_MAX + 1), &["PG-Y002"]);
    for levels in [6, 12, 60] {
        refused("aliases of aliases", &laughs(levels), &["PG-Y004"]);
    }
    refused("100,000 brackets", &"[".repeat(100_000), &["PG-Y004"]);
    refused("100,000 brackets that close", &("[".repeat(100_000) + &"]".repeat(100_000)), &["PG-Y004"]);
    refused("100,000 keys", &keys(90_000), &["PG-Y004"]);
    refused("too many values", &"- 1\n".repeat(NODES_MAX + 1), &["PG-Y004"]);
    refused("flow too deep", &flow(DEPTH_MAX), &["PG-Y004"]);
    refused("a number of sixty digits", &"7".repeat(60), &["PG-Y008"]);
    let anchors: String = (0..=ANCHORS_MAX).map(|number| format!("- &a{number} x\n")).collect();
    refused("too many anchors", &anchors, &["PG-Y004"]);
    // A list that is repeated as often as aliases may be would be larger than a document can be.
    let list = format!("- &a [{}]\n", "x, ".repeat(1_000));
    refused("a long list repeated", &(list + &"- *a\n".repeat(ANCHORS_MAX - 1)), &["PG-Y004"]);
    let long = format!("- &a {}\n", "x".repeat(500_000));
    refused("a long text repeated", &(long + &"- *a\n".repeat(ANCHORS_MAX - 1)), &["PG-Y004"]);
    // Up to the limits texts are read.
    assert_eq!(nodes(&yaml::parse(&keys(9_000)).unwrap()), 9_001);
    assert!(yaml::parse(&flow(DEPTH_MAX / 2 - 1)).is_ok());
}
