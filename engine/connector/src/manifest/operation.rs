//! One operation of a manifest and its limits.

use std::ops::RangeInclusive;

use peygir_source::{Diagnostics, Node};
use serde_json::Value;

use super::members::{Members, bad_value, wrong_type};
use super::{Ambiguous, Dedup, FunctionName, Operation, When};

const SECOND_MS: u64 = 1_000;
const DAY_MS: u64 = 24 * 3_600 * SECOND_MS;

/// Longest time limit of one try is ten minutes.
const TIMEOUT_MS: RangeInclusive<u64> = 100..=600 * SECOND_MS;
const BACKOFF_MS: RangeInclusive<u64> = 100..=DAY_MS;
const EXPIRES_MS: RangeInclusive<u64> = SECOND_MS..=30 * DAY_MS;
const CONCURRENCY: RangeInclusive<u64> = 1..=256;
const ATTEMPTS: RangeInclusive<u64> = 1..=1_000;
/// No connector may ask for larger payloads, in bytes.
pub(super) const PAYLOAD_BYTES_CEILING: u64 = 10 * 1024 * 1024;

const MEMBERS: [&str; 11] = [
    "function",
    "dedup",
    "onAmbiguous",
    "timeout",
    "concurrencyMax",
    "attemptsMax",
    "backoff",
    "expires",
    "payloadBytesMax",
    "input",
    "output",
];

pub(super) fn read(name: &str, node: &Node, found: &mut Diagnostics) -> Option<Operation> {
    let mut members = Members::open(node, name, &MEMBERS, found)?;
    let dedup = members.word("dedup", &[("key", Dedup::Key), ("lookup", Dedup::Lookup), ("none", Dedup::None)]);
    let words = [("resend", Ambiguous::Resend), ("drop", Ambiguous::Drop), ("person", Ambiguous::Person)];
    let on_ambiguous = members.word("onAmbiguous", &words);
    let timeout_ms = members.duration_ms("timeout", TIMEOUT_MS);
    let concurrency_max = members.count("concurrencyMax", CONCURRENCY);
    let attempts_max = members.count("attemptsMax", ATTEMPTS);
    let expires_ms = members.duration_ms("expires", EXPIRES_MS);
    let payload_bytes_max = members.count("payloadBytesMax", 1..=PAYLOAD_BYTES_CEILING);
    if let (Some(timeout), Some(expires)) = (timeout_ms, expires_ms)
        && timeout > expires
    {
        members.contradiction(
            "timeout",
            "`timeout` is longer than `expires`: no try could end in time",
            "`timeout` از `expires` بلندتر است: هیچ تلاشی به‌موقع پایان نمی‌یابد",
        );
    }
    let input = members.node("input");
    let output = members.node("output");
    let backoff = members.node("backoff");
    let function = members.optional("function");
    let input = input.and_then(|node| schema(node, "input", found));
    let output = output.and_then(|node| schema(node, "output", found));
    let backoff = backoff.and_then(|node| read_backoff(node, found));
    let (backoff_ms_min, backoff_ms_max) = backoff?;
    let function = match function {
        Some(node) => Some(read_function(node, found)?),
        None => None,
    };
    Some(Operation {
        name: name.to_owned(),
        function,
        input: input?,
        output: output?,
        dedup: dedup?,
        on_ambiguous: on_ambiguous?,
        timeout_ms: timeout_ms?,
        concurrency_max: u32::try_from(concurrency_max?).ok()?,
        attempts_max: u32::try_from(attempts_max?).ok()?,
        backoff_ms_min,
        backoff_ms_max,
        expires_ms: expires_ms?,
        payload_bytes_max: payload_bytes_max?,
    })
}

fn read_function(node: &Node, found: &mut Diagnostics) -> Option<FunctionName> {
    let mut members = Members::open(node, "function", &["name", "when"], found)?;
    let name = members.name("name");
    let when = match members.optional("when") {
        Some(node) => Some(read_when(node, found)?),
        None => None,
    };
    Some(FunctionName { name: name?, when })
}

/// One member of the input, with the texts it may be or the list of hosts that it must lead into.
fn read_when(node: &Node, found: &mut Diagnostics) -> Option<When> {
    let when = match node.entries() {
        Some([entry]) => read_condition(&entry.key, &entry.node),
        _ => None,
    };
    if when.is_none() {
        found.push(bad_value(
            node.span,
            "`when` is one member of the input with a list of texts, as in { method: [GET, HEAD] }, or with a list of \
             hosts among the settings, as in { endpoint: { hostIn: knownHosts } }",
            "`when` یک عضو ورودی با فهرستی از متن‌هاست، مانند ‎{ method: [GET, HEAD] }‎، یا با نام تنظیمی که فهرست میزبان‌هاست، مانند ‎{ endpoint: { hostIn: knownHosts } }‎",
        ));
    }
    when
}

fn read_condition(member: &str, node: &Node) -> Option<When> {
    if let Some([entry]) = node.entries() {
        let setting = entry.node.as_str().filter(|_| entry.key == "hostIn")?;
        return Some(When::HostIn { member: member.to_owned(), setting: setting.to_owned(), hosts: Vec::new() });
    }
    let items = node.items().unwrap_or_default();
    let texts: Vec<String> = items.iter().filter_map(Node::as_str).map(str::to_owned).collect();
    (!texts.is_empty() && texts.len() == items.len()).then(|| When::Is { member: member.to_owned(), texts })
}

fn read_backoff(node: &Node, found: &mut Diagnostics) -> Option<(u64, u64)> {
    let mut members = Members::open(node, "backoff", &["min", "max"], found)?;
    let min = members.duration_ms("min", BACKOFF_MS);
    let max = members.duration_ms("max", BACKOFF_MS);
    let (min, max) = (min?, max?);
    if min > max {
        members.contradiction(
            "min",
            "`min` of the back-off is longer than its `max`",
            "`min` فاصلهٔ تلاش‌ها از `max` آن بلندتر است",
        );
        return None;
    }
    Some((min, max))
}

/// A JSON Schema of an object. What stands inside is for the validator of inputs.
fn schema(node: &Node, what: &str, found: &mut Diagnostics) -> Option<Value> {
    if node.entries().is_none() || node.get("type").and_then(Node::as_str) != Some("object") {
        found.push(wrong_type(node, what, "a JSON Schema with `type: object`", "طرح‌وارهٔ JSON با `type: object`"));
        return None;
    }
    Some(node.to_json())
}
