//! What an event says: its type, its attributes and its data, as the workflow language has them.

use peygir_core::state::FlowRef;
use peygir_core::{CloudEvent, Data, Error, Id, Moment};
use serde_json::{Map, Value, json};

use super::Cursor;
use super::tracker::Transition;

/// Longest event, in bytes: what carries it further need not take more.
pub const EVENT_BYTES_MAX: usize = 64 << 10;
/// Longest text of an error that is told, in characters.
pub const ERROR_TEXT_CHARS_MAX: usize = 2_000;
/// Longest set of correlation keys that is told, in bytes.
pub const KEYS_BYTES_MAX: usize = 16 << 10;
/// What stands in place of a text that is sealed.
const HIDDEN: &str = "•••";
/// What a sealed text begins with.
const SEALED_MARK: &str = "§1.";

/// A transition of a workflow or a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    WorkflowStarted,
    WorkflowSuspended,
    WorkflowResumed,
    CorrelationStarted,
    CorrelationCompleted,
    WorkflowCancelled,
    WorkflowFaulted,
    WorkflowCompleted,
    TaskCreated,
    TaskStarted,
    TaskSuspended,
    TaskResumed,
    TaskRetried,
    TaskCancelled,
    TaskFaulted,
    TaskCompleted,
}

impl Kind {
    /// Kind, type of the event, and the member that holds the instant.
    const TABLE: [(Kind, &'static str, &'static str); 16] = [
        (Kind::WorkflowStarted, "io.serverlessworkflow.workflow.started.v1", "startedAt"),
        (Kind::WorkflowSuspended, "io.serverlessworkflow.workflow.suspended.v1", "suspendedAt"),
        (Kind::WorkflowResumed, "io.serverlessworkflow.workflow.resumed.v1", "resumedAt"),
        (Kind::CorrelationStarted, "io.serverlessworkflow.workflow.correlation-started.v1", "startedAt"),
        (Kind::CorrelationCompleted, "io.serverlessworkflow.workflow.correlation-completed.v1", "completedAt"),
        (Kind::WorkflowCancelled, "io.serverlessworkflow.workflow.cancelled.v1", "cancelledAt"),
        (Kind::WorkflowFaulted, "io.serverlessworkflow.workflow.faulted.v1", "faultedAt"),
        (Kind::WorkflowCompleted, "io.serverlessworkflow.workflow.completed.v1", "completedAt"),
        (Kind::TaskCreated, "io.serverlessworkflow.task.created.v1", "createdAt"),
        (Kind::TaskStarted, "io.serverlessworkflow.task.started.v1", "startedAt"),
        (Kind::TaskSuspended, "io.serverlessworkflow.task.suspended.v1", "suspendedAt"),
        (Kind::TaskResumed, "io.serverlessworkflow.task.resumed.v1", "resumedAt"),
        (Kind::TaskRetried, "io.serverlessworkflow.task.retried.v1", "retriedAt"),
        (Kind::TaskCancelled, "io.serverlessworkflow.task.cancelled.v1", "cancelledAt"),
        (Kind::TaskFaulted, "io.serverlessworkflow.task.faulted.v1", "faultedAt"),
        (Kind::TaskCompleted, "io.serverlessworkflow.task.completed.v1", "completedAt"),
    ];

    fn entry(self) -> &'static (Kind, &'static str, &'static str) {
        Self::TABLE.iter().find(|entry| entry.0 == self).expect("every kind has its line")
    }

    /// `io.serverlessworkflow.task.started.v1`.
    pub fn type_(self) -> &'static str {
        self.entry().1
    }

    fn instant_member(self) -> &'static str {
        self.entry().2
    }

    pub fn all() -> impl Iterator<Item = Kind> {
        Self::TABLE.iter().map(|entry| entry.0)
    }
}

/// An event and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct LifecycleEvent {
    /// Behind this event: who keeps it goes on with the next one.
    pub cursor: Cursor,
    pub stream: Id,
    pub instance: Id,
    pub flow: FlowRef,
    pub kind: Kind,
    /// Number among the events of its instance, from 1 without gaps.
    pub sequence: u64,
    pub event: CloudEvent,
}

/// Where an event is made: what it has of its frame and its instance.
pub(super) struct Source<'a> {
    pub cursor: Cursor,
    pub stream: Id,
    pub version: u64,
    pub at: Moment,
    pub instance: Id,
    pub flow: &'a FlowRef,
    pub sequence: u64,
    /// Number of the fact within its frame, and of the event within the fact.
    pub place: (usize, usize),
}

impl Source<'_> {
    /// `pointer` gives the JSON pointer of a task's path.
    pub fn event(&self, transition: Transition, pointer: impl Fn(&[String]) -> String) -> LifecycleEvent {
        let kind = transition.kind;
        let mut extensions = json!({
            "datacontenttype": "application/json",
            "sequence": self.sequence.to_string(),
            "sequencetype": "Integer",
        });
        let task = transition.task.as_ref().map(|task| {
            extensions["activation"] = task.activation.to_string().into();
            pointer(&task.path)
        });
        let (fact, index) = self.place;
        let event = CloudEvent {
            id: format!("{}-{}-{fact}-{index}", self.stream, self.version),
            source: format!("/peygir/workflows/{}/{}", self.flow.namespace, self.flow.name),
            type_: kind.type_().to_owned(),
            time: self.at,
            subject: Some(self.instance.to_string()),
            data: self.data(transition, task).into(),
            extensions: extensions.into(),
        };
        LifecycleEvent {
            cursor: self.cursor,
            stream: self.stream,
            instance: self.instance,
            flow: self.flow.clone(),
            kind,
            sequence: self.sequence,
            event: within_limit(event),
        }
    }

    fn data(&self, transition: Transition, task: Option<String>) -> Value {
        let kind = transition.kind;
        let name = qualified_name(self.flow, self.instance);
        let mut data = match task {
            None => json!({ "name": name }),
            Some(pointer) => json!({ "workflow": name, "task": pointer }),
        };
        data[kind.instant_member()] = self.at.to_string().into();
        match kind {
            Kind::WorkflowStarted => {
                let FlowRef { namespace, name, version } = self.flow;
                data["definition"] = json!({ "name": name, "namespace": namespace, "version": version });
            }
            Kind::WorkflowCompleted => data["outputUri"] = format!("/api/v1/instances/{}", self.instance).into(),
            Kind::WorkflowFaulted | Kind::TaskFaulted => {
                data["error"] = transition.error.as_ref().map_or(Value::Null, shown_error);
            }
            Kind::CorrelationCompleted => {
                let keys = transition.keys.as_ref().and_then(shown_keys);
                keys.into_iter().for_each(|keys| data["correlationKeys"] = keys);
            }
            _ => {}
        }
        data
    }
}

/// `NAME-INSTANCE.NAMESPACE`, as the language names a run of a workflow.
pub fn qualified_name(flow: &FlowRef, instance: Id) -> String {
    format!("{}-{}.{}", flow.name, instance.to_string().to_ascii_lowercase(), flow.namespace)
}

fn shown_error(error: &Error) -> Value {
    let text = |text: &Option<String>| text.as_deref().map(|text| shortened(&without_sealed(text)));
    let shown = Error {
        type_: shortened(&without_sealed(&error.type_)),
        status: error.status,
        title: text(&error.title),
        detail: text(&error.detail),
        instance: text(&error.instance),
        child: error.child.clone(),
        inner: error.inner.clone(),
    };
    shown.to_value()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(ERROR_TEXT_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Keys without sealed texts; none where there are none, or too many.
fn shown_keys(keys: &Data) -> Option<Value> {
    let shown = all_without_sealed(keys.value());
    let fits = shown.as_object().is_some_and(|members| !members.is_empty());
    (fits && shown.to_string().len() <= KEYS_BYTES_MAX).then_some(shown)
}

fn all_without_sealed(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(without_sealed(text)),
        Value::Array(items) => items.iter().map(all_without_sealed).collect(),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, member)| (without_sealed(name), all_without_sealed(member)))
                .collect::<Map<_, _>>(),
        ),
        other => other.clone(),
    }
}

/// A text with dots in place of whatever looks like a sealed one, also inside of others: not even what is sealed leaves
/// the house.
fn without_sealed(text: &str) -> String {
    let mut parts = text.split(SEALED_MARK);
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let belongs = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-' | '_');
        shown.push_str(HIDDEN);
        shown.push_str(part.trim_start_matches(belongs));
    }
    shown
}

/// An event that is too long in spite of all keeps what every event has; names of tasks can't be that long.
fn within_limit(mut event: CloudEvent) -> CloudEvent {
    if event.envelope().to_string().len() <= EVENT_BYTES_MAX {
        return event;
    }
    let mut data = event.data.value().clone();
    if let Value::Object(members) = &mut data {
        members.remove("correlationKeys");
        if let Some(error) = members.get_mut("error").and_then(Value::as_object_mut) {
            ["title", "detail"].iter().for_each(|name| drop(error.remove(*name)));
        }
    }
    event.data = data.into();
    event
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::lifecycle::tracker::TaskRun;

    fn flow() -> FlowRef {
        FlowRef { namespace: "samples".into(), name: "order-pet".into(), version: "1.0.0".into() }
    }

    fn made(transition: Transition) -> Value {
        let flow = flow();
        let source = Source {
            cursor: Cursor { frame: 4, index: 2 },
            stream: Id([1; 16]),
            version: 9,
            at: Moment(1_790_000_000_000_000),
            instance: Id([2; 16]),
            flow: &flow,
            sequence: 12,
            place: (3, 1),
        };
        source.event(transition, |path| format!("/do/0/{}", path.join("/"))).event.envelope()
    }

    fn transition(kind: Kind) -> Transition {
        Transition { kind, task: None, error: None, keys: None }
    }

    #[test]
    fn every_kind_has_a_line_and_a_type_of_its_own() {
        let types: BTreeSet<_> = Kind::all().map(Kind::type_).collect();
        assert_eq!(types.len(), 16);
        assert!(types.iter().all(|type_| type_.starts_with("io.serverlessworkflow.") && type_.ends_with(".v1")));
    }

    #[test]
    fn an_event_has_the_attributes_and_the_data_of_the_language() {
        let event = made(transition(Kind::WorkflowStarted));
        assert_eq!(
            event,
            json!({
                "specversion": "1.0",
                "id": format!("{}-9-3-1", Id([1; 16])),
                "source": "/peygir/workflows/samples/order-pet",
                "type": "io.serverlessworkflow.workflow.started.v1",
                "time": "2026-09-21T14:13:20Z",
                "subject": Id([2; 16]).to_string(),
                "datacontenttype": "application/json",
                "sequence": "12",
                "sequencetype": "Integer",
                "data": {
                    "name": format!("order-pet-{}.samples", Id([2; 16]).to_string().to_ascii_lowercase()),
                    "definition": { "name": "order-pet", "namespace": "samples", "version": "1.0.0" },
                    "startedAt": "2026-09-21T14:13:20Z",
                },
            })
        );
        let task = Some(TaskRun { activation: 7, path: vec!["initialize".into()] });
        let event = made(Transition { task, ..transition(Kind::TaskStarted) });
        assert_eq!((&event["activation"], &event["data"]["task"]), (&json!("7"), &json!("/do/0/initialize")));
        assert_eq!(event["data"]["startedAt"], "2026-09-21T14:13:20Z");
        assert!(event["data"].get("name").is_none() && event["data"]["workflow"].is_string());
        let event = made(transition(Kind::WorkflowCompleted));
        assert_eq!(event["data"]["outputUri"], format!("/api/v1/instances/{}", Id([2; 16])));
    }

    #[test]
    fn sealed_texts_and_long_ones_do_not_leave_the_house() {
        let token = format!("{SEALED_MARK}{}.abc-DEF_9", Id([3; 16]));
        let error = Error {
            type_: "https://example.ir/errors/x".into(),
            status: 500,
            title: Some(format!("«{token}» was refused")),
            detail: Some("ط".repeat(400_000)),
            instance: Some("/do/0/x".into()),
            ..Error::default()
        };
        let event = made(Transition { error: Some(error), ..transition(Kind::WorkflowFaulted) });
        assert_eq!(event["data"]["error"]["title"], "«•••» was refused");
        assert_eq!(event["data"]["error"]["detail"].as_str().unwrap().chars().count(), ERROR_TEXT_CHARS_MAX + 1);
        assert!(event.to_string().len() <= EVENT_BYTES_MAX);

        let keys = |keys: Value| made(Transition { keys: Some(keys.into()), ..transition(Kind::CorrelationCompleted) });
        let event = keys(json!({ "who": token, "n": 1, "deep": [token] }));
        assert_eq!(event["data"]["correlationKeys"], json!({ "who": "•••", "n": 1, "deep": ["•••"] }));
        for left_out in [json!({}), json!({ "k": "x".repeat(KEYS_BYTES_MAX) }), json!(null)] {
            assert!(keys(left_out)["data"].get("correlationKeys").is_none());
        }
    }
}
