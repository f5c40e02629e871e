//! All that can be given to a table on any day, as far as the rules tell it apart, and the rules as clauses over it.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use peygir_calendar::Jalali;
use serde_json::Value;

use super::{
    Inputs,
    dimension::{Dimension, Fragment, Unwritten},
    effort::Effort,
    formula::{Formula, Sense, Writer},
    here::Fixed,
    leaves::Leaves,
    solver::{Answer, Clause, Literal, Solver},
    values::Values,
};
use crate::{
    cell::{Cell, Facts},
    model::{Input, Rule, Table},
    sources::{agree, are_kin},
    value_type::ValueType,
    window::Window,
};

/// A day that stands for all days where no rule names one.
pub(super) const ANY_DAY: (i64, i64, i64) = (1405, 1, 1);

/// What can be asked, prepared once for a set of rules.
pub(super) struct Space<'a> {
    pub table: &'a Table,
    /// By the place of the input. Twins have the same one.
    pub dimensions: Vec<Dimension>,
    /// For each input the first of its twins.
    twins: Vec<usize>,
    domains: Vec<Values>,
    /// Fragments are told of open atoms only: for each fragment's variable the clause that says so.
    always: BTreeMap<usize, Clause>,
    /// Inputs that are read from one place and yet are no twins.
    kin: Vec<(usize, usize)>,
    /// The days that the rules tell apart, each by one of them; their variable comes after those of the inputs.
    days: Vec<Jalali>,
    day: usize,
    pub rules: Vec<Compiled>,
    solver: RefCell<Solver>,
    pub effort: &'a Effort<'a>,
}

/// A rule as clauses. Where a cell can't be looked into, it is known only when the rule may hold and when it
/// certainly does not.
pub(super) struct Compiled {
    may_hold: Vec<Clause>,
    may_fail: Vec<Clause>,
    /// None where every cell is looked into: then it is `may_fail`.
    fails: Option<Vec<Clause>>,
    /// What is left of each input where the rule may hold, for a quick look, by variable.
    narrowed: Vec<(usize, Values)>,
    /// False where that look shows that the rule never holds.
    is_possible: bool,
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
        let (mut own, mut theirs) = (self.narrowed.iter().peekable(), other.narrowed.iter().peekable());
        while let (Some((variable, values)), Some((other, others))) = (own.peek(), theirs.peek()) {
            let order = variable.cmp(other);
            if order.is_eq() && !values.meets(others) {
                return false;
            }
            if order.is_le() {
                own.next();
            }
            if order.is_ge() {
                theirs.next();
            }
        }
        self.is_possible && other.is_possible
    }
}

/// Inputs and a day, with the atom of each input that they were made from.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub inputs: Inputs,
    pub on: Jalali,
    /// The atom of each input.
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
    pub fn new(table: &'a Table, rules: &[&Rule], windows: &[Window], effort: &'a Effort<'a>) -> Self {
        Self::telling(table, rules, windows, &[], effort)
    }

    /// The same, in which it is told whether these cells hold, too, each with the place of its input.
    pub fn telling(
        table: &'a Table,
        rules: &[&Rule],
        windows: &[Window],
        cells: &[(usize, Cell)],
        effort: &'a Effort<'a>,
    ) -> Self {
        let mut domains = Vec::new();
        let mut leaves: Vec<Leaves> = table.inputs.iter().map(|_| Leaves::default()).collect();
        let twins = table.twins();
        for condition in rules.iter().flat_map(|rule| &rule.when) {
            leaves[twins[condition.at]].gather(&condition.cell);
        }
        for (at, cell) in cells {
            leaves[twins[*at]].gather(cell);
        }
        let mut dimensions: Vec<Dimension> = Vec::with_capacity(leaves.len());
        for (at, leaves) in leaves.into_iter().enumerate() {
            let twin = dimensions.get(twins[at]).cloned();
            dimensions.push(twin.unwrap_or_else(|| Dimension::new(table, at, leaves, &mut domains, effort)));
        }
        let days = days(table, rules, windows);
        let day = domains.len();
        domains.push(Values::all(days.len()));
        let always = fragments_need_open_atoms(&dimensions);
        let solver = RefCell::new(Solver::new(Vec::new()));
        let (kin, rules_of) = (kin(table), rules);
        let rules = Vec::with_capacity(rules.len());
        let mut space = Self { table, dimensions, twins, domains, always, kin, days, day, rules, solver, effort };
        for rule in rules_of {
            let compiled = space.compile(rule);
            space.rules.push(compiled);
        }
        space.solver = RefCell::new(Solver::new(std::mem::take(&mut space.domains)));
        space
    }

    pub fn days(&self) -> &[Jalali] {
        &self.days
    }

    /// The clauses that leave inputs these values, of those that were told apart.
    pub fn fixed(&self, fixed: &Fixed) -> Vec<Clause> {
        let only = |(at, cell): (usize, Cell)| {
            let dimension = &self.dimensions[at];
            Some(self.only(at, dimension.where_leaf(dimension.leaf(&cell)?, true)))
        };
        cells_of(self.table, fixed).filter_map(only).collect()
    }

    /// The clauses that leave these inputs some value each, by where they are read from.
    pub fn given(&self, given: &BTreeSet<String>) -> Vec<Clause> {
        let inputs = self.table.inputs.iter().enumerate().filter(|(_, input)| given.contains(&input.from));
        inputs.map(|(at, _)| self.only(at, self.dimensions[at].present())).collect()
    }

    /// The clauses that leave an input these atoms.
    pub fn only(&self, at: usize, values: Values) -> Clause {
        vec![Literal { variable: self.dimensions[at].variable, values }]
    }

    /// The clause that leaves these days.
    pub fn on_days(&self, days: Window) -> Clause {
        let within = self.days.iter().enumerate().filter(|(_, day)| days.contains(**day));
        let values = within.fold(Values::none(self.days.len()), |values, (place, _)| values.with(place));
        vec![Literal { variable: self.day, values }]
    }

    /// The clause that a point of another class is asked for.
    pub fn other_than(&self, point: &Point, inputs: impl Iterator<Item = usize>) -> Clause {
        let unlike = |at: usize| {
            let dimension = &self.dimensions[at];
            let size = dimension.atoms.len();
            let mut values = Values::all(size);
            values.remove(&Values::one(size, point.chosen[at]));
            Literal { variable: dimension.variable, values }
        };
        inputs.map(unlike).collect()
    }

    /// Asks for inputs and a day that meet all clauses.
    pub fn ask<'c>(&'c self, clauses: impl IntoIterator<Item = &'c Clause>) -> Reply {
        if self.effort.is_spent() {
            return Reply::Spent;
        }
        let clauses: Vec<&Clause> = clauses.into_iter().collect();
        let mut solver = self.solver.borrow_mut();
        // A fragment that the question does not name is left out of the point, which meets its clause.
        let reply = match solver.solve(&clauses, |variable| self.always.get(&variable), self.effort) {
            Answer::Never => Reply::Never,
            Answer::Unknown => Reply::Spent,
            Answer::Found => self.point(&solver).map_or_else(Reply::Unwritten, Reply::Found),
        };
        solver.forget();
        reply
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
        let narrowed: Vec<(usize, Values)> = narrowed.into_iter().collect();
        let is_possible =
            may_hold.iter().all(|clause| !clause.is_empty()) && narrowed.iter().all(|(_, left)| !left.is_empty());
        let fails = (!exact).then(|| self.clauses(rule, Sense { holds: false, wide: false }));
        Compiled { may_hold, may_fail, fails, narrowed, is_possible }
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
        let clauses = writer.clauses;
        self.effort.charge(clauses.iter().map(|clause| clause.len() as u64).sum());
        clauses
    }

    /// The first choice for every variable, as inputs and a day.
    fn point(&self, solver: &Solver) -> Result<Point, Unwritten> {
        let first = |variable: usize| solver.left(variable).first().unwrap_or_default();
        // Where the choice is free a fragment is left out, so those that are in it are among the narrowed ones.
        let narrowed: Vec<usize> = solver.narrowed().into_iter().filter(|variable| first(*variable) == 1).collect();
        let mut inputs = Inputs::new();
        let mut chosen = Vec::with_capacity(self.dimensions.len());
        for dimension in &self.dimensions {
            let fragments: Vec<&Fragment> = narrowed.iter().filter_map(|at| dimension.fragment(*at)).collect();
            let atom = first(dimension.variable);
            let value = dimension.example(self.table, atom, &fragments, self.effort)?;
            self.set(&mut inputs, dimension.at, value.as_ref());
            chosen.push(atom);
        }
        if let Some(at) = self.at_odds(&inputs) {
            return Err(Unwritten { at });
        }
        Ok(Point { inputs, on: self.days[first(self.day)], chosen })
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
        self.kin.iter().find(|(at, other)| !agree(given(*at), given(*other))).map(|(at, _)| *at)
    }

    /// Whether a rule holds for inputs that are tried; none where a cell fails.
    pub fn holds(&self, tried: &Tried<'_>, rule: &Rule) -> Option<bool> {
        self.effort.charge(rule.when.iter().map(|part| part.cell.size()).sum());
        tried.holds(rule)
    }
}

/// For each input that has a fixed value the cell that holds for just that.
pub(super) fn cells_of<'t>(table: &'t Table, fixed: &'t Fixed) -> impl Iterator<Item = (usize, Cell)> + 't {
    let cell = |(at, input): (usize, &Input)| Some((at, equal_to(table, at, fixed.get(&input.from)?)?));
    table.inputs.iter().enumerate().filter_map(cell)
}

/// The cell that holds where an input has just this value; none where it takes no text.
pub(super) fn equal_to(table: &Table, at: usize, value: &str) -> Option<Cell> {
    match table.inputs[at].value_type {
        ValueType::String => Some(Cell::Equals(value.to_owned())),
        ValueType::Text => Some(Cell::KeyEquals((table.search_key)(value))),
        ValueType::List | ValueType::Boolean | ValueType::Integer | ValueType::Number => None,
    }
}

/// Pairs of inputs that are read from one place without being twins, or as twins: the later one first.
fn kin(table: &Table) -> Vec<(usize, usize)> {
    let columns = &table.inputs;
    let pairs = (0..columns.len()).flat_map(|at| (0..at).map(move |other| (at, other)));
    pairs.filter(|(at, other)| are_kin(&columns[*at], &columns[*other])).collect()
}

fn fragments_need_open_atoms(dimensions: &[Dimension]) -> BTreeMap<usize, Clause> {
    let mut clauses = BTreeMap::new();
    for dimension in dimensions {
        let open = Literal { variable: dimension.variable, values: dimension.open() };
        for fragment in &dimension.fragments {
            let without = Literal { variable: fragment.variable, values: Values::one(2, 0) };
            clauses.insert(fragment.variable, vec![without, open.clone()]);
        }
    }
    clauses
}

/// Whether the rule holds for these inputs on this day, by the very code that decides; none where a cell fails.
pub(crate) fn holds(table: &Table, rule: &Rule, inputs: &BTreeMap<String, Value>, on: Jalali) -> Option<bool> {
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
