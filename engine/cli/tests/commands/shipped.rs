//! The shipped scenarios and rows pass, and each of them fails where what it describes is changed.

use std::collections::BTreeSet;

use peygir_calendar::Place;
use peygir_runtime::pack;

use crate::binary::{call, copy_of_content, root};

/// Scenarios that the issue asks for at the least.
const SCENARIOS_MIN: usize = 12;

/// Rules of the nation that route a message of SAMAD or Fo'ad, at the least.
const NATIONAL_RULES_MIN: usize = 40;

/// What a province has of its own lies in a pack of its own: agencies, overlays, a script, closures, and a county that has more.
#[test]
fn three_provinces_have_rules_of_their_own_over_those_of_the_nation() {
    let (catalog, _) = pack::read(&root().join("examples/three-provinces"), None).unwrap();
    let national = catalog.contents.at(&Place::default());
    let rules = |table: &str| national.tables[table].table.rules().len();
    let counted = rules("samad-routing") + rules("foad-routing");
    assert!(counted >= NATIONAL_RULES_MIN, "{counted} rules");
    for (province, county, overlays) in
        [("khorasan-razavi", "mashhad", 1), ("isfahan", "kashan", 3), ("golestan", "gonbad-kavus", 1)]
    {
        let at = |county: Option<&str>| {
            let place = Place { province: Some(province.to_owned()), county: county.map(str::to_owned), agency: None };
            catalog.contents.at(&place).clone()
        };
        let (here, there) = (at(None), at(Some(county)));
        let own = format!("/{province}/");
        let of_tables = here.tables.values().flat_map(|source| &source.overlays).filter(|file| file.contains(&own));
        assert_eq!(of_tables.count(), overlays, "{province}");
        assert!(there.tables["samad-routing"].overlays.iter().any(|file| file.contains(&format!("/{county}/"))));
        assert_eq!(here.scripts["samad-overdue"].pack, province);
        let agencies = catalog.directory.agencies.iter().filter(|one| one.province.as_deref() == Some(province));
        assert!(agencies.count() >= 20, "{province}");
        let calendar = std::fs::read_to_string(
            root().join(format!("examples/three-provinces/{province}/rules/calendars/{province}.yaml")),
        );
        assert!(calendar.unwrap().contains("\nclosures:\n  - "), "{province}");
    }
}

#[test]
fn everything_that_is_shipped_passes() {
    let called = call(&root(), &["test", "workflows", "rules", "examples/one-province"]);
    assert_eq!(called.code, 0, "{}{}", called.stdout, called.stderr);
    let summary = called.stdout.lines().last().unwrap();
    assert!(summary.ends_with("all passed"), "{summary}");
    let scenarios: usize = summary.split(' ').next().unwrap().parse().unwrap();
    assert!(scenarios >= SCENARIOS_MIN, "{summary}");
    assert!(
        called.stdout.contains("✓ workflows/foad-128/scenarios/deadline.feature: 3 scenarios"),
        "{}",
        called.stdout
    );
    assert!(called.stdout.contains("✓ rules/routing/foad-routing.table.yaml:"), "{}", called.stdout);
    assert!(called.stdout.contains("✓ rules/escalation/on-overdue.test.yaml:"), "{}", called.stdout);
}

#[test]
fn a_file_that_is_named_twice_is_tested_once_and_its_deployment_is_found_from_anywhere() {
    let folder = root().join("workflows/duty-inspection/scenarios");
    let called = call(&folder, &["test", "escalation.feature", "."]);
    assert_eq!(called.code, 0, "{}", called.stdout);
    assert_eq!(called.stdout, "✓ escalation.feature: 2 scenarios\n2 scenarios, 0 rows in 1 file: all passed\n");
}

#[test]
fn a_filter_lets_through_what_has_its_words() {
    let check = |filter: &str, code: i32, summary: &str| {
        let called = call(&root(), &["test", "workflows", "rules", "--filter", filter]);
        assert_eq!((called.code, called.stdout.lines().last()), (code, Some(summary)), "{}", called.stdout);
    };
    check("UNREACHED three", 0, "1 scenario, 0 rows in 1 file: all passed");
    check("مهلت مي‌گذرد", 0, "1 scenario, 0 rows in 1 file: all passed");
    check("no such thing", 1, "0 scenarios, 0 rows in 0 files: nothing to test");
}

#[test]
fn programs_get_a_line_of_json_for_each_test() {
    let called = call(&root(), &["test", "workflows/intake", "--json"]);
    let lines: Vec<serde_json::Value> = called.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (summary, tests) = lines.split_last().unwrap();
    assert_eq!(summary["scenarios"], tests.len());
    assert_eq!(summary["passed"], true);
    assert!(tests.iter().all(|test| test["kind"] == "scenario" && test["line"].as_u64() > Some(1)), "{tests:#?}");
}

const FOAD: &str = "workflows/foad-128/workflow.yaml";
const INTAKE: &str = "workflows/intake/workflow.yaml";
const INSPECTION: &str = "workflows/duty-inspection/workflow.yaml";
const SAMAD: &str = "workflows/samad-referral/workflow.yaml";

/// File, what stands in it once, and what is put there.
const CHANGES: &[(&str, &str, &str)] = &[
    (SAMAD, "type: ir.samad.case.registered.v1", "type: ir.samad.case.registered.v2"),
    (FOAD, "due: { within: PT3H, calendar: ir-24x7 }", "due: { within: PT4H, calendar: ir-24x7 }"),
    (FOAD, "after: PT1H30M", "after: PT1H50M"),
    (FOAD, "every: PT30M", "every: PT20M"),
    (FOAD, "between: '08:00-21:00'", "between: '07:00-21:00'"),
    (FOAD, "with: { max: 3 }", "with: { max: 2 }"),
    (FOAD, "assign: { role: '${ $context.managerRole }' }", "assign: { role: duty-manager }"),
    (FOAD, "assign: { role: '${ $context.managerRole }' }", "assign: { role: agency-head }"),
    (FOAD, "notify: { by: mail, template: foad/referral }", "notify: { by: [ sms, mail ], template: foad/referral }"),
    (
        FOAD,
        "- confirmed: { when: .outcome == \"solved\", then: close }",
        "- confirmed: { when: .outcome == \"solved\", then: again }",
    ),
    ("workflows/foad-128/templates/closed.yaml", "تأیید کردید سپاسگزاریم", "گفتید ممنونیم"),
    (INTAKE, "by: sms, template: intake/received", "by: mail, template: foad/new-complaint"),
    (INTAKE, "if: .topic == null", "if: .text != null"),
    (INTAKE, "with: { topic: '${ .topic }' }", "with: { topic: other }"),
    (INTAKE, "assign: { role: operator }", "assign: { role: inspector }"),
    (INSPECTION, "closedBy: [ ir.peygir.case.closed.v1 ]", "closedBy: [ ir.peygir.case.closed.v2 ]"),
    ("rules/escalation/on-overdue.rhai", "\"PT2H\"", "\"PT4H\""),
    ("rules/escalation/on-overdue.rhai", "\"governor-office\"", "\"inspection-centre\""),
];

/// Names of the scenarios that fail once a copy of the content is changed, each with its file.
fn failing(change: &(&str, &str, &str)) -> BTreeSet<String> {
    let (file, from, to) = change;
    let copy = copy_of_content();
    let path = copy.path().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{file} has {from} once");
    std::fs::write(&path, text.replace(from, to)).unwrap();
    let called = call(copy.path(), &["test", "workflows", "--json"]);
    assert_eq!(called.code, 1, "no scenario notices that {file} has {to} in place of {from}");
    let tests = names(&called.stdout);
    // A deployment that can't be read would fail every scenario and show nothing.
    assert!(!called.stdout.contains("is sound"), "{file} with {to} can't be deployed:\n{}", called.stdout);
    tests.into_iter().filter(|(_, passed)| !passed).map(|(name, _)| name).collect()
}

fn names(stdout: &str) -> Vec<(String, bool)> {
    let lines = stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines
        .filter(|line| line["kind"] == "scenario")
        .map(|line| {
            let name = format!("{}: {}", line["file"].as_str().unwrap(), line["name"].as_str().unwrap());
            (name, line["passed"].as_bool().unwrap())
        })
        .collect()
}

#[test]
fn every_scenario_fails_where_what_it_describes_is_changed() {
    let all: BTreeSet<String> =
        names(&call(&root(), &["test", "workflows", "--json"]).stdout).into_iter().map(|(name, _)| name).collect();
    let noticed: BTreeSet<String> = CHANGES.iter().flat_map(failing).collect();
    let blind: Vec<&String> = all.difference(&noticed).collect();
    assert!(blind.is_empty(), "no change makes these fail: {blind:#?}");
}

#[test]
fn a_failure_says_where_what_was_expected_and_what_was_found() {
    let copy = copy_of_content();
    let path = copy.path().join(FOAD);
    let text = std::fs::read_to_string(&path).unwrap().replace("within: PT3H", "within: PT4H");
    std::fs::write(&path, text).unwrap();
    let called = call(copy.path(), &["test", "workflows/foad-128/scenarios/deadline.feature"]);
    assert_eq!(called.code, 1);
    for part in [
        "✗ workflows/foad-128/scenarios/deadline.feature: 3 of 3 scenarios failed",
        "✗ مهلت می‌گذرد و بازرس در کنار مدیر می‌آید",
        "--> workflows/foad-128/scenarios/deadline.feature:15",
        "آنگاه پرونده در مرحلهٔ overdue است",
        "expected  stage overdue",
        "found     stage referred",
        "2026-11-21 10:00:00  task-created form=foad/resolution role=duty-manager",
        "3 scenarios, 0 rows in 1 file: 3 failed",
    ] {
        assert!(called.stdout.contains(part), "lacks {part}:\n{}", called.stdout);
    }
}

/// A scenario that was written with Solar Hijri dates is answered with them.
#[test]
fn a_failure_in_persian_has_persian_dates_and_a_persian_story() {
    let copy = copy_of_content();
    let path = copy.path().join("workflows/foad-128/scenarios/deadline.feature");
    let (text, due) = (std::fs::read_to_string(&path).unwrap(), "foad/visit ساعت ۱۴:۰۰ روز ۱۴۰۵/۰۸/۳۰");
    assert!(text.contains(due));
    std::fs::write(&path, text.replacen(due, "foad/visit ساعت ۱۴:۰۰ روز ۱۴۰۵/۰۹/۳۰", 1)).unwrap();
    let arguments = ["test", "workflows/foad-128/scenarios/deadline.feature", "--lang", "fa"];
    let called = call(copy.path(), &arguments);
    assert_eq!(called.code, 1);
    for part in [
        "foad/visit ساعت ۱۴:۰۰ روز ۱۴۰۵/۰۹/۳۰ است",
        "مهلت ۱۴۰۵/۰۹/۳۰ ۱۴:۰۰:۰۰",
        "مهلت ۱۴۰۵/۰۸/۳۰ ۱۴:۰۰:۰۰",
        "۱۴۰۵/۰۸/۳۰ ۱۰:۰۰:۰۰  پرونده باز شد",
    ] {
        assert!(called.stdout.contains(part), "lacks {part}:\n{}", called.stdout);
    }
    assert!(!called.stdout.contains("2026-") && !called.stdout.contains("case-opened"), "{}", called.stdout);
}

#[test]
fn rows_of_tables_and_scripts_fail_with_what_came_instead() {
    let copy = copy_of_content();
    let script = copy.path().join("rules/escalation/on-overdue.rhai");
    let text = std::fs::read_to_string(&script).unwrap().replace("\"PT2H\"", "\"PT9H\"");
    std::fs::write(&script, text).unwrap();
    let table = copy.path().join("rules/routing/foad-routing.table.yaml");
    let text = std::fs::read_to_string(&table).unwrap().replace("unit: protection", "unit: archive");
    std::fs::write(&table, text).unwrap();
    let called = call(copy.path(), &["test", "rules"]);
    assert_eq!(called.code, 1);
    assert!(called.stdout.contains("✗ rules/escalation/on-overdue.test.yaml: "), "{}", called.stdout);
    assert!(called.stdout.contains("PT9H"), "{}", called.stdout);
}
