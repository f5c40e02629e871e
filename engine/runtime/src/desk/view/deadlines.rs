//! Deadlines, calendars, closures and what they moved, as clients read and send them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Named;

/// A text in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual {
    pub fa: String,
    pub en: String,
}

/// Where something holds; what is absent asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScopeView {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub county: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
}

/// One deadline of a case: when, why, what moved it, and what a reader may do about it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadlineView {
    /// Id of the task, or of the wait.
    pub id: String,
    /// `task` or `wait`.
    pub kind: String,
    /// What it is the deadline of.
    pub title: Bilingual,
    /// Of a task: `open`, `claimed`, `completed` …; of a wait `waiting` or `ended`.
    pub status: String,
    pub due: String,
    /// The instant at which the task expires.
    pub max: Option<String>,
    pub overdue: bool,
    /// In one paragraph.
    pub text: Bilingual,
    /// Line by line: a heading, each stretch, what may still move it.
    pub account: Account,
    /// As the calendar tells it: `due`, `calendar`, `derivation`, `caveats` …
    pub derivation: Value,
    pub suspensions: Vec<SuspensionView>,
    pub moves: Vec<MoveView>,
    pub set: Option<SetView>,
    pub reminders: Vec<ReminderView>,
    pub may_set: bool,
    pub may_suspend: bool,
    pub may_resume: bool,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct Account {
    pub fa: Vec<String>,
    pub en: Vec<String>,
}

/// A time in which the deadline did not run.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SuspensionView {
    pub number: u32,
    pub from: String,
    /// When it ends at the latest.
    pub until: String,
    pub ended: Option<String>,
    pub by: Named,
    /// In clear for those who may read the case; absent for others.
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MoveView {
    pub at: String,
    pub from: String,
    pub to: String,
    /// `closure`, `suspended`, `resumed`, `set` or `calendar`.
    pub why: String,
    /// The operation that moved it, where one did.
    pub operation: Option<String>,
    pub by: Option<Named>,
}

/// A date that a person set.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetView {
    pub due: String,
    pub at: String,
    pub by: Named,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReminderView {
    pub at: String,
    pub sent_at: Option<String>,
}

/// What a citizen is told of the deadline that runs: the same words as everybody.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrackDeadline {
    /// Of what is to be done.
    pub title: Bilingual,
    pub due: String,
    pub overdue: bool,
    /// It rests, because the citizen is waited for.
    pub waiting: bool,
    pub text: Bilingual,
    pub account: Account,
    /// Of each line of the account: whether the stretch that it tells counts; absent where it tells of none.
    pub counted: Vec<Option<bool>>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarView {
    pub id: String,
    pub title: Bilingual,
    pub zone: String,
    pub extends: Option<String>,
    #[serde(rename = "for")]
    pub scope: ScopeView,
    /// Years that have a table of lunar holidays.
    pub years: Vec<i16>,
    /// This year and the next, where they have none though the calendar keeps holidays.
    pub lacking: Vec<i16>,
    /// The deployment's default.
    pub default: bool,
}

/// A closure that a person declares. Dates are Solar Hijri, `1405/09/01`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewClosure {
    /// It counts in this calendar and in all that extend it. The deployment's default where absent; needed where that one
    /// never closes.
    #[serde(default)]
    pub calendar: Option<String>,
    #[serde(default, rename = "for")]
    pub scope: ScopeView,
    pub date: String,
    /// The last day, where it is more than one.
    #[serde(default)]
    pub until: Option<String>,
    /// `12:00`: closed from then on.
    #[serde(default)]
    pub from: Option<String>,
    /// `["06:00-10:00"]`: open in these hours only.
    #[serde(default)]
    pub hours: Option<Vec<String>>,
    pub name: Bilingual,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClosureView {
    pub id: String,
    pub calendar: String,
    #[serde(rename = "for")]
    pub scope: ScopeView,
    pub date: String,
    pub until: String,
    pub from: Option<String>,
    pub hours: Option<Vec<String>>,
    pub name: Bilingual,
    pub declared_at: String,
    pub declared_by: Named,
    pub withdrawn: Option<WithdrawnView>,
    /// The operation that its declaration began.
    pub operation: String,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WithdrawnView {
    pub at: String,
    pub by: Named,
    pub reason: String,
    pub operation: String,
}

/// A closure and the operation that it began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClosureDone {
    pub closure: String,
    pub operation: String,
}

/// All open deadlines derived anew, after a closure or a change of calendars.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationView {
    pub id: String,
    /// `closure-declared`, `closure-withdrawn` or `calendars-changed`.
    pub kind: String,
    pub closure: Option<String>,
    pub begun_at: String,
    pub ended_at: Option<String>,
    /// Deadlines looked at so far.
    pub seen: u64,
    pub moved: u64,
    /// Streams in which it could not be done; each has an incident.
    pub failed: u64,
}

/// One case whose deadline moved.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MovedView {
    pub case_id: String,
    pub tracking_code: Option<String>,
    /// Id of the task or wait.
    pub id: String,
    pub from: String,
    pub to: String,
}
