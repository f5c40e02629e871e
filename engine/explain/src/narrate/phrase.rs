//! Durations and values in words.

use peygir_dsl::duration::Duration;
use peygir_dsl::expr::Expr;
use peygir_dsl::model::DurationExpr;
use serde_json::Value;

use super::Narrator;
use crate::condition::Style;
use crate::text::isolated;

/// Units of the exact part, in microseconds.
const UNITS: [(&str, i64); 6] = [
    ("days", 86_400_000_000),
    ("hours", 3_600_000_000),
    ("minutes", 60_000_000),
    ("seconds", 1_000_000),
    ("milliseconds", 1_000),
    ("microseconds", 1),
];
/// Most members of an object that are named one by one.
const MEMBERS_NAMED_MAX: usize = 6;

impl Narrator<'_> {
    pub(super) fn duration(&self, duration: Duration) -> String {
        let mut parts = Vec::new();
        let mut put = |unit: &str, count: i64| {
            if count != 0 {
                parts.push(self.words.with(&format!("duration-{unit}"), [("count", count.into())]));
            }
        };
        put("years", duration.months / 12);
        put("months", duration.months % 12);
        let mut rest = duration.microseconds;
        let weeks = 7 * UNITS[0].1;
        if rest % weeks == 0 {
            put("weeks", rest / weeks);
            rest = 0;
        }
        for (unit, length) in UNITS {
            put(unit, rest / length);
            rest %= length;
        }
        if parts.is_empty() { self.words.say("duration-none") } else { self.words.list(&parts) }
    }

    pub(super) fn duration_expr(&self, duration: &DurationExpr) -> String {
        match duration {
            DurationExpr::Fixed(duration) => self.duration(*duration),
            DurationExpr::Computed(expr) => self.words.with("duration-computed", [("code", self.expr(expr).into())]),
        }
    }

    /// A duration as an input of a function: ISO 8601, an expression, or not a duration at all.
    pub(super) fn duration_value(&self, value: &Value) -> String {
        match Duration::from_json(value) {
            Ok(duration) => self.duration(duration),
            Err(_) => self.words.with("duration-computed", [("code", self.value(value).into())]),
        }
    }

    pub(super) fn expr(&self, expr: &Expr) -> String {
        self.words.value_of(expr.source())
    }

    pub(super) fn condition(&self, expr: &Expr) -> String {
        self.words.condition(expr.source(), Style::Clause)
    }

    pub(super) fn condition_sentence(&self, id: &str, expr: &Expr) -> String {
        self.words.with(id, [("condition", self.condition(expr).into())])
    }

    /// A value as its author wrote it: an expression by what it names, a text or number as it is, the rest by its members.
    pub(super) fn value(&self, value: &Value) -> String {
        match value {
            Value::String(text) => match expression(text) {
                Some(source) => self.words.value_of(source),
                None => isolated(text),
            },
            Value::Number(number) => self.words.digits(&number.to_string()),
            Value::Bool(_) | Value::Null => self.words.value_of(&value.to_string()),
            Value::Array(items) => self.words.list(&items.iter().map(|item| self.value(item)).collect::<Vec<_>>()),
            Value::Object(_) => self.members(value).unwrap_or_else(|| isolated("{}")),
        }
    }

    /// The names of an object's members, in quotes; none where it has none.
    pub(super) fn members(&self, value: &Value) -> Option<String> {
        self.names(value, |name| self.words.with("quoted", [("text", name.into())]))
    }

    /// The same as they are, for the drawing.
    pub(super) fn bare_members(&self, value: &Value) -> Option<String> {
        self.names(value, |name| name)
    }

    fn names(&self, value: &Value, dressed: impl Fn(String) -> String) -> Option<String> {
        let members = value.as_object().filter(|members| !members.is_empty())?;
        let mut names: Vec<String> =
            members.keys().take(MEMBERS_NAMED_MAX).map(|name| dressed(isolated(name))).collect();
        if members.len() > MEMBERS_NAMED_MAX {
            names.push(
                self.words.with("members-more", [("count", ((members.len() - MEMBERS_NAMED_MAX) as i64).into())]),
            );
        }
        Some(self.words.list(&names))
    }
}

/// The source, where the whole text is one expression.
pub(super) fn expression(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("${")?.strip_suffix('}')?;
    (!inner.contains("${")).then(|| inner.trim())
}
