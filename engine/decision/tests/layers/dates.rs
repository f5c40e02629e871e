//! Overlays with dates: the day before, the first day, the last day, the day after.

use peygir_decision::{Table, WhyNot};
use serde_json::json;

use crate::kit::{NATIONAL, day, decide, laid_over, merged, national, table, told};

const AZAR: &str = "effective: { from: 1405/09/01, until: 1405/12/29 }\n";
const DAYS: [&str; 4] = ["1405/08/30", "1405/09/01", "1405/12/29", "1406/01/01"];

/// The rule and the agency on the day before, the first, the last and the day after.
fn check(table: &Table, topic: &str, expected: [(&str, &str); 4]) {
    for (on, (rule, agency)) in DAYS.iter().zip(expected) {
        let decision = decide(table, json!({ "topic": topic, "city": "x" }), day(on));
        let got = (decision.rule.as_str(), decision.outputs["agency"].as_str().unwrap());
        assert_eq!(got, (rule, agency), "{topic} on {on}");
    }
}

#[test]
fn inserted_rules_carry_the_overlays_dates() {
    let body = format!(
        "{AZAR}insert:\n  - {{ before: municipal, rule: {{ id: parks, when: {{ topic: park }}, then: {{ agency: parks }} }} }}\n"
    );
    let table = merged(&[&body]);
    let (out, within) = (("municipal", "shahrdari-x"), ("parks", "parks"));
    check(&table, "park", [out, within, within, out]);
    let before = decide(&table, json!({ "topic": "park", "city": "x" }), day(DAYS[0]));
    let stopped = before.not_fired.iter().find(|one| one.rule == "parks").unwrap();
    assert_eq!((&stopped.why, stopped.layer), (&WhyNot::NotInForce, 1));
}

#[test]
fn a_replaced_rule_stays_on_the_other_days() {
    let table = merged(&[&format!("{AZAR}replace: {{ water: {{ then: {{ agency: winter }} }} }}\n")]);
    let (out, within) = (("water", "abfa"), ("water", "winter"));
    check(&table, "water", [out, within, within, out]);
    let rows: Vec<_> = table.rules().iter().filter(|rule| rule.id == "water").collect();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].changed_by, rows[0].effective.is_some(), rows[0].except.len()), (Some(1), true, 0));
    assert_eq!((rows[1].changed_by, rows[1].effective.is_some(), rows[1].except.len()), (None, false, 1));
}

#[test]
fn a_disabled_rule_rests_on_the_overlays_days() {
    let table = merged(&[&format!("{AZAR}disable: [water]\n")]);
    let (out, within) = (("water", "abfa"), ("otherwise", "ostandari"));
    check(&table, "water", [out, within, within, out]);
    assert_eq!(table.disabled().len(), 0);
}

#[test]
fn either_end_may_be_open() {
    let body =
        |ends: &str| format!("effective: {{ {ends} }}\nreplace: {{ water: {{ then: {{ agency: winter }} }} }}\n");
    let (out, within) = (("water", "abfa"), ("water", "winter"));
    check(&merged(&[&body("from: 1405/09/01")]), "water", [out, within, within, within]);
    check(&merged(&[&body("until: 1405/12/29")]), "water", [within, within, within, out]);
}

#[test]
fn a_layer_above_changes_both_forms_of_a_rule() {
    let province = format!("{AZAR}replace: {{ water: {{ when: {{ topic: water }} }} }}\n");
    let county = "replace: { water: { then: { agency: county } } }\n";
    let table = merged(&[&province, county]);
    let (county, none) = (("water", "county"), ("otherwise", "ostandari"));
    check(&table, "water", [county; 4]);
    check(&table, "sewage", [county, none, none, county]);
    assert!(table.rules().iter().filter(|rule| rule.id == "water").all(|rule| rule.changed_by == Some(2)));
}

#[test]
fn dated_layers_may_overlap_in_time() {
    let province = format!("{AZAR}replace: {{ water: {{ then: {{ agency: winter }} }} }}\n");
    let county = "effective: { from: 1405/12/29 }\nreplace: { water: { then: { agency: spring } } }\n";
    let table = merged(&[&province, county]);
    let row = |agency| ("water", agency);
    check(&table, "water", [row("abfa"), row("winter"), row("spring"), row("spring")]);
    assert_eq!(table.rules().iter().filter(|rule| rule.id == "water").count(), 4);
    // A layer without dates takes out all forms.
    let table = merged(&[&province, county, "disable: [water]\n"]);
    check(&table, "water", [("otherwise", "ostandari"); 4]);
}

#[test]
fn a_replaced_date_stays_within_the_layers_below() {
    let body = "replace: { water: { effective: { from: 1405/09/01, until: 1405/12/29 } } }\n";
    let table = merged(&[&format!("{body}tests: []\nsupersedes: []\n")]);
    let (out, within) = (("otherwise", "ostandari"), ("water", "abfa"));
    check(&table, "water", [out, within, within, out]);
    let never = format!("{AZAR}replace: {{ water: {{ effective: {{ until: 1405/08/30 }} }} }}\n");
    assert_eq!(told(&laid_over(&national(), &[&never]).unwrap_err()), ["PG-T049 layer-1.overlay.yaml:5"]);
}

#[test]
fn what_is_never_in_force_is_refused() {
    let dated = NATIONAL.replace("hit: first\n", "hit: first\neffective: { until: 1405/06/31 }\n");
    let findings = laid_over(&table(&dated), &[&format!("{AZAR}disable: [water]\n")]).unwrap_err();
    assert_eq!(told(&findings), ["PG-T049 layer-1.overlay.yaml:4"]);
    let inserted = format!(
        "{AZAR}insert:\n  - before: municipal\n    rule: {{ id: a, effective: {{ until: 1405/08/30 }}, when: {{ topic: park }}, then: {{ agency: a }} }}\n"
    );
    assert_eq!(told(&laid_over(&national(), &[&inserted]).unwrap_err()), ["PG-T049 layer-1.overlay.yaml:7"]);
}

#[test]
fn a_dated_overlay_touches_the_tests_of_its_days_only() {
    let body = format!(
        "{AZAR}replace: {{ water: {{ then: {{ agency: winter }} }} }}
tests:
  - {{ name: before, on: 1405/08/30, given: {{ topic: water, city: x }}, expect: {{ agency: abfa }} }}
  - {{ name: within, given: {{ topic: water, city: x }}, expect: {{ agency: winter }} }}
  - {{ name: after, on: 1406/01/01, given: {{ topic: water, city: x }}, expect: {{ agency: abfa }} }}
"
    );
    let (table, found) = laid_over(&national(), &[&body]).unwrap();
    assert_eq!(told(&found), ["PG-T051 layer-1.overlay.yaml:5"]);
    assert!(found.list[0].message.contains("on 1405/09/01"), "{found:?}");
    // The base's own test is still run on the other days.
    let outcomes = table.run_tests();
    assert_eq!(outcomes.len(), 8);
    assert!(outcomes.iter().all(|outcome| outcome.passed), "{outcomes:#?}");
    let wrong = body.replace("name: after, on: 1406/01/01", "name: after, on: 1405/12/29");
    let findings = laid_over(&national(), &[&wrong]).unwrap_err();
    assert!(told(&findings).contains(&"PG-T015 layer-1.overlay.yaml:9".to_owned()), "{findings:#?}");
}
