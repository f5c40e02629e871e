//! A rule that fails never takes an answer from a locked one.

use std::collections::BTreeMap;

use peygir_calendar::Jalali;
use peygir_decision::{Decision, Fault, Layer, Overlay, Table, WhyNot};
use peygir_source::yaml;
use serde_json::{Value, json};

fn read(hit: &str, rules: &str) -> Table {
    let text = format!(
        "kind: decision-table\nid: t\nversion: 1.0.0\nhit: {hit}\ninputs:\n  topic: {{ type: string }}\n  n: {{ type: integer }}\n  who: {{ type: string }}\noutputs:\n  o: {{ type: string, default: d }}\nrules:\n{rules}  - {{ id: rest, last: true, locked: true, then: {{ o: rest }} }}\n"
    );
    let (table, _) =
        Table::read(&yaml::parse(&text).unwrap(), str::to_lowercase).unwrap_or_else(|found| panic!("{found:#?}"));
    table
}

fn decide(table: &Table, given: Value) -> Result<Decision, Fault> {
    let given: BTreeMap<String, Value> = given.as_object().unwrap().clone().into_iter().collect();
    table.decide(&given, Jalali::new(1405, 1, 1).unwrap())
}

/// `n` is absent, so the expression fails.
const FAULTY: &str = "{ rhai: 'n + 1 > 3' }";

fn faulted(decision: &Decision) -> Vec<&str> {
    let faulted = decision.not_fired.iter().filter(|rule| rule.why == WhyNot::Faulted);
    let told: Vec<&str> = faulted.map(|rule| rule.rule.as_str()).collect();
    let rules: Vec<&str> = decision.faults.iter().filter_map(Fault::rule).collect();
    assert_eq!(told, rules);
    told
}

#[test]
fn a_closed_cell_that_does_not_hold_keeps_the_expression_from_running() {
    let table = read("first", &format!("  - {{ id: a, when: {{ n: {FAULTY}, topic: gas }}, then: {{}} }}\n"));
    let decision = decide(&table, json!({ "topic": "water" })).unwrap();
    assert_eq!((decision.rule.as_str(), faulted(&decision)), ("rest", vec![]));
    assert!(matches!(decide(&table, json!({ "topic": "gas" })), Err(Fault::Cell { .. })));
    // Of alternatives, one that holds is enough.
    let table = read("first", "  - { id: a, when: { n: [ { rhai: 'n + 1 > 3' }, { present: false } ] }, then: {} }\n");
    assert_eq!(decide(&table, json!({})).unwrap().rule, "a");
}

#[test]
fn under_every_policy_a_lock_answers_and_the_fault_is_told() {
    let faulty = format!("  - {{ id: faulty, when: {{ n: {FAULTY} }}, then: {{ o: faulty }} }}\n");
    let lock = "  - { id: lock, locked: true, when: { topic: danger }, then: { o: lock } }\n";
    let plain = "  - { id: plain, when: { topic: gas }, then: { o: plain } }\n";
    for hit in ["first", "unique", "priority", "collect"] {
        let table = read(hit, &format!("{faulty}{lock}{plain}"));
        let decision = decide(&table, json!({ "topic": "danger" })).unwrap_or_else(|fault| panic!("{hit}: {fault}"));
        assert_eq!((decision.rule.as_str(), faulted(&decision)), ("lock", vec!["faulty"]), "{hit}");
        assert_eq!(decision.to_json()["faults"][0]["code"], "PG-T102");
        // Where no lock holds nobody can say who should answer; the catch-all is none, locked or not.
        for topic in ["gas", "other"] {
            let fault = decide(&table, json!({ "topic": topic })).unwrap_err();
            assert_eq!((fault.code(), fault.rule()), ("PG-T102", Some("faulty")), "{hit} {topic}");
        }
        let sound = decide(&table, json!({ "topic": "gas", "n": 1 })).unwrap();
        assert_eq!((sound.rule.as_str(), sound.faults.len()), ("plain", 0), "{hit}");
    }
}

/// What is written for less than what answers can't have answered.
#[test]
fn a_fault_of_a_rule_that_is_outranked_decides_nothing() {
    let rules = |faulty: u16| {
        format!(
            "  - {{ id: faulty, priority: {faulty}, when: {{ n: {FAULTY} }}, then: {{ o: f }} }}\n  - {{ id: plain, priority: 5, when: {{ topic: gas }}, then: {{ o: plain }} }}\n"
        )
    };
    let decision = decide(&read("priority", &rules(4)), json!({ "topic": "gas" })).unwrap();
    assert_eq!((decision.rule.as_str(), faulted(&decision)), ("plain", vec!["faulty"]));
    assert!(decide(&read("priority", &rules(5)), json!({ "topic": "gas" })).is_err(), "it is written first");
    let below = read(
        "first",
        &format!(
            "  - {{ id: plain, when: {{ topic: gas }}, then: {{}} }}\n  - {{ id: faulty, when: {{ n: {FAULTY} }}, then: {{}} }}\n"
        ),
    );
    let decision = decide(&below, json!({ "topic": "gas" })).unwrap();
    assert_eq!((decision.rule.as_str(), decision.faults.len()), ("plain", 0), "nobody asked it");
}

#[test]
fn of_two_that_hold_under_unique_the_locked_one_answers() {
    let rules = "  - { id: plain, when: { n: { rhai: 'n + 1 > 3' } }, then: { o: plain } }\n  - { id: lock, locked: true, when: { topic: danger }, then: { o: lock } }\n";
    let decision = decide(&read("unique", rules), json!({ "topic": "danger", "n": 3 })).unwrap();
    assert_eq!((decision.rule.as_str(), decision.faults[0].code()), ("lock", "PG-T104"));
    let two = rules.replace("id: plain,", "id: plain, locked: true,");
    assert!(matches!(decide(&read("unique", &two), json!({ "topic": "danger", "n": 3 })), Err(Fault::Overlap { .. })));
}

/// With `hit: collect` also what a rule says may fail.
#[test]
fn an_answer_that_cant_be_filled_leaves_the_others() {
    let rules = "  - { id: lock, locked: true, when: { topic: danger }, then: { o: lock } }\n  - { id: who, when: { topic: [danger, gas] }, then: { o: 'to-{who}' } }\n";
    let table = read("collect", rules);
    let decision = decide(&table, json!({ "topic": "danger" })).unwrap();
    assert_eq!((decision.outputs.clone(), faulted(&decision)), (json!([{ "o": "lock" }]), vec!["who"]));
    assert_eq!(decision.faults[0].code(), "PG-T103");
    assert_eq!(decide(&table, json!({ "topic": "gas" })).unwrap_err().code(), "PG-T103");
    assert_eq!(decide(&table, json!({ "topic": "danger", "who": "x" })).unwrap().fired.len(), 2);
}

/// What a province lays over a table with `collect` or `priority`, where everything is asked, does not silence a lock.
#[test]
fn an_overlay_can_not_knock_out_a_lock() {
    for (hit, priority) in [("collect", ["", ""]), ("priority", ["priority: 9, ", "priority: 1, "])] {
        let base = read(
            hit,
            &format!(
                "  - {{ id: lock, {}locked: true, when: {{ topic: danger }}, then: {{ o: lock }} }}\n",
                priority[0]
            ),
        );
        let text = format!(
            "kind: decision-table-overlay\nextends: {{ id: t, version: '^1.0' }}\nversion: 1.0.0\ninsert:\n  - after: lock\n    rule: {{ id: mine, {}when: {{ n: {FAULTY} }}, then: {{ o: mine }} }}\n",
            priority[1]
        );
        let (overlay, _) = Overlay::read(&yaml::parse(&text).unwrap(), str::to_lowercase).unwrap();
        let (table, _) = base.merge(&[Layer::new(&overlay, "p", "p.overlay.yaml")]).unwrap();
        let decision = decide(&table, json!({ "topic": "danger" })).unwrap();
        assert_eq!((decision.rule.as_str(), faulted(&decision)), ("lock", vec!["mine"]), "{hit}");
    }
}
