//! An operation of a document, found by its id, and what it declares.

use peygir_connector::{Fault, FaultKind};
use reqwest::Method;
use serde_json::Value;

use super::document::{Document, Form, broken};
use super::style::Style;

/// Most paths of a document that are looked through.
const PATHS_MAX: usize = 10_000;
/// Most parameters of one operation.
const PARAMETERS_MAX: usize = 500;
const METHODS: [(&str, Method); 7] = [
    ("get", Method::GET),
    ("put", Method::PUT),
    ("post", Method::POST),
    ("delete", Method::DELETE),
    ("options", Method::OPTIONS),
    ("head", Method::HEAD),
    ("patch", Method::PATCH),
];

pub(super) struct Operation<'d> {
    pub(super) method: Method,
    /// With `{name}` for parameters.
    pub(super) path: &'d str,
    pub(super) declared: Vec<Declared<'d>>,
    document: &'d Document,
    item: &'d Value,
    own: &'d Value,
}

/// A parameter as the document declares it.
pub(super) struct Declared<'d> {
    pub(super) name: &'d str,
    pub(super) place: Place,
    pub(super) required: bool,
    pub(super) style: Style,
    /// Written as one JSON text: OpenAPI 3's `content`.
    pub(super) as_json: bool,
    pub(super) is_file: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Query,
    Header,
    Cookie,
    /// Swagger 2.0: a field of a form.
    Form,
    /// Swagger 2.0: the whole body.
    Body,
}

impl<'d> Operation<'d> {
    pub(super) fn find(document: &'d Document, id: &str) -> Result<Self, Fault> {
        let paths = document.root.get("paths").and_then(Value::as_object);
        let paths = paths.ok_or_else(|| broken("it has no `paths`"))?;
        if paths.len() > PATHS_MAX {
            return Err(broken(format!("it has more than {PATHS_MAX} paths")));
        }
        let mut found: Option<(Method, &'d str, &'d Value, &'d Value)> = None;
        for (path, item) in paths {
            let item = document.follow(item)?;
            for (name, method) in METHODS {
                let own = item.get(name).filter(|own| own.get("operationId").and_then(Value::as_str) == Some(id));
                match (own, &found) {
                    (Some(_), Some(_)) => return Err(broken(format!("it has several operations `{id}`"))),
                    (Some(own), None) => found = Some((method, path, item, own)),
                    (None, _) => {}
                }
            }
        }
        let Some((method, path, item, own)) = found else {
            let told = format!("the API document has no operation `{id}`");
            return Err(Fault::permanent(FaultKind::Configuration, told));
        };
        let declared = declared(document, item, own)?;
        Ok(Self { method, path, declared, document, item, own })
    }

    /// A member of the operation, or of its path where the operation has none.
    pub(super) fn inherited(&self, name: &str) -> Option<&'d Value> {
        self.own.get(name).or_else(|| self.item.get(name))
    }

    pub(super) fn own(&self, name: &str) -> Option<&'d Value> {
        self.own.get(name)
    }

    /// Whether JSON is among what it answers where all goes well.
    pub(super) fn answers_json(&self) -> bool {
        match self.document.form {
            Form::Swagger2 => {
                let produced = self.own.get("produces").and_then(Value::as_array);
                let produced = produced.or_else(|| self.document.texts("produces"));
                produced.is_some_and(|kinds| kinds.iter().any(|kind| kind == "application/json"))
            }
            Form::OpenApi3 => {
                let responses = self.own.get("responses").and_then(Value::as_object).into_iter().flatten();
                let fine = responses.filter(|(status, _)| status.starts_with('2') || *status == "default");
                let mut contents = fine.filter_map(|(_, answer)| self.document.follow(answer).ok()?.get("content"));
                contents.any(|content| content.get("application/json").is_some())
            }
        }
    }
}

/// Those of the operation; those of its path where the operation does not declare them anew.
fn declared<'d>(document: &'d Document, item: &'d Value, own: &'d Value) -> Result<Vec<Declared<'d>>, Fault> {
    let list = |of: &'d Value| of.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let mut found: Vec<Declared<'d>> = Vec::new();
    for value in list(own).chain(list(item)) {
        let one = Declared::read(document, document.follow(value)?)?;
        if !found.iter().any(|known| known.name == one.name && known.place == one.place) {
            found.push(one);
        }
        if found.len() > PARAMETERS_MAX {
            return Err(broken(format!("an operation has more than {PARAMETERS_MAX} parameters")));
        }
    }
    Ok(found)
}

impl<'d> Declared<'d> {
    fn read(document: &'d Document, value: &'d Value) -> Result<Self, Fault> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let name = text("name").ok_or_else(|| broken("a parameter has no name"))?;
        let is_old = document.form == Form::Swagger2;
        let place = match text("in") {
            Some("path") => Place::Path,
            Some("query") => Place::Query,
            Some("header") => Place::Header,
            Some("cookie") if !is_old => Place::Cookie,
            Some("formData") if is_old => Place::Form,
            Some("body") if is_old => Place::Body,
            _ => return Err(broken(format!("the parameter `{name}` stands in no place that is known"))),
        };
        let style = if is_old { Style::of_swagger(text("collectionFormat")) } else { Style::of_openapi(place, value) };
        Ok(Self {
            name,
            place,
            required: place == Place::Path || value.get("required") == Some(&Value::Bool(true)),
            style: style.ok_or_else(|| broken(format!("the parameter `{name}` is written in no way that is known")))?,
            as_json: !is_old && value.get("content").is_some(),
            is_file: is_old && text("type") == Some("file"),
        })
    }
}
