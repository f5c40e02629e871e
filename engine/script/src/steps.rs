//! A run told step by step: where it was, in which function, with which values. For debuggers.
//!
//! The whole run is recorded and walked through afterwards, so that whoever looks at it holds up nothing. Owns: what a
//! step is, its bounds, and how values of rhai are shown. A shown value is for eyes: what is long is cut and says so.

mod shown;

use std::sync::Arc;

use rhai::{ASTNode, Dynamic, EvalContext, Position, debugger::DebuggerEvent};
use serde_json::Value;

use crate::coverage::Units;
use shown::Showing;

/// Steps that are kept of one run; later ones are counted.
pub const STEPS_MAX: usize = 5_000;
/// Bytes of all values that are kept of one run. Past them, steps are counted only.
pub const TRACE_BYTES_MAX: usize = 8 << 20;
/// Bytes of the values of one step.
pub const STEP_BYTES_MAX: usize = 16 << 10;
/// Bytes of one value; a longer one is cut.
pub const VALUE_BYTES_MAX: usize = 2 << 10;
/// Answers of functions that are kept with one step.
pub const GAVE_MAX: usize = 16;
/// How rhai names functions that have no name.
const CLOSURE: &str = "anon$";

/// What happened at a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A statement is about to run.
    Line,
    /// A function of the script is left with this answer.
    Return(Value),
}

/// One step of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub event: Event,
    /// From 1: the first line of the statement; where a function is left, its last one.
    pub line: u32,
    pub column: u32,
    /// Empty for constants that stand outside of functions; `closure` for a function without a name.
    pub function: String,
    /// 1 in the function that the script begins with, one more in what it calls.
    pub depth: usize,
    /// What the function has at that moment, in the order in which it came to be; empty where it is left.
    pub variables: Vec<(String, Value)>,
    /// What built-in functions answered that the statement called: name and answer, in order.
    pub gave: Vec<(String, Value)>,
}

/// The steps of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    pub steps: Vec<Step>,
    /// Steps past [`STEPS_MAX`] or [`TRACE_BYTES_MAX`], which are not kept.
    pub steps_dropped: u64,
}

/// Writes down the steps of a run.
pub(crate) struct Recorder {
    units: Arc<Units>,
    trace: Trace,
    bytes: usize,
}

impl Recorder {
    pub fn new(units: Arc<Units>) -> Self {
        Self { units, trace: Trace::default(), bytes: 0 }
    }

    pub fn finish(self) -> Trace {
        self.trace
    }

    pub fn note(&mut self, context: &EvalContext, event: &DebuggerEvent, node: ASTNode, position: Position) {
        match event {
            DebuggerEvent::FunctionExitWithValue(value) => self.left(context, value, position),
            DebuggerEvent::Start | DebuggerEvent::Step if !matches!(node, ASTNode::Stmt(rhai::Stmt::Noop(_))) => {
                self.statement(context, position);
            }
            _ => {}
        }
    }

    fn statement(&mut self, context: &EvalContext, position: Position) {
        let Some(unit) = self.units.at(position).filter(|unit| unit.is_statement) else { return };
        let variables = shown::variables(context);
        let (function, depth) = self.place_of(context);
        // What stands within the statement before, on its line, and finds everything as it was is no step of its own.
        let goes_on = self.trace.steps.last().is_some_and(|last| {
            let here = (&last.function, last.depth, last.line) == (&function, depth, unit.line);
            last.event == Event::Line && here && last.variables == variables
        });
        if !goes_on {
            self.keep(Event::Line, unit.line, position, context, variables);
        }
    }

    /// Of a built-in, its answer belongs to the statement that called it; a function of the script ends a step of its own.
    fn left(&mut self, context: &EvalContext, value: &Dynamic, position: Position) {
        let Some(frame) = context.debugger().and_then(|debugger| debugger.call_stack().last()) else { return };
        let line = position.line().and_then(|line| u32::try_from(line).ok()).unwrap_or_default();
        if self.units.defines(&frame.fn_name, frame.args.len()) {
            let answer = Showing::new(VALUE_BYTES_MAX).value(value);
            self.bytes += shown::bytes(&answer);
            // Its variables are gone by now.
            return self.keep(Event::Return(answer), line, position, context, Vec::new());
        }
        let (_, depth) = self.place_of(context);
        let Some(step) = self.trace.steps.last_mut().filter(|_| self.trace.steps_dropped == 0) else { return };
        let is_its_own = step.event == Event::Line && step.depth == depth;
        if is_its_own && step.gave.len() < GAVE_MAX && is_told(&frame.fn_name) {
            let answer = Showing::new(VALUE_BYTES_MAX).value(value);
            self.bytes += shown::bytes(&answer);
            step.gave.push((frame.fn_name.to_string(), answer));
        }
    }

    fn keep(
        &mut self,
        event: Event,
        line: u32,
        position: Position,
        context: &EvalContext,
        variables: Vec<(String, Value)>,
    ) {
        if self.trace.steps.len() >= STEPS_MAX || self.bytes >= TRACE_BYTES_MAX {
            self.trace.steps_dropped += 1;
            return;
        }
        let (function, depth) = self.place_of(context);
        self.bytes += variables.iter().map(|(name, value)| name.len() + shown::bytes(value)).sum::<usize>();
        let column = position.position().and_then(|column| u32::try_from(column).ok()).unwrap_or(1);
        self.trace.steps.push(Step { event, line, column, function, depth, variables, gave: Vec::new() });
    }

    /// The function of the script that runs, and how deep it was called.
    fn place_of(&self, context: &EvalContext) -> (String, usize) {
        let stack = context.debugger().map_or(&[][..], |debugger| debugger.call_stack());
        let own = stack.iter().filter(|frame| self.units.defines(&frame.fn_name, frame.args.len()));
        let names: Vec<&str> = own.map(|frame| frame.fn_name.as_str()).collect();
        let name = match names.last() {
            Some(name) if name.starts_with(CLOSURE) => "closure",
            Some(name) => name,
            None => "",
        };
        (name.to_owned(), names.len())
    }
}

/// Operators and the accessors of members are no calls that an author wrote.
fn is_told(function: &str) -> bool {
    function.starts_with(|letter: char| letter.is_alphabetic()) && !function.contains('$')
}
