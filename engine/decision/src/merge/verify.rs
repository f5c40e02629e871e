//! Tests on the merged table: the overlay's own must pass; those of the layers below may only fail where the overlay
//! means it.

use peygir_calendar::Jalali;
use peygir_source::Span;
use serde_json::Value;

use super::Stage;
use crate::{
    complaint::{self, overlay as complaints},
    model::{Rule, Table},
    tests::{Changed, TestOutcome, TestRow},
};

/// What became of one test of the layers below.
enum Verdict {
    Holds,
    /// The overlay means it: it says so, or it writes the rule that answers now in the place of the one it changed.
    Meant(Changed),
    Broken,
}

impl Stage<'_> {
    pub(super) fn verify(&mut self, table: &mut Table) {
        let days = table.days();
        let rows = std::mem::take(&mut table.tests);
        let mut kept = rows.clone();
        let mut used = vec![false; self.overlay.supersedes.len()];
        for (index, row) in rows.iter().enumerate() {
            let name = row.name_at(index);
            let outcomes = table.days_of(row, &days).into_iter().map(|on| (on, table.run_on(&name, row, on)));
            let Some((on, outcome)) = outcomes.into_iter().find(|(_, outcome)| !outcome.passed) else { continue };
            let outcome = outcome.told(row, &days);
            if row.layer == self.layer {
                self.reader.findings.list.extend(outcome.to_diagnostic());
                continue;
            }
            match self.judge_row(&outcome, row, on, &mut used, table) {
                Verdict::Holds | Verdict::Broken => {}
                Verdict::Meant(changed) => {
                    kept[index].except.push(self.window().unwrap_or_default());
                    kept[index].changed.push(changed);
                }
            }
        }
        table.tests = kept;
        self.unneeded(&rows, &used);
    }

    /// An overlay answers for what it writes. Where a row goes to a rule that the overlay does not write, the change
    /// reaches further than it says: it is warned of that, unless it says so under `supersedes`.
    fn judge_row(
        &mut self,
        outcome: &TestOutcome,
        row: &TestRow,
        on: Jalali,
        used: &mut [bool],
        table: &Table,
    ) -> Verdict {
        let before = self.below.run_on(&outcome.name, row, on);
        if !before.passed {
            // It failed without this overlay too, and was told there.
            return Verdict::Holds;
        }
        let place = (self.below.file(row.layer), row.span);
        let touched = self.changed_at(before.rule.as_deref().unwrap_or_default());
        let taker = outcome.rule.as_deref().and_then(|id| taker(table, id, on));
        let own = taker.and_then(|rule| self.span_of(rule));
        let superseded = self.overlay.supersedes.iter().position(|one| self.names(&one.test.name, &outcome.name));
        let why = superseded.filter(|_| taker.is_some()).map(|at| {
            used[at] = true;
            self.overlay.supersedes[at].clone()
        });
        match (why, touched, own) {
            (Some(why), ..) => {
                let span = touched.or(own).unwrap_or(why.test.span);
                Verdict::Meant(self.meant(span, (&before, outcome), place, Some(why.why)))
            }
            (None, Some(span), Some(_)) => Verdict::Meant(self.meant(span, (&before, outcome), place, None)),
            (None, Some(span), None) if taker.is_some() => {
                self.reader.push(complaints::test_beyond(span, &before, outcome, place));
                let (was, is) = complaints::differing(&before.got, &outcome.got);
                Verdict::Meant(self.changed(was, is, None))
            }
            (None, touched, own) => {
                let mut finding = complaints::test_broken(touched.or(own).unwrap_or(row.span), outcome, place);
                if touched.or(own).is_none() {
                    // Nothing in the overlay is to blame by itself: the row is what there is to look at.
                    place.0.clone_into(&mut finding.file);
                }
                self.reader.push(finding);
                Verdict::Broken
            }
        }
    }

    fn meant(
        &mut self,
        span: Span,
        (before, outcome): (&TestOutcome, &TestOutcome),
        place: (&str, Span),
        why: Option<String>,
    ) -> Changed {
        let (was, is) = complaints::differing(&before.got, &outcome.got);
        self.reader.push(complaints::test_meant(span, outcome, place, (&was, &is)));
        self.changed(was, is, why)
    }

    fn changed(&self, before: Value, after: Value, why: Option<String>) -> Changed {
        Changed { by: self.layer, before, after, why, always: self.window().is_none() }
    }

    /// Whether this is how a row is called: by its name or number, or with the table before it, as reports print it.
    fn names(&self, written: &str, row: &str) -> bool {
        written.strip_prefix(self.below.id()).and_then(|rest| rest.strip_prefix(' ')).unwrap_or(written) == row
            || written == row
    }

    /// Where the overlay replaces or disables the rule.
    fn changed_at(&self, id: &str) -> Option<Span> {
        let replaced = self.overlay.replace.iter().map(|replace| &replace.rule);
        replaced.chain(&self.overlay.disable).find(|named| named.name == id).map(|named| named.span)
    }

    /// Where the overlay writes the rule; none where it does not.
    fn span_of(&self, rule: &Rule) -> Option<Span> {
        if rule.layer == self.layer {
            return Some(rule.span);
        }
        rule.changed_at.filter(|_| rule.changed_by == Some(self.layer))
    }

    /// What is superseded must be there, and must have failed.
    fn unneeded(&mut self, rows: &[TestRow], used: &[bool]) {
        let names: Vec<String> = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.layer != self.layer)
            .map(|(index, row)| row.name_at(index))
            .collect();
        for (supersede, used) in self.overlay.supersedes.iter().zip(used) {
            let test = &supersede.test;
            if !names.iter().any(|name| self.names(&test.name, name)) {
                let known = names.iter().map(String::as_str);
                self.reader.push(complaint::unknown_name(test.span, ("test", "آزمون"), &test.name, known));
            } else if !used {
                self.reader.push(complaints::unneeded_supersede(test.span, &test.name));
            }
        }
    }
}

/// The row of the rule that was in force on the day.
fn taker<'a>(table: &'a Table, id: &str, on: Jalali) -> Option<&'a Rule> {
    table.rules.iter().find(|rule| rule.id == id && rule.is_in_force(on))
}
