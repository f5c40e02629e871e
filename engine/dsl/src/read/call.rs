//! `call`: protocols that the language itself has, and functions by their names.
//!
//! A function is a task that the flow, a catalog or an address holds, or it is the host's own: [`Names`] knows those.
//!
//! [`Names`]: super::Names

use peygir_source::Node;

use super::{Reader, http, message, openapi, optional};
use crate::model::{Call, Kind};

/// Calls that the language itself has; no function bears their names.
pub(super) const PROTOCOLS: [&str; 6] = ["http", "openapi", "grpc", "asyncapi", "a2a", "mcp"];
/// The catalog of the host, unless the flow declares one of this name.
const HOST_CATALOG: &str = "default";

/// Where a function is found.
enum Callee<'a> {
    /// Under `use.functions`.
    Declared,
    /// In the text behind an address.
    Fetched,
    /// With the host, by this name.
    Host(&'a str),
}

impl<'n> Reader<'n> {
    pub(super) fn call(&mut self, function: &'n Node, task: &'n Node) -> Option<Kind> {
        match self.text(function, "call")? {
            http::NAME => self.http(function, task).map(Kind::Call),
            openapi::NAME => self.openapi(function, task).map(Kind::Call),
            name if PROTOCOLS.contains(&name) => self.refused_call(function, name, task),
            name => self.function(function, name, task).map(Kind::Call),
        }
    }

    fn function(&mut self, function: &'n Node, name: &'n str, task: &'n Node) -> Option<Call> {
        let with = task.get("with");
        let template = with.map(|with| self.mapping_template(with, "with"));
        let callee = self.callee(function, name)?;
        if let Some(with) = with.filter(|with| with.entries().is_some())
            && let Some(schema) = self.input_schema(&callee, name)
        {
            self.check_input(name, with, &schema);
        }
        Some(Call { function: name.to_owned(), function_span: function.span, with: optional(template)? })
    }

    /// `NAME`, `NAME:VERSION`, `NAME:VERSION@CATALOG` or an address, of a function that exists.
    fn callee(&mut self, node: &'n Node, written: &'n str) -> Option<Callee<'n>> {
        if self.shared.functions.contains_key(written) {
            return Some(Callee::Declared);
        }
        if written.contains("://") {
            self.function_at(node, written, written)?;
            return Some(Callee::Fetched);
        }
        let (rest, catalog) = written.split_once('@').map_or((written, None), |(rest, catalog)| (rest, Some(catalog)));
        let (name, version) = rest.split_once(':').map_or((rest, None), |(name, version)| (name, Some(version)));
        let exact = version.is_none_or(|version| semver::Version::parse(version).is_ok());
        if name.is_empty() || name.contains(char::is_whitespace) || !exact || (catalog.is_some() && version.is_none()) {
            let wanted = (
                "the name of a function: `NAME`, or `NAME:1.0.0@default` for one version",
                "نام یک تابع: `NAME`، یا برای یک نسخهٔ معین `NAME:1.0.0@default`",
            );
            self.push(message::bad_value(node.span, "call", written, wanted));
            return None;
        }
        if let (Some(catalog), Some(version)) = (catalog, version)
            && (catalog != HOST_CATALOG || self.shared.catalogs.contains_key(HOST_CATALOG))
        {
            let declared = self.declaration(node, catalog, "catalogs")?;
            let endpoint = self.catalog(declared)?;
            let address = format!("{}/functions/{name}/{version}/function.yaml", endpoint.trim_end_matches('/'));
            self.function_at(node, written, &address)?;
            return Some(Callee::Fetched);
        }
        self.known_function(node, name)?;
        Some(Callee::Host(name))
    }

    /// Refuses a name that the host surely lacks.
    pub(super) fn known_function(&mut self, node: &Node, name: &str) -> Option<()> {
        if self.names.has_function(name) != Some(false) {
            return Some(());
        }
        let declared = self.shared.functions.keys().map(|name| (*name).to_owned());
        let known: Vec<String> = declared.chain(self.names.functions()).collect();
        self.push(message::unknown_function(node.span, name, &known));
        None
    }

    fn input_schema(&self, callee: &Callee<'_>, written: &str) -> Option<serde_json::Value> {
        match callee {
            Callee::Host(name) => self.names.function_input(name),
            Callee::Declared => {
                let declared = self.shared.functions.get(written)?;
                Some(declared.get("input")?.get("schema")?.get("document")?.to_json())
            }
            Callee::Fetched => self.functions.get(written)?.as_ref()?.first()?.input.as_ref()?.schema.clone(),
        }
    }
}
