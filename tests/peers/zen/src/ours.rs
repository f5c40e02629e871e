//! Our table, its rows as inputs, and a script.

use std::{collections::BTreeMap, hint::black_box};

use peygir_calendar::Jalali;
use peygir_decision::Table;
use peygir_script::{Deadline, Script, World};
use serde_json::{Value, json};

use crate::Contestant;

const TABLE: &str = include_str!("../routing.table.yaml");
const SCRIPT: &str = r#"
fn main(req, now, args) {
    let actions = [];
    if req.vulnerable || req.topic == "water" {
        actions.push(notify(#{ to: #{ role: "governor-office" }, by: ["sms"], template: "late" }));
    }
    if args.step == 1 { actions.push(case_mark(#{ milestone: "late" })); }
    actions
}"#;

/// Inputs of one decision, by name.
pub type Case = BTreeMap<String, Value>;

pub fn table() -> Table {
    let root = peygir_source::yaml::parse(TABLE).expect("the table is YAML");
    Table::read(&root, peygir_text::search_key).expect("the table is right").0
}

/// What the rows of the table give. Every row passes.
pub fn cases(table: &Table) -> Vec<Case> {
    assert!(table.run_tests().iter().all(|outcome| outcome.passed), "a row of the table fails");
    table.tests().iter().map(|row| row.given.clone()).collect()
}

pub fn day() -> Jalali {
    Jalali::new(1405, 9, 1).expect("there is this day")
}

pub fn decide(table: &Table, cases: &[Case]) -> Contestant {
    let (table, cases, inputs, on) = (table.clone(), cases.to_vec(), cases.len(), day());
    let work = move || {
        for case in &cases {
            black_box(table.decide(black_box(case), on)).expect("the table answers");
        }
    };
    Contestant { name: "peygir: a decision, explained", inputs, work: Box::new(work) }
}

pub fn script() -> Contestant {
    let script = Script::compile("late", SCRIPT).expect("the script is right");
    let (req, args) = (json!({ "vulnerable": false, "topic": "water" }), json!({ "step": 1 }));
    let (world, deadline) = (World::default(), Deadline::never());
    let work = move || {
        black_box(script.call(black_box(&req), &world, &args, &deadline)).expect("the script answers");
    };
    Contestant { name: "peygir: a call of a script", inputs: 1, work: Box::new(work) }
}
