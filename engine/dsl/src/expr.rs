//! jq expressions, compiled once, evaluated within limits of fuel, output and size.
//!
//! Owns: what of jq a flow may use, and how much of it. Stock jq can end the process (`halt`), read its environment
//! (`env`), ask the clock (`now`), and run or grow without end; here the source is rewritten before it is compiled, so
//! that every step which multiplies work or data pays from a fixed budget ([`guard`]). Deliberately does not know what
//! a variable means: the caller names them.

mod alternative;
mod arithmetic;
mod fault;
mod format;
mod guard;
mod location;
mod native;
mod parse;
mod path;
mod prelude;
mod refused;
mod regex;
mod scope;
mod secret;
mod template;
#[cfg(test)]
mod tests;
mod uri_template;
mod value;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Filter};
use serde_json::Value;

pub use secret::SecretUse;
pub(crate) use template::whole;
pub use template::{Template, TextPart};

/// Longest expression, in bytes.
pub const SOURCE_BYTES_MAX: usize = 8 * 1024;
/// Most tokens of one expression; bounds how deep parser and compiler recurse.
pub const TOKENS_MAX: usize = 1_000;
/// Deepest nesting of brackets in an expression.
pub const BRACKETS_DEPTH_MAX: usize = 64;
/// Deepest nesting of evaluation, in terms, with every call replaced by what is defined.
pub const DEPTH_MAX: usize = TOKENS_MAX;
/// Budget of one evaluation, in units: one for each node built or read, [`TICK_COST`] for each step of a generator.
pub const FUEL_MAX: u64 = 1_000_000;
/// Expressions of more tokens or levels than this are compiled and evaluated on a thread of their own with [`STACK_BYTES`].
pub const TOKENS_ON_CALLERS_STACK_MAX: usize = 100;
/// Stack of such a thread, in bytes.
pub const STACK_BYTES: usize = 32 << 20;
/// What a step of a generator or a call costs, in units of fuel.
pub const TICK_COST: u64 = 5;
/// What compiling a regular expression costs that is made while evaluating, in units of fuel.
pub const REGEX_COST: u64 = 5_000;
/// Largest compiled regular expression, in bytes.
pub const REGEX_BYTES_MAX: usize = 2 << 20;
/// Bytes of a string that cost one unit.
pub const BYTES_OF_UNIT: usize = 16;
/// Deepest value; also keeps every later walk over it within the stack.
pub const VALUE_DEPTH_MAX: usize = 100;
/// Longest string made by repetition, in bytes.
pub const STRING_BYTES_MAX: usize = 1 << 20;
/// Largest integer computed, in bits.
pub const INTEGER_BITS_MAX: u64 = 4_096;
/// Longest error message, in characters.
pub const MESSAGE_CHARS_MAX: usize = 300;

/// Name of the variable behind `now`, without `$`: seconds since 1970 as the caller's clock has them. May be given in
/// [`Vars`] of every evaluation; without it `now` is null.
pub const NOW: &str = "__now";

/// A compiled expression. Cheap to clone; may be evaluated on several threads at once. Two are equal where their
/// sources are.
#[derive(Clone)]
pub struct Expr(Arc<Compiled>);

struct Compiled {
    /// The text it was compiled from, `${ }` and spaces around it included.
    written: String,
    /// Where in `written` the source stands.
    code: Range<usize>,
    /// Names without `$` of the variables that evaluation provides, in the order of compilation.
    provided: Vec<String>,
    /// Names without `$` of the variables that the expression reads.
    used: BTreeSet<String>,
    secrets: SecretUse,
    patterns: regex::Patterns,
    filter: Filter<native::Kind>,
    large: bool,
}

/// Variables of one evaluation, by name without `$`.
pub type Vars<'a> = [(&'a str, &'a Value)];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", .near.as_deref().map_or_else(String::new, |near| format!("; did you mean `{near}`?")))]
pub struct Error {
    pub message: String,
    /// The nearest name that would have been right, where a name is wrong.
    pub near: Option<Box<str>>,
    /// Byte offset within the expression, for errors of compilation.
    pub offset: Option<usize>,
}

impl Error {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), near: None, offset: None }
    }

    /// The same error, with the expression beginning `by` bytes into the text it is told of.
    pub(crate) fn shifted(self, by: usize) -> Self {
        Self { offset: self.offset.map(|offset| offset + by), ..self }
    }

    fn at(message: impl Into<String>, offset: impl Into<Option<usize>>) -> Self {
        Self { offset: offset.into(), ..Self::new(message) }
    }
}

impl Expr {
    /// Compiles `source` (without `${ }`). `vars` are the names of variables it may use, without `$`.
    pub fn compile(source: &str, vars: &[&str]) -> Result<Self, Error> {
        Self::compile_within(source, 0..source.len(), vars)
    }

    /// Compiles an expression field: bare jq or one `${ }`. The offset of an error is within `text`.
    pub fn compile_field(text: &str, vars: &[&str]) -> Result<Self, Error> {
        let code = whole(text)?.map_or(0..text.len(), |(source, offset)| offset..offset + source.len());
        Self::compile_within(text, code, vars)
    }

    /// Compiles the source that stands at `code` within `written`. The offset of an error is within `written`.
    fn compile_within(written: &str, code: Range<usize>, vars: &[&str]) -> Result<Self, Error> {
        let source = &written[code.clone()];
        let compile = || Self::compile_unguarded(written, code.clone(), vars);
        let compiled = parse::refuse_oversized(source)
            .and_then(|()| with_stack(source.len() > TOKENS_ON_CALLERS_STACK_MAX, compile));
        compiled.map_err(|error| error.shifted(code.start))
    }

    fn compile_unguarded(written: &str, code: Range<usize>, vars: &[&str]) -> Result<Self, Error> {
        let source = &written[code.clone()];
        let (term, tokens) = parse::term(source)?;
        let depth = parse::refuse_forbidden(source, &term)?;
        let patterns = regex::literal(&term).map_err(|refusal| regex::error(source, refusal))?;
        let secrets = secret::uses(&term);
        let mut used: BTreeSet<String> = parse::variables(&term).into_iter().map(str::to_owned).collect();
        let mut names: Vec<String> =
            vars.iter().filter(|name| used.contains(**name)).map(|name| format!("${name}")).collect();
        names.push(format!("${NOW}"));

        let arena = Arena::default();
        let defs = prelude::with_main(term);
        if defs.iter().any(|def| def.name == prelude::CLOCK) {
            used.insert(NOW.to_owned());
        }
        let modules = Loader::new(defs)
            .load(&arena, File { code: prelude::MAIN, path: () })
            .map_err(|_| Error::new("the expression could not be loaded"))?;
        let filter = Compiler::default()
            .with_funs(native::all())
            .with_global_vars(names.iter().map(String::as_str))
            .compile(modules)
            .map_err(|errors| parse::undefined(source, errors, vars))?;
        let provided = names.into_iter().map(|name| name[1..].to_owned()).collect();
        let large = tokens.max(depth) > TOKENS_ON_CALLERS_STACK_MAX;
        Ok(Self(Arc::new(Compiled {
            written: written.to_owned(),
            code,
            provided,
            used,
            secrets,
            patterns,
            filter,
            large,
        })))
    }

    /// The jq text, without `${ }`.
    pub fn source(&self) -> &str {
        &self.0.written[self.0.code.clone()]
    }

    /// The text as it was given: with `${ }` where it stood in it, and the spaces around it.
    pub fn written(&self) -> &str {
        &self.0.written
    }

    /// The secrets that evaluation would read.
    pub fn secrets(&self) -> &SecretUse {
        &self.0.secrets
    }

    /// Whether a variable of this name (without `$`) occurs. [`NOW`] occurs where `now` is called. A variable that
    /// the expression itself binds under the same name counts too.
    pub fn uses(&self, var: &str) -> bool {
        self.0.used.contains(var)
    }

    /// The one value of the expression on `input`; none or several is an error. A variable that the expression
    /// may use and `vars` lacks is null.
    pub fn eval(&self, input: &Value, vars: &Vars<'_>) -> Result<Value, Error> {
        with_stack(self.0.large, || self.eval_unguarded(input, vars))
    }

    fn eval_unguarded(&self, input: &Value, vars: &Vars<'_>) -> Result<Value, Error> {
        let fuel = Cell::new(FUEL_MAX);
        let patterns = regex::Cache::new(&self.0.patterns);
        let null = Value::Null;
        let values = self.0.provided.iter().map(|name| {
            let given = vars.iter().find(|(given, _)| given == name).map_or(&null, |(_, value)| *value);
            value::from_json(given)
        });
        let data = native::Env::new(&self.0.filter.lut, &fuel, &patterns);
        let context = Ctx::<native::Kind>::new(data, jaq_core::Vars::new(values));
        let mut outputs = self.0.filter.id.run((context, value::from_json(input)));
        let first = outputs.next();
        let second = outputs.next();
        if fuel.get() == 0 {
            // Checked first: `try` inside the expression may have caught the error of the empty tank.
            return Err(Error::new(native::OUT_OF_FUEL));
        }
        match (first, second) {
            (None, _) => Err(Error::new("the expression gives no value")),
            (Some(Err(exception)), _) => Err(fault::of(exception)),
            (Some(Ok(_)), Some(_)) => Err(Error::new("the expression gives several values; one is wanted")),
            (Some(Ok(value)), None) => value::to_json(&value, &fuel).map_err(Error::new),
        }
    }
}

/// Runs work whose recursion is as deep as the expression is long: on the caller's stack where that is surely enough.
/// The jq library is not ours: a panic in one of its filters is to fault the flow that called it, not the host.
fn with_stack<T: Send>(large: bool, work: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, Error> {
    let failed = || Err(Error::new("the expression cannot be evaluated"));
    let guarded = || catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| failed());
    if !large {
        return guarded();
    }
    std::thread::scope(|scope| match std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, guarded) {
        Ok(thread) => thread.join().unwrap_or_else(|_| failed()),
        Err(_) => failed(),
    })
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.source() == other.source()
    }
}

impl Eq for Expr {}

impl std::fmt::Debug for Expr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Expr").field(&self.source()).finish()
    }
}
