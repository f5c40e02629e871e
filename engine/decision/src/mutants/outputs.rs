//! Faults of answers: outside their limits, or another one within them.

use peygir_calendar::Language;
use serde_json::Value;

use super::{Kind, Plan, limits::Broken};
use crate::{
    analysis::shown,
    model::{Output, Table},
    output::{Part, Template},
};

/// A text that no table answers by itself.
const STRANGE: &str = "outside-of-values";

/// Each written answer of an output that has limits, one beyond each of them.
pub(super) fn limits_broken(table: &Table) -> Vec<Plan> {
    each_answer(table, Kind::Limit, &|output, _| beyond(output))
}

/// Values just beyond the limits of an output.
pub(super) fn beyond(output: &Output) -> Vec<Value> {
    let bounds = [(&output.max, 1), (&output.min, -1)].into_iter().filter_map(|(bound, by)| {
        let value = shifted(bound.as_ref()?, by)?;
        output.domain().passed(&value).is_some().then_some(value)
    });
    let strange = (!output.values.is_empty()).then(|| stranger(output)).flatten();
    bounds.chain(strange).collect()
}

/// Each written answer as another one that the limits allow.
pub(super) fn changed(table: &Table) -> Vec<Plan> {
    each_answer(table, Kind::Output, &|output, template| match template {
        Template::Literal(value) => other_than(output, value).into_iter().collect(),
        // A text with places is told by its own kind of change below.
        Template::Text(_) => vec![Value::Null],
    })
}

fn each_answer(table: &Table, kind: Kind, others: &dyn Fn(&Output, &Template) -> Vec<Value>) -> Vec<Plan> {
    let mut list = Vec::new();
    for (at, rule) in table.rules.iter().enumerate() {
        for (place, (name, template)) in rule.then.iter().enumerate() {
            let Some(output) = table.outputs.iter().find(|output| output.name == *name) else { continue };
            for value in others(output, template) {
                let new = match (&value, template) {
                    (Value::Null, Template::Text(parts)) => cut(parts),
                    _ => Template::Literal(value.clone()),
                };
                let shown_en = if value.is_null() { "another text".to_owned() } else { value.to_string() };
                let shown_fa =
                    if value.is_null() { "متنی دیگر".to_owned() } else { shown(&value, Language::Persian) };
                let broken =
                    (kind == Kind::Limit).then(|| Broken::Answer { output: name.clone(), value: value.clone() });
                list.push(Plan {
                    kind,
                    broken,
                    what: format!("rule {} answers {shown_en} in {name}", rule.id),
                    what_fa: format!("قاعدهٔ {} در {name} پاسخ {shown_fa} می‌دهد", rule.id),
                    edit: Box::new(move |table| table.rules[at].then[place].1 = new.clone()),
                });
            }
        }
    }
    list
}

/// The text without its last part.
fn cut(parts: &[Part]) -> Template {
    let left = &parts[..parts.len().saturating_sub(1)];
    match left {
        [] => Template::Literal("-".into()),
        [Part::Plain(text)] => Template::Literal(text.as_str().into()),
        left => Template::Text(left.to_vec()),
    }
}

pub(super) fn other_than(output: &Output, value: &Value) -> Option<Value> {
    if let Some(other) = output.values.iter().find(|other| *other != value) {
        return Some(other.clone());
    }
    let allowed = |value: &Value| output.domain().passed(value).is_none();
    match value {
        Value::Bool(flag) => Some((!flag).into()),
        Value::Number(_) => [1, -1].into_iter().filter_map(|by| shifted(value, by)).find(allowed),
        Value::String(text) => Some(Value::from(format!("{text}-x"))).filter(allowed),
        _ => None,
    }
}

fn stranger(output: &Output) -> Option<Value> {
    let value = match output.values.first()? {
        Value::String(_) => Value::from(STRANGE),
        Value::Number(_) => {
            let greatest = output.values.iter().filter_map(Value::as_i64).max()?;
            greatest.checked_add(1)?.into()
        }
        _ => return None,
    };
    output.domain().passed(&value).is_some().then_some(value)
}

fn shifted(value: &Value, by: i64) -> Option<Value> {
    match value.as_i64() {
        Some(integer) => integer.checked_add(by).map(Value::from),
        #[expect(clippy::cast_precision_loss, reason = "by is one or minus one")]
        None => serde_json::Number::from_f64(value.as_f64()? + by as f64).map(Value::Number),
    }
}
