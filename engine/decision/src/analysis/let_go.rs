//! What an overlay lets go of: a rule of the layers below that it narrows or takes out, some of whose answers come to a rule that it
//! does not write. Rows of the base tell that only where one happens to ask for it.
//!
//! Owns: which rules that is asked of, and the search for an input that shows it. Deliberately does not know whether the overlay
//! means it: that it says why is only passed on.

use std::collections::BTreeSet;

use super::{
    Finding,
    difference::Outcome,
    here::{Question, is_same_row},
    outputs::{same_answer, same_cells},
    ranking::Ranking,
    reach::Search,
    space::{Point, Reply},
    splits::Split,
    within::{self, Possible, Within},
};
use crate::{
    cell::Cell,
    model::{Hit, Rule, Table},
};

pub(super) struct LetGo<'q, 'a> {
    question: &'q Question<'a>,
    /// Rules of the table below, each by its rows there.
    list: Vec<(&'a str, Vec<usize>)>,
    /// What inputs may have; nothing where no rule is asked about.
    within: Within,
}

impl<'q, 'a> LetGo<'q, 'a> {
    pub fn of(question: &'q Question<'a>) -> Self {
        let below: &'a Table = question.below;
        let mut seen = BTreeSet::new();
        let ids = below.rules.iter().map(|row| row.id.as_str()).filter(|id| seen.insert(*id));
        let rows = |id: &'a str| {
            let rows = below.rules.iter().enumerate().filter(|(_, row)| row.id == *id).map(|(at, _)| at);
            (id, rows.collect::<Vec<_>>())
        };
        let list: Vec<_> = ids.map(rows).filter(|(id, rows)| question.is_narrowed(id, rows)).collect();
        let possible = |split: &Split| {
            (split.from.clone(), Possible { values: split.values.keys().cloned().collect(), or_none: true })
        };
        let within = question.here.splits.iter().filter(|_| !list.is_empty()).map(possible).collect();
        Self { question, list, within }
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The cells that tell what inputs may have from what they can't.
    pub fn cells(&self) -> Vec<(usize, Cell)> {
        within::cells(self.question.merged, &self.within)
    }

    /// `always`: the search wherever the layers hold.
    pub fn look(&self, always: &Search<'_>, findings: &mut Vec<Finding>) {
        if self.is_empty() {
            return;
        }
        let frame = always.frame.iter().cloned().chain(within::clauses(always.space, &self.within)).collect();
        let search = Search { space: always.space, rows: always.rows.clone(), frame };
        let rankings = (&Ranking::of(self.question.below), &self.question.ranking);
        for (_, rows) in &self.list {
            let found = rows.iter().find_map(|row| self.shown(&search, rankings, *row));
            findings.extend(found.filter(|one| !findings.contains(one)));
        }
    }

    /// Inputs that a row answered without the overlay, and that a rule answers now which the overlay does not write.
    fn shown(&self, search: &Search<'_>, (before, after): (&Ranking, &Ranking), row: usize) -> Option<Finding> {
        let Question { below, merged, upper, .. } = self.question;
        let (rule, rows) = (&below.rules[row], &search.space.rules);
        let place_of = |at: usize| self.question.place_of(&below.rules[at]);
        let was = &rows[place_of(row)];
        let fails_before: Vec<usize> = rivals(below, before, row).into_iter().map(place_of).collect();
        let answering = (0..merged.rules.len()).filter(|at| {
            let other = &merged.rules[*at];
            !self.question.is_own(*at) && other.id != rule.id && rows[*at].may_meet(was)
        });
        for at in answering.filter(|at| !same_answer(below, rule, merged, &merged.rules[*at])) {
            let fails = fails_before.iter().copied().chain(rivals(merged, after, at));
            let fails = fails.filter(|other| rows[*other].may_meet(was)).flat_map(|other| rows[other].may_fail());
            let clauses = search.frame.iter().chain(was.may_hold()).chain(rows[at].may_hold()).chain(fails);
            match search.space.ask(clauses) {
                Reply::Found(point) if self.is_shown(&point, rule, &merged.rules[at]) => {
                    let parts = self.question.parts_of(&rule.id);
                    let asked: BTreeSet<String> = parts.map(|part| part.input.to_string()).collect();
                    return Some(Finding::LetGo {
                        rule: rule.id.to_string(),
                        layer: *upper,
                        to: (merged.hit != Hit::Collect).then(|| merged.rules[at].id.to_string()),
                        asked: asked.into_iter().collect(),
                        witness: point.inputs,
                        on: point.on,
                    });
                }
                Reply::Spent => {
                    return Some(Finding::NotAnalysed { rule: rule.id.to_string(), input: None, is_limit: true });
                }
                Reply::Found(_) | Reply::Never | Reply::Unwritten(_) => {}
            }
        }
        None
    }

    /// By the code that decides.
    fn is_shown(&self, point: &Point, was: &Rule, is: &Rule) -> bool {
        let of = |table: &Table| Outcome::of(table, &point.inputs, point.on);
        let (before, after) = (of(self.question.below), of(self.question.merged));
        let answers = |outcome: &Outcome, id: &str| matches!(outcome, Outcome::Answered { rule, .. } if *rule == *id || self.question.merged.hit == Hit::Collect);
        answers(&before, &was.id) && answers(&after, &is.id) && !before.is_alike(&after)
    }
}

/// The rules none of which holds where this one answers.
fn rivals(table: &Table, ranking: &Ranking, row: usize) -> Vec<usize> {
    match table.hit {
        Hit::Unique if row != ranking.catch_all() => (0..ranking.catch_all()).filter(|other| *other != row).collect(),
        Hit::Unique | Hit::First | Hit::Priority | Hit::Collect => ranking.above(row),
    }
}

impl<'a> Question<'a> {
    /// Whether the overlay leaves the rule less than it held for, or nothing. That a catch-all is narrowed can't be.
    fn is_narrowed(&self, id: &str, rows: &[usize]) -> bool {
        let below: Vec<&Rule> = rows.iter().map(|row| &self.below.rules[*row]).collect();
        let is_in_question = |row: &&Rule| self.here.pairs.contains(&(self.upper, super::here::layer_of(row)));
        let holds_as_before = |row: &&Rule| {
            let is_it = |other: &Rule| {
                is_same_row(row, other)
                    || other.id == row.id
                        && same_cells(row, other)
                        && other.effective == row.effective
                        && other.except == row.except
            };
            self.merged.rules.iter().any(is_it)
        };
        below.iter().any(|row| is_in_question(row) && !row.last && !row.locked)
            && !below.iter().all(holds_as_before)
            && self.was_alive(id)
    }

    /// What the rule asks for, without the overlay and with it.
    fn parts_of<'s>(&'s self, id: &'s str) -> impl Iterator<Item = &'a crate::model::Condition> + 's {
        let rows = self.below.rules.iter().chain(&self.merged.rules).filter(move |row| row.id == *id);
        rows.flat_map(|row| &row.when).filter(|part| !part.cell.is_any())
    }
}
