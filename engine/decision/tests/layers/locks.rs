//! Locked rules: no layer changes, disables or precedes them, under any hit policy.

use crate::kit::{laid_over, merged, table, told};

fn base(hit: &str, rules: &str) -> String {
    format!(
        "kind: decision-table
id: route
version: 1.4.2
hit: {hit}
inputs:
  topic: {{ type: string, values: [a, b, c, d] }}
  size: {{ type: integer, min: 0, max: 100 }}
  text: {{ type: text }}
outputs:
  o: {{ type: string }}
rules:
{rules}  - {{ id: rest, last: true, locked: true, then: {{ o: rest }} }}
"
    )
}

/// The codes with the lines of the body, which begins at line 4 of the overlay.
fn check(base: &str, body: &str, expected: &[&str]) {
    let found = match laid_over(&table(base), &[body]) {
        Ok((_, found)) => told(&found),
        Err(found) => told(&found),
    };
    let found: Vec<String> = found.iter().map(|one| one.replace(" layer-1.overlay.yaml", "")).collect();
    assert_eq!(found, expected, "{base}{body}");
}

const ORDERED: &str = "  - { id: open, when: { topic: a }, then: { o: open } }
  - { id: shut, locked: true, when: { topic: [b, c], size: '>= 10' }, then: { o: shut } }
  - { id: below, when: { topic: c }, then: { o: below } }
";

#[test]
fn a_locked_rule_stays_as_it_is() {
    for hit in ["first", "collect", "priority"] {
        let base = base(hit, ORDERED);
        check(&base, "disable: [shut]\n", &["PG-T044:4"]);
        check(&base, "replace: { shut: { then: { o: x } } }\n", &["PG-T044:4"]);
        check(&base, "replace: { shut: { title: x } }\n", &["PG-T044:4"]);
        check(&base, "replace: { rest: { then: { o: x } } }\n", &["PG-T044:4"]);
        check(&base, "replace: { open: { then: { o: x } } }\n", &[]);
        check(&base, "disable: [open, below]\n", &[]);
        // What else is wrong with a change that may not be made is not worth a word.
        let required =
            base.replace("o: { type: string }", "o: { type: string, required: true }\n  p: { type: string }");
        check(&required, "replace: { shut: { then: { p: x } } }\n", &["PG-T044:4"]);
    }
}

/// The place that the help names is one where the rule may stand, and where something is left to it; else the help says so.
#[test]
fn where_a_rule_may_stand_is_told_with_what_is_left_to_it_there() {
    let rules = "  - { id: shut, locked: true, when: { topic: b }, then: { o: shut } }
  - { id: wide, when: { topic: [c, d] }, then: { o: wide } }
  - { id: shut-too, locked: true, when: { topic: a }, then: { o: shut } }
";
    let helps = |when: &str| {
        let body =
            format!("insert:\n  - {{ before: shut, rule: {{ id: new, when: {{ {when} }}, then: {{ o: x }} }} }}\n");
        let found = laid_over(&table(&base("first", rules)), &[&body]).unwrap_err().list;
        let help = found[0].help.clone().unwrap();
        (help.en, help.fa)
    };
    let (en, fa) = helps("size: 3");
    assert_eq!(en, "insert it after \"shut-too\"");
    assert!(fa.contains("«shut-too»"), "{fa}");
    let (en, fa) = helps("topic: c, size: 3");
    assert!(en.contains("after \"shut-too\", but nothing is left to it there: \"wide\" takes all"), "{en}");
    assert!(fa.contains("«shut-too»") && fa.contains("«wide»"), "{fa}");
}

#[test]
fn nothing_is_inserted_above_a_locked_rule() {
    let insert = |place: &str| {
        format!("insert:\n  - {{ {place}, rule: {{ id: new, when: {{ topic: d }}, then: {{ o: x }} }} }}\n")
    };
    for hit in ["first", "collect"] {
        let base = base(hit, ORDERED);
        check(&base, &insert("before: open"), &["PG-T045:5"]);
        check(&base, &insert("after: open"), &["PG-T045:5"]);
        check(&base, &insert("before: shut"), &["PG-T045:5"]);
        check(&base, &insert("after: shut"), &[]);
        check(&base, &insert("before: rest"), &[]);
    }
}

#[test]
fn a_rule_above_a_locked_one_must_stay_apart_from_it() {
    let base = base("first", ORDERED);
    for (when, expected) in [
        ("{ topic: d }", vec![]),
        ("{ topic: [a, d] }", vec![]),
        ("{ topic: b, size: '< 10' }", vec![]),
        ("{ topic: b, size: '<= 10' }", vec!["PG-T045:4"]),
        ("{ topic: [a, c] }", vec!["PG-T045:4"]),
        ("{ size: '>= 10' }", vec!["PG-T045:4"]),
        ("{ topic: { rhai: 'topic == \"d\"' } }", vec!["PG-T045:4"]),
        ("{ topic: { rhai: 'topic == \"d\"' }, size: 3 }", vec![]),
        ("{ text: { contains: xy } }", vec!["PG-T045:4"]),
    ] {
        check(&base, &format!("replace: {{ open: {{ when: {when} }} }}\n"), &expected);
    }
    check(&base, "replace: { below: { when: { topic: b } } }\n", &[]);
}

#[test]
fn priorities_of_layers_stay_below_a_locked_one() {
    let base = base(
        "priority",
        "  - { id: high, priority: 50, when: { topic: a }, then: { o: high } }
  - { id: shut, locked: true, priority: 20, when: { topic: b }, then: { o: shut } }
  - { id: low, priority: 10, when: { topic: c }, then: { o: low } }
",
    );
    for (priority, expected) in [(10, vec![]), (19, vec![]), (20, vec!["PG-T045:5"]), (21, vec!["PG-T045:5"])] {
        let body = format!(
            "insert:\n  - {{ before: high, rule: {{ id: new, priority: {priority}, when: {{ topic: b }}, then: {{ o: x }} }} }}\n"
        );
        check(&base, &body, &expected);
    }
    check(&base, "replace: { high: { when: { topic: b } } }\n", &["PG-T045:4"]);
    check(&base, "replace: { high: { when: { topic: [a, c] } } }\n", &[]);
    check(&base, "replace: { low: { when: { topic: b } } }\n", &[]);
}

#[test]
fn under_unique_nothing_may_hold_beside_a_locked_rule() {
    let base = base(
        "unique",
        "  - { id: shut, locked: true, when: { topic: b }, then: { o: shut } }
  - { id: open, when: { topic: a }, then: { o: open } }
",
    );
    let insert =
        |when: &str| format!("insert:\n  - {{ after: open, rule: {{ id: new, when: {when}, then: {{ o: x }} }} }}\n");
    check(&base, &insert("{ topic: c }"), &[]);
    check(&base, &insert("{ topic: b }"), &["PG-T045:5"]);
    check(&base, &insert("{ size: 3 }"), &["PG-T045:5"]);
    check(&base, "replace: { open: { when: { topic: b } } }\n", &["PG-T045:4"]);
    check(&base, "replace: { open: { when: { topic: d } } }\n", &[]);
}

#[test]
fn a_layer_may_lock_rules_of_its_own_for_those_above() {
    let province = "insert:\n  - { after: water, rule: { id: dam, locked: true, when: { topic: park }, then: { agency: dam } } }\n";
    let table = merged(&[province]);
    assert!(table.rule("dam").unwrap().locked);
    let base = crate::kit::national();
    for (county, expected) in [
        ("disable: [dam]\n", "PG-T044 layer-2.overlay.yaml:4"),
        (
            "insert:\n  - { after: water, rule: { id: a, when: { topic: park }, then: { agency: a } } }\n",
            "PG-T045 layer-2.overlay.yaml:5",
        ),
    ] {
        let findings = laid_over(&base, &[province, county]).unwrap_err();
        assert_eq!(told(&findings), [expected]);
    }
}
