//! For which places a calendar or a closure is.

use peygir_source::Node;

use super::fields::Reader;
use crate::Scope;
use crate::sheet::{NamedPlace, PlacePart, Spanned};

const KEYS: [&str; 3] = ["province", "county", "agency"];

/// The `for` of a calendar: it answers there in place of the calendar that it extends, so it must extend one.
pub(super) fn of_calendar(reader: &mut Reader, root: &Node) -> Option<Spanned<Scope>> {
    let entry = root.entry("for")?;
    if root.get("extends").is_none() {
        reader.error(
            "PG-C022",
            entry.key_span,
            "a calendar that is for a place extends another, in whose place it answers there: \"extends\" is missing",
            "تقویمی که برای یک جا است تقویم دیگری را گسترش می‌دهد و آنجا به جای آن پاسخ می‌دهد: extends نوشته نشده است",
        );
    }
    let scope = read(reader, &entry.node)?;
    Some(Spanned { value: scope, span: entry.key_span })
}

/// `{ province: hamedan }`; at least one part.
pub(super) fn read(reader: &mut Reader, node: &Node) -> Option<Scope> {
    reader.mapping(node, &KEYS)?;
    let scope = Scope {
        province: part(reader, node, "province", PlacePart::Province),
        county: part(reader, node, "county", PlacePart::County),
        agency: part(reader, node, "agency", PlacePart::Agency),
    };
    if KEYS.iter().all(|key| node.get(key).is_none()) {
        reader.error(
            "PG-C022",
            node.span,
            "this names no place: write a province, a county or an agency, or leave \"for\" out",
            "هیچ جایی نام برده نشده است: province یا county یا agency بنویسید یا for را ننویسید",
        );
    }
    Some(scope)
}

fn part(reader: &mut Reader, node: &Node, key: &str, part: PlacePart) -> Option<String> {
    let node = node.get(key)?;
    let id = reader.text(node)?.to_owned();
    if id.is_empty() {
        reader.wrong_type(node, "the id of a place of the directory", "شناسهٔ جایی از راهنمای دستگاه‌ها");
        return None;
    }
    reader.named_places.push(NamedPlace { part, id: id.clone(), span: node.span });
    Some(id)
}
