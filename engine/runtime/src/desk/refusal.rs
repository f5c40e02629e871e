//! Why something was not done, as clients are told.

use peygir_calendar::DeclaredError;
use peygir_casework::host::Rejection;

use crate::engine::Failure;
use crate::turn::Refused;
use crate::{closures, packs};

/// `Display` is English, for logs; people read the localised text of the kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The principal may not do this.
    #[error("forbidden")]
    Forbidden,
    #[error("not found")]
    NotFound,
    /// Somebody else was first, or it has ended: the task is claimed, the incident settled.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// What was given is wrong; each with the field it stands in.
    #[error("invalid: {0:?}")]
    Invalid(Vec<FieldError>),
    /// Packs that can't be deployed: all that is wrong with them.
    #[error("the packs have errors")]
    Findings(peygir_source::Diagnostics),
    /// The check of packs took too long: where it stood.
    #[error("the check took too long")]
    Slow(peygir_source::Diagnostics),
    /// The same idempotency key came with another body.
    #[error("idempotency key was used with another body")]
    KeyReused,
    /// The store takes no commits, or the server is stopping.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A script met the limit of the clock, and the turn with it: nothing was kept, and an incident says where. The text is
    /// for the log.
    #[error("stopped: {0}")]
    Stopped(String),
    /// A fault of ours; the text is for the log.
    #[error("internal: {0}")]
    Internal(String),
}

/// A field that is wrong. `code` is a message id of the locale files (`national-id-checksum`, `mobile-invalid`,
/// `required`, `too-long`, `unknown-field`, `not-an-option`).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// JSON pointer into the body: `/from/nationalId`.
    pub field: String,
    pub code: &'static str,
}

/// Codes that forms give; anything else is told as `wrong-type`.
const FORM_CODES: [&str; 7] =
    ["required", "unknown-field", "not-an-option", "too-long", "too-short", "out-of-range", "wrong-type"];

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(Refused::Records(rejection)) => rejection.into(),
            Failure::Refused(Refused::Closure(why)) => why.into(),
            Failure::Refused(Refused::Packs(why)) => why.into(),
            Failure::Refused(Refused::Flow(_)) => Refusal::Conflict("ended"),
            Failure::Refused(Refused::Aborted(why)) => Refusal::Stopped(why),
            Failure::Unavailable(why) => Refusal::Unavailable(why),
            Failure::Refused(Refused::Missing(why)) | Failure::Internal(why) => Refusal::Internal(why),
            Failure::Claimed { .. } => Refusal::Conflict("claimed-before"),
        }
    }
}

impl From<peygir_store::Error> for Refusal {
    fn from(error: peygir_store::Error) -> Self {
        Failure::from(error).into()
    }
}

impl From<packs::Refused> for Refusal {
    fn from(why: packs::Refused) -> Self {
        match why {
            // Two that race with one version and two contents: the second looks again and is told the files.
            packs::Refused::Raced | packs::Refused::Changed(_) => Refusal::Conflict("packs-raced"),
            packs::Refused::TooMany => Refusal::Conflict("packs-too-many"),
            packs::Refused::TooManyToCome => Refusal::Conflict("packs-too-many-to-come"),
            packs::Refused::Unknown => Refusal::NotFound,
            packs::Refused::InForce => Refusal::Conflict("edition-in-force"),
            packs::Refused::Withdrawn => Refusal::Conflict("edition-withdrawn"),
        }
    }
}

impl From<closures::Refused> for Refusal {
    fn from(why: closures::Refused) -> Self {
        let wrong = |field: &str, code| Refusal::Invalid(vec![FieldError { field: field.to_owned(), code }]);
        match why {
            closures::Refused::UnknownCalendar(_) => wrong("/calendar", "not-an-option"),
            closures::Refused::CalendarElsewhere(_) => wrong("/calendar", "calendar-elsewhere"),
            closures::Refused::Span(DeclaredError::Order { .. } | DeclaredError::TooLong(_)) => {
                wrong("/until", "day-order")
            }
            closures::Refused::Span(DeclaredError::Minute) => wrong("/from", "out-of-range"),
            closures::Refused::Span(DeclaredError::Hours) => wrong("/hours", "out-of-range"),
            closures::Refused::Name => wrong("/name", "required"),
            closures::Refused::Reason => wrong("/reason", "required"),
            closures::Refused::NotFound => Refusal::NotFound,
            closures::Refused::Withdrawn => Refusal::Conflict("withdrawn"),
            closures::Refused::Taken => Refusal::Conflict("claimed-before"),
            closures::Refused::TooMany | closures::Refused::Busy => Refusal::Unavailable(why.to_string()),
        }
    }
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::NotFound => Refusal::NotFound,
            Rejection::Ended => Refusal::Conflict("ended"),
            Rejection::Claimed => Refusal::Conflict("claimed"),
            Rejection::NotClaimed => Refusal::Conflict("not-claimed"),
            Rejection::NotYet => Refusal::Conflict("not-yet"),
            Rejection::NotRetriable => Refusal::Conflict("not-retriable"),
            Rejection::NothingStarts => Refusal::Conflict("nothing-starts"),
            Rejection::NoDeadline => Refusal::Conflict("no-deadline"),
            Rejection::NotSuspendable => Refusal::Conflict("not-suspendable"),
            Rejection::Suspended => Refusal::Conflict("suspended"),
            Rejection::NotSuspended => Refusal::Conflict("not-suspended"),
            Rejection::SuspendedTooOften => Refusal::Conflict("suspended-too-often"),
            Rejection::SuspendedTooLong => Refusal::Conflict("suspended-too-long"),
            Rejection::Overdue => Refusal::Conflict("overdue"),
            Rejection::DateSet => Refusal::Conflict("date-set"),
            Rejection::InPast => Refusal::Conflict("in-past"),
            Rejection::PastMax => Refusal::Conflict("past-max"),
            Rejection::Underivable(_) => Refusal::Conflict("underivable"),
            Rejection::Invalid(errors) => Refusal::Invalid(errors.into_iter().map(field_error).collect()),
        }
    }
}

fn field_error((field, code): (String, String)) -> FieldError {
    let code = FORM_CODES.into_iter().find(|known| *known == code).unwrap_or("wrong-type");
    FieldError { field: format!("/{field}"), code }
}
