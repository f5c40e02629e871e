//! The same rules for `zen-engine`, as its own format writes them.
//!
//! What it has no word for is given to it ready-made and costs it nothing here: search keys of texts, and defaults, which are
//! written into every rule. It is precompiled, so that its index of equal values is used.

use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use peygir_decision::cell::{Cell, Comparison};
use peygir_decision::{Part, Rule, Table, Template};
use serde_json::{Map, Value, json};
use zen_engine::model::GraphContent;
use zen_engine::{Decision, EvaluationOptions, Variable};

use crate::Contestant;
use crate::ours::{Case, day};

/// Its fastest way, and the one that says which rule answered and why, as ours always does.
pub fn contestants(table: &Table, cases: &[Case]) -> [Contestant; 2] {
    let engine = Engine::new(table);
    for case in cases {
        let own = table.decide(case, day()).expect("the table answers");
        let mut expected = own.outputs.clone();
        expected["rule"] = own.rule.as_str().into();
        for trace in [false, true] {
            assert_eq!(engine.decide(variable(case), trace), expected, "the engines disagree on {case:?}");
        }
    }
    [("zen-engine: answers only", false), ("zen-engine: with its trace", true)].map(|(name, trace)| {
        let (engine, given) = (engine.clone(), cases.iter().map(variable).collect::<Vec<_>>());
        let inputs = given.len();
        let work = move || given.iter().for_each(|case| engine.run(black_box(case).clone(), trace));
        Contestant { name, inputs, work: Box::new(work) }
    })
}

#[derive(Clone)]
struct Engine {
    decision: Decision,
}

impl Engine {
    fn new(table: &Table) -> Self {
        let content: GraphContent = serde_json::from_value(graph(table)).expect("it is zen's format");
        let mut decision = Decision::from(Arc::new(content));
        decision.validate().expect("the graph is right");
        decision.compile();
        Self { decision }
    }

    fn decide(&self, context: Variable, trace: bool) -> Value {
        let options = EvaluationOptions { trace, ..EvaluationOptions::default() };
        ready(self.decision.evaluate_with_opts(context, options)).expect("zen answers").result.to_value()
    }

    fn run(&self, context: Variable, trace: bool) {
        let options = EvaluationOptions { trace, ..EvaluationOptions::default() };
        black_box(ready(self.decision.evaluate_with_opts(context, options)).expect("zen answers"));
    }
}

/// Nothing in a table waits, so that no runtime is needed.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("a table waits for nothing"),
    }
}

/// The inputs, with the search keys that the cells of texts ask about.
fn variable(case: &Case) -> Variable {
    let mut given: Map<String, Value> = case.clone().into_iter().collect();
    given.entry("repeats").or_insert(json!(0));
    if let Some(text) = case.get("text").and_then(Value::as_str) {
        let key = peygir_text::search_key(text);
        let words: Vec<&str> = key.split(|one: char| !one.is_alphanumeric()).filter(|one| !one.is_empty()).collect();
        given.insert("words".to_owned(), format!(" {} ", words.join(" ")).into());
        given.insert("text".to_owned(), key.into());
    }
    Value::Object(given).into()
}

fn graph(table: &Table) -> Value {
    let mut inputs: Vec<Value> = table
        .inputs()
        .iter()
        .map(|input| json!({ "id": input.name, "name": input.name, "field": input.name }))
        .collect();
    inputs.push(json!({ "id": "words", "name": "words", "field": "words" }));
    let outputs: Vec<Value> = table
        .outputs()
        .iter()
        .map(|output| output.name.as_str())
        .chain(["rule"])
        .map(|name| json!({ "id": format!("out-{name}"), "name": name, "field": name }))
        .collect();
    let rules: Vec<Value> = table.rules().iter().map(|rule| self::rule(table, rule)).collect();
    json!({
        "nodes": [
            { "id": "in", "name": "in", "type": "inputNode", "content": {} },
            { "id": "table", "name": "table", "type": "decisionTableNode", "content": {
                "hitPolicy": "first", "inputs": inputs, "outputs": outputs, "rules": rules } },
            { "id": "out", "name": "out", "type": "outputNode", "content": {} },
        ],
        "edges": [
            { "id": "a", "type": "edge", "sourceId": "in", "targetId": "table" },
            { "id": "b", "type": "edge", "sourceId": "table", "targetId": "out" },
        ],
    })
}

fn rule(table: &Table, rule: &Rule) -> Value {
    let mut cells = Map::from_iter([("_id".to_owned(), Value::from(rule.id.as_str()))]);
    for condition in rule.when() {
        let (column, cell) = match has_words(&condition.cell) {
            true => ("words", unary(&condition.cell)),
            false => (condition.input.as_str(), unary(&condition.cell)),
        };
        cells.insert(column.to_owned(), cell.into());
    }
    for output in table.outputs() {
        let written = rule.then().iter().find(|(name, _)| *name == output.name);
        let value = written.map(|(_, template)| expression(template)).or(output.default.as_ref().map(Value::to_string));
        cells.extend(value.map(|value| (format!("out-{}", output.name), value.into())));
    }
    cells.insert("out-rule".to_owned(), quoted(&rule.id).into());
    Value::Object(cells)
}

fn has_words(cell: &Cell) -> bool {
    match cell {
        Cell::KeyWords(_) => true,
        Cell::OneOf(cells) => cells.iter().any(has_words),
        _ => false,
    }
}

/// A cell as a test of its column.
fn unary(cell: &Cell) -> String {
    match cell {
        Cell::Any => String::new(),
        Cell::Equals(text) => quoted(text),
        Cell::Present(true) => "$ != null".to_owned(),
        Cell::Compare(Comparison::AtLeast, number) => format!(">= {number}"),
        Cell::KeyContains(text) | Cell::KeyWords(text) => format!("contains($, {})", quoted(text)),
        Cell::OneOf(cells) => {
            let between = if cells.iter().all(|cell| matches!(cell, Cell::Equals(_))) { ", " } else { " or " };
            cells.iter().map(unary).collect::<Vec<_>>().join(between)
        }
        other => unreachable!("the bench's table has no cell {other:?}"),
    }
}

fn expression(template: &Template) -> String {
    match template {
        Template::Literal(value) => value.to_string(),
        Template::Text(parts) => {
            let part = |part: &Part| match part {
                Part::Plain(text) => quoted(text),
                Part::Input(name) => name.clone(),
            };
            parts.iter().map(part).collect::<Vec<_>>().join(" + ")
        }
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
