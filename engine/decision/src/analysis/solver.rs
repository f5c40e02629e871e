//! A search for one assignment that meets a list of clauses, over variables that each take one of a few values.
//!
//! Owns: domains, propagation and branching, with a budget of steps. Deliberately does not know tables: who asks
//! translates rules into clauses and an assignment back into inputs. The search is complete: `Never` is a proof.

use std::collections::BTreeSet;

/// Looked-at clauses that one question may cost; beyond it the answer is [`Answer::Unknown`].
pub(super) const QUESTION_STEPS_MAX: u64 = 60_000;

/// A set of the values of one variable, as bits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Values(Vec<u64>);

impl Values {
    pub fn none(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    pub fn all(size: usize) -> Self {
        (0..size).fold(Self::none(size), Self::with)
    }

    pub fn one(size: usize, value: usize) -> Self {
        Self::none(size).with(value)
    }

    pub fn with(mut self, value: usize) -> Self {
        self.0[value / 64] |= 1 << (value % 64);
        self
    }

    pub fn contains(&self, value: usize) -> bool {
        self.0[value / 64] >> (value % 64) & 1 == 1
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|bits| *bits == 0)
    }

    pub fn within(&self, other: &Self) -> bool {
        // Nearly all sets have one word; a debug build would feel the iterators.
        if let ([left], [right]) = (self.0.as_slice(), other.0.as_slice()) {
            return left & !right == 0;
        }
        self.0.iter().zip(&other.0).all(|(left, right)| left & !right == 0)
    }

    pub fn meets(&self, other: &Self) -> bool {
        if let ([left], [right]) = (self.0.as_slice(), other.0.as_slice()) {
            return left & right != 0;
        }
        self.0.iter().zip(&other.0).any(|(left, right)| left & right != 0)
    }

    pub fn keep(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(left, right)| *left &= right);
    }

    pub fn remove(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(left, right)| *left &= !right);
    }

    pub fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(left, right)| *left |= right);
    }
}

/// One variable takes one of these values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    pub variable: usize,
    pub values: Values,
}

/// One of its literals holds. Without literals it can't be met.
pub(super) type Clause = Vec<Literal>;

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The values that are left to each variable; any choice among them meets every clause.
    Found(Vec<Values>),
    /// No assignment meets the clauses.
    Never,
    /// The budget was used up.
    Unknown,
}

/// One question. Cheap to make: domains are copied, clauses are borrowed.
pub(super) struct Solver<'a> {
    domains: Vec<Values>,
    clauses: Vec<&'a Clause>,
    /// The clauses that name each variable.
    uses: Vec<Vec<usize>>,
    /// Former domains, so that a branch is taken back.
    trail: Vec<(usize, Values)>,
    steps: u64,
}

/// The clauses can't be met any more, or the budget is used up.
enum Stop {
    Conflict,
    Spent,
}

impl<'a> Solver<'a> {
    pub fn new(domains: &[Values]) -> Self {
        Self {
            domains: domains.to_vec(),
            clauses: Vec::new(),
            uses: vec![Vec::new(); domains.len()],
            trail: Vec::new(),
            steps: 0,
        }
    }

    pub fn require(&mut self, clauses: impl IntoIterator<Item = &'a Clause>) {
        for clause in clauses {
            for literal in clause {
                self.uses[literal.variable].push(self.clauses.len());
            }
            self.clauses.push(clause);
        }
    }

    /// Steps taken so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    pub fn solve(&mut self) -> Answer {
        let every: BTreeSet<usize> = (0..self.clauses.len()).collect();
        match self.propagate(every) {
            Ok(()) => {}
            Err(Stop::Conflict) => return Answer::Never,
            Err(Stop::Spent) => return Answer::Unknown,
        }
        match self.search(0) {
            Ok(()) => Answer::Found(self.domains.clone()),
            Err(Stop::Conflict) => Answer::Never,
            Err(Stop::Spent) => Answer::Unknown,
        }
    }

    /// Takes an open clause with few ways left and tries its first way; what fails is excluded. The clauses before
    /// `settled` hold already. The depth is bounded by the values of all variables, since each level takes one away.
    fn search(&mut self, mut settled: usize) -> Result<(), Stop> {
        loop {
            while settled < self.clauses.len() && self.is_met(settled) {
                settled += 1;
            }
            let Some(literal) = self.branch(settled)? else { return Ok(()) };
            let mark = self.trail.len();
            let tried = match self.restrict(literal.variable, &literal.values, true) {
                Ok(changed) => self.propagate(changed).and_then(|()| self.search(settled)),
                Err(stop) => Err(stop),
            };
            match tried {
                Err(Stop::Conflict) => self.undo(mark),
                done => return done,
            }
            let changed = self.restrict(literal.variable, &literal.values, false)?;
            self.propagate(changed)?;
        }
    }

    fn is_met(&mut self, clause: usize) -> bool {
        self.steps += 1;
        ways(self.clauses[clause], &self.domains).is_none()
    }

    /// The first way of the open clause with the fewest; none where every clause holds already. Two ways are as few as
    /// there can be: of one, the conclusion is drawn.
    fn branch(&mut self, settled: usize) -> Result<Option<Literal>, Stop> {
        let mut best: Option<(usize, &Literal)> = None;
        for clause in &self.clauses[settled..] {
            self.steps += 1;
            let Some(ways) = ways(clause, &self.domains) else { continue };
            if best.as_ref().is_none_or(|(fewest, _)| ways.count < *fewest) {
                let Some(first) = ways.first else { return Err(Stop::Conflict) };
                best = Some((ways.count, first));
                if ways.count <= 2 {
                    break;
                }
            }
        }
        if self.steps > QUESTION_STEPS_MAX { Err(Stop::Spent) } else { Ok(best.map(|(_, literal)| literal.clone())) }
    }

    /// Draws all conclusions from clauses with one way left.
    fn propagate(&mut self, mut open: BTreeSet<usize>) -> Result<(), Stop> {
        while let Some(at) = open.pop_first() {
            self.steps += 1;
            if self.steps > QUESTION_STEPS_MAX {
                return Err(Stop::Spent);
            }
            let clause = self.clauses[at];
            let Some(ways) = ways(clause, &self.domains) else { continue };
            match (ways.count, ways.first) {
                (1, Some(literal)) => open.append(&mut self.restrict(literal.variable, &literal.values, true)?),
                (0, _) => return Err(Stop::Conflict),
                _ => {}
            }
        }
        Ok(())
    }

    /// Leaves the variable these values, or all but these; answers the clauses to look at again.
    fn restrict(&mut self, variable: usize, values: &Values, keep: bool) -> Result<BTreeSet<usize>, Stop> {
        let before = self.domains[variable].clone();
        let domain = &mut self.domains[variable];
        if keep {
            domain.keep(values)
        } else {
            domain.remove(values)
        }
        if *domain == before {
            return Ok(BTreeSet::new());
        }
        let empty = domain.is_empty();
        self.trail.push((variable, before));
        if empty { Err(Stop::Conflict) } else { Ok(self.uses[variable].iter().copied().collect()) }
    }

    fn undo(&mut self, mark: usize) {
        for (variable, before) in self.trail.drain(mark..).rev() {
            self.domains[variable] = before;
        }
    }
}

/// How a clause can still be met.
struct Ways<'a> {
    count: usize,
    first: Option<&'a Literal>,
}

/// None where the clause holds already.
fn ways<'a>(clause: &'a Clause, domains: &[Values]) -> Option<Ways<'a>> {
    let mut ways = Ways { count: 0, first: None };
    for literal in clause {
        let domain = &domains[literal.variable];
        if domain.within(&literal.values) {
            return None;
        }
        if domain.meets(&literal.values) {
            ways.count += 1;
            ways.first = ways.first.or(Some(literal));
        }
    }
    Some(ways)
}
