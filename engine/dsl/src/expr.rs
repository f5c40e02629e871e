//! jq expressions, compiled once, evaluated within limits of fuel, output and size.

use std::sync::Arc;

use serde_json::Value;

/// A compiled expression. Cheap to clone; may be evaluated on several threads at once.
#[derive(Clone)]
pub struct Expr(Arc<Compiled>);

struct Compiled {
    source: String,
}

/// Variables of one evaluation, by name without `$`.
pub type Vars<'a> = [(&'a str, &'a Value)];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    pub message: String,
    /// Byte offset within the expression, for errors of compilation.
    pub offset: Option<usize>,
}

impl Expr {
    /// Compiles `source` (without `${ }`). `vars` are the names of variables it may use, without `$`.
    pub fn compile(_source: &str, _vars: &[&str]) -> Result<Self, Error> {
        todo!()
    }

    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The one value of the expression on `input`; none or several is an error. A variable that the expression
    /// may use and `vars` lacks is null.
    pub fn eval(&self, _input: &Value, _vars: &Vars<'_>) -> Result<Value, Error> {
        todo!()
    }
}

impl std::fmt::Debug for Expr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Expr").field(&self.0.source).finish()
    }
}

/// JSON with `${ }` inside: a string that is wholly an expression gives its value with its type; inside other text
/// the results are put in as text and never evaluated again.
#[derive(Debug, Clone)]
pub enum Template {
    Literal(Value),
    Expr(Expr),
    Text(Vec<TextPart>),
    Array(Vec<Template>),
    Object(Vec<(String, Template)>),
}

#[derive(Debug, Clone)]
pub enum TextPart {
    Literal(String),
    Expr(Expr),
}

impl Template {
    pub fn eval(&self, _input: &Value, _vars: &Vars<'_>) -> Result<Value, Error> {
        todo!()
    }
}
