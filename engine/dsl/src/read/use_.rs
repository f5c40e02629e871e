//! `use`: what a flow declares once and refers to by name.
//!
//! Each declaration is read once where it stands, so that a mistake in what nobody refers to is told too, and again where
//! it is referred to, with the variables of that place.

use peygir_source::{Entry, Node};

use super::fields::Known;
use super::{Reader, message};

const USE: Known<'_> = Known {
    what: "use",
    names: &["authentications", "catalogs", "errors", "extensions", "functions", "retries", "secrets", "timeouts"],
};

/// Variables that a declaration may read, for the places where it is referred to are not known yet.
const BOUND_WHERE_REFERRED: [&str; 3] = ["error", "item", "index"];

impl<'n> Reader<'n> {
    /// Keeps the names, so that declarations may refer to each other in any order, and reads what each name stands for.
    pub(super) fn shared(&mut self, node: &'n Node) {
        if self.members(node, &USE).is_none() {
            return;
        }
        if let Some(secrets) = node.get("secrets") {
            self.secrets(secrets);
        }
        let declared = |reader: &mut Self, name: &str| -> &'n [Entry] {
            let entries = node.get(name).and_then(|node| reader.entries(node, &format!("use.{name}")));
            entries.unwrap_or_default()
        };
        let authentications = declared(self, "authentications");
        let catalogs = declared(self, "catalogs");
        let errors = declared(self, "errors");
        let functions = declared(self, "functions");
        let retries = declared(self, "retries");
        let timeouts = declared(self, "timeouts");
        fn by_name(entries: &[Entry]) -> std::collections::BTreeMap<&str, &Node> {
            entries.iter().map(|entry| (entry.key.as_str(), &entry.node)).collect()
        }
        self.shared.authentications = by_name(authentications);
        self.shared.catalogs = by_name(catalogs);
        self.shared.errors = by_name(errors);
        self.shared.functions = by_name(functions);
        self.shared.retries = by_name(retries);
        self.shared.timeouts = by_name(timeouts);
        self.alone(&BOUND_WHERE_REFERRED, |reader| {
            authentications.iter().for_each(|entry| drop(reader.policy(&entry.node, "use.authentications")));
            catalogs.iter().for_each(|entry| drop(reader.catalog(&entry.node)));
            errors.iter().for_each(|entry| drop(reader.error(&entry.node)));
            retries.iter().for_each(|entry| drop(reader.retry_policy(&entry.node)));
            timeouts.iter().for_each(|entry| drop(reader.timeout_definition(&entry.node)));
        });
        functions.iter().for_each(|entry| self.declared_function(entry));
    }

    fn secrets(&mut self, node: &'n Node) {
        for item in self.items(node, "use.secrets").unwrap_or_default() {
            let Some(name) = self.text(item, "use.secrets") else {
                continue;
            };
            if name.is_empty() {
                self.push(message::bad_value(item.span, "use.secrets", name, ("the name of a secret", "نام یک راز")));
            } else if self.shared.secrets.iter().any(|earlier| earlier == name) {
                let first = node.items().unwrap_or_default().iter().find(|node| node.as_str() == Some(name));
                self.push(message::duplicate_name(item.span, name, first.map_or(node.span, |node| node.span)));
            } else {
                if self.names.has_secret(name) == Some(false) {
                    self.push(message::unknown_secret(item.span, name, &self.names.secrets()));
                }
                self.shared.secrets.push(name.to_owned());
            }
        }
    }

    /// What stands under `use.{kind}` with this name.
    pub(super) fn declaration(&mut self, node: &'n Node, name: &str, kind: &str) -> Option<&'n Node> {
        let declared = match kind {
            "authentications" => &self.shared.authentications,
            "catalogs" => &self.shared.catalogs,
            "errors" => &self.shared.errors,
            "retries" => &self.shared.retries,
            _ => &self.shared.timeouts,
        };
        let found = declared.get(name).copied();
        if found.is_none() {
            let known: Vec<&str> = declared.keys().copied().collect();
            self.push(message::unknown_reference(node.span, name, kind, &known));
        }
        found
    }
}
