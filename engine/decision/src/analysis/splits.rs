//! What an overlay takes from the rules below it for some values of one input, as a rule of a province does in one county.
//!
//! Owns: which values are asked about, one for all that the rules see alike, and what of the answers makes one finding.
//! Deliberately does not know what these values stand for, nor how it is found that a rule is hidden.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Finding,
    here::{Asked, Fixed, Question, Spot},
    hidden::{Hidden, Taken},
    reach::Search,
    space::{Point, cells_of},
};
use crate::{
    cell::{Cell, Facts},
    model::Condition,
    value_type::ValueType,
    window::Window,
};

/// Most values, or groups of values that all rules see alike, that are asked about for one overlay. That others were left is told.
pub const SHARES_MAX: usize = 64;

/// An input whose values are asked about one by one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Split {
    /// Where it is read from.
    pub from: String,
    /// Each with what other inputs have beside it, by where they are read from.
    pub values: BTreeMap<String, Fixed>,
    /// Nearly everything has one of them: a rule that is hidden for all of them is as good as gone.
    pub is_usual: bool,
}

/// The values of one input for which rules are hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Only {
    pub input: String,
    pub values: Vec<String>,
    /// These are all that there are, and nearly everything has one of them.
    pub is_every: bool,
    /// The rule takes all that has one of these values, whatever else it asks for.
    pub is_whole: bool,
    /// Where it is every value: other rules of the overlay that take what this one leaves.
    pub with: Vec<String>,
}

/// Values that all rules see alike.
struct Share<'a> {
    /// Place of the split.
    at: usize,
    values: Vec<&'a str>,
    /// What is certain for the first of them, beside what is certain here.
    own: Fixed,
    /// The same with what is certain here.
    fixed: Fixed,
    /// Rows of the overlay that ask for these values.
    takers: BTreeSet<usize>,
}

/// What is asked for values of inputs.
pub(super) struct Shares<'q, 'a> {
    question: &'q Question<'a>,
    list: Vec<(Share<'a>, Vec<Asked<'a>>)>,
    /// A rule of the overlay that asks for values which were left out.
    left: Option<&'a str>,
}

/// A rule that is hidden for the values of a share.
struct Found<'a> {
    /// Place in the list.
    share: usize,
    taken: Taken<'a>,
    is_whole: bool,
}

/// Rules that the same rules take everything from, for the same values and on the same days.
struct Told<'a> {
    at: usize,
    takers: Vec<&'a str>,
    values: BTreeSet<&'a str>,
    days: Vec<Window>,
    is_for_good: bool,
    is_every: bool,
    is_whole: bool,
    rules: Vec<&'a str>,
    point: Point,
}

impl<'q, 'a> Shares<'q, 'a> {
    /// `ids`: of all rules.
    pub fn of(question: &'q Question<'a>, ids: &[&'a str]) -> Self {
        let mut all: Vec<Share<'a>> =
            (0..question.here.splits.len()).flat_map(|at| shares(question, at).into_values()).collect();
        all.retain(|share| !share.takers.is_empty());
        let left = all.get(SHARES_MAX).and_then(|share| share.takers.first());
        let left = left.map(|row| question.merged.rules[*row].id.as_str());
        all.truncate(SHARES_MAX);
        let asked = |share: Share<'a>| {
            let spot = Spot { fixed: &share.fixed, takers: Some(&share.takers) };
            let asked: Vec<Asked<'a>> = ids.iter().filter_map(|id| question.asked(id, spot)).collect();
            (share, asked)
        };
        let list = all.into_iter().map(asked).filter(|(_, asked)| !asked.is_empty()).collect();
        Self { question, list, left }
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.left.is_none()
    }

    /// The cells that tell these values from others.
    pub fn cells(&self) -> impl Iterator<Item = (usize, Cell)> {
        let table = self.question.merged;
        self.list.iter().flat_map(move |(share, _)| cells_of(table, &share.own))
    }

    /// `always`: the search wherever the layers hold. `gone`: rules that are hidden there.
    pub fn look(&self, always: &Search<'_>, gone: &BTreeSet<&str>, findings: &mut Vec<Finding>) {
        let mut found: Vec<Found<'a>> = Vec::new();
        let mut away: Vec<(usize, &str)> = Vec::new();
        for (at, (share, asked)) in self.list.iter().enumerate() {
            let only = always.space.fixed(&share.own);
            if only.is_empty() {
                // The cells of the input can't be looked into.
                continue;
            }
            let frame = always.frame.iter().cloned().chain(only).collect();
            let search = Search { space: always.space, rows: always.rows.clone(), frame };
            let mut hidden = Hidden::new(self.question, &search);
            for asked in asked.iter().filter(|asked| !gone.contains(asked.id)) {
                hidden.look(asked, findings);
            }
            away.extend(hidden.away.iter().map(|rule| (at, *rule)));
            let mut whole: BTreeMap<(&str, usize), bool> = BTreeMap::new();
            for taken in &hidden.found {
                let key = (taken.taker, taken.stretch);
                let is_whole = *whole.entry(key).or_insert_with(|| hidden.is_whole(taken));
                found.push(Found { share: at, taken: taken.clone(), is_whole });
            }
        }
        findings.extend(self.told(&found, &away).into_iter().filter_map(|told| self.finding(told)));
        let left = self.left.map(|rule| Finding::NotAnalysed { rule: rule.to_owned(), input: None, is_limit: true });
        findings.extend(left);
    }

    fn told(&self, found: &[Found<'a>], away: &[(usize, &str)]) -> Vec<Told<'a>> {
        let mut of_rule: BTreeMap<(usize, usize), Vec<&Found<'a>>> = BTreeMap::new();
        for one in found {
            of_rule.entry((self.list[one.share].0.at, one.taken.row)).or_default().push(one);
        }
        let rules = &self.question.merged.rules;
        let place = |taker: &str| rules.iter().position(|row| row.id == *taker);
        let mut all: Vec<Told<'a>> = Vec::new();
        for ((at, _), mut of_rule) in of_rule {
            of_rule.sort_by_key(|one| place(one.taken.taker));
            while let Some(first) = of_rule.first() {
                let (days, is_for_good) = (&first.taken.days, first.taken.is_for_good);
                let is_it = |one: &&Found<'a>| one.taken.days == *days && one.taken.is_for_good == is_for_good;
                let (alike, others): (Vec<&Found<'a>>, Vec<&Found<'a>>) = of_rule.iter().copied().partition(is_it);
                for told in self.of_days(at, &alike, away) {
                    match all.iter_mut().find(|other| other.is_alike(&told)) {
                        Some(other) => other.rules.extend(told.rules),
                        None => all.push(told),
                    }
                }
                of_rule = others;
            }
        }
        all
    }

    /// What is told of one rule on the same days: that it is hidden for every value, whichever rules do that; or for which values
    /// each of them does.
    fn of_days(&self, at: usize, found: &[&Found<'a>], away: &[(usize, &str)]) -> Vec<Told<'a>> {
        let split = &self.question.here.splits[at];
        let values = |share: usize| self.list[share].0.values.iter().copied();
        let Some(first) = found.first() else { return Vec::new() };
        let is_away = |(share, rule): &&(usize, &str)| self.list[*share].0.at == at && *rule == first.taken.rule;
        let away = away.iter().filter(is_away).flat_map(|(share, _)| values(*share));
        let all: BTreeSet<&'a str> = found.iter().flat_map(|one| values(one.share)).chain(away).collect();
        let told = |takers: Vec<&'a str>, alike: &[&Found<'a>], is_every: bool| {
            let Taken { rule, days, is_for_good, point, .. } = &alike[0].taken;
            Told {
                at,
                takers,
                values: alike.iter().flat_map(|one| values(one.share)).collect(),
                days: days.clone(),
                is_for_good: *is_for_good,
                is_every,
                is_whole: alike.iter().all(|one| one.is_whole),
                rules: vec![*rule],
                point: point.clone(),
            }
        };
        let mut kinds: Vec<(&'a str, bool)> = Vec::new();
        for one in found {
            let kind = (one.taken.taker, one.is_whole);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        if split.is_usual && all.len() == split.values.len() {
            let mut seen = BTreeSet::new();
            let takers = kinds.into_iter().map(|(taker, _)| taker).filter(|taker| seen.insert(*taker)).collect();
            return vec![Told { values: all, ..told(takers, found, true) }];
        }
        let of_kind = |(taker, is_whole): (&'a str, bool)| {
            let alike = found.iter().filter(|one| one.taken.taker == taker && one.is_whole == is_whole);
            told(vec![taker], &alike.copied().collect::<Vec<_>>(), false)
        };
        kinds.into_iter().map(of_kind).collect()
    }

    fn finding(&self, told: Told<'a>) -> Option<Finding> {
        let from = &self.question.here.splits[told.at].from;
        let input = self.question.merged.inputs.iter().find(|input| input.from == *from)?;
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let (taker, with) = told.takers.split_first()?;
        let values = told.values.into_iter().map(str::to_owned).collect();
        let (is_every, is_whole) = (told.is_every, told.is_whole);
        Some(Finding::Hidden {
            taker: (*taker).to_owned(),
            layer: self.question.upper,
            rules: names(&told.rules),
            witness: told.point.inputs,
            on: told.point.on,
            days: told.days,
            is_for_good: told.is_for_good,
            only: Some(Only { input: input.name.clone(), values, is_every, is_whole, with: names(with) }),
        })
    }
}

impl Told<'_> {
    fn is_alike(&self, other: &Self) -> bool {
        self.at == other.at
            && self.takers == other.takers
            && self.values == other.values
            && self.days == other.days
            && self.is_for_good == other.is_for_good
            && self.is_every == other.is_every
            && self.is_whole == other.is_whole
    }
}

/// The values of a split, those together that no rule tells apart. None where no rule of the overlay asks about the input.
fn shares<'a>(question: &Question<'a>, at: usize) -> BTreeMap<Vec<Option<bool>>, Share<'a>> {
    let (table, here) = (question.merged, question.here);
    let split = &here.splits[at];
    let mut shares: BTreeMap<Vec<Option<bool>>, Share<'a>> = BTreeMap::new();
    let is_of = |part: &Condition| {
        let input = &table.inputs[part.at];
        let takes_text = matches!(input.value_type, ValueType::String | ValueType::Text);
        input.from == split.from && takes_text && !part.cell.is_any()
    };
    let own: Vec<(usize, &Condition)> = (0..table.rules.len())
        .filter(|row| question.is_own(*row))
        .flat_map(|row| table.rules[row].when.iter().filter(|part| is_of(part)).map(move |part| (row, part)))
        .collect();
    if own.is_empty() || here.fixed.contains_key(&split.from) {
        return shares;
    }
    for (value, beside) in &split.values {
        let mut known: Fixed = beside.clone();
        known.insert(split.from.clone(), value.clone());
        let values: BTreeMap<String, Value> = table.known_within(&known);
        let facts = Facts::new(table, &values);
        let holds = |part: &Condition| {
            question.effort.charge(part.cell.size());
            part.cell.holds_closed(part.at, &facts)
        };
        let parts = question.rows.iter().flat_map(|row| &row.when);
        let asked = parts.filter(|part| known.contains_key(&table.inputs[part.at].from) && !part.cell.is_any());
        let seen: Vec<Option<bool>> = asked.map(holds).collect();
        if let Some(share) = shares.get_mut(&seen) {
            share.values.push(value);
            continue;
        }
        let asks = |(row, part): &(usize, &Condition)| (holds(part) == Some(true)).then_some(*row);
        let takers = own.iter().filter_map(asks).collect();
        let mut fixed = here.fixed.clone();
        fixed.extend(known.clone());
        shares.insert(seen, Share { at, values: vec![value], own: known, fixed, takers });
    }
    shares
}
