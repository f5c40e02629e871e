//! What people call the rules and the values of a rebase: told beside the ids by which files and programs know them.

use peygir_calendar::Name;
use peygir_casework::content::Named;
use peygir_decision::Table;
use peygir_explain::{Title, table};

use super::stacked::OfTable;
use crate::commands::local::Lang;

impl OfTable<'_> {
    /// The title of a rule: the one that the pack gives it, else that of the new version, else of the one before.
    pub fn title_of_rule(&self, id: &str) -> Option<Name> {
        let of = |table: &Table| table.rules().iter().find(|rule| *rule.id == *id)?.title.clone();
        let own = self.layers.iter().rev().find_map(|placed| placed.overlay.title_of(id));
        own.or_else(|| of(self.new.as_ref()?)).or_else(|| of(&self.old))
    }

    /// What a value of a column is called in the directories; `from`: where an input is read from.
    pub fn title_of_value(&self, (column, from): (&str, &str), id: &str) -> Option<Name> {
        let named = |entry: &Named| Name { fa: entry.fa.clone(), en: entry.en.clone() };
        match table::kind(column, from)? {
            Title::Topic => self.directory.topic(id).map(named),
            Title::Province => self.directory.province(id).map(named),
            Title::County => self.directory.county(id).map(named),
            Title::Role => self.directory.role(id).map(named),
            Title::Agency => {
                self.directory.agency(id).map(|agency| Name { fa: agency.fa.clone(), en: agency.en.clone() })
            }
            Title::Form | Title::Calendar | Title::Flow | Title::Pack => None,
        }
    }
}

/// ` (title)`, to stand behind an id; nothing where there is none.
pub fn beside(title: Option<Name>, lang: Lang) -> String {
    title.map_or_else(String::new, |title| format!(" ({})", title.in_language(lang.language())))
}
