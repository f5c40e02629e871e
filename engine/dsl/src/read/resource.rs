//! Texts behind addresses: schemas, scripts, functions and the catalogs that hold them.
//!
//! An address that is fetched while a flow is read must stand there as it is, without expressions and variables.

use std::sync::Arc;

use peygir_source::{Entry, Node, Value, yaml};

use super::fields::Known;
use super::{Reader, Resource, Shared, message, refused};

/// Most functions that are fetched for one flow.
pub const FUNCTIONS_MAX: usize = 200;
/// Most texts within each other: a function that calls one at another address.
pub const TEXTS_DEPTH_MAX: usize = 8;

impl<'n> Reader<'n> {
    /// An external resource whose text is needed while the flow is read: its address.
    pub(super) fn fixed_resource(&mut self, node: &'n Node, what: &str) -> Option<String> {
        self.members(node, &Known { what, names: &["name", "endpoint"] })?;
        self.optional_text(node, "name", what);
        let endpoint = self.needed(node, "endpoint", what, node.span)?;
        self.fixed_endpoint(endpoint)
    }

    /// An endpoint whose address is the same on every run. Its authentication is looked at by whoever fetches.
    fn fixed_endpoint(&mut self, node: &'n Node) -> Option<String> {
        let address = match &node.value {
            Value::Mapping(_) => {
                self.members(node, &Known { what: "endpoint", names: &["uri", "authentication"] })?;
                if let Some(policy) = node.get("authentication") {
                    self.authentication(policy);
                }
                self.needed(node, "uri", "endpoint", node.span)?
            }
            _ => node,
        };
        let text = self.text(address, "endpoint")?;
        if text.is_empty() || text.contains(char::is_whitespace) || text.contains(['{', '}']) {
            let said = "it is fetched when the flow is deployed, so nothing of it can be computed";
            self.push(message::bad_address(address.span, said));
            return None;
        }
        Some(text.to_owned())
    }

    /// The text behind an address, told at `node` if there is none; `Some(None)` where nobody here fetches.
    pub(super) fn fetched(&mut self, node: &Node, address: &str) -> Option<Option<Arc<str>>> {
        match self.names.resource(address) {
            Resource::Unknown => Some(None),
            Resource::Text(text) => Some(Some(text)),
            Resource::Missing => {
                self.push(message::bad_resource(node.span, address, "there is nothing"));
                None
            }
        }
    }

    /// A JSON Schema, written inline or behind an address. None where nothing can be checked against it.
    pub(super) fn schema(&mut self, node: &'n Node) -> Option<serde_json::Value> {
        self.members(node, &Known { what: "schema", names: &["format", "document", "resource"] })?;
        if let Some(format) = self.optional_text(node, "format", "schema")
            && format != "json"
            && !format.starts_with("json:")
        {
            self.push(message::bad_value(node.span, "schema.format", format, ("`json`", "`json`")));
        }
        let chosen = self.one_of(node, "schema", &["document", "resource"])?;
        let schema = match chosen.key.as_str() {
            "document" => chosen.node.to_json(),
            _ => {
                let address = self.fixed_resource(&chosen.node, "schema.resource")?;
                let text = self.fetched(&chosen.node, &address)??;
                match yaml::parse(&text) {
                    Ok(tree) => tree.to_json(),
                    Err(error) => {
                        self.push(message::bad_resource(chosen.node.span, &address, &error.message));
                        return None;
                    }
                }
            }
        };
        if let Err(error) = jsonschema::validator_for(&schema) {
            let said: String = error.masked().to_string().chars().take(200).collect();
            self.push(message::bad_schema(chosen.node.span, &said));
            return None;
        }
        Some(schema)
    }

    /// `use.catalogs.NAME`: the address that the names of its functions are added to.
    pub(super) fn catalog(&mut self, node: &'n Node) -> Option<String> {
        self.members(node, &Known { what: "catalog", names: &["endpoint"] })?;
        let endpoint = self.needed(node, "endpoint", "catalog", node.span)?;
        self.fixed_endpoint(endpoint)
    }

    /// A function of `use.functions`. Nothing around a call is seen in it.
    pub(super) fn declared_function(&mut self, entry: &'n Entry) {
        if super::call::PROTOCOLS.contains(&entry.key.as_str()) {
            let wanted = (
                "another name than those of the calls that the language itself has",
                "نامی جز نام فراخوانی‌های خود زبان",
            );
            self.push(message::bad_value(entry.key_span, "use.functions", &entry.key, wanted));
        }
        let task = self.alone(&[], |reader| reader.function_task(entry));
        self.functions.insert(entry.key.clone(), task);
    }

    fn function_task(&mut self, entry: &'n Entry) -> Option<crate::model::TaskList> {
        let named = self.task_name(entry);
        let task = self.task(entry, &[]);
        named.then(|| vec![task].into())
    }

    /// A function behind an address: read once for each text after `call:`, as a task of its own. `None` was told.
    pub(super) fn function_at(&mut self, call: &Node, written: &str, address: &str) -> Option<()> {
        if self.functions.contains_key(written) {
            return Some(());
        }
        let Some(text) = self.fetched(call, address)? else {
            return self.known_function(call, written);
        };
        if self.depth >= TEXTS_DEPTH_MAX || self.functions.len() >= FUNCTIONS_MAX {
            let said = format!("a flow fetches at most {FUNCTIONS_MAX} functions, {TEXTS_DEPTH_MAX} within each other");
            self.push(message::bad_resource(call.span, address, &said));
            return None;
        }
        // Known from here on, so that it may call itself.
        self.functions.insert(written.to_owned(), None);
        let root = match yaml::parse(&text) {
            Ok(root) => root,
            Err(error) => {
                let said = format!("{} in line {}", error.message, error.span.line);
                self.push(message::bad_resource(call.span, address, &said));
                return None;
            }
        };
        let entry = Entry { key: written.to_owned(), key_span: call.span, node: root };
        let mut inner = Reader::new(self.names);
        inner.depth = self.depth + 1;
        inner.own = self.own.clone();
        // Which secrets a flow may read is said in the flow, wherever its functions come from.
        inner.shared = Shared { secrets: self.shared.secrets.clone(), ..Shared::default() };
        inner.functions = std::mem::take(&mut self.functions);
        let task = inner.function_task(&entry);
        inner.put_in_order();
        let found = std::mem::take(&mut inner.found);
        self.functions = std::mem::take(&mut inner.functions);
        let told = self.tell_of_function(call, address, &found);
        self.functions.insert(written.to_owned(), task.filter(|_| told.is_some()));
        told
    }

    /// What is wrong in a fetched text is told where it is called: nobody can be pointed into a file that is not theirs.
    fn tell_of_function(&mut self, call: &Node, address: &str, found: &peygir_source::Diagnostics) -> Option<()> {
        let errors: Vec<_> = found.list.iter().filter(|one| one.severity == peygir_source::Severity::Error).collect();
        for error in errors.iter().filter(|error| refused(error.code)) {
            let mut told = (*error).clone();
            told.span = call.span;
            self.push(told);
        }
        let Some(first) = errors.iter().find(|error| !refused(error.code)) else {
            return Some(());
        };
        let said = format!("{} in line {}, column {}", first.message, first.span.line, first.span.column);
        self.push(message::bad_resource(call.span, address, &said));
        None
    }
}
