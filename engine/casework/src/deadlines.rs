//! Deadlines that move: derived again by the calendars that there are now, suspended, resumed, set by a person, and told
//! to people.
//!
//! Owns: the one way from [`Terms`] to a date, and what of a task or a wait changes by it. Whatever happened before, a
//! deadline is what its terms give by the present calendars. Deliberately does not know who may do what, nor which
//! deadlines a closure can touch: whoever derives a stream anew gets what moved, and nothing where nothing did.

mod account;
mod people;

use std::sync::Arc;

use peygir_calendar::{Ask, Calendar, Calendars, Deadline, DueError, Place, Suspension, Term};
use peygir_core::{Id, Moment};

use crate::event::Event;
use crate::functions::opening;
use crate::host::{Basis, Context, Fault, Rejection, Reply};
use crate::incident;
use crate::records::{
    About, DeadlineChange, Holder, Move, MoveWhy, Records, Rederived, RemindRule, Reminder, Task, Terms, Wait,
};

pub use account::{Account, Opener, to_json, to_json_of, view, view_of};
pub(crate) use account::{both, rfc3339};
pub use people::{citizen_wrote, event_arrived, resume, set, suspend};

/// What is asked of the calendars.
pub(crate) struct Question<'a> {
    pub calendar: &'a str,
    pub from: Moment,
    pub place: &'a Place,
    pub suspensions: &'a [Suspension],
}

/// Why the calendars give no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Underivable {
    #[error("there is no calendar `{0}`")]
    NoCalendar(String),
    #[error("calendar `{0}`: {1}")]
    Due(String, DueError),
    /// It does not open, or the rule names no day to come.
    #[error("calendar `{0}`: {1}")]
    Never(String, String),
}

impl From<Underivable> for Fault {
    fn from(why: Underivable) -> Self {
        match why {
            Underivable::NoCalendar(_) => Fault::Missing(why.to_string()),
            Underivable::Due(..) | Underivable::Never(..) => Fault::State(why.to_string()),
        }
    }
}

impl<'a> Question<'a> {
    pub fn calendar<'c>(&self, calendars: &'c Calendars) -> Result<&'c Arc<Calendar>, Underivable> {
        let found = calendars.at(self.calendar, self.place);
        found.ok_or_else(|| Underivable::NoCalendar(self.calendar.to_owned()))
    }

    pub fn derive(&self, by: Basis<'_>, term: Term) -> Result<Deadline, Underivable> {
        let ask = Ask { from: self.from.to_jiff(), term, place: self.place, suspensions: self.suspensions };
        let underivable = |error| Underivable::Due(self.calendar.to_owned(), error);
        by.plans.derive(self.calendar(by.calendars)?, &ask).map_err(underivable)
    }

    fn of(terms: &'a Terms, suspensions: &'a [Suspension]) -> Self {
        Self { calendar: &terms.calendar, from: terms.from, place: &terms.place, suspensions }
    }
}

/// Where a deadline counts: the place of the case, and the agency whose task it is.
pub(crate) fn place_of(records: &Records, agency: Option<&str>) -> Place {
    let case = records.case.as_ref();
    Place {
        province: case.map(|case| case.province.clone()),
        county: case.and_then(|case| case.county.clone()),
        agency: agency.map(str::to_owned),
    }
}

/// A deadline and the latest one.
type Derived = (Deadline, Option<Deadline>);

/// The deadline and the latest one, as the terms give them by these calendars.
pub(crate) fn derive(by: Basis<'_>, terms: &Terms) -> Result<Derived, Underivable> {
    let suspensions = terms.suspended();
    let question = Question::of(terms, &suspensions);
    let deadline = question.derive(by, terms.term)?;
    let deadline = match &terms.set {
        Some(set) => deadline.with_set(set.date()).map_err(|error| Underivable::Due(terms.calendar.clone(), error))?,
        None => deadline,
    };
    let max = terms.max.map(|max| question.derive(by, max)).transpose()?;
    Ok((deadline, max))
}

/// When a reminder of this deadline is to be sent. None is sent while the deadline rests.
pub(crate) fn remind_at(by: Basis<'_>, terms: &Terms, rule: RemindRule) -> Result<Moment, Underivable> {
    remind_by(by, terms, terms.deadline.due, rule)
}

/// The same, where it is due at another instant than its terms say.
fn remind_by(by: Basis<'_>, terms: &Terms, due: jiff::Timestamp, rule: RemindRule) -> Result<Moment, Underivable> {
    let suspensions = terms.suspended();
    let question = Question::of(terms, &suspensions);
    match rule {
        // Elapsed time that nothing interrupts needs no calendar, and may be none at all.
        RemindRule::After(Term::Within { microseconds }) if suspensions.is_empty() || microseconds <= 0 => {
            Ok(terms.from.plus_micros(microseconds))
        }
        RemindRule::After(term) => question.derive(by, term).map(|deadline| deadline.due.into()),
        RemindRule::Before(term) => {
            let at = match term {
                Term::Within { microseconds } => Moment::from(due).plus_micros(microseconds.saturating_neg()),
                term => {
                    let underivable = |error| Underivable::Due(terms.calendar.clone(), error);
                    let before = question.calendar(by.calendars)?.before(due, term, &terms.place);
                    before.map_err(underivable)?.into()
                }
            };
            Ok(awake(at, &suspensions))
        }
    }
}

/// The instant itself, or the end of the suspension in which it lies.
fn awake(at: Moment, suspensions: &[Suspension]) -> Moment {
    suspensions.iter().fold(at, |at, suspension| {
        let (from, to) = (Moment::from(suspension.from), Moment::from(suspension.to));
        if (from..to).contains(&at) { to } else { at }
    })
}

/// Why a deadline is derived again.
pub(crate) struct Cause<'a> {
    pub operation: Option<Id>,
    pub why: MoveWhy,
    pub by: Option<&'a str>,
    pub at: Moment,
}

impl Cause<'_> {
    fn moved(&self, from: Moment, to: Moment) -> Move {
        Move { operation: self.operation, at: self.at, from, to, why: self.why, by: self.by.map(str::to_owned) }
    }
}

/// What changes where a task's deadline has these terms now. `None` where nothing does.
pub(crate) fn change_of_task(
    by: Basis<'_>,
    task: &Task,
    terms: &Terms,
    cause: &Cause<'_>,
) -> Result<Option<DeadlineChange>, Underivable> {
    let fresh = derive(by, terms)?;
    let reminders = moved_reminders(by, &task.reminders, terms, fresh.0.due)?;
    let stays = task.terms.as_deref().is_some_and(|kept| is_same(kept, &fresh));
    let changed = !stays || !reminders.is_empty();
    let before = task.due_at.unwrap_or(fresh.0.due.into());
    Ok(changed.then(|| change(fresh, before, reminders, Holder::Task, cause)))
}

fn change_of_wait(
    by: Basis<'_>,
    wait: &Wait,
    terms: &Terms,
    cause: &Cause<'_>,
) -> Result<Option<DeadlineChange>, Underivable> {
    let fresh = derive(by, terms)?;
    Ok((!is_same(terms, &fresh)).then(|| change(fresh, wait.at, Vec::new(), Holder::Wait, cause)))
}

fn is_same(kept: &Terms, (deadline, max_deadline): &Derived) -> bool {
    kept.deadline == *deadline && kept.max_deadline == *max_deadline
}

fn change(
    (deadline, max_deadline): Derived,
    before: Moment,
    reminders: Vec<(u32, Moment)>,
    holder: Holder,
    cause: &Cause<'_>,
) -> DeadlineChange {
    let due_at = deadline.due.into();
    let max_at = max_deadline.as_ref().map(|max| max.due.into());
    let moved = cause.moved(before, due_at);
    DeadlineChange { due_at, max_at, deadline, max_deadline, reminders, moved, holder }
}

/// Reminders that are still to be sent and whose instants are others where it is due then.
fn moved_reminders(
    by: Basis<'_>,
    reminders: &[Reminder],
    terms: &Terms,
    due: jiff::Timestamp,
) -> Result<Vec<(u32, Moment)>, Underivable> {
    let mut moved = Vec::new();
    for (index, reminder) in reminders.iter().enumerate() {
        let Some(rule) = reminder.rule.filter(|_| reminder.sent_at.is_none()) else { continue };
        let at = remind_by(by, terms, due, rule)?;
        if at != reminder.at {
            moved.push((index as u32, at));
        }
    }
    Ok(moved)
}

/// Derives every open deadline of the stream anew. What did not change brings no event; what can't be derived stays as
/// it was and is an incident. An overdue one stays overdue, a reminder that was sent stays sent.
pub fn rederive(context: &mut Context<'_>, operation: Id, why: MoveWhy) -> Reply {
    let records = context.records;
    let cause = Cause { operation: Some(operation), why, by: None, at: context.at };
    let mut events = Vec::new();
    for task in records.tasks.values().filter(|task| task.is_open()) {
        let Some(terms) = task.terms.as_deref() else { continue };
        let changed = change_of_task(context.basis(&terms.place), task, terms, &cause);
        events.extend(told(context, task.id, terms, changed));
    }
    for wait in records.waits.values().filter(|wait| wait.is_open()) {
        events.extend(wait_again(context, wait, &cause));
    }
    Reply { events, ..Reply::default() }
}

fn wait_again(context: &mut Context<'_>, wait: &Wait, cause: &Cause<'_>) -> Vec<Event> {
    if let Some(terms) = wait.terms.as_deref() {
        let changed = change_of_wait(context.basis(&terms.place), wait, terms, cause);
        return told(context, wait.id, terms, changed);
    }
    let Some(opening) = wait.opening.as_deref() else { return Vec::new() };
    match opening::find(context.resources.calendars(&opening.place), opening) {
        Ok(at) if at == wait.at => passed(context, wait.id),
        Ok(at) => {
            let moved = cause.moved(wait.at, at);
            std::iter::once(Event::WaitMoved { wait: wait.id, moved }).chain(passed(context, wait.id)).collect()
        }
        Err(why) => underivable(context, wait.id, &why),
    }
}

fn told(
    context: &mut Context<'_>,
    of: Id,
    before: &Terms,
    changed: Result<Option<DeadlineChange>, Underivable>,
) -> Vec<Event> {
    match changed {
        Ok(changed) => {
            let moved = changed.map(|change| match Rederived::of_change(of, change, before) {
                Ok(rederived) => Event::DeadlineRederived(Box::new(rederived)),
                Err(change) => Event::DeadlineMoved { of, change },
            });
            moved.into_iter().chain(passed(context, of)).collect()
        }
        Err(why) => underivable(context, of, &why),
    }
}

/// The deadline could be derived: an incident that it could not is over.
fn passed(context: &Context<'_>, of: Id) -> Vec<Event> {
    let incidents = context.records.incidents.values();
    let open = incidents.filter(|incident| incident.resolved_at.is_none() && incident.about == About::Deadline(of));
    open.map(|incident| incident::passed(incident.id)).collect()
}

fn underivable(context: &mut Context<'_>, of: Id, why: &Underivable) -> Vec<Event> {
    incident::underivable(context, of, why.to_string()).into_iter().collect()
}

/// A person mended the calendars and wants the deadline derived again.
pub(crate) fn try_again(context: &Context<'_>, of: Id) -> Result<Vec<Event>, Rejection> {
    let cause = Cause { operation: None, why: MoveWhy::Calendar, by: None, at: context.at };
    let refused = |why: Underivable| Rejection::Underivable(why.to_string());
    let moved = |change| Event::DeadlineMoved { of, change: Box::new(change) };
    if let Some(task) = context.records.tasks.get(&of).filter(|task| task.is_open())
        && let Some(terms) = task.terms.as_deref()
    {
        let changed = change_of_task(context.basis(&terms.place), task, terms, &cause).map_err(refused)?;
        return Ok(changed.map(moved).into_iter().collect());
    }
    let Some(wait) = context.records.waits.get(&of).filter(|wait| wait.is_open()) else { return Ok(Vec::new()) };
    if let Some(terms) = wait.terms.as_deref() {
        let changed = change_of_wait(context.basis(&terms.place), wait, terms, &cause).map_err(refused)?;
        return Ok(changed.map(moved).into_iter().collect());
    }
    let Some(opening) = wait.opening.as_deref() else { return Ok(Vec::new()) };
    let at = opening::find(context.resources.calendars(&opening.place), opening).map_err(refused)?;
    let moved = Event::WaitMoved { wait: of, moved: cause.moved(wait.at, at) };
    Ok(if at == wait.at { Vec::new() } else { vec![moved] })
}
