//! Whether a reminder comes before what it reminds of. `human-task` takes what a table answers as `workingDays` and `remindAt`; a
//! reminder behind the deadline reaches nobody, and an answer that gives fewer days than the default reminder waits is easily written.

use peygir_decision::{Rule, Table, Template};
use peygir_source::{Diagnostic, Diagnostics, Span};
use serde_json::Value;

use super::catalog::Catalog;
use super::layer::in_file;

/// The outputs that functions take as a deadline, and as the days until its reminder.
const DAYS: &str = "workingDays";
const REMINDER: &str = "remindAt";

/// Tells each rule whose reminder lies behind its deadline, once. Where no reminder is wanted it is 0.
pub(super) fn check(catalog: &Catalog, found: &mut Diagnostics) {
    let mut told: Vec<Diagnostic> = Vec::new();
    for table in catalog.contents.laid() {
        for rule in table.rules() {
            let both = answer(table, rule, DAYS).zip(answer(table, rule, REMINDER));
            if let Some((days, reminder)) = both.filter(|(days, reminder)| reminder > days) {
                let one = behind(table, rule, (days, reminder));
                if !told.contains(&one) {
                    told.push(one);
                }
            }
        }
    }
    found.list.extend(told);
}

/// What the rule answers, where it is a number: as written, else the default.
fn answer(table: &Table, rule: &Rule, name: &str) -> Option<u64> {
    let written = rule.then().iter().find(|(output, _)| output == name).map(|(_, template)| template);
    let output = table.outputs().iter().find(|output| output.name == name)?;
    match written {
        Some(Template::Literal(value)) => value.as_u64(),
        Some(Template::Text(_)) => None,
        None => output.default.as_ref().and_then(Value::as_u64),
    }
}

fn behind(table: &Table, rule: &Rule, (days, reminder): (u64, u64)) -> Diagnostic {
    let (span, file): (Span, &str) = match (rule.changed_by, rule.changed_at) {
        (Some(layer), Some(span)) => (span, table.file(layer)),
        _ => (rule.span, &rule.file),
    };
    let id = &rule.id;
    let told = Diagnostic::warning(
        "PG-P100",
        span,
        format!("the rule \"{id}\" reminds after {reminder} working days of what is due after {days}: the reminder comes too late"),
        format!("قاعدهٔ «{id}» پس از {reminder} روز کاری یادآوری می‌کند، در حالی که مهلت {days} روز است: یادآوری دیر می‌رسد"),
    )
    .with_help(
        format!("answer a {REMINDER} of at most {days}; where it is left out, the default of the output counts"),
        format!("در {REMINDER} حداکثر {days} پاسخ دهید؛ اگر ننویسید مقدار پیش‌فرض خروجی به شمار می‌آید"),
    );
    in_file(told, file)
}
