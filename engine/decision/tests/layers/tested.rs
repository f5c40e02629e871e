//! Tests again on the merged table: those of the layers below, and the overlay's own.

use peygir_source::{Diagnostics, Severity};

use crate::kit::{laid_over, national, told};

fn findings(bodies: &[&str]) -> Diagnostics {
    match laid_over(&national(), bodies) {
        Ok((table, found)) => {
            assert!(table.run_tests().iter().all(|outcome| outcome.passed), "{bodies:?}");
            found
        }
        Err(found) => found,
    }
}

#[test]
fn a_test_of_a_rule_that_the_overlay_changes_is_a_note() {
    for (body, line) in [
        ("replace: { water: { then: { agency: a } } }\n", 4),
        ("replace: { water: { when: { topic: sewage } } }\n", 4),
        ("title: t\ndisable: [water]\n", 5),
    ] {
        let found = findings(&[body]);
        assert_eq!(told(&found), [format!("PG-T051 layer-1.overlay.yaml:{line}")], "{body}");
        let one = &found.list[0];
        assert_eq!(one.severity, Severity::Information);
        assert!(one.message.contains("test pipes (route.table.yaml:"), "{one:?}");
        assert!(one.message.contains("abfa") && one.message.contains("before"), "{one:?}");
    }
}

const TAKES: &str = "insert:
  - before: municipal
    rule: { id: streets, when: { topic: street }, then: { agency: streets } }
";

#[test]
fn a_test_that_an_inserted_rule_takes_is_an_error_unless_it_is_meant() {
    let found = findings(&[TAKES]);
    assert_eq!(told(&found), ["PG-T050 layer-1.overlay.yaml:6"]);
    assert!(found.list[0].message.contains("test holes (route.table.yaml:21)"), "{found:?}");
    let meant = format!("{TAKES}supersedes:\n  - {{ test: holes, why: streets have a desk of their own }}\n");
    assert_eq!(told(&findings(&[&meant])), [""; 0]);
    let unneeded = meant.replace("test: holes", "test: pipes");
    let found = findings(&[&unneeded]);
    assert_eq!(told(&found), ["PG-T050 layer-1.overlay.yaml:6", "PG-T052 layer-1.overlay.yaml:8"]);
    assert_eq!(found.list[1].severity, Severity::Warning);
}

#[test]
fn a_rule_that_is_made_wider_takes_tests_as_an_inserted_one_does() {
    let body = "replace: { water: { when: { topic: [water, street] } } }\n";
    assert_eq!(told(&findings(&[body])), ["PG-T050 layer-1.overlay.yaml:4"]);
    let meant = format!("{body}supersedes: [{{ test: holes, why: pipes under streets }}]\n");
    assert_eq!(told(&findings(&[&meant])), [""; 0]);
}

#[test]
fn a_superseded_test_stays_so_in_the_layers_above() {
    let meant = format!("{TAKES}supersedes:\n  - {{ test: holes, why: streets have a desk of their own }}\n");
    assert_eq!(told(&findings(&[&meant, "replace: { electricity: { title: برق } }\n"])), [""; 0]);
}

#[test]
fn tests_of_a_province_are_run_for_its_counties() {
    let province = format!(
        "{TAKES}supersedes:\n  - {{ test: holes, why: a desk of their own }}\ntests:\n  - {{ name: desk, given: {{ topic: street, city: x }}, expect: {{ rule: streets }} }}\n"
    );
    let county = "insert:\n  - { before: streets, rule: { id: county, when: { topic: street, city: x }, then: { agency: c } } }\n";
    let found = findings(&[&province, county]);
    assert_eq!(told(&found), ["PG-T050 layer-2.overlay.yaml:5"]);
    assert!(found.list[0].message.contains("test desk (layer-1.overlay.yaml:10)"), "{found:?}");
}

#[test]
fn the_overlays_own_tests_must_pass() {
    let body = "replace: { water: { title: آب } }\ntests:\n  - { name: mine, given: { topic: park, city: x }, expect: { rule: water } }\n";
    assert_eq!(told(&findings(&[body])), ["PG-T015 layer-1.overlay.yaml:6"]);
    let unknown = body.replace("rule: water }", "rule: watr }");
    assert_eq!(told(&findings(&[&unknown])), ["PG-T007 layer-1.overlay.yaml:6"]);
}

#[test]
fn a_decision_that_fails_is_never_meant() {
    let base = crate::kit::NATIONAL.replace("given: { topic: water, city: x }", "given: { topic: water }");
    let body = "replace: { water: { then: { agency: '{city}-abfa' } } }\nsupersedes: [{ test: pipes, why: w }]\n";
    let found = laid_over(&crate::kit::table(&base), &[body]).unwrap_err();
    assert_eq!(told(&found), ["PG-T050 layer-1.overlay.yaml:4", "PG-T052 layer-1.overlay.yaml:5"]);
    assert!(found.list[0].message.contains("which has no value"), "{found:?}");
}

#[test]
fn tests_without_names_go_by_their_numbers() {
    let base = crate::kit::NATIONAL.replace("name: holes, ", "");
    let meant = format!("{TAKES}supersedes:\n  - {{ test: 3, why: a desk of their own }}\n");
    let merged = laid_over(&crate::kit::table(&base), &[&meant]);
    assert!(merged.is_ok(), "{merged:#?}");
}
