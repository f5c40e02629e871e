//! What a script may not give by its actions: more rounds than the flow says, and time to an agency.

use std::sync::Arc;

use peygir_calendar::Term;
use peygir_casework::records::{Case, Records};
use peygir_runtime::sim::World;
use peygir_store::memory::MemoryStore;

use crate::common::catalog_with;
use crate::office::{CASE, START, read, start, world_over};

const REFER: &str =
    "  - refer: { call: case-refer, with: { to: { agency: bargh-hamedan, workingDays: 2, calendar: ir-working } } }\n";
const ROUND: &str = "  - again: { call: case-new-round, with: { max: 3 } }\n";

/// What there is after a script said this, with these steps of the flow before it.
async fn after(steps: &str, said: &str) -> Records {
    let flow = format!(
        "document: {{ dsl: '1.0.3', namespace: test, name: asks, version: '1.0.0' }}\ndo:\n{CASE}{steps}  - ask: {{ call: pass-on, with: {{}} }}\n  - rest: {{ wait: P9D }}\n"
    );
    let script = format!("fn pass_on(req, now, args) {{\n  let many = 99;\n  [{said}]\n}}");
    let pack = catalog_with(&[&flow], &[("pass-on", &script)]);
    let mut world: World = world_over(pack, &Arc::new(MemoryStore::new()), START).await;
    let stream = start(&mut world, "asks").await;
    read(&world, stream).await.records
}

fn case_and_incidents(records: &Records) -> (&Case, Vec<&str>) {
    (records.case.as_ref().unwrap(), records.incidents.values().map(|one| one.reason.as_str()).collect())
}

#[tokio::test]
async fn a_script_opens_rounds_within_the_flows_limit() {
    let said = "case_new_round(#{})";
    let records = after(ROUND, said).await;
    let (case, incidents) = case_and_incidents(&records);
    assert_eq!((case.round, case.rounds_max, incidents), (3, Some(3), vec![]));
    // The flow opened the second; there is a third, and no more.
    let records = after(ROUND, &[said; 4].join(", ")).await;
    let (case, incidents) = case_and_incidents(&records);
    assert_eq!((case.round, case.rounds_max, incidents), (3, Some(3), vec![]));
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

#[tokio::test]
async fn a_script_gives_an_agency_no_time_of_its_own() {
    let task = |role: &str, due: &str| {
        format!("human_task(#{{ form: \"intake/classify\", assign: #{{ role: \"{role}\" }}{due} }})")
    };
    let own = ", due: #{ workingDays: 60, calendar: \"ir-working\" }";
    let said = [task("duty-manager", own), task("duty-manager", ""), task("operator", own)].join(", ");
    let records = after(REFER, &said).await;
    let (_, incidents) = case_and_incidents(&records);
    let [told] = incidents.as_slice() else { panic!("{incidents:?}") };
    assert!(
        told.contains("action 1 of ") && told.contains("pass-on.rhai") && told.contains("leave out `due`"),
        "{told}"
    );
    let mut terms: Vec<(&str, Term)> =
        records.tasks.values().map(|task| (task.role.as_str(), task.terms.as_ref().unwrap().term)).collect();
    terms.sort_by_key(|(role, _)| *role);
    let days = |days| Term::WorkingDays { days };
    assert_eq!(terms, [("duty-manager", days(2)), ("operator", days(60))]);
}
