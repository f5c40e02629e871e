//! Tests on the merged table: the overlay's own must pass; those of the layers below may only fail where the overlay
//! means it.

use peygir_calendar::Jalali;
use peygir_source::Span;

use super::Stage;
use crate::{
    complaint::{self, overlay as complaints},
    model::{Rule, Table},
    tests::{TestOutcome, TestRow},
};

/// What became of one test of the layers below.
enum Verdict {
    Holds,
    /// The overlay replaces or disables the rule that the test is about.
    Meant,
    /// Another rule took it, and the overlay says that it should.
    Superseded,
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
                Verdict::Meant | Verdict::Superseded => kept[index].except.push(self.window().unwrap_or_default()),
            }
        }
        table.tests = kept;
        self.unneeded(&rows, &used);
    }

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
        let superseded = self.overlay.supersedes.iter().position(|one| one.test.name == outcome.name);
        let place = self.below.file(row.layer);
        let about = before.rule.as_deref().unwrap_or_default();
        if let (Some(span), Some(_)) = (self.changed_at(about), &outcome.rule) {
            self.reader.push(complaints::test_meant(span, outcome, (place, row.span), &before));
            if let Some(at) = superseded {
                used[at] = true;
            }
            return Verdict::Meant;
        }
        if let (Some(at), Some(_)) = (superseded, &outcome.rule) {
            used[at] = true;
            return Verdict::Superseded;
        }
        let taken = outcome.rule.as_deref().and_then(|id| taker(table, id, on));
        let span = match taken {
            Some(rule) => self.span_of(rule),
            // No decision was made: what the overlay did to the rule that should have answered is the likely reason.
            None => self.changed_at(about).unwrap_or(self.overlay.root.span),
        };
        self.reader.push(complaints::test_broken(span, outcome, (place, row.span)));
        Verdict::Broken
    }

    /// Where the overlay replaces or disables the rule.
    fn changed_at(&self, id: &str) -> Option<Span> {
        let replaced = self.overlay.replace.iter().map(|replace| &replace.rule);
        replaced.chain(&self.overlay.disable).find(|named| named.name == id).map(|named| named.span)
    }

    /// Where the overlay writes the rule that took a test.
    fn span_of(&self, rule: &Rule) -> Span {
        if rule.layer == self.layer {
            return rule.span;
        }
        rule.changed_at.filter(|_| rule.changed_by == Some(self.layer)).unwrap_or(self.overlay.root.span)
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
            if !names.contains(&test.name) {
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
