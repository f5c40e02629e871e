//! Which events start flows, as far as it is written out: a flow that hands a case on by an event counts on another that
//! starts from it.
//!
//! Only types of events are compared. What a filter asks beside the type is known when an event comes.

use std::collections::{BTreeMap, BTreeSet};

use peygir_dsl::model::{FlowName, Kind, Workflow};
use peygir_source::{Diagnostic, Diagnostics};

use super::catalog::{Catalog, Flow};
use super::complaint::TOP;
use crate::interest::{Interest, tasks_of};

type Flows = BTreeMap<FlowName, Flow>;

/// Types of the events that a flow emits, where they are written out.
fn emitted(workflow: &Workflow) -> BTreeSet<String> {
    let type_of = |task: &peygir_dsl::model::Task| match &task.kind {
        Kind::Emit(emit) => {
            let type_ = emit.with.source().get("type")?.as_str()?.to_owned();
            (!type_.contains("${")).then_some(type_)
        }
        _ => None,
    };
    tasks_of(workflow).into_iter().filter_map(type_of).collect()
}

/// Flows that start from events of single types, by type; the second: flows that start from whatever comes.
fn starting(flows: &Flows) -> (BTreeMap<String, &FlowName>, bool) {
    let (mut by_type, mut any) = (BTreeMap::new(), false);
    for (name, flow) in flows {
        let Some(on) = flow.workflow.schedule.as_ref().and_then(|schedule| schedule.on.as_ref()) else { continue };
        match on.event_types() {
            Some(types) => by_type.extend(types.into_iter().map(|one| (one, name))),
            None => any = true,
        }
    }
    (by_type, any)
}

/// Events that something started from before and nothing starts from any more. An error where a flow that is in force emits
/// them: what it hands on would rest.
pub(crate) fn lost(before: &Catalog, after: &Catalog, found: &mut Diagnostics) {
    let ((started, _), (starts, any)) = (starting(&before.flows), starting(&after.flows));
    if any {
        return;
    }
    for (type_, gone) in started.into_iter().filter(|(type_, _)| !starts.contains_key(type_)) {
        let emits = after.flows.values().find(|flow| emitted(&flow.workflow).contains(&type_));
        let file = emits.or(before.flows.get(gone)).map(|flow| flow.file.clone()).unwrap_or_default();
        let mut diagnostic = match emits {
            Some(flow) => unheard(&flow.workflow.name, gone, &type_),
            None => unused(gone, &type_),
        };
        diagnostic.file = file;
        // The intake flow by itself was told of already, more mildly.
        found.list.retain(|one| (one.code, &one.file) != (diagnostic.code, &diagnostic.file));
        found.push(diagnostic);
    }
}

/// Events of the intake flow that nothing in the deployment waits for.
pub(super) fn check_intake(catalog: &Catalog, found: &mut Diagnostics) {
    let Some(intake) = catalog.flows.get(&catalog.deployment.intake) else { return };
    let mut interest = Interest::default();
    catalog.flows.values().for_each(|flow| interest.add(&flow.workflow));
    for type_ in emitted(&intake.workflow).into_iter().filter(|type_| !interest.wants_type(type_)) {
        let mut diagnostic = Diagnostic::warning(
            "PG-P077",
            TOP,
            format!("the intake flow emits {type_}, and no flow starts from it or waits for it: nobody would work on a new case"),
            format!(
                "گردش کار پذیرش رویداد \u{2066}{type_}\u{2069} را می‌فرستد و هیچ گردش کاری با آن آغاز نمی‌شود: کسی روی پروندهٔ تازه کار نمی‌کند"
            ),
        )
        .with_help(
            "give a flow `schedule: { on: { one: { with: { type: … } } } }` with this type",
            "به گردش کاری ‎`schedule: { on: { one: { with: { type: … } } } }`‎ با همین نوع بدهید",
        );
        diagnostic.file.clone_from(&intake.file);
        found.push(diagnostic);
    }
}

fn unheard(emits: &FlowName, gone: &FlowName, type_: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-P077",
        TOP,
        format!("{emits} emits {type_}, and nothing starts from it any more: {gone} did, and is in force no more"),
        format!(
            "‎{emits}‎ رویداد \u{2066}{type_}\u{2069} را می‌فرستد و دیگر هیچ گردش کاری با آن آغاز نمی‌شود: ‎{gone}‎ آغاز می‌شد و دیگر برقرار نیست"
        ),
    )
    .with_help(
        "every new case would rest: deploy a flow with it that starts from this event, or one in place of the first that does \
         not emit it",
        "همهٔ پرونده‌های تازه می‌ماند: همراه آن گردش کاری مستقر کنید که با این رویداد آغاز شود، یا به جای اولی گردش کاری که آن را نفرستد",
    )
}

fn unused(gone: &FlowName, type_: &str) -> Diagnostic {
    Diagnostic::warning(
        "PG-P077",
        TOP,
        format!("nothing starts from {type_} any more: {gone} did, and is in force no more"),
        format!("دیگر هیچ گردش کاری با \u{2066}{type_}\u{2069} آغاز نمی‌شود: ‎{gone}‎ آغاز می‌شد و دیگر برقرار نیست"),
    )
    .with_help(
        "no flow in force emits it; what comes from outside, or from a case of an earlier flow, would start nothing and become \
         an incident",
        "هیچ گردش کار برقراری آن را نمی‌فرستد؛ آنچه از بیرون یا از پرونده‌های گردش کار پیشین بیاید چیزی را آغاز نمی‌کند و رخداد می‌شود",
    )
}
