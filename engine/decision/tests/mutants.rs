//! Faults put into a table on purpose: which there are, and what notices them.

use std::collections::BTreeSet;

use peygir_decision::{
    Table,
    analysis::{Finding, Outcome},
    mutants::{By, Judge, Kind, Verdict, caught, mutants, score},
};
use peygir_source::yaml;

const ROUTING: &str = include_str!("route-agency.table.yaml");

fn key(text: &str) -> String {
    text.to_lowercase()
}

fn table(text: &str) -> Table {
    let text = text.strip_suffix("tests:\n").unwrap_or(text);
    Table::read(&yaml::parse(text).unwrap(), key).unwrap_or_else(|findings| panic!("{text}: {findings:#?}")).0
}

const TABLE: &str = "kind: decision-table
id: t
version: 1.0.0
hit: first
inputs:
  topic: { type: string }
  severity: { type: integer, min: 0, max: 9 }
outputs:
  agency: { type: string, values: [a, b, c] }
  days: { type: integer, default: 10, min: 1, max: 15 }
rules:
  - { id: grave, when: { severity: '>= 8' }, then: { agency: a, days: 1 } }
  - { id: water, when: { topic: [water, sewage] }, then: { agency: b } }
  - { id: street, when: { topic: street }, then: { agency: c, days: 15 } }
  - { id: otherwise, last: true, then: { agency: a } }
tests:
";

#[test]
fn every_kind_of_fault_is_put_in() {
    let list = mutants(&table(TABLE));
    let of = |kind: Kind| {
        list.iter().filter(|mutant| mutant.kind == kind).map(|mutant| mutant.what.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of(Kind::Deleted), ["rule grave is taken out", "rule water is taken out", "rule street is taken out"]);
    assert_eq!(of(Kind::Moved), ["rule grave is moved below water", "rule water is moved below street"]);
    assert_eq!(
        of(Kind::Shadowed),
        [
            "rule grave is widened over water",
            "rule water is widened over street",
            "rule street is widened over otherwise"
        ]
    );
    assert_eq!(
        of(Kind::Cell),
        [
            "rule grave asks of severity >= 7 (>= 8)",
            "rule grave asks of severity >= 9 (>= 8)",
            "rule water asks of topic no alternative 1 (one of water, sewage)",
            "rule water asks of topic no alternative 2 (one of water, sewage)"
        ]
    );
    assert!(of(Kind::Limit).contains(&"rule street answers 16 in days"), "{:?}", of(Kind::Limit));
    assert!(of(Kind::Limit).contains(&"rule water answers \"outside-of-values\" in agency"));
    assert!(of(Kind::Output).contains(&"rule street answers 14 in days"), "{:?}", of(Kind::Output));
    let names: BTreeSet<&str> = list.iter().map(|mutant| mutant.what.as_str()).collect();
    assert_eq!(names.len(), list.len());
    assert!(list.iter().all(|mutant| !mutant.what_fa.is_empty()));
}

#[test]
fn what_notices_a_fault_is_told() {
    let original = table(&format!(
        "{TABLE}  - {{ name: a pipe, given: {{ topic: water, severity: 7 }}, expect: {{ rule: water }} }}\n"
    ));
    let judge = Judge::new(&original);
    let by = |what: &str| {
        let mutant = mutants(&original).into_iter().find(|mutant| mutant.what == what).unwrap();
        (caught(&original, &mutant), judge.judge(&mutant))
    };
    let is_test = |found: Option<By>| matches!(found, Some(By::Test(name)) if name == "a pipe");
    assert!(is_test(by("rule water is taken out").0));
    assert!(is_test(by("rule grave asks of severity >= 7 (>= 8)").0));
    assert_eq!(by("rule street answers 16 in days").0, Some(By::Limit));
    // Widening `street` over the catch-all leaves the catch-all nothing, which is no fault by itself: no test names it.
    assert_eq!(by("rule street is widened over otherwise").0, None);
    let (found, _) = by("rule water is widened over street");
    assert!(
        matches!(&found, Some(By::Analysis(finding)) if matches!(&**finding, Finding::NeverFires { rule, .. } if rule == "street")),
        "{found:?}"
    );
    // These two have nothing in common, so that their order means nothing.
    assert_eq!(by("rule water is moved below street").1, Verdict::Equivalent);
    let (found, verdict) = by("rule street is taken out");
    assert_eq!(found, None);
    let Verdict::Survived(Some(missing)) = verdict else { panic!("{verdict:?}") };
    assert_eq!(missing.inputs["topic"], "street");
    assert!(matches!(missing.right, Outcome::Answered { rule, .. } if rule == "street"));
    assert!(matches!(missing.wrong, Outcome::Answered { rule, .. } if rule == "otherwise"));
}

/// Whether a limit or a lock holds is asked of what reads and merges tables: faults of a table are not noticed by one that has
/// neither.
#[test]
fn limits_and_locks_hold_by_what_refuses_them() {
    let strict = TABLE.replace("{ id: grave,", "{ id: grave, locked: true,");
    let loose =
        strict.replace(", min: 1, max: 15", "").replace(", values: [a, b, c]", "").replace(" locked: true,", "");
    let (strict, loose) = (table(&strict), table(&loose));
    let broken: Vec<_> = mutants(&strict).into_iter().filter(|mutant| mutant.kind == Kind::Limit).collect();
    for what in [
        "rule street answers 16 in days",
        "an overlay lets days be 16",
        "an overlay lets days be 0",
        "an overlay lets agency be \"outside-of-values\"",
        "an overlay answers 16 in days for rule street",
        "an overlay answers \"outside-of-values\" in agency for rule otherwise",
        "an overlay changes the locked rule grave",
        "an overlay takes out the locked rule grave",
        "an overlay puts a rule before the locked rule grave",
    ] {
        let mutant = broken.iter().find(|mutant| mutant.what == what).unwrap_or_else(|| panic!("{what}: {broken:#?}"));
        assert_eq!(caught(&strict, mutant), Some(By::Limit), "{what}");
        assert!(!matches!(caught(&loose, mutant), Some(By::Limit)), "{what}: nothing refuses it there");
    }
    assert!(broken.iter().all(|mutant| caught(&strict, mutant) == Some(By::Limit)), "{broken:#?}");
    // That it changes no decision of today does not count as being held.
    let wider = broken.iter().find(|mutant| mutant.what == "an overlay lets days be 16").unwrap();
    assert_eq!(Judge::new(&loose).judge(wider), Verdict::Survived(None));
}

/// The tests that are missing, written down, notice every fault.
#[test]
fn the_tests_that_are_missing_are_enough() {
    let mut text = TABLE.to_owned();
    let mut missing = score(&table(&text)).survivors;
    assert!(missing.len() > 10, "{missing:?}");
    for _ in 0..200 {
        let Some((_, _, found)) = missing.first() else { break };
        let found = found.as_ref().unwrap();
        let Outcome::Answered { rule, outputs, .. } = &found.right else { panic!("{found:?}") };
        let given = serde_json::to_string(&found.inputs).unwrap();
        let mut expect = outputs.clone();
        expect["rule"] = rule.clone().into();
        text.push_str(&format!("  - given: {given}\n    expect: {expect}\n"));
        missing = score(&table(&text)).survivors;
    }
    let score = score(&table(&text));
    assert_eq!((score.survived(), score.caught_per_mille()), (0, 1000), "{text}{score:?}");
    assert!(score.equivalent() > 0 && score.caught() > 20, "{score:?}");
}

#[test]
fn the_routing_table_is_scored() {
    let score = score(&table(ROUTING));
    let total = score.caught() + score.survived() + score.equivalent();
    assert_eq!(total, mutants(&table(ROUTING)).len());
    assert!(
        score
            .survivors
            .iter()
            .all(|(what, what_fa, missing)| { !what.is_empty() && !what_fa.is_empty() && missing.is_some() }),
        "{score:?}"
    );
}

/// What stops rules is noted by their places: a table whose rules were taken out or moved tells its own.
#[test]
fn a_mutant_tells_its_own_rules() {
    let original = table(TABLE);
    let given = [("topic".to_owned(), "park".into()), ("severity".to_owned(), 1.into())].into();
    let on = peygir_calendar::Jalali::new(1405, 1, 1).unwrap();
    for mutant in mutants(&original).into_iter().filter(|mutant| mutant.kind != Kind::Limit) {
        let decision = mutant.table.decide(&given, on).unwrap();
        let above = mutant.table.rules().iter().map(|rule| rule.id.as_str()).take_while(|id| decision.rule != *id);
        let told: Vec<&str> = decision.not_fired.iter().map(|rule| rule.rule.as_str()).collect();
        assert_eq!(told, above.collect::<Vec<_>>(), "{}", mutant.what);
    }
}
