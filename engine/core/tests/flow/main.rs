//! Flows as text, commands as text, and what must come of them as text.
//!
//! Every command of every script also checks what holds always: the fold of the events is the state, the same step
//! twice gives the same, every event and state survives its encoding, and only rows that [`peygir_core::touched`] names
//! change.

mod child;
mod data_flow;
mod duration;
mod emit;
mod extension;
mod for_;
mod foreach;
mod fork;
mod function;
mod limits;
mod listen;
mod order;
mod properties;
mod raise;
mod read;
mod restart;
mod run;
mod secrets;
mod suspend;
mod time;
mod try_;

use run::Run;

/// Runs a script on a flow. Lines that begin with `>` are what the command above them must have caused:
///
/// `start INPUT`, `answer KEY OUTPUT`, `fault KEY TYPE STATUS`, `after SECONDS` (the clock moves and due timers fire),
/// `later SECONDS` (only the clock moves), `event TYPE ID DATA`, `cancel`, `continue`, `retry`,
/// `suspend`, `resume`.
#[track_caller]
fn check(tasks: &str, script: &str) {
    let mut run = Run::new(tasks);
    let mut shown = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('>')) {
        shown.push_str(line);
        shown.push('\n');
        for told in run.line(line) {
            shown.push_str(&format!("> {told}\n"));
        }
    }
    let expected: String =
        script.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect();
    assert!(shown == expected, "the flow\n{tasks}\nwent this way:\n{shown}\nand not this way:\n{expected}");
}

/// Runs a flow that never rests and compares its output.
#[track_caller]
fn check_output(tasks: &str, input: &str, expected: &str) {
    let mut run = Run::new(tasks);
    let told = run.line(&format!("start {input}"));
    let expected: serde_json::Value = serde_json::from_str(expected).expect("the expected output is JSON");
    let output = run.instance().output.as_ref().map(|output| output.value().clone());
    assert_eq!(output, Some(expected), "the flow\n{tasks}\nwent this way: {told:#?}");
}
