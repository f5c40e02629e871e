//! `try`, `catch` and `retry`.

use peygir_source::{Node, Span, Value};

use super::data::Place;
use super::fields::Known;
use super::{Reader, message, optional};
use crate::duration::Duration;
use crate::model::{Backoff, Catch, DurationExpr, Retry, Try};

const CATCH: Known<'_> = Known { what: "catch", names: &["errors", "as", "when", "exceptWhen", "retry", "do", "then"] };
const RETRY: Known<'_> = Known { what: "retry", names: &["when", "exceptWhen", "delay", "backoff", "limit", "jitter"] };
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
        let as_ = self.variable(node.get("as"), "catch.as", "error")?;
        let then = node.get("then").and_then(|then| self.then(then, targets));
        self.with_bound(&[&as_, "error"], |reader| {
            let when = node.get("when").and_then(|when| reader.expression(when, "catch.when", Place::Task));
            let except_when =
                node.get("exceptWhen").and_then(|node| reader.expression(node, "catch.exceptWhen", Place::Task));
            let retry = node.get("retry").map(|retry| reader.retry(retry));
            let tasks = node.get("do").map(|tasks| reader.tasks(tasks, "catch.do"));
            let (retry, tasks) = (optional(retry)?, optional(tasks)?);
            Some(Catch { errors, as_: as_.clone(), when, except_when, retry, tasks, then })
        })
    }

    /// Members that the error must equal.
    fn error_filter(&mut self, node: &'n Node) -> Option<serde_json::Value> {
        self.members(node, &Known { what: "catch.errors", names: &["with"] })?;
        let with = node.get("with")?;
        let known = Known { what: "catch.errors.with", names: &ERROR_MEMBERS };
        for entry in self.members(with, &known)? {
            let what = format!("catch.errors.with.{}", entry.key);
            match &entry.node.value {
                Value::String(text) if text.contains("${") => {
                    let wanted = (
                        "a value to compare with; put a condition into `when`",
                        "مقداری برای مقایسه؛ شرط را در `when` بنویسید",
                    );
                    self.push(message::bad_value(entry.node.span, &what, text, wanted));
                }
                _ if entry.key == "status" => drop(self.count(&entry.node, &what)),
                _ => drop(self.text(&entry.node, &what)),
            }
        }
        if with.entries().is_some_and(|entries| entries.is_empty()) {
            self.push(message::empty_list(with.span, "catch.errors.with"));
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
            Some(name) => self.declaration(node, name, "retries")?,
            None => node,
        };
        self.retry_policy(definition)
    }

    pub(super) fn retry_policy(&mut self, node: &'n Node) -> Option<Retry> {
        self.members(node, &RETRY)?;
        let when = node.get("when").and_then(|node| self.expression(node, "retry.when", Place::Task));
        let except_when =
            node.get("exceptWhen").and_then(|node| self.expression(node, "retry.exceptWhen", Place::Task));
        let delay = node
            .get("delay")
            .map_or(Some(DurationExpr::Fixed(Duration::ZERO)), |delay| self.duration(delay, "retry.delay"));
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
        let known = Known { what: "retry.backoff", names: &choices };
        let [entry] = self.members(node, &known)? else {
            self.push(message::one_of(node.span, "retry.backoff", &choices));
            return None;
        };
        // The schema leaves room for parameters and names none.
        self.members(&entry.node, &Known { what: &entry.key, names: &[] })?;
        match entry.key.as_str() {
            "constant" => Some(Backoff::Constant),
            "linear" => Some(Backoff::Linear),
            "exponential" => Some(Backoff::Exponential),
            _ => None,
        }
    }

    fn jitter(&mut self, node: &'n Node) -> Option<(DurationExpr, DurationExpr)> {
        self.members(node, &Known { what: "retry.jitter", names: &["from", "to"] })?;
        let mut bound = |name: &str, what: &str| {
            let bound = self.needed(node, name, "retry.jitter", node.span)?;
            self.duration(bound, what)
        };
        let (from, to) = (bound("from", "retry.jitter.from"), bound("to", "retry.jitter.to"));
        let (from, to) = (from?, to?);
        if let (DurationExpr::Fixed(from), DurationExpr::Fixed(to)) = (&from, &to)
            && (from.months, from.microseconds) > (to.months, to.microseconds)
        {
            let wanted = ("from the shorter duration to the longer", "از مدت کوتاه‌تر به بلندتر");
            self.push(message::bad_value(node.span, "retry.jitter", "from > to", wanted));
            return None;
        }
        Some((from, to))
    }

    /// Number of retries, longest attempt, longest whole.
    fn limit(&mut self, node: &'n Node) -> Option<(Option<u32>, Option<DurationExpr>, Option<DurationExpr>)> {
        self.members(node, &Known { what: "retry.limit", names: &["attempt", "duration"] })?;
        let duration = node.get("duration").map(|duration| self.duration(duration, "retry.limit.duration"));
        let (mut count, mut attempt_duration) = (None, None);
        if let Some(attempt) = node.get("attempt") {
            let known = Known { what: "retry.limit.attempt", names: &["count", "duration"] };
            self.members(attempt, &known)?;
            count = attempt.get("count").map(|count| self.count(count, "retry.limit.attempt.count"));
            attempt_duration = attempt.get("duration").map(|node| self.duration(node, "retry.limit.attempt.duration"));
        }
        Some((optional(count)?, optional(attempt_duration)?, optional(duration)?))
    }
}
