//! Events: `listen`, `schedule.on`, and the attributes of what is emitted.

use peygir_source::{Node, Value};

use super::data::Place;
use super::fields::Known;
use super::{Reader, message, optional};
use crate::expr::{self, Template};
use crate::model::{Consumption, Correlation, Filter, Foreach, Listen, Read, Until};

impl<'n> Reader<'n> {
    pub(super) fn listen(&mut self, node: &'n Node, task: &'n Node) -> Option<Listen> {
        self.members(node, &Known { what: "listen", names: &["to", "read"] })?;
        let read = node.get("read").map_or(Some(Read::Data), |read| self.read_as(read, "listen.read"));
        let foreach = task.get("foreach").map(|foreach| self.foreach(foreach));
        let to = self.needed(node, "to", "listen", node.span)?;
        let to = self.consumption(to, "listen.to", Place::Task)?;
        Some(Listen { to, read: read?, foreach: optional(foreach)? })
    }

    fn foreach(&mut self, node: &'n Node) -> Option<Foreach> {
        self.members(node, &Known { what: "foreach", names: &["item", "at", "do", "output", "export"] })?;
        let (item, at) = self.item_and_index(node, ("item", "foreach.item"), ("at", "foreach.at"))?;
        self.with_bound(&[&item, &at], |reader| {
            let tasks = node.get("do").map(|tasks| reader.tasks(tasks, "foreach.do"));
            let output = node.get("output").and_then(|output| reader.output(output, Place::Task));
            let export = node.get("export").and_then(|export| reader.export(export));
            Some(Foreach { item: item.clone(), at: at.clone(), tasks: optional(tasks)?, output, export })
        })
    }

    pub(super) fn read_as(&mut self, node: &'n Node, what: &str) -> Option<Read> {
        match self.text(node, what)? {
            "data" => Some(Read::Data),
            "envelope" => Some(Read::Envelope),
            "raw" => Some(Read::Raw),
            other => {
                let wanted = ("`data`, `envelope` or `raw`", "`data`، `envelope` یا `raw`");
                self.push(message::bad_value(node.span, what, other, wanted));
                None
            }
        }
    }

    /// `one`, `all` or `any`; `until` stands beside `any` alone.
    pub(super) fn consumption(&mut self, node: &'n Node, what: &str, place: Place) -> Option<Consumption> {
        let entries = self.members(node, &Known { what, names: &["one", "all", "any", "until"] })?;
        let choices = ["one", "all", "any"];
        let chosen: Vec<_> = entries.iter().filter(|entry| choices.contains(&entry.key.as_str())).collect();
        let [chosen] = chosen.as_slice() else {
            self.push(message::one_of(node.span, what, &choices));
            return None;
        };
        if let Some(until) = node.entry("until")
            && chosen.key != "any"
        {
            self.push(message::unknown_property(until.key_span, "until", &format!("{what}.{}", chosen.key), &["any"]));
        }
        match chosen.key.as_str() {
            "one" => self.filter(&chosen.node, place).map(Consumption::One),
            "all" => {
                let filters = self.filters(&chosen.node, &format!("{what}.all"), place)?;
                if filters.is_empty() {
                    self.push(message::empty_list(chosen.node.span, &format!("{what}.all")));
                    return None;
                }
                Some(Consumption::All(filters))
            }
            _ => {
                let filters = self.filters(&chosen.node, &format!("{what}.any"), place);
                let until = match node.get("until") {
                    Some(until) => Some(self.until(until, what, place)?),
                    None => None,
                };
                Some(Consumption::Any { filters: filters?, until })
            }
        }
    }

    fn until(&mut self, node: &'n Node, what: &str, place: Place) -> Option<Until> {
        let what = format!("{what}.until");
        if let Value::String(_) = node.value {
            return self.expression(node, &what, place).map(Until::Condition);
        }
        if let Some(until) = node.entry("until") {
            // The language allows one level of it.
            self.push(message::unknown_property(until.key_span, "until", &what, &["one", "all", "any"]));
            return None;
        }
        self.consumption(node, &what, place).map(|events| Until::Events(Box::new(events)))
    }

    fn filters(&mut self, node: &'n Node, what: &str, place: Place) -> Option<Vec<Filter>> {
        let read: Vec<_> = self.items(node, what)?.iter().map(|item| self.filter(item, place)).collect();
        read.into_iter().collect()
    }

    fn filter(&mut self, node: &'n Node, place: Place) -> Option<Filter> {
        self.members(node, &Known { what: "event filter", names: &["with", "correlate"] })?;
        let correlate = node.get("correlate").map_or(Some(Vec::new()), |node| self.correlations(node, place));
        let with = self.needed(node, "with", "event filter", node.span)?;
        let entries = self.attributes(with, "with")?;
        if entries.is_empty() {
            self.push(message::empty_list(with.span, "with"));
        }
        let read: Vec<_> =
            entries.iter().map(|entry| Some((entry.key.clone(), self.attribute(entry, place)?))).collect();
        Some(Filter { with: read.into_iter().collect::<Option<_>>()?, correlate: correlate? })
    }

    fn correlations(&mut self, node: &'n Node, place: Place) -> Option<Vec<Correlation>> {
        let mut read = Vec::new();
        for entry in self.entries(node, "correlate")? {
            read.push(self.correlation(&entry.key, &entry.node, place));
        }
        read.into_iter().collect()
    }

    fn correlation(&mut self, name: &str, node: &'n Node, place: Place) -> Option<Correlation> {
        let what = format!("correlate.{name}");
        self.members(node, &Known { what: &what, names: &["from", "expect"] })?;
        let expect = match node.get("expect") {
            Some(expect) => {
                self.text(expect, "expect")?;
                Some(self.template(expect, place)?)
            }
            None => None,
        };
        let from = self.needed(node, "from", &what, node.span)?;
        let from = self.expression(from, "correlate.from", place)?;
        Some(Correlation { name: name.to_owned(), from, expect })
    }

    /// The value of an attribute. Those of the standard are texts; `source` and `dataschema` are URIs.
    pub(super) fn attribute(&mut self, entry: &'n peygir_source::Entry, place: Place) -> Option<Template> {
        let what = format!("with.{}", entry.key);
        match entry.key.as_str() {
            "source" | "dataschema" => self.uri(&entry.node, &what, place),
            "time" => self.time(&entry.node, &what, place),
            "id" | "type" | "subject" | "datacontenttype" => {
                self.text(&entry.node, &what)?;
                self.template(&entry.node, place)
            }
            _ => self.template(&entry.node, place),
        }
    }

    /// An instant, or wholly an expression.
    fn time(&mut self, node: &'n Node, what: &str, place: Place) -> Option<Template> {
        let text = self.text(node, what)?;
        let computed = matches!(expr::whole(text), Ok(Some(_)) | Err(_));
        if !computed && !is_instant(text) {
            let wanted = (
                "an instant such as `2026-08-01T12:00:00Z`, or one expression in `${ }`",
                "لحظه‌ای مانند `2026-08-01T12:00:00Z`، یا یک عبارت در `${ }`",
            );
            self.push(message::bad_value(node.span, what, text, wanted));
            return None;
        }
        self.template(node, place)
    }

    /// Names of CloudEvents attributes are lower-case letters and digits.
    pub(super) fn attributes(&mut self, node: &'n Node, what: &str) -> Option<&'n [peygir_source::Entry]> {
        let entries = self.entries(node, what)?;
        for entry in entries {
            let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            if entry.key.is_empty() || !entry.key.bytes().all(allowed) {
                let wanted = (
                    "lower-case letters and digits, as names of CloudEvents attributes are",
                    "حرف کوچک لاتین و رقم، مانند نام ویژگی‌های CloudEvents",
                );
                self.push(message::bad_value(entry.key_span, what, &entry.key, wanted));
            }
        }
        Some(entries)
    }
}

/// An instant of RFC 3339, of which more forms are read elsewhere than the schema of the language knows.
fn is_instant(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.get(10) == Some(&b'T')
        && bytes.get(16) == Some(&b':')
        && !text.contains('[')
        && text.parse::<jiff::Timestamp>().is_ok()
}
