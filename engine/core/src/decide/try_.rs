//! `try`: runs a list; catches its errors, tries again, or hands over to `catch.do`.
//!
//! Retries come first. When they are used up, or the policy refuses one, `catch.do` runs; with neither `do` nor `then`
//! the error goes on.

use peygir_dsl::duration::Duration;
use peygir_dsl::lookup::{CATCH, TRY};
use peygir_dsl::model::{Backoff, Catch, Kind, Retry, Then, Try};
use serde_json::Value;

use super::scope::Scope;
use super::span;
use super::turn::Turn;
use super::walk::Starting;
use crate::error::same_type;
use crate::state::{Activation, ActivationNumber, Progress, TimerPurpose, TryPhase};
use crate::{Data, Error, Event, Moment};

/// How a try deals with an error.
pub(super) enum Handling {
    /// The next attempt begins at this instant.
    Retry(Moment),
    /// `catch.do` runs.
    Catch,
    /// The error is caught and there is nothing to do about it.
    Swallow,
}

pub(super) fn start(turn: &mut Turn<'_>, _: &Try, starting: Starting) {
    let progress = Progress::Try { retries: 0, first_failure: None, error: None, phase: TryPhase::Trying };
    let number = turn.open(starting, progress);
    attempt(turn, number);
}

/// Begins an attempt: the whole list, with the input of the try. It repeats the keys of the one before it.
fn attempt(turn: &mut Turn<'_>, number: ActivationNumber) {
    let Some(owner) = turn.instance.activations.get(&number).cloned() else {
        return;
    };
    if turn.set_attempt_timer(&owner) {
        turn.open_list(&owner, TRY, owner.input.clone());
    }
}

/// The list that was tried, or that of `catch`, came to its end.
pub(super) fn list_ended(turn: &mut Turn<'_>, number: ActivationNumber, output: Data) {
    turn.clear_timers(number, |purpose| purpose == TimerPurpose::Attempt);
    let then = turn.catch_then(number);
    turn.finish(number, output, then);
}

/// What this try does about an error of its list; None if that is not its business.
pub(super) fn judge(turn: &mut Turn<'_>, owner: &Activation, error: &Error) -> Result<Option<Handling>, Error> {
    let Some((_, definition)) = turn.try_at(&owner.path) else {
        return Ok(None);
    };
    let catch = &definition.catch;
    let seen = Data::from(error.to_value());
    let scope = Scope::of(owner).with("error", seen.clone()).with(&catch.as_, seen.clone());
    let admits = |when: &Option<_>, except: &Option<_>| -> Result<bool, Error> {
        let wanted = when.as_ref().map_or(Ok(true), |when| turn.test(&scope, when, &seen))?;
        Ok(wanted && !except.as_ref().map_or(Ok(false), |except| turn.test(&scope, except, &seen))?)
    };
    if !catch.errors.as_ref().is_none_or(|wanted| matches(wanted, seen.value()))
        || !admits(&catch.when, &catch.except_when)?
    {
        return Ok(None);
    }
    let Some(retry) = &catch.retry else {
        return Ok(Some(without_retry(catch)));
    };
    if admits(&retry.when, &retry.except_when)?
        && let Some(next) = next_attempt(turn, owner, retry, (&scope, &seen))?
    {
        return Ok(Some(Handling::Retry(next)));
    }
    Ok((catch.tasks.is_some() || catch.then.is_some()).then(|| without_retry(catch)))
}

fn without_retry(catch: &Catch) -> Handling {
    if catch.tasks.is_some() { Handling::Catch } else { Handling::Swallow }
}

/// Equality on the members that the filter gives.
fn matches(wanted: &Value, error: &Value) -> bool {
    let Value::Object(members) = wanted else {
        return true;
    };
    members.iter().all(|(name, value)| match (name.as_str(), value, error.get(name)) {
        ("type", Value::String(wanted), Some(Value::String(type_))) => same_type(wanted, type_),
        ("status", Value::Number(wanted), Some(Value::Number(status))) => wanted.as_f64() == status.as_f64(),
        (_, wanted, found) => found == Some(wanted),
    })
}

/// When the next attempt begins; None if there is no other. Durations that are expressions see the error.
fn next_attempt(
    turn: &mut Turn<'_>,
    owner: &Activation,
    retry: &Retry,
    (scope, seen): (&Scope, &Data),
) -> Result<Option<Moment>, Error> {
    let Progress::Try { retries, first_failure, .. } = &owner.progress else {
        return Ok(None);
    };
    if retry.count.is_some_and(|count| *retries >= count) {
        return Ok(None);
    }
    let first = turn.duration(scope, &retry.delay, seen)?;
    let max = turn.surroundings.limits.backoff_micros_max;
    let delay = delay(first, retry.backoff, retries.saturating_add(1), max);
    let limit = retry.duration.as_ref().map(|limit| turn.duration(scope, limit, seen)).transpose()?;
    let jitter = match &retry.jitter {
        None => 0,
        Some((from, to)) => {
            let bounds = (turn.duration(scope, from, seen)?, turn.duration(scope, to, seen)?);
            jitter(turn, bounds)
        }
    };
    let next = span::after(turn.definition, turn.at, delay).plus_micros(jitter);
    let limit = limit.map(|limit| span::after(turn.definition, first_failure.unwrap_or(turn.at), limit));
    Ok(limit.is_none_or(|limit| next <= limit).then_some(next))
}

/// The delay before the `n`th retry, n from 1. One that grows comes to `max_micros` at most; a longer first delay stays as
/// it is.
fn delay(first: Duration, backoff: Backoff, n: u32, max_micros: i64) -> Duration {
    let grown = match backoff {
        Backoff::Constant => return first,
        Backoff::Linear => span::times(first, i64::from(n)),
        Backoff::Exponential => {
            span::times(first, 1_i64.checked_shl(n - 1).filter(|factor| *factor > 0).unwrap_or(i64::MAX))
        }
    };
    Duration { months: first.months, microseconds: grown.microseconds.min(max_micros.max(first.microseconds)) }
}

/// Drawn once for each retry, in microseconds; the instant it leads to is in the journal.
fn jitter(turn: &mut Turn<'_>, (from, to): (Duration, Duration)) -> i64 {
    let width = to.microseconds.saturating_sub(from.microseconds).max(0) as u64;
    let drawn = turn.draws.below(width.saturating_add(1));
    from.microseconds.saturating_add(i64::try_from(drawn).unwrap_or(i64::MAX))
}

/// Does what [`judge`] found; the list has faulted by now.
pub(super) fn handle(turn: &mut Turn<'_>, number: ActivationNumber, handling: Handling, error: Error) {
    turn.clear_timers(number, |purpose| purpose == TimerPurpose::Attempt);
    let Some(owner) = turn.instance.activations.get(&number).cloned() else {
        return;
    };
    match handling {
        Handling::Retry(at) => {
            let Progress::Try { retries, .. } = owner.progress else {
                return;
            };
            turn.emit(Event::RetryScheduled { activation: number, retry: retries.saturating_add(1), error, at });
            turn.set_timer(number, at, TimerPurpose::Retry);
        }
        Handling::Catch => {
            turn.emit(Event::ErrorCaught { activation: number, error });
            turn.open_list(&owner, CATCH, owner.input.clone());
        }
        Handling::Swallow => {
            turn.emit(Event::ErrorCaught { activation: number, error });
            let then = turn.catch_then(number);
            turn.finish(number, owner.input.clone(), then);
        }
    }
}

/// The retry timer fired.
pub(super) fn retry(turn: &mut Turn<'_>, number: ActivationNumber) {
    let Some(Progress::Try { retries, .. }) = turn.instance.activations.get(&number).map(|owner| &owner.progress)
    else {
        return;
    };
    let retry = retries.saturating_add(1);
    turn.emit(Event::TaskRetried { activation: number, retry });
    attempt(turn, number);
}

impl<'a> Turn<'a> {
    pub fn try_at(&self, path: &[String]) -> Option<(&'a peygir_dsl::model::Task, &'a Try)> {
        let task = self.definition.task(path)?;
        match &task.kind {
            Kind::Try(definition) => Some((task, definition)),
            _ => None,
        }
    }

    /// Sets the timer of an attempt, where the policy limits one. Whether the try goes on: a limit that can't be made out
    /// faults it.
    pub fn set_attempt_timer(&mut self, owner: &Activation) -> bool {
        let retry = self.try_at(&owner.path).and_then(|(_, definition)| definition.catch.retry.as_ref());
        let limit = retry.and_then(|retry| retry.attempt_duration.as_ref());
        match limit.map(|limit| self.duration(&Scope::of(owner), limit, &owner.input)).transpose() {
            Ok(Some(limit)) => {
                let due = span::after(self.definition, self.at, limit);
                self.set_timer(owner.number, due, TimerPurpose::Attempt);
            }
            Ok(None) => {}
            Err(error) => {
                self.raise(owner.number, error);
                return false;
            }
        }
        true
    }

    /// `catch.then`, if it was `catch` that ended the try.
    fn catch_then(&self, number: ActivationNumber) -> Option<&'a Then> {
        let owner = self.instance.activations.get(&number)?;
        let Progress::Try { phase: TryPhase::Handling, .. } = owner.progress else {
            return None;
        };
        self.try_at(&owner.path)?.1.catch.then.as_ref()
    }
}
