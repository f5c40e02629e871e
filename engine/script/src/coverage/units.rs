//! The parts of a script that run or are left out by themselves, as the run will name them.
//!
//! rhai tells of a step with the position of its node. Here the tree is asked beforehand which positions those will be,
//! and on which line each part begins: the position of `a + b` is that of its sign.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, Expr, Position, Stmt};

/// A place as rhai tells it: line and column.
pub(crate) type Place = (usize, usize);

/// All parts of one script.
#[derive(Debug, Default)]
pub(crate) struct Units {
    parts: BTreeMap<Place, Unit>,
    /// Functions of the script: name and number of parameters.
    functions: BTreeSet<(String, usize)>,
}

/// One part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    /// The first line of it.
    pub line: u32,
    /// A statement, at which a debugger stops; else a part of one.
    pub is_statement: bool,
}

impl Units {
    pub fn of(ast: &AST) -> Self {
        let functions = ast.iter_functions().map(|function| (function.name.to_owned(), function.params.len()));
        let mut units = Self { parts: BTreeMap::new(), functions: functions.collect() };
        ast.walk(&mut |path| {
            match path.last() {
                Some(ASTNode::Stmt(statement)) => units.add_statement(statement),
                Some(ASTNode::Expr(Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _))) => {
                    parts.iter().skip(1).for_each(|part| units.add_expression(part, false));
                }
                _ => {}
            }
            true
        });
        units
    }

    /// The part that begins at a step of the run, if it is one.
    pub fn at(&self, position: Position) -> Option<Unit> {
        self.parts.get(&place(position)?).copied()
    }

    pub fn all(&self) -> impl Iterator<Item = (Place, Unit)> {
        self.parts.iter().map(|(place, unit)| (*place, *unit))
    }

    /// Lines on which a part begins.
    pub fn lines(&self) -> BTreeSet<u32> {
        self.parts.values().map(|unit| unit.line).collect()
    }

    /// Whether the script itself defines the function.
    pub fn defines(&self, name: &str, parameters: usize) -> bool {
        self.functions.contains(&(name.to_owned(), parameters))
    }

    fn add_statement(&mut self, statement: &Stmt) {
        match statement {
            // Neither is told at a run: a block is its statements, and what is shared was refused by the checker.
            Stmt::Noop(_) | Stmt::Block(_) | Stmt::Share(_) => return,
            Stmt::Expr(expression) => return self.add_expression(expression, true),
            Stmt::Switch(switch, _) => {
                for arm in &switch.1.expressions {
                    if !matches!(arm.lhs, Expr::BoolConstant(..)) {
                        self.add_expression(&arm.lhs, false);
                    }
                    self.add_expression(&arm.rhs, true);
                }
            }
            Stmt::Do(flow, ..) => self.add_expression(&flow.expr, false),
            _ => {}
        }
        let mut line = None;
        statement.walk(&mut Vec::new(), &mut |path| note_first(&mut line, path));
        self.add(statement.position(), line, true);
    }

    fn add_expression(&mut self, expression: &Expr, is_statement: bool) {
        // A block in the place of an expression is told by its statements.
        if matches!(expression, Expr::Stmt(_)) {
            return;
        }
        let mut line = None;
        expression.walk(&mut Vec::new(), &mut |path| note_first(&mut line, path));
        self.add(expression.position(), line, is_statement);
    }

    fn add(&mut self, position: Position, line: Option<usize>, is_statement: bool) {
        let (Some(place), Some(Ok(line))) = (place(position), line.map(u32::try_from)) else { return };
        let unit = self.parts.entry(place).or_insert(Unit { line, is_statement });
        unit.is_statement |= is_statement;
    }
}

/// Keeps the smallest line of the nodes that a walk comes by.
fn note_first(line: &mut Option<usize>, path: &[ASTNode]) -> bool {
    if let Some(found) = path.last().and_then(|node| node.position().line()) {
        *line = Some(line.map_or(found, |first| first.min(found)));
    }
    true
}

/// None where rhai tells none.
pub(crate) fn place(position: Position) -> Option<Place> {
    Some((position.line()?, position.position()?))
}
