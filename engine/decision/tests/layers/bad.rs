//! What is refused, each with its code and its line in the overlay's file.

use peygir_decision::{Layer, Overlay, Table};
use peygir_source::Severity;

use crate::kit::{BODY_LINE, NATIONAL, laid_over, national, overlay, table, told};

/// The findings of one overlay over the national table: code and line, the first line of the body being 1.
fn check(body: &str, expected: &[(&str, u32)]) {
    check_over(&national(), &[body], expected);
}

fn check_over(base: &Table, bodies: &[&str], expected: &[(&str, u32)]) {
    let findings = laid_over(base, bodies).err().unwrap_or_else(|| panic!("{bodies:?} was taken"));
    let errors: Vec<_> = findings.list.iter().filter(|one| one.severity == Severity::Error).collect();
    let found: Vec<_> = errors.iter().map(|one| (one.code, one.span.line - (BODY_LINE - 1))).collect();
    assert_eq!(found, expected, "{bodies:?}: {findings:#?}");
    for one in errors {
        assert_eq!(one.file, format!("layer-{}.overlay.yaml", bodies.len()), "{bodies:?}");
        assert!(one.span.column >= 1 && !one.message_fa.is_empty(), "{one:?}");
    }
}

fn rule(id: &str, rest: &str) -> String {
    format!("{{ id: {id}, {rest} then: {{ agency: a }} }}")
}

#[test]
fn forms_that_cannot_be_read() {
    for (body, expected) in [
        ("replac: {}\ntests: []\n", vec![("PG-T002", 1)]),
        ("replace: []\n", vec![("PG-T003", 1)]),
        ("replace: { water: {} }\n", vec![("PG-T049", 1)]),
        ("replace: { water: { thn: {} } }\n", vec![("PG-T002", 1)]),
        ("insert:\n  - { rule: { id: a, then: {} } }\n", vec![("PG-T003", 2)]),
        ("insert:\n  - { before: water, after: water, rule: {} }\n", vec![("PG-T003", 2)]),
        ("insert:\n  - { before: water }\n", vec![("PG-T003", 2)]),
        ("disable: [1]\n", vec![("PG-T003", 1)]),
        ("disable: [water, water]\n", vec![("PG-T049", 1)]),
        ("disable: [water]\nsupersedes:\n  - { test: pipes }\n", vec![("PG-T003", 3)]),
        ("disable: [water]\nsupersedes:\n  - { why: a }\n", vec![("PG-T003", 3)]),
        ("disable: [water]\neffective: { from: 1405/13/01 }\n", vec![("PG-T017", 2)]),
        ("disable: [water]\neffective: { from: 1405/02/01, until: 1405/01/31 }\n", vec![("PG-T017", 2)]),
        ("disable: [water]\neffective: {}\n", vec![("PG-T017", 2)]),
        ("title: { fa: a }\ndisable: [water]\n", vec![("PG-T003", 1)]),
    ] {
        check(body, &expected);
    }
    let empty = laid_over(&national(), &["description: nothing else\n"]).unwrap_err();
    assert_eq!(told(&empty), ["PG-T049 layer-1.overlay.yaml:1"]);
}

#[test]
fn names_that_the_base_does_not_have_are_told_with_the_nearest() {
    check("replace: { watr: { then: { agency: a } } }\n", &[("PG-T007", 1)]);
    check("disable: [municpal]\n", &[("PG-T007", 1)]);
    let body = format!("insert:\n  - {{ before: othrwise, rule: {} }}\n", rule("a", ""));
    let findings = laid_over(&national(), &[&body]).unwrap_err();
    assert_eq!(findings.list[0].code, "PG-T007");
    assert_eq!(findings.list[0].help.as_ref().unwrap().en, "did you mean \"otherwise\"?");
    check("replace: { water: { when: { topc: water } } }\n", &[("PG-T007", 1)]);
    check("replace: { water: { then: { agncy: a } } }\n", &[("PG-T013", 1), ("PG-T007", 1)]);
    check("limits: { dayz: { max: 3 } }\n", &[("PG-T007", 1)]);
    check("disable: [water]\nsupersedes:\n  - { test: pipez, why: a }\n", &[("PG-T007", 3)]);
}

#[test]
fn a_rule_that_a_layer_below_took_out_is_named_with_that_layer() {
    let findings = laid_over(&national(), &["disable: [water]\n", "disable: [water]\n"]).unwrap_err();
    assert_eq!(told(&findings), ["PG-T051 layer-1.overlay.yaml:4", "PG-T043 layer-2.overlay.yaml:4"]);
    assert!(findings.list[1].message.contains("layer-1"), "{findings:?}");
}

#[test]
fn cells_and_answers_are_typed_by_the_base() {
    check("replace: { water: { when: { topic: 3 } } }\n", &[("PG-T008", 1)]);
    check("replace: { water: { when: { topic: wather } } }\n", &[("PG-T019", 1)]);
    check("replace: { water: { then: { agency: a, days: 16 } } }\n", &[("PG-T012", 1)]);
    check("replace: { water: { then: { days: 3 } } }\n", &[("PG-T013", 1)]);
    check("replace: { water: { then: { agency: '{nowhere}' } } }\n", &[("PG-T007", 1)]);
    let body = format!("insert:\n  - before: water\n    rule: {}\n", rule("a", "when: { urgent: 1 },"));
    check_first(&body, "PG-T008");
    let tests = "disable: [water]\ntests:\n  - { given: { topc: water }, expect: { rule: water } }\n";
    check(tests, &[("PG-T007", 3), ("PG-T007", 3)]);
}

fn check_first(body: &str, code: &str) {
    let findings = laid_over(&national(), &[body]).unwrap_err();
    assert_eq!(findings.list[0].code, code, "{body}: {findings:#?}");
}

#[test]
fn another_base_and_another_version() {
    let read = |extends: &str| {
        let text =
            format!("kind: decision-table-overlay\nextends: {extends}\nversion: 0.3.0\ndisable: [water, nobody]\n");
        overlay(&text).unwrap()
    };
    let findings = |overlay: &Overlay| {
        let layer = Layer::new(overlay, "p", "f.overlay.yaml");
        told(&national().merge(&[layer]).unwrap_err())
    };
    assert_eq!(findings(&read("{ id: rout, version: '^1.4' }")), ["PG-T041 f.overlay.yaml:2"]);
    assert_eq!(findings(&read("{ id: route, version: '^1.5' }")), ["PG-T042 f.overlay.yaml:2"]);
    assert_eq!(findings(&read("{ id: route, version: '~1.3' }")), ["PG-T042 f.overlay.yaml:2"]);
    let newer = table(&NATIONAL.replace("version: 1.4.2", "version: 2.0.0"));
    let of_range = laid_over(&newer, &["disable: [water]\n"]).unwrap_err();
    assert_eq!(of_range.list[0].code, "PG-T042");
    assert!(of_range.list[0].help.as_ref().unwrap().en.contains("peygir rebase"));
    for text in [
        "route",
        "{ id: route }",
        "{ version: '^1' }",
        "{ id: route, version: soon }",
        "{ id: Route X, version: '^1' }",
    ] {
        let text = format!("kind: decision-table-overlay\nextends: {text}\nversion: 0.3.0\ndisable: [water]\n");
        assert!(overlay(&text).is_err(), "{text}");
    }
    assert_eq!(overlay("kind: decision-table\n").unwrap_err().list[0].code, "PG-T001");
}

#[test]
fn ids_are_taken_once() {
    let insert = |id: &str| format!("  - {{ after: water, rule: {} }}\n", rule(id, "when: { topic: park },"));
    check(&format!("insert:\n{}", insert("municipal")), &[("PG-T048", 2)]);
    check(&format!("insert:\n{}{}", insert("a"), insert("a")), &[("PG-T048", 3)]);
    check(&format!("disable: [electricity]\ninsert:\n{}", insert("electricity")), &[("PG-T048", 3)]);
    let above = format!("insert:\n{}", insert("electricity"));
    check_over(&national(), &["disable: [electricity]\n", &above], &[("PG-T048", 2)]);
}

#[test]
fn what_has_no_effect_is_refused() {
    check("replace: { water: { then: { agency: abfa } } }\n", &[("PG-T049", 1)]);
    check("replace: { water: { when: { topic: [water, sewage] } } }\n", &[("PG-T049", 1)]);
    check("replace: { water: { then: { agency: a } } }\ndisable: [water]\n", &[("PG-T049", 1)]);
    check("limits: { days: { max: 15 } }\n", &[("PG-T049", 1)]);
    check("limits: { days: {} }\n", &[("PG-T049", 1)]);
}

#[test]
fn the_catch_all_only_stays_last() {
    check("disable: [otherwise]\n", &[("PG-T046", 1)]);
    check("replace: { otherwise: { when: { topic: park }, then: { agency: a } } }\n", &[("PG-T046", 1)]);
    check("replace: { otherwise: { effective: { from: 1405/01/01 } } }\n", &[("PG-T046", 1)]);
    check(&format!("insert:\n  - {{ after: otherwise, rule: {} }}\n", rule("a", "")), &[("PG-T046", 2)]);
    check(&format!("insert:\n  - {{ before: otherwise, rule: {} }}\n", rule("a", "last: true,")), &[("PG-T046", 2)]);
}

#[test]
fn all_errors_of_all_layers_come_at_once() {
    let first = "replace:\n  watr: { then: { agency: a } }\n  emergency: { then: { agency: a } }\ndisable: [otherwise]\nlimits: { days: { max: 20 } }\n";
    let second = "disable: [emergency, nobody]\n";
    let findings = laid_over(&national(), &[first, second]).unwrap_err();
    let mut found = told(&findings);
    found.sort();
    assert_eq!(
        found,
        [
            "PG-T007 layer-1.overlay.yaml:5",
            "PG-T007 layer-2.overlay.yaml:4",
            "PG-T044 layer-1.overlay.yaml:6",
            "PG-T044 layer-2.overlay.yaml:4",
            "PG-T046 layer-1.overlay.yaml:7",
            "PG-T047 layer-1.overlay.yaml:8",
        ]
    );
}

/// As packs are read: what stands is laid over the table beside what is wrong in its form.
fn told_of_what_stands(base: &Table, body: &str) -> Vec<String> {
    let node = peygir_source::yaml::parse(&crate::kit::text_of(body)).unwrap();
    let (overlay, mut found) = Overlay::read_what_stands(&node, crate::kit::key);
    let overlay = overlay.expect("an overlay");
    found.extend(base.lay(&[Layer::new(&overlay, "p", "f")]).1);
    found.list.iter().map(|one| format!("{}:{}", one.code, one.span.line + 1 - BODY_LINE)).collect()
}

#[test]
fn a_replacement_with_a_member_that_is_refused_is_not_told_to_change_nothing() {
    let ranked = NATIONAL.replace("hit: first", "hit: priority").replace("locked: true", "priority: 9");
    let ranked = table(&ranked.replace("{ id: water,", "{ id: water, priority: 3,"));
    assert_eq!(told_of_what_stands(&ranked, "replace: { water: { priority: 5 } }\n"), ["PG-T002:1"]);
    let same = "replace: { water: { priority: 5, then: { agency: abfa } } }\n";
    assert_eq!(told_of_what_stands(&ranked, same), ["PG-T002:1"]);
    for empty in ["{}", "{ why: so }"] {
        let body = format!("replace: {{ water: {empty} }}\n");
        assert_eq!(told_of_what_stands(&national(), &body), ["PG-T049:1"], "{empty}");
    }
    let alone = "replace: { water: { then: { agency: abfa } } }\n";
    assert_eq!(told_of_what_stands(&national(), alone), ["PG-T049:1"]);
}
