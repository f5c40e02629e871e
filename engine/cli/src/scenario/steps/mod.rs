//! The catalogue of steps: each in English and in Persian, with what it does.
//!
//! A new step is a line in one of the files here and a line in docs/scenarios.md: `given.rs`, `when.rs` and `then.rs` tell of
//! cases, the others of flows that the scenario itself brings.

mod deadline;
mod events;
mod given;
mod journal;
mod outcome;
mod packs;
mod service;
mod then;
mod when;
mod workflow;

use super::fold;
use super::pattern::{self, Captures};
use super::scene::Scene;
use super::values;

/// Least likeness of a step that is offered in place of an unknown one.
const LIKENESS_MIN: f64 = 0.35;

/// One step: its words in both languages, other forms of them after the first, and what it does.
pub struct Step {
    pub en: &'static [&'static str],
    pub fa: &'static [&'static str],
    /// What follows it.
    pub body: Body,
    pub run: fn(&mut Scene<'_>, &Arguments) -> Result<(), Unmet>,
}

/// What stands below the words of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    None,
    /// A table of fields and values.
    Fields,
    /// A table with rows of its own; its first row says what they are.
    Rows,
    /// A block of text between two lines of quotation marks.
    Text,
}

/// What the words of a step hold, and what stands below them.
pub struct Arguments {
    captures: Captures,
    /// In the order of writing.
    pub fields: Vec<(String, String)>,
    pub rows: Vec<Vec<String>>,
    /// The block, without the name of its language.
    pub block: String,
}

/// What a file has below the words of a step.
#[derive(Clone, Copy, Default)]
pub struct Below<'t> {
    pub table: Option<&'t [Vec<String>]>,
    pub block: Option<&'t str>,
}

/// A step that did not go as it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    pub expected: String,
    pub found: String,
    /// Both in Persian, where they are not the same in every language.
    pub fa: Option<Box<(String, String)>>,
}

/// Why a line is no step.
pub enum Unbound {
    Unknown { nearest: Option<String> },
    Wrong { en: String, fa: String },
}

impl Unmet {
    pub fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { expected: expected.into(), found: found.into(), fa: None }
    }

    /// Ok where it holds. Expected and found, as each language tells them.
    pub fn unless_told(
        holds: bool,
        [expected, found]: [String; 2],
        [expected_fa, found_fa]: [String; 2],
    ) -> Result<(), Self> {
        let fa = Some(Box::new((expected_fa, found_fa)));
        if holds { Ok(()) } else { Err(Self { expected, found, fa }) }
    }

    /// Ok where it holds.
    pub fn unless(holds: bool, expected: impl Into<String>, found: impl Into<String>) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::new(expected, found)) }
    }
}

impl Arguments {
    /// What a name of the pattern stands for.
    pub fn text(&self, name: &str) -> &str {
        self.captures.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// The block as data: YAML, of which JSON is a part.
    pub fn data(&self) -> Result<serde_json::Value, Unmet> {
        let parsed = peygir_source::yaml::parse(&self.block);
        parsed.map(|node| node.to_json()).map_err(|found| Unmet::new("the block is YAML", found.message))
    }

    pub fn number(&self) -> u32 {
        values::number(self.text("number"))
    }
}

fn catalogue() -> impl Iterator<Item = (&'static Step, bool)> {
    let doing =
        [given::STEPS, when::STEPS, deadline::STEPS, packs::STEPS, workflow::STEPS, events::STEPS, service::STUBS];
    let looking = [then::STEPS, deadline::CHECKS, outcome::STEPS, journal::STEPS, service::CHECKS];
    let doing = doing.into_iter().flatten().map(|step| (step, false));
    doing.chain(looking.into_iter().flatten().map(|step| (step, true)))
}

fn forms(step: &'static Step) -> impl Iterator<Item = &'static str> {
    step.en.iter().chain(step.fa).copied()
}

/// The step that a line names. `then`: whether it stands below a Then, where nothing is done any more.
pub fn bind(text: &str, below: Below<'_>, then: bool) -> Result<(&'static Step, Arguments), Unbound> {
    let text = meant(text);
    let found = catalogue().find_map(|(step, looks)| {
        let captures = forms(step).find_map(|form| pattern::matched(form, text))?;
        Some((step, looks, captures))
    });
    let Some((step, looks, captures)) = found else { return Err(Unbound::Unknown { nearest: nearest(text) }) };
    if looks != then {
        return Err(misplaced(then));
    }
    if let Some((_, value)) = captures.iter().find(|(name, _)| *name == "instant")
        && values::instant(value, &peygir_calendar::tehran()).is_none()
    {
        return Err(Unbound::Wrong {
            en: format!("\"{value}\" is no instant; write 2026-11-21T10:00+03:30, or ساعت ۱۰:۰۰ روز ۱۴۰۵/۰۸/۳۰"),
            fa: format!("«{value}» زمان نیست؛ بنویسید ساعت ۱۰:۰۰ روز ۱۴۰۵/۰۸/۳۰"),
        });
    }
    let fields = if step.body == Body::Fields { fields(below.table)? } else { Vec::new() };
    let rows = if step.body == Body::Rows { rows(below.table)? } else { Vec::new() };
    let block = block(step, below)?;
    Ok((step, Arguments { captures, fields, rows, block }))
}

/// Whether the catalogue knows a line.
pub fn is_step(text: &str) -> bool {
    catalogue().any(|(step, _)| forms(step).any(|form| pattern::matched(form, meant(text)).is_some()))
}

/// «هنگامی که …»: the word after the keyword is read and means nothing.
fn meant(text: &str) -> &str {
    fold::strip(text.trim(), "که ").unwrap_or(text.trim())
}

fn nearest(text: &str) -> Option<String> {
    let known = catalogue().flat_map(|(step, _)| forms(step));
    let scored = known.map(|form| (pattern::likeness(form, text), form));
    let best =
        scored.filter(|(likeness, _)| *likeness >= LIKENESS_MIN).max_by(|left, right| left.0.total_cmp(&right.0));
    best.map(|(_, form)| pattern::shown(form))
}

fn misplaced(then: bool) -> Unbound {
    let (en, fa) = match then {
        true => (
            "this step does something and stands below Then; begin with When",
            "این گام کاری می‌کند و پس از «آنگاه» آمده است؛ با «هنگامی» آغاز کنید",
        ),
        false => (
            "this step looks at something and does not stand below Then",
            "این گام چیزی را می‌سنجد و باید پس از «آنگاه» بیاید",
        ),
    };
    Unbound::Wrong { en: en.to_owned(), fa: fa.to_owned() }
}

fn wrong<T>(en: &str, fa: &str) -> Result<T, Unbound> {
    Err(Unbound::Wrong { en: en.to_owned(), fa: fa.to_owned() })
}

/// The block of a step that takes one. What a step does not take is refused here, for all kinds of steps.
fn block(step: &Step, below: Below<'_>) -> Result<String, Unbound> {
    if below.table.is_some() && !matches!(step.body, Body::Fields | Body::Rows) {
        return wrong("this step takes no table", "این گام جدول نمی‌گیرد");
    }
    match (step.body, below.block) {
        (Body::Text, Some(text)) => Ok(plain(text)),
        (Body::Text, None) => wrong(
            "a block of text must follow, between two lines of \"\"\"",
            "بلوکی از متن میان دو سطرِ \"\"\" باید بیاید",
        ),
        (_, Some(_)) => wrong("this step takes no block of text", "این گام بلوک متن نمی‌گیرد"),
        (_, None) => Ok(String::new()),
    }
}

/// The lines of a block from the indentation of its first one, without the name of its language.
fn plain(block: &str) -> String {
    let mut lines: Vec<&str> = block.lines().collect();
    if lines.first().is_some_and(|first| matches!(first.trim(), "" | "yaml" | "json" | "text")) {
        lines.remove(0);
    }
    while lines.last().is_some_and(|last| last.trim().is_empty()) {
        lines.pop();
    }
    let spaces = |line: &&str| line.len() - line.trim_start_matches(' ').len();
    let filled = || lines.iter().filter(|line| !line.trim().is_empty());
    let least = filled().map(spaces).min().unwrap_or(0);
    let cut: Vec<&str> = lines.iter().map(|line| line.get(least..).unwrap_or_default()).collect();
    cut.join("\n") + "\n"
}

fn rows(table: Option<&[Vec<String>]>) -> Result<Vec<Vec<String>>, Unbound> {
    match table {
        Some(rows) => Ok(rows.iter().map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect()).collect()),
        None => wrong("a table must follow", "جدولی باید بیاید"),
    }
}

fn fields(table: Option<&[Vec<String>]>) -> Result<Vec<(String, String)>, Unbound> {
    let Some(rows) = table else {
        return wrong(
            "a table must follow, its first row | field | value |",
            "جدولی با سطر نخستِ «فیلد | مقدار» باید بیاید",
        );
    };
    let is_head = |row: &[String]| {
        let words: Vec<&str> = row.iter().map(|cell| cell.trim()).collect();
        words == ["field", "value"] || words == ["فیلد", "مقدار"]
    };
    match rows.split_first() {
        Some((head, rest)) if is_head(head) => {
            Ok(rest.iter().map(|row| (row[0].trim().to_owned(), row[1].trim().to_owned())).collect())
        }
        _ => wrong("the table's first row must be | field | value |", "سطر نخست جدول باید «فیلد | مقدار» باشد"),
    }
}

#[cfg(test)]
mod tests {
    use super::{catalogue, forms, pattern};

    /// A line that two steps fit would run whichever comes first.
    #[test]
    fn every_form_of_a_step_is_recognised_as_that_step_only() {
        let example = |form: &str| {
            let mut text = form.to_owned();
            for (name, value) in [
                ("{number}", "3"),
                ("{text}", "«x»"),
                ("{instant}", "2026-11-21T10:00Z"),
                ("{mobile}", "09990000001"),
                ("{times}", "2"),
                ("{quoted}", "'a.b'"),
                ("{list}", "'a', 'b.c'"),
            ] {
                text = text.replace(name, value);
            }
            text.split(' ').map(|word| if word.starts_with('{') { "word" } else { word }).collect::<Vec<_>>().join(" ")
        };
        for (step, _) in catalogue() {
            for form in forms(step) {
                let text = example(form);
                let fitting: Vec<&str> = catalogue()
                    .flat_map(|(step, _)| forms(step))
                    .filter(|other| pattern::matched(other, &text).is_some())
                    .collect();
                assert_eq!(fitting, [form], "{text}");
            }
        }
    }

    #[test]
    fn every_step_stands_in_the_manual() {
        let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/scenarios.md")).unwrap();
        for (step, _) in catalogue() {
            for form in [step.en[0], step.fa[0]] {
                let shown = pattern::shown(form);
                assert!(manual.contains(&format!("`{shown}`")), "docs/scenarios.md lacks {shown}");
            }
        }
    }
}
