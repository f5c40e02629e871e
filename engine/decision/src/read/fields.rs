//! Reading plain members of a mapping, and what all readers here share.

use peygir_calendar::{Jalali, Name};
use peygir_source::{Diagnostic, Diagnostics, Entry, Node, Value};

use crate::{complaint, window::Window};

pub(crate) const NAME_FORM: (&str, &str) = (
    "small letters, digits and hyphens, beginning with a letter: route-agency",
    "حرف کوچک لاتین، رقم و خط تیره، با حرف در آغاز: route-agency",
);
pub(crate) const IDENTIFIER_FORM: (&str, &str) =
    ("a letter, then letters, digits and underscores: workingDays", "یک حرف لاتین و سپس حرف، رقم و زیرخط: workingDays");

/// Gathers findings while the reading goes on.
#[derive(Default)]
pub(crate) struct Reader {
    pub findings: Diagnostics,
}

impl Reader {
    pub fn push(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// The entries of a mapping whose members must be among `known`; what is no mapping is told and has none.
    pub fn members<'a>(&mut self, node: &'a Node, what: &str, known: &[&str]) -> &'a [Entry] {
        let entries = self.mapping(node, what);
        for entry in entries {
            if !known.contains(&entry.key.as_str()) {
                self.push(complaint::unknown_member(entry.key_span, &entry.key, known.iter().copied()));
            }
        }
        entries
    }

    pub fn mapping<'a>(&mut self, node: &'a Node, what: &str) -> &'a [Entry] {
        node.entries().unwrap_or_else(|| {
            self.push(complaint::shape(node.span, what, "a mapping of names and values", "نگاشتی از نام و مقدار"));
            &[]
        })
    }

    /// The items of the list `name` in `node`; none where it is left out.
    pub fn list<'a>(&mut self, node: &'a Node, name: &str, max: usize) -> &'a [Node] {
        let Some(list) = node.get(name) else {
            return &[];
        };
        let Some(items) = list.items() else {
            self.push(complaint::shape(list.span, name, "a list", "فهرست"));
            return &[];
        };
        if items.len() > max {
            self.push(complaint::too_many(list.span, name, max));
            return &items[..max];
        }
        items
    }

    pub fn text(&mut self, node: &Node, name: &str) -> Option<String> {
        let value = node.get(name)?;
        match &value.value {
            Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
            _ => {
                self.push(complaint::shape(value.span, name, "a text", "متن"));
                None
            }
        }
    }

    pub fn required_text(&mut self, node: &Node, name: &str) -> Option<String> {
        if node.get(name).is_none() {
            self.push(complaint::missing(node.span, name));
        }
        self.text(node, name)
    }

    /// A name that people read: one text for both languages, or `{ fa: …, en: … }`.
    pub fn name(&mut self, node: &Node, key: &str) -> Option<Name> {
        let value = node.get(key)?;
        if value.as_str().is_some() {
            let text = self.text(node, key)?;
            return Some(Name { fa: text.clone(), en: text });
        }
        self.members(value, key, &["fa", "en"]);
        value.entries()?;
        let (fa, en) = (self.required_text(value, "fa"), self.required_text(value, "en"));
        Some(Name { fa: fa?, en: en? })
    }

    /// `effective: { from: 1405/09/01, until: 1405/12/29 }`, where it is written; either end may be left out.
    pub fn window(&mut self, node: &Node) -> Option<Window> {
        let window = node.get("effective")?;
        let entries = self.members(window, "effective", &["from", "until"]);
        if window.entries().is_some() && entries.is_empty() {
            self.push(complaint::empty_window(window.span));
            return None;
        }
        let (from, until) = (self.day(window, "from"), self.day(window, "until"));
        let read = Window { from: from?, until: until? };
        if read.is_empty() {
            self.push(complaint::backward_window(window.span, &read));
            return None;
        }
        Some(read)
    }

    /// A day that may be left out. `None` where one is written and can't be read.
    #[expect(clippy::option_option, reason = "a day left out and a day that can't be read are told apart")]
    pub fn day(&mut self, node: &Node, key: &str) -> Option<Option<Jalali>> {
        let Some(value) = node.get(key) else { return Some(None) };
        let Some(text) = value.as_str() else {
            self.push(complaint::shape(value.span, key, "a day: 1405/09/01", "روزی به شکل 1405/09/01"));
            return None;
        };
        match text.parse() {
            Ok(day) => Some(Some(day)),
            Err(error) => {
                self.push(complaint::bad_day(value.span, &error));
                None
            }
        }
    }

    /// A flag, false where it is left out.
    pub fn flag(&mut self, node: &Node, name: &str) -> bool {
        match node.get(name).map(|value| (&value.value, value.span)) {
            None => false,
            Some((Value::Bool(flag), _)) => *flag,
            Some((_, span)) => {
                self.push(complaint::shape(span, name, "true or false", "true یا false"));
                false
            }
        }
    }
}

/// Names of tables and rules, which stand in addresses and journals.
pub(crate) fn is_slug(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !text.ends_with('-')
}

/// Names of inputs and outputs, which stand in expressions and in the data of flows.
pub(crate) fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
