//! A flow that asks a script, and what there is after it.

use std::sync::Arc;

use peygir_casework::records::{Case, Records};
use peygir_core::Id;
use peygir_runtime::sim::World;
use peygir_store::memory::MemoryStore;

use crate::common::catalog_of;
use crate::office::{CASE, START, read, start, world_over};

/// Somebody who answers for another agency of the province than the case's, by a role of the pack's own.
const UNIT: &str = "kind: directory
roles: [ { id: unit-head, fa: رئیس واحد, en: Head of the unit } ]
people: [ { id: unit-gaz, fa: رئیس, en: Head, roles: [ { role: unit-head, province: hamedan, agency: gaz-hamedan }, { role: operator, province: hamedan } ] } ]
";

/// What there is after a script said this, with these steps of the flow before it.
pub async fn after(steps: &str, said: &str) -> Records {
    let (world, stream) = world_after(steps, said).await;
    read(&world, stream).await.records
}

pub async fn world_after(steps: &str, said: &str) -> (World, Id) {
    let flow = format!(
        "document: {{ dsl: '1.0.3', namespace: test, name: asks, version: '1.0.0' }}\ndo:\n{CASE}{steps}  - ask: {{ call: pass-on, with: {{}} }}\n  - rest: {{ wait: P9D }}\n"
    );
    let script = format!("fn pass_on(req, now, args) {{\n  let many = 99;\n  [{said}]\n}}");
    let pack = catalog_of(&[&flow], &[("pass-on", &script)], UNIT);
    let mut world: World = world_over(pack, &Arc::new(MemoryStore::new()), START).await;
    let stream = start(&mut world, "asks").await;
    (world, stream)
}

pub fn case_and_incidents(records: &Records) -> (&Case, Vec<&str>) {
    (records.case.as_ref().unwrap(), records.incidents.values().map(|one| one.reason.as_str()).collect())
}
