//! `peygir rebase`: a national table that moves on below a province's overlay.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::binary::{Called, call, folder};

const OLD: &str = "kind: decision-table
id: route
version: 1.0.0
hit: first
inputs:
  topic: { type: string, title: { fa: موضوع, en: topic } }
  urgent: { type: boolean, default: false }
outputs:
  agency: { type: string, required: true }
  days: { type: integer, default: 10, max: 15 }
rules:
  - { id: emergency, locked: true, when: { urgent: true }, then: { agency: crisis } }
  - { id: water, when: { topic: [water, sewage] }, then: { agency: abfa } }
  - { id: power, when: { topic: power }, then: { agency: tavanir, days: 8 } }
  - { id: street, when: { topic: [street, park] }, then: { agency: city } }
  - { id: bread, when: { topic: bread }, then: { agency: grain } }
  - { id: garden, when: { topic: [garden, park] }, then: { agency: green } }
  - { id: otherwise, last: true, then: { agency: office } }
tests:
  - { name: a pipe, given: { topic: sewage }, expect: { rule: water } }
";

const OVERLAY: &str = "kind: decision-table-overlay
extends: { id: route, version: '^1.0' }
version: 1.0.0
replace:
  water: { then: { agency: abfa-yazd } }
  power: { then: { agency: tavanir-yazd } }
disable: [ bread ]
insert:
  - after: street
    rule: { id: lamp, when: { topic: lamp }, then: { agency: city-lights } }
  - before: garden
    rule: { id: park, when: { topic: park }, then: { agency: parks } }
  - before: otherwise
    rule: { id: qanat, when: { topic: qanat }, then: { agency: qanats, days: 14 } }
tests:
  - { name: a qanat, given: { topic: qanat }, expect: { rule: qanat, agency: qanats } }
";

fn manifest(name: &str, version: &str, more: &str) -> String {
    format!("kind: pack\nname: {name}\nversion: {version}\ntitle: {{ fa: {name}, en: {name} }}\n{more}")
}

/// The nation in two versions and a province over it.
fn packs(version: &str, changes: &[(&str, &str)]) -> TempDir {
    let mut table = OLD.replace("version: 1.0.0", &format!("version: {version}"));
    for (from, to) in changes {
        assert!(table.contains(from), "{from}");
        table = table.replace(from, to);
    }
    folder(&[
        ("old/pack.yaml", &manifest("national", "1.0.0", "")),
        ("old/rules/route.table.yaml", OLD),
        ("old/rules/overdue.rhai", "fn main(req, now, args) { [] }\n"),
        ("new/pack.yaml", &manifest("national", version, "")),
        ("new/rules/route.table.yaml", &table),
        ("new/rules/overdue.rhai", "fn main(req, now, args) { [1] }\n"),
        (
            "yazd/pack.yaml",
            &manifest("yazd", "1.0.0", "for: { province: yazd }\nover: [ { name: national, version: '^1.0' } ]\n"),
        ),
        ("yazd/rules/route.overlay.yaml", OVERLAY),
        ("yazd/rules/overdue.rhai", "fn main(req, now, args) { [2] }\n"),
    ])
}

fn rebase(packs: &TempDir, more: &[&str]) -> Called {
    call(packs.path(), &[&["rebase", "yazd", "--onto", "new", "--from", "old"], more].concat())
}

const TAKES_QANATS: (&str, &str) = (
    "  - { id: bread,",
    "  - { id: desert, when: { topic: [qanat, desert] }, then: { agency: deserts } }\n  - { id: bread,",
);

#[test]
fn a_new_rule_that_takes_a_province_s_cases_merges_and_is_shown() {
    let packs = packs("1.1.0", &[TAKES_QANATS]);
    let called = rebase(&packs, &["--json"]);
    let told: Value = serde_json::from_str(&called.stdout).unwrap();
    let table = &told["tables"][0];
    assert_eq!((&told["from"], &told["to"], &table["changesAreAll"]), (&"1.0.0".into(), &"1.1.0".into(), &true.into()));
    let merges: Vec<&str> =
        table["merges"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(merges, ["water", "power", "bread", "lamp", "park", "qanat"]);
    assert!(table["conflicts"].as_array().unwrap().is_empty() && table["outdated"].as_array().unwrap().is_empty());
    let changes: Vec<[&str; 3]> = table["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            [&one["inputs"]["topic"], &one["before"]["rule"], &one["after"]["rule"]].map(|text| text.as_str().unwrap())
        })
        .collect();
    assert_eq!(changes, [["qanat", "qanat", "desert"], ["desert", "otherwise", "desert"]]);
    assert_eq!(told["keptWhole"][0]["id"], "overdue");
    // The province's own test says that the case is taken from it: it would have to be looked at.
    assert_eq!((called.code, table["tests"].as_array().unwrap().len()), (1, 1), "{table}");
    let overlay = OVERLAY.split("tests:").next().unwrap();
    fs::write(packs.path().join("yazd/rules/route.overlay.yaml"), overlay).unwrap();
    let called = rebase(&packs, &[]);
    assert_eq!(called.code, 0, "{}", called.stdout);
    for told in [
        "# yazd: national from 1.0.0 to 1.1.0",
        "## route 1.0.0 → 1.1.0",
        "- `yazd/rules/route.overlay.yaml:5`: replaces parts of rule \"water\"",
        "| topic is \"qanat\", urgent is no | `qanat` agency qanats, days 14 | `desert` agency deserts, days 10 | **no** |",
        "| topic is \"desert\", urgent is no | `otherwise` agency office | `desert` agency deserts | yes |",
        "It is proven that there are no other changes.",
        "- script \"overdue\": national changed its own, and this pack keeps the one that it has instead",
    ] {
        assert!(called.stdout.contains(told), "{told}\n{}", called.stdout);
    }
    assert!(!called.stdout.contains("conflicts"), "{}", called.stdout);
    let persian = rebase(&packs, &["--lang", "fa"]);
    assert!(persian.stdout.contains("| موضوع: «qanat»، urgent: خیر | `qanat`"), "{}", persian.stdout);
}

#[test]
fn titles_stand_beside_ids() {
    let titled = ("  - { id: water, when", "  - { id: water, title: { fa: آب, en: Water }, when");
    let packs = packs("1.1.0", &[TAKES_QANATS, titled]);
    let topics = "kind: directory\ntopics: [ { id: qanat, fa: قنات, en: Qanat }, { id: desert, fa: بیابان, en: Desert } ]\n\
                  agencies: [ { id: qanats, fa: ادارهٔ قنات, en: Office of qanats } ]\n";
    for version in ["old", "new"] {
        fs::write(packs.path().join(version).join("rules/topics.yaml"), topics).unwrap();
    }
    let overlay = OVERLAY.split("tests:").next().unwrap();
    let overlay = overlay.replace("{ id: qanat, when", "{ id: qanat, title: { fa: قنات‌ها, en: Qanats }, when");
    fs::write(packs.path().join("yazd/rules/route.overlay.yaml"), overlay).unwrap();
    for (lang, words) in [
        (
            "fa",
            [
                "بخش‌هایی از قاعدهٔ «water» (آب) را عوض می‌کند",
                "قاعدهٔ «qanat» (قنات‌ها) را می‌افزاید",
                "| موضوع: «qanat» (قنات)، urgent: خیر | `qanat` (قنات‌ها) ",
                "\u{2066}qanats\u{2069} (ادارهٔ قنات)",
            ],
        ),
        (
            "en",
            [
                "replaces parts of rule \"water\" (Water)",
                "inserts rule \"qanat\" (Qanats)",
                "| topic is \"qanat\" (Qanat), urgent is no | `qanat` (Qanats) ",
                "agency qanats (Office of qanats)",
            ],
        ),
    ] {
        let told = rebase(&packs, &["--lang", lang]).stdout;
        for words in words {
            assert!(told.contains(words), "{words}\n{told}");
        }
    }
}

#[test]
fn what_conflicts_is_told_with_its_place_and_how_to_mend_it() {
    let without_water = "  - { id: water, when: { topic: [water, sewage] }, then: { agency: abfa } }\n";
    let moved = "  - { id: garden, when: { topic: [garden, park] }, then: { agency: green } }\n";
    let packs = packs(
        "2.0.0",
        &[
            (without_water, ""),
            (
                "  - { name: a pipe, given: { topic: sewage }, expect: { rule: water } }\n",
                "  - { given: { topic: bread }, expect: { rule: bread } }\n",
            ),
            (moved, ""),
            ("  - { id: street,", &format!("{moved}  - {{ id: roads,")),
            ("{ id: power, ", "{ id: power, locked: true, "),
            ("max: 15", "max: 12"),
        ],
    );
    let called = rebase(&packs, &["--json"]);
    assert_eq!(called.code, 1, "{}{}", called.stdout, called.stderr);
    let told: Value = serde_json::from_str(&called.stdout).unwrap();
    assert_eq!((&told["passed"], &told["overLeavesOut"]), (&false.into(), &true.into()));
    let conflicts: Vec<(&str, &str, u64)> = told["tables"][0]["conflicts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].as_str().unwrap(), one["why"].as_str().unwrap(), one["line"].as_u64().unwrap()))
        .collect();
    let expected = [
        ("water", "gone", 5),
        ("power", "became-locked", 6),
        ("lamp", "anchor-gone", 10),
        ("qanat", "limit-tighter", 14),
    ];
    assert_eq!(conflicts, expected);
    let read = rebase(&packs, &[]).stdout;
    assert!(read.contains("What conflicts was left out of this and of the tests"), "{read}");
    let text = rebase(&packs, &[]).stdout;
    for told in [
        "- `yazd/pack.yaml:6`: `over` takes national ^1.0, which leaves 2.0.0 out",
        "- `yazd/rules/route.overlay.yaml:2`: `^1.0` leaves 2.0.0 out; when all is well, write `'^2.0.0'`",
        "- `yazd/rules/route.overlay.yaml:6`: replaces parts of rule \"power\": the new version locks it",
        "  - to mend: write a value that is at most 12",
    ] {
        assert!(text.contains(told), "{told}\n{text}");
    }
    let persian = rebase(&packs, &["--lang", "fa"]).stdout;
    assert!(persian.contains("نسخهٔ تازه آن را قفل کرده است") && persian.contains("  - درمان: "), "{persian}");
}

#[test]
fn a_rule_that_moved_past_an_inserted_one_is_told() {
    let street = "  - { id: street, when: { topic: [street, park] }, then: { agency: city } }\n";
    let packs = packs("1.1.0", &[(street, ""), ("  - { id: otherwise,", &format!("{street}  - {{ id: otherwise,"))]);
    let told: Value = serde_json::from_str(&rebase(&packs, &["--json"]).stdout).unwrap();
    let conflict = &told["tables"][0]["conflicts"][0];
    assert_eq!((&conflict["name"], &conflict["why"]), (&"park".into(), &"anchor-moved".into()), "{told}");
}

#[test]
fn a_table_that_is_gone_and_a_pack_that_does_not_lie_over_it() {
    let packs = packs("1.1.0", &[]);
    let called = rebase(&packs, &[]);
    assert_eq!(called.code, 0);
    assert!(called.stdout.contains("it is proven that every input is decided as before"), "{}", called.stdout);
    fs::remove_file(packs.path().join("new/rules/route.table.yaml")).unwrap();
    let called = rebase(&packs, &[]);
    assert_eq!(called.code, 1);
    let gone = "- `yazd/rules/route.overlay.yaml:2`: the new version has no table \"route\" any more";
    assert!(called.stdout.contains(gone), "{}", called.stdout);
    let called = call(packs.path(), &["rebase", "old", "--onto", "yazd", "--from", "yazd"]);
    assert_eq!((called.code, called.stdout.as_str()), (1, ""));
    assert!(called.stderr.contains("\"national\" does not lie over \"yazd\""), "{}", called.stderr);
    let called = call(packs.path(), &["rebase", "yazd", "--onto", "new", "--from", "nowhere"]);
    assert!(called.stderr.contains("neither a folder nor a version"), "{}", called.stderr);
}

/// What changes is told by the titles that people gave to outputs and their values.
#[test]
fn answers_are_told_by_their_titles() {
    let titled = "agency: { type: string, required: true, title: { fa: دستگاه, en: office of }, titles: { lights: { fa: روشنایی, en: Lights } } }";
    let changes =
        [("agency: { type: string, required: true }", titled), ("then: { agency: city }", "then: { agency: lights }")];
    let packs = packs("1.1.0", &changes);
    for (lang, before, after) in [
        ("fa", "`street` دستگاه \u{2066}city\u{2069}", "`street` دستگاه روشنایی"),
        ("en", "`street` office of city", "`street` office of Lights"),
    ] {
        let called = rebase(&packs, &["--lang", lang]);
        assert!(called.stdout.contains(before) && called.stdout.contains(after), "{}", called.stdout);
    }
}

/// What changes in the overlay's season only is told with a day of it.
#[test]
fn a_change_in_a_season_is_told_with_its_day() {
    let packs = packs("1.1.0", &[("agency: city }", "agency: roads }")]);
    let overlay = "kind: decision-table-overlay\nextends: { id: route, version: '^1.0' }\nversion: 1.0.0\n\
                   effective: { from: 1406/02/01, until: 1406/02/31 }\ndisable: [ garden ]\n";
    fs::write(packs.path().join("yazd/rules/route.overlay.yaml"), overlay).unwrap();
    let called = rebase(&packs, &[]);
    assert!(called.code == 0 && called.stdout.contains("| topic is \"street\""), "{}{}", called.stdout, called.stderr);
    assert!(
        called.stdout.lines().filter(|line| line.contains("roads")).all(|line| line.contains("14")),
        "{}",
        called.stdout
    );
}

/// A county's overlay over the province's: the province moves, the nation stays.
#[test]
fn a_pack_over_two_others_follows_either_of_them() {
    let packs = packs("1.1.0", &[]);
    let over = "for: { province: yazd, county: taft }\nover: [ national, yazd ]\n";
    let overlay = "kind: decision-table-overlay\nextends: { id: route, version: '^1.0' }\nversion: 1.0.0\n\
                   replace:\n  lamp: { then: { agency: taft-lights } }\n";
    fs::create_dir_all(packs.path().join("taft/rules")).unwrap();
    fs::write(packs.path().join("taft/pack.yaml"), manifest("taft", "1.0.0", over)).unwrap();
    fs::write(packs.path().join("taft/rules/route.overlay.yaml"), overlay).unwrap();
    fs::create_dir_all(packs.path().join("later/rules")).unwrap();
    fs::write(
        packs.path().join("later/pack.yaml"),
        manifest("yazd", "2.0.0", "for: { province: yazd }\nover: [ national ]\n"),
    )
    .unwrap();
    let later = OVERLAY.replace("agency: city-lights }", "agency: lights }");
    fs::write(packs.path().join("later/rules/route.overlay.yaml"), later).unwrap();
    let called = call(packs.path(), &["rebase", "taft", "--onto", "later", "--from", "yazd"]);
    let told =
        "- `taft/rules/route.overlay.yaml:5`: replaces parts of rule \"lamp\": the new version changed its then too";
    assert!(called.code == 1 && called.stdout.contains(told), "{}{}", called.stdout, called.stderr);
    let called = call(packs.path(), &["rebase", "taft", "--onto", "new", "--from", "old"]);
    assert_eq!(called.code, 0, "{}{}", called.stdout, called.stderr);
}

/// An overlay that never fitted is said to be invalid, with the finding; nothing is said of changes.
#[test]
fn what_is_invalid_already_is_told_and_not_compared() {
    let packs = packs("1.1.0", &[TAKES_QANATS]);
    let path = packs.path().join("yazd/rules/route.overlay.yaml");
    for (from, to, code) in [
        ("disable: [ bread ]", "disable: [ emergency ]", "PG-T044"),
        ("disable: [ bread ]", "disable: [ breat ]", "PG-T007"),
        ("days: 14", "days: 16", "PG-T012"),
    ] {
        fs::write(&path, OVERLAY.replace(from, to)).unwrap();
        let called = rebase(&packs, &[]);
        assert_eq!(called.code, 1, "{}", called.stdout);
        assert!(called.stdout.contains("### Invalid already, over the version before"), "{}", called.stdout);
        assert!(called.stdout.contains("Nothing was compared"), "{}", called.stdout);
        assert!(
            !called.stdout.contains("No change") && !called.stdout.contains("What would change"),
            "{}",
            called.stdout
        );
        let told: Value = serde_json::from_str(&rebase(&packs, &["--json"]).stdout).unwrap();
        let invalid = &told["tables"][0]["invalid"][0];
        assert_eq!((&invalid["code"], &told["passed"]), (&code.into(), &false.into()), "{invalid}");
        let line = invalid["line"].as_u64().or_else(|| invalid["span"]["line"].as_u64());
        assert!(line.is_some_and(|line| line > 1), "{invalid}");
    }
    let persian = rebase(&packs, &["--lang", "fa"]);
    assert!(persian.stdout.contains("چیزی مقایسه نشد"), "{}", persian.stdout);
    // An overlay over a table that is nowhere was passed over in silence.
    fs::write(&path, OVERLAY.replace("id: route,", "id: rout,")).unwrap();
    let called = rebase(&packs, &[]);
    assert_eq!(called.code, 1, "{}", called.stdout);
    assert!(called.stdout.contains("there is no table \"rout\""), "{}", called.stdout);
}

#[test]
fn a_test_that_failed_before_is_told_so() {
    let packs = packs("1.1.0", &[("id: bread,", "id: bread, title: bread,")]);
    let failing = OVERLAY.replace("expect: { rule: qanat, agency: qanats }", "expect: { rule: park }");
    fs::write(packs.path().join("yazd/rules/route.overlay.yaml"), failing).unwrap();
    let called = rebase(&packs, &[]);
    assert_eq!(called.code, 1, "{}", called.stdout);
    assert!(called.stdout.contains("(failed with the version before, too)"), "{}", called.stdout);
}

/// A case has the province, county and agency of where the pack holds: elsewhere nothing changes for it.
#[test]
fn what_would_change_is_looked_for_where_the_pack_holds() {
    const TABLE: &str = "kind: decision-table
id: route
version: 1.0.0
hit: first
inputs:
  topic: { type: string, from: case.topic }
  province: { type: string, from: case.province }
  county: { type: string, from: case.county }
  asked: { type: string, from: case.agency }
outputs:
  agency: { type: string, required: true }
rules:
  - { id: water, when: { topic: water }, then: { agency: abfa } }
  - { id: otherwise, last: true, then: { agency: office } }
";
    let directory = "kind: directory
province: { id: isfahan, fa: اصفهان, en: Isfahan }
counties: [ { id: kashan, fa: کاشان, en: Kashan }, { id: najafabad, fa: نجف‌آباد, en: Najafabad } ]
agencies:
  - { id: bank-isfahan, fa: بانک, en: Bank, province: isfahan }
  - { id: bank-yazd, fa: بانک, en: Bank, province: yazd }
";
    let overlay = "kind: decision-table-overlay\nextends: { id: route, version: '^1.0' }\nversion: 1.0.0\nreplace: { water: { then: { agency: abfa-here } } }\n";
    let told_of = |pack: &str, rule: &str| {
        let new = TABLE.replace("version: 1.0.0", "version: 1.1.0");
        let new = new
            .replace("rules:\n", &format!("rules:\n  - {{ id: new, when: {{ {rule} }}, then: {{ agency: far }} }}\n"));
        let over = "over: [ national ]\n";
        let packs = folder(&[
            ("old/pack.yaml", &manifest("national", "1.0.0", "")),
            ("old/rules/route.table.yaml", TABLE),
            ("new/pack.yaml", &manifest("national", "1.1.0", "")),
            ("new/rules/route.table.yaml", &new),
            ("isfahan/pack.yaml", &manifest("isfahan", "1.0.0", &format!("for: {{ province: isfahan }}\n{over}"))),
            ("isfahan/rules/directory.yaml", directory),
            ("isfahan/rules/route.overlay.yaml", overlay),
            (
                "kashan/pack.yaml",
                &manifest(
                    "kashan",
                    "1.0.0",
                    "for: { province: isfahan, county: kashan }\nover: [ national, isfahan ]\n",
                ),
            ),
            ("kashan/rules/route.overlay.yaml", &overlay.replace("abfa-here", "abfa-kashan")),
        ]);
        let called = call(packs.path(), &["rebase", pack, "--onto", "new", "--from", "old"]);
        assert_eq!(called.code, 0, "{}{}", called.stdout, called.stderr);
        called.stdout
    };
    for (pack, rule, told) in [
        ("kashan", "county: { not: kashan }", "Nothing: it is proven that every input is decided as before."),
        ("kashan", "province: { not: isfahan }", "Nothing: it is proven that every input is decided as before."),
        ("kashan", "county: { present: false }", "Nothing: it is proven that every input is decided as before."),
        ("isfahan", "province: { prefix: yazd }", "Nothing: it is proven that every input is decided as before."),
        ("isfahan", "county: { prefix: yazd }", "Nothing: it is proven that every input is decided as before."),
        ("kashan", "county: kashan", "province is \"isfahan\" (Isfahan), county is \"kashan\" (Kashan)"),
        (
            "isfahan",
            "county: { not: kashan }",
            "province is \"isfahan\" (Isfahan), county is \"najafabad\" (Najafabad)",
        ),
        ("isfahan", "county: { present: false }", "province is \"isfahan\""),
        ("isfahan", "asked: { prefix: bank- }", "asked is \"bank-isfahan\""),
        ("isfahan", "asked: { contains: yazd }", "Nothing: it is proven that every input is decided as before."),
    ] {
        let said = told_of(pack, rule);
        assert!(said.contains(told), "{pack}, {rule}: {said}");
        let elsewhere = ["province", "county", "asked"].map(|input| format!("{input} is \"other\""));
        assert!(
            !elsewhere.iter().any(|other| said.contains(other)) && said.contains("proven"),
            "{pack}, {rule}: {said}"
        );
    }
}
