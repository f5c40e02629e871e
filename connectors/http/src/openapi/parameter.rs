//! What a flow gives by name, put where the document says.

use peygir_connector::Fault;
use serde_json::{Map, Value};

use super::document::broken;
use super::operation::{Declared, Operation, Place};
use super::style::Style;
use crate::endpoint::refused;

/// A field of a form, not yet written: that depends on the form.
pub(super) struct Field {
    pub(super) style: Style,
    pub(super) name: String,
    pub(super) value: Value,
}

/// The parts of a request, each ready for its place.
#[derive(Default)]
pub(super) struct Filled {
    pub(super) path: String,
    pub(super) query: Vec<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) cookies: Vec<String>,
    /// Fields of a form: none where the operation declares none.
    pub(super) form: Option<Vec<Field>>,
    /// What no declared parameter took: it belongs to the body, if there is one.
    pub(super) rest: Map<String, Value>,
}

pub(super) fn fill(operation: &Operation<'_>, given: &Map<String, Value>) -> Result<Filled, Fault> {
    let mut filled = Filled { path: operation.path.to_owned(), ..Filled::default() };
    let is_form = operation.declared.iter().any(|declared| declared.place == Place::Form);
    filled.form = is_form.then(Vec::new);
    let mut missing = Vec::new();
    for declared in operation.declared.iter().filter(|declared| declared.place != Place::Body) {
        match given.get(declared.name).filter(|value| !value.is_null()) {
            Some(value) => filled.put(declared, value)?,
            None if declared.required => missing.push(format!("`{}`", declared.name)),
            None => {}
        }
    }
    if !missing.is_empty() {
        return Err(refused(format!("`parameters` lacks what the operation needs: {}", missing.join(", "))));
    }
    if filled.path.contains(['{', '}', '?', '#']) {
        return Err(broken("a path holds a parameter that it does not declare"));
    }
    let taken = |name: &str| operation.declared.iter().any(|one| one.name == name && one.place != Place::Body);
    let rest = given.iter().filter(|(name, _)| !taken(name));
    filled.rest = rest.map(|(name, value)| (name.clone(), value.clone())).collect();
    Ok(filled)
}

impl Filled {
    fn put(&mut self, declared: &Declared<'_>, value: &Value) -> Result<(), Fault> {
        let name = declared.name;
        if declared.is_file {
            return Err(refused(format!("`parameters.{name}` is a file, and files are not sent")));
        }
        let as_json;
        let value = if declared.as_json {
            as_json = Value::String(value.to_string());
            &as_json
        } else {
            value
        };
        match declared.place {
            Place::Path => {
                let segment = declared.style.segment(name, value)?;
                self.path = self.path.replace(&format!("{{{name}}}"), &segment);
                if segment.is_empty() || leads_up(&self.path) {
                    return Err(refused(format!("`parameters.{name}` is no part of a path")));
                }
            }
            Place::Query => self.query.extend(declared.style.pairs(name, value)?),
            Place::Header => self.headers.push((name.to_owned(), declared.style.plain(name, value)?)),
            Place::Cookie => self.cookies.extend(declared.style.pairs(name, value)?),
            Place::Form => self.form.get_or_insert_default().push(Field {
                style: declared.style,
                name: name.to_owned(),
                value: value.clone(),
            }),
            Place::Body => {}
        }
        Ok(())
    }
}

/// Whether a part of the path means the path above it, or none: another operation than the one that was asked for.
fn leads_up(path: &str) -> bool {
    path.split('/').any(|part| part == "." || part == "..")
}
