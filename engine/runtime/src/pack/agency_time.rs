//! Time that a script's action gives to an agency: never its own to say, and refused where it is carried out. What is written out,
//! and what the rows of its tests answer, is told before.
//!
//! Owns: reading whom an action gives something to do. Deliberately does not know what a case was referred with.

use peygir_calendar::Place;
use peygir_casework::content::Directory;
use peygir_script::Script;
use peygir_source::{Diagnostic, Node, Span};
use serde_json::Value;

/// Built-in functions that give somebody something to do by a date.
const GIVING: [&str; 2] = ["human-task", "verification-call"];
const DUE: &str = "due";

/// Each where the time is named, whether it is written out or computed.
pub(super) fn of_script(script: &Script, place: &Place, directory: &Directory) -> Vec<Diagnostic> {
    let of_one = |one: peygir_script::Written| {
        let whom = whom(&one.function, &one.members, place, directory)?;
        Some(refused(&one.function, one.names(DUE)?, &whom))
    };
    script.written_actions().into_iter().filter_map(of_one).collect()
}

/// Of what a script answered, each at `at`.
pub(super) fn of_answer(answer: &Value, at: Span, place: &Place, directory: &Directory) -> Vec<Diagnostic> {
    let of_one = |action: &Value| {
        let function = action.get("action")?.as_str()?;
        let whom = whom(function, &Node::from_json(action), place, directory)?;
        action.get(DUE).map(|_| refused(function, at, &whom))
    };
    let mut found: Vec<Diagnostic> =
        peygir_script::listed(answer).unwrap_or_default().iter().filter_map(of_one).collect();
    found.dedup();
    found
}

/// The role or the person that answers for an agency.
fn whom(function: &str, with: &Node, place: &Place, directory: &Directory) -> Option<String> {
    let assign = with.get("assign").filter(|_| GIVING.contains(&function))?;
    let text = |name: &str| assign.get(name).and_then(Node::as_str);
    let role = text("role").filter(|role| directory.is_of_agencies(role, place.province.as_deref()));
    let person = || text("person").filter(|person| directory.is_an_agencys(person));
    role.or_else(person).map(str::to_owned)
}

fn refused(function: &str, at: Span, whom: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-S110",
        at,
        format!("the action \"{function}\" can't be carried out: \"{whom}\" answers for an agency, and how long that has is a table's to say"),
        format!("اقدام «{function}» انجام‌شدنی نیست: «{whom}» پاسخ‌گوی دستگاه است و مهلت دستگاه را جدول می‌گوید"),
    )
    .with_help(
        "leave out `due`: it has the terms of the referral; for other terms write an overlay of the routing table",
        "`due` را ننویسید: مهلت ارجاع را دارد؛ برای مهلتی دیگر، لایه‌ای روی جدول ارجاع بنویسید",
    )
}
