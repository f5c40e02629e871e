//! Expressions, templates, durations and schemas: the values that several places share.

use peygir_source::{Node, Span, Value};

use super::fields::Known;
use super::{Reader, message};
use crate::duration::Duration;
use crate::expr::{self, Expr, SecretUse, Template};
use crate::model::{DurationExpr, Export, Input, Output};

/// Where an expression stands decides which variables it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The workflow's `input.from`.
    WorkflowInput,
    /// The workflow's `output.as`.
    WorkflowOutput,
    /// A task's `if` and `input.from`: its transformed input is not there yet.
    BeforeTask,
    /// What a task does, and its `output.as`.
    Task,
    /// A task's `export.as`.
    Export,
    /// `schedule`: nothing has begun.
    Schedule,
}

impl Place {
    fn variables(self) -> &'static [&'static str] {
        match self {
            Place::Schedule => &["runtime", "workflow"],
            Place::WorkflowInput => &["runtime", "secrets", "workflow"],
            Place::WorkflowOutput => &["context", "input", "runtime", "secrets", "workflow"],
            Place::BeforeTask => &["context", "runtime", "secrets", "task", "workflow"],
            Place::Task => &["authorization", "context", "input", "runtime", "secrets", "task", "workflow"],
            Place::Export => &["authorization", "context", "input", "output", "runtime", "secrets", "task", "workflow"],
        }
    }
}

impl<'n> Reader<'n> {
    pub(super) fn variables(&self, place: Place) -> Vec<String> {
        let fixed = place.variables().iter().map(|name| (*name).to_owned());
        fixed.chain(self.bound.iter().cloned()).collect()
    }

    /// An expression field: bare jq or `${ }`.
    pub(super) fn expression(&mut self, node: &'n Node, what: &str, place: Place) -> Option<Expr> {
        let text = self.text(node, what)?;
        let variables = self.variables(place);
        let names: Vec<&str> = variables.iter().map(String::as_str).collect();
        match Expr::compile_field(text, &names) {
            Ok(compiled) => {
                self.check_secrets(node.span, compiled.secrets());
                Some(compiled)
            }
            Err(error) => {
                self.refuse_expression(node, text, &error);
                None
            }
        }
    }

    /// An expression field that may be a mapping of value fields too: `input.from`, `output.as`, `export.as`.
    fn data_path(&mut self, node: &'n Node, what: &str, place: Place) -> Option<Template> {
        match node.value {
            Value::String(_) => self.expression(node, what, place).map(Template::Expr),
            Value::Mapping(_) => self.template(node, place),
            _ => self.wrong(node, what, message::DATA_PATH),
        }
    }

    /// A value field: only `${ }` is evaluated.
    pub(super) fn template(&mut self, node: &'n Node, place: Place) -> Option<Template> {
        let variables = self.variables(place);
        let names: Vec<&str> = variables.iter().map(String::as_str).collect();
        self.template_with(node, &names)
    }

    /// A value field that is a text.
    pub(super) fn text_template(&mut self, node: &'n Node, what: &str) -> Option<Template> {
        self.text(node, what)?;
        self.template(node, Place::Task)
    }

    /// A value field that is a mapping.
    pub(super) fn mapping_template(&mut self, node: &'n Node, what: &str) -> Option<Template> {
        self.entries(node, what)?;
        self.template(node, Place::Task)
    }

    /// A value field that is a list of texts.
    pub(super) fn texts_template(&mut self, node: &'n Node, what: &str) -> Option<Template> {
        let wrong = self.items(node, what)?.iter().filter(|item| self.text(item, what).is_none()).count();
        self.template(node, Place::Task).filter(|_| wrong == 0)
    }

    /// A URI reference: no spaces and nothing computed in it, or wholly one expression.
    pub(super) fn uri(&mut self, node: &'n Node, what: &str, place: Place) -> Option<Template> {
        let text = self.text(node, what)?;
        if matches!(expr::whole(text), Ok(Some(_)) | Err(_)) {
            return self.template(node, place);
        }
        if text.is_empty() || text.contains(char::is_whitespace) || text.contains("${") {
            let wanted =
                ("a URI without spaces, or one expression in `${ }`", "نشانی (URI) بی فاصله، یا یک عبارت در `${ }`");
            self.push(message::bad_value(node.span, what, text, wanted));
            return None;
        }
        Some(Template::Literal(text.into()))
    }

    /// Secrets that are read by name must be declared; `$secrets` as a whole needs at least one that is.
    fn check_secrets(&mut self, span: Span, used: &SecretUse) {
        for name in &used.names {
            if !self.shared.secrets.contains(name) {
                let refused = message::undeclared_secret(span, name, &self.shared.secrets);
                self.push(refused);
            }
        }
        if used.dynamic && self.shared.secrets.is_empty() {
            self.push(message::no_secrets(span));
        }
    }

    fn template_with(&mut self, node: &'n Node, names: &[&str]) -> Option<Template> {
        match &node.value {
            Value::String(text) => {
                let compiled = Template::compile_text(text, names);
                let template = compiled.map_err(|error| self.refuse_expression(node, text, &error)).ok()?;
                self.check_secrets(node.span, &template.secrets());
                if template.as_literal().is_some() && looks_evaluated(text) {
                    self.push(message::looks_evaluated(node.span, text));
                }
                Some(template)
            }
            // Every item is read even where one is refused, so that all problems are told.
            Value::Sequence(items) => {
                let read: Vec<_> = items.iter().map(|item| self.template_with(item, names)).collect();
                read.into_iter().collect::<Option<_>>().map(Template::array)
            }
            Value::Mapping(entries) => {
                let read: Vec<_> = entries
                    .iter()
                    .map(|entry| Some((entry.key.clone(), self.template_with(&entry.node, names)?)))
                    .collect();
                read.into_iter().collect::<Option<_>>().map(Template::object)
            }
            _ => Some(Template::Literal(node.to_json())),
        }
    }

    pub(super) fn refuse_expression(&mut self, node: &Node, text: &str, error: &expr::Error) {
        let span = within(node.span, text, error.offset);
        self.push(message::bad_expression(span, error));
    }

    /// A duration that may be an expression: `${ }` gives the text of one when it is needed.
    pub(super) fn duration(&mut self, node: &'n Node, what: &str) -> Option<DurationExpr> {
        if node.as_str().is_some_and(|text| text.trim_start().starts_with("${")) {
            return self.expression(node, what, Place::Task).map(DurationExpr::Computed);
        }
        self.fixed_duration(node, what).map(DurationExpr::Fixed)
    }

    pub(super) fn fixed_duration(&mut self, node: &'n Node, what: &str) -> Option<Duration> {
        if let Value::Mapping(_) = node.value {
            let names = crate::duration::MEMBERS.map(|(name, _)| name);
            self.members(node, &Known { what, names: &names })?;
        }
        match Duration::from_json(&node.to_json()) {
            Ok(duration) => {
                if duration.months != 0 {
                    self.push(message::months(node.span));
                }
                Some(duration)
            }
            Err(error) => {
                self.push(message::bad_duration(node.span, &error.to_string()));
                None
            }
        }
    }

    /// `timeout`: `{ after }`, or the name of one under `use.timeouts`.
    pub(super) fn timeout(&mut self, node: &'n Node) -> Option<DurationExpr> {
        let definition = match node.as_str() {
            Some(name) => self.declaration(node, name, "timeouts")?,
            None => node,
        };
        self.timeout_definition(definition)
    }

    pub(super) fn timeout_definition(&mut self, node: &'n Node) -> Option<DurationExpr> {
        self.members(node, &Known { what: "timeout", names: &["after"] })?;
        let after = self.needed(node, "after", "timeout", node.span)?;
        self.duration(after, "timeout.after")
    }

    pub(super) fn input(&mut self, node: &'n Node, place: Place) -> Option<Input> {
        self.members(node, &Known { what: "input", names: &["schema", "from"] })?;
        let schema = node.get("schema").and_then(|schema| self.schema(schema));
        let from = node.get("from").and_then(|from| self.data_path(from, "input.from", place));
        Some(Input { schema, from })
    }

    pub(super) fn output(&mut self, node: &'n Node, place: Place) -> Option<Output> {
        self.members(node, &Known { what: "output", names: &["schema", "as"] })?;
        let schema = node.get("schema").and_then(|schema| self.schema(schema));
        let as_ = node.get("as").and_then(|as_| self.data_path(as_, "output.as", place));
        Some(Output { schema, as_ })
    }

    pub(super) fn export(&mut self, node: &'n Node) -> Option<Export> {
        self.members(node, &Known { what: "export", names: &["schema", "as"] })?;
        let schema = node.get("schema").and_then(|schema| self.schema(schema));
        let as_ = node.get("as").and_then(|as_| self.data_path(as_, "export.as", Place::Export));
        Some(Export { schema, as_ })
    }
}

/// A text that was likely meant as jq: it begins with a path or with a variable of the language.
fn looks_evaluated(text: &str) -> bool {
    let text = text.trim();
    if let Some(path) = text.strip_prefix('.') {
        return path.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '[') && !path.contains('/');
    }
    let Some(variable) = text.strip_prefix('$') else {
        return false;
    };
    let name = variable.split(|sign: char| !sign.is_ascii_alphanumeric()).next().unwrap_or("");
    ["context", "error", "input", "item", "output", "runtime", "secrets", "task", "workflow"].contains(&name)
}

/// The place of a byte offset within a text that stands at `span`. Exact for a text on one line, plain or quoted;
/// for others the place of the whole.
pub(super) fn within(span: Span, text: &str, offset: Option<usize>) -> Span {
    let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let quotes = match span.length.checked_sub(length) {
        Some(0) => 0,
        Some(2) => 1,
        _ => return span,
    };
    match offset.and_then(|offset| text.get(..offset)) {
        Some(before) => {
            let skipped = u32::try_from(before.chars().count()).unwrap_or(0);
            Span { line: span.line, column: span.column + quotes + skipped, length: u32::from(skipped < length) }
        }
        None => span,
    }
}
