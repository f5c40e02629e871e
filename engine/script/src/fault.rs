//! What a run can end with besides an answer, each with the line of the script.

mod words;

use std::fmt;

use peygir_source::{Diagnostic, Span};
use rhai::{EvalAltResult, Position};

use crate::{fuel, library::Refusal, limits::Limit, trace};

/// Why a script or cell gave no answer. Only [`Fault::Aborted`] and [`Fault::Broken`] depend on the machine
/// ([`Fault::depends_on_machine`]): the turn they ran in is not committed and an incident is raised. All others come out the same at every replay and are faults of the flow.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fault {
    #[error("the script was stopped at line {}: its wall-clock time was over", .at.line)]
    Aborted { at: Span },
    /// The machine, not the script: like [`Fault::Aborted`], nothing may be concluded from it.
    #[error("the script could not be run: {reason}")]
    Broken { reason: &'static str },
    #[error("the script met a limit at line {}: {limit}", .at.line)]
    Limit { limit: Limit, at: Span },
    #[error("the script failed at line {}: {message}", .at.line)]
    /// `message` may hold values of the run.
    Failed { message: String, message_fa: String, at: Span },
    /// The script's own `throw`.
    #[error("the script threw at line {}: {value}", .at.line)]
    Thrown { value: serde_json::Value, at: Span },
    /// The answer holds something that JSON can't tell; `path` is a JSON pointer into the answer, and `at` where the script stood as
    /// it gave it.
    #[error("the script's answer can't be told as data, at \"{path}\": {reason}")]
    Answer { path: Box<str>, reason: Box<str>, reason_fa: Box<str>, at: Span },
    /// What the script was given or gave does not fit the schema in its header; `at` is the schema's place.
    #[error("{what} does not fit the schema at line {} of the script: {reason}", .at.line)]
    Unfit { what: &'static str, reason: Box<str>, reason_fa: Box<str>, at: Span },
    /// The answer holds actions that can't be carried out: all of them. There is at least one.
    #[error("{}", told(.wrong, WrongAction::to_string))]
    Action { wrong: Vec<WrongAction> },
    /// What the script was given can't be used as it was.
    #[error("the script can't use what it was given, at line {}: {message}", .at.line)]
    Input { message: String, message_fa: String, at: Span },
}

/// One action that can't be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongAction {
    /// Its place in the list, from 1.
    pub number: usize,
    /// Its name as the script has it; empty where there is none.
    pub action: String,
    pub reason: String,
    pub reason_fa: String,
    /// Where the function was called that made it; for a map that the script wrote itself, where the script begins.
    pub at: Span,
}

impl fmt::Display for WrongAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, action, reason, at, .. } = self;
        write!(
            f,
            "action {number} of the script's answer, \"{action}\" of line {}, can't be carried out: {reason}",
            at.line
        )
    }
}

impl WrongAction {
    pub fn message_fa(&self) -> String {
        let Self { number, action, reason_fa, at, .. } = self;
        format!("اقدام {number} پاسخ اسکریپت، «{action}» در سطر {}، انجام‌شدنی نیست: {reason_fa}", at.line)
    }
}

fn told(wrong: &[WrongAction], tell: impl Fn(&WrongAction) -> String) -> String {
    wrong.iter().map(tell).collect::<Vec<_>>().join("; ")
}

impl Fault {
    pub(crate) fn limit(limit: Limit) -> Self {
        Self::Limit { limit, at: Span::default() }
    }

    /// Where in the script; line 0 where the fault has no place.
    pub fn span(&self) -> Span {
        match self {
            Self::Aborted { at }
            | Self::Limit { at, .. }
            | Self::Failed { at, .. }
            | Self::Thrown { at, .. }
            | Self::Input { at, .. }
            | Self::Answer { at, .. }
            | Self::Unfit { at, .. } => *at,
            Self::Action { wrong } => wrong.first().map_or_else(Span::default, |wrong| wrong.at),
            Self::Broken { .. } => Span::default(),
        }
    }

    /// Whether a replay could end otherwise. Then the turn must not be committed, and an incident is raised.
    pub fn depends_on_machine(&self) -> bool {
        matches!(self, Self::Aborted { .. } | Self::Broken { .. })
    }

    /// The same fault of what was given or taken, with its place; a limit of the run has its own.
    pub(crate) fn given_at(self, place: Span) -> Self {
        match self {
            Self::Answer { path, reason, reason_fa, .. } => Self::Answer { path, reason, reason_fa, at: place },
            Self::Limit { limit, at } if at.line == 0 => Self::Limit { limit, at: place },
            other => other,
        }
    }

    /// The stable code, with a page under `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Aborted { .. } => "PG-S101",
            Self::Limit { .. } => "PG-S102",
            Self::Failed { .. } => "PG-S103",
            Self::Thrown { .. } => "PG-S104",
            Self::Answer { .. } => "PG-S105",
            Self::Input { .. } => "PG-S106",
            Self::Broken { .. } => "PG-S107",
            Self::Unfit { what: "output", .. } => "PG-S109",
            Self::Unfit { .. } => "PG-S108",
            Self::Action { .. } => "PG-S110",
        }
    }

    /// The sentence without any value of the run, for journals and logs: what is said of an operation and a thrown value may
    /// hold what a citizen wrote. [`Display`](std::fmt::Display) is for an author's own tests.
    pub fn without_values(&self) -> String {
        match self {
            Self::Failed { at, .. } => format!("the script failed at line {}", at.line),
            Self::Thrown { at, .. } => format!("the script threw at line {}", at.line),
            Self::Answer { .. } => "the script's answer can't be told as data".to_owned(),
            Self::Input { at, .. } => format!("the script can't use what it was given, at line {}", at.line),
            // A thrown or misspelt name of an action may be anything; schemas' problems are told without values.
            Self::Action { wrong } => told(wrong, |WrongAction { number, at, .. }| {
                format!("action {number} of the script's answer, of line {}, can't be carried out", at.line)
            }),
            Self::Aborted { .. } | Self::Broken { .. } | Self::Limit { .. } | Self::Unfit { .. } => self.to_string(),
        }
    }

    /// The sentence in Persian.
    pub fn message_fa(&self) -> String {
        match self {
            Self::Aborted { at } => format!("اجرای اسکریپت در سطر {} متوقف شد: مهلت زمانی آن تمام شد", at.line),
            Self::Broken { reason } => format!("اسکریپت اجرا نشد: {reason}"),
            Self::Limit { limit, at } => {
                format!("اسکریپت در سطر {} از یک حد مجاز گذشت: {}", at.line, limit.message_fa())
            }
            Self::Failed { message_fa, at, .. } => {
                format!("اسکریپت در سطر {} خطا داد: {message_fa}", at.line)
            }
            Self::Thrown { value, at } => {
                format!("اسکریپت در سطر {} خودش خطا اعلام کرد: {value}", at.line)
            }
            Self::Answer { path, reason_fa, .. } => {
                format!("پاسخ اسکریپت در «{path}» به صورت داده در نمی‌آید: {reason_fa}")
            }
            Self::Unfit { what, reason_fa, at, .. } => {
                format!("«{what}» با طرح آن در سطر {} اسکریپت نمی‌خواند: {reason_fa}", at.line)
            }
            Self::Action { wrong } => told(wrong, WrongAction::message_fa),
            Self::Input { message_fa, at, .. } => {
                format!("اسکریپت در سطر {} نمی‌تواند آنچه را گرفته به کار برد: {message_fa}", at.line)
            }
        }
    }

    /// The finding, or of wrong actions one for each: at least one.
    pub fn to_diagnostics(&self) -> Vec<Diagnostic> {
        let finding = |at, message, message_fa| Diagnostic::error(self.code(), at, message, message_fa);
        match self {
            Self::Action { wrong } => {
                wrong.iter().map(|wrong| finding(wrong.at, wrong.to_string(), wrong.message_fa())).collect()
            }
            _ => vec![finding(self.span(), self.to_string(), self.message_fa())],
        }
    }

    /// From what rhai reports, on the thread of the run.
    pub(crate) fn from_rhai(error: EvalAltResult) -> Self {
        let (error, at) = innermost(error, Span::default());
        // Cells are not traced: they have one line, the first.
        let at = if at.line == 0 { trace::last() } else { at };
        let limit = |limit| Self::Limit { limit, at };
        match error {
            EvalAltResult::ErrorTerminated(token, _) if fuel::is_token(&token) => limit(Limit::Operations),
            EvalAltResult::ErrorTerminated(..) => Self::Aborted { at },
            EvalAltResult::ErrorTooManyOperations(_) => limit(Limit::Operations),
            EvalAltResult::ErrorTooManyVariables(_) => limit(Limit::Variables),
            EvalAltResult::ErrorTooManyModules(_) => limit(Limit::Modules),
            EvalAltResult::ErrorStackOverflow(_) => limit(Limit::CallLevels),
            EvalAltResult::ErrorDataTooLarge(..) => limit(Limit::Size),
            EvalAltResult::ErrorRuntime(value, _) if value.is::<Refusal>() => {
                let Refusal { en, fa, is_of_input } = value.cast();
                if is_of_input {
                    return Self::Input { message: en, message_fa: fa, at };
                }
                Self::Failed { message: en, message_fa: fa, at }
            }
            EvalAltResult::ErrorRuntime(value, _) => match crate::json::from_dynamic(value) {
                Ok(value) => Self::Thrown { value, at },
                Err(_) => Self::Thrown { value: serde_json::Value::Null, at },
            },
            EvalAltResult::ErrorPropertyNotFound(name, _) => Self::Failed {
                message: format!(
                    "there is no field \"{name}\" here; for a field that may be absent write get(\"{name}\") ?? …"
                ),
                message_fa: format!("فیلد «{name}» این‌جا نیست؛ برای فیلدی که شاید نباشد بنویسید get(\"{name}\") ?? …"),
                at,
            },
            mut other => {
                other.clear_position();
                let (message, message_fa) = words::told(&other);
                Self::Failed { message, message_fa, at }
            }
        }
    }
}

/// The error that began it. Functions of rhai itself have no place: then the place of their call holds.
fn innermost(mut error: EvalAltResult, outer: Span) -> (EvalAltResult, Span) {
    let at = match span_of(error.position()) {
        Span { line: 0, .. } => outer,
        span => span,
    };
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, ref mut inner, _)
        | EvalAltResult::ErrorInModule(_, ref mut inner, _) => {
            let inner = std::mem::replace(&mut **inner, EvalAltResult::LoopBreak(false, ().into(), Position::NONE));
            innermost(inner, at)
        }
        error => (error, at),
    }
}

/// rhai's place as ours: both count from 1, in characters.
pub(crate) fn span_of(position: Position) -> Span {
    let number = |part: Option<usize>| part.and_then(|part| u32::try_from(part).ok()).unwrap_or(0);
    Span { line: number(position.line()), column: number(position.position()).max(1), length: 0 }
}
