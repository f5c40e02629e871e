//! Where the inputs of tables are taken from: a value of the case, or what the flow hands over. What is at neither place is
//! never there, and every rule that asks for it is silently passed over; so it is refused where the table is read.

use std::collections::BTreeSet;

use peygir_casework::view::{CASE_ALWAYS, CASE_FIELDS, FieldType};
use peygir_decision::{Input, Table, ValueType};
use peygir_source::{Diagnostic, Help, suggest};

/// The roots of what a table sees.
const CASE: &str = "case";
const GIVEN: &str = "input";

/// Where inputs are taken from that always have a value.
pub(super) fn given() -> BTreeSet<String> {
    CASE_ALWAYS.iter().map(|field| format!("{CASE}.{field}")).collect()
}

/// What is wrong with where a table takes its inputs from, each at its `from`.
pub fn check_inputs(table: &Table) -> Vec<Diagnostic> {
    table.inputs().iter().filter_map(check).collect()
}

fn check(input: &Input) -> Option<Diagnostic> {
    let (root, field) = input.from.split_once('.')?;
    match root {
        // The flow says what it hands over: any name may be among it.
        GIVEN => None,
        CASE => match CASE_FIELDS.iter().find(|(known, _)| *known == field) {
            None => Some(no_field(input)),
            Some((_, kind)) => other_type(input, *kind),
        },
        _ => Some(no_root(input, root)),
    }
}

fn known() -> impl Iterator<Item = String> {
    CASE_FIELDS.iter().map(|(field, _)| format!("{CASE}.{field}"))
}

fn list(separator: &str) -> String {
    known().collect::<Vec<_>>().join(separator)
}

fn no_field(input: &Input) -> Diagnostic {
    let names: Vec<String> = known().collect();
    let near = suggest(&input.from, names.iter().map(String::as_str));
    let (near_en, near_fa) = near.map_or_else(Default::default, |near| {
        let asked = Help::did_you_mean(near, '"');
        (format!("{} ", asked.en), format!("{} ", asked.fa))
    });
    Diagnostic::error(
        "PG-P089",
        input.from_span,
        format!("the case has no \"{}\": the input \"{}\" would never have a value", input.from, input.name),
        format!("پرونده \u{2066}{}\u{2069} ندارد: ورودی «{}» هیچ‌گاه مقداری نمی‌داشت", input.from, input.name),
    )
    .with_help(
        format!("{near_en}There are {}, and `input.NAME` for what the flow hands over", list(", ")),
        format!("{near_fa}این‌ها هست: \u{2066}{}\u{2069}؛ و ‎`input.NAME`‎ برای آنچه گردش کار به جدول می‌دهد", list(", ")),
    )
}

fn no_root(input: &Input, root: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-P089",
        input.from_span,
        format!("a table sees no \"{root}\": the input \"{}\" would never have a value", input.name),
        format!("جدول \u{2066}{root}\u{2069} را نمی‌بیند: ورودی «{}» هیچ‌گاه مقداری نمی‌داشت", input.name),
    )
    .with_help(
        format!("write `{CASE}.NAME` for a value of the case ({}), or `{GIVEN}.NAME` for what the flow hands over", list(", ")),
        format!(
            "‎`{CASE}.NAME`‎ را برای مقداری از پرونده (\u{2066}{}\u{2069}) یا ‎`{GIVEN}.NAME`‎ را برای آنچه گردش کار می‌دهد بنویسید",
            list(", ")
        ),
    )
}

/// A value of another type is a fault of every decision.
fn other_type(input: &Input, kind: FieldType) -> Option<Diagnostic> {
    let (fits, write): (&[ValueType], &str) = match kind {
        FieldType::Text => (&[ValueType::String, ValueType::Text], "`string`, `text`"),
        FieldType::Integer => (&[ValueType::Integer, ValueType::Number], "`integer`, `number`"),
        FieldType::Boolean => (&[ValueType::Boolean], "`boolean`"),
        FieldType::List => (&[ValueType::List], "`list`"),
    };
    if fits.contains(&input.value_type) {
        return None;
    }
    let finding = Diagnostic::error(
        "PG-P089",
        input.from_span,
        format!("\"{}\" is never of the type `{}`: every decision would fail", input.from, input.value_type),
        format!("\u{2066}{}\u{2069} هیچ‌گاه از نوع ‎`{}`‎ نیست: هر تصمیمی به خطا می‌انجامید", input.from, input.value_type),
    );
    Some(finding.with_help(format!("its types are {write}"), format!("نوع آن ‎{write}‎ است")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Findings of a table with one input, each with line and column.
    fn found(from: &str, value_type: &str) -> Vec<Diagnostic> {
        let text = format!(
            "kind: decision-table
id: t
version: 1.0.0
hit: first
inputs:
  it: {{ type: {value_type}, from: {from} }}
outputs:
  to: {{ type: string }}
rules:
  - {{ id: otherwise, last: true, then: {{ to: a }} }}
"
        );
        let root = peygir_source::yaml::parse(&text).expect("the table is YAML");
        let (table, _) = Table::read(&root, str::to_owned).expect("the table is right");
        check_inputs(&table)
    }

    #[test]
    fn what_the_case_has_and_what_the_flow_hands_over_is_taken() {
        for (from, value_type) in [
            ("case.repeats", "integer"),
            ("case.repeats", "number"),
            ("case.topic", "string"),
            ("case.text", "text"),
            ("case.citizen.mobile", "string"),
            ("case.milestones", "list"),
            ("case.overdue", "boolean"),
            ("input.severity", "integer"),
            ("input.a.b", "list"),
        ] {
            assert_eq!(found(from, value_type), [], "{from}");
        }
    }

    #[test]
    fn what_is_nowhere_is_told_where_it_is_written_with_the_nearest_name() {
        let one = |from: &str, value_type: &str| {
            let mut all = found(from, value_type);
            assert_eq!(all.len(), 1, "{from}");
            let finding = all.remove(0);
            assert_eq!((finding.code, finding.span.line), ("PG-P089", 6), "{from}");
            assert_eq!(finding.span.column as usize, "  it: { type: , from: ".len() + value_type.len() + 1, "{from}");
            let help = finding.help.as_ref().expect("how to mend it").en.clone();
            (finding.message.clone(), help)
        };
        let (message, help) = one("case.repaets", "integer");
        assert!(message.contains("the case has no \"case.repaets\""), "{message}");
        assert!(help.starts_with("did you mean \"case.repeats\"?"), "{help}");
        assert!(help.contains("case.citizen.nationalId"), "{help}");
        let (message, _) = one("message.text", "text");
        assert!(message.contains("a table sees no \"message\""), "{message}");
        // A mapping is no value of an input.
        one("case.citizen", "string");
        let (message, help) = one("case.repeats", "string");
        assert!(message.contains("never of the type `string`"), "{message}");
        assert_eq!(help, "its types are `integer`, `number`");
    }
}
