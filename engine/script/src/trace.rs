//! What is watched at each step of a script: where it is, whether a container it writes into has grown too large, and, for
//! whoever asks, which lines ran ([`crate::coverage`]) or every step with its values ([`crate::steps`]).
//!
//! rhai tells no place with several of its own errors (a limit met inside one of its functions, an empty loop). And it
//! measures a container when a function changes it or its variable is read, but not when an element is assigned: `m[key] = s`
//! in a loop would take gigabytes within the fuel.

use std::cell::{Cell, RefCell};

use peygir_source::Span;
use rhai::{
    ASTNode, Dynamic, Engine, EvalAltResult, EvalContext, Expr, Position, Stmt,
    debugger::{DebuggerCommand, DebuggerEvent},
};

use crate::{
    coverage::{self, Coverage},
    fault::span_of,
    fuel,
    size::Size,
    steps::Recorder,
};

thread_local! {
    /// A run stays on its thread, and a thread runs one script at a time.
    static LAST: Cell<Position> = const { Cell::new(Position::NONE) };
    /// Where variables stand at the beginning of chains that are being looked up, the innermost last.
    static ROOTS: RefCell<Vec<Position>> = const { RefCell::new(Vec::new()) };
    /// Whether anybody asked: all that a run costs which nobody watches.
    static IS_WATCHED: Cell<bool> = const { Cell::new(false) };
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

/// Who looks on while a script runs.
pub(crate) enum Watch {
    Lines(Box<Coverage>),
    Steps(Box<Recorder>),
}

impl Watch {
    fn note(&mut self, context: &EvalContext, event: &DebuggerEvent, node: ASTNode, position: Position) {
        match self {
            Self::Steps(recorder) => recorder.note(context, event, node, position),
            Self::Lines(..) if is_exit(event) => {}
            Self::Lines(coverage) => {
                if let Some(place) = coverage::place(position) {
                    coverage.note(place);
                }
            }
        }
    }
}

/// Lets the engine tell each step.
pub(crate) fn register(engine: &mut Engine) {
    #[expect(
        deprecated,
        reason = "rhai marks the interface as volatile, not as deprecated; its version is pinned by the lock file"
    )]
    engine.register_debugger(
        |_, debugger| debugger,
        |context, event, node, _, position| {
            if IS_WATCHED.get() {
                WATCH.with_borrow_mut(|watch| {
                    if let Some(watch) = watch {
                        watch.note(&context, &event, node, position);
                    }
                });
            }
            if is_exit(&event) {
                charge_call(&context)?;
            } else {
                if !position.is_none() {
                    LAST.set(position);
                }
                charge_copy(&context, &node, position)?;
                check_target(&context, node, position)?;
            }
            Ok(DebuggerCommand::StepInto)
        },
    );
}

/// A function left by an error is told on the way out, with the place of its end.
fn is_exit(event: &DebuggerEvent) -> bool {
    matches!(
        event,
        DebuggerEvent::FunctionExitWithValue(_) | DebuggerEvent::FunctionExitWithError(_) | DebuggerEvent::End
    )
}

/// Burns what a call was worth that has ended: rhai counts it as one operation, whatever it was given. It copies the arguments
/// for whoever debugs, and measures what it changed, so that even the length of a list costs as much as the list is long.
fn charge_call(context: &EvalContext) -> Result<(), Box<EvalAltResult>> {
    let frame = context.debugger().and_then(|debugger| debugger.call_stack().last());
    let Some(frame) = frame else { return Ok(()) };
    let small = |value: &Dynamic| value.is_int() || value.is_unit() || value.is_bool();
    if frame.args.iter().all(small) {
        return Ok(());
    }
    let mut given = Size::default();
    frame.args.iter().for_each(|value| given.add(value));
    fuel::charge(fuel::worth(&given) + fuel::worth_of_function(&frame.fn_name, &given))
}

/// Burns what it is worth to copy the value of a variable, for each time that it is read. A text is not copied, but whatever reads it
/// looks through it: `switch`, a loop over its letters, a text that is made of texts. At the beginning of `a.b[c]` lists and maps
/// are not copied either, and the letters of a text are counted up to the one that is wanted.
fn charge_copy(context: &EvalContext, node: &ASTNode, position: Position) -> Result<(), Box<EvalAltResult>> {
    let value = match node {
        ASTNode::Expr(Expr::Dot(chain, ..) | Expr::Index(chain, ..)) => {
            if matches!(chain.lhs, Expr::Variable(..) | Expr::ThisPtr(_)) {
                ROOTS.with_borrow_mut(|roots| roots.push(chain.lhs.position()));
            }
            return Ok(());
        }
        ASTNode::Expr(Expr::InterpolatedString(parts, _)) => {
            return fuel::charge(parts.iter().map(|part| worth_of_part(context, part)).sum());
        }
        ASTNode::Expr(Expr::Variable(variable, ..)) if !variable.2.is_empty() => {
            return fuel::charge(worth_of_constant(context, variable.1.as_str()));
        }
        ASTNode::Expr(Expr::Variable(variable, ..)) => context.scope().get(variable.1.as_str()),
        ASTNode::Expr(Expr::ThisPtr(_)) => context.this_ptr(),
        _ => return Ok(()),
    };
    let is_root = ROOTS.with_borrow_mut(|roots| {
        let place = roots.iter().rposition(|root| *root == position);
        place.map(|place| roots.truncate(place)).is_some()
    });
    match value.filter(|value| value.is_string() || (!is_root && (value.is_array() || value.is_map()))) {
        Some(value) => fuel::charge(fuel::worth(&Size::of(value))),
        None => Ok(()),
    }
}

/// What it is worth to put a part into a text, besides reading it.
fn worth_of_part(context: &EvalContext, part: &Expr) -> u64 {
    match part {
        Expr::StringConstant(..) => 0,
        Expr::Variable(variable, ..) if variable.2.is_empty() => {
            let value = context.scope().get(variable.1.as_str());
            value.map_or(0, |value| fuel::worth_of_printed(&Size::of(value)))
        }
        _ => fuel::OPERATIONS_PER_PART,
    }
}

/// What it is worth to copy a constant of the script (`global::NAME`).
fn worth_of_constant(context: &EvalContext, name: &str) -> u64 {
    let constants = context.global_runtime_state().constants.as_ref();
    let constants = constants.and_then(|constants| constants.read().ok());
    let value = constants.as_ref().and_then(|constants| constants.get(name));
    value.map_or(0, |value| fuel::worth(&Size::of(value)))
}

/// Before an element is assigned, measures the variable that holds it. What one assignment adds is bounded, and so is
/// the number of assignments that stand in a script; only one that runs again and again can grow a value, and is met here.
fn check_target(context: &EvalContext, node: ASTNode, position: Position) -> Result<(), Box<EvalAltResult>> {
    let ASTNode::Stmt(Stmt::Assignment(assignment)) = node else {
        return Ok(());
    };
    let target = match root(&assignment.1.lhs) {
        Some(Root::Variable(name)) => context.scope().get(name),
        Some(Root::This) => context.this_ptr(),
        None => None,
    };
    if target.is_none_or(|value| Size::of(value).fits()) {
        return Ok(());
    }
    Err(EvalAltResult::ErrorDataTooLarge("Size of the value assigned into".into(), position).into())
}

enum Root<'a> {
    Variable(&'a str),
    This,
}

/// The variable at the beginning of `a.b[c].d`; nothing for a plain variable, which is measured when it is read.
fn root(target: &Expr) -> Option<Root<'_>> {
    let (Expr::Dot(chain, ..) | Expr::Index(chain, ..)) = target else {
        return None;
    };
    match &chain.lhs {
        Expr::Variable(variable, ..) => Some(Root::Variable(variable.1.as_str())),
        Expr::ThisPtr(_) => Some(Root::This),
        inner => root(inner),
    }
}

/// Forgets the run before.
pub(crate) fn start() {
    LAST.set(Position::NONE);
    ROOTS.take();
}

/// Runs `body` on this thread while `watch` looks on, and gives back what it saw.
pub(crate) fn under<T>(watch: Option<Watch>, body: impl FnOnce() -> T) -> (T, Option<Watch>) {
    IS_WATCHED.set(watch.is_some());
    WATCH.set(watch);
    let slot = Slot;
    let answer = body();
    let watch = WATCH.take();
    drop(slot);
    (answer, watch)
}

/// Nobody looks on when the run has ended, also by a panic.
struct Slot;

impl Drop for Slot {
    fn drop(&mut self) {
        IS_WATCHED.set(false);
        WATCH.set(None);
    }
}

/// The place of the last step that had one.
pub(crate) fn last() -> Span {
    span_of(LAST.get())
}
