//! Where two tables decide otherwise: shown by inputs that were run through both, or proven to be nowhere.
//!
//! Rules that stand in both tables, hold for the same inputs and rank alike can't make a difference by themselves, so
//! only pairs with something changed are asked about.

use std::collections::BTreeSet;

use peygir_calendar::Jalali;
use serde_json::Value;

use super::{
    Finding, Inputs, analyse,
    effort::Effort,
    examples::examples_on,
    outputs::{same_answer, same_rule},
    ranking::Ranking,
    solver::Clause,
    space::{Compiled, Reply, Space},
    within::{self, Within},
};
use crate::model::{Hit, Rule, Table};

/// Steps of the search that comparing two tables may cost.
const STEPS_MAX: u64 = 60_000_000;
/// Most inputs of each table that are tried where a search can't compare them.
const TRIED_MAX: usize = 2_000;

/// What a table made of inputs.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// With `hit: collect` the rule is the first that answered, and `rules` are all of them.
    Answered { rule: String, rules: Vec<String>, outputs: Value },
    /// Why there was no answer: the code of the fault and its sentence.
    Fault { code: &'static str, message: String },
}

impl Outcome {
    /// What a table makes of inputs; those that it does not declare are left out, since nobody would gather them.
    pub fn of(table: &Table, inputs: &Inputs, on: Jalali) -> Self {
        let declared = |name: &String| table.inputs.iter().any(|input| input.name == *name);
        let known = inputs.iter().filter(|(name, _)| declared(name));
        let known: Inputs = known.map(|(name, value)| (name.clone(), value.clone())).collect();
        match table.decide(&known, on) {
            Ok(decision) => {
                let rules = decision.fired.iter().map(|fired| fired.rule.to_string()).collect();
                Self::Answered { rule: decision.rule.to_string(), rules, outputs: decision.outputs }
            }
            Err(fault) => Self::Fault { code: fault.code(), message: fault.to_string() },
        }
    }

    /// Whether a caller could not tell them apart. Which rule answered is for explanations only.
    pub fn is_alike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Answered { outputs, .. }, Self::Answered { outputs: theirs, .. }) => outputs == theirs,
            (Self::Fault { code, .. }, Self::Fault { code: theirs, .. }) => code == theirs,
            _ => false,
        }
    }

    /// What each rule answered, where the answer is a list of theirs.
    pub(crate) fn each(&self) -> Option<Vec<(&str, &Value)>> {
        let Self::Answered { rules, outputs: Value::Array(outputs), .. } = self else { return None };
        Some(rules.iter().map(String::as_str).zip(outputs).collect())
    }

    /// All rules that answered, or the fault.
    fn rules(&self) -> String {
        match self {
            Self::Answered { rules, .. } => rules.join(" "),
            Self::Fault { code, .. } => (*code).to_owned(),
        }
    }

    fn rule(&self) -> &str {
        match self {
            Self::Answered { rule, .. } => rule,
            Self::Fault { code, .. } => code,
        }
    }
}

/// Inputs that two tables decide otherwise.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Differing {
    pub inputs: Inputs,
    pub on: Jalali,
    pub before: Outcome,
    pub after: Outcome,
}

/// What was found out about two tables.
#[derive(Debug)]
pub(crate) struct Difference {
    /// One for each pair of rules that answer the same inputs otherwise.
    pub found: Vec<Differing>,
    /// Whether there is no other: with nothing found, the tables decide the same everywhere.
    pub is_complete: bool,
}

/// Compares two tables where inputs have what they may; stops after so many differences.
pub(crate) fn difference(old: &Table, new: &Table, within: &Within, most: usize) -> Difference {
    let (found, pairs) = (Vec::new(), BTreeSet::new());
    let mut search = Search { old, new, within, most, found, pairs, is_complete: true };
    if comparable(old, new, within) {
        search.by_rules();
    } else {
        search.is_complete = false;
        search.by_examples();
    }
    if search.found.len() >= most {
        search.is_complete = false;
    }
    Difference { found: search.found, is_complete: search.is_complete }
}

/// Whether both ask for the same inputs on the same days and pick in the same way.
fn comparable(old: &Table, new: &Table, within: &Within) -> bool {
    let alike = old.inputs.len() == new.inputs.len()
        && old.inputs.iter().zip(&new.inputs).all(|(one, other)| {
            one.name == other.name
                && one.value_type == other.value_type
                && one.default == other.default
                && one.values == other.values
                && one.min == other.min
                && one.max == other.max
                && (one.from == other.from || within.is_empty())
        });
    alike && old.twins() == new.twins() && old.effective == new.effective && old.hit == new.hit
}

struct Search<'a> {
    old: &'a Table,
    new: &'a Table,
    within: &'a Within,
    most: usize,
    found: Vec<Differing>,
    /// Pairs of rules that are told already; of a collecting table all that answered.
    pairs: BTreeSet<(String, String)>,
    is_complete: bool,
}

impl Search<'_> {
    /// The rules that answer the inputs before and after; none where both tables make the same of them.
    fn look(&mut self, inputs: &Inputs, on: Jalali) -> Option<(String, String)> {
        let (before, after) = (Outcome::of(self.old, inputs, on), Outcome::of(self.new, inputs, on));
        if before.is_alike(&after) {
            return None;
        }
        let pair = (before.rule().to_owned(), after.rule().to_owned());
        if self.found.len() < self.most && self.pairs.insert((before.rules(), after.rules())) {
            self.found.push(Differing { inputs: inputs.clone(), on, before, after });
        }
        Some(pair)
    }

    fn by_examples(&mut self) {
        for table in [self.old, self.new] {
            for example in examples_on(table, TRIED_MAX) {
                self.look(&within::brought(table, self.within, &example.inputs), example.on);
            }
        }
    }

    fn by_rules(&mut self) {
        let rules: Vec<&Rule> = self.old.rules.iter().chain(&self.new.rules).collect();
        let effort = Effort::of(STEPS_MAX);
        let space = Space::telling(self.old, &rules, &[], &within::cells(self.old, self.within), &effort);
        let space = Framed { frame: within::clauses(&space, self.within), space };
        let (before, after) = space.space.rules.split_at(self.old.rules.len());
        let pairing = Pairing::new(self.old, self.new);
        match self.old.hit {
            Hit::Collect => self.collected(&space, before, after, &pairing),
            Hit::First | Hit::Priority => self.answering(&space, before, after, &pairing),
            Hit::Unique => {
                let overlaps = |table| {
                    let told =
                        |finding: &Finding| matches!(finding, Finding::Overlap { .. } | Finding::NotAnalysed { .. });
                    analyse(table).findings.iter().any(told)
                };
                // Where rules overlap there are faults, which pairs of answering rules do not tell.
                self.is_complete = !overlaps(self.old) && !overlaps(self.new);
                self.answering(&space, before, after, &pairing);
            }
        }
        if self.old.outputs != self.new.outputs {
            self.limits();
        }
    }

    /// Inputs that one rule answers before and another one after.
    fn answering(&mut self, space: &Framed<'_>, before: &[Compiled], after: &[Compiled], pairing: &Pairing) {
        let (ranks, new_ranks) = (Ranking::of(self.old), Ranking::of(self.new));
        for one in 0..before.len() {
            for other in 0..after.len() {
                if !pairing.may_differ(one, other, &ranks, &new_ranks)
                    || !before[one].may_meet(&after[other])
                    || same_answer(self.old, &self.old.rules[one], self.new, &self.new.rules[other])
                {
                    continue;
                }
                let above = ranks.above(one).into_iter().map(|above| &before[above]);
                let above = above.chain(new_ranks.above(other).into_iter().map(|above| &after[above]));
                let above: Vec<&Compiled> = above.filter(|rule| rule.may_meet(&before[one])).collect();
                let both = before[one].may_hold().iter().chain(after[other].may_hold());
                let fails = above.iter().flat_map(|rule| rule.may_fail());
                let asked = (self.old.rules[one].id.as_str(), self.new.rules[other].id.as_str());
                self.question(space, Some(asked), both.chain(fails));
                if self.found.len() >= self.most {
                    return;
                }
            }
        }
    }

    /// With `hit: collect`: rules that hold where they did not, or answer otherwise, or in another order.
    fn collected(&mut self, space: &Framed<'_>, before: &[Compiled], after: &[Compiled], pairing: &Pairing) {
        let rows = (&self.old.rules, &self.new.rules);
        for (one, rule) in before.iter().enumerate() {
            let row = &rows.0[one];
            let by_id = || rows.1.iter().position(|other| other.id == row.id);
            match pairing.same[one].or_else(by_id) {
                Some(other) if same_answer(self.old, row, self.new, &rows.1[other]) => {
                    if pairing.same[one].is_none() {
                        self.question(space, None, rule.may_hold().iter().chain(after[other].may_fail()));
                        self.question(space, None, after[other].may_hold().iter().chain(rule.may_fail()));
                    }
                }
                _ if row.last => {
                    let others = before.iter().take(one).flat_map(Compiled::may_fail);
                    self.question(space, None, rule.may_hold().iter().chain(others));
                }
                _ => self.question(space, None, rule.may_hold()),
            }
        }
        for (other, rule) in after.iter().enumerate().filter(|(other, _)| !rows.1[*other].last) {
            if rows.0.iter().all(|row| row.id != rows.1[other].id) {
                self.question(space, None, rule.may_hold());
            }
        }
        for (one, other) in pairing.swapped() {
            if !same_answer(self.old, &rows.0[one], self.old, &rows.0[other]) {
                self.question(space, None, before[one].may_hold().iter().chain(before[other].may_hold()));
            }
        }
        // Two rows of one id, of a dated overlay, are not told apart above.
        let twice = |rules: &[Rule]| {
            rules.iter().enumerate().any(|(at, rule)| rules[..at].iter().any(|other| other.id == rule.id))
        };
        self.is_complete &= pairing.is_whole() || !(twice(rows.0) || twice(rows.1));
    }

    /// Tighter limits of outputs turn answers into faults.
    fn limits(&mut self) {
        self.is_complete = false;
        self.by_examples();
    }

    /// Asks for inputs and runs them through both tables. Where a cell can't be looked into, they may show another pair of
    /// rules than the one asked about: then that one stays open.
    fn question<'c>(
        &mut self,
        space: &'c Framed<'_>,
        asked: Option<(&str, &str)>,
        clauses: impl IntoIterator<Item = &'c Clause>,
    ) {
        match space.space.ask(space.frame.iter().chain(clauses)) {
            Reply::Never => {}
            Reply::Found(point) => {
                let shown = self.look(&point.inputs, point.on);
                self.is_complete &= shown.is_some_and(|(one, other)| asked == Some((one.as_str(), other.as_str())));
            }
            Reply::Unwritten(_) | Reply::Spent => self.is_complete = false,
        }
    }
}

/// The space of both tables, and what all inputs have to keep to.
struct Framed<'a> {
    space: Space<'a>,
    frame: Vec<Clause>,
}

/// Which rules of two tables are the same, but for what they answer.
struct Pairing {
    /// For each old rule the new one.
    same: Vec<Option<usize>>,
    /// For each new rule the old one.
    back: Vec<Option<usize>>,
}

impl Pairing {
    fn new(old: &Table, new: &Table) -> Self {
        let mut pairing = Self { same: vec![None; old.rules.len()], back: vec![None; new.rules.len()] };
        for (one, row) in old.rules.iter().enumerate() {
            let free = |other: &usize| pairing.back[*other].is_none();
            let twin = |other: &usize| new.rules[*other].id == row.id && same_rule(row, &new.rules[*other]);
            if let Some(other) = (0..new.rules.len()).filter(free).find(twin) {
                pairing.same[one] = Some(other);
                pairing.back[other] = Some(one);
            }
        }
        pairing
    }

    fn is_whole(&self) -> bool {
        self.same.iter().chain(&self.back).all(Option::is_some)
    }

    /// False where it is certain that no inputs go from the old rule to the new one: both are in both tables, and
    /// whichever takes the other's inputs does so in both.
    fn may_differ(&self, one: usize, other: usize, ranks: &Ranking, new_ranks: &Ranking) -> bool {
        let (Some(one_after), Some(other_before)) = (self.same[one], self.back[other]) else { return true };
        if one_after == other {
            return true;
        }
        !ranks.takes(other_before, one) && !new_ranks.takes(one_after, other)
    }

    /// Pairs of old rules that stand the other way round in the new table.
    fn swapped(&self) -> Vec<(usize, usize)> {
        let pairs = (0..self.same.len()).flat_map(|one| (one + 1..self.same.len()).map(move |other| (one, other)));
        pairs
            .filter(|(one, other)| matches!((self.same[*one], self.same[*other]), (Some(a), Some(b)) if a > b))
            .collect()
    }
}
