//! Variables that a task binds for the tasks below it: a caught error, an item, an index.

use peygir_source::Node;

use super::{Reader, message};

/// Variables that stand for something else already.
const TAKEN: [&str; 8] = ["authorization", "context", "input", "output", "runtime", "secrets", "task", "workflow"];

impl<'n> Reader<'n> {
    /// The name of a variable, without `$`; `default` where none is written.
    pub(super) fn variable(&mut self, node: Option<&'n Node>, what: &str, default: &str) -> Option<String> {
        let Some(node) = node else {
            return Some(default.to_owned());
        };
        let name = self.text(node, what)?;
        let mut bytes = name.bytes();
        let begins = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
        if !begins || !bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            let wanted = (
                "a name of Latin letters, digits and underscores, without `$`",
                "نامی از حرف لاتین، رقم و زیرخط، بی `$`",
            );
            self.push(message::bad_value(node.span, what, name, wanted));
            return None;
        }
        if TAKEN.contains(&name) {
            let wanted = ("a name that no variable of the language has", "نامی که از آنِ متغیرهای خود زبان نیست");
            self.push(message::bad_value(node.span, what, name, wanted));
            return None;
        }
        Some(name.to_owned())
    }

    /// The variables of an item and of its index, which must differ.
    pub(super) fn item_and_index(
        &mut self,
        node: &'n Node,
        each: (&str, &str),
        at: (&str, &str),
    ) -> Option<(String, String)> {
        let item = self.variable(node.get(each.0), each.1, "item");
        let index = self.variable(node.get(at.0), at.1, "index");
        let (item, index) = (item?, index?);
        if item == index {
            let place = node.get(at.0).or(node.get(each.0)).map_or(node.span, |node| node.span);
            let wanted = ("another name than that of the item", "نامی جز نام متغیر عضو");
            self.push(message::bad_value(place, at.1, &index, wanted));
            return None;
        }
        Some((item, index))
    }
}
