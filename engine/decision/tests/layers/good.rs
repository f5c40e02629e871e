//! What overlays do, undated: over one, two and three layers.

use serde_json::{Value, json};

use crate::kit::{NATIONAL, any_day, decide, laid_over, merged, national, table};

fn rules(table: &peygir_decision::Table) -> Vec<&str> {
    table.rules().iter().map(|rule| rule.id.as_str()).collect()
}

const PROVINCE: &str = "title: { fa: خراسان رضوی, en: Razavi Khorasan }
replace:
  electricity: { then: { agency: tavanir-mashhad, days: 7 } }
insert:
  - { before: municipal, rule: { id: shrine, when: { topic: street, city: mashhad }, then: { agency: astan } } }
  - { before: municipal, rule: { id: parks, when: { topic: park }, then: { agency: parks } } }
disable: [water]
supersedes:
  - { test: holes, why: the streets of Mashhad are around the shrine }
";
const COUNTY: &str = "replace:
  shrine: { when: { topic: [street, park], city: mashhad }, title: حریم حرم }
insert:
  - { after: electricity, rule: { id: county-desk, when: { topic: sewage }, then: { agency: county } } }
";
const AGENCY: &str = "replace:
  county-desk: { then: { agency: desk-2, days: 3 } }
  otherwise: { then: { agency: agency-desk } }
";

#[test]
fn a_replaced_member_is_replaced_whole_and_the_rest_stays() {
    let table = merged(&[PROVINCE]);
    let rule = table.rule("electricity").unwrap();
    assert_eq!((rule.layer, rule.changed_by, rule.file.as_str()), (0, Some(1), "route.table.yaml"));
    assert_eq!(rule.when().len(), 1);
    let decision = decide(&table, json!({ "topic": "electricity", "city": "x" }), any_day());
    assert_eq!(decision.outputs, json!({ "agency": "tavanir-mashhad", "days": 7 }));
    assert_eq!((decision.fired[0].layer, decision.fired[0].changed_by), (0, Some(1)));
    assert_eq!(decision.because["topic"], "electricity");
}

/// Those that were taken out and would have answered: they held, and stood above the rule that answered, also where the rule behind
/// them is gone, too.
#[test]
fn what_was_taken_out_and_would_have_answered_is_known() {
    let missed = |text: &str, bodies: &[&str], given: Value| {
        let (table, _) = laid_over(&table(text), bodies).unwrap();
        let decision = decide(&table, given, any_day());
        table.missed(&decision, any_day()).iter().map(|out| (out.id().to_owned(), out.layer)).collect::<Vec<_>>()
    };
    let two = ["title: t\ndisable: [electricity]\n", "title: t\ndisable: [water]\n"];
    let out = |id: &str, layer| (id.to_owned(), layer);
    assert_eq!(missed(NATIONAL, &two, json!({ "topic": "water", "city": "x" })), [out("water", 2)]);
    assert_eq!(missed(NATIONAL, &two, json!({ "topic": "electricity", "city": "x" })), [out("electricity", 1)]);
    assert_eq!(missed(NATIONAL, &two, json!({ "topic": "street", "city": "x" })), []);
    assert_eq!(missed(NATIONAL, &two, json!({ "topic": "water", "city": "x", "urgent": true })), []);
    // What stood below the rule that answers would not have.
    let above = "insert: [ { before: water, rule: { id: mine, when: { topic: water }, then: { agency: a } } } ]\nsupersedes: [ { test: pipes, why: w } ]\n";
    assert_eq!(missed(NATIONAL, &[above, two[1]], json!({ "topic": "water", "city": "x" })), []);
    let ranked = NATIONAL
        .replace("hit: first", "hit: priority")
        .replace("id: emergency, locked: true", "id: emergency, priority: 9")
        .replace("{ topic: [water, sewage] }", "{ topic: [water, sewage] }, priority: 2");
    let other = "insert: [ { after: water, rule: { id: mine, when: { topic: water }, priority: PRIORITY, then: { agency: a } } } ]\ndisable: [ water ]\n";
    for (priority, is_missed) in [("1", true), ("2", true), ("3", false)] {
        let found = missed(&ranked, &[&other.replace("PRIORITY", priority)], json!({ "topic": "water", "city": "x" }));
        assert_eq!(!found.is_empty(), is_missed, "{priority}");
    }
}

#[test]
fn insertions_keep_their_order_and_disabled_rules_are_gone() {
    let table = merged(&[PROVINCE]);
    assert_eq!(rules(&table), ["emergency", "electricity", "shrine", "parks", "municipal", "otherwise"]);
    assert_eq!(table.disabled().iter().map(|out| (out.id(), out.layer)).collect::<Vec<_>>(), [("water", 1)]);
    let decision = decide(&table, json!({ "topic": "water", "city": "x" }), any_day());
    assert_eq!(decision.rule, "otherwise");
    let decision = decide(&table, json!({ "topic": "street", "city": "mashhad" }), any_day());
    assert_eq!((decision.rule.as_str(), decision.fired[0].layer), ("shrine", 1));
}

#[test]
fn three_layers_stand_on_each_other() {
    let table = merged(&[PROVINCE, COUNTY, AGENCY]);
    assert_eq!(rules(&table), ["emergency", "electricity", "county-desk", "shrine", "parks", "municipal", "otherwise"]);
    let layers: Vec<_> = table.layers().iter().map(|layer| (layer.pack.as_str(), layer.version.as_str())).collect();
    assert_eq!(layers, [("national", "1.4.2"), ("layer-1", "0.3.0"), ("layer-2", "0.3.0"), ("layer-3", "0.3.0")]);
    assert_eq!(table.layers()[1].title.as_ref().unwrap().en, "Razavi Khorasan");
    for (topic, rule, layer, changed_by, outputs) in [
        ("sewage", "county-desk", 2, Some(3), json!({ "agency": "desk-2", "days": 3 })),
        ("park", "shrine", 1, Some(2), json!({ "agency": "astan", "days": 10 })),
        ("other", "otherwise", 0, Some(3), json!({ "agency": "agency-desk", "days": 10 })),
    ] {
        let decision = decide(&table, json!({ "topic": topic, "city": "mashhad" }), any_day());
        assert_eq!(decision.rule, rule);
        assert_eq!((decision.fired[0].layer, decision.fired[0].changed_by), (layer, changed_by), "{rule}");
        assert_eq!(decision.outputs, outputs, "{rule}");
        assert_eq!(decision.layers.len(), 4);
    }
    assert_eq!(table.rule("shrine").unwrap().title.as_ref().unwrap().fa, "حریم حرم");
    assert_eq!(table.file(2), "layer-2.overlay.yaml");
}

#[test]
fn a_rule_that_is_taken_out_may_still_be_a_place() {
    let table = merged(&["disable: [municipal]\ninsert:
  - { after: municipal, rule: { id: parks, when: { topic: park }, then: { agency: parks } } }
  - { before: municipal, rule: { id: streets, when: { topic: street }, then: { agency: streets } } }
"]);
    assert_eq!(rules(&table), ["emergency", "water", "electricity", "streets", "parks", "otherwise"]);
}

#[test]
fn the_base_stays_as_it_was() {
    let base = national();
    crate::kit::laid_over(&base, &[PROVINCE]).unwrap();
    assert_eq!(rules(&base), ["emergency", "water", "electricity", "municipal", "otherwise"]);
    assert_eq!(base.layers().len(), 1);
}

#[test]
fn no_layer_at_all_is_the_base() {
    let table = merged(&[]);
    assert_eq!(rules(&table), rules(&national()));
}
