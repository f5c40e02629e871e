//! Statement: every open deadline is where a walk over every minute finds it. While an operation is on its way to the
//! deadlines, each is where the walk finds it with the closures of before or of after; at a run's end none is on its way.
//!
//! The walk ([`walk`]) knows the calendar `ir-working` from its text, the declared closures from their stream, and nothing of the
//! engine's calendars: a day begins at midnight of Tehran, whose clocks have been 3:30 ahead of UTC since 1401.

mod walk;

use std::collections::BTreeSet;

use peygir_casework::records::Terms;
use peygir_core::{Id, Moment};
use peygir_runtime::closures::{self, Closure, Closures};
use peygir_runtime::engine::Engine;
use peygir_runtime::operation::About;

use self::walk::{Office, Walk};

use crate::finding::{Finding, found};

const STATEMENT: &str = "deadlines";

/// Gives the number of deadlines that were walked to.
pub fn check(engine: &Engine, streams: &BTreeSet<Id>, last: bool) -> Result<u64, Finding> {
    let broken = |what: String| found(STATEMENT, what);
    let known = engine.load(closures::STREAM).map_err(|failure| broken(failure.to_string()))?.closures;
    if last && !known.register.open.is_empty() {
        return Err(broken(format!("operations are not through at the end: {:?}", known.register.open)));
    }
    let sets: Vec<Vec<&Closure>> = (0..=known.register.open.len()).map(|through| in_force(&known, through)).collect();
    let offices: Vec<Office<'_>> = sets.iter().rev().map(|set| Office::new(set)).collect();
    let mut walked = 0;
    for id in streams {
        let stream = engine.load(*id).map_err(|failure| broken(failure.to_string()))?;
        for task in stream.records.tasks.values().filter(|task| task.is_open()) {
            let Some(terms) = &task.terms else { continue };
            walked +=
                compare(terms, &offices, task.due_at).map_err(|what| broken(format!("task {}: {what}", task.id)))?;
        }
        for wait in stream.records.waits.values().filter(|wait| wait.is_open()) {
            let Some(terms) = &wait.terms else { continue };
            walked +=
                compare(terms, &offices, Some(wait.at)).map_err(|what| broken(format!("wait {}: {what}", wait.id)))?;
        }
    }
    Ok(walked)
}

/// The closures that count once so many of the operations that are on their way are through, the oldest first.
fn in_force(known: &Closures, through: usize) -> Vec<&Closure> {
    let to_come = &known.register.open[through..];
    let comes = |about: &About| to_come.iter().any(|begun| begun.about == *about);
    let counts = |closure: &&Closure| {
        let withdrawn = closure.withdrawn.is_some() && !comes(&About::ClosureWithdrawn(closure.id));
        !withdrawn && !comes(&About::ClosureDeclared(closure.id))
    };
    known.all.values().filter(counts).collect()
}

fn compare(terms: &Terms, offices: &[Office<'_>], kept: Option<Moment>) -> Result<u64, String> {
    let derived: Moment = terms.deadline.due.into();
    if kept != Some(derived) {
        return Err(format!("{kept:?} is kept, its terms say {derived}"));
    }
    let ends = terms.max.zip(terms.max_deadline.as_ref()).map(|(term, deadline)| (term, deadline.due.into(), None));
    let due = (terms.term, derived, terms.set.as_ref().map(|set| set.due));
    let mut walked = 0;
    for (term, derived, set) in [due].into_iter().chain(ends) {
        let found = |office: &Office<'_>| set.or_else(|| Walk::new(terms, office).to(&term));
        if !offices.iter().any(|office| found(office) == Some(derived)) {
            let right: Vec<Option<Moment>> = offices.iter().map(found).collect();
            return Err(format!("{derived} of {term:?} from {} is kept, a walk finds {right:?}", terms.from));
        }
        walked += 1;
    }
    Ok(walked)
}
