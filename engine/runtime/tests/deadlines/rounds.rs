//! What a script may not give by its actions: more rounds than the flow says.

use peygir_runtime::access::{Grant, Principal, Scope};

use crate::asked::{after, case_and_incidents, world_after};
use crate::office::read;

const ROUND: &str = "  - again: { call: case-new-round, with: { max: 3 } }\n";

#[tokio::test]
async fn a_script_opens_rounds_within_the_flows_limit() {
    let said = "case_new_round(#{})";
    let records = after(ROUND, said).await;
    let (case, incidents) = case_and_incidents(&records);
    assert_eq!((case.round, case.rounds_max, incidents), (3, Some(3), vec![]));
    // The flow opened the second; there is a third, and no more: the journal tells of each that is asked for.
    let (world, stream) = world_after(ROUND, &[said; 4].join(", ")).await;
    let records = read(&world, stream).await.records;
    let (case, incidents) = case_and_incidents(&records);
    assert_eq!((case.round, case.rounds_max, incidents), (3, Some(3), vec![]));
    let office = Principal {
        id: "office".to_owned(),
        name: "office".to_owned(),
        grants: vec![Grant { role: "inspection-centre".to_owned(), scope: Scope::Nation }],
    };
    let timeline = world.desk.case(&office, stream, false).await.unwrap().timeline;
    let refused = timeline.iter().filter(|line| line.kind == "round-exhausted" && line.args["max"] == "3");
    assert_eq!(refused.count(), 3, "{timeline:#?}");
}

#[tokio::test]
async fn a_script_opens_no_round_by_a_limit_of_its_own() {
    // Put together where nobody can foresee it.
    let said = "#{ action: \"case-\" + \"new-round\", max: many }";
    for (steps, round) in [("", 1), (ROUND, 2)] {
        let records = after(steps, &[said; 3].join(", ")).await;
        let (case, incidents) = case_and_incidents(&records);
        assert_eq!(case.round, round, "{incidents:?}");
        assert!(incidents.len() == 3 && incidents.iter().all(|told| told.contains("PG-S110")), "{incidents:?}");
        assert!(incidents.iter().all(|told| told.contains("pass-on.rhai") && told.contains("max")), "{incidents:?}");
    }
}

#[tokio::test]
async fn a_script_opens_no_round_before_the_flow_said_how_many() {
    let records = after("", "case_new_round(#{})").await;
    let (case, incidents) = case_and_incidents(&records);
    assert_eq!((case.round, case.rounds_max), (1, None));
    let [told] = incidents.as_slice() else { panic!("{incidents:?}") };
    assert!(told.contains("`case-new-round` with `max`") && told.contains("line 3"), "{told}");
}
