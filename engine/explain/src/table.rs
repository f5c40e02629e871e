//! Decision tables for people: each rule as one sentence, and a decision with what stood above it.
//!
//! Owns: the words of cells, answers, dates and layers. Deliberately does not know where tables are kept, which layers hold
//! where, or who may read an input: whoever asks gives the inputs as they may be shown.

mod answer;
mod cell;
mod clause;
mod column;
mod dates;
mod decision;
mod rule;
mod story;

use std::collections::BTreeMap;

use peygir_calendar::{Jalali, Language, Place};
use peygir_decision::{LayerRef, Rule, Table};

use crate::text::{Words, isolated};
use crate::titles::{Title, Titles};

pub use column::kind;
pub use decision::{Caveat, DecisionTold, InputTold, Recorded, caveat, decision, recorded};
pub use story::{RuleTold, TableTold, table};

/// For whom a table is told: what is known of the place, and the day where one is meant.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub place: Place,
    pub on: Option<Jalali>,
}

/// A table with what is known around it, in one language.
struct Teller<'a> {
    table: &'a Table,
    titles: &'a dyn Titles,
    words: Words,
    /// Values of inputs that are known, by input: those of the place.
    known: BTreeMap<&'a str, &'a str>,
}

impl<'a> Teller<'a> {
    fn new(table: &'a Table, titles: &'a dyn Titles, language: Language) -> Self {
        Self { table, titles, words: Words { language }, known: BTreeMap::new() }
    }

    /// The inputs that the place says.
    fn at(mut self, place: &'a Place) -> Self {
        for input in self.table.inputs() {
            let value = match input.from.as_str() {
                "case.province" => &place.province,
                "case.county" => &place.county,
                "case.agency" => &place.agency,
                _ => continue,
            };
            self.known.extend(value.as_deref().map(|value| (input.name.as_str(), value)));
        }
        self
    }

    /// What people call it; the identifier where nobody gave a name.
    fn title_of_table(&self) -> String {
        let title = self.table.title().map(|title| title.in_language(self.words.language));
        isolated(title.unwrap_or(self.table.id()))
    }

    fn title_of_rule(&self, rule: &Rule) -> String {
        let title = rule.title.as_ref().map(|title| title.in_language(self.words.language));
        isolated(title.unwrap_or(&rule.id))
    }

    /// The pack that a layer came in, in words that stand alone: `بستهٔ مشهد`.
    fn pack_of(&self, layer: &LayerRef) -> String {
        pack_named(self.titles, self.words, &layer.pack, &layer.id)
    }
}

/// A pack by its title, or by its name; a layer without a pack by its own id.
fn pack_named(titles: &dyn Titles, words: Words, pack: &str, layer: &str) -> String {
    if pack.is_empty() {
        return words.with("layer-of-id", [("id", isolated(layer).into())]);
    }
    match titles.title(Title::Pack, pack) {
        Some(title) => words.with("pack-titled", [("title", isolated(title.in_language(words.language)).into())]),
        None => words.with("pack-named", [("name", isolated(pack).into())]),
    }
}
