//! Limits and locks that somebody breaks: an answer beyond a limit, an overlay that widens one, an overlay that changes, takes out or
//! precedes a locked rule.
//!
//! Each is written out as its author would write it, and given to what reads and merges tables: whether it is refused is theirs to say. Only the
//! finding that is meant for it counts: what is refused for another reason alone is not held.

use peygir_source::{Diagnostics, yaml};
use serde_json::{Map, Value, json};

use super::{
    Kind, Plan,
    outputs::{beyond, other_than},
};
use crate::{
    model::{Hit, Output, Rule, Table},
    output::{Part, Template},
    overlay::{Layer, Overlay},
};

/// An answer, of a table or of an overlay.
const OUTSIDE: &str = "PG-T012";
/// What an overlay does to a limit, to a locked rule, and before one.
const LOOSER: &str = "PG-T047";
const LOCKED: &str = "PG-T044";
const PRECEDES: &str = "PG-T045";
/// An id that no rule has.
const STRANGER: &str = "stranger-of-mutants";

/// A fault as it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Broken {
    /// A rule of the table itself.
    Answer { output: String, value: Value },
    /// The members of an overlay, and the code that is meant for it.
    Overlay { members: Value, code: &'static str },
}

impl Broken {
    /// Whether reading the table, or merging the overlay with it, refuses this.
    pub fn is_refused(&self, by: &Table) -> bool {
        match self {
            Self::Answer { output, value } => has(Self::read_alone(by, output, value).err(), OUTSIDE),
            Self::Overlay { members, code } => has(Self::laid_over(by, members).err(), code),
        }
    }

    /// A table of this output and of one rule that answers it so.
    fn read_alone(table: &Table, output: &str, value: &Value) -> Result<Table, Diagnostics> {
        let inputs: Map<String, Value> =
            table.inputs.iter().map(|input| (input.name.clone(), json!({ "type": input.value_type.name() }))).collect();
        let outputs: Map<String, Value> = table
            .outputs
            .iter()
            .filter(|one| one.name == *output)
            .map(|one| (one.name.clone(), declared(one)))
            .collect();
        let written = json!({
            "kind": "decision-table", "id": "t", "version": "1.0.0", "hit": "first", "inputs": inputs, "outputs": outputs,
            "rules": [{ "id": "z", "last": true, "then": { output: value } }],
        });
        let Ok(node) = yaml::parse(&written.to_string()) else { return Err(Diagnostics::default()) };
        Table::read(&node, table.search_key).map(|(table, _)| table)
    }

    fn laid_over(table: &Table, members: &Value) -> Result<Table, Diagnostics> {
        let mut written = json!({
            "kind": "decision-table-overlay", "version": "1.0.0",
            "extends": { "id": table.id(), "version": format!("={}", table.version()) },
        });
        if let (Some(written), Some(members)) = (written.as_object_mut(), members.as_object()) {
            written.extend(members.clone());
        }
        let Ok(node) = yaml::parse(&written.to_string()) else { return Err(Diagnostics::default()) };
        let (overlay, _) = Overlay::read(&node, table.search_key)?;
        table.merge(&[Layer::new(&overlay, "broken", "broken.overlay.yaml")]).map(|(table, _)| table)
    }
}

fn has(found: Option<Diagnostics>, code: &str) -> bool {
    found.is_some_and(|found| found.list.iter().any(|one| one.code == code))
}

/// An output as a table declares it.
fn declared(output: &Output) -> Value {
    let mut members = Map::from_iter([("type".to_owned(), Value::from(output.value_type.name()))]);
    for (name, bound) in [("min", &output.min), ("max", &output.max)] {
        members.extend(bound.clone().map(|bound| (name.to_owned(), bound)));
    }
    if !output.values.is_empty() {
        members.insert("values".to_owned(), output.values.clone().into());
    }
    members.into()
}

/// What overlays may not do, each once for each limit, answer and lock of the table.
pub(super) fn by_overlays(table: &Table) -> Vec<Plan> {
    let mut list = Vec::new();
    for output in &table.outputs {
        list.extend(widened(output));
    }
    for rule in &table.rules {
        if rule.locked {
            list.extend(unlocked(table, rule));
        } else {
            list.extend(answers(table, rule));
        }
    }
    list
}

fn plan(what: String, what_fa: String, members: Value, code: &'static str) -> Plan {
    let broken = Some(Broken::Overlay { members, code });
    Plan { kind: Kind::Limit, what, what_fa, broken, edit: Box::new(|_| {}) }
}

fn widened(output: &Output) -> Vec<Plan> {
    let name = &output.name;
    let wider = beyond(output).into_iter().map(|value| {
        let limits = if !output.values.is_empty() {
            json!({ "values": output.values.iter().chain([&value]).collect::<Vec<_>>() })
        } else if output.max.as_ref().and_then(Value::as_f64) < value.as_f64() {
            json!({ "max": value })
        } else {
            json!({ "min": value })
        };
        plan(
            format!("an overlay lets {name} be {value}"),
            format!("لایه‌ای می‌گذارد {name} برابر {value} باشد"),
            json!({ "limits": { name: limits } }),
            LOOSER,
        )
    });
    wider.collect()
}

/// What an overlay answers in the place of a rule, beyond each limit.
fn answers(table: &Table, rule: &Rule) -> Vec<Plan> {
    let limited = rule.then.iter().filter_map(|(name, _)| table.outputs.iter().find(|output| output.name == *name));
    let beyond = limited.flat_map(|output| beyond(output).into_iter().map(|value| (&output.name, value)));
    let plans = beyond.map(|(name, value)| {
        let mut then = written(rule);
        then.insert(name.clone(), value.clone());
        plan(
            format!("an overlay answers {value} in {name} for rule {}", rule.id),
            format!("لایه‌ای برای قاعدهٔ {} در {name} پاسخ {value} می‌دهد", rule.id),
            json!({ "replace": { rule.id.as_str(): { "then": then } } }),
            OUTSIDE,
        )
    });
    plans.collect()
}

/// What an overlay does to a locked rule.
fn unlocked(table: &Table, rule: &Rule) -> Vec<Plan> {
    let id = rule.id.as_str();
    let other = rule.then.iter().find_map(|(name, template)| {
        let output = table.outputs.iter().find(|output| output.name == *name)?;
        let Template::Literal(value) = template else { return None };
        let mut then = written(rule);
        then.insert(name.clone(), other_than(output, value)?);
        Some(then)
    });
    let mut list: Vec<Plan> = Vec::new();
    list.extend(other.map(|then| {
        plan(
            format!("an overlay changes the locked rule {id}"),
            format!("لایه‌ای قاعدهٔ قفل‌شدهٔ {id} را تغییر می‌دهد"),
            json!({ "replace": { id: { "then": then } } }),
            LOCKED,
        )
    }));
    if rule.last {
        return list;
    }
    list.push(plan(
        format!("an overlay takes out the locked rule {id}"),
        format!("لایه‌ای قاعدهٔ قفل‌شدهٔ {id} را برمی‌دارد"),
        json!({ "disable": [id] }),
        LOCKED,
    ));
    if matches!(table.hit, Hit::First | Hit::Collect) {
        list.push(plan(
            format!("an overlay puts a rule before the locked rule {id}"),
            format!("لایه‌ای قاعده‌ای پیش از قاعدهٔ قفل‌شدهٔ {id} می‌گذارد"),
            json!({ "insert": [{ "before": id, "rule": { "id": STRANGER, "then": written(rule) } }] }),
            PRECEDES,
        ));
    }
    list
}

/// The answers of a rule as a table has them.
fn written(rule: &Rule) -> Map<String, Value> {
    let doubled = |text: &str| text.replace('{', "{{").replace('}', "}}");
    let text = |parts: &[Part]| -> String {
        let each = parts.iter().map(|part| match part {
            Part::Plain(text) => doubled(text),
            Part::Input(name) => format!("{{{name}}}"),
        });
        each.collect()
    };
    let value = |template: &Template| match template {
        Template::Literal(Value::String(plain)) => doubled(plain).into(),
        Template::Literal(value) => value.clone(),
        Template::Text(parts) => text(parts).into(),
    };
    rule.then.iter().map(|(name, template)| (name.clone(), value(template))).collect()
}
