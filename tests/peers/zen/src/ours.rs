//! Our table, its rows as inputs, and a script.

use std::{collections::BTreeMap, hint::black_box, sync::mpsc::channel};

use peygir_calendar::Jalali;
use peygir_decision::Table;
use peygir_script::{Deadline, Script, World, limits::THREAD_STACK_BYTES};
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

/// Calls of a script that are made in one go, so that handing them to the thread below costs none of them much.
const CALLS: usize = 500;

/// As a server calls it: on a thread with a stack on which a script can stay.
pub fn script() -> Contestant {
    let (ask, asked) = channel::<()>();
    let (answer, answered) = channel::<()>();
    let mut call = call();
    let run = move || {
        for () in asked {
            (0..CALLS).for_each(|_| call());
            answer.send(()).expect("the bench waits");
        }
    };
    let thread = std::thread::Builder::new().stack_size(THREAD_STACK_BYTES);
    thread.spawn(run).expect("the machine gives a thread");
    let work = move || {
        ask.send(()).expect("the thread waits");
        answered.recv().expect("the thread answers");
    };
    Contestant { name: "peygir: a call of a script", inputs: CALLS, work: Box::new(work) }
}

/// From a thread with a small stack: another one is woken for each call.
pub fn script_elsewhere() -> Contestant {
    Contestant { name: "peygir: the same from a small thread", inputs: 1, work: Box::new(call()) }
}

fn call() -> impl FnMut() + Send {
    let script = Script::compile("late", SCRIPT).expect("the script is right");
    let (req, args) = (json!({ "vulnerable": false, "topic": "water" }), json!({ "step": 1 }));
    let (world, deadline) = (World::default(), Deadline::never());
    move || {
        black_box(script.call(black_box(&req), &world, &args, &deadline)).expect("the script answers");
    }
}
