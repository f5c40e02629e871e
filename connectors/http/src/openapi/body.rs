//! The body of a described request.

use peygir_connector::{Fault, FaultKind};
use reqwest::header::HeaderValue;
use serde_json::{Map, Value};

use super::document::{Document, Form, broken};
use super::multipart::{self, Part};
use super::operation::{Operation, Place};
use super::parameter::Field;
use super::style::encoded;
use crate::endpoint::refused;
use crate::request::FORM;

/// The name under which a whole body can be given where the document has none for it.
const WHOLE: &str = "body";
const JSON: &str = "application/json";
const MULTIPART: &str = "multipart/form-data";

pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    pub(super) kind: HeaderValue,
}

/// `form`: fields that were declared as such; `rest`: what no declared parameter took.
pub(super) fn of(
    document: &Document,
    operation: &Operation<'_>,
    form: Option<Vec<Field>>,
    rest: &Map<String, Value>,
) -> Result<Option<Body>, Fault> {
    if let Some(form) = form {
        nothing_left(rest)?;
        return fields(document, operation, &form).map(Some);
    }
    match document.form {
        Form::Swagger2 => old(document, operation, rest),
        Form::OpenApi3 => new(document, operation, rest),
    }
}

fn nothing_left(rest: &Map<String, Value>) -> Result<(), Fault> {
    if rest.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = rest.keys().map(|name| format!("`{name}`")).collect();
    Err(refused(format!("the operation has no parameter {}", names.join(", "))))
}

/// Swagger 2.0: one parameter is the body.
fn old(document: &Document, operation: &Operation<'_>, rest: &Map<String, Value>) -> Result<Option<Body>, Fault> {
    let Some(declared) = operation.declared.iter().find(|declared| declared.place == Place::Body) else {
        nothing_left(rest)?;
        return Ok(None);
    };
    let name = if rest.contains_key(declared.name) { declared.name } else { WHOLE };
    let mut others = rest.clone();
    let Some(value) = others.remove(name).filter(|value| !value.is_null()) else {
        nothing_left(&others)?;
        return none(declared.required, declared.name);
    };
    nothing_left(&others)?;
    let kind = preferred(kinds(document, operation).unwrap_or_else(|| vec![JSON]));
    write(kind, &value).map(Some)
}

fn kinds<'d>(document: &'d Document, operation: &Operation<'d>) -> Option<Vec<&'d str>> {
    let own = operation.own("consumes").and_then(Value::as_array);
    let kinds = own.or_else(|| document.texts("consumes"))?;
    Some(kinds.iter().filter_map(Value::as_str).collect())
}

fn fields(document: &Document, operation: &Operation<'_>, form: &[Field]) -> Result<Body, Fault> {
    let kinds: Vec<String> = kinds(document, operation).unwrap_or_else(|| vec![FORM]).into_iter().map(bare).collect();
    if kinds.iter().any(|kind| kind == FORM) {
        let pairs = form.iter().map(|field| field.style.pairs(&field.name, &field.value));
        let pairs = pairs.collect::<Result<Vec<Vec<String>>, Fault>>()?.concat();
        return Ok(Body { bytes: pairs.join("&").into_bytes(), kind: HeaderValue::from_static(FORM) });
    }
    if !kinds.iter().any(|kind| kind == MULTIPART) {
        return Err(unsupported());
    }
    let mut parts = Vec::new();
    for field in form {
        let texts = field.style.fields(&field.name, &field.value)?;
        parts.extend(texts.into_iter().map(|text| Part { name: field.name.clone(), text, is_json: false }));
    }
    multipart(&parts)
}

fn multipart(parts: &[Part]) -> Result<Body, Fault> {
    let (bytes, kind) = multipart::write(parts);
    Ok(Body { bytes, kind: HeaderValue::from_str(&kind).map_err(|_| unsupported())? })
}

/// OpenAPI 3: what is left are the members of the body, or `body` is all of it.
fn new(document: &Document, operation: &Operation<'_>, rest: &Map<String, Value>) -> Result<Option<Body>, Fault> {
    let Some(described) = operation.own("requestBody") else {
        nothing_left(rest)?;
        return Ok(None);
    };
    let described = document.follow(described)?;
    let content =
        described.get("content").and_then(Value::as_object).ok_or_else(|| broken("a body has no `content`"))?;
    let kind = preferred(content.keys().map(String::as_str).collect());
    if rest.is_empty() {
        return none(described.get("required") == Some(&Value::Bool(true)), WHOLE);
    }
    let schema = content.get(kind).and_then(|media| media.get("schema"));
    let schema = schema.map(|schema| document.follow(schema)).transpose()?;
    let is_a_member =
        schema.and_then(|schema| schema.get("properties")).is_some_and(|known| known.get(WHOLE).is_some());
    match rest.get(WHOLE) {
        Some(value) if !is_a_member && rest.len() == 1 => write(kind, value).map(Some),
        Some(_) if !is_a_member => {
            Err(refused("`parameters` gives `body` and members of the body: one of them is enough"))
        }
        _ => write(kind, &Value::Object(rest.clone())).map(Some),
    }
}

fn none(required: bool, name: &str) -> Result<Option<Body>, Fault> {
    if required {
        return Err(refused(format!("`parameters` lacks what the operation needs: `{name}`")));
    }
    Ok(None)
}

/// JSON before a form before texts; else the first.
fn preferred(kinds: Vec<&str>) -> &str {
    let rank = |kind: &str| {
        let bare = bare(kind);
        match bare.as_str() {
            JSON => 0,
            "*/*" | "application/*" => 1,
            _ if bare.ends_with("+json") => 2,
            FORM => 3,
            MULTIPART => 4,
            _ if bare.starts_with("text/") => 5,
            _ => 6,
        }
    };
    kinds.into_iter().min_by_key(|kind| rank(kind)).unwrap_or(JSON)
}

fn bare(kind: &str) -> String {
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn unsupported() -> Fault {
    let told = "the operation takes a kind of body that is not sent: JSON, forms, texts and `multipart/form-data` are";
    Fault::permanent(FaultKind::Configuration, told)
}

fn write(kind: &str, value: &Value) -> Result<Body, Fault> {
    let bare = bare(kind);
    let is_json = bare == JSON || bare.ends_with("+json") || bare.contains('*');
    let bytes = match value {
        value if is_json => value.to_string().into_bytes(),
        Value::Object(members) if bare == FORM => form(members),
        Value::Object(members) if bare == MULTIPART => return multipart(&parts(members)),
        _ if bare.starts_with("multipart/") => return Err(unsupported()),
        Value::String(text) => text.clone().into_bytes(),
        _ => return Err(refused(format!("the body is sent as {bare} and must be a text"))),
    };
    let kind = if bare.contains('*') { JSON } else { kind };
    Ok(Body { bytes, kind: HeaderValue::from_str(kind).map_err(|_| unsupported())? })
}

/// A list stands for several fields of one name; a mapping is written as JSON.
fn parts(members: &Map<String, Value>) -> Vec<Part> {
    let mut parts = Vec::new();
    for (name, value) in members {
        let values = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
        for value in values.iter().filter(|value| !value.is_null()) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            parts.push(Part { name: name.clone(), text, is_json: value.is_object() || value.is_array() });
        }
    }
    parts
}

fn form(members: &Map<String, Value>) -> Vec<u8> {
    let pairs = parts(members).into_iter();
    let pairs = pairs.map(|part| format!("{}={}", encoded(&part.name, false), encoded(&part.text, false)));
    pairs.collect::<Vec<String>>().join("&").into_bytes()
}
