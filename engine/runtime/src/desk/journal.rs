//! A case's story, told from its journal: which events a person wants to see, and what of them may be shown.

use std::collections::BTreeMap;

use peygir_casework::Event as CaseEvent;
use peygir_casework::records::{Holder, Move};
use peygir_core::Event as FlowEvent;

use super::Desk;
use super::cases::recipient;
use super::names::instant;
use super::refusal::Refusal;
use super::view::JournalLine;
use crate::command::{Envelope, Recorded};
use crate::offload::offload;
use crate::stream::Stream;
use crate::vault::replace_sealed;

/// Frames read at once.
const PAGE_FRAMES: usize = 500;
/// What stands for a personal value.
const MASKED: &str = "***";
/// Longest story told, in frames.
pub const STORY_FRAMES_MAX: usize = 5_000;

type Args = BTreeMap<String, String>;

/// Kind, arguments, and whether a person wants to see it on the timeline.
struct Line(&'static str, Args, bool);

impl Desk {
    /// Every event of the stream, oldest first.
    pub(super) async fn story(&self, stream: &Stream) -> Result<Vec<JournalLine>, Refusal> {
        let mut lines = Vec::new();
        let mut steps = Steps::default();
        let mut after = 0;
        while (after as usize) < STORY_FRAMES_MAX {
            let (store, id) = (self.host.engine.store.clone(), stream.id);
            let frames = offload(move || store.journal(id, after, PAGE_FRAMES))
                .await
                .map_err(|error| Refusal::Internal(error.to_string()))??;
            let Some(last) = frames.last() else { break };
            after = last.version;
            for frame in &frames {
                let envelope: Envelope = minicbor::decode(&frame.command)
                    .map_err(|error| Refusal::Internal(format!("a command can't be read: {error}")))?;
                for event in &frame.events {
                    let event: Recorded = minicbor::decode(event)
                        .map_err(|error| Refusal::Internal(format!("an event can't be read: {error}")))?;
                    let Line(kind, mut args, notable) = line(&event);
                    steps.name(&mut args);
                    if let Some(edition) = envelope.edition.filter(|_| goes_by_content(&event)) {
                        args.insert("edition".to_owned(), edition.to_string());
                    }
                    if let Some(to) = args.get_mut("to") {
                        *to = recipient(&self.host.engine.vault, to);
                    }
                    lines.push(JournalLine {
                        version: frame.version,
                        at: instant(frame.at),
                        actor: envelope.actor.clone(),
                        kind: kind.to_owned(),
                        args,
                        inputs: inputs(&event),
                        notable,
                    });
                }
            }
        }
        Ok(lines)
    }
}

/// Whether a template, a form or a calendar had a part in it: that of the edition by which its turn decided. Decisions and scripts
/// say by themselves what they were made by.
fn goes_by_content(event: &Recorded) -> bool {
    match event {
        Recorded::Flow { event: FlowEvent::CallAnswered { provenance, .. }, .. } => provenance.is_none(),
        Recorded::Case(CaseEvent::MessageQueued(dispatch)) => dispatch.reply_to.is_none(),
        Recorded::Case(event) => matches!(
            event,
            CaseEvent::TaskCreated(_)
                | CaseEvent::TaskCompleted { .. }
                | CaseEvent::DeadlineMoved { .. }
                | CaseEvent::DeadlineRederived(_)
                | CaseEvent::WaitBegun(_)
                | CaseEvent::WaitMoved { .. }
        ),
        _ => false,
    }
}

/// What a decision or a script was given. What is personal came sealed, and is not opened for a journal.
fn inputs(event: &Recorded) -> Option<serde_json::Value> {
    let Recorded::Flow { event: FlowEvent::CallAnswered { provenance: Some(told), .. }, .. } = event else {
        return None;
    };
    let told = told.value();
    let given = if told.get("table").is_some() { told.get("inputs") } else { told.get("args") }?;
    Some(replace_sealed(given, &|_| MASKED.to_owned()))
}

/// Names of steps by flow and activation: an activation is named where it begins, and by its number from then on.
#[derive(Default)]
struct Steps(BTreeMap<(String, String), String>);

impl Steps {
    fn name(&mut self, args: &mut Args) {
        let (Some(flow), Some(activation)) = (args.get("flow"), args.get("activation")) else { return };
        let key = (flow.clone(), activation.clone());
        match args.get("step") {
            Some(step) => {
                self.0.insert(key, step.clone());
            }
            None => {
                if let Some(step) = self.0.get(&key) {
                    args.insert("step".to_owned(), step.clone());
                }
            }
        }
    }
}

fn line(event: &Recorded) -> Line {
    let id = |name: &str, id: &peygir_core::Id| args([(name, id.to_string())]);
    match event {
        Recorded::Flow { instance, event } => {
            let Line(kind, mut args, notable) = flow_line(event);
            args.insert("flow".to_owned(), instance.to_string());
            Line(kind, args, notable)
        }
        Recorded::Case(event) => case_line(event),
        Recorded::Schedule(Some(schedule)) => {
            let next = schedule.next_due().map(|next| next.to_string()).unwrap_or_default();
            Line("schedule-moved", args([("next", next)]), false)
        }
        Recorded::Schedule(None) => Line("schedule-ended", Args::new(), true),
        Recorded::ListenerGone(_) => Line("listener-gone", Args::new(), false),
        Recorded::ClosureDeclared(closure) => Line("closure-declared", id("closure", &closure.id), true),
        Recorded::ClosureWithdrawn { closure, .. } => Line("closure-withdrawn", id("closure", closure), true),
        Recorded::CalendarsDeployed { .. } => Line("calendars-deployed", Args::new(), true),
        Recorded::OperationBegun(_) => Line("operation-begun", Args::new(), true),
        Recorded::OperationAdvanced(_) => Line("operation-advanced", Args::new(), false),
        Recorded::OperationResumed => Line("operation-resumed", Args::new(), true),
        Recorded::OperationEnded(operation) => Line("operation-ended", id("operation", operation), true),
        Recorded::PacksDeployed(edition) => {
            let packs: Vec<String> = edition.packs.iter().map(crate::packs::PackRef::label).collect();
            let removed = edition.removed.clone();
            let edition = ("edition", edition.number.to_string());
            let mut args = args([edition, ("packs", packs.join(", "))]);
            if !removed.is_empty() {
                args.insert("removed".to_owned(), removed.join(", "));
            }
            Line("packs-deployed", args, true)
        }
        Recorded::EditionWithdrawn { edition, withdrawn } => {
            let edition = ("edition", edition.to_string());
            Line("edition-withdrawn", args([edition, ("reason", withdrawn.reason.clone())]), true)
        }
    }
}

fn args<const N: usize>(pairs: [(&str, String); N]) -> Args {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn flow_line(event: &FlowEvent) -> Line {
    let step = |path: &[String]| args([("step", path.join("/"))]);
    let number = |number: u64| args([("activation", number.to_string())]);
    match event {
        FlowEvent::InstanceStarted { flow, started_by, .. } => {
            let name = format!("{}/{}:{}", flow.namespace, flow.name, flow.version);
            Line("flow-started", args([("name", name), ("by", started_by.clone())]), true)
        }
        FlowEvent::TaskStarted { path, activation, .. } => {
            let mut args = step(path);
            args.insert("activation".to_owned(), activation.to_string());
            Line("step-started", args, false)
        }
        FlowEvent::TaskSkipped { path, .. } => Line("step-skipped", step(path), false),
        FlowEvent::TaskCompleted { activation, .. } => Line("step-completed", number(*activation), false),
        FlowEvent::TaskFaulted { activation, error } => {
            let mut args = number(*activation);
            args.insert("error".to_owned(), error.type_.clone());
            Line("step-faulted", args, true)
        }
        FlowEvent::TaskCancelled { activation } => Line("step-cancelled", number(*activation), false),
        FlowEvent::ContextReplaced { .. } => Line("context-replaced", Args::new(), false),
        FlowEvent::CallAnswered { activation, provenance, .. } => answered(*activation, provenance.as_ref()),
        FlowEvent::TimerSet { timer } => Line("timer-set", args([("due", timer.due.to_string())]), false),
        FlowEvent::TimerCleared { fired, .. } => {
            Line(if *fired { "timer-fired" } else { "timer-cleared" }, Args::new(), false)
        }
        FlowEvent::BranchEnded { branch, .. } => Line("branch-ended", args([("branch", branch.to_string())]), false),
        FlowEvent::RetryScheduled { retry, at, .. } => {
            Line("retry-scheduled", args([("retry", retry.to_string()), ("at", at.to_string())]), false)
        }
        FlowEvent::TaskRetried { retry, .. } => Line("step-retried", args([("retry", retry.to_string())]), false),
        FlowEvent::ErrorCaught { error, .. } => Line("error-caught", args([("error", error.type_.clone())]), false),
        FlowEvent::EventConsumed { consumed, .. } => {
            Line("event-consumed", args([("type", consumed.event.type_.clone())]), false)
        }
        FlowEvent::UntilAdvanced { .. } => Line("until-advanced", Args::new(), false),
        FlowEvent::EventEmitted { event, .. } => Line("event-emitted", args([("type", event.type_.clone())]), false),
        FlowEvent::InstanceCompleted { .. } => Line("flow-completed", Args::new(), true),
        FlowEvent::InstanceFaulted { error, task, .. } => {
            Line("flow-faulted", args([("error", error.type_.clone()), ("step", task.join("/"))]), true)
        }
        FlowEvent::InstanceCancelled { .. } => Line("flow-cancelled", Args::new(), true),
        FlowEvent::InstanceRetried => Line("flow-retried", Args::new(), true),
        FlowEvent::TurnBounded { task, .. } => Line("turn-bounded", args([("step", task.clone())]), false),
        FlowEvent::InstanceSuspended { reason } => {
            let said = (!reason.is_empty()).then(|| ("reason".to_owned(), reason.clone()));
            Line("flow-suspended", said.into_iter().collect(), true)
        }
        FlowEvent::InstanceResumed => Line("flow-resumed", Args::new(), true),
        FlowEvent::RoundStarted { path, index, .. } => {
            let mut args = step(path);
            args.insert("round".to_owned(), (index + 1).to_string());
            Line("loop-round", args, false)
        }
        FlowEvent::ItemProcessed { index, .. } => {
            Line("item-processed", args([("round", (index + 1).to_string())]), false)
        }
        FlowEvent::ExtensionAdvanced { activation, .. } => Line("extension-advanced", number(*activation), false),
        FlowEvent::BranchesJoined { .. } => Line("branches-joined", Args::new(), false),
    }
}

fn answered(activation: u64, provenance: Option<&peygir_core::Data>) -> Line {
    let told = provenance.map(peygir_core::Data::value);
    let text = |name: &str| told.and_then(|told| told.get(name)?.as_str().map(str::to_owned)).unwrap_or_default();
    if !text("rule").is_empty() {
        let decided = [("table", text("table")), ("rule", text("rule")), ("version", text("version"))];
        let mut args = args(decided);
        // Journals of before do not say the layer, nor the edition.
        if let Some((pack, version)) = told.and_then(layer_of) {
            args.extend([("layer".to_owned(), pack.clone()), ("pack".to_owned(), pack)]);
            args.extend(version.map(|version| ("packVersion".to_owned(), version)));
        }
        args.extend(told.and_then(edition_of));
        return Line("decision-made", args, true);
    }
    let mut args = args([("activation", activation.to_string())]);
    if !text("script").is_empty() {
        args.extend(["script", "version", "pack", "packVersion"].map(|name| (name.to_owned(), text(name))));
        args.retain(|_, value| !value.is_empty());
        args.extend(told.and_then(edition_of));
    }
    Line("call-answered", args, false)
}

/// The pack whose table or overlay had the last word, the one that changed the rule or else brought it, and its version.
fn layer_of(told: &serde_json::Value) -> Option<(String, Option<String>)> {
    let place = told.get("changedBy").or_else(|| told.get("layer"))?.as_u64()?;
    let layer = told.get("layers")?.get(usize::try_from(place).ok()?)?;
    let text = |name: &str| layer.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    Some((text("pack")?, text("packVersion")))
}

/// The deployment that was in force.
fn edition_of(told: &serde_json::Value) -> Option<(String, String)> {
    let edition = told.get("edition")?.as_u64().filter(|edition| *edition > 0)?;
    Some(("edition".to_owned(), edition.to_string()))
}

fn case_line(event: &CaseEvent) -> Line {
    let none = Args::new;
    let id = |name: &str, id: &peygir_core::Id| args([(name, id.to_string())]);
    match event {
        CaseEvent::CaseOpened(case) => Line("case-opened", args([("channel", case.channel.clone())]), true),
        CaseEvent::CaseClassified { topic, agency } => {
            let kind = if topic.is_none() && agency.is_some() { "agency-named" } else { "case-classified" };
            let (topic, agency) = (topic.clone().unwrap_or_default(), agency.clone().unwrap_or_default());
            Line(kind, args([("topic", topic), ("agency", agency)]), true)
        }
        CaseEvent::CaseReferred(referral) => {
            let manager = referral.manager.clone().unwrap_or_default();
            Line("case-referred", args([("agency", referral.agency.clone()), ("manager", manager)]), true)
        }
        CaseEvent::RoundOpened(round) => Line("round-opened", args([("round", round.to_string())]), true),
        CaseEvent::RoundsLimited(max) => Line("rounds-limited", args([("max", max.to_string())]), false),
        CaseEvent::RoundRefused(max) => Line("round-exhausted", args([("max", max.to_string())]), true),
        CaseEvent::CaseClosed { outcome } => Line("case-closed", args([("outcome", outcome.clone())]), true),
        CaseEvent::CitizenAnswered { channel, .. } => {
            Line("citizen-answered", args([("channel", channel.clone())]), true)
        }
        CaseEvent::MessageJoined { channel } => Line("message-joined", args([("channel", channel.clone())]), true),
        CaseEvent::MilestoneMarked(name) => Line("milestone", args([("name", name.clone())]), false),
        CaseEvent::SatisfactionRecorded(value) => {
            Line("satisfaction-recorded", args([("value", value.to_string())]), true)
        }
        CaseEvent::PersonalDataRead { what } => Line("personal-data-read", args([("what", what.clone())]), true),
        CaseEvent::EventArrived { .. } => Line("event-arrived", none(), false),
        CaseEvent::EventKept(event) => Line("event-kept", args([("type", event.type_.clone())]), false),
        CaseEvent::EventTaken { .. } => Line("event-taken", none(), false),
        CaseEvent::IncidentOpened(incident) => Line("incident-opened", id("incident", &incident.id), true),
        CaseEvent::IncidentResolved { incident, how, .. } => {
            let mut args = id("incident", incident);
            args.insert("how".to_owned(), how.clone());
            Line("incident-resolved", args, true)
        }
        task @ (CaseEvent::TaskCreated(_)
        | CaseEvent::TaskClaimed { .. }
        | CaseEvent::TaskReleased { .. }
        | CaseEvent::TaskCompleted { .. }
        | CaseEvent::TaskExpired { .. }
        | CaseEvent::TaskWithdrawn { .. }
        | CaseEvent::TaskOverdue { .. }
        | CaseEvent::TaskReminded { .. }
        | CaseEvent::CallUnreached { .. }) => task_line(task),
        deadline @ (CaseEvent::DeadlineMoved { .. }
        | CaseEvent::DeadlineRederived(_)
        | CaseEvent::DeadlineSuspended { .. }
        | CaseEvent::DeadlineResumed { .. }
        | CaseEvent::DeadlineSet { .. }
        | CaseEvent::WaitBegun(_)
        | CaseEvent::WaitMoved { .. }
        | CaseEvent::WaitEnded { .. }) => deadline_line(deadline),
        message => message_line(message),
    }
}

/// What became of a deadline, without the words of those who changed it.
fn deadline_line(event: &CaseEvent) -> Line {
    let id = |name: &'static str, id: &peygir_core::Id| args([(name, id.to_string())]);
    match event {
        CaseEvent::DeadlineMoved { of, change } => moved_line(*of, change.holder, &change.moved),
        CaseEvent::DeadlineRederived(change) => moved_line(change.of, change.holder, &change.moved),
        CaseEvent::DeadlineSuspended { task, waiting } => {
            let mut args = id("task", task);
            args.insert("until".to_owned(), waiting.until.to_string());
            Line("deadline-suspended", args, true)
        }
        CaseEvent::DeadlineResumed { task, .. } => Line("deadline-resumed", id("task", task), true),
        CaseEvent::DeadlineSet { task, set } => {
            let mut args = id("task", task);
            args.extend([("due".to_owned(), set.due.to_string()), ("by".to_owned(), set.by.clone())]);
            Line("deadline-set", args, true)
        }
        CaseEvent::WaitBegun(wait) => {
            let mut args = id("wait", &wait.id);
            args.insert("until".to_owned(), wait.at.to_string());
            Line("wait-begun", args, false)
        }
        CaseEvent::WaitMoved { wait, moved } => Line("deadline-moved", moved_args(id("wait", wait), moved), true),
        CaseEvent::WaitEnded { wait } => Line("wait-ended", id("wait", wait), false),
        _ => Line("deadline", Args::new(), false),
    }
}

fn moved_line(of: peygir_core::Id, holder: Holder, moved: &Move) -> Line {
    let name = if holder == Holder::Wait { "wait" } else { "task" };
    Line("deadline-moved", moved_args(args([(name, of.to_string())]), moved), moved.is_felt())
}

fn moved_args(mut args: Args, moved: &Move) -> Args {
    args.extend(moved.operation.map(|operation| ("operation".to_owned(), operation.to_string())));
    args.extend([
        ("from".to_owned(), moved.from.to_string()),
        ("due".to_owned(), moved.to.to_string()),
        ("why".to_owned(), moved.why.as_str().to_owned()),
    ]);
    args
}

fn task_line(event: &CaseEvent) -> Line {
    let id = |id: &peygir_core::Id| args([("task", id.to_string())]);
    match event {
        CaseEvent::TaskCreated(task) => {
            let mut args = id(&task.id);
            args.extend([("form".to_owned(), task.form.clone()), ("role".to_owned(), task.role.clone())]);
            Line("task-created", args, true)
        }
        CaseEvent::TaskClaimed { task, .. } => Line("task-claimed", id(task), true),
        CaseEvent::TaskReleased { task } => Line("task-released", id(task), true),
        CaseEvent::TaskCompleted { task, outcome, .. } => {
            let mut args = id(task);
            args.insert("outcome".to_owned(), outcome.clone());
            Line("task-completed", args, true)
        }
        CaseEvent::TaskExpired { task } => Line("task-expired", id(task), true),
        CaseEvent::TaskWithdrawn { task, .. } => Line("task-withdrawn", id(task), true),
        CaseEvent::TaskOverdue { task } => Line("task-overdue", id(task), true),
        CaseEvent::TaskReminded { task, .. } => Line("task-reminded", id(task), true),
        CaseEvent::CallUnreached { task, attempt, next_at, .. } => {
            let mut args = id(task);
            args.extend([("attempt".to_owned(), attempt.to_string()), ("next".to_owned(), next_at.to_string())]);
            Line("call-unreached", args, true)
        }
        _ => Line("task", Args::new(), false),
    }
}

fn message_line(event: &CaseEvent) -> Line {
    let id = |id: &peygir_core::Id| args([("message", id.to_string())]);
    match event {
        CaseEvent::MessageQueued(dispatch) if dispatch.reply_to.is_some() => {
            let mut args = id(&dispatch.id);
            args.extend([
                ("function".to_owned(), dispatch.channel.clone()),
                ("connector".to_owned(), dispatch.connector.clone()),
            ]);
            Line("request-queued", args, false)
        }
        CaseEvent::MessageQueued(dispatch) => {
            let mut args = id(&dispatch.id);
            args.extend([
                ("channel".to_owned(), dispatch.channel.clone()),
                ("template".to_owned(), dispatch.template.clone()),
                ("to".to_owned(), dispatch.to_masked.clone()),
            ]);
            Line("message-queued", args, true)
        }
        CaseEvent::AttemptBegun { dispatch, .. } => Line("message-attempted", id(dispatch), false),
        CaseEvent::MessageSent { dispatch, .. } => Line("message-sent", id(dispatch), false),
        CaseEvent::MessageDelivered { dispatch, .. } => Line("message-delivered", id(dispatch), true),
        CaseEvent::AttemptFailed { dispatch, .. } => Line("message-attempt-failed", id(dispatch), false),
        CaseEvent::MessageFailed { dispatch, .. } => Line("message-failed", id(dispatch), true),
        CaseEvent::AttemptAmbiguous { dispatch, policy, .. } => {
            let mut args = id(dispatch);
            args.insert("policy".to_owned(), policy.clone());
            Line("message-ambiguous", args, true)
        }
        CaseEvent::MessageWithdrawn { dispatch } => Line("message-withdrawn", id(dispatch), false),
        CaseEvent::MessageExpired { dispatch } => Line("message-expired", id(dispatch), true),
        CaseEvent::MessageRequeued { dispatch, .. } => Line("message-requeued", id(dispatch), true),
        CaseEvent::RequestAnswered { dispatch, .. } => Line("request-answered", id(dispatch), false),
        CaseEvent::RequestFailed { dispatch, .. } => Line("request-failed", id(dispatch), true),
        _ => Line("message", Args::new(), false),
    }
}
