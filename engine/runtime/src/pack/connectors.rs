//! The connectors of a deployment as written: which kind, and its settings, kept with their places.

use std::collections::BTreeMap;

use peygir_casework::content::read::Reader;
use peygir_source::{Node, Span, Value};

/// A connector that a deployment uses.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectorUse {
    /// Its name in the deployment, which channels and lines refer to.
    pub name: String,
    /// The kind, as its manifest is called: `sms`, `mail`, `outbox`.
    pub kind: String,
    pub kind_span: Span,
    /// The settings as written, an empty mapping where there are none. Secrets stand in them by reference,
    /// `{ env: NAME }` or `{ file: PATH }`, with files below the deployment's folder.
    pub settings: Node,
    /// The secret that the peer's calls to us must carry, by reference.
    pub callback_secret: Option<Node>,
}

pub fn read(reader: &mut Reader, root: &Node) -> BTreeMap<String, ConnectorUse> {
    let mut connectors = BTreeMap::new();
    let Some(list) = root.get("connectors") else { return connectors };
    let Some(entries) = list.entries() else {
        reader.wrong_type(list.span, "a mapping of names to connectors", "نگاشتی از نام‌ها به اتصال‌ها");
        return connectors;
    };
    for entry in entries {
        let node = &entry.node;
        if !reader.mapping(node, &["use", "settings", "callbackSecret"]) {
            continue;
        }
        let Some(kind) = reader.id(node, "use") else { continue };
        let kind_span = node.get("use").map_or(node.span, |value| value.span);
        let empty = Node { span: node.span, value: Value::Mapping(Vec::new()) };
        connectors.insert(
            entry.key.clone(),
            ConnectorUse {
                name: entry.key.clone(),
                kind,
                kind_span,
                settings: node.get("settings").cloned().unwrap_or(empty),
                callback_secret: node.get("callbackSecret").cloned(),
            },
        );
    }
    connectors
}
