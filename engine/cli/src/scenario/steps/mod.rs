//! The catalogue of steps: each in English and in Persian, with what it does.
//!
//! A new step is a line in `given.rs`, `when.rs` or `then.rs` and a line in docs/scenarios.md.

mod given;
mod then;
mod when;

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
    /// Whether a table of fields follows it.
    pub fields: bool,
    pub run: fn(&mut Scene<'_>, &Arguments) -> Result<(), Unmet>,
}

/// What the words of a step hold, and the fields of its table in the order of writing.
pub struct Arguments {
    captures: Captures,
    pub fields: Vec<(String, String)>,
}

/// A step that did not go as it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    pub expected: String,
    pub found: String,
}

/// Why a line is no step.
pub enum Unbound {
    Unknown { nearest: Option<String> },
    Wrong { en: String, fa: String },
}

impl Unmet {
    pub fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { expected: expected.into(), found: found.into() }
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

    pub fn number(&self) -> u32 {
        values::number(self.text("number"))
    }
}

fn catalogue() -> impl Iterator<Item = (&'static Step, bool)> {
    let doing = given::STEPS.iter().chain(when::STEPS).map(|step| (step, false));
    doing.chain(then::STEPS.iter().map(|step| (step, true)))
}

fn forms(step: &'static Step) -> impl Iterator<Item = &'static str> {
    step.en.iter().chain(step.fa).copied()
}

/// The step that a line names. `then`: whether it stands below a Then, where nothing is done any more.
pub fn bind(text: &str, table: Option<&[Vec<String>]>, then: bool) -> Result<(&'static Step, Arguments), Unbound> {
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
    let fields = fields(step, table)?;
    Ok((step, Arguments { captures, fields }))
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

fn fields(step: &Step, table: Option<&[Vec<String>]>) -> Result<Vec<(String, String)>, Unbound> {
    let wrong = |en: &str, fa: &str| Err(Unbound::Wrong { en: en.to_owned(), fa: fa.to_owned() });
    let rows = match (step.fields, table) {
        (false, None) => return Ok(Vec::new()),
        (false, Some(_)) => return wrong("this step takes no table", "این گام جدول نمی‌گیرد"),
        (true, None) => {
            return wrong(
                "a table must follow, its first row | field | value |",
                "جدولی با سطر نخستِ «فیلد | مقدار» باید بیاید",
            );
        }
        (true, Some(rows)) => rows,
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
            for (name, value) in
                [("{number}", "3"), ("{text}", "«x»"), ("{instant}", "2026-11-21T10:00Z"), ("{mobile}", "09990000001")]
            {
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
