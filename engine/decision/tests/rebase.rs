//! Overlays when the table below them moves on.

use peygir_decision::{
    Layer, Overlay, Table,
    analysis::Outcome,
    rebase::{Kind, Rebase, Why, rebase},
};
use peygir_source::yaml;
use serde_json::json;

const OLD: &str = "kind: decision-table
id: route
version: 1.4.0
hit: first
inputs:
  topic: { type: string }
  urgent: { type: boolean, default: false }
outputs:
  agency: { type: string, required: true }
  days: { type: integer, default: 10, max: 15 }
rules:
  - { id: emergency, locked: true, when: { urgent: true }, then: { agency: foad } }
  - { id: water, when: { topic: [water, sewage] }, then: { agency: abfa } }
  - { id: power, when: { topic: power }, then: { agency: tavanir, days: 8 } }
  - { id: street, when: { topic: [street, park] }, then: { agency: city } }
  - { id: bread, when: { topic: bread }, then: { agency: grain } }
  - { id: otherwise, last: true, then: { agency: office } }
";

fn key(text: &str) -> String {
    text.to_lowercase()
}

fn table(text: &str) -> Table {
    Table::read(&yaml::parse(text).unwrap(), key).unwrap_or_else(|findings| panic!("{text}: {findings:#?}")).0
}

fn changed(replacements: &[(&str, &str)]) -> String {
    let mut text = OLD.replace("version: 1.4.0", "version: 2.0.0");
    for (from, to) in replacements {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

fn run(replacements: &[(&str, &str)], overlay: &str) -> Rebase {
    let text = format!(
        "kind: decision-table-overlay\nid: yazd\nextends: {{ id: route, version: '^1.4' }}\nversion: 1.0.0\n{overlay}"
    );
    let overlay = Overlay::read(&yaml::parse(&text).unwrap(), key).unwrap_or_else(|e| panic!("{text}{e:#?}")).0;
    let layers = [Layer::new(&overlay, "yazd", "yazd.overlay.yaml")];
    rebase(&table(OLD), &table(&changed(replacements)), &layers)
}

const REPLACE_WATER: &str = "replace:\n  water: { then: { agency: abfa-yazd } }\n";
const INSERT: &str =
    "insert:\n  - before: street\n    rule: { id: park-2, when: { topic: park }, then: { agency: green, days: 14 } }\n";

#[test]
fn conflicts_are_told_with_what_stands_in_the_way() {
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, Kind, &'a str, Why);
    let cases: &[Case] = &[
        (
            &[("  - { id: water, when: { topic: [water, sewage] }, then: { agency: abfa } }\n", "")],
            REPLACE_WATER,
            Kind::Replace,
            "water",
            Why::Gone,
        ),
        (
            &[("agency: abfa }", "agency: abfa-2 }")],
            REPLACE_WATER,
            Kind::Replace,
            "water",
            Why::ChangedInBoth(vec!["then"]),
        ),
        (&[("{ id: water,", "{ id: water, locked: true,")], REPLACE_WATER, Kind::Replace, "water", Why::BecameLocked),
        (
            &[("{ id: water,", "{ id: water, locked: true,")],
            "disable: [ water ]\n",
            Kind::Disable,
            "water",
            Why::BecameLocked,
        ),
        (
            &[("[water, sewage]", "[water, sewage, well]")],
            "disable: [ water ]\n",
            Kind::Disable,
            "water",
            Why::ChangedInBoth(vec!["when"]),
        ),
        (
            &[("{ id: street,", "{ id: roads,")],
            INSERT,
            Kind::Insert,
            "park-2",
            Why::AnchorGone { anchor: "street".to_owned() },
        ),
        (&[("{ id: bread,", "{ id: park-2,")], INSERT, Kind::Insert, "park-2", Why::IdTaken),
    ];
    for (replacements, overlay, kind, name, why) in cases {
        let outcome = run(replacements, overlay);
        let found: Vec<_> =
            outcome.conflicts.iter().map(|one| (one.deed.kind, one.deed.name.as_str(), &one.why)).collect();
        assert_eq!(found, [(*kind, *name, why)], "{replacements:?}");
        assert_eq!(outcome.outdated, [1]);
        let conflict = &outcome.conflicts[0];
        assert!(!conflict.to_words().is_empty() && conflict.to_words_fa().contains(name), "{conflict:?}");
    }
}

#[test]
fn a_moved_anchor_counts_where_the_rules_meet() {
    let moved = [
        ("  - { id: street, when: { topic: [street, park] }, then: { agency: city } }\n", ""),
        (
            "  - { id: power,",
            "  - { id: street, when: { topic: [street, park] }, then: { agency: city } }\n  - { id: power,",
        ),
    ];
    let far =
        "insert:\n  - after: power\n    rule: { id: lamp, when: { topic: [lamp, park] }, then: { agency: green } }\n";
    let outcome = run(&moved, far);
    let why = Why::AnchorMoved { anchor: "power".to_owned(), past: "street".to_owned() };
    assert_eq!(outcome.conflicts.iter().map(|one| &one.why).collect::<Vec<_>>(), [&why]);
    assert_eq!(
        outcome.conflicts[0].to_words(),
        "inserts rule \"lamp\": rule \"power\" beside which it stands and rule \"street\" changed places"
    );
    assert_eq!(run(&moved, &far.replace("[lamp, park]", "lamp")).conflicts, []);
}

#[test]
fn limits_that_became_tighter_are_told() {
    let outcome = run(&[("max: 15", "max: 12")], INSERT);
    let Why::LimitTighter { output, value, .. } = &outcome.conflicts[0].why else { panic!("{outcome:?}") };
    assert_eq!((output.as_str(), value), ("days", &json!(14)));
    assert_eq!(
        outcome.conflicts[0].to_words(),
        "inserts rule \"park-2\": 14 in \"days\" passes a limit of the new version: at most 12"
    );
    let outcome = run(&[("max: 15", "max: 10")], "limits: { days: { max: 12 } }\n");
    assert!(matches!(&outcome.conflicts[0].why, Why::LimitTighter { value, .. } if *value == json!(12)), "{outcome:?}");
}

#[test]
fn what_does_not_touch_merges_and_changes_are_shown() {
    let overlay = format!("{REPLACE_WATER}{INSERT}disable: [ bread ]\n");
    let outcome = run(&[("topic: power }", "topic: [power, lamp] }"), ("[water, sewage]", "[water]")], &overlay);
    assert_eq!(outcome.conflicts, []);
    let merged: Vec<_> = outcome.merges.iter().map(|deed| (deed.kind, deed.name.as_str())).collect();
    assert_eq!(merged, [(Kind::Replace, "water"), (Kind::Disable, "bread"), (Kind::Insert, "park-2")]);
    assert!(outcome.is_complete && outcome.tests.is_empty(), "{outcome:?}");
    let rule = |outcome: &Outcome| match outcome {
        Outcome::Answered { rule, .. } => rule.clone(),
        Outcome::Fault { code, .. } => (*code).to_owned(),
    };
    let changes: Vec<_> = outcome
        .changes
        .iter()
        .map(|change| {
            (change.inputs["topic"].clone(), rule(&change.before), rule(&change.after), change.is_meant_below)
        })
        .collect();
    assert_eq!(
        changes,
        [
            // Before, the province sent sewage elsewhere than the nation did: the change is not the one meant below.
            (json!("sewage"), "water".to_owned(), "otherwise".to_owned(), false),
            (json!("lamp"), "otherwise".to_owned(), "power".to_owned(), true),
        ]
    );
    let same = run(&[], &overlay);
    assert!(same.is_complete && same.changes.is_empty() && same.conflicts.is_empty());
}

#[test]
fn tests_that_would_fail_are_told() {
    let overlay = format!(
        "{REPLACE_WATER}tests:\n  - {{ name: a well, given: {{ topic: sewage }}, expect: {{ agency: abfa-yazd }} }}\n"
    );
    let outcome = run(&[("[water, sewage]", "[water]")], &overlay);
    assert_eq!(outcome.tests.len(), 1, "{outcome:?}");
    assert!(outcome.tests[0].message.contains("a well"), "{:?}", outcome.tests);
}

const COLLECTING: &str = "kind: decision-table
id: route
version: 1.4.0
hit: collect
inputs:
  n: { type: integer, min: 0 }
outputs:
  who: { type: string, required: true }
rules:
  - { id: head, when: { n: '>= 1' }, then: { who: head } }
  - { id: centre, when: { n: '>= 3' }, then: { who: centre } }
  - { id: none, last: true, then: { who: nobody } }
";

/// The rules that answer before and after, and whether that is meant below, where the centre hears of it from two on.
fn collected(change: &str, overlay: &str) -> Vec<(String, String, bool)> {
    let text = format!(
        "kind: decision-table-overlay\nid: yazd\nextends: {{ id: route, version: '^1.4' }}\nversion: 1.0.0\n{overlay}"
    );
    let overlay = Overlay::read(&yaml::parse(&text).unwrap(), key).unwrap_or_else(|e| panic!("{text}{e:#?}")).0;
    let new = COLLECTING.replace("{ n: '>= 3' }, then: { who: centre }", change);
    assert_ne!(new, COLLECTING);
    let outcome = rebase(&table(COLLECTING), &table(&new), &[Layer::new(&overlay, "yazd", "yazd.overlay.yaml")]);
    assert_eq!(outcome.conflicts, [], "{outcome:?}");
    let rules = |outcome: &Outcome| match outcome {
        Outcome::Answered { rules, .. } => rules.join(" "),
        Outcome::Fault { code, .. } => (*code).to_owned(),
    };
    outcome.changes.iter().map(|one| (rules(&one.before), rules(&one.after), one.is_meant_below)).collect()
}

/// An answer that an overlay gives beside those of the base makes no change of the base another one.
#[test]
fn of_a_collecting_table_the_answers_that_come_and_go_are_meant_below() {
    let gov = "insert:\n  - after: head\n    rule: { id: gov, when: { n: 2 }, then: { who: governor } }\n";
    let told = |before: &str, after: &str, meant| (before.to_owned(), after.to_owned(), meant);
    let wider = "{ n: '>= 2' }, then: { who: centre }";
    assert_eq!(collected(wider, gov), [told("head gov", "head gov centre", true)]);
    // Its own answer that comes for more inputs is not what the new version means.
    let own = "replace:\n  centre: { then: { who: governor } }\n";
    assert_eq!(collected(wider, own), [told("head", "head centre", false)]);
    // What goes below goes here; an answer that the province gives nobody any more can't go.
    let dearer = "{ n: '>= 4' }, then: { who: centre }";
    assert_eq!(collected(dearer, gov), [told("head centre", "head", true)]);
    let lower = "{ n: '>= 0' }, then: { who: centre }";
    let of_nought = "insert:\n  - after: head\n    rule: { id: gov, when: { n: 0 }, then: { who: governor } }\n";
    let changes = collected(lower, of_nought);
    assert!(changes.contains(&told("gov", "gov centre", true)), "nobody was told before: {changes:?}");
}
