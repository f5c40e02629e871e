//! Small faults put into tables: how many are noticed, and the row that is missing for each of the others.

use std::collections::BTreeMap;

use peygir_casework::text::search_key;
use peygir_decision::mutants::{Kind, Missing, Score, score};
use peygir_decision::{Rule, Table, analysis::Outcome};
use peygir_runtime::pack::SourceFile;
use peygir_source::render::Language;
use peygir_source::{Diagnostics, Node};
use serde_json::{Map, Value, json};

use super::Merged;
use super::overlay::here;
use crate::report::{numbered, placed};

/// Members of a row in the order in which people write them.
const ORDER: [&str; 4] = ["on", "given", "expect", "rule"];

/// What became of the faults of one table.
#[derive(Debug)]
pub struct Faults {
    pub table: String,
    /// The file in which a missing row belongs: the base's, or that of the last overlay.
    pub file: String,
    /// Of a merged table, in words: where it holds.
    pub place: Option<String>,
    /// Whether rows have to name a day.
    dated: bool,
    score: Score,
}

/// A table by itself; `Err` where it can't be read or its own tests fail, for then nothing can be said of faults.
pub fn table(file: &SourceFile, root: &Node) -> Result<Faults, Diagnostics> {
    let (table, _) = Table::read(root, search_key).map_err(|found| found.in_file(&file.name))?;
    failing(&table, |_| file.name.clone())?;
    Ok(of(&table, file.name.clone(), None))
}

/// As it decides in this place. `Err` where it can't be merged.
pub fn merged(merged: &Merged) -> Result<Faults, Diagnostics> {
    merged.sound()?;
    let table = &merged.table;
    failing(table, |layer| merged.files.get(layer).map_or_else(String::new, |file| here(file)))?;
    let file = merged.files.last().map_or_else(String::new, |file| here(file));
    let place = merged.place.clone().or_else(|| Some("every place".to_owned()));
    Ok(of(table, file, place))
}

fn of(table: &Table, file: String, place: Option<String>) -> Faults {
    Faults { table: table.id().to_owned(), file, place, dated: has_days(table), score: score(table) }
}

fn failing(table: &Table, file: impl Fn(usize) -> String) -> Result<(), Diagnostics> {
    let outcomes = table.run_tests();
    let found = outcomes.iter().filter_map(|outcome| {
        let mut found = outcome.to_diagnostic()?;
        found.file = file(outcome.layer);
        Some(found)
    });
    let found = Diagnostics { list: found.collect() };
    if found.has_errors() { Err(found) } else { Ok(()) }
}

impl Faults {
    /// Faults that were noticed of all that change anything.
    pub fn counts(&self) -> (usize, usize) {
        (self.score.caught(), self.score.caught() + self.score.survived())
    }

    pub fn reaches(&self, percent: u8) -> bool {
        let (caught, all) = self.counts();
        caught * 100 >= all * usize::from(percent)
    }

    /// `✓ samad-routing in province isfahan: 812 of 830 faults noticed, 97.8 %` and a line for each kind.
    pub fn lines(&self, least: u8, language: Language) -> Vec<String> {
        let mark = if self.reaches(least) { '✓' } else { '✗' };
        let (table, file) = (&self.table, &self.file);
        let within = if language == Language::Persian { "در" } else { "in" };
        let place = self.place.as_ref().map(|place| format!(" {within} {}", placed(place, language)));
        let place = place.unwrap_or_default();
        let ((caught, all), share) = (self.counts(), percent(self.score.caught_per_mille(), language));
        let told = match language {
            Language::English => format!("{caught} of {all} faults noticed, {share}"),
            Language::Persian => format!("{caught} از {all} خطای کاشته دیده شد، {share}"),
        };
        let told = numbered(told, language);
        let head = match language {
            Language::English => format!("{mark} {table}{place}: {told}; {file}"),
            Language::Persian => format!("{mark} {table}{place}: {told}؛ {file}"),
        };
        let kinds = self.score.kinds.iter().map(|(kind, (caught, survived, equivalent))| {
            let all = caught + survived;
            match language {
                Language::English => {
                    let same = match equivalent {
                        0 => String::new(),
                        same => format!(", {same} more change nothing"),
                    };
                    format!("    {:<9} {caught}/{all}{same}", kind.name())
                }
                Language::Persian => {
                    let same = match equivalent {
                        0 => String::new(),
                        same => format!("، {same} دیگر چیزی را تغییر نمی‌دهد"),
                    };
                    numbered(format!("    {}: {caught} از {all}{same}", kind_fa(*kind)), language)
                }
            }
        });
        std::iter::once(head).chain(kinds).collect()
    }

    /// What nobody noticed, each with the row that would have.
    pub fn survivors(&self, persian: bool) -> Vec<String> {
        let mut lines = Vec::new();
        for (what, what_fa, missing) in &self.score.survivors {
            let (sign, no_row) = if persian {
                (what_fa, "سطری که آن را بیابد پیدا نشد")
            } else {
                (what, "no row was found that would notice it")
            };
            lines.push(format!("  ✗ {sign}"));
            let row = missing.as_ref().and_then(|missing| row(missing, self.dated)).map(|row| flow(&row));
            lines.push(row.map_or_else(|| format!("      {no_row}"), |row| format!("      - {row}")));
        }
        lines
    }

    pub fn to_json(&self, least: u8) -> Value {
        let kinds: BTreeMap<&str, Value> = self
            .score
            .kinds
            .iter()
            .map(|(kind, (caught, survived, equivalent))| {
                (kind.name(), json!({ "caught": caught, "survived": survived, "equivalent": equivalent }))
            })
            .collect();
        let survivors: Vec<Value> = self
            .score
            .survivors
            .iter()
            .map(|(en, fa, missing)| json!({ "en": en, "fa": fa, "row": missing.as_ref().and_then(|missing| row(missing, self.dated)) }))
            .collect();
        let (caught, all) = self.counts();
        json!({
            "kind": "mutants", "table": self.table, "file": self.file, "place": self.place, "caught": caught, "of": all,
            "perMille": self.score.caught_per_mille(), "passed": self.reaches(least), "kinds": kinds,
            "survivors": survivors,
        })
    }

    /// Kinds of all tables together: caught and of how many.
    pub fn add_to(&self, kinds: &mut BTreeMap<Kind, (usize, usize)>) {
        for (kind, (caught, survived, _)) in &self.score.kinds {
            let (all_caught, all) = kinds.entry(*kind).or_default();
            *all_caught += caught;
            *all += caught + survived;
        }
    }
}

pub fn percent(per_mille: usize, language: Language) -> String {
    let (whole, tenth) = (per_mille / 10, per_mille % 10);
    match language {
        Language::English => format!("{whole}.{tenth} %"),
        Language::Persian => peygir_calendar::digits::to_persian(&format!("{whole}٫{tenth} ٪")),
    }
}

/// What was done to a table, as people say it.
pub fn kind_fa(kind: Kind) -> &'static str {
    match kind {
        Kind::Deleted => "قاعدهٔ برداشته",
        Kind::Moved => "قاعدهٔ جابه‌جا",
        Kind::Shadowed => "قاعدهٔ پوشیده",
        Kind::Limit => "حد شکسته",
        Kind::Cell => "خانهٔ دگرگون",
        Kind::Output => "پاسخ دگرگون",
    }
}

/// The missing row; none where the table answers these inputs with a fault, which no row can expect.
fn row(missing: &Missing, dated: bool) -> Option<Value> {
    let Outcome::Answered { rule, outputs, .. } = &missing.right else { return None };
    let mut expect = Map::from_iter([("rule".to_owned(), rule.clone().into())]);
    match outputs {
        Value::Array(answers) => {
            let names = answers.iter().filter_map(Value::as_object).flat_map(Map::keys);
            for name in names {
                let all: Vec<Value> = answers.iter().map(|one| one.get(name).cloned().unwrap_or_default()).collect();
                expect.insert(name.clone(), all.into());
            }
        }
        answer => expect.extend(answer.as_object().cloned().unwrap_or_default()),
    }
    // What the right answer leaves out and the wrong one has is expected to be absent.
    if let Outcome::Answered { outputs: Value::Object(wrong), .. } = &missing.wrong {
        for name in wrong.keys() {
            expect.entry(name.clone()).or_insert(Value::Null);
        }
    }
    let mut row = json!({ "given": missing.inputs, "expect": expect });
    if dated {
        row["on"] = missing.on.to_string().into();
    }
    Some(row)
}

/// Whether a day can make a difference to what the table decides.
pub fn has_days(table: &Table) -> bool {
    let dated = |rule: &Rule| rule.effective.is_some() || !rule.except.is_empty();
    table.effective().is_some() || table.rules().iter().any(dated)
}

/// A value as YAML on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let place = |name: &str| ORDER.iter().position(|first| *first == name).unwrap_or(ORDER.len());
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| place(name));
            let members: Vec<String> =
                members.into_iter().map(|(name, value)| format!("{}: {}", scalar(name), flow(value))).collect();
            if members.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", members.join(", ")) }
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// Without quotes where nobody could read it as something else.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|one| one.is_ascii_alphanumeric() || one == '-')
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_lowercase().as_str());
    let is_key = text == "on" || plain;
    match text {
        _ if plain || is_key => text.to_owned(),
        _ if text.chars().any(char::is_control) => Value::from(text).to_string(),
        _ => format!("'{}'", text.replace('\'', "''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back_as_it_was() {
        for value in [
            json!({ "on": "1405/01/02", "given": { "topic": "bank-loan", "text": "وام 'ملی'", "n": 3, "x": "true" } }),
            json!({ "on": "1405/01/02", "given": { "text": "a\nb", "empty": "", "list": ["a", "b: c"] }, "expect": {} }),
        ] {
            let read = peygir_source::yaml::parse(&flow(&value)).unwrap().to_json();
            assert_eq!(read, value, "{}", flow(&value));
        }
    }
}
