//! All that can be given to a table on any day, as far as the rules tell it apart, and the rules as clauses over it.

use std::collections::{BTreeMap, BTreeSet};

use peygir_calendar::Jalali;
use serde_json::Value;

use super::{
    Inputs,
    dimension::{Dimension, Fragment, Leaves, Unwritten},
    formula::{Formula, Sense, Writer},
    solver::{Answer, Clause, Literal, Solver, Values},
};
use crate::{
    cell::Facts,
    model::{Rule, Table},
    sources::{agree, are_kin},
    window::Window,
};

/// A day that stands for all days where no rule names one.
const ANY_DAY: (i64, i64, i64) = (1405, 1, 1);

/// What can be asked, prepared once for a set of rules.
pub(super) struct Space<'a> {
    pub table: &'a Table,
    /// By the place of the input. Twins have the same one.
    pub dimensions: Vec<Dimension>,
    /// For each input the first of its twins.
    twins: Vec<usize>,
    domains: Vec<Values>,
    /// Fragments are told of open atoms only: for each fragment's variable the clause that says so.
    always: Vec<(usize, Clause)>,
    /// The days that the rules tell apart, each by one of them; their variable comes after those of the inputs.
    days: Vec<Jalali>,
    day: usize,
    pub rules: Vec<Compiled>,
}

/// A rule as clauses. Where a cell can't be looked into, it is known only when the rule may hold and when it
/// certainly does not.
pub(super) struct Compiled {
    may_hold: Vec<Clause>,
    may_fail: Vec<Clause>,
    /// None where every cell is looked into: then it is `may_fail`.
    fails: Option<Vec<Clause>>,
    /// What is left of each input where the rule may hold, for a quick look.
    narrowed: BTreeMap<usize, Values>,
}

impl Compiled {
    /// Clauses that are met wherever the rule holds.
    pub fn may_hold(&self) -> &[Clause] {
        &self.may_hold
    }

    /// Clauses that are met wherever the rule does not hold.
    pub fn may_fail(&self) -> &[Clause] {
        &self.may_fail
    }

    /// Clauses under which the rule certainly does not hold.
    pub fn fails(&self) -> &[Clause] {
        self.fails.as_deref().unwrap_or(&self.may_fail)
    }

    /// False where one look shows that the two never hold together.
    pub fn may_meet(&self, other: &Self) -> bool {
        let meets = |(variable, values): (&usize, &Values)| {
            other.narrowed.get(variable).is_none_or(|theirs| values.meets(theirs))
        };
        self.narrowed.values().all(|values| !values.is_empty())
            && other.narrowed.values().all(|values| !values.is_empty())
            && self.narrowed.iter().all(meets)
    }
}

/// Inputs and a day, with the atom of each input that they were made from.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub inputs: Inputs,
    pub on: Jalali,
    /// The values of all variables that stand for inputs and the day.
    pub chosen: Vec<usize>,
}

/// What came of a question about inputs.
#[derive(Debug)]
pub(super) enum Reply {
    Found(Point),
    Never,
    /// No value of this input could be written down.
    Unwritten(Unwritten),
    /// The budget was used up.
    Spent,
}

impl<'a> Space<'a> {
    /// The space of a table's inputs, told apart by these rules and windows.
    pub fn new(table: &'a Table, rules: &[&Rule], windows: &[Window]) -> Self {
        let mut domains = Vec::new();
        let mut leaves: Vec<Leaves> = table.inputs.iter().map(|_| Leaves::default()).collect();
        let twins = table.twins();
        for condition in rules.iter().flat_map(|rule| &rule.when) {
            leaves[twins[condition.at]].gather(&condition.cell);
        }
        let mut dimensions: Vec<Dimension> = Vec::with_capacity(leaves.len());
        for (at, leaves) in leaves.into_iter().enumerate() {
            let twin = dimensions.get(twins[at]).cloned();
            dimensions.push(twin.unwrap_or_else(|| Dimension::new(table, at, leaves, &mut domains)));
        }
        let days = days(table, rules, windows);
        let day = domains.len();
        domains.push(Values::all(days.len()));
        let mut space = Self { table, dimensions, twins, domains, always: Vec::new(), days, day, rules: Vec::new() };
        space.always = space.fragments_need_open_atoms();
        space.rules = rules.iter().map(|rule| space.compile(rule)).collect();
        space
    }

    pub fn days(&self) -> &[Jalali] {
        &self.days
    }

    /// The clauses that leave an input these atoms.
    pub fn only(&self, at: usize, values: Values) -> Clause {
        vec![Literal { variable: self.dimensions[at].variable, values }]
    }

    /// The clause that a point of another class is asked for.
    pub fn other_than(&self, point: &Point, inputs: impl Iterator<Item = usize>) -> Clause {
        let unlike = |at: usize| {
            let variable = self.dimensions[at].variable;
            let mut values = self.domains[variable].clone();
            values.remove(&Values::one(self.dimensions[at].atoms.len(), point.chosen[variable]));
            Literal { variable, values }
        };
        inputs.map(unlike).collect()
    }

    /// Asks for inputs and a day that meet all clauses.
    pub fn ask<'c>(&'c self, clauses: impl IntoIterator<Item = &'c Clause>, spent: &mut u64) -> Reply {
        let clauses: Vec<&Clause> = clauses.into_iter().collect();
        let mut is_named = vec![false; self.domains.len()];
        clauses.iter().flat_map(|clause| clause.iter()).for_each(|literal| is_named[literal.variable] = true);
        let mut solver = Solver::new(&self.domains);
        // A fragment that the question does not name is left out of the point, which meets its clause.
        solver.require(self.always.iter().filter(|(fragment, _)| is_named[*fragment]).map(|(_, clause)| clause));
        solver.require(clauses);
        let answer = solver.solve();
        *spent = spent.saturating_add(solver.steps());
        match answer {
            Answer::Never => Reply::Never,
            Answer::Unknown => Reply::Spent,
            Answer::Found(left) => match self.point(&left) {
                Ok(point) => Reply::Found(point),
                Err(unwritten) => Reply::Unwritten(unwritten),
            },
        }
    }

    /// The rule of the table or of another one with the same inputs, as clauses.
    fn compile(&mut self, rule: &Rule) -> Compiled {
        let may_hold = self.clauses(rule, Sense { holds: true, wide: true });
        let may_fail = self.clauses(rule, Sense { holds: false, wide: true });
        let looked_into =
            |leaf: &crate::model::Condition| leaf.cell.is_analysed() && !self.dimensions[leaf.at].is_opaque();
        let exact = rule.when.iter().all(looked_into);
        let mut narrowed: BTreeMap<usize, Values> = BTreeMap::new();
        for literal in may_hold.iter().filter(|clause| clause.len() == 1).flatten() {
            let values = narrowed.entry(literal.variable).or_insert_with(|| self.domains[literal.variable].clone());
            values.keep(&literal.values);
        }
        let fails = (!exact).then(|| self.clauses(rule, Sense { holds: false, wide: false }));
        Compiled { may_hold, may_fail, fails, narrowed }
    }

    fn clauses(&mut self, rule: &Rule, sense: Sense) -> Vec<Clause> {
        let in_force = self.days.iter().enumerate().filter(|(_, day)| rule.is_in_force(**day) == sense.holds);
        let days = in_force.fold(Values::none(self.days.len()), |values, (place, _)| values.with(place));
        let mut parts = vec![Formula::of_values(self.day, days, self.days.len())];
        for condition in &rule.when {
            parts.push(Formula::of_cell(&condition.cell, &self.dimensions[condition.at], sense));
        }
        let formula = if sense.holds { Formula::All(parts) } else { Formula::Any(parts) };
        let mut writer = Writer { domains: &mut self.domains, clauses: Vec::new() };
        writer.require(formula);
        writer.clauses
    }

    fn fragments_need_open_atoms(&self) -> Vec<(usize, Clause)> {
        let mut clauses = Vec::new();
        for dimension in &self.dimensions {
            let open = Literal { variable: dimension.variable, values: dimension.open() };
            for fragment in &dimension.fragments {
                let without = Literal { variable: fragment.variable, values: Values::one(2, 0) };
                clauses.push((fragment.variable, vec![without, open.clone()]));
            }
        }
        clauses
    }

    /// The first choice for every variable, as inputs and a day.
    fn point(&self, left: &[Values]) -> Result<Point, Unwritten> {
        let first = |variable: usize| {
            let size = self.size(variable);
            (0..size).find(|value| left[variable].contains(*value)).unwrap_or_default()
        };
        let chosen: Vec<usize> = (0..=self.day).map(first).collect();
        let mut inputs = Inputs::new();
        for dimension in &self.dimensions {
            let there = |fragment: &&Fragment| chosen[fragment.variable] == 1;
            let fragments: Vec<&Fragment> = dimension.fragments.iter().filter(there).collect();
            let value = dimension.example(self.table, chosen[dimension.variable], &fragments)?;
            self.set(&mut inputs, dimension.at, value.as_ref());
        }
        if let Some(at) = self.at_odds(&inputs) {
            return Err(Unwritten { at });
        }
        Ok(Point { inputs, on: self.days[chosen[self.day]], chosen })
    }

    /// Gives an input and its twins a value, or none.
    pub fn set(&self, inputs: &mut Inputs, at: usize, value: Option<&Value>) {
        for (input, _) in self.table.inputs.iter().zip(&self.twins).filter(|(_, twin)| **twin == at) {
            match value {
                Some(value) => drop(inputs.insert(input.name.clone(), value.clone())),
                None => drop(inputs.remove(&input.name)),
            }
        }
    }

    /// An input that can't have its value together with another one, because both are read from one place.
    pub fn at_odds(&self, inputs: &Inputs) -> Option<usize> {
        let columns = &self.table.inputs;
        let given = |at: usize| (&columns[at], inputs.get(&columns[at].name));
        let odd =
            |at: usize| (0..at).any(|other| are_kin(&columns[at], &columns[other]) && !agree(given(at), given(other)));
        (0..columns.len()).find(|at| odd(*at))
    }

    fn size(&self, variable: usize) -> usize {
        if variable == self.day {
            return self.days.len();
        }
        let dimension = self.dimensions.iter().find(|dimension| dimension.variable == variable);
        dimension.map_or(2, |dimension| dimension.atoms.len())
    }
}

/// Whether the rule holds for these inputs on this day, by the very code that decides; none where a cell fails.
pub(super) fn holds(table: &Table, rule: &Rule, inputs: &BTreeMap<String, Value>, on: Jalali) -> Option<bool> {
    let completed = table.complete(inputs).ok()?;
    Tried { facts: Facts::new(table, &completed), on }.holds(rule)
}

/// Inputs on a day that many rules are held against: what is prepared for cells is prepared once.
pub(super) struct Tried<'a> {
    facts: Facts<'a>,
    on: Jalali,
}

impl<'a> Tried<'a> {
    /// `completed`: the inputs with defaults.
    pub fn new(table: &Table, completed: &'a Inputs, on: Jalali) -> Self {
        Self { facts: Facts::new(table, completed), on }
    }

    /// Whether the rule holds, by the very code that decides; none where a cell fails.
    pub fn holds(&self, rule: &Rule) -> Option<bool> {
        if !rule.is_in_force(self.on) {
            return Some(false);
        }
        rule.first_failing(&self.facts).ok().map(|failing| failing.is_none())
    }
}

/// One day of each stretch in which the same rules are in force, within the table's own days.
fn days(table: &Table, rules: &[&Rule], windows: &[Window]) -> Vec<Jalali> {
    let named = rules.iter().flat_map(|rule| rule.effective.iter().chain(&rule.except));
    let mut starts = BTreeSet::new();
    for window in named.chain(&table.effective).chain(windows) {
        if let Some(from) = window.from {
            starts.extend([before(from), from]);
        }
        if let Some(until) = window.until {
            starts.extend([until, after(until)]);
        }
    }
    if starts.is_empty() {
        let (year, month, day) = ANY_DAY;
        starts.extend(Jalali::new(year, month, day));
    }
    starts.into_iter().filter(|day| table.effective.is_none_or(|window| window.contains(*day))).collect()
}

fn before(day: Jalali) -> Jalali {
    day.to_gregorian().yesterday().map_or(day, Jalali::from_gregorian)
}

fn after(day: Jalali) -> Jalali {
    day.to_gregorian().tomorrow().map_or(day, Jalali::from_gregorian)
}
