//! `use.extensions`: tasks around tasks.

use peygir_source::{Entry, Node};

use super::data::Place;
use super::fields::Known;
use super::{Reader, optional};
use crate::model::{Extended, Extension};

const MEMBERS: Known<'_> = Known { what: "extension", names: &["extend", "when", "before", "after"] };
const TARGETS: [(&str, Extended); 12] = [
    ("all", Extended::All),
    ("composite", Extended::Composite),
    ("call", Extended::Call),
    ("emit", Extended::Emit),
    ("for", Extended::For),
    ("listen", Extended::Listen),
    ("raise", Extended::Raise),
    ("run", Extended::Run),
    ("set", Extended::Set),
    ("switch", Extended::Switch),
    ("try", Extended::Try),
    ("wait", Extended::Wait),
];

impl<'n> Reader<'n> {
    pub(super) fn extensions(&mut self, node: &'n Node) -> Option<Vec<Extension>> {
        if node.items().is_some_and(|items| items.is_empty()) {
            return Some(Vec::new());
        }
        let entries = self.named_list(node, "use.extensions")?;
        let read: Vec<_> = entries.into_iter().map(|entry| self.extension(entry)).collect();
        read.into_iter().collect()
    }

    fn extension(&mut self, entry: &'n Entry) -> Option<Extension> {
        let node = &entry.node;
        self.members(node, &MEMBERS)?;
        let words = TARGETS.map(|(word, _)| word);
        let extend = self.needed(node, "extend", "extension", entry.key_span);
        let extend = extend.and_then(|extend| self.choice(extend, "extension.extend", &words));
        let extend = TARGETS.iter().find(|(word, _)| Some(*word) == extend).map(|(_, target)| *target);
        let when = node.get("when").map(|when| self.expression(when, "extension.when", Place::BeforeTask));
        let before = node.get("before").map(|tasks| self.tasks(tasks, "extension.before"));
        let after = node.get("after").map(|tasks| self.tasks(tasks, "extension.after"));
        Some(Extension {
            name: entry.key.clone(),
            extend: extend?,
            when: optional(when)?,
            before: optional(before)?,
            after: optional(after)?,
        })
    }
}
