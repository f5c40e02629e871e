//! The schema of a connector's settings: a flat object in a closed part of JSON Schema, so that every setting can be
//! checked, completed and shown in a form without a general validator.

use peygir_source::{Diagnostic, Diagnostics, Node, Span};
use serde_json::{Value, json};

use super::members::{Members, wrong_type};
use crate::settings::schema::{Declared, KEYWORDS};

/// Reads `settings: {required: [...], properties: {...}}`; the answer is a JSON Schema.
pub(super) fn read_schema(node: &Node, found: &mut Diagnostics) -> Value {
    let empty = json!({"type": "object", "properties": {}, "additionalProperties": false});
    let Some(members) = Members::open(node, "settings", &["required", "properties"], found) else {
        return empty;
    };
    let properties = members.optional("properties");
    let required = members.optional("required");
    let mut schema = empty;
    if let Some(node) = properties {
        read_properties(node, found);
        schema["properties"] = node.to_json();
    }
    if let Some(node) = required {
        read_required(node, properties, found);
        schema["required"] = node.to_json();
    }
    schema
}

fn read_properties(node: &Node, found: &mut Diagnostics) {
    let Some(entries) = node.entries() else {
        found.push(wrong_type(node, "properties", "a mapping", "نگاشت"));
        return;
    };
    for entry in entries {
        let Some(keywords) = entry.node.entries() else {
            found.push(wrong_type(&entry.node, &entry.key, "a mapping", "نگاشت"));
            continue;
        };
        for keyword in keywords.iter().filter(|keyword| !KEYWORDS.contains(&keyword.key.as_str())) {
            found.push(bad_schema(
                keyword.key_span,
                &format!("`{}` is not understood in the schema of a setting", keyword.key),
                &format!("`{}` در طرح‌وارهٔ تنظیمات شناخته نیست", keyword.key),
            ));
        }
        if let Err(reason) = Declared::read(&entry.key, &entry.node.to_json()) {
            found.push(bad_schema(
                entry.key_span,
                &format!("setting `{}`: {}", entry.key, reason.0),
                &format!("تنظیم `{}`: {}", entry.key, reason.1),
            ));
        }
    }
}

fn read_required(node: &Node, properties: Option<&Node>, found: &mut Diagnostics) {
    let Some(items) = node.items() else {
        found.push(wrong_type(node, "required", "a list of settings", "فهرستی از تنظیمات"));
        return;
    };
    for item in items {
        let name = item.as_str().unwrap_or_default();
        if properties.and_then(|properties| properties.get(name)).is_none() {
            found.push(bad_schema(
                item.span,
                &format!("`required` names `{name}`, which is no setting"),
                &format!("`required` از `{name}` نام می‌برد که تنظیمی نیست"),
            ));
        }
    }
}

pub(super) fn bad_schema(span: Span, message: &str, message_fa: &str) -> Diagnostic {
    Diagnostic::error("PG-M006", span, message, message_fa).with_help(
        format!("keywords of a setting: {}", KEYWORDS.join(", ")),
        format!("کلیدواژه‌های یک تنظیم: {}", KEYWORDS.join("، ")),
    )
}
