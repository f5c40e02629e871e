//! What the content of packs calls its own things, for whoever tells or draws a flow to people.

use peygir_calendar::Name;
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
            Title::Role => self.directory.role(id).map(|role| both(&role.fa, &role.en)),
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
}

fn both(fa: &str, en: &str) -> Name {
    Name { fa: fa.to_owned(), en: en.to_owned() }
}
