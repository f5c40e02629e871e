//! A compiled script: checked once, called often, from any thread.

use std::collections::BTreeSet;
use std::sync::Arc;

use peygir_source::{Diagnostic, Severity, Span};
use rhai::{AST, CallFnOptions, Dynamic, Scope};
use serde_json::Value;

use crate::{
    check,
    complaint::too_large,
    coverage::{Coverage, Units},
    deadline::{self, Deadline},
    declared, engine,
    fault::{Fault, span_of},
    fuel,
    header::Header,
    json,
    library::action_places,
    limits::{Limit, OPERATIONS_MAX, SOURCE_BYTES_MAX},
    literal, parts, stack,
    steps::{Recorder, Trace},
    trace::{self, Watch},
    world::{self, World},
    written::{self, Written},
};

/// A script that compiled without errors. Cloning shares the compiled form.
#[derive(Debug, Clone)]
pub struct Script {
    name: Arc<str>,
    entry: Arc<str>,
    ast: Arc<AST>,
    header: Arc<Header>,
    source: Arc<str>,
    warnings: Arc<[Diagnostic]>,
    /// Where the function stands that it begins with.
    begin: Span,
    /// How many lines the source has.
    lines: u32,
}

/// What a script answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    pub value: Value,
    /// Of actions, where each was made, in the order of [`crate::listed`].
    pub places: Vec<Span>,
}

const BYTE_ORDER_MARK: char = '\u{FEFF}';

impl Script {
    /// Compiles `source`. `name` is the script's name as flows call it (`on-overdue`); the script begins in the
    /// function of that name with `_` for `-` (`fn on_overdue(req, now, args)`), or else in `fn main(req, now, args)`.
    pub fn compile(name: &str, source: &str) -> Result<Self, Vec<Diagnostic>> {
        if source.len() > SOURCE_BYTES_MAX {
            let bytes = source.len();
            let what = (
                format!("{bytes} bytes, at most {SOURCE_BYTES_MAX}"),
                format!("{bytes} بایت، حداکثر {SOURCE_BYTES_MAX}"),
            );
            return Err(vec![too_large(span_of(rhai::Position::new(1, 1)), &what)]);
        }
        // Editors of some systems put a mark before the first letter, which nobody sees.
        let source = source.strip_prefix(BYTE_ORDER_MARK).unwrap_or(source);
        let ast = declared::compile(&engine::SCRIPTS, source).map_err(|error| parts::all_errors(&error, source))?;
        let mut findings = check::top_level(&ast);
        findings.extend(check::calls(&ast));
        findings.extend(literal::rounded(&ast, source));
        let entry = check::entry(&ast, name).map_err(|finding| findings.push(finding)).ok();
        let header = Header::read(source).map_err(|found| findings.extend(found)).ok();
        let is_error = |finding: &Diagnostic| finding.severity == Severity::Error;
        match entry.zip(header) {
            Some((entry, header)) if !findings.iter().any(is_error) => Ok(Self {
                name: name.into(),
                begin: parts::line_of(source, &entry),
                lines: u32::try_from(source.lines().count()).unwrap_or(u32::MAX),
                entry: entry.into(),
                ast: Arc::new(ast),
                header: Arc::new(header),
                source: source.into(),
                warnings: findings.into(),
            }),
            _ => Err(findings),
        }
    }

    /// The name it was compiled under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text it was compiled from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The JSON Schema that its header gives of `req`, `args` or `output`, and where it stands.
    pub fn schema(&self, member: &str) -> Option<(&Value, peygir_source::Span)> {
        self.header.schema(member)
    }

    /// Name of the pack whose script of this name it takes the place of on purpose, and where its header says so.
    pub fn replaces(&self) -> Option<(&str, peygir_source::Span)> {
        self.header.replaces()
    }

    /// The actions that it may ask for, as far as they are written out: also those of branches that no test takes.
    pub fn written_actions(&self) -> Vec<Written> {
        written::actions(&self.ast)
    }

    /// What an author should look at although the script runs.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// Runs the script and gives what it returns. The same arguments give the same answer, except for
    /// [`Fault::Aborted`], which says that `deadline` was over and that nothing may be concluded.
    pub fn call(&self, req: &Value, world: &World, args: &Value, deadline: &Deadline) -> Result<Value, Fault> {
        self.answer(req, world, args, deadline).map(|answered| answered.value)
    }

    /// [`Script::call`], and where the actions were made that it returns.
    pub fn answer(&self, req: &Value, world: &World, args: &Value, deadline: &Deadline) -> Result<Answered, Fault> {
        self.watched(req, world, args, deadline, None).0
    }

    /// Lines on which code stands that can run, from 1.
    pub fn lines(&self) -> BTreeSet<u32> {
        Units::of(&self.ast).lines()
    }

    /// [`Script::call`], and how often each line with code ran: all of [`Script::lines`], those that did not with 0.
    pub fn call_covered(
        &self,
        req: &Value,
        world: &World,
        args: &Value,
        deadline: &Deadline,
    ) -> (Result<Value, Fault>, Coverage) {
        match self.watched(req, world, args, deadline, Some(Watch::Lines(Box::new(self.not_run())))) {
            (outcome, Some(Watch::Lines(mut coverage))) => {
                coverage.sum_up();
                (outcome.map(|answered| answered.value), *coverage)
            }
            (outcome, _) => (outcome.map(|answered| answered.value), self.not_run()),
        }
    }

    pub(crate) fn not_run(&self) -> Coverage {
        Coverage::of(&Units::of(&self.ast))
    }

    /// [`Script::call`], and each step of it with the values it had. Slower by far: for people who look for a fault.
    pub fn call_traced(
        &self,
        req: &Value,
        world: &World,
        args: &Value,
        deadline: &Deadline,
    ) -> (Result<Value, Fault>, Trace) {
        let recorder = Recorder::new(Arc::new(Units::of(&self.ast)));
        match self.watched(req, world, args, deadline, Some(Watch::Steps(Box::new(recorder)))) {
            (outcome, Some(Watch::Steps(recorder))) => (outcome.map(|answered| answered.value), recorder.finish()),
            (outcome, _) => (outcome.map(|answered| answered.value), Trace::default()),
        }
    }

    /// Where the run could not begin or broke, nothing was seen.
    fn watched(
        &self,
        req: &Value,
        world: &World,
        args: &Value,
        deadline: &Deadline,
        watch: Option<Watch>,
    ) -> (Result<Answered, Fault>, Option<Watch>) {
        let arguments = || -> Result<[Dynamic; 3], Fault> {
            self.header.check("req", req)?;
            self.header.check("args", args)?;
            Ok([json::to_dynamic(req)?, world.now.to_dynamic(), json::to_dynamic(args)?])
        };
        let arguments = match arguments() {
            Ok(arguments) => arguments,
            Err(fault) => return (Err(fault.given_at(self.begin)), watch),
        };
        let came = if stack::is_here() {
            stack::on_this_stack(|| self.run_within(arguments, watch, world.clone(), deadline.clone()))
        } else {
            let (script, own_world, deadline) = (self.clone(), world.clone(), deadline.clone());
            stack::on_own_stack(move || script.run_within(arguments, watch, own_world, deadline))
        };
        let (((outcome, at), over), watch) = match came {
            Ok(came) => came,
            Err(fault) => return (Err(fault), None),
        };
        let outcome = match outcome {
            Err(fault @ Fault::Aborted { .. }) => Err(fault),
            // The script caught its own stop: whatever it says now hangs on the machine's speed.
            _ if over => Err(Fault::Aborted { at }),
            outcome => outcome.and_then(|answer| self.checked(answer, world)),
        };
        (outcome, watch)
    }

    /// The run in its world, with where it was last and whether its time was over.
    #[expect(clippy::type_complexity, reason = "three circles around one run, each with what it saw")]
    fn run_within(
        &self,
        arguments: [Dynamic; 3],
        watch: Option<Watch>,
        world: World,
        deadline: Deadline,
    ) -> (((Result<Answered, Fault>, Span), bool), Option<Watch>) {
        let run = || (self.run(arguments), trace::last());
        trace::under(watch, || world::within(world, || deadline::under(deadline, run)))
    }

    /// The answer, where it fits what is said of it.
    fn checked(&self, answer: Answered, world: &World) -> Result<Answered, Fault> {
        self.header.check("output", &answer.value)?;
        world.actions.as_ref().map_or(Ok(()), |actions| actions.check(&answer.value, &answer.places))?;
        Ok(answer)
    }

    fn run(&self, arguments: [Dynamic; 3]) -> Result<Answered, Fault> {
        let options = CallFnOptions::new().eval_ast(true).rewind_scope(true);
        trace::start();
        fuel::start(OPERATIONS_MAX);
        let answer = engine::SCRIPTS
            .call_fn_with_options::<Dynamic>(options, &mut Scope::new(), &self.ast, &*self.entry, arguments)
            .map_err(|error| Fault::from_rhai(*error))?;
        if fuel::was_spent() {
            return Err(Fault::Limit { limit: Limit::Operations, at: trace::last() });
        }
        // A script can set the tags of values itself.
        let place = |at: Span| if (1..=self.lines).contains(&at.line) { at } else { self.begin };
        let places = action_places(&answer).into_iter().map(place).collect();
        let last = trace::last();
        let given = if last.line == 0 { self.begin } else { last };
        let value = json::from_dynamic(answer).map_err(|fault| fault.given_at(given))?;
        Ok(Answered { value, places })
    }
}
