//! Reading the members of mappings: what is known, what is needed, and of which type it is.

use peygir_source::{Entry, Node, Span, Value};

use super::{Reader, message};
use message::{Wanted, wrong_type};

/// The members that a mapping may have.
pub(super) struct Known<'a> {
    /// How messages call the mapping.
    pub what: &'a str,
    pub names: &'a [&'a str],
}

impl<'n> Reader<'n> {
    /// The members of a mapping, after refusing those that are not known.
    pub(super) fn members(&mut self, node: &'n Node, known: &Known<'_>) -> Option<&'n [Entry]> {
        let entries = self.entries(node, known.what)?;
        for entry in entries {
            if !known.names.contains(&entry.key.as_str()) {
                self.push(message::unknown_property(entry.key_span, &entry.key, known.what, known.names));
            }
        }
        Some(entries)
    }

    pub(super) fn entries(&mut self, node: &'n Node, what: &str) -> Option<&'n [Entry]> {
        let entries = node.entries();
        if entries.is_none() {
            self.push(wrong_type(node, what, message::MAPPING));
        }
        entries
    }

    pub(super) fn items(&mut self, node: &'n Node, what: &str) -> Option<&'n [Node]> {
        let items = node.items();
        if items.is_none() {
            self.push(wrong_type(node, what, message::LIST));
        }
        items
    }

    /// A member that must be there; `place` is pointed at where it is not.
    pub(super) fn needed(&mut self, node: &'n Node, name: &str, what: &str, place: Span) -> Option<&'n Node> {
        let found = node.get(name);
        if found.is_none() {
            self.push(message::missing(place, name, what));
        }
        found
    }

    pub(super) fn text(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        let text = node.as_str();
        if text.is_none() {
            self.push(wrong_type(node, what, message::TEXT));
        }
        text
    }

    pub(super) fn optional_text(&mut self, parent: &'n Node, name: &str, what: &str) -> Option<&'n str> {
        let node = parent.get(name)?;
        self.text(node, &format!("{what}.{name}"))
    }

    pub(super) fn flag(&mut self, node: &'n Node, what: &str) -> Option<bool> {
        match node.value {
            Value::Bool(flag) => Some(flag),
            _ => self.wrong(node, what, message::FLAG),
        }
    }

    pub(super) fn count(&mut self, node: &'n Node, what: &str) -> Option<u32> {
        let number = match &node.value {
            Value::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
            _ => None,
        };
        match number {
            Some(number) => Some(number),
            None => self.wrong(node, what, message::COUNT),
        }
    }

    pub(super) fn wrong<T>(&mut self, node: &'n Node, what: &str, wanted: Wanted) -> Option<T> {
        self.push(wrong_type(node, what, wanted));
        None
    }

    /// One word of several.
    pub(super) fn choice(&mut self, node: &'n Node, what: &str, words: &[&str]) -> Option<&'n str> {
        let text = self.text(node, what)?;
        if !words.contains(&text) {
            self.push(message::not_one_of(node.span, what, text, words));
            return None;
        }
        Some(text)
    }

    /// The one member that says which of several a mapping is.
    pub(super) fn one_of(&mut self, node: &'n Node, what: &str, choices: &[&str]) -> Option<&'n Entry> {
        let entries = self.entries(node, what)?;
        let mut chosen = entries.iter().filter(|entry| choices.contains(&entry.key.as_str()));
        match (chosen.next(), chosen.next()) {
            (Some(entry), None) => Some(entry),
            _ => {
                self.push(message::one_of(node.span, what, choices));
                None
            }
        }
    }

    /// The one member of a mapping of one: a named entry of a list.
    pub(super) fn named(&mut self, item: &'n Node, what: &str) -> Option<&'n Entry> {
        match item.entries() {
            Some([entry]) => Some(entry),
            Some(_) => {
                self.push(message::several_keys(item.span, what));
                None
            }
            None => self.wrong(item, what, message::MAPPING),
        }
    }
}
