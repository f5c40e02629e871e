//! A search for one assignment that meets a list of clauses, over variables that each take one of a few values.
//!
//! Owns: domains, propagation and branching, with a budget of steps. Deliberately does not know tables: who asks
//! translates rules into clauses and an assignment back into inputs. The search is complete: `Never` is a proof.
//! A question costs what it names: of the other variables, of which there may be thousands, none is touched.

use super::{effort::Effort, values::Values};

/// Literals looked at that one question may cost; beyond it the answer is [`Answer::Unknown`].
pub(super) const QUESTION_STEPS_MAX: u64 = 1_000_000;

/// Most clauses among which the one with the fewest ways is looked for.
const BRANCH_LOOK_MAX: usize = 64;

/// One variable takes one of these values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    pub variable: usize,
    pub values: Values,
}

/// One of its literals holds. Without literals it can't be met.
pub(super) type Clause = Vec<Literal>;

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The first of the values that are left to each variable meet every clause.
    Found,
    /// No assignment meets the clauses.
    Never,
    /// The budget was used up.
    Unknown,
}

/// The variables, kept from one question to the next.
#[derive(Debug, Clone)]
pub(super) struct Solver {
    domains: Vec<Values>,
    /// The clauses that name each variable.
    uses: Vec<Vec<usize>>,
    /// Variables of which `uses` has something.
    used: Vec<usize>,
    /// Former domains, so that a branch, and at the end the whole question, is taken back.
    trail: Vec<(usize, Values)>,
    /// Clauses to look at again, and which they are.
    open: Vec<usize>,
    is_open: Vec<bool>,
    steps: u64,
}

/// The clauses can't be met any more, or the budget is used up.
enum Stop {
    Conflict,
    Spent,
}

/// A way that is being tried.
struct Branch {
    /// How long the trail was before.
    mark: usize,
    /// So many clauses held before.
    settled: usize,
    tried: Literal,
}

impl Solver {
    pub fn new(domains: Vec<Values>) -> Self {
        Self {
            uses: vec![Vec::new(); domains.len()],
            domains,
            used: Vec::new(),
            trail: Vec::new(),
            open: Vec::new(),
            is_open: Vec::new(),
            steps: 0,
        }
    }

    /// What is left to a variable.
    pub fn left(&self, variable: usize) -> &Values {
        &self.domains[variable]
    }

    /// The variables to which less is left than they had, in order.
    pub fn narrowed(&self) -> Vec<usize> {
        let mut variables: Vec<usize> = self.trail.iter().map(|(variable, _)| *variable).collect();
        variables.sort_unstable();
        variables.dedup();
        variables
    }

    /// Looks for an assignment. `also` has more clauses for some variables, which count where a question names these: each is
    /// met as long as its variable takes the first of its values, so that nothing is tried for their sake. What is left to
    /// each variable can be read until [`Solver::forget`].
    pub fn solve<'a>(
        &mut self,
        clauses: &[&'a Clause],
        also: impl Fn(usize) -> Option<&'a Clause>,
        effort: &Effort<'_>,
    ) -> Answer {
        self.steps = 0;
        let answer = match self.run(clauses, also) {
            Ok(()) => Answer::Found,
            Err(Stop::Conflict) => Answer::Never,
            Err(Stop::Spent) => Answer::Unknown,
        };
        effort.charge(self.steps);
        answer
    }

    /// Makes ready for the next question.
    pub fn forget(&mut self) {
        self.undo(0);
        for variable in self.used.drain(..) {
            self.uses[variable].clear();
        }
        self.open.clear();
        self.is_open.clear();
    }

    fn run<'a>(&mut self, clauses: &[&'a Clause], also: impl Fn(usize) -> Option<&'a Clause>) -> Result<(), Stop> {
        // A clause of one literal is settled for good by taking it: nobody has to look at it again.
        for clause in clauses {
            self.steps += 1;
            match clause.as_slice() {
                [] => return Err(Stop::Conflict),
                [only] => {
                    self.restrict(only.variable, &only.values, true)?;
                }
                _ => {}
            }
        }
        let mut listed: Vec<&'a Clause> = Vec::new();
        let wide = clauses.iter().copied().filter(|clause| clause.len() > 1);
        for clause in wide {
            self.list(clause, &mut listed);
        }
        let narrowed = self.trail.iter().map(|(variable, _)| *variable).filter(|at| self.uses[*at].is_empty());
        let named: Vec<usize> = narrowed.chain(self.used.iter().copied()).collect();
        let own = listed.len();
        for clause in named.into_iter().filter_map(also) {
            if !self.is_met(clause) {
                self.list(clause, &mut listed);
            }
        }
        if self.steps > QUESTION_STEPS_MAX {
            return Err(Stop::Spent);
        }
        self.open.extend((0..listed.len()).rev());
        self.is_open.resize(listed.len(), true);
        self.propagate(&listed)?;
        self.search(&listed, own)
    }

    fn is_met(&mut self, clause: &Clause) -> bool {
        self.ways(clause, usize::MAX).is_none()
    }

    fn list<'a>(&mut self, clause: &'a Clause, listed: &mut Vec<&'a Clause>) {
        self.steps += clause.len() as u64;
        for literal in clause {
            let uses = &mut self.uses[literal.variable];
            if uses.is_empty() {
                self.used.push(literal.variable);
            }
            uses.push(listed.len());
        }
        listed.push(clause);
    }

    /// Takes an open clause of the first so many with few ways left and tries its first way; what fails is excluded.
    fn search(&mut self, clauses: &[&Clause], own: usize) -> Result<(), Stop> {
        let mut branches: Vec<Branch> = Vec::new();
        let mut settled = 0;
        loop {
            while settled < own && self.is_met(clauses[settled]) {
                settled += 1;
            }
            let mut went = match self.branch(&clauses[settled..own]) {
                Ok(None) => return Ok(()),
                Ok(Some(tried)) => {
                    let mark = self.trail.len();
                    branches.push(Branch { mark, settled, tried: tried.clone() });
                    self.conclude(tried, true, clauses)
                }
                Err(stop) => Err(stop),
            };
            while let Err(stop) = went {
                let Stop::Conflict = stop else { return Err(stop) };
                let Branch { mark, settled: before, tried } = branches.pop().ok_or(Stop::Conflict)?;
                self.undo(mark);
                settled = before;
                went = self.conclude(&tried, false, clauses);
            }
        }
    }

    /// The first way of an open clause with few; none where every clause holds already. Two ways are as few as there can be:
    /// of one, the conclusion is drawn. Of the clauses behind the first open one only some are looked at: which of them is
    /// tried first is a guess, and not worth a look at all of them each time.
    fn branch<'a>(&mut self, clauses: &[&'a Clause]) -> Result<Option<&'a Literal>, Stop> {
        let mut best: Option<(usize, &Literal)> = None;
        for (place, clause) in clauses.iter().enumerate() {
            if place >= BRANCH_LOOK_MAX && best.is_some() {
                break;
            }
            let Some(ways) = self.ways(clause, usize::MAX) else { continue };
            if best.as_ref().is_none_or(|(fewest, _)| ways.count < *fewest) {
                let Some(first) = ways.first else { return Err(Stop::Conflict) };
                best = Some((ways.count, first));
                if ways.count <= 2 {
                    break;
                }
            }
        }
        if self.steps > QUESTION_STEPS_MAX { Err(Stop::Spent) } else { Ok(best.map(|(_, literal)| literal)) }
    }

    fn conclude(&mut self, literal: &Literal, keep: bool, clauses: &[&Clause]) -> Result<(), Stop> {
        if self.restrict(literal.variable, &literal.values, keep)? {
            self.look_again(literal.variable);
        }
        self.propagate(clauses)
    }

    /// Draws all conclusions from clauses with one way left.
    fn propagate(&mut self, clauses: &[&Clause]) -> Result<(), Stop> {
        let end = self.draw(clauses);
        if end.is_err() {
            self.open.drain(..).for_each(|at| self.is_open[at] = false);
        }
        end
    }

    fn draw(&mut self, clauses: &[&Clause]) -> Result<(), Stop> {
        while let Some(at) = self.open.pop() {
            self.is_open[at] = false;
            if self.steps > QUESTION_STEPS_MAX {
                return Err(Stop::Spent);
            }
            // Of more than one way nothing follows, however many there are.
            let Some(ways) = self.ways(clauses[at], 2) else { continue };
            match (ways.count, ways.first) {
                (0, _) => return Err(Stop::Conflict),
                (1, Some(only)) if self.restrict(only.variable, &only.values, true)? => self.look_again(only.variable),
                _ => {}
            }
        }
        Ok(())
    }

    fn look_again(&mut self, variable: usize) {
        for at in &self.uses[variable] {
            if !std::mem::replace(&mut self.is_open[*at], true) {
                self.open.push(*at);
            }
        }
    }

    /// Leaves the variable these values, or all but these; answers whether that is less than before.
    fn restrict(&mut self, variable: usize, values: &Values, keep: bool) -> Result<bool, Stop> {
        let domain = &mut self.domains[variable];
        self.steps += domain.words();
        if if keep { domain.within(values) } else { !domain.meets(values) } {
            return if domain.is_empty() { Err(Stop::Conflict) } else { Ok(false) };
        }
        let before = domain.clone();
        if keep {
            domain.keep(values);
        } else {
            domain.remove(values);
        }
        let empty = domain.is_empty();
        self.trail.push((variable, before));
        if empty { Err(Stop::Conflict) } else { Ok(true) }
    }

    fn undo(&mut self, mark: usize) {
        for (variable, before) in self.trail.drain(mark..).rev() {
            self.domains[variable] = before;
        }
    }

    /// How a clause can still be met, as far as so many ways are of interest; none where it is seen to hold already.
    fn ways<'a>(&mut self, clause: &'a Clause, most: usize) -> Option<Ways<'a>> {
        let mut ways = Ways { count: 0, first: None };
        for literal in clause {
            let domain = &self.domains[literal.variable];
            self.steps += domain.words();
            if domain.within(&literal.values) {
                return None;
            }
            if domain.meets(&literal.values) {
                ways.count += 1;
                ways.first = ways.first.or(Some(literal));
                if ways.count == most {
                    break;
                }
            }
        }
        Some(ways)
    }
}

/// How a clause can still be met.
struct Ways<'a> {
    count: usize,
    first: Option<&'a Literal>,
}
