//! An expression cell of a decision table: one rhai expression over the table's inputs that is true or false.

use std::{collections::BTreeMap, sync::Arc};

use peygir_source::Diagnostic;
use rhai::{AST, Dynamic, Position, Scope};
use serde_json::Value;

use crate::{
    check,
    complaint::too_large,
    engine,
    fault::{Fault, span_of},
    fuel, json, kind,
    limits::{CELL_BYTES_MAX, CELL_OPERATIONS_MAX},
    literal, parts, trace,
};

/// A compiled cell. Cloning shares the compiled form. Cells have fuel of their own and need no deadline: their
/// operations are few and their inputs are bounded.
#[derive(Debug, Clone)]
pub struct Cell {
    ast: Arc<AST>,
    variables: Arc<[String]>,
}

impl Cell {
    /// Compiles one expression that may name `variables` only. Spans are relative to the expression.
    pub fn compile(expression: &str, variables: &[&str]) -> Result<Self, Vec<Diagnostic>> {
        if expression.len() > CELL_BYTES_MAX {
            let bytes = expression.len();
            let what = (
                format!("{bytes} bytes in a cell, at most {CELL_BYTES_MAX}"),
                format!("{bytes} بایت در خانه، حداکثر {CELL_BYTES_MAX}"),
            );
            return Err(vec![too_large(span_of(Position::new(1, 1)), &what)]);
        }
        let mut scope = Scope::new();
        for name in variables {
            scope.push_dynamic(*name, ().into());
        }
        let ast = engine::CELLS
            .compile_expression_with_scope(&scope, expression)
            .map_err(|error| parts::all_errors(&error, expression))?;
        let mut findings = check::calls(&ast);
        findings.extend(literal::rounded(&ast, expression));
        if findings.is_empty() {
            let variables = variables.iter().map(|name| (*name).to_owned()).collect();
            Ok(Self { ast: Arc::new(ast), variables })
        } else {
            Err(findings)
        }
    }

    /// Whether the cell holds. A variable without a value in `inputs` is `()`; an answer that is no boolean is a fault.
    pub fn eval(&self, inputs: &BTreeMap<String, Value>) -> Result<bool, Fault> {
        self.answer(inputs)?.as_bool().map_err(|found| {
            let (en, fa) = kind::told(found);
            Fault::Failed {
                message: format!("the cell must be true or false, not {en}"),
                message_fa: format!("خانهٔ جدول باید درست یا نادرست باشد، نه {fa}"),
                at: span_of(Position::new(1, 1)),
            }
        })
    }

    /// What the cell answers in place of true or false, in English and Persian; none where it answers as it should.
    pub fn no_truth(&self, inputs: &BTreeMap<String, Value>) -> Result<Option<(String, String)>, Fault> {
        let found = self.answer(inputs)?.as_bool().err().map(kind::told);
        Ok(found.map(|(en, fa)| (en.to_owned(), fa.to_owned())))
    }

    fn answer(&self, inputs: &BTreeMap<String, Value>) -> Result<Dynamic, Fault> {
        let mut scope = Scope::new();
        for name in self.variables.iter() {
            let value = inputs.get(name).unwrap_or(&Value::Null);
            scope.push_constant_dynamic(name.as_str(), json::to_dynamic(value).map_err(in_cell)?);
        }
        // What a script of this thread left behind is no place of the cell.
        trace::start();
        fuel::start(CELL_OPERATIONS_MAX);
        let answer = engine::CELLS.eval_ast_with_scope::<Dynamic>(&mut scope, &self.ast);
        answer.map_err(|error| in_cell(Fault::from_rhai(*error)))
    }
}

/// A cell is one line: what has no place of its own is told there.
fn in_cell(fault: Fault) -> Fault {
    fault.given_at(span_of(Position::new(1, 1)))
}
