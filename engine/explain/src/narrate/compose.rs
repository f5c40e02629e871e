//! Tasks that hold other tasks or lead to them, and those that only compute: `do`, `for`, `fork`, `switch`, `try`, `raise`,
//! `set`, `wait`, and what is not run.

use peygir_dsl::expr::Template;
use peygir_dsl::lookup::{CATCH, ROUND, TRY};
use peygir_dsl::model::{
    Backoff, Case, Catch, DurationExpr, For, Fork, Raise, Refused, Retry, Task, TaskList, Then, Try,
};
use serde_json::Value;

use super::{Narrator, Scope, Told};
use crate::step::{Caught, Icon, Inner, Line, Step};
use crate::text::isolated;

impl<'a> Narrator<'a> {
    pub(super) fn below(&self, tasks: &'a TaskList, number: &str, path: &[String], segment: Option<&str>) -> Vec<Step> {
        let path = path.iter().cloned().chain(segment.map(str::to_owned)).collect();
        self.list(&Scope { tasks, prefix: format!("{number}."), path, root: false })
    }

    pub(super) fn group(&self, tasks: &'a TaskList, number: &str, path: &[String]) -> Told {
        let label = isolated(path.last().map_or("", String::as_str));
        let inner = Inner::List(self.below(tasks, number, path, None));
        Told::leading(Icon::Group, self.words.say("do"), label, inner)
    }

    pub(super) fn loop_(&self, for_: &'a For, number: &str, path: &[String]) -> Told {
        let items = self.value(&match &for_.in_ {
            Template::Expr(expr) => Value::String(format!("${{{}}}", expr.source())),
            other => other.source(),
        });
        let each = isolated(&format!("${}", for_.each));
        let args = || [("items", items.clone().into()), ("each", each.clone().into())];
        let while_ = for_.while_.as_ref().map(|condition| self.condition_sentence("for-while", condition));
        let detail = for_.while_.as_ref().map(|condition| self.condition_sentence("drawing-while", condition));
        let steps = self.below(&for_.tasks, number, path, Some(ROUND));
        let inner = Inner::Rounds { again: self.words.say("drawing-next-item"), steps };
        let (lead, label) = (self.words.with("for", args()), self.words.with("drawing-for", args()));
        Told::leading(Icon::Loop, lead, label, inner).and(while_).detail(detail)
    }

    pub(super) fn fork(&self, fork: &'a Fork, number: &str, path: &[String]) -> Told {
        let id = if fork.compete { "fork-compete" } else { "fork" };
        let count = || [("count", (fork.branches.len() as i64).into())];
        let (text, label) = (self.words.with(id, count()), self.words.with(&format!("drawing-{id}"), count()));
        let note = self.words.say(&format!("drawing-{id}-join"));
        let inner = Inner::Branches { note, steps: self.below(&fork.branches, number, path, None) };
        Told::leading(Icon::Fork, text, label, inner)
    }

    pub(super) fn switch(&self, cases: &[Case], scope: &Scope<'a>, task: &Task, number: &str) -> Told {
        let index = scope.tasks.iter().position(|other| other.name == task.name);
        let said = |case: &Case| {
            let way = self.way(scope, index, &case.then);
            match &case.when {
                Some(when) => {
                    let condition = self.condition(when);
                    self.words.with("case", [("condition", condition.into()), ("way", way.into())])
                }
                None => self.words.with("case-default", [("way", way.into())]),
            }
        };
        // The default is tested last wherever it stands.
        let (tested, default): (Vec<&Case>, Vec<&Case>) = cases.iter().partition(|case| case.when.is_some());
        let mut texts: Vec<String> = tested.into_iter().chain(default.iter().copied()).map(said).collect();
        if default.is_empty() {
            let way = self.way(scope, index, task.then.as_ref().unwrap_or(&Then::Continue));
            texts.push(self.words.with("case-none", [("way", way.into())]));
        }
        let lines = texts.into_iter().enumerate();
        let inner = Inner::Cases(lines.map(|(at, text)| Line { number: self.child(number, at), text }).collect());
        Told::leading(Icon::Switch, self.words.say("switch"), isolated(&task.name), inner)
    }

    pub(super) fn try_(&self, try_: &'a Try, scope: &Scope<'a>, task: &Task, number: &str, path: &[String]) -> Told {
        let steps = self.below(&try_.tasks, number, path, Some(TRY));
        let line_number = self.child(number, steps.len());
        let handler = try_.catch.tasks.as_ref();
        let caught = Caught {
            label: self.catch_label(&try_.catch),
            steps: handler.map_or_else(Vec::new, |tasks| self.below(tasks, &line_number, path, Some(CATCH))),
            retry: try_.catch.retry.as_ref().map(|retry| self.retry_label(retry)),
            line: Line { text: self.catch_text(&try_.catch, scope, task), number: line_number },
        };
        let inner = Inner::Try { steps, caught };
        Told::leading(Icon::Try, self.words.say("try"), isolated(&task.name), inner)
    }

    fn child(&self, number: &str, index: usize) -> String {
        format!("{number}.{}", self.words.digits(&(index + 1).to_string()))
    }

    fn catch_text(&self, catch: &Catch, scope: &Scope<'a>, task: &Task) -> String {
        let mut said = vec![self.words.with("catch", [("errors", self.errors(catch).into())])];
        said.extend(catch.when.as_ref().map(|when| self.condition_sentence("catch-when", when)));
        said.extend(catch.except_when.as_ref().map(|when| self.condition_sentence("catch-except", when)));
        said.extend(catch.retry.as_ref().map(|retry| self.retry_text(retry)));
        let again = if catch.retry.is_some() { "-after-retry" } else { "" };
        let last = match (&catch.tasks, &catch.then) {
            (Some(_), _) => "catch-do",
            (None, Some(_)) => "catch-then-only",
            // With neither, the error goes on when the retries are used up.
            (None, None) if catch.retry.is_some() => "catch-raise",
            (None, None) => "catch-swallow",
        };
        let last = self.words.say(&format!("{last}{again}"));
        let index = scope.tasks.iter().position(|other| other.name == task.name);
        let then = |id: &str| self.then_sentence(id, scope, index.unwrap_or(0), catch.then.as_ref());
        // What leads over to the tasks comes last.
        match catch.tasks {
            Some(_) => said.extend(then("then-after").into_iter().chain([last])),
            None => said.extend([last].into_iter().chain(then("then"))),
        }
        self.sentences(&said)
    }

    /// Which errors: `any error`, `the error "communication" with status 404`.
    fn errors(&self, catch: &Catch) -> String {
        let members = catch.errors.as_ref().and_then(Value::as_object).filter(|members| !members.is_empty());
        let Some(members) = members else { return self.words.say("error-any") };
        // What it is comes before its number.
        let mut members: Vec<(&String, &Value)> = members.iter().collect();
        members.sort_by_key(|(name, _)| *name != "type");
        let said: Vec<String> = members
            .into_iter()
            .map(|(name, value)| match (name.as_str(), value) {
                ("type", Value::String(text)) => self.error_type(text),
                (name, value) => {
                    let id = format!("error-{name}");
                    let value = self.value(value);
                    self.words.known(&id, [("value", value.into())]).unwrap_or_else(|| isolated(name))
                }
            })
            .collect();
        self.words.with("error-such", [("members", self.words.list(&said).into())])
    }

    /// A standard error by its name, any other by its address.
    pub(super) fn error_type(&self, type_: &str) -> String {
        let standard = type_.contains("/spec/1.0.0/errors/") || type_.contains("/dsl/errors/types/");
        let name = type_.rsplit('/').next().filter(|_| standard);
        let known = name.and_then(|name| self.words.known(&format!("error-type-{name}"), []));
        known.unwrap_or_else(|| self.words.with("error-type", [("code", isolated(type_).into())]))
    }

    fn catch_label(&self, catch: &Catch) -> String {
        self.words.with("drawing-catch", [("errors", self.errors(catch).into())])
    }

    fn retry_text(&self, retry: &Retry) -> String {
        let delay = self.duration_expr(&retry.delay);
        let backoff = match retry.backoff {
            Backoff::Constant => "retry-constant",
            Backoff::Linear => "retry-linear",
            Backoff::Exponential => "retry-exponential",
        };
        let mut said = vec![match retry.delay {
            DurationExpr::Fixed(delay) if delay.is_zero() => self.words.say("retry-at-once"),
            _ => self.words.with(backoff, [("delay", delay.into())]),
        }];
        if let Some((from, to)) = &retry.jitter {
            let range = [("from", self.duration_expr(from).into()), ("to", self.duration_expr(to).into())];
            said.push(self.words.with("retry-jitter", range));
        }
        said.extend(retry.count.map(|count| self.words.with("retry-count", [("count", i64::from(count).into())])));
        let within =
            |id: &str, limit: &DurationExpr| self.words.with(id, [("duration", self.duration_expr(limit).into())]);
        said.extend(retry.duration.as_ref().map(|limit| within("retry-within", limit)));
        said.extend(retry.attempt_duration.as_ref().map(|limit| within("retry-attempt", limit)));
        said.extend(retry.when.as_ref().map(|when| self.condition_sentence("retry-when", when)));
        said.extend(retry.except_when.as_ref().map(|when| self.condition_sentence("retry-except", when)));
        self.sentences(&said)
    }

    fn retry_label(&self, retry: &Retry) -> String {
        match (retry.count, &retry.duration) {
            (Some(count), _) => self.words.with("drawing-retry-count", [("count", i64::from(count).into())]),
            (None, Some(limit)) => {
                self.words.with("drawing-retry-within", [("duration", self.duration_expr(limit).into())])
            }
            (None, None) => self.words.say("drawing-retry"),
        }
    }

    pub(super) fn raise(&self, raise: &Raise) -> Told {
        let type_ = match raise.type_.as_literal().and_then(Value::as_str) {
            Some(type_) => self.error_type(type_),
            None => self.value(&raise.type_.source()),
        };
        let status = self.value(&raise.status.source());
        let text = self.words.with("raise", [("type", type_.clone().into()), ("status", status.clone().into())]);
        let title = raise.title.as_ref().or(raise.detail.as_ref());
        let title = title.map(|title| self.words.with("raise-title", [("title", self.value(&title.source()).into())]));
        let label = self.words.with("drawing-raise", [("type", type_.into())]);
        Told::new(Icon::Raise, text, label).detail(Some(status)).and(title)
    }

    pub(super) fn set(&self, template: &Template) -> Told {
        let source = template.source();
        let text = match self.members(&source) {
            Some(names) => self.words.with("set", [("names", names.into())]),
            None => self.words.with("set-value", [("value", self.value(&source).into())]),
        };
        let detail = self.bare_members(&source).unwrap_or_else(|| self.value(&source));
        Told::new(Icon::Set, text, self.words.say("drawing-set")).detail(Some(detail))
    }

    pub(super) fn wait(&self, duration: &DurationExpr) -> Told {
        let duration = self.duration_expr(duration);
        let args = || [("duration", duration.clone().into())];
        Told::new(Icon::Wait, self.words.with("wait", args()), self.words.with("drawing-wait", args()))
    }

    pub(super) fn refused(&self, refused: &Refused) -> Told {
        let args = || [("feature", isolated(refused.feature).into())];
        Told::new(Icon::Refused, self.words.with("refused", args()), self.words.with("drawing-refused", args()))
            .detail(Some(self.words.say("drawing-refused-detail")))
    }
}
