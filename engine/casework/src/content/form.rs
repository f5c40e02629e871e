//! Forms: what a task asks a person, and the check of what they answered.

use std::collections::BTreeMap;

use peygir_source::{Diagnostics, Node};
use serde_json::{Map, Value};

use super::read::Reader;
use crate::content::Directory;

/// Most fields of a form.
pub const FIELDS_MAX: usize = 60;
/// Most options of a choice that stand in the form itself.
pub const OPTIONS_MAX: usize = 200;
/// Longest text, in characters, unless the field says less.
pub const TEXT_CHARS_MAX: i64 = 10_000;
/// Longest single line, in characters, unless the field says less.
pub const LINE_CHARS_MAX: i64 = 200;
/// A rating goes from 1 to this.
pub const RATING_MAX: i64 = 5;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pub id: String,
    pub title_fa: String,
    pub title_en: String,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub kind: FieldKind,
    pub label_fa: String,
    pub label_en: String,
    pub required: bool,
    /// Least length (texts) or value (numbers).
    pub min: Option<i64>,
    /// Greatest length (texts, in characters) or value (numbers).
    pub max: Option<i64>,
    /// The answer is no personal data and is kept in clear; only texts and lines are sealed otherwise.
    pub clear: bool,
    /// The options come from the deployment's directory.
    pub options_from: Option<OptionsFrom>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// Several lines.
    Text,
    Line,
    Choice(Vec<Choice>),
    Boolean,
    Integer,
    /// 1 to 5.
    Rating,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub fa: String,
    pub en: String,
}

/// The list of the directory that a choice offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionsFrom {
    Topics,
    Agencies,
    Counties,
}

impl Form {
    /// Reads a form. `Err` holds at least one error.
    pub fn read(root: &Node) -> Result<(Self, Diagnostics), Diagnostics> {
        let mut reader = Reader::default();
        let form = read_form(&mut reader, root);
        reader.finish(form)
    }

    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Fills in the options that come from the directory.
    pub fn resolve(&mut self, directory: &Directory) {
        for field in &mut self.fields {
            if let Some(from) = field.options_from {
                field.kind = FieldKind::Choice(directory.options(from));
            }
        }
    }

    /// Checks an answer and gives it in its stored form: members in the order of the form, texts normalised, members
    /// that are empty left out. Otherwise every field that is wrong with its code: `required`, `unknown-field`,
    /// `not-an-option`, `too-long`, `too-short`, `out-of-range`, `wrong-type`.
    pub fn check(&self, answer: &Value) -> Result<Value, Vec<(String, &'static str)>> {
        let Some(members) = answer.as_object() else {
            return Err(vec![(String::new(), "wrong-type")]);
        };
        let mut checked = Map::new();
        let mut problems: Vec<(String, &'static str)> = members
            .keys()
            .filter(|name| self.field(name).is_none())
            .map(|name| (name.clone(), "unknown-field"))
            .collect();
        for field in &self.fields {
            match field.check(members.get(&field.name).unwrap_or(&Value::Null)) {
                Ok(Some(value)) => {
                    checked.insert(field.name.clone(), value);
                }
                Ok(None) => {}
                Err(code) => problems.push((field.name.clone(), code)),
            }
        }
        if problems.is_empty() { Ok(Value::Object(checked)) } else { Err(problems) }
    }
}

impl Field {
    /// Whether answers must be sealed with the person's key.
    pub fn is_personal(&self) -> bool {
        !self.clear && matches!(self.kind, FieldKind::Text | FieldKind::Line)
    }

    fn check(&self, value: &Value) -> Result<Option<Value>, &'static str> {
        if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
            return if self.required { Err("required") } else { Ok(None) };
        }
        let checked = match &self.kind {
            FieldKind::Text | FieldKind::Line => self.check_text(value)?,
            FieldKind::Choice(options) => {
                let given = value.as_str().ok_or("wrong-type")?;
                let known = options.iter().any(|option| option.value == given);
                if known { value.clone() } else { return Err("not-an-option") }
            }
            FieldKind::Boolean => value.as_bool().ok_or("wrong-type")?.into(),
            FieldKind::Integer | FieldKind::Rating => self.check_number(value)?,
        };
        Ok(Some(checked))
    }

    fn check_text(&self, value: &Value) -> Result<Value, &'static str> {
        let text = crate::text::stored_form(value.as_str().ok_or("wrong-type")?);
        if matches!(self.kind, FieldKind::Line) && text.contains(['\n', '\r']) {
            return Err("wrong-type");
        }
        let ceiling = if matches!(self.kind, FieldKind::Line) { LINE_CHARS_MAX } else { TEXT_CHARS_MAX };
        let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        if length > self.max.unwrap_or(ceiling).min(ceiling) {
            return Err("too-long");
        }
        if length < self.min.unwrap_or(0) {
            return Err("too-short");
        }
        Ok(text.into())
    }

    fn check_number(&self, value: &Value) -> Result<Value, &'static str> {
        let number = value.as_i64().ok_or("wrong-type")?;
        let (floor, ceiling) = match self.kind {
            FieldKind::Rating => (1, RATING_MAX),
            _ => (self.min.unwrap_or(i64::MIN), self.max.unwrap_or(i64::MAX)),
        };
        if (floor..=ceiling).contains(&number) { Ok(number.into()) } else { Err("out-of-range") }
    }
}

fn read_form(reader: &mut Reader, root: &Node) -> Option<Form> {
    if !reader.mapping(root, &["kind", "id", "title", "fields"]) {
        return None;
    }
    reader.kind(root, "form");
    let id = reader.id(root, "id");
    let title = reader.bilingual(root, "title");
    let nodes = reader.items(root, "fields");
    if nodes.len() > FIELDS_MAX {
        let (count, span) = (nodes.len(), nodes[FIELDS_MAX].span);
        reader.error(
            "PG-P010",
            span,
            format!("a form has at most {FIELDS_MAX} fields, this one has {count}"),
            format!("فرم بیش از {FIELDS_MAX} فیلد نمی‌پذیرد و این یکی {count} فیلد دارد"),
        );
    }
    let mut seen = BTreeMap::new();
    let fields: Vec<Field> = nodes
        .iter()
        .take(FIELDS_MAX)
        .filter_map(|node| {
            let field = read_field(reader, node)?;
            reader.once(&mut seen, &field.name, node.span);
            Some(field)
        })
        .collect();
    let title = title?;
    Some(Form { id: id?, title_fa: title.fa, title_en: title.en, fields })
}

fn read_field(reader: &mut Reader, node: &Node) -> Option<Field> {
    if !reader.mapping(node, &["name", "kind", "label", "required", "min", "max", "clear", "options"]) {
        return None;
    }
    let name = read_name(reader, node);
    let label = reader.bilingual(node, "label");
    let kind = read_kind(reader, node);
    let required = reader.flag(node, "required");
    let clear = reader.flag(node, "clear");
    let (min, max) = (reader.integer(node, "min"), reader.integer(node, "max"));
    if let (Some(least), Some(most)) = (min, max)
        && least > most
    {
        reader.error(
            "PG-P011",
            node.span,
            format!("min {least} is greater than max {most}"),
            format!("کمینه {least} از بیشینه {most} بزرگ‌تر است"),
        );
    }
    let (label, (kind, options_from)) = (label?, kind?);
    Some(Field { name: name?, kind, label_fa: label.fa, label_en: label.en, required, min, max, clear, options_from })
}

/// Names of fields become members of an answer, which flows read as `.verdict`: a letter, then letters and digits.
fn read_name(reader: &mut Reader, node: &Node) -> Option<String> {
    let value = reader.required(node, "name")?;
    let name = reader.as_text(value)?;
    let plain = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|character| character.is_ascii_alphanumeric());
    if plain {
        return Some(name);
    }
    reader.error(
        "PG-P012",
        value.span,
        format!("\"{name}\" is no field name: a small Latin letter, then letters and digits"),
        format!("«{name}» نام فیلد نیست: با حرف کوچک لاتین آغاز شود و تنها حرف و رقم داشته باشد"),
    );
    None
}

fn read_kind(reader: &mut Reader, node: &Node) -> Option<(FieldKind, Option<OptionsFrom>)> {
    let value = reader.required(node, "kind")?;
    let kind = match reader.as_text(value)?.as_str() {
        "text" => FieldKind::Text,
        "line" => FieldKind::Line,
        "boolean" => FieldKind::Boolean,
        "integer" => FieldKind::Integer,
        "rating" => FieldKind::Rating,
        "choice" => return read_options(reader, node),
        other => {
            reader.error(
                "PG-P013",
                value.span,
                format!("\"{other}\" is no kind of field: text, line, choice, boolean, integer or rating"),
                format!("«{other}» نوع فیلد نیست: text، line، choice، boolean، integer یا rating"),
            );
            return None;
        }
    };
    if let Some(entry) = node.entry("options") {
        reader.error("PG-P014", entry.key_span, "only a choice has options", "تنها فیلد choice گزینه دارد");
    }
    Some((kind, None))
}

fn read_options(reader: &mut Reader, node: &Node) -> Option<(FieldKind, Option<OptionsFrom>)> {
    let options = reader.required(node, "options")?;
    if let Some(from) = options.get("from") {
        reader.mapping(options, &["from"]);
        let source = match from.as_str() {
            Some("topics") => OptionsFrom::Topics,
            Some("agencies") => OptionsFrom::Agencies,
            Some("counties") => OptionsFrom::Counties,
            _ => {
                reader.wrong_type(from.span, "topics, agencies or counties", "topics یا agencies یا counties");
                return None;
            }
        };
        return Some((FieldKind::Choice(Vec::new()), Some(source)));
    }
    let items = options.items().unwrap_or_default();
    if items.is_empty() || items.len() > OPTIONS_MAX {
        reader.error(
            "PG-P014",
            options.span,
            format!("a choice has between 1 and {OPTIONS_MAX} options, as a list or {{ from: topics }}"),
            format!("فیلد choice باید ۱ تا {OPTIONS_MAX} گزینه داشته باشد: فهرست، یا {{ from: topics }}"),
        );
        return None;
    }
    let mut seen = BTreeMap::new();
    let choices = items.iter().filter_map(|item| read_choice(reader, item, &mut seen)).collect();
    Some((FieldKind::Choice(choices), None))
}

fn read_choice(reader: &mut Reader, node: &Node, seen: &mut BTreeMap<String, peygir_source::Span>) -> Option<Choice> {
    if !reader.mapping(node, &["value", "fa", "en"]) {
        return None;
    }
    let (value, fa, en) = (reader.id(node, "value"), reader.text(node, "fa"), reader.text(node, "en"));
    let value = value?;
    reader.once(seen, &value, node.span);
    Some(Choice { value, fa: fa?, en: en? })
}

#[cfg(test)]
mod tests;
