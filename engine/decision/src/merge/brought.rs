//! Rows as they would be where an overlay holds: in Kashan's pack every case has the county of Kashan, whatever county a row of the
//! layers below was written with. A row of the overlay's own has it where it names no place.
//!
//! Owns: what the place puts into a row, and whether what the row is about can be there at all. Deliberately does not know what
//! an overlay makes of it, or what a place is: some inputs have one value there.

use std::collections::BTreeMap;

use peygir_calendar::Jalali;
use peygir_source::Node;
use serde_json::Value;

use crate::{analysis::Fixed, days, label::Label, model::Table, tests::TestRow, window::Window};

/// A row of a layer below, where an overlay holds.
pub(super) enum Brought {
    /// As it is written, it may be there.
    AsWritten,
    /// As it would be there, on the days on which the rule that it is about answers it there too.
    Here(Box<TestRow>, Vec<Jalali>),
    /// Another rule answers it there: what it is about can't be, as a street without a county in the pack of a county.
    Elsewhere,
}

/// A row where these inputs have one value. `days`: those that it speaks of.
pub(super) fn brought(below: &Table, row: &TestRow, place: &Fixed, days: &[Jalali]) -> Brought {
    let mut given = row.given.clone();
    given.extend(below.known_within(place));
    if given == row.given {
        return Brought::AsWritten;
    }
    let both = |on: &Jalali| (*on, answering(below, &row.given, *on), answering(below, &given, *on));
    let asked: Vec<_> = days.iter().map(both).collect();
    // A value that the table does not take there is for others to tell; the row is judged as it is written.
    if asked.iter().any(|(_, written, here)| written.is_none() || here.is_none()) {
        return Brought::AsWritten;
    }
    let alike: Vec<Jalali> = asked.iter().filter(|(_, written, here)| written == here).map(|(on, ..)| *on).collect();
    if alike.is_empty() {
        return Brought::Elsewhere;
    }
    let written = row.written.clone().or_else(|| Some(row.given.clone()));
    Brought::Here(Box::new(TestRow { given, written, ..row.clone() }), alike)
}

/// Puts the place into a row of the overlay's own that names no part of it, not even as absent (`province: null`): there every
/// case has one. `item`: the row as it is written.
pub(super) fn settled(row: &mut TestRow, item: &Node, table: &Table, place: &Fixed) {
    let known = table.known_within(place);
    let is_named = |name: &String| item.get("given").is_some_and(|given| given.entry(name).is_some());
    if known.is_empty() || known.keys().any(is_named) || known.iter().any(|(name, value)| !table.takes(name, value)) {
        return;
    }
    row.written = Some(row.given.clone());
    row.given.extend(known);
}

/// The rules that answer; none where no decision is made.
fn answering(table: &Table, given: &BTreeMap<String, Value>, on: Jalali) -> Option<Vec<Label>> {
    let decision = table.decide(given, on).ok()?;
    Some(decision.fired.into_iter().map(|fired| fired.rule).collect())
}

impl TestRow {
    /// Expects from now on what the table below answers it on one day; on days on which that answers otherwise it is not run.
    /// `days`: all on which it could be run.
    pub(super) fn expect_of(&mut self, below: &Table, on: Jalali, days: &[Jalali]) {
        let answered = |row: &Self, on| below.run_on("", row, on).got;
        let expected = answered(self, on);
        let others: Vec<usize> = (0..days.len()).filter(|at| answered(self, days[*at]) != expected).collect();
        let stretch = |at: usize| {
            let until = days.get(at + 1).and_then(|next| days::previous(*next));
            Window { from: Some(days[at]).filter(|_| at > 0), until }
        };
        self.except.extend(others.into_iter().map(stretch));
        let Value::Object(expected) = expected else { return };
        for (name, value) in expected {
            match name.as_str() {
                "rule" => self.rule = value.as_str().map(str::to_owned),
                "rules" if self.rules.is_some() => {
                    let ids = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                    self.rules = Some(ids.map(str::to_owned).collect());
                }
                _ => drop(self.outputs.insert(name, value)),
            }
        }
    }
}
