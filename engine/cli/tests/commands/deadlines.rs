//! The scenarios of deadlines in working time pass, also with the process ended behind every commit, and each of them fails
//! where what it describes is changed.

use std::collections::BTreeSet;
use std::path::Path;

use tempfile::TempDir;

use crate::binary::{call, copy_folder, copy_of_content, root};

const FOLDER: &str = "tests/scenarios/deadlines";
/// Scenarios that there are at least, rows of outlines counted one by one.
const SCENARIOS_MIN: usize = 40;
/// Ends of a process behind their commits, at least.
const ENDS_MIN: u64 = 320;

/// What `--json` told of each scenario: file and name, ends of the process, whether it passed.
fn played(folder: &Path, arguments: &[&str]) -> Vec<(String, u64, bool)> {
    let called = call(folder, &[&["test", FOLDER, "--json"], arguments].concat());
    let lines = called.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let (told, summary): (Vec<_>, Vec<_>) = lines.partition(|line| line["kind"] == "scenario");
    assert_eq!(summary.len(), 1, "{summary:#?}{}", called.stderr);
    told.iter()
        .map(|line| {
            let name = format!("{}: {}", line["file"].as_str().unwrap(), line["name"].as_str().unwrap());
            (name, line["cuts"].as_u64().unwrap_or(0), line["passed"] == true)
        })
        .collect()
}

#[test]
fn deadlines_go_the_same_way_with_the_process_ended_behind_every_commit() {
    let played = played(&root(), &["--kill-points"]);
    let failed: Vec<_> = played.iter().filter(|(_, _, passed)| !passed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(played.len() >= SCENARIOS_MIN, "{} scenarios", played.len());
    let ends: u64 = played.iter().map(|(_, ends, _)| ends).sum();
    assert!(ends >= ENDS_MIN, "the process ended {ends} times");
}

const OFFICE: &str = "tests/scenarios/deadlines/offices/workflows/office.yaml";
const OVERDUE: &str = "tests/scenarios/deadlines/offices/workflows/overdue.yaml";
const HAMEDAN: &str = "tests/scenarios/deadlines/hamedan/pack/rules/calendars/hamedan.yaml";
const NAHAVAND: &str = "tests/scenarios/deadlines/hamedan/pack/rules/calendars/nahavand.yaml";
const WATER: &str = "tests/scenarios/deadlines/hamedan/pack/rules/calendars/water.yaml";
const NATION: &str = "rules/calendars/ir-working.yaml";

/// File, what stands in it, and what is put there.
const CHANGES: &[(&str, &str, &str)] = &[
    (OFFICE, "workingHours: PT3H", "workingHours: PT4H"),
    (OFFICE, "within: PT3H", "within: PT4H"),
    (OFFICE, "max: 15", "max: 16"),
    (OFFICE, "due: { workingDays: 10 }", "due: { workingDays: 11 }"),
    (OFFICE, "due: { workingDays: 10 }", "due: { within: P10D }"),
    (OFFICE, "after: PT1H30M", "after: PT3H"),
    (OFFICE, "before: { workingHours: 2 }", "before: { workingHours: 3 }"),
    (OFFICE, "workingDays: 3, suspend", "workingDays: 4, suspend"),
    (OFFICE, "max: P10D", "max: P20D"),
    (OFFICE, "org.example.papers-came.v1", "org.example.papers-came.v2"),
    (OFFICE, "with: { workingDays: 2 }", "with: { workingDays: 3 }"),
    (OFFICE, "until: open", "until: second working day of next month"),
    (OFFICE, "first working Monday", "second working Monday"),
    (OFFICE, "due: { workingDays: 1 }", "due: { workingDays: 2 }"),
    (OVERDUE, "template: offices/overdue", "template: offices/soon"),
    (HAMEDAN, "thu: [\"07:30-11:30\"]", "thu: []"),
    (HAMEDAN, "from: 1405/11/20", "from: 1405/11/22"),
    (NAHAVAND, "1405/09/03", "1405/09/04"),
    (WATER, "16:00-19:00", "16:00-18:30"),
    (NATION, "- { day: 10/02", "- { day: 10/04"),
    (NATION, "- { day: 01/14", "- { day: 01/12"),
    (NATION, "- { day: 12/29", "- { day: 12/28"),
    (NATION, "wed: [\"07:30-14:30\"]", "wed: [\"07:30-13:30\"]"),
];

/// The content with the deployments and the scenarios of deadlines, to be changed.
fn copy() -> TempDir {
    let copy = copy_of_content();
    copy_folder(&root().join(FOLDER), &copy.path().join(FOLDER));
    copy
}

fn failing(change: &(&str, &str, &str)) -> BTreeSet<String> {
    let (file, from, to) = change;
    let copy = copy();
    let path = copy.path().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    std::fs::write(&path, text.replace(from, to)).unwrap();
    // What can't be deployed would fail every scenario and show nothing.
    for deployment in ["qom", "hamedan"] {
        let checked = call(copy.path(), &["check", &format!("{FOLDER}/{deployment}")]);
        assert_eq!(checked.code, 0, "{file} with {to} can't be deployed:\n{}{}", checked.stdout, checked.stderr);
    }
    let failed = played(copy.path(), &[]).into_iter().filter(|(_, _, passed)| !passed);
    let failed: BTreeSet<String> = failed.map(|(name, ..)| name).collect();
    assert!(!failed.is_empty(), "no scenario notices that {file} has {to} in place of {from}");
    failed
}

#[test]
fn every_scenario_of_a_deadline_fails_where_what_it_describes_is_changed() {
    // What brings its own flow has nothing here that could be changed.
    let with_deployment = |name: &String| !name.contains("A schedule does not start again");
    let all = played(&root(), &[]).into_iter().map(|(name, ..)| name).filter(with_deployment);
    let all: BTreeSet<String> = all.collect();
    let noticed: BTreeSet<String> = CHANGES.iter().flat_map(failing).collect();
    let blind: Vec<&String> = all.difference(&noticed).collect();
    assert!(blind.is_empty(), "no change makes these fail: {blind:#?}");
}
