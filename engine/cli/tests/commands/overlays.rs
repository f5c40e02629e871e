//! Rows on merged tables, and faults put into tables, as people ask for them.

use std::fs;

use serde_json::Value;

use crate::binary::{call, copy_of_content, folder, root};

const TABLE: &str = "kind: decision-table
id: route
version: 1.0.0
hit: first
inputs:
  topic: { type: string }
outputs:
  agency: { type: string, required: true }
rules:
  - { id: water, when: { topic: [water, sewage] }, then: { agency: abfa } }
  - { id: street, when: { topic: street }, then: { agency: city } }
  - { id: otherwise, last: true, then: { agency: office } }
tests:
  - { name: a pipe, given: { topic: sewage }, expect: { rule: water, agency: abfa } }
  - { name: a road, given: { topic: street }, expect: { rule: street, agency: city } }
  - { name: else, given: { topic: bread }, expect: { rule: otherwise, agency: office } }
";
const OVERLAY: &str = "kind: decision-table-overlay
extends: { id: route, version: '^1.0' }
version: 1.0.0
insert:
  - before: street
    rule: { id: park, when: { topic: park }, then: { agency: parks } }
tests:
  - { name: a park, given: { topic: park }, expect: { rule: park, agency: parks } }
";
const NATION: &str = "kind: pack\nname: national\nversion: 1.0.0\ntitle: { fa: ن, en: N }\n";
const YAZD: &str =
    "kind: pack\nname: yazd\nversion: 1.0.0\ntitle: { fa: ی, en: Y }\nfor: { province: yazd }\nover: [ national ]\n";

#[test]
fn an_overlay_by_itself_finds_what_it_lies_over() {
    let packs = folder(&[
        ("pack.yaml", NATION),
        ("rules/route.table.yaml", TABLE),
        ("provinces/yazd/pack.yaml", YAZD),
        ("provinces/yazd/rules/route.overlay.yaml", OVERLAY),
    ]);
    for path in ["provinces/yazd/rules/route.overlay.yaml", "provinces/yazd", "provinces"] {
        let called = call(packs.path(), &["test", path]);
        assert_eq!(called.code, 0, "{path}: {}", called.stdout);
        let lines: Vec<&str> = called.stdout.lines().collect();
        assert_eq!(
            lines,
            [
                "✓ rules/route.table.yaml in province yazd: 3 rows",
                "✓ provinces/yazd/rules/route.overlay.yaml in province yazd: 1 row",
                "0 scenarios, 4 rows in 2 files: all passed"
            ],
            "{path}"
        );
    }
    let called = call(packs.path(), &["test", "provinces", "--json"]);
    let rows: Vec<Value> = called.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&rows[3]["name"], &rows[3]["place"]), (&"route a park".into(), &"province yazd".into()));
}

/// A stray copy of the base beside the pack must not answer for it: the version that is asked for is taken and told, and
/// where nothing says which copy is meant, none is.
#[test]
fn a_copy_of_the_base_is_taken_only_where_it_is_meant() {
    let old_nation = NATION.replace("1.0.0", "0.9.0");
    let old_table = TABLE.replace("version: 1.0.0", "version: 0.9.0").replace("agency: city", "agency: village");
    let ranged = YAZD.replace("[ national ]", "[ { name: national, version: '^1.0' } ]");
    let later = YAZD.replace("[ national ]", "[ { name: national, version: '^2.0' } ]");
    let strange = OVERLAY.replace("'^1.0'", "'^2.0'");
    let packs = |yazd: &str, overlay: &str| {
        folder(&[
            ("aside/pack.yaml", &old_nation),
            ("aside/rules/route.table.yaml", &old_table),
            ("national/pack.yaml", NATION),
            ("national/rules/route.table.yaml", TABLE),
            ("yazd/pack.yaml", yazd),
            ("yazd/rules/route.overlay.yaml", overlay),
        ])
    };
    let both: [&[&str]; 2] =
        [&["test", "yazd"], &["explain", "table", "yazd/rules/route.overlay.yaml", "--lang", "en"]];
    for command in both {
        let meant = call(packs(&ranged, OVERLAY).path(), command);
        assert_eq!(meant.code, 0, "{command:?}: {}{}", meant.stdout, meant.stderr);
        let told =
            "the pack below, national 1.0.0, is taken from national; passed over, with something else in it: aside";
        assert!(meant.stderr.contains(told), "{command:?}: {}", meant.stderr);
        for (yazd, overlay, code) in
            [(YAZD, OVERLAY, "PG-P093"), (&later, OVERLAY, "PG-P045"), (&ranged, strange.as_str(), "PG-T042")]
        {
            let refused = call(packs(yazd, overlay).path(), command);
            let said = refused.stdout + &refused.stderr;
            assert!(refused.code == 1 && said.contains(code), "{command:?} {code}: {said}");
            assert!(!said.contains("village") && !said.contains("all passed"), "{command:?} {code}: {said}");
        }
        // Copies that are the same are one.
        let twins = packs(YAZD, OVERLAY);
        fs::write(twins.path().join("aside/pack.yaml"), NATION).unwrap();
        fs::write(twins.path().join("aside/rules/route.table.yaml"), TABLE).unwrap();
        let same = call(twins.path(), command);
        assert_eq!(same.code, 0, "{command:?}: {}{}", same.stdout, same.stderr);
    }
}

#[test]
fn a_row_that_the_overlay_breaks_fails_with_its_place() {
    let wide = OVERLAY.replace("topic: park }, then", "topic: [park, street] }, then");
    let packs = folder(&[
        ("pack.yaml", NATION),
        ("rules/route.table.yaml", TABLE),
        ("yazd/pack.yaml", YAZD),
        ("yazd/rules/route.overlay.yaml", &wide),
    ]);
    let called = call(packs.path(), &["test", "yazd"]);
    assert_eq!(called.code, 1);
    assert!(
        called.stdout.contains("✗ yazd/rules/route.overlay.yaml in province yazd: can't be run"),
        "{}",
        called.stdout
    );
    assert!(
        called.stdout.contains("a road") && called.stdout.contains("--> yazd/rules/route.overlay.yaml:6"),
        "{}",
        called.stdout
    );
}

/// A row of the base is not dropped: it is listed with what came before and what comes now.
#[test]
fn rows_that_an_overlay_changes_are_listed_and_counted() {
    let changing = format!(
        "{OVERLAY}replace: {{ water: {{ then: {{ agency: rain }} }} }}\ndisable: [ street ]\nsupersedes: [ {{ test: route a road, why: no streets }} ]\n"
    );
    let files = [
        ("pack.yaml", NATION),
        ("rules/route.table.yaml", TABLE),
        ("yazd/pack.yaml", YAZD),
        ("yazd/rules/route.overlay.yaml", &changing),
    ];
    let packs = folder(&files);
    let called = call(packs.path(), &["test", "yazd"]);
    assert_eq!(called.code, 0, "{}", called.stdout);
    let lines: Vec<&str> = called.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "✓ rules/route.table.yaml in province yazd: 1 row, 2 changed by overlays",
            "    ~ route a pipe changed by yazd/rules/route.overlay.yaml: {\"agency\":\"abfa\"} → {\"agency\":\"rain\"}",
            "    ~ route a road changed by yazd/rules/route.overlay.yaml: {\"agency\":\"city\",\"rule\":\"street\"} → {\"agency\":\"office\",\"rule\":\"otherwise\"} (no streets)",
            "✓ yazd/rules/route.overlay.yaml in province yazd: 1 row",
            "0 scenarios, 2 rows in 2 files, 2 changed by overlays: all passed"
        ]
    );
    let called = call(packs.path(), &["test", "yazd", "--json"]);
    let told: Vec<Value> = called.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let changed: Vec<&Value> = told.iter().filter(|line| line["kind"] == "changed-row").collect();
    assert_eq!((changed.len(), &changed[1]["why"], &changed[1]["line"]), (2, &"no streets".into(), &15.into()));
    assert_eq!(told.last().unwrap()["changed"], 2);
}

#[test]
fn what_cannot_be_tried_is_told() {
    let whole = folder(&[
        ("a/b/c/d/yazd/pack.yaml", YAZD),
        ("a/b/c/d/yazd/rules/route.overlay.yaml", OVERLAY),
        ("a/b/c/d/x.overlay.yaml", OVERLAY),
    ]);
    // Deep enough that no other pack on the machine lies beside it.
    let alone = whole.path().join("a/b/c/d");
    let called = call(&alone, &["test", "yazd"]);
    assert_eq!(called.code, 1, "{}", called.stdout);
    assert!(called.stdout.contains("✗ yazd/rules/route.overlay.yaml: can't be run"), "{}", called.stdout);
    assert!(called.stdout.contains("the table \"route\" is in a pack that was not found"), "{}", called.stdout);
    assert!(called.stdout.contains("lay the pack national beside this one, or name a deployment"), "{}", called.stdout);
    fs::write(alone.join("yazd/pack.yaml"), YAZD.replace("name: yazd", "nam: yazd")).unwrap();
    let called = call(&alone, &["test", "yazd"]);
    assert!(called.code == 1 && called.stdout.contains("--> yazd/pack.yaml:2"), "{}", called.stdout);
    let called = call(&alone, &["test", "x.overlay.yaml"]);
    assert!(called.code == 1 && called.stdout.contains("it lies in no pack here"), "{}", called.stdout);
}

#[test]
fn a_deployment_tests_the_tables_of_all_its_places() {
    let called = call(&root(), &["test", "examples/three-provinces"]);
    assert_eq!(called.code, 0, "{}{}", called.stdout, called.stderr);
    for told in [
        "✓ rules/routing/samad-routing.table.yaml in province isfahan, county kashan: ",
        "✓ examples/three-provinces/kashan/rules/routing/samad-routing.overlay.yaml in province isfahan, county kashan: ",
        "✓ examples/three-provinces/isfahan/rules/routing/winter-air.overlay.yaml in province isfahan: ",
    ] {
        assert!(called.stdout.contains(told), "{told}\n{}", called.stdout);
    }
    let overlay = "examples/three-provinces/kashan/rules/routing/samad-routing.overlay.yaml";
    let named = call(&root(), &["test", overlay, "--deployment", "examples/three-provinces"]);
    assert_eq!(named.code, 0, "{}", named.stdout);
    assert!(named.stdout.contains(overlay) && !named.stdout.contains("mashhad"), "{}", named.stdout);
}

#[test]
fn an_overlay_that_breaks_in_one_place_fails_the_deployment() {
    let copy = copy_of_content();
    let path = copy.path().join("examples/three-provinces/kashan/rules/routing/samad-routing.overlay.yaml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("expect: { rule: ", "expect: { rule: bread, agency: nobody, unit: ", 1)).unwrap();
    let called = call(copy.path(), &["test", "examples/three-provinces"]);
    assert_eq!(called.code, 1, "{}", called.stdout);
    assert!(called.stdout.contains("kashan/rules/routing/samad-routing.overlay.yaml"), "{}", called.stdout);
}

#[test]
fn faults_that_nobody_notices_are_named_with_the_row_that_is_missing() {
    let packs = folder(&[
        ("pack.yaml", NATION),
        ("rules/route.table.yaml", TABLE),
        ("yazd/pack.yaml", YAZD),
        ("yazd/rules/route.overlay.yaml", OVERLAY),
    ]);
    let called = call(packs.path(), &["test", "--mutants", "rules", "yazd"]);
    assert_eq!(called.code, 1, "{}", called.stdout);
    assert!(
        called.stdout.contains("✗ route: ") && called.stdout.contains("✗ route in province yazd: "),
        "{}",
        called.stdout
    );
    let missing = "  ✗ rule water asks of topic no alternative 1 (one of water, sewage)";
    assert!(called.stdout.contains(missing), "{}", called.stdout);
    let row = "      - { given: { topic: water }, expect: { rule: water, agency: abfa } }";
    assert!(called.stdout.contains(row), "{}", called.stdout);
    // The row is put where it belongs, and the fault is noticed.
    let row = called.stdout.lines().find(|line| line.contains("given: { topic: water }")).unwrap().trim();
    fs::write(packs.path().join("rules/route.table.yaml"), format!("{TABLE}  {row}\n")).unwrap();
    let called = call(packs.path(), &["test", "--mutants", "rules", "yazd", "--json"]);
    let lines: Vec<Value> = called.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (summary, tables) = lines.split_last().unwrap();
    assert_eq!(
        (summary["tables"].as_u64(), summary["passed"].as_bool(), called.code),
        (Some(2), Some(true), 0),
        "{summary}"
    );
    assert!(tables.iter().all(|table| table["survivors"].as_array().is_some_and(Vec::is_empty)), "{tables:#?}");
    let called = call(packs.path(), &["test", "--mutants", "rules", "--least", "100", "--lang", "fa"]);
    assert_eq!(called.code, 0, "{}", called.stdout);
}

/// A reminder that comes behind the deadline is told, also where it is the default of the output.
#[test]
fn a_reminder_behind_its_deadline_is_told() {
    let table = TABLE.replace(
        "  agency: { type: string, required: true }\n",
        "  agency: { type: string, required: true }\n  workingDays: { type: integer, default: 10 }\n  remindAt: { type: integer, default: 7 }\n",
    );
    let said_of = |then: &str| {
        let overlay = OVERLAY.replace("{ agency: parks }", &format!("{{ agency: parks, {then} }}"));
        let packs = folder(&[
            ("pack.yaml", NATION),
            ("rules/route.table.yaml", table.as_str()),
            ("provinces/yazd/pack.yaml", YAZD),
            ("provinces/yazd/rules/route.overlay.yaml", overlay.as_str()),
        ]);
        let called = call(packs.path(), &["check", "provinces/yazd"]);
        called.stdout + &called.stderr
    };
    for late in ["workingDays: 2", "workingDays: 2, remindAt: 14"] {
        let said = said_of(late);
        assert!(said.contains("PG-P100") && said.contains("route.overlay.yaml:6"), "{late}: {said}");
    }
    for right in ["workingDays: 2, remindAt: 2", "remindAt: 0", "workingDays: 12"] {
        assert!(!said_of(right).contains("PG-P100"), "{right}");
    }
}
