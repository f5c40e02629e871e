//! Decisions are explained by the tables of their time, whatever was deployed since.

use peygir_core::Id;
use peygir_runtime::desk::{Again, DecisionView, Refusal, Stopped};
use peygir_runtime::sim::World;
use serde_json::json;

use crate::town::*;

const DECIDE: &str = "  - ask: { call: route, with: { note: sealed, size: 3 }, output: { as: '${ {answer: .} }' } }\n";
const ROUTE: &str = "kind: decision-table
id: route
version: 1.0.0
title: { fa: ارجاع, en: Routing }
hit: first
inputs: { size: { type: integer, from: input.size, title: { fa: اندازه, en: size } }, note: { type: string, from: input.note } }
outputs: { agency: { type: string, required: true } }
rules:
  - { id: huge, title: { fa: بزرگ, en: Huge }, when: { size: '> 9' }, then: { agency: far } }
  - { id: middle, when: { size: '>= 3' }, then: { agency: near } }
  - { id: rest, last: true, then: { agency: here } }
";

fn with_route(version: &str, route: &str) -> Files {
    let files = with(base(version, "one"), "rules/route.table.yaml", route);
    with(files, "workflows/decide/workflow.yaml", &flow("decide", "1.0.0", DECIDE))
}

async fn decisions(world: &mut World, stream: Id) -> Result<Vec<DecisionView>, Refusal> {
    let auditor = person("a", "auditor", "nation");
    let case = stream.to_string();
    world.serve(async |desk| desk.case_decisions(&auditor, &case).await).await
}

async fn only(world: &mut World, stream: Id) -> DecisionView {
    let mut all = decisions(world, stream).await.unwrap();
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

#[tokio::test]
async fn a_decision_is_made_again_by_the_edition_of_its_time() {
    let mut world = world(&[with_route("1.0.0", ROUTE)], &Default::default(), START).await;
    let stream = start(&mut world, "decide").await;
    let before = only(&mut world, stream).await;
    assert_eq!((before.again, before.version.as_str(), before.edition), (Again::Same, "1.0.0", Some(1)));
    assert_eq!(before.rules[0].rule, "middle");
    assert_eq!((before.outputs.clone(), before.layers[0].title.en.as_str()), (json!({ "agency": "near" }), "Base"));
    let [huge] = before.not_fired.as_slice() else { panic!("{before:#?}") };
    assert_eq!((huge.rule.as_str(), huge.input.as_deref()), ("huge", Some("size")));
    assert_eq!(huge.title.as_ref().map(|title| title.fa.as_str()), Some("بزرگ"));
    assert_eq!(huge.text.en, "The size is 3, not more than 9.");
    let looked_at = before.inputs.iter().filter(|input| input.looked_at).map(|input| input.name.as_str());
    assert_eq!(looked_at.collect::<Vec<_>>(), ["size"], "the note was given, and no rule asked for it");
    assert!(before.sentence.fa.contains("چون اندازه ۳ است (دست‌کم ۳)"), "{}", before.sentence.fa);

    // The same id, another table: whoever asks about the past is not told the present.
    let newer = ROUTE.replace("version: 1.0.0", "version: 1.1.0").replace("'>= 3'", "'>= 4'");
    deploy(&mut world, &edition(&[&with_route("1.1.0", &newer)])).await.unwrap();
    assert_eq!(only(&mut world, stream).await, before);
    let later = start(&mut world, "decide").await;
    let after = only(&mut world, later).await;
    assert_eq!((after.again, after.version.as_str(), after.edition), (Again::Same, "1.1.0", Some(2)));
    assert_eq!(after.rules[0].rule, "rest");
    assert_eq!(after.not_fired.len(), 2);
}

#[tokio::test]
async fn whoever_may_not_read_the_case_is_told_nothing() {
    let mut world = world(&[with_route("1.0.0", ROUTE)], &Default::default(), START).await;
    let stream = start(&mut world, "decide").await.to_string();
    for (by, refusal) in [
        (person("c", "connector", "nation"), Refusal::Forbidden),
        (person("o", "operator", "province:there"), Refusal::Forbidden),
    ] {
        let told = world.serve(async |desk| desk.case_decisions(&by, &stream).await).await;
        assert_eq!(told, Err(refusal), "{}", by.id);
    }
    let operator = person("o", "operator", "province:here");
    assert!(world.serve(async |desk| desk.case_decisions(&operator, &stream).await).await.is_ok());
    let nobody = Id([3; 16]).to_string();
    let told = world.serve(async |desk| desk.case_decisions(&operator, &nobody).await).await;
    assert_eq!(told, Err(Refusal::NotFound));
}

/// Two rules that a lock must not suffer from: the decision stands, and somebody is told.
#[tokio::test]
async fn a_rule_that_fails_beside_a_lock_becomes_an_incident() {
    let route = ROUTE
        .replace("{ id: huge,", "{ id: broken, when: { size: { rhai: 'size / (size - size) > 1' } }, then: { agency: x } }\n  - { id: huge,")
        .replace("{ id: middle, when", "{ id: middle, locked: true, when");
    let mut world = world(&[with_route("1.0.0", &route)], &Default::default(), START).await;
    let stream = start(&mut world, "decide").await;
    let told = only(&mut world, stream).await;
    assert_eq!((told.again, told.rules[0].rule.as_str()), (Again::Same, "middle"));
    assert_eq!(told.not_fired[0].why, Stopped::Faulted);
    assert!(told.not_fired[0].text.en.contains("could not be worked out"), "{told:#?}");
    let auditor = person("a", "auditor", "nation");
    let incidents = world.serve(async |desk| desk.incidents(&auditor, &Default::default()).await).await.unwrap();
    let told = format!("{incidents:?}");
    assert!(told.contains("the cell \\\"size\\\" of rule \\\"broken\\\" failed"), "{told}");
    assert_eq!(incidents.items[0].kind, "rule-failed");
}
