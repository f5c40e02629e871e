//! Tests on the merged table: the overlay's own must pass; those of the layers below, as they would be where it holds, may only
//! come to something else where the overlay means it.

use peygir_calendar::Jalali;
use peygir_source::Span;
use serde_json::Value;

use super::{
    Stage,
    brought::{Brought, brought},
};
use crate::{
    complaint::{
        self,
        case::{Case, here},
        overlay as complaints,
    },
    model::{Rule, Table},
    tests::{Changed, TestOutcome, TestRow},
    window::Window,
};

impl Stage<'_> {
    pub(super) fn verify(&mut self, table: &mut Table) {
        let days = table.days();
        let names = table.names_of_tests();
        let rows = std::mem::take(&mut table.tests);
        let mut kept = rows.clone();
        let mut used = vec![false; self.overlay.supersedes.len()];
        for (index, (row, name)) in rows.iter().zip(&names).enumerate() {
            if row.layer == self.layer {
                self.own(table, (name, row), &days);
                continue;
            }
            if row.fails {
                // It is told where it stands. Whether it is rightly superseded can't be said.
                let named = self.overlay.supersedes.iter().position(|one| self.names(&one.test.name, name));
                named.into_iter().for_each(|at| used[at] = true);
                continue;
            }
            let claimed = row.claimed(&days);
            let (brought, asked) = match brought(self.below, row, self.place, &claimed) {
                Brought::AsWritten => (None, claimed),
                Brought::Here(brought, alike) => (Some(brought), alike),
                Brought::Elsewhere => {
                    let left = table.days_of(row, &days).into_iter();
                    if left.map(|on| table.run_on(name, row, on)).any(|outcome| !outcome.passed) {
                        kept[index].except.push(Window::default());
                    }
                    continue;
                }
            };
            if let Some(brought) = &brought {
                let run = table.days_of(row, &days);
                kept[index].given.clone_from(&brought.given);
                kept[index].written.clone_from(&brought.written);
                match asked.iter().find(|on| run.contains(on)) {
                    Some(on) => kept[index].expect_of(self.below, *on, &run),
                    None => kept[index].except.push(Window::default()),
                }
            }
            if let Some(changed) = self.judge_row((name, row, brought.as_deref()), (&asked, &days), &mut used, table) {
                kept[index].except.push(self.window().unwrap_or_default());
                kept[index].changed.push(changed);
            }
        }
        table.tests = kept;
        let below = rows.iter().zip(names).filter(|(row, _)| row.layer != self.layer);
        self.unneeded(&below.map(|(_, name)| name).collect::<Vec<_>>(), &used);
    }

    fn own(&mut self, table: &Table, (name, row): (&str, &TestRow), days: &[Jalali]) {
        let outcomes = table.days_of(row, days).into_iter().map(|on| table.run_on(name, row, on));
        let failed = outcomes.into_iter().find(|outcome| !outcome.passed).map(|outcome| outcome.told(row, days));
        let told = failed.and_then(|outcome| outcome.to_diagnostic_of(table)).map(|mut told| {
            let (here, here_fa) = here(row, table);
            told.message.push_str(&here);
            told.message_fa = format!("{}{here_fa}", told.message_fa).into();
            told
        });
        self.reader.findings.list.extend(told);
    }

    /// An overlay answers for what it writes. Where a row goes to a rule that the overlay does not write, the change
    /// reaches further than it says: it is warned of that, unless it says why. The change, where it is meant.
    fn judge_row(
        &mut self,
        (name, row, brought): (&str, &TestRow, Option<&TestRow>),
        (asked, days): (&[Jalali], &[Jalali]),
        used: &mut [bool],
        table: &Table,
    ) -> Option<Changed> {
        let run = brought.unwrap_or(row);
        let both = |on: &Jalali| (self.below.run_on(name, run, *on), table.run_on(name, run, *on), *on);
        let (before, outcome, on) = asked.iter().map(both).find(|(before, outcome, _)| before.got != outcome.got)?;
        // What it came to below is a fault: that was told there.
        let from = before.rule.as_deref().filter(|_| brought.is_some() || before.passed || !row.changed.is_empty())?;
        let outcome = outcome.told(row, days);
        let file = self.below.file(row.layer).to_owned();
        let case = Case { before: &before, outcome: &outcome, file: &file, run, table };
        // Where all that hold answer, or two of which only one may, the one that is to blame need not be the first.
        let mut asked_of = std::iter::once(from).chain(gone(&before, &outcome));
        let touched_rule = asked_of.find_map(|id| self.changed_at(id).map(|span| (id, span)));
        let (from, touched) = touched_rule.map_or((from, None), |(id, span)| (id, Some(span)));
        let taker = outcome.rule.as_deref().and_then(|id| rule_on(table, id, on));
        let came = gone(&outcome, &before).filter_map(|id| rule_on(table, id, on));
        let own = taker.into_iter().chain(came).find_map(|rule| self.span_of(rule));
        let superseded = self.overlay.supersedes.iter().position(|one| self.names(&one.test.name, name));
        let why = superseded.filter(|_| taker.is_some()).map(|at| {
            used[at] = true;
            self.overlay.supersedes[at].clone()
        });
        let said = self.overlay.why.get(from).cloned();
        let (was, is) = case.differing();
        match (why, touched, own) {
            (Some(why), ..) => {
                self.reader.push(case.meant(touched.or(own).unwrap_or(why.test.span), Some(&why.why)));
                Some(self.changed(was, is, Some(why.why)))
            }
            (None, Some(span), Some(_)) => {
                self.reader.push(case.meant(span, said.as_deref()));
                Some(self.changed(was, is, said))
            }
            (None, Some(span), None) if taker.is_some() && said.is_some() => {
                self.reader.push(case.meant(span, said.as_deref()));
                Some(self.changed(was, is, said))
            }
            (None, Some(span), None) if taker.is_some() => {
                self.reader.push(case.beyond(span, from));
                Some(self.changed(was, is, None))
            }
            // What a layer below made of it is not what the row expects.
            (None, _, Some(span)) if row.is_given_up(on) => {
                self.reader.push(case.taken(span));
                Some(self.changed(was, is, None))
            }
            (None, touched, own) => {
                let may_go = self.below.rule(from).filter(|rule| !rule.last && !rule.locked && own.is_some());
                // Where nothing in the overlay is to blame by itself, all of it is; the row is named in the sentence.
                let at = touched.or(own).unwrap_or(self.overlay.extends.span);
                self.reader.push(case.broken(at, may_go.map(|rule| rule.id.as_str())));
                None
            }
        }
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
    fn unneeded(&mut self, names: &[String], used: &[bool]) {
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

/// Rules that answered the one and not the other.
fn gone<'o>(one: &'o TestOutcome, other: &'o TestOutcome) -> impl Iterator<Item = &'o str> {
    one.rules.iter().filter(|id| !other.rules.contains(id)).map(String::as_str)
}

/// The row of the rule that was in force on the day.
fn rule_on<'a>(table: &'a Table, id: &str, on: Jalali) -> Option<&'a Rule> {
    table.rules.iter().find(|rule| rule.id == id && rule.is_in_force(on))
}
