//! What an overlay takes from the rules below it where it holds. There some inputs have one value, as the county has in the
//! pack of a county: a rule that asks for just that place takes everything there, though elsewhere it would leave the most.
//!
//! Owns: which rules are asked about, with these inputs fixed, and whether an overlay's own rules ever answer. What it hides is
//! found in `hidden`, what it hides for some values of one input in `splits`, and what it lets go of in `let_go`. Deliberately does not know what a place is:
//! whoever asks says which inputs have which value, which always have one, and which layers are to be held against each other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    ANALYSIS_STEPS_MAX, Analysis, Bounds, Dead, Finding, Inputs,
    effort::Effort,
    hidden::Hidden,
    let_go::LetGo,
    ranking::Ranking,
    reach::{Reach, Search, Why},
    space::{Space, Tried, cells_of},
    splits::{Shares, Split},
    stretches::{Stretch, stretches},
};
use crate::{
    model::{Input, Rule, Table},
    value_type::ValueType,
};

/// Stands for what an input has that always has something. Any other text does as well: it is only tried.
const SOMETHING: &str = "other";

static NO_INPUTS: BTreeSet<String> = BTreeSet::new();

/// Values of inputs, by where they are read from: `case.county` is `kashan`.
pub type Fixed = BTreeMap<String, String>;

/// What is asked about overlays that hold together somewhere.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    /// What inputs have for certain wherever all the layers hold.
    pub fixed: &'a Fixed,
    /// Overlays and the layers whose rules they may take from, both as places in [`Table::layers`]. An overlay with itself:
    /// whether its own rules ever answer.
    pub pairs: &'a BTreeSet<(usize, usize)>,
    /// Inputs that always have some value, by where they are read from.
    pub given: &'a BTreeSet<String>,
    /// Inputs for whose values it is asked again, one by one.
    pub splits: &'a [Split],
}

impl<'a> Here<'a> {
    /// Where no input is known always to have a value, and nothing is asked again for some of them.
    pub fn new(fixed: &'a Fixed, pairs: &'a BTreeSet<(usize, usize)>) -> Self {
        Self { fixed, pairs, given: &NO_INPUTS, splits: &[] }
    }
}

/// A table as it is with the first so many of its overlays, and what was found of it without regard to any place.
pub type Stage<'a> = (&'a Table, &'a Analysis);

/// What the overlays take here. `stages`: with none of them, with the first, and so on to all of them.
pub fn analyse_here(stages: &[Stage<'_>], here: Here<'_>, bounds: Bounds<'_>) -> Analysis {
    let most = bounds.steps_max.min(ANALYSIS_STEPS_MAX);
    if most == 0 {
        return Analysis { findings: vec![Finding::NotBegun], is_cut: true, ..Analysis::default() };
    }
    let effort = Effort::new(most, bounds.is_cancelled);
    let uppers: BTreeSet<usize> = here.pairs.iter().map(|(upper, _)| *upper).collect();
    let mut findings = Vec::new();
    for upper in uppers.into_iter().filter(|upper| (1..stages.len()).contains(upper)) {
        Question::new(stages[upper - 1], stages[upper], (upper, here), &effort).look(&mut findings);
    }
    let is_cut = effort.is_spent() && most < ANALYSIS_STEPS_MAX;
    let (steps, is_cancelled) = (effort.spent(), effort.is_cancelled());
    Analysis { findings, is_cancelled, is_cut, steps, ..Analysis::default() }
}

/// The layer that wrote a row last.
pub(super) fn layer_of(rule: &Rule) -> usize {
    rule.changed_by.unwrap_or(rule.layer)
}

/// Whether a row of one table is a row of a later one, as it was: whatever an overlay does to a row changes one of these.
pub(super) fn is_same_row(one: &Rule, other: &Rule) -> bool {
    one.id == other.id
        && one.layer == other.layer
        && one.changed_by == other.changed_by
        && one.effective == other.effective
        && one.except == other.except
}

/// One overlay over what stands below it.
pub(super) struct Question<'a> {
    pub below: &'a Table,
    was: &'a Analysis,
    pub merged: &'a Table,
    is: &'a Analysis,
    pub ranking: Ranking,
    pub upper: usize,
    pub here: Here<'a>,
    pub effort: &'a Effort<'a>,
    /// All rows of the merged table, then those of before that are gone or changed.
    pub rows: Vec<&'a Rule>,
    pub stretches: Vec<Stretch>,
}

/// What is certain where rules are asked about.
#[derive(Clone, Copy)]
pub(super) struct Spot<'s> {
    pub fixed: &'s Fixed,
    /// Rows of the overlay one of which has to come before a rule, or it is not asked about; without any, all of them.
    pub takers: Option<&'s BTreeSet<usize>>,
}

/// A rule of the layers below of which is not known whether the overlay leaves it anything on some days.
pub(super) struct Asked<'a> {
    pub id: &'a str,
    /// Its rows in the merged table.
    pub rows: Vec<usize>,
    /// Places of the stretches that are in question.
    pub open: Vec<usize>,
}

impl<'a> Question<'a> {
    fn new(below: Stage<'a>, merged: Stage<'a>, (upper, here): (usize, Here<'a>), effort: &'a Effort<'a>) -> Self {
        let gone = |row: &&Rule| !merged.0.rules.iter().any(|other| is_same_row(row, other));
        let rows: Vec<&Rule> = merged.0.rules.iter().chain(below.0.rules.iter().filter(gone)).collect();
        let stretches = stretches(merged.0, &rows);
        let ranking = Ranking::of(merged.0);
        let ((below, was), (merged, is)) = (below, merged);
        Self { below, was, merged, is, ranking, upper, here, effort, rows, stretches }
    }

    fn look(&self, findings: &mut Vec<Finding>) {
        let ids = self.ids();
        let own: Vec<(&str, Vec<usize>)> = ids.iter().filter_map(|id| self.own(id)).collect();
        let spot = Spot { fixed: self.here.fixed, takers: None };
        let below: Vec<Asked<'_>> = ids.iter().filter_map(|id| self.asked(id, spot)).collect();
        let shares = Shares::of(self, &ids);
        let let_go = LetGo::of(self);
        if own.is_empty() && below.is_empty() && shares.is_empty() && let_go.is_empty() {
            return;
        }
        let cells: Vec<_> =
            cells_of(self.merged, self.here.fixed).chain(shares.cells()).chain(let_go.cells()).collect();
        let space = Space::telling(self.merged, &self.rows, &[], &cells, self.effort);
        let frame = space.fixed(self.here.fixed).into_iter().chain(space.given(self.here.given)).collect();
        let always = Search { space: &space, rows: self.rows.clone(), frame };
        let mut hidden = Hidden::new(self, &always);
        for asked in &below {
            hidden.look(asked, findings);
        }
        let gone = hidden.gone();
        findings.extend(hidden.findings());
        shares.look(&always, &gone, findings);
        let_go.look(&always, findings);
        findings.extend(own.iter().filter_map(|(id, rows)| self.dead(&always, id, rows)));
    }

    /// The ids of all rules, each once.
    fn ids(&self) -> Vec<&'a str> {
        let mut seen = BTreeSet::new();
        self.merged.rules.iter().map(|rule| rule.id.as_str()).filter(|id| seen.insert(*id)).collect()
    }

    fn rows_of(&self, id: &str) -> Vec<usize> {
        self.merged.rules.iter().enumerate().filter(|(_, row)| row.id == *id).map(|(at, _)| at).collect()
    }

    pub fn is_own(&self, row: usize) -> bool {
        layer_of(&self.merged.rules[row]) == self.upper
    }

    /// A rule that the overlay writes and none of whose rows is seen to answer, with these rows. That nothing is left to a
    /// catch-all is good.
    fn own(&self, id: &'a str) -> Option<(&'a str, Vec<usize>)> {
        let rows: Vec<usize> = self.rows_of(id).into_iter().filter(|row| self.is_own(*row)).collect();
        let is_asked = self.here.pairs.contains(&(self.upper, self.upper))
            && !rows.is_empty()
            && rows.iter().all(|row| !self.merged.rules[*row].last)
            && !self.stretches.iter().any(|stretch| self.is_seen(&rows, stretch, self.here.fixed));
        is_asked.then_some((id, rows))
    }

    /// A rule of the layers in question that the overlay leaves as it is, with the days on which it is not seen to answer here and
    /// a rule of the overlay comes before it.
    pub fn asked(&self, id: &'a str, spot: Spot<'_>) -> Option<Asked<'a>> {
        let rows = self.rows_of(id);
        let rule = |row: &usize| &self.merged.rules[*row];
        let is_in_question = |row: &usize| self.here.pairs.contains(&(self.upper, layer_of(rule(row))));
        // A catch-all to which nothing should come loses nothing.
        let is_left = rows.iter().all(|row| !self.is_own(*row) && !rule(row).unexpected);
        if !is_left || !rows.iter().any(is_in_question) || !self.was_alive(id) {
            return None;
        }
        let is_taker = |row: &usize| spot.takers.is_none_or(|takers| takers.contains(row));
        let own = (0..self.merged.rules.len()).filter(|row| self.is_own(*row)).filter(is_taker);
        let own: Vec<usize> = own.collect();
        let is_in_force = |row: &usize, stretch: &Stretch| rule(row).is_in_force(stretch.day);
        let is_under = |row: &usize, stretch: &Stretch| {
            own.iter().any(|other| self.ranking.takes(*other, *row) && is_in_force(other, stretch))
        };
        let is_open = |stretch: &Stretch| {
            let may_be_taken = rows.iter().any(|row| is_in_force(row, stretch) && is_under(row, stretch));
            may_be_taken && !self.is_seen(&rows, stretch, spot.fixed)
        };
        let open: Vec<usize> = (0..self.stretches.len()).filter(|at| is_open(&self.stretches[*at])).collect();
        (!open.is_empty()).then_some(Asked { id, rows, open })
    }

    /// Whether the rule was seen to answer something without the overlay, or nobody knows: one that never did loses nothing.
    pub fn was_alive(&self, id: &str) -> bool {
        let rows = self.below.rules.iter().enumerate().filter(|(_, row)| row.id == *id);
        let mut reaches = rows.map(|(at, _)| self.was.reaches.get(at));
        reaches.any(|reach| !matches!(reach, Some(Reach::Never(_) | Reach::Open(Why::Limit))))
    }

    /// Whether inputs that one of the rows answers elsewhere or on other days are answered by one of them when they are brought
    /// here: then nothing has to be searched.
    fn is_seen(&self, rows: &[usize], stretch: &Stretch, fixed: &Fixed) -> bool {
        let known = |row: &usize| match self.is.reaches.get(*row) {
            Some(Reach::Answers(point)) => Some(&point.inputs),
            _ => None,
        };
        // Nothing was looked for that the catch-all answers; often it answers where nothing is given.
        let nothing = Inputs::new();
        let is_last = rows.contains(&self.ranking.catch_all());
        let mut inputs = rows.iter().filter_map(known).chain(is_last.then_some(&nothing));
        inputs.any(|inputs| self.are_answered(rows, inputs, (stretch, fixed)))
    }

    fn are_answered(&self, rows: &[usize], inputs: &Inputs, (stretch, fixed): (&Stretch, &Fixed)) -> bool {
        let mut brought = inputs.clone();
        let mut is_brought = vec![false; self.merged.inputs.len()];
        for (input, is_brought) in self.merged.inputs.iter().zip(&mut is_brought) {
            let value = fixed.get(&input.from).map(String::as_str);
            let lacks = self.here.given.contains(&input.from) && !inputs.contains_key(&input.name);
            match value.or_else(|| something(input).filter(|_| lacks)) {
                Some(value) => {
                    brought.insert(input.name.clone(), Value::from(value));
                    *is_brought = true;
                }
                None if lacks && input.default.is_none() => return false,
                None => {}
            }
        }
        let Ok(completed) = self.merged.complete(&brought) else { return false };
        let tried = Tried::new(self.merged, &completed, stretch.day);
        let holds = |place: usize| {
            self.effort.charge(1);
            tried.holds(&self.merged.rules[place])
        };
        rows.iter().any(|row| {
            let is_last = *row == self.ranking.catch_all();
            let mut above =
                self.ranking.above(*row).into_iter().filter(|other| is_last || self.may_hold_here(*other, &is_brought));
            holds(*row) == Some(true) && above.all(|other| holds(other) == Some(false))
        })
    }

    /// Whether a rule may hold for inputs that are brought here although it did not where they were found.
    fn may_hold_here(&self, row: usize, is_brought: &[bool]) -> bool {
        let rule = &self.merged.rules[row];
        let mut parts = rule.when.iter();
        rule.effective.is_some()
            || !rule.except.is_empty()
            || parts.any(|part| !part.cell.is_analysed() || is_brought[part.at])
    }

    /// A rule that the overlay writes and that never answers here. One that asks for another place by its own words is told as
    /// that.
    fn dead(&self, search: &Search<'_>, id: &str, rows: &[usize]) -> Option<Finding> {
        let mut because: Vec<String> = Vec::new();
        for row in rows {
            match search.reach(*row, &self.ranking.above(*row)) {
                Reach::Never(others) => {
                    because.extend(others.iter().map(|other| self.rows[*other].id.to_string()));
                }
                Reach::Open(Why::Limit) => {
                    return Some(Finding::NotAnalysed { rule: id.to_owned(), input: None, is_limit: true });
                }
                Reach::Answers(_) | Reach::Open(Why::Cell(_)) => return None,
            }
        }
        let mut seen = BTreeSet::new();
        because.retain(|other| seen.insert(other.clone()));
        let asks_by_itself = rows.iter().any(|row| self.rows[*row].when.iter().any(|part| part.layer == self.upper));
        if self.is.denies(id) || because.is_empty() && asks_by_itself {
            return None;
        }
        Some(Finding::DeadOverride { rule: id.to_owned(), layer: self.upper, why: Dead::NeverFires(because) })
    }

    /// The place of a row of the table below among all rows.
    pub fn place_of(&self, row: &Rule) -> usize {
        self.rows.iter().position(|other| is_same_row(row, other)).unwrap_or_default()
    }
}

/// What an input without a value may be tried with.
fn something(input: &Input) -> Option<&'static str> {
    let is_open = input.values.is_empty() && matches!(input.value_type, ValueType::String | ValueType::Text);
    (is_open && input.default.is_none()).then_some(SOMETHING)
}
