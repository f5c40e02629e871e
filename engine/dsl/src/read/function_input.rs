//! What is written out under `with`, against the JSON Schema of the function's input.
//!
//! An expression may give any value, so nothing is said of it, nor of what depends on it.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use peygir_source::{Node, Value};

use super::{Reader, message};

/// Longest message of the validator that is repeated, in characters.
const SAID_CHARS_MAX: usize = 200;

/// Keys and indices from the root of a value on.
type Path = Vec<String>;

impl<'n> Reader<'n> {
    /// A schema that cannot be used is told where it is declared.
    pub(super) fn check_input(&mut self, function: &str, with: &'n Node, schema: &serde_json::Value) {
        let Ok(validator) = jsonschema::validator_for(schema) else {
            return;
        };
        let mut computed = Vec::new();
        expressions(with, &mut Vec::new(), &mut computed);
        let instance = with.to_json();
        for error in validator.iter_errors(&instance) {
            let path = segments(error.instance_path().as_str());
            if is_certain(&error, &path, &computed) {
                self.tell_of_input(function, with, schema, &error, &path);
            }
        }
    }

    fn tell_of_input(
        &mut self,
        function: &str,
        with: &Node,
        schema: &serde_json::Value,
        error: &ValidationError<'_>,
        path: &[String],
    ) {
        let node = at(with, path);
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let place = error.schema_path().as_str();
                let known = schema.pointer(place.strip_suffix("/additionalProperties").unwrap_or(place));
                let known = known.and_then(|schema| schema.get("properties")?.as_object());
                let known: Vec<&str> = known.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
                for name in unexpected {
                    let span = node.entry(name).map_or(node.span, |entry| entry.key_span);
                    self.push(message::unknown_property(span, name, function, &known));
                }
            }
            ValidationErrorKind::Required { property } => {
                self.push(message::missing(node.span, property.as_str().unwrap_or_default(), function));
            }
            _ => {
                let said: String = error.to_string().chars().take(SAID_CHARS_MAX).collect();
                self.push(message::wrong_input(node.span, function, &said));
            }
        }
    }
}

/// Whether the error stands whatever the expressions give.
fn is_certain(error: &ValidationError<'_>, path: &[String], computed: &[Path]) -> bool {
    if computed.iter().any(|computed| path.starts_with(computed)) {
        return false;
    }
    let schema_path = error.schema_path().as_str();
    if !computed.is_empty() && ["/then", "/else", "/if"].iter().any(|branch| schema_path.contains(branch)) {
        return false;
    }
    let holds_computed = computed.iter().any(|computed| computed.starts_with(path));
    let of_shape_alone = matches!(
        error.kind(),
        ValidationErrorKind::AdditionalProperties { .. }
            | ValidationErrorKind::FalseSchema
            | ValidationErrorKind::MaxItems { .. }
            | ValidationErrorKind::MaxProperties { .. }
            | ValidationErrorKind::MinItems { .. }
            | ValidationErrorKind::MinProperties { .. }
            | ValidationErrorKind::PropertyNames { .. }
            | ValidationErrorKind::Required { .. }
            | ValidationErrorKind::Type { .. }
    );
    !holds_computed || of_shape_alone
}

/// The places of all texts with an expression in them.
fn expressions(node: &Node, path: &mut Path, found: &mut Vec<Path>) {
    match &node.value {
        Value::String(text) if text.contains("${") => found.push(path.clone()),
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                expressions(item, path, found);
                path.pop();
            }
        }
        Value::Mapping(entries) => {
            for entry in entries {
                path.push(entry.key.clone());
                expressions(&entry.node, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

/// The segments of a JSON pointer.
fn segments(pointer: &str) -> Path {
    pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect()
}

/// The node at a path, or as far towards it as there is one.
fn at<'a>(root: &'a Node, path: &[String]) -> &'a Node {
    path.iter().fold(root, |node, segment| match &node.value {
        Value::Sequence(items) => segment.parse().ok().and_then(|index: usize| items.get(index)).unwrap_or(node),
        _ => node.get(segment).unwrap_or(node),
    })
}
