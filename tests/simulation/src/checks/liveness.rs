//! Statement: once faults have stopped, everything moves on. The outbox and the inbox are empty; what has not ended has
//! something that will move it: an instant at which it is due, a person's task, an incident that a person sees, or an event
//! that it waits for.

use std::collections::BTreeSet;

use peygir_casework::records::{About, DispatchStatus, Incident};
use peygir_core::state::Status;
use peygir_core::{Id, Moment};
use peygir_runtime::closures;
use peygir_runtime::engine::Engine;
use peygir_runtime::stream::Stream;

use crate::finding::{Finding, found};

const STATEMENT: &str = "liveness";

pub fn check(engine: &Engine, streams: impl IntoIterator<Item = Id>) -> Result<(), Finding> {
    let broken = |what: String| found(STATEMENT, what);
    let inbox = engine.store.inbox(10).map_err(|error| broken(error.to_string()))?;
    if let Some((key, _)) = inbox.first() {
        return Err(broken(format!("a command for stream {} is not carried out", key.stream)));
    }
    let closures = engine.load(closures::STREAM).map_err(|failure| broken(failure.to_string()))?.closures;
    if let Some(open) = closures.register.open.first() {
        return Err(broken(format!("operation {} is not through", open.operation)));
    }
    let listed = |page: Result<Vec<Id>, peygir_runtime::engine::Failure>| {
        page.map(BTreeSet::from_iter).map_err(|failure| broken(failure.to_string()))
    };
    let due = listed(engine.due(Moment::MAX, usize::MAX))?;
    let sends = listed(engine.sendable(Moment::MAX, usize::MAX))?;
    for id in streams {
        let stream = engine.load(id).map_err(|failure| broken(failure.to_string()))?;
        let pending = stream.records.dispatches.values().find(|dispatch| dispatch.is_pending());
        if let Some(dispatch) = pending {
            return Err(broken(format!("message {} of {id} is still {:?}", dispatch.key, dispatch.status)));
        }
        let rows = (due.contains(&id), sends.contains(&id));
        if rows != (stream.head.due.is_some(), stream.head.send.is_some()) {
            return Err(broken(format!(
                "stream {id} is due or has messages, and no index row says so (or the other way)"
            )));
        }
        if let Some(at) = stream.head.due {
            let found_at = |at| engine.due(at, usize::MAX).map(|due| due.contains(&id));
            let found_at = |at| found_at(at).map_err(|failure| broken(failure.to_string()));
            if !found_at(at)? || found_at(at.plus_micros(-1))? {
                return Err(broken(format!("stream {id} is due at {at}, and its index row stands elsewhere")));
            }
        }
        rests_rightly(&stream).map_err(|what| broken(format!("stream {id}: {what}")))?;
    }
    Ok(())
}

fn rests_rightly(stream: &Stream) -> Result<(), String> {
    let records = &stream.records;
    let incident = records.incidents.values().any(|incident| incident.resolved_at.is_none());
    let task = records.tasks.values().any(|task| task.is_open());
    let asks = records.dispatches.values().find(|dispatch| dispatch.status == DispatchStatus::Ambiguous);
    if let (Some(dispatch), false) = (asks, incident) {
        return Err(format!("message {} waits for a person, and no incident tells one", dispatch.key));
    }
    let open_case = records.case.as_ref().is_some_and(|case| !case.closed);
    let moved_by = stream.head.due.is_some() || task || incident;
    let runs = |status: Status| !matches!(status, Status::Completed | Status::Cancelled);
    let active = stream.instances.values().filter(|instance| runs(instance.status)).collect::<Vec<_>>();
    let faulted = active.iter().find(|instance| instance.status == Status::Faulted);
    if let (Some(instance), false) = (faulted, incident || records.incidents.values().any(|one| one.how.is_some())) {
        return Err(format!("instance {} faulted, and nobody was told", instance.id));
    }
    let waits = active.iter().any(|instance| instance.status != Status::Faulted);
    let listens = active.iter().any(|instance| format!("{:?}", instance.activations).contains("isten"));
    if open_case && !moved_by && !waits {
        // A person was told that nothing works on it, and took that on.
        let settled = |one: &Incident| one.about == About::Unstarted && one.how.is_some();
        if !records.incidents.values().any(settled) {
            return Err("an open case that nothing and nobody moves".to_owned());
        }
    }
    if waits && !moved_by && !listens && records.waits.values().all(|wait| !wait.is_open()) {
        return Err("an instance that is active and that nothing moves".to_owned());
    }
    Ok(())
}
