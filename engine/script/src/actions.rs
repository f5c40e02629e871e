//! Whether the actions that a script returned can be carried out, before any of them is.
//!
//! Knows what the caller says that there is: names of built-in functions with the JSON Schemas of their inputs.

use std::{collections::BTreeMap, fmt};

use jsonschema::Validator;
use peygir_source::{Diagnostic, Span, suggest};
use serde_json::{Map, Value};

use crate::{
    fault::{Fault, WrongAction},
    library::ACTION,
    unfit::{About, Problem, Problems, each, problems},
    written::{Form, Written},
};

/// The actions that there are, with what each takes.
pub struct Actions(BTreeMap<String, Validator>);

impl fmt::Debug for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Actions {
    /// Of names and JSON Schemas. A schema that can't be used is told with its name.
    pub fn new<'a>(schemas: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, String> {
        let compiled = schemas.into_iter().map(|(name, schema)| {
            let schema: Value = serde_json::from_str(schema).map_err(|error| format!("{name}: {error}"))?;
            let validator = jsonschema::validator_for(&schema).map_err(|error| format!("{name}: {error}"))?;
            Ok((name.to_owned(), validator))
        });
        compiled.collect::<Result<_, String>>().map(Self)
    }

    /// Checks the answer of a script, and tells all actions that are wrong. `places` says where each was made.
    pub fn check(&self, answer: &Value, places: &[Span]) -> Result<(), Fault> {
        let items = listed(answer).unwrap_or_default().iter().enumerate();
        let wrong = items.filter_map(|(index, item)| {
            let (reason, reason_fa) = self.problem(item)?;
            let action = item.get(ACTION).and_then(Value::as_str).unwrap_or_default().to_owned();
            let at = places.get(index).copied().unwrap_or_default();
            Some(WrongAction { number: index + 1, action, reason, reason_fa, at })
        });
        let wrong: Vec<WrongAction> = wrong.collect();
        if wrong.is_empty() { Ok(()) } else { Err(Fault::Action { wrong }) }
    }

    /// Checks one action, with its name among its members; else says what is wrong with it. No value is repeated.
    pub fn check_one(&self, action: &Value) -> Result<(), String> {
        self.problem(action).map_or(Ok(()), |(reason, _)| Err(reason))
    }

    /// What is wrong with an action, in both languages.
    fn problem(&self, action: &Value) -> Option<(String, String)> {
        let told = |en: &str, fa: &str| Some((en.to_owned(), fa.to_owned()));
        if action.is_array() {
            return told(
                "an item of the list is a list itself: lists are joined with +=, not with push",
                "یک عضو فهرست خودش فهرست است: فهرست‌ها با ‎+=‎ به هم می‌پیوندند، نه با push",
            );
        }
        let Some(name) = action.get(ACTION).and_then(Value::as_str) else {
            return told(
                "an item of a list of actions has a member \"action\" with its name",
                "هر عضو فهرست اقدام‌ها عضوی به نام action دارد که نام اقدام است",
            );
        };
        let Some(validator) = self.0.get(name) else { return Some(self.unknown(name)) };
        let members = action.as_object().into_iter().flatten().filter(|(member, _)| *member != ACTION);
        let members: Map<String, Value> = members.map(|(member, value)| (member.clone(), value.clone())).collect();
        let Problems { en, fa } = problems(validator, &Value::Object(members)).err()?;
        Some((en, format!("با طرح آن نمی‌خواند: {fa}")))
    }

    fn unknown(&self, name: &str) -> (String, String) {
        let near = suggest(name, self.0.keys().map(String::as_str));
        let (near, near_fa) = near
            .map(|near| (format!("; did you mean \"{near}\"?"), format!("؛ منظورتان «{near}» بود؟")))
            .unwrap_or_default();
        (format!("there is no such action{near}"), format!("چنین اقدامی نیست{near_fa}"))
    }

    /// What is wrong with actions as they are written out, each at its place: whatever a run does, it can't be carried out. What is
    /// computed is not claimed to be anything.
    pub fn foresee(&self, written: &[Written]) -> Vec<Diagnostic> {
        let of_one = |one: &Written| match self.0.get(&one.function) {
            _ if one.form == Form::Inner => Vec::new(),
            Some(validator) => {
                let is_certain = |problem: &Problem| match problem.about {
                    // More may be put into a map later.
                    About::Missing => one.form == Form::Call,
                    About::Unknown(_) => true,
                    About::Value => !one.is_computed_within(&problem.place),
                };
                let problems = each(validator, &one.value()).into_iter().filter(is_certain);
                problems.flat_map(|problem| foreseen(one, &problem)).collect()
            }
            None => {
                let (en, fa) = self.unknown(&one.function);
                vec![refused(one, one.span_of_name(), (&en, &fa))]
            }
        };
        let mut found: Vec<Diagnostic> = written.iter().flat_map(of_one).collect();
        found.sort_by_key(|one| (one.span.line, one.span.column));
        found
    }
}

/// Of members that must not be there one for each, at its name.
fn foreseen(one: &Written, problem: &Problem) -> Vec<Diagnostic> {
    let (en, fa) = problem.told();
    match &problem.about {
        About::Unknown(names) => {
            let at = |name: &String| one.span_of_member(&problem.place, name);
            names.iter().map(|name| refused(one, at(name), (&en, &fa))).collect()
        }
        About::Missing | About::Value => vec![refused(one, one.span_at(&problem.place), (&en, &fa))],
    }
}

fn refused(one: &Written, span: Span, (reason, reason_fa): (&str, &str)) -> Diagnostic {
    let name = &one.function;
    Diagnostic::error(
        "PG-S110",
        span,
        format!("the action \"{name}\" can't be carried out: {reason}"),
        format!("اقدام «{name}» انجام‌شدنی نیست: {reason_fa}"),
    )
}

/// The actions that an answer asks for: it is one itself, or a list in which one is, and then each item has to be one. Anything
/// else is data.
pub fn listed(answer: &Value) -> Option<&[Value]> {
    let is_action = |value: &Value| value.get(ACTION).is_some();
    if is_action(answer) {
        return Some(std::slice::from_ref(answer));
    }
    let items = answer.as_array()?;
    let holds_one = |item: &Value| is_action(item) || item.as_array().is_some_and(|inner| inner.iter().any(is_action));
    items.iter().any(holds_one).then_some(items)
}
