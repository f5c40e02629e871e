//! Deadlines and reminders as flows write them, read into the terms that are kept with a task.

use peygir_calendar::{Place, SUSPENSIONS_MAX, Term};
use peygir_core::Moment;
use peygir_dsl::duration::Duration;
use serde::Deserialize;
use serde_json::Value;

use crate::deadlines::{self, Question};
use crate::host::{Context, Fault};
use crate::records::{Referral, RemindRule, SuspendRule, Terms};

/// `due: {within: PT3H}`, `{workingDays: 10, max: 15}` or `{workingHours: PT4H}`, by a calendar of its own or the
/// deployment's.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Due {
    pub within: Option<String>,
    pub working_days: Option<u32>,
    pub working_hours: Option<Value>,
    /// The term after which the task expires, in the same unit.
    pub max: Option<Value>,
    pub calendar: Option<String>,
    pub suspend: Option<Suspend>,
}

/// What a routing table answered of the time that the agency has, as `case-refer` keeps it. What else it answered is not
/// looked at. A term of no working days is none.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Referred {
    within: Option<String>,
    working_days: Option<u32>,
    working_hours: Option<Value>,
    max: Option<Value>,
    calendar: Option<String>,
    /// When to remind: in the unit of the term, or a duration.
    remind_at: Option<Value>,
}

/// `suspend: {max: P10D, times: 2, endedBy: [TYPE]}`: how far the deadline may rest while the citizen is waited for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Suspend {
    pub max: String,
    #[serde(default = "once")]
    pub times: u32,
    #[serde(default)]
    pub ended_by: Vec<String>,
}

/// `{after: PT1H30M, …}` from the task's start, or `{before: {workingDays: 3}, …}` the deadline; neither, where the
/// referral's terms say it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remind {
    pub after: Option<Value>,
    pub before: Option<Value>,
    pub tell: Value,
    pub by: Value,
    pub template: String,
}

/// A length of time in working days or working hours.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Working {
    working_days: Option<u32>,
    working_hours: Option<Value>,
}

const HOUR_US: i64 = 3_600_000_000;

fn once() -> u32 {
    1
}

/// Microseconds of an ISO 8601 duration without months or years.
pub fn micros(text: &str) -> Result<i64, Fault> {
    match Duration::parse(text) {
        Ok(Duration { months: 0, microseconds }) => Ok(microseconds),
        Ok(_) => Err(Fault::Input(format!("`{text}`: months and years have no fixed length here"))),
        Err(error) => Err(Fault::Input(format!("`{text}` is no ISO 8601 duration: {error}"))),
    }
}

/// Open time: a number of hours, or an ISO 8601 duration.
fn open_micros(value: &Value) -> Result<i64, Fault> {
    match (value.as_i64(), value.as_str()) {
        (Some(hours), _) => Ok(hours.saturating_mul(HOUR_US)),
        (None, Some(text)) => micros(text),
        (None, None) => Err(Fault::Input("`workingHours` is a number of hours or a duration like PT1H30M".to_owned())),
    }
}

/// The one term that is given. `within` stays open where it can't be meant.
pub(crate) fn term(within: Option<&str>, days: Option<u32>, hours: Option<&Value>) -> Result<Option<Term>, Fault> {
    match (within, days, hours) {
        (None, None, None) => Ok(None),
        (Some(text), None, None) => Ok(Some(Term::Within { microseconds: micros(text)? })),
        (None, Some(days), None) => Ok(Some(Term::WorkingDays { days })),
        (None, None, Some(hours)) => Ok(Some(Term::WorkingTime { microseconds: open_micros(hours)? })),
        _ => Err(Fault::Input("give one of `within`, `workingDays` and `workingHours`".to_owned())),
    }
}

/// `max` in the unit of the deadline.
fn max_of(term: Term, max: &Value) -> Result<Term, Fault> {
    let wrong = || {
        Fault::Input(
            "`max` is a number of working days beside `workingDays`, a duration beside `within` and `workingHours`"
                .to_owned(),
        )
    };
    match term {
        Term::Within { .. } => Ok(Term::Within { microseconds: micros(max.as_str().ok_or_else(wrong)?)? }),
        Term::WorkingTime { .. } => Ok(Term::WorkingTime { microseconds: open_micros(max).map_err(|_| wrong())? }),
        Term::WorkingDays { .. } => {
            let days = max.as_u64().and_then(|days| u32::try_from(days).ok());
            Ok(Term::WorkingDays { days: days.ok_or_else(wrong)? })
        }
    }
}

fn suspend_rule(asked: &Suspend) -> Result<SuspendRule, Fault> {
    let max_us = micros(&asked.max)?;
    let most = SUSPENSIONS_MAX as u32;
    if max_us <= 0 || !(1..=most).contains(&asked.times) {
        return Err(Fault::Input(format!("`suspend` has a `max` above zero and `times` from 1 to {most}")));
    }
    Ok(SuspendRule { max_us, times: asked.times, ended_by: asked.ended_by.clone() })
}

/// Whether the table that the referral comes from said how long the agency has, be it that it has no term.
pub(crate) fn say_how_long(referral: &Referral) -> bool {
    let said = |name| referral.terms.value().get(name).is_some_and(|value| !value.is_null());
    ["within", "workingDays", "workingHours"].into_iter().any(said)
}

impl Referred {
    pub fn of(referral: &Referral) -> Result<Self, Fault> {
        let unreadable = |error| Fault::State(format!("the referral's terms can't be read: {error}"));
        let read: Self = serde_json::from_value(referral.terms.value().clone()).map_err(unreadable)?;
        Ok(Self { working_days: read.working_days.filter(|days| *days > 0), ..read })
    }

    fn term(&self) -> Result<Option<Term>, Fault> {
        term(self.within.as_deref(), self.working_days, self.working_hours.as_ref())
    }

    /// After how long to remind; none where the table did not say, or said zero.
    fn remind_after(&self) -> Result<Option<Term>, Fault> {
        let wrong = || Fault::State("the referral's `remindAt` is a number of days or hours, or a duration".to_owned());
        let Some(value) = &self.remind_at else { return Ok(None) };
        if let Some(text) = value.as_str() {
            return Ok(Some(Term::Within { microseconds: micros(text)? }));
        }
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok()).ok_or_else(wrong)?;
        let of_hours = self.working_hours.is_some();
        Ok((number > 0).then(|| match of_hours {
            true => Term::WorkingTime { microseconds: i64::from(number) * HOUR_US },
            false => Term::WorkingDays { days: number },
        }))
    }
}

/// The terms of a deadline that begins now, with the deadline that follows from them. What `due` leaves open is as the
/// referral has it; none where neither says anything.
pub fn terms(
    context: &Context<'_>,
    due: Option<&Due>,
    referred: Option<&Referred>,
    place: Place,
) -> Result<Option<Terms>, Fault> {
    let asked = due.map(|due| term(due.within.as_deref(), due.working_days, due.working_hours.as_ref())).transpose()?;
    let (term, referred) = match asked.flatten() {
        Some(term) => (Some(term), None),
        None => (referred.map(Referred::term).transpose()?.flatten(), referred),
    };
    let Some(term) = term else {
        let none = "`due` has one of `within`, `workingDays` and `workingHours`, or the referral's terms have";
        return if due.is_some() { Err(Fault::Input(none.to_owned())) } else { Ok(None) };
    };
    let said = due.and_then(|due| due.max.as_ref()).or_else(|| referred?.max.as_ref());
    let max = said.map(|max| max_of(term, max)).transpose()?;
    let suspend = due.and_then(|due| due.suspend.as_ref()).map(suspend_rule).transpose()?;
    let calendar = due.and_then(|due| due.calendar.as_deref()).or_else(|| referred?.calendar.as_deref());
    begin(context, calendar, term, max, place).map(|terms| Some(Terms { suspend, ..terms }))
}

/// Terms from now on, of any deadline.
pub(crate) fn begin(
    context: &Context<'_>,
    calendar: Option<&str>,
    term: Term,
    max: Option<Term>,
    place: Place,
) -> Result<Terms, Fault> {
    let calendar = calendar.unwrap_or_else(|| context.resources.default_calendar()).to_owned();
    let question = Question { calendar: &calendar, from: context.at, place: &place, suspensions: &[] };
    let by = context.basis(&place);
    let deadline = question.derive(by, term)?;
    let max_deadline = max.map(|max| question.derive(by, max)).transpose()?;
    Ok(Terms {
        from: context.at,
        suspensions: Vec::new(),
        set: None,
        moves: Vec::new(),
        suspend: None,
        calendar,
        term,
        max,
        place,
        deadline,
        max_deadline,
    })
}

/// A reminder's rule and its first instant; none where the referral's terms ask for no reminder.
pub fn remind_at(
    context: &Context<'_>,
    remind: &Remind,
    terms: Option<&Terms>,
    referred: Option<&Referred>,
) -> Result<Option<(RemindRule, Moment)>, Fault> {
    let rule = match (&remind.after, &remind.before, referred) {
        (Some(after), None, _) => RemindRule::After(length("after", after)?),
        (None, Some(before), _) => RemindRule::Before(length("before", before)?),
        (None, None, Some(referred)) => match referred.remind_after()? {
            Some(after) => RemindRule::After(after),
            None => return Ok(None),
        },
        _ => return Err(Fault::Input("a reminder has either `after` or `before`".to_owned())),
    };
    let at = match (terms, rule) {
        (Some(terms), rule) => deadlines::remind_at(context.basis(&terms.place), terms, rule)?,
        (None, RemindRule::After(Term::Within { microseconds })) => context.at.plus_micros(microseconds),
        (None, RemindRule::Before(_)) => {
            return Err(Fault::Input("a reminder `before` needs a `due`".to_owned()));
        }
        (None, RemindRule::After(_)) => {
            return Err(Fault::Input(
                "a reminder in working time needs a `due`, by whose calendar it counts".to_owned(),
            ));
        }
    };
    Ok(Some((rule, at)))
}

/// `PT1H30M`, `{workingDays: 3}` or `{workingHours: 2}`.
fn length(name: &str, value: &Value) -> Result<Term, Fault> {
    if let Some(text) = value.as_str() {
        return Ok(Term::Within { microseconds: micros(text)? });
    }
    let wrong = || Fault::Input(format!("`{name}` is a duration, {{workingDays: N}} or {{workingHours: N}}"));
    let working: Working = serde_json::from_value(value.clone()).map_err(|_| wrong())?;
    term(None, working.working_days, working.working_hours.as_ref())?.ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn referred(terms: Value) -> Result<Referred, Fault> {
        let manager_role = "duty-manager".to_owned();
        let terms = crate::host::data(terms);
        Referred::of(&Referral {
            agency: "a".to_owned(),
            unit: None,
            manager: None,
            manager_role,
            terms,
            at: Moment(0),
        })
    }

    #[test]
    fn a_referrals_terms_are_a_term_and_a_reminder() {
        let days = |days| Some(Term::WorkingDays { days });
        let hours = |hours| Some(Term::WorkingTime { microseconds: hours * HOUR_US });
        let within = |hours| Some(Term::Within { microseconds: hours * HOUR_US });
        for (terms, term, reminder) in [
            (json!({ "workingDays": 10, "remindAt": 7, "colour": "red" }), days(10), days(7)),
            (json!({ "workingHours": 6, "remindAt": 4 }), hours(6), hours(4)),
            (json!({ "within": "PT3H", "remindAt": "PT2H" }), within(3), within(2)),
            // An emergency has no days, and no reminder.
            (json!({ "workingDays": 0, "remindAt": 0 }), None, None),
            (json!({ "workingDays": null }), None, None),
            (json!({}), None, None),
        ] {
            let read = referred(terms.clone()).unwrap();
            assert_eq!((read.term().unwrap(), read.remind_after().unwrap()), (term, reminder), "{terms}");
        }
    }

    #[test]
    fn terms_that_can_not_be_meant_are_a_fault() {
        assert!(matches!(referred(json!({ "workingDays": "ten" })), Err(Fault::State(_))));
        assert!(referred(json!({ "workingDays": 3, "within": "PT1H" })).unwrap().term().is_err());
        assert!(referred(json!({ "within": "soon" })).unwrap().term().is_err());
        assert!(referred(json!({ "workingDays": 3, "remindAt": -1 })).unwrap().remind_after().is_err());
    }
}
