//! A change of what lies below an overlay that rules of the overlay keep from being seen: they stand above the rule that changes,
//! and take what comes there.
//!
//! Owns: which of them do that, each shown by inputs that were run through all four tables, and whether anything of the change
//! is left. Deliberately does not know what changed within a rule, nor what is told of it. Of cells that can't be looked into
//! nothing is claimed.

use peygir_calendar::Jalali;

use super::{
    Inputs,
    difference::Outcome,
    effort::Effort,
    here::{Fixed, layer_of},
    outputs::{same_answer, same_rule},
    ranking::Ranking,
    solver::Clause,
    space::{Compiled, Reply, Space, cells_of},
};
use crate::model::{Hit, Rule, Table};

/// Steps that the question may cost for one overlay.
const STEPS_MAX: u64 = 20_000_000;

/// A table in two versions, with and without an overlay over it.
#[derive(Clone, Copy)]
pub(crate) struct Sides<'a> {
    pub old: &'a Table,
    pub new: &'a Table,
    pub old_laid: &'a Table,
    pub new_laid: &'a Table,
    /// The overlay's place among the layers of the newer one.
    pub layer: usize,
    /// What inputs have where it holds.
    pub place: Option<&'a Fixed>,
}

/// A rule that changes, and one of the overlay that answers in its place.
#[derive(Debug, Clone)]
pub(crate) struct Unseen {
    pub rule: String,
    pub taker: String,
    pub share: Share,
    pub inputs: Inputs,
    pub on: Jalali,
}

/// How much of a change rules of an overlay take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Share {
    /// All of it, by proof.
    All,
    /// All of it, with other rules of the overlay.
    WithOthers,
    /// Some of it.
    Part,
}

/// What these rules of the overlay keep from being seen.
pub(crate) fn unseen(sides: Sides<'_>, takers: &[&str]) -> Vec<Unseen> {
    let ranks = Ranking::of(sides.new);
    let takes = matches!(ranks.hit(), Hit::First | Hit::Priority) && sides.old.hit == sides.new.hit;
    let Some(before) = takes.then(|| brought(sides.old, sides.new)).flatten() else { return Vec::new() };
    let is_taker =
        |row: &&Rule| layer_of(row) == sides.layer && !row.last && takers.iter().any(|taker| row.id == **taker);
    let own: Vec<&Rule> = sides.new_laid.rules.iter().filter(is_taker).collect();
    let fresh = Fresh::of(sides, &before);
    if own.is_empty() || fresh.is_empty() {
        return Vec::new();
    }
    let effort = Effort::of(STEPS_MAX);
    let nowhere = Fixed::new();
    let place = sides.place.unwrap_or(&nowhere);
    let rows: Vec<&Rule> = before.iter().chain(&sides.new.rules).chain(own.iter().copied()).collect();
    let cells: Vec<_> = cells_of(sides.new, place).collect();
    let space = Space::telling(sides.new, &rows, &[], &cells, &effort);
    let frame = space.fixed(place);
    let search = Search { sides, before: &before, own: &own, fresh: &fresh, space: &space, frame };
    search.all((Ranking::of(sides.old), ranks, Ranking::of(sides.new_laid)))
}

/// The rules of the old table with their cells at the places of the new one's inputs; none where it asks for something that the
/// new one does not, or reads otherwise.
fn brought(old: &Table, new: &Table) -> Option<Vec<Rule>> {
    let place = |name: &str| {
        let at = new.inputs.iter().position(|input| input.name == *name)?;
        let was = old.input(name)?;
        (was.value_type == new.inputs[at].value_type && was.from == new.inputs[at].from).then_some(at)
    };
    let mut rules = old.rules.clone();
    for part in rules.iter_mut().flat_map(|rule| &mut rule.when) {
        part.at = place(&part.input)?;
    }
    Some(rules)
}

/// The rows that the other version does not have as they are.
struct Fresh {
    old: Vec<bool>,
    new: Vec<bool>,
}

impl Fresh {
    fn of(sides: Sides<'_>, before: &[Rule]) -> Self {
        let is_same = |one: &Rule, other: &Rule| {
            one.id == other.id && same_rule(one, other) && same_answer(sides.old, one, sides.new, other)
        };
        let new = &sides.new.rules;
        Self {
            old: before.iter().map(|one| !new.iter().any(|other| is_same(one, other))).collect(),
            new: new.iter().map(|other| !before.iter().any(|one| is_same(one, other))).collect(),
        }
    }

    fn is_empty(&self) -> bool {
        !self.old.iter().chain(&self.new).any(|fresh| *fresh)
    }
}

struct Search<'s> {
    sides: Sides<'s>,
    before: &'s [Rule],
    own: &'s [&'s Rule],
    fresh: &'s Fresh,
    space: &'s Space<'s>,
    frame: Vec<Clause>,
}

/// The rules that answer before and after, by their places, where that makes a difference.
type Pair = (usize, usize);

impl Search<'_> {
    fn all(&self, (old, new, laid): (Ranking, Ranking, Ranking)) -> Vec<Unseen> {
        let mut found: Vec<Unseen> = Vec::new();
        let pairs = self.pairs();
        let mut rules: Vec<&str> = pairs.iter().map(|pair| self.rule(*pair)).collect();
        rules.dedup();
        for rule in rules {
            let of_rule: Vec<Pair> = pairs.iter().copied().filter(|pair| self.rule(*pair) == rule).collect();
            let begun = found.len();
            for taker in 0..self.own.len() {
                let id = self.own[taker].id.as_str();
                if found[begun..].iter().any(|one| one.taker == id) {
                    continue;
                }
                let shown = of_rule.iter().find_map(|pair| self.shown(*pair, taker, (&old, &new, &laid)));
                let (rule, taker) = (rule.to_owned(), id.to_owned());
                found.extend(shown.map(|(inputs, on)| Unseen { rule, taker, share: Share::Part, inputs, on }));
            }
            let is_gone = |takers: &[usize]| of_rule.iter().all(|pair| self.is_taken(*pair, takers, (&old, &new)));
            let everybody: Vec<usize> = (0..self.own.len()).collect();
            if found.len() > begun && is_gone(&everybody) {
                for one in &mut found[begun..] {
                    let alone: Vec<usize> =
                        everybody.iter().copied().filter(|at| self.own[*at].id == one.taker).collect();
                    one.share = if is_gone(&alone) { Share::All } else { Share::WithOthers };
                }
            }
        }
        found
    }

    /// Rules of both versions that may answer the same inputs otherwise, one of which is new or changed; sorted by that one.
    fn pairs(&self) -> Vec<Pair> {
        let (rows, compiled) = (&self.sides.new.rules, &self.space.rules);
        let (before, after) = compiled[..self.before.len() + rows.len()].split_at(self.before.len());
        let mut pairs: Vec<Pair> = Vec::new();
        for (one, row) in self.before.iter().enumerate() {
            for (other, now) in rows.iter().enumerate() {
                let is_fresh = self.fresh.old[one] || self.fresh.new[other];
                if is_fresh
                    && before[one].may_meet(&after[other])
                    && !same_answer(self.sides.old, row, self.sides.new, now)
                {
                    pairs.push((one, other));
                }
            }
        }
        pairs.sort_by_key(|pair| (self.rule(*pair).to_owned(), self.before[pair.0].id != rows[pair.1].id));
        pairs
    }

    /// The rule by which the two differ.
    fn rule(&self, (one, other): Pair) -> &str {
        let (before, after) = (&self.before[one].id, &self.sides.new.rules[other].id);
        if self.fresh.new[other] { after.as_str() } else { before.as_str() }
    }

    fn compiled(&self, (one, other): Pair) -> (&Compiled, &Compiled) {
        (&self.space.rules[one], &self.space.rules[self.before.len() + other])
    }

    fn of_own(&self, at: usize) -> &Compiled {
        &self.space.rules[self.before.len() + self.sides.new.rules.len() + at]
    }

    /// What lets both of them answer, each in its table.
    fn answered<'c>(&'c self, pair: Pair, (old, new): (&Ranking, &Ranking)) -> Vec<&'c Clause> {
        let (one, other) = self.compiled(pair);
        let above_old = old.above(pair.0).into_iter().map(|at| &self.space.rules[at]);
        let above_new = new.above(pair.1).into_iter().map(|at| &self.space.rules[self.before.len() + at]);
        let above = above_old.chain(above_new).filter(|rule| rule.may_meet(one) && rule.may_meet(other));
        let fails = above.flat_map(Compiled::may_fail);
        self.frame.iter().chain(one.may_hold()).chain(other.may_hold()).chain(fails).collect()
    }

    /// Inputs of which the change is not seen, since this rule of the overlay answers them.
    fn shown(
        &self,
        pair: Pair,
        taker: usize,
        (old, new, laid): (&Ranking, &Ranking, &Ranking),
    ) -> Option<(Inputs, Jalali)> {
        let (own, (one, other)) = (self.of_own(taker), self.compiled(pair));
        if !own.may_meet(one) || !own.may_meet(other) {
            return None;
        }
        let rows = &self.sides.new_laid.rules;
        let place = |rule: &Rule| rows.iter().position(|row| std::ptr::eq(row, rule));
        let at = place(self.own[taker])?;
        let comes_before = |other: &usize| place(self.own[*other]).is_some_and(|other| laid.takes(other, at));
        let above = (0..self.own.len()).filter(comes_before).map(|other| self.of_own(other));
        let clauses = self.answered(pair, (old, new)).into_iter().chain(own.may_hold());
        match self.space.ask(clauses.chain(above.flat_map(Compiled::may_fail))) {
            Reply::Found(point) => {
                self.is_unseen(&point.inputs, point.on, &self.own[taker].id).then_some((point.inputs, point.on))
            }
            Reply::Never | Reply::Unwritten(_) | Reply::Spent => None,
        }
    }

    /// Whether the inputs are decided otherwise now, but not under the overlay, where this rule answers them as it did.
    fn is_unseen(&self, inputs: &Inputs, on: Jalali, taker: &str) -> bool {
        let of = |table: &Table| Outcome::of(table, inputs, on);
        let (was, is) = (of(self.sides.old), of(self.sides.new));
        let (laid_was, laid_is) = (of(self.sides.old_laid), of(self.sides.new_laid));
        let answers = |outcome: &Outcome| matches!(outcome, Outcome::Answered { rule, .. } if rule == taker);
        let stays = answers(&laid_was) && answers(&laid_is) && laid_was.is_alike(&laid_is);
        stays && !was.is_alike(&is) && !laid_is.is_alike(&is)
    }

    /// Whether these rules leave nothing, by proof, of what the two answer.
    fn is_taken(&self, pair: Pair, takers: &[usize], ranks: (&Ranking, &Ranking)) -> bool {
        let fails = takers.iter().flat_map(|taker| self.of_own(*taker).may_fail());
        matches!(self.space.ask(self.answered(pair, ranks).into_iter().chain(fails)), Reply::Never)
    }
}
