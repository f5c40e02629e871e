//! The YAML tests that lie beside a script (`*.test.yaml`): a list of rows `{name, req, now, args, expect}`.
//!
//! `now` is text (`2026-11-21T09:00:00Z`, `1405/08/30 12:30` by the clocks of Tehran) or `{iso, epoch}`, and [`NOW_UNSAID`] where a
//! row says none; `place` is where the case
//! is (`{province, county, agency}`), and `calendar` the id of the one that counts there. A row expects an answer with `expect`, or with
//! `fault: PG-S102` that the run ends with that fault.

use peygir_calendar::{MomentError, Place};
use peygir_source::{Diagnostic, Diagnostics, Help, Node, Span, suggest};
use serde_json::{Value, json};

use crate::{Coverage, Deadline, Fault, Now, Script, World};

/// Most rows of one file.
pub const ROWS_MAX: usize = 1_000;

/// The moment of rows that say none: a Saturday morning, 1405/01/15 09:00 in Tehran.
pub const NOW_UNSAID: &str = "2026-04-04T09:00:00+03:30";

/// What a finding about a whole file, or about a row of it, calls it.
const FILE: &str = "a file of script tests";
const ROW: &str = "a row";
const MEMBERS: &[&str] = &["name", "req", "now", "place", "calendar", "args", "expect", "fault"];
const PLACE_MEMBERS: &[&str] = &["province", "county", "agency"];
const NOW_MEMBERS: &[&str] = &["iso", "epoch"];

/// One row: a call and what must come of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub name: String,
    pub span: Span,
    pub req: Value,
    pub now: Now,
    /// Whether the row says its moment itself.
    pub says_now: bool,
    /// Where the case is, in place of the world's.
    pub place: Option<Place>,
    /// Id of the calendar that counts, in place of the world's.
    pub calendar: Option<String>,
    pub args: Value,
    pub expect: Expectation,
}

/// What a row expects.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    Answer(Value),
    /// The code of a fault.
    Fault(String),
}

/// What came of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub name: String,
    pub span: Span,
    pub passed: bool,
    pub expected: Value,
    /// The answer, or `{fault, message}`.
    pub got: Value,
    /// The fault that the row did not expect, at its place in the script; of wrong actions, one for each.
    pub faults: Vec<Diagnostic>,
}

impl Outcome {
    /// What came in Persian, where that is a fault.
    pub fn got_fa(&self) -> Option<String> {
        let fault = self.faults.first()?;
        Some(format!("خطای {}: {}", fault.code, fault.message_in(peygir_source::render::Language::Persian)))
    }

    /// The finding about a row that did not pass.
    pub fn to_diagnostic(&self) -> Option<Diagnostic> {
        let Self { name, expected, got, .. } = self;
        let got_fa = self.got_fa().unwrap_or_else(|| format!("\u{2066}{got}\u{2069}"));
        let finding = || {
            Diagnostic::error(
                "PG-S011",
                self.span,
                format!("test {name} expects {expected} and got {got}"),
                format!("آزمون «{name}» انتظار \u{2066}{expected}\u{2069} داشت و {got_fa} به دست آمد"),
            )
        };
        (!self.passed).then(finding)
    }
}

/// Reads the rows; all errors at once.
pub fn read(node: &Node) -> Result<Vec<Row>, Diagnostics> {
    let mut findings = Diagnostics::default();
    let Some(items) = node.items() else {
        // Of an empty file there is nothing to point at but its beginning.
        let span = if node.to_json().is_null() { Span { line: 1, column: 1, length: 0 } } else { node.span };
        findings.push(shape(span, FILE, "a list of rows", "فهرستی از سطرها"));
        return Err(findings);
    };
    if items.is_empty() {
        // What tests nothing would count as tests.
        findings.push(shape(node.span, FILE, "a list of at least one row", "فهرستی از دست‌کم یک سطر"));
    }
    if items.len() > ROWS_MAX {
        findings.push(shape(node.span, FILE, "at most 1000 rows", "حداکثر ۱۰۰۰ سطر"));
    }
    let rows = items.iter().enumerate().take(ROWS_MAX);
    let rows: Vec<Option<Row>> = rows.map(|(index, item)| row(index + 1, item, &mut findings)).collect();
    match rows.into_iter().collect() {
        Some(rows) if !findings.has_errors() => Ok(rows),
        _ => Err(findings),
    }
}

/// Runs all rows, each at its own moment of this `world`. The wall-clock `deadline` is asked within each of them.
pub fn run(script: &Script, rows: &[Row], world: &World, deadline: &Deadline) -> Vec<Outcome> {
    run_covered(script, rows, world, deadline).0
}

/// [`run`], and which lines of the script ran.
pub fn run_covered(script: &Script, rows: &[Row], world: &World, deadline: &Deadline) -> (Vec<Outcome>, Coverage) {
    let mut all = Coverage::nothing_of(script);
    let outcomes = rows.iter().map(|row| {
        let (came, coverage) = script.call_covered(&row.req, &row.world(world), &row.args, deadline);
        all.add(&coverage);
        row.judge(came)
    });
    (outcomes.collect(), all)
}

impl Row {
    /// The world at the row's moment.
    pub fn world(&self, world: &World) -> World {
        let place = self.place.clone().unwrap_or_else(|| world.place.clone());
        let calendar = self.calendar.clone().unwrap_or_else(|| world.calendar.clone());
        World { now: self.now.clone(), place, calendar, ..world.clone() }
    }

    fn judge(&self, came: Result<Value, Fault>) -> Outcome {
        let passed = match (&came, &self.expect) {
            (Ok(answer), Expectation::Answer(expected)) => answer == expected,
            (Err(fault), Expectation::Fault(code)) => fault.code() == code,
            _ => false,
        };
        let expected = match &self.expect {
            Expectation::Answer(value) => value.clone(),
            Expectation::Fault(code) => json!({ "fault": code }),
        };
        let faults = came.as_ref().err().filter(|_| !passed).map(Fault::to_diagnostics).unwrap_or_default();
        let fault = |fault: Fault| json!({ "fault": fault.code(), "message": fault.to_string() });
        let got = came.unwrap_or_else(fault);
        Outcome { name: self.name.clone(), span: self.span, passed, expected, got, faults }
    }
}

fn row(number: usize, node: &Node, findings: &mut Diagnostics) -> Option<Row> {
    members(node, ROW, MEMBERS, findings)?;
    let name = node.get("name").and_then(Node::as_str).map_or_else(|| number.to_string(), str::to_owned);
    let data = |key: &str| node.get(key).map_or_else(|| json!({}), Node::to_json);
    let now = now(node, findings);
    let place = node.get("place").map(|node| place(node, findings));
    let calendar = node.get("calendar").and_then(|node| text(node, "calendar", findings));
    let expect = expectation(node, findings);
    let (req, args) = (data("req"), data("args"));
    let says_now = node.get("now").is_some();
    Some(Row { name, span: node.span, req, now: now?, says_now, place, calendar, args, expect: expect? })
}

fn expectation(node: &Node, findings: &mut Diagnostics) -> Option<Expectation> {
    match (node.get("expect"), node.get("fault")) {
        (Some(expect), None) => Some(Expectation::Answer(expect.to_json())),
        (None, Some(fault)) if fault.as_str().is_some() => {
            fault.as_str().map(|code| Expectation::Fault(code.to_owned()))
        }
        (_, found) => {
            let span = found.map_or(node.span, |fault| fault.span);
            findings.push(shape(span, ROW, "given expect (an answer) or fault (a code)", "دارای expect یا fault"));
            None
        }
    }
}

fn now(node: &Node, findings: &mut Diagnostics) -> Option<Now> {
    let Some(now) = node.get("now") else {
        let at: jiff::Timestamp = NOW_UNSAID.parse().expect("the constant is an instant");
        return Some(Now::of(at, &peygir_calendar::tehran()));
    };
    if let Some(text) = now.as_str() {
        let zone = peygir_calendar::tehran();
        let at = peygir_calendar::moment(text, &zone);
        let wrong = |error: &MomentError| Diagnostic::error("PG-S010", now.span, error.to_string(), error.message_fa());
        return at.map_err(|error| findings.push(wrong(&error))).ok().map(|at| Now::of(at, &zone));
    }
    members(now, "now", NOW_MEMBERS, findings)?;
    let iso = now.get("iso").map_or(Some(""), Node::as_str);
    let epoch_s = now.get("epoch").map_or(Some(0), |epoch| epoch.to_json().as_i64());
    if let (Some(iso), Some(epoch_s)) = (iso, epoch_s) {
        return Some(Now { epoch_s, iso: iso.to_owned() });
    }
    findings.push(shape(
        now.span,
        "now",
        "a text, or iso (text) and epoch (seconds)",
        "متن، یا iso (متن) و epoch (ثانیه)",
    ));
    None
}

fn place(node: &Node, findings: &mut Diagnostics) -> Place {
    let _ = members(node, "place", PLACE_MEMBERS, findings);
    let mut part = |key: &str| node.get(key).and_then(|part| text(part, key, findings));
    Place { province: part("province"), county: part("county"), agency: part("agency") }
}

fn text(node: &Node, what: &str, findings: &mut Diagnostics) -> Option<String> {
    if node.as_str().is_none() {
        findings.push(shape(node.span, what, "a text", "متن"));
    }
    node.as_str().map(str::to_owned)
}

fn members(node: &Node, what: &str, known: &[&str], findings: &mut Diagnostics) -> Option<()> {
    let Some(entries) = node.entries() else {
        findings.push(shape(node.span, what, "a mapping of names and values", "نگاشتی از نام و مقدار"));
        return None;
    };
    for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
        let (key, span) = (&entry.key, entry.key_span);
        let finding = Diagnostic::error(
            "PG-S010",
            span,
            format!("\"{key}\" is not known here"),
            format!("«{key}» در اینجا شناخته نیست"),
        );
        findings.push(match suggest(key, known.iter().copied()) {
            Some(meant) => finding.helped(Help::did_you_mean(meant, '"')),
            None => finding,
        });
    }
    Some(())
}

fn shape(span: Span, what: &str, expected: &str, expected_fa: &str) -> Diagnostic {
    let what_fa = match what {
        FILE => "پروندهٔ آزمون‌های اسکریپت".to_owned(),
        ROW => "هر سطر".to_owned(),
        member => format!("«{member}»"),
    };
    Diagnostic::error(
        "PG-S010",
        span,
        format!("{what} must be {expected}"),
        format!("{what_fa} باید {expected_fa} باشد"),
    )
}
