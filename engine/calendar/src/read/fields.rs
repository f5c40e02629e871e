//! What every part of a calendar is read with: types, required and unknown keys, names in two languages.

use std::str::FromStr;

use peygir_source::{Diagnostic, Diagnostics, Entry, Help, Node, Span, Value};

use crate::sheet::{NamedPlace, Spanned};
use crate::{JalaliError, Name, Origin};

/// Similarity from which a key is offered in place of an unknown one; 1 is the same word.
const SIMILARITY_MIN: f64 = 0.7;

/// Collects what is found while the tree is read.
pub(super) struct Reader {
    /// Id of the calendar, for the origins of its rules.
    calendar: String,
    pub found: Diagnostics,
    /// Of `for`, wherever it stands.
    pub named_places: Vec<NamedPlace>,
}

impl Reader {
    pub fn new(root: &Node) -> Self {
        let id = root.get("id").and_then(Node::as_str).unwrap_or_default();
        Self { calendar: id.to_owned(), found: Diagnostics::default(), named_places: Vec::new() }
    }

    pub fn origin(&self, span: Span) -> Origin {
        Origin::Line { calendar: self.calendar.clone(), line: span.line }
    }

    pub fn error(&mut self, code: &'static str, span: Span, en: impl Into<String>, fa: impl Into<String>) {
        self.found.push(Diagnostic::error(code, span, en, fa));
    }

    pub fn error_with_help(&mut self, code: &'static str, span: Span, en: String, fa: String, help: Help) {
        self.found.push(Diagnostic::error(code, span, en, fa).helped(help));
    }

    /// The entries of a mapping; keys that are not `known` are told, with the nearest known one.
    pub fn mapping<'n>(&mut self, node: &'n Node, known: &[&str]) -> Option<&'n [Entry]> {
        let Some(entries) = node.entries() else {
            self.wrong_type(node, "a mapping", "یک نگاشت (کلید: مقدار)");
            return None;
        };
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            self.unknown_key(entry, known);
        }
        Some(entries)
    }

    fn unknown_key(&mut self, entry: &Entry, known: &[&str]) {
        let key = &entry.key;
        let nearest = known
            .iter()
            .map(|name| (strsim::jaro_winkler(key, name), name))
            .filter(|(similarity, _)| *similarity >= SIMILARITY_MIN)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let help = match nearest {
            Some((_, name)) => Help::did_you_mean(name, '"'),
            None => {
                Help::new(format!("known here: {}", known.join(", ")), format!("این‌جا شناخته‌ها: {}", known.join("، ")))
            }
        };
        self.error_with_help(
            "PG-C002",
            entry.key_span,
            format!("unknown key {key:?}"),
            format!("کلید «{key}» شناخته نیست"),
            help,
        );
    }

    pub fn required<'n>(&mut self, node: &'n Node, key: &str) -> Option<&'n Node> {
        let value = node.get(key);
        if value.is_none() {
            self.error(
                "PG-C003",
                node.span,
                format!("the key \"{key}\" is missing"),
                format!("کلید «{key}» نوشته نشده است"),
            );
        }
        value
    }

    pub fn items<'n>(&mut self, node: &'n Node) -> Option<&'n [Node]> {
        let items = node.items();
        if items.is_none() {
            self.wrong_type(node, "a list", "یک فهرست");
        }
        items
    }

    pub fn text<'n>(&mut self, node: &'n Node) -> Option<&'n str> {
        let text = node.as_str();
        if text.is_none() {
            self.wrong_type(node, "text; put it in quotes", "متن؛ آن را در گیومه بگذارید");
        }
        text
    }

    pub fn integer(&mut self, node: &Node) -> Option<i64> {
        let integer = match &node.value {
            Value::Number(number) => number.as_i64(),
            _ => None,
        };
        if integer.is_none() {
            self.wrong_type(node, "a whole number", "یک عدد درست");
        }
        integer
    }

    /// `{ fa: نوروز, en: Nowruz }`, or one text that stands for both languages.
    pub fn name(&mut self, node: &Node) -> Option<Name> {
        if let Some(text) = node.as_str() {
            return Some(Name { fa: text.to_owned(), en: text.to_owned() });
        }
        self.mapping(node, &["fa", "en"])?;
        let fa = self.required(node, "fa").and_then(|n| self.text(n).map(str::to_owned));
        let en = self.required(node, "en").and_then(|n| self.text(n).map(str::to_owned));
        Some(Name { fa: fa?, en: en? })
    }

    /// The required key `name`.
    pub fn name_of(&mut self, node: &Node) -> Option<Name> {
        let name = self.required(node, "name")?;
        self.name(name)
    }

    /// A date under a required key, and where it stood.
    pub fn date<T: FromStr<Err = JalaliError>>(&mut self, item: &Node, key: &str) -> Option<Spanned<T>> {
        let node = self.required(item, key)?;
        let text = self.text(node)?;
        match text.parse() {
            Ok(value) => Some(Spanned { value, span: node.span }),
            Err(error) => {
                self.bad_date(node.span, &error);
                None
            }
        }
    }

    pub fn bad_date(&mut self, span: Span, error: &JalaliError) {
        self.error("PG-C008", span, error.to_string(), error.message_fa());
    }

    pub fn twice(&mut self, span: Span) {
        self.error(
            "PG-C009",
            span,
            "this day or year is written twice in the same list",
            "این روز یا سال در همین فهرست دو بار نوشته شده است",
        );
    }

    /// Whether there are no more than allowed; tells it otherwise.
    pub fn limit(&mut self, span: Span, count: usize, most: usize, en: &str, fa: &str) -> bool {
        if count > most {
            self.error(
                "PG-C021",
                span,
                format!("there are {count} {en}; at most {most} are allowed"),
                format!("{count} {fa} نوشته شده است؛ حداکثر {most} پذیرفته می‌شود"),
            );
        }
        count <= most
    }

    pub fn wrong_type(&mut self, node: &Node, expected_en: &str, expected_fa: &str) {
        let (en, fa) = match &node.value {
            Value::Null => ("nothing", "هیچ"),
            Value::Bool(_) => ("true or false", "درست یا نادرست"),
            Value::Number(_) => ("a number", "یک عدد"),
            Value::String(_) => ("text", "متن"),
            Value::Sequence(_) => ("a list", "یک فهرست"),
            Value::Mapping(_) => ("a mapping", "یک نگاشت"),
        };
        self.error(
            "PG-C001",
            node.span,
            format!("found {en}, expected {expected_en}"),
            format!("{fa} نوشته شده است؛ اینجا باید {expected_fa} باشد"),
        );
    }
}
