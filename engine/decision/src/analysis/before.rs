//! What is known of a table before it is looked at: what was found of it without its last overlay, as far as that leaves it as it
//! was. Of three hundred rules a county changes three, and of the others nothing has to be asked again.
//!
//! Owns: which rows are the same, and what follows for them from the earlier findings. Nothing is taken over that the overlay
//! could make untrue.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Analysis, Finding,
    effort::Effort,
    here::is_same_row,
    ranking::Ranking,
    reach::Reach,
    space::{Point, Tried},
};
use crate::model::{Rule, Table};

/// The earlier findings, and which rows they are about.
pub(super) struct Before<'a> {
    below: &'a Table,
    analysis: &'a Analysis,
    pub table: &'a Table,
    ranking: Ranking,
    /// For each row the one that it was.
    was: Vec<Option<usize>>,
    /// For each row of before the one that it is now.
    is: Vec<Option<usize>>,
    /// The rows that are new or changed.
    pub fresh: Vec<usize>,
    effort: &'a Effort<'a>,
}

impl<'a> Before<'a> {
    pub fn new(below: &'a Table, analysis: &'a Analysis, table: &'a Table, effort: &'a Effort<'a>) -> Self {
        let mut by_id: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, row) in below.rules.iter().enumerate() {
            by_id.entry(row.id.as_str()).or_default().push(at);
        }
        let was = |row: &Rule| {
            let rows = by_id.get(row.id.as_str())?;
            rows.iter().copied().find(|at| is_same_row(&below.rules[*at], row))
        };
        let was: Vec<Option<usize>> = table.rules.iter().map(was).collect();
        let mut is = vec![None; below.rules.len()];
        for (at, before) in was.iter().enumerate() {
            if let Some(before) = before {
                is[*before] = Some(at);
            }
        }
        let fresh = was.iter().enumerate().filter(|(_, was)| was.is_none()).map(|(at, _)| at).collect();
        Self { below, analysis, table, ranking: Ranking::of(table), was, is, fresh, effort }
    }

    pub fn is_same(&self, row: usize) -> bool {
        self.was[row].is_some()
    }

    /// Whether the overlay only puts rules in: nothing of before is gone or another.
    fn only_adds(&self) -> bool {
        self.is.iter().all(Option::is_some)
    }

    /// Whether answers are limited as they were.
    pub fn has_same_outputs(&self) -> bool {
        self.below.outputs == self.table.outputs
    }

    /// What is known of the row's chance to answer; none where it has to be asked.
    pub fn reach(&self, row: usize) -> Option<Reach> {
        let Some(was) = self.was[row] else { return self.reach_of_fresh(row) };
        match self.analysis.reaches.get(was)? {
            Reach::Answers(point) => self.is_left(row, point).then(|| Reach::Answers(point.clone())),
            Reach::Never(because) => {
                let still: Option<Vec<usize>> = because.iter().map(|other| self.is[*other]).collect();
                still.map(Reach::Never)
            }
            Reach::Open(why) => Some(Reach::Open(*why)),
        }
    }

    /// A row that was changed may still answer what it answered.
    fn reach_of_fresh(&self, row: usize) -> Option<Reach> {
        let id = &self.table.rules[row].id;
        let rows = self.below.rules.iter().zip(&self.analysis.reaches).filter(|(before, _)| before.id == *id);
        let points = rows.filter_map(|(_, reach)| match reach {
            Reach::Answers(point) => Some(point),
            _ => None,
        });
        points.filter(|point| self.answers(row, point)).map(|point| Reach::Answers(point.clone())).next()
    }

    /// Whether the row answers the inputs, by the code that decides.
    pub fn answers(&self, row: usize, point: &Point) -> bool {
        self.holds(row, point) && self.none_holds(&self.ranking.above(row), point)
    }

    fn holds(&self, row: usize, point: &Point) -> bool {
        super::space::holds(self.table, &self.table.rules[row], &point.inputs, point.on) == Some(true)
    }

    /// Whether no rule that is new or changed takes the inputs from the row. The others left them to it before.
    fn is_left(&self, row: usize, point: &Point) -> bool {
        let above: Vec<usize> = self.fresh.iter().copied().filter(|other| self.ranking.takes(*other, row)).collect();
        above.is_empty() || self.none_holds(&above, point)
    }

    fn none_holds(&self, rows: &[usize], point: &Point) -> bool {
        let Ok(completed) = self.table.complete(&point.inputs) else { return false };
        let tried = Tried::new(self.table, &completed, point.on);
        self.effort.charge(rows.len() as u64);
        rows.iter().all(|other| tried.holds(&self.table.rules[*other]) == Some(false))
    }

    /// The gaps that are left; none where they have to be looked for. What only puts rules in makes no gap, and of gaps that are
    /// closed others may be left beside them.
    pub fn gaps(&self) -> Option<Vec<Finding>> {
        let is_gap = |finding: &&Finding| matches!(finding, Finding::Gap { .. });
        let gaps: Vec<&Finding> = self.analysis.findings.iter().filter(is_gap).collect();
        let is_left = |finding: &&&Finding| match finding {
            Finding::Gap { witness, on } => {
                self.none_holds(&self.fresh, &Point { inputs: witness.clone(), on: *on, chosen: Vec::new() })
            }
            _ => false,
        };
        let left: Vec<Finding> = gaps.iter().filter(is_left).map(|gap| (*gap).clone()).collect();
        (self.only_adds() && (gaps.is_empty() || !left.is_empty())).then_some(left)
    }

    /// Overlaps of rows that are as they were, under `unique`, and how many pairs were not looked at then.
    pub fn overlaps(&self) -> (Vec<Finding>, usize) {
        let stands = |id: &str| self.table.rules.iter().zip(&self.was).any(|(row, was)| row.id == *id && was.is_some());
        let mut more = 0;
        let mut found = Vec::new();
        for finding in &self.analysis.findings {
            match finding {
                Finding::Overlap { first, second, .. } if stands(first) && stands(second) => {
                    found.push(finding.clone())
                }
                Finding::MoreOverlaps { pairs } => more += pairs,
                _ => {}
            }
        }
        (found, more)
    }

    /// What was not analysed of rows that are as they were.
    pub fn not_analysed(&self) -> impl Iterator<Item = Finding> + '_ {
        let standing = self.ids(|row| self.is_same(row));
        let is_left = move |finding: &&Finding| matches!(finding, Finding::NotAnalysed { rule, .. } if standing.contains(rule.as_str()));
        self.analysis.findings.iter().filter(is_left).cloned()
    }

    /// What was found of the answers and the expressions of rows that are as they were and still answer what they answered.
    pub fn of_answers(&self, is_known: &[bool]) -> Vec<Finding> {
        let standing = self.ids(|row| is_known[row]);
        let told = |finding: &Finding| match finding {
            Finding::OutsideLimits { rule, .. } | Finding::NoTruth { rule, .. } => {
                standing.contains(rule.as_str()).then(|| finding.clone())
            }
            Finding::Unfilled { input, rules, witness, on, is_certain } => {
                let rules: Vec<String> =
                    rules.iter().filter(|rule| standing.contains(rule.as_str())).cloned().collect();
                let (input, witness) = (input.clone(), witness.clone());
                let left =
                    || Finding::Unfilled { input, rules: rules.clone(), witness, on: *on, is_certain: *is_certain };
                (!rules.is_empty()).then(left)
            }
            _ => None,
        };
        self.analysis.findings.iter().filter_map(told).collect()
    }

    /// The ids of which every row is such a one.
    fn ids(&self, is_such: impl Fn(usize) -> bool) -> BTreeSet<&'a str> {
        let rows = || self.table.rules.iter().enumerate();
        let others: BTreeSet<&str> = rows().filter(|(at, _)| !is_such(*at)).map(|(_, row)| row.id.as_str()).collect();
        rows().map(|(_, row)| row.id.as_str()).filter(|id| !others.contains(id)).collect()
    }

    /// For each row, whether it is as it was and reached by the very inputs by which it was.
    pub fn known(&self) -> Vec<bool> {
        let points: BTreeMap<usize, &Point> =
            self.analysis.points.iter().rev().map(|(at, point)| (*at, point)).collect();
        let is_known = |(row, was): (usize, &Option<usize>)| {
            was.is_some_and(|was| points.get(&was).is_none_or(|point| self.is_left(row, point)))
        };
        self.was.iter().enumerate().map(is_known).collect()
    }
}
