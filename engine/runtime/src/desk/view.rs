//! What clients read and send: plain data, ready for JSON and for pages. Instants are RFC 3339 in UTC; pages turn them
//! into Jalali dates of the deployment's zone.

mod deadlines;
mod decisions;
mod packs;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use deadlines::*;
pub use decisions::*;
pub use packs::*;

/// A citizen's message as it comes in. Texts are in clear here and sealed before anything is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMessage {
    /// `phone`, `sms`, `web`, `letter`, `in-person`.
    pub channel: String,
    #[serde(default)]
    pub from: Party,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Party>,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// The deployment's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub county: Option<String>,
    /// Set by connectors, not by clients: the peer's id of the message and the line it came to.
    #[serde(skip)]
    pub source: Option<Source>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Party {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub national_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Source {
    pub connector: String,
    pub id: String,
    pub line: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Submitted {
    pub case_id: String,
    pub tracking_code: String,
    /// True where the answer is that of an earlier, equal request or message: 200, not 201.
    #[serde(skip)]
    pub repeated: bool,
}

/// Keyset paging: `after` is the `next` of the page before.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PageRequest {
    pub after: Option<String>,
    pub limit: Option<usize>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct CaseFilter {
    /// `open` or `closed`.
    pub status: Option<String>,
    pub topic: Option<String>,
    pub agency: Option<String>,
    /// The one case with this tracking code, if the principal may see it; the other filters still hold.
    pub tracking_code: Option<String>,
    #[serde(flatten)]
    pub page: PageRequest,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct TaskFilter {
    /// `inbox` (what the principal may claim or has claimed), `calls` (verification calls that are due), `mine`, `all`.
    pub list: Option<String>,
    pub case: Option<String>,
    #[serde(flatten)]
    pub page: PageRequest,
}

/// Where a case stands, as a message id of the locale files with arguments: `stage-referred` {agency, due}.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stage {
    /// `registered`, `classifying`, `referred`, `overdue`, `verifying`, `inspecting`, `closed-solved`, `closed-unreached`,
    /// `closed-other`, `faulted`.
    pub code: String,
    pub args: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Track {
    pub tracking_code: String,
    pub stage: Stage,
    pub opened_at: String,
    pub closed_at: Option<String>,
    pub round: u32,
    /// Milestones so far, oldest first.
    pub history: Vec<Milestone>,
    /// The deadline that runs, the nearest first where several do.
    pub deadlines: Vec<TrackDeadline>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Milestone {
    pub at: String,
    pub stage: Stage,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseSummary {
    pub id: String,
    pub tracking_code: String,
    pub case_type: String,
    pub channel: String,
    pub province: String,
    pub county: Option<String>,
    pub topic: Option<String>,
    pub agency: Option<Named>,
    pub stage: Stage,
    pub status: String,
    pub opened_at: String,
    pub due: Option<String>,
    pub overdue: bool,
    pub round: u32,
}

/// A thing of the directory with its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    pub id: String,
    pub fa: String,
    pub en: String,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseView {
    #[serde(flatten)]
    pub summary: CaseSummary,
    /// Masked unless asked for in clear (`99******18`, `+98912***4567`).
    pub citizen: Party,
    pub on_behalf_of: Option<Party>,
    /// The citizen's text; readers who may see the case may read it.
    pub text: String,
    pub manager: Option<Named>,
    pub flows: Vec<FlowView>,
    pub tasks: Vec<TaskView>,
    pub messages: Vec<OutboxLine>,
    pub timeline: Vec<JournalLine>,
    /// What the citizen wrote when they were waited for.
    pub answers: Vec<CitizenAnswer>,
    /// How often the same matter was told besides the message that opened the case.
    pub repeats: u32,
    pub satisfaction: Option<u8>,
    pub closed_at: Option<String>,
    /// Whether the principal may ask for it in clear.
    pub may_unmask: bool,
}

/// A message of the citizen in a case that waited for it.
#[derive(Debug, Clone, Serialize)]
pub struct CitizenAnswer {
    pub at: String,
    pub channel: String,
    pub text: String,
}

/// A flow of the case and where it stands.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FlowView {
    pub id: String,
    pub flow: String,
    pub title: Option<String>,
    pub status: String,
    pub started_at: String,
    /// Top-level tasks in the order of writing, each `done`, `current`, or `ahead`.
    pub steps: Vec<FlowStep>,
    pub fault: Option<Value>,
}

#[derive(Debug, Clone, Serialize)]
pub struct FlowStep {
    pub name: String,
    pub state: String,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskView {
    pub id: String,
    pub case_id: String,
    pub tracking_code: String,
    /// `form` or `verification-call`.
    pub kind: String,
    pub form: FormView,
    /// `open`, `claimed`, `scheduled`, `completed`, `expired`, `withdrawn`.
    pub status: String,
    pub role: String,
    pub agency: Option<Named>,
    pub claimed_by: Option<Named>,
    pub created_at: String,
    pub due: Option<String>,
    pub overdue: bool,
    /// Earliest instant of a call.
    pub not_before: Option<String>,
    pub attempt: u32,
    pub attempts_max: u32,
    /// The citizen's text and, on a call, whom to call (in clear: the caller needs it, and the reading is journalled).
    pub text: String,
    pub call: Option<Party>,
    /// What was answered, once it was.
    pub answer: Option<Value>,
    pub outcome: Option<String>,
    pub may_claim: bool,
    pub may_complete: bool,
    pub round: u32,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FormView {
    pub id: String,
    pub title_fa: String,
    pub title_en: String,
    pub fields: Vec<FieldView>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldView {
    pub name: String,
    /// `text`, `line`, `choice`, `boolean`, `integer`, `rating`.
    pub kind: String,
    pub label_fa: String,
    pub label_en: String,
    pub required: bool,
    pub max: Option<i64>,
    pub min: Option<i64>,
    pub options: Vec<Named>,
}

/// One line of a case's story: from its journal.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalLine {
    pub version: u64,
    pub at: String,
    pub actor: String,
    /// Stable kind of the event: `case-opened`, `task-claimed`, `task-started` …
    pub kind: String,
    /// For a message id `journal-KIND`; no personal data.
    pub args: BTreeMap<String, String>,
    /// What a decision or a script was given; personal values are masked. None of any other event.
    pub inputs: Option<serde_json::Value>,
    /// Whether a person wants to see it on the timeline; the rest is machinery.
    pub notable: bool,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IncidentView {
    pub id: String,
    /// None where it concerns no case.
    pub case_id: Option<String>,
    pub tracking_code: Option<String>,
    /// Of a flow that faulted: which instance, of which flow, at which task (a pointer into the definition).
    pub instance: Option<String>,
    pub workflow: Option<WorkflowName>,
    pub task: Option<String>,
    /// `message-failed`, `message-ambiguous`, `message-expired`, `flow-fault`, `turn-aborted`, `unaddressed`, `message-unread`,
    /// `webhook-failing`, `deadline-underivable`, `operation-failing`, `case-unstarted`,
    /// `action-refused`, `rule-failed`.
    pub kind: String,
    pub reason: String,
    pub opened_at: String,
    pub status: String,
    pub resolved_by: Option<String>,
    /// A message that no case could be made of, as long as nobody settled it.
    pub message: Option<UnreadMessage>,
}

/// Who wrote and what, in clear: for those who may read personal data, one of whom has to answer it.
#[derive(Debug, Clone, Serialize)]
pub struct UnreadMessage {
    pub from: String,
    pub text: String,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboxLine {
    pub id: String,
    pub case_id: String,
    pub tracking_code: Option<String>,
    pub channel: String,
    pub connector: String,
    /// Masked.
    pub to: String,
    pub template: String,
    /// What was or will be sent; personal, so only roles that may read the case see it.
    pub body: Option<String>,
    /// `ready`, `sending`, `sent`, `delivered`, `failed`, `ambiguous`, `dropped`, `withdrawn`, `expired`, `not-sent`.
    pub status: String,
    pub attempts: u32,
    pub created_at: String,
    pub next_at: Option<String>,
    pub fault: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct DirectoryView {
    pub deployment: String,
    pub title_fa: String,
    pub title_en: String,
    /// Where what names no province belongs.
    pub province: Named,
    /// All of the deployment, that one among them.
    pub provinces: Vec<Named>,
    pub counties: Vec<Named>,
    pub agencies: Vec<Named>,
    pub topics: Vec<Named>,
    pub people: Vec<PersonView>,
    pub roles: Vec<Named>,
    /// Names of forms (by id) and flows (`namespace/name:version`), which journal lines speak of.
    pub titles: BTreeMap<String, Named>,
    /// In force: what decided, and the layer that had the last word.
    pub tables: Vec<Named>,
    pub packs: Vec<Named>,
    /// No gateway is configured for these channels: what would go out is kept in the outbox folder.
    pub unsent_channels: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct PersonView {
    pub id: String,
    pub name: Named,
    pub roles: Vec<String>,
}

/// A flow by name; the newest version where none is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowName {
    pub namespace: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl WorkflowName {
    /// `namespace/name` or `namespace/name:version`.
    pub fn parse(text: &str) -> Option<Self> {
        let (namespace, rest) = text.split_once('/')?;
        let (name, version) = rest.split_once(':').map_or((rest, None), |(name, version)| (name, Some(version)));
        let whole = [namespace, name].iter().chain(version.iter()).all(|part| !part.is_empty());
        whole.then(|| Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            version: version.map(str::to_owned),
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Started {
    pub id: String,
    /// True where an earlier, equal request started it.
    #[serde(skip)]
    pub repeated: bool,
}

#[derive(Debug, Clone, Default)]
pub struct InstanceFilter {
    pub flow: Option<WorkflowName>,
    /// `running`, `waiting`, `suspended`, `completed`, `faulted` or `cancelled`.
    pub status: Option<String>,
    pub started_after: Option<peygir_core::Moment>,
    pub started_before: Option<peygir_core::Moment>,
    pub page: PageRequest,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InstanceSummary {
    pub id: String,
    pub workflow: WorkflowName,
    pub status: String,
    pub started_at: String,
    pub ended_at: Option<String>,
    /// `command`, `message`, `event:TYPE`, `schedule`, the label of a task.
    pub started_by: String,
    /// The instance whose task started it.
    pub parent: Option<String>,
    pub case_id: Option<String>,
    pub tracking_code: Option<String>,
    /// Of one that faulted: the instance as which its flow began anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restarted_as: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InstanceView {
    #[serde(flatten)]
    pub summary: InstanceSummary,
    pub input: Value,
    pub output: Option<Value>,
    pub error: Option<Value>,
    /// Where it stands: tasks with nothing running below them.
    pub tasks: Vec<InstanceTask>,
    /// The open incident of its fault.
    pub incident: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InstanceTask {
    pub name: String,
    /// JSON pointer into the definition.
    pub reference: String,
    #[serde(rename = "type")]
    pub type_: String,
    pub started_at: String,
    /// The function, the instance or the types of events it waits for.
    pub waits_for: Option<String>,
    /// When it goes on by itself.
    pub until: Option<String>,
    pub timeout_at: Option<String>,
}

/// An event that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventTaken {
    pub id: String,
    pub source: String,
    /// It had come before; nothing happens again.
    pub repeated: bool,
}
