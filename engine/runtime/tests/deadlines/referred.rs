//! The terms of a referral when a script refers the case on: they are the table's, whatever the script says, and go on in the
//! rounds that follow.

use std::sync::Arc;

use peygir_calendar::Term;
use peygir_casework::records::Task;
use peygir_core::Id;
use peygir_runtime::sim::World;
use peygir_store::memory::MemoryStore;

use crate::common::catalog_with;
use crate::office::{CASE, START, at, read, start, world_over};

/// Two rounds: the first task is overdue, a script of the province is asked, and the agency is asked again.
const ROUNDS: &str =
    "  - refer: { call: case-refer, with: { to: { agency: bargh-hamedan, workingDays: 2, remindAt: 1, calendar: ir-working } } }
  - first:
      call: human-task
      with:
        form: intake/classify
        assign: { role: duty-manager }
        onOverdue: { flow: 'test/late:1.0.0' }
        closedBy: [ ir.test.late.v1 ]
  - again: { call: case-new-round, with: { max: 3 } }
  - second:
      call: human-task
      with:
        form: intake/classify
        assign: { role: duty-manager }
        reminders:
          - { after: { workingDays: 1 }, tell: task-owner, by: sms, template: intake/unclassified }
          - { tell: task-owner, by: sms, template: intake/unclassified }
";
const LATE: &str = "document: { dsl: '1.0.3', namespace: test, name: late, version: '1.0.0' }
do:
  - passOn: { call: pass-on, with: {} }
  - say: { emit: { event: { with: { source: 'urn:test', type: ir.test.late.v1 } } } }
";

/// A world in which this is what the script says, behind the end of the first task.
async fn after_the_first_round(said: &str) -> (World, Id) {
    let rounds =
        format!("document: {{ dsl: '1.0.3', namespace: test, name: rounds, version: '1.0.0' }}\ndo:\n{CASE}{ROUNDS}");
    let script = format!("fn pass_on(req, now, args) {{\n  let days = 60;\n  [{said}]\n}}");
    let pack = catalog_with(&[&rounds, LATE], &[("pass-on", &script)]);
    let mut world = world_over(pack, &Arc::new(MemoryStore::new()), START).await;
    let stream = start(&mut world, "rounds").await;
    world.pass_to(at("2026-11-24T08:00:00+03:30")).await.unwrap();
    (world, stream)
}

/// The open task of the second round, and the reasons of all incidents.
async fn second(world: &World, stream: Id) -> (Task, Vec<String>) {
    let records = read(world, stream).await.records;
    let incidents = records.incidents.values().map(|one| one.reason.clone()).collect();
    let task = records.tasks.values().find(|task| task.round == 2).unwrap_or_else(|| panic!("{incidents:?}")).clone();
    (task, incidents)
}

#[tokio::test]
async fn a_case_that_a_script_refers_on_keeps_its_terms() {
    let (world, stream) = after_the_first_round("case_refer(#{ to: #{ agency: \"abfa-hamedan\" } })").await;
    let (task, incidents) = second(&world, stream).await;
    assert_eq!(incidents, [""; 0]);
    assert_eq!(task.agency.as_deref(), Some("abfa-hamedan"));
    assert_eq!(task.terms.as_deref().map(|terms| terms.term), Some(Term::WorkingDays { days: 2 }));
    // Overdue on Monday at half past two; two working days from there.
    assert_eq!(task.due_at, Some(at("2026-11-25T14:30:00+03:30")));
    assert_eq!(task.reminders.len(), 2, "one counts by the deadline's calendar, one is the referral's own");
}

#[tokio::test]
async fn a_script_passes_no_limit() {
    for terms in ["workingDays: days", "within: \"P60D\"", "max: days", "calendar: \"ir-24x7\""] {
        let said = format!("#{{ action: \"case-refer\", to: #{{ agency: \"abfa-hamedan\", {terms} }} }}");
        // Put together where nobody can foresee it.
        let said = said.replace("\"case-refer\"", "\"case-\" + \"refer\"");
        let (world, stream) = after_the_first_round(&said).await;
        let (task, incidents) = second(&world, stream).await;
        let [told] = incidents.as_slice() else { panic!("{terms}: {incidents:?}") };
        let member = terms.split(':').next().unwrap();
        for part in ["PG-S110", "pass-on.rhai", "/to", member] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert_eq!(task.agency.as_deref(), Some("bargh-hamedan"), "{terms}: it stays where it was");
        assert_eq!(task.due_at, Some(at("2026-11-25T14:30:00+03:30")), "{terms}");
    }
}
