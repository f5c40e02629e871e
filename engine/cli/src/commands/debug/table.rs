//! All steps at once, as a table: number, line, function, statement, and what changed.

use super::super::local::Lang;
use super::told::{Told, compact};

/// Characters of a statement.
const STATEMENT_CHARS_MAX: usize = 56;
/// Characters of a value.
const VALUE_CHARS_MAX: usize = 60;

pub fn lines(told: &Told, lang: Lang) -> Vec<String> {
    let functions = told.steps.iter().map(|step| name(&step.function, step.depth).chars().count());
    let wide = functions.max().unwrap_or_default().max(8);
    let (step, line, function) = (lang.pick("step", "گام"), lang.pick("line", "سطر"), lang.pick("function", "تابع"));
    let (statement, values) = (lang.pick("statement", "دستور"), lang.pick("values", "مقدارها"));
    let mut lines =
        vec![format!("{step:>5} {line:>5}  {function:<wide$}  {statement:<STATEMENT_CHARS_MAX$}  {values}")];
    for (index, step) in told.steps.iter().enumerate() {
        let function = name(&step.function, step.depth);
        let (statement, values) = match &step.returned {
            Some(returned) => (format!("↩ {}", cut(&compact(&returned.value), STATEMENT_CHARS_MAX - 2)), Vec::new()),
            None => (cut(told.line(step.line).trim(), STATEMENT_CHARS_MAX), values_of(told, index)),
        };
        let [number, line] = [(index + 1).to_string(), step.line.to_string()].map(|number| lang.digits(&number));
        let values = values.join(lang.pick("; ", "؛ "));
        let row = format!("{number:>5} {line:>5}  {function:<wide$}  {statement:<STATEMENT_CHARS_MAX$}  {values}");
        lines.push(row.trim_end().to_owned());
    }
    if told.steps_dropped > 0 {
        let dropped = lang.digits(&told.steps_dropped.to_string());
        lines.push(match lang {
            Lang::En => format!("… {dropped} further steps are not kept"),
            Lang::Fa => format!("… {dropped} گام دیگر نگه داشته نشد"),
        });
    }
    lines.extend(told.end.iter().cloned());
    lines
}

fn name(function: &str, depth: usize) -> String {
    format!("{}{function}", "  ".repeat(depth.saturating_sub(1)))
}

fn values_of(told: &Told, index: usize) -> Vec<String> {
    let changed = told
        .changes(index)
        .into_iter()
        .map(|(name, value)| format!("{name} = {}", cut(&compact(value), VALUE_CHARS_MAX)));
    let gave = told.steps[index]
        .gave
        .iter()
        .map(|(name, value)| format!("{name} → {}", cut(&compact(value), VALUE_CHARS_MAX)));
    changed.chain(gave).collect()
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}
