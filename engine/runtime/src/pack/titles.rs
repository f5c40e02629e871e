//! What the content of packs calls its own things, for whoever tells a flow or a table to people.

use peygir_calendar::Name;
use peygir_casework::content::Named;
use peygir_explain::{Function, FunctionKind, Title, Titles};

use super::catalog::{Catalog, Flow};

impl Titles for Catalog {
    fn function(&self, name: &str) -> Option<Function> {
        if let Some(table) = self.anywhere(|content| content.tables.get(name)) {
            let title = table.table.title().cloned();
            return Some(Function { kind: FunctionKind::Table, title });
        }
        self.anywhere(|content| content.scripts.get(name)).map(|_| Function { kind: FunctionKind::Script, title: None })
    }

    fn title(&self, what: Title, id: &str) -> Option<Name> {
        match what {
            Title::Form => {
                self.anywhere(|content| content.forms.get(id)).map(|form| both(&form.title_fa, &form.title_en))
            }
            Title::Role => self.directory.role(id).map(named),
            Title::Topic => self.directory.topic(id).map(named),
            Title::Province => self.directory.province(id).map(named),
            Title::County => self.directory.county(id).map(named),
            Title::Agency => self.directory.agency(id).map(|agency| both(&agency.fa, &agency.en)),
            Title::Pack => {
                let pack = self.packs.iter().find(|pack| pack.name == id)?;
                Some(both(&pack.title.fa, &pack.title.en))
            }
            Title::Calendar => {
                self.anywhere(|content| content.calendars.get(id)).map(|calendar| calendar.title().clone())
            }
            Title::Flow => {
                let named = |flow: &&Flow| {
                    let name = &flow.workflow.name;
                    id == name.to_string() || id == format!("{}/{}", name.namespace, name.name)
                };
                let title = self.flows.values().find(named)?.workflow.title.clone()?;
                Some(both(&title, &title))
            }
        }
    }

    fn ids(&self, what: Title) -> Vec<String> {
        let ids = |entries: &[Named]| entries.iter().map(|entry| entry.id.clone()).collect();
        match what {
            Title::Topic => ids(&self.directory.topics),
            Title::Agency => self.directory.agencies.iter().map(|agency| agency.id.clone()).collect(),
            Title::Province => ids(&self.directory.provinces),
            Title::County => ids(&self.directory.counties),
            Title::Role => ids(&self.directory.roles),
            Title::Pack => self.packs.iter().map(|pack| pack.name.clone()).collect(),
            Title::Form | Title::Calendar | Title::Flow => Vec::new(),
        }
    }
}

fn named(entry: &Named) -> Name {
    both(&entry.fa, &entry.en)
}

fn both(fa: &str, en: &str) -> Name {
    Name { fa: fa.to_owned(), en: en.to_owned() }
}
