//! An example for what was proven without one: inputs that the cells and days of a rule hold for, and who answers them.
//!
//! Every example was decided by the table itself. There is none where the cells or days of a rule leave nothing, or where they
//! can't be looked into.

use peygir_calendar::Jalali;

use super::{Inputs, effort::Effort, space};
use crate::{
    fault::Fault,
    model::{Rule, Table},
    window::Window,
};

/// Work that one example may cost.
const STEPS_MAX: u64 = 1_000_000;

/// Inputs on a day, with the rules that answer them; none where nobody can say which.
pub(super) struct Shown {
    pub inputs: Inputs,
    pub on: Jalali,
    pub by: Vec<String>,
}

impl Shown {
    /// Of the first of these rows that holds for anything on these days.
    pub fn of<'r>(table: &Table, rows: impl IntoIterator<Item = &'r Rule>, days: Window) -> Option<Self> {
        rows.into_iter().find_map(|row| Self::of_row(table, row, days))
    }

    pub fn decided(table: &Table, inputs: Inputs, on: Jalali) -> Self {
        let by = match table.decide(&inputs, on) {
            Ok(decision) => decision.fired.iter().map(|fired| fired.rule.to_string()).collect(),
            // It came to that rule, whose answer the inputs don't fill.
            Err(Fault::Placeholder { rule, .. } | Fault::OutputValue { rule, .. }) => vec![rule],
            Err(_) => Vec::new(),
        };
        Self { inputs, on, by }
    }

    fn of_row(table: &Table, row: &Rule, days: Window) -> Option<Self> {
        let effort = Effort::of(STEPS_MAX);
        let space = space::Space::new(table, &[row], &[days], &effort);
        let within = space.on_days(days);
        let space::Reply::Found(point) = space.ask(space.rules.first()?.may_hold().iter().chain([&within])) else {
            return None;
        };
        let holds = space::holds(table, row, &point.inputs, point.on) == Some(true);
        holds.then(|| Self::decided(table, point.inputs, point.on))
    }
}
