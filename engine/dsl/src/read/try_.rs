//! `try`, `catch` and `retry`.

use peygir_source::{Node, Span, Value};

use super::data::Place;
use super::fields::Known;
use super::{Reader, message};
use crate::duration::Duration;
use crate::model::{Backoff, Catch, DurationExpr, Retry, Try};

const CATCH: Known<'_> =
    Known { what: "catch", names: &["errors", "as", "when", "exceptWhen", "retry", "do", "then"], later: &[] };
const RETRY: Known<'_> =
    Known { what: "retry", names: &["when", "exceptWhen", "delay", "backoff", "limit", "jitter"], later: &[] };
const ERROR_MEMBERS: [&str; 6] = ["type", "status", "instance", "title", "detail", "details"];

impl<'n> Reader<'n> {
    pub(super) fn try_(&mut self, body: &'n Node, task: &'n Node, span: Span, targets: &[&str]) -> Option<Try> {
        let tasks = self.tasks(body, "try");
        let catch = self.needed(task, "catch", "try", span)?;
        let catch = self.catch(catch, targets);
        Some(Try { tasks: tasks?, catch: catch? })
    }

    fn catch(&mut self, node: &'n Node, targets: &[&str]) -> Option<Catch> {
        self.members(node, &CATCH)?;
        let errors = node.get("errors").and_then(|errors| self.error_filter(errors));
        let as_ = match node.get("as") {
            Some(as_) => self.variable(as_)?,
            None => "error".to_owned(),
        };
        let then = node.get("then").and_then(|then| self.then(then, targets));
        let outside = self.caught.len();
        self.caught.push(as_.clone());
        if as_ != "error" {
            self.caught.push("error".to_owned());
        }
        let when = node.get("when").and_then(|when| self.expression(when, "catch.when", Place::Task));
        let except_when =
            node.get("exceptWhen").and_then(|node| self.expression(node, "catch.exceptWhen", Place::Task));
        let retry = node.get("retry").map(|retry| self.retry(retry));
        let tasks = node.get("do").map(|tasks| self.tasks(tasks, "catch.do"));
        self.caught.truncate(outside);
        let retry = match retry {
            Some(retry) => Some(retry?),
            None => None,
        };
        let tasks = match tasks {
            Some(tasks) => Some(tasks?),
            None => None,
        };
        Some(Catch { errors, as_, when, except_when, retry, tasks, then })
    }

    fn variable(&mut self, node: &'n Node) -> Option<String> {
        let name = self.text(node, "catch.as")?;
        let mut bytes = name.bytes();
        let begins = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
        if !begins || !bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            let wanted = "a name of Latin letters, digits and underscores, without `$`";
            self.push(message::bad_value(node.span, "catch.as", name, wanted));
            return None;
        }
        Some(name.to_owned())
    }

    /// Members that the error must equal.
    fn error_filter(&mut self, node: &'n Node) -> Option<serde_json::Value> {
        self.members(node, &Known { what: "catch.errors", names: &["with"], later: &[] })?;
        let with = node.get("with")?;
        let known = Known { what: "catch.errors.with", names: &ERROR_MEMBERS, later: &[] };
        for entry in self.members(with, &known)? {
            let what = format!("catch.errors.with.{}", entry.key);
            match &entry.node.value {
                Value::String(text) if text.contains("${") => {
                    self.push(message::not_run_yet(entry.node.span, &format!("{what} as an expression")));
                }
                Value::Number(_) if entry.key == "status" => {}
                Value::String(_) if entry.key != "status" => {}
                _ if entry.key == "status" => drop(self.count(&entry.node, &what)),
                _ => drop(self.text(&entry.node, &what)),
            }
        }
        let serde_json::Value::Object(mut members) = with.to_json() else {
            return None;
        };
        // The older schema writes `details`.
        if let Some(detail) = members.remove("details") {
            members.insert("detail".to_owned(), detail);
        }
        Some(serde_json::Value::Object(members))
    }

    /// A retry policy, or the name of one under `use.retries`.
    fn retry(&mut self, node: &'n Node) -> Option<Retry> {
        let definition = match node.as_str() {
            Some(name) => match self.shared.retries.get(name) {
                Some(definition) => *definition,
                None => {
                    let known: Vec<&str> = self.shared.retries.keys().copied().collect();
                    self.push(message::unknown_reference(node.span, name, "retries", &known));
                    return None;
                }
            },
            None => return self.retry_policy(node),
        };
        self.retry_policy(definition)
    }

    /// Reads a declared policy for its mistakes alone. It may name the error that some `catch` will hold.
    pub(super) fn retry_definition(&mut self, node: &'n Node) {
        self.caught.push("error".to_owned());
        self.retry_policy(node);
        self.caught.pop();
    }

    fn retry_policy(&mut self, node: &'n Node) -> Option<Retry> {
        self.members(node, &RETRY)?;
        let when = node.get("when").and_then(|node| self.expression(node, "retry.when", Place::Task));
        let except_when =
            node.get("exceptWhen").and_then(|node| self.expression(node, "retry.exceptWhen", Place::Task));
        let delay = node.get("delay").map_or(Some(DurationExpr::Fixed(Duration::ZERO)), |delay| self.duration(delay, "retry.delay"));
        let backoff = node.get("backoff").map_or(Some(Backoff::Constant), |backoff| self.backoff(backoff));
        let jitter = match node.get("jitter") {
            Some(jitter) => Some(self.jitter(jitter)?),
            None => None,
        };
        let (count, attempt_duration, duration) =
            node.get("limit").map_or(Some((None, None, None)), |limit| self.limit(limit))?;
        if count.is_none() && duration.is_none() {
            self.push(message::retry_without_limit(node.span));
            return None;
        }
        Some(Retry { when, except_when, delay: delay?, backoff: backoff?, jitter, count, attempt_duration, duration })
    }

    fn backoff(&mut self, node: &'n Node) -> Option<Backoff> {
        let choices = ["constant", "linear", "exponential"];
        let known = Known { what: "retry.backoff", names: &choices, later: &[] };
        let [entry] = self.members(node, &known)? else {
            self.push(message::one_of(node.span, "retry.backoff", &choices));
            return None;
        };
        // The schema leaves room for parameters and names none.
        self.members(&entry.node, &Known { what: &entry.key, names: &[], later: &[] })?;
        match entry.key.as_str() {
            "constant" => Some(Backoff::Constant),
            "linear" => Some(Backoff::Linear),
            "exponential" => Some(Backoff::Exponential),
            _ => None,
        }
    }

    fn jitter(&mut self, node: &'n Node) -> Option<(DurationExpr, DurationExpr)> {
        self.members(node, &Known { what: "retry.jitter", names: &["from", "to"], later: &[] })?;
        let mut bound = |name: &str, what: &str| {
            let bound = self.needed(node, name, "retry.jitter", node.span)?;
            self.duration(bound, what)
        };
        let (from, to) = (bound("from", "retry.jitter.from"), bound("to", "retry.jitter.to"));
        let (from, to) = (from?, to?);
        if let (DurationExpr::Fixed(from), DurationExpr::Fixed(to)) = (&from, &to)
            && (from.months, from.microseconds) > (to.months, to.microseconds)
        {
            let wanted = "from the shorter duration to the longer";
            self.push(message::bad_value(node.span, "retry.jitter", "from > to", wanted));
            return None;
        }
        Some((from, to))
    }

    /// Number of retries, longest attempt, longest whole.
    fn limit(&mut self, node: &'n Node) -> Option<(Option<u32>, Option<DurationExpr>, Option<DurationExpr>)> {
        self.members(node, &Known { what: "retry.limit", names: &["attempt", "duration"], later: &[] })?;
        let duration = node.get("duration").map(|duration| self.duration(duration, "retry.limit.duration"));
        let (mut count, mut attempt_duration) = (None, None);
        if let Some(attempt) = node.get("attempt") {
            let known = Known { what: "retry.limit.attempt", names: &["count", "duration"], later: &[] };
            self.members(attempt, &known)?;
            count = attempt.get("count").map(|count| self.count(count, "retry.limit.attempt.count"));
            attempt_duration = attempt.get("duration").map(|node| self.duration(node, "retry.limit.attempt.duration"));
        }
        // What was written and refused is not the same as what was not written.
        let checked = |part: Option<Option<DurationExpr>>| match part {
            Some(None) => None,
            Some(some) => Some(some),
            None => Some(None),
        };
        let count = match count {
            Some(None) => return None,
            Some(some) => some,
            None => None,
        };
        Some((count, checked(attempt_duration)?, checked(duration)?))
    }
}
