//! Reading one file of a directory, and noting the names it uses.

use std::collections::BTreeMap;

use peygir_source::Node;

use super::{Agency, DirectoryFile, ENTRIES_MAX, Holding, Named, Person, Reference, ReferenceKind};
use crate::content::read::Reader;

const MEMBERS: [&str; 9] =
    ["kind", "province", "provinces", "counties", "topics", "roles", "agencyKinds", "agencies", "people"];

pub(super) fn directory(reader: &mut Reader, root: &Node) -> Option<DirectoryFile> {
    if !reader.mapping(root, &MEMBERS) {
        return None;
    }
    reader.kind(root, "directory");
    let mut file = DirectoryFile::default();
    file.directory.province = root.get("province").and_then(|node| read_named(reader, node));
    file.directory.provinces = read_list(reader, root, "provinces", read_named, |it| &it.id);
    // Its own province is one that is known, whether or not the list has it.
    if let Some(own) = file.directory.province.clone().filter(|own| file.directory.province(&own.id).is_none()) {
        file.directory.provinces.push(own);
    }
    file.directory.counties = read_list(reader, root, "counties", read_named, |it| &it.id);
    file.directory.topics = read_list(reader, root, "topics", read_named, |it| &it.id);
    file.directory.roles = read_list(reader, root, "roles", read_named, |it| &it.id);
    file.directory.agency_kinds = read_list(reader, root, "agencyKinds", read_named, |it| &it.id);
    let uses = &mut file.references;
    file.directory.agencies =
        read_list(reader, root, "agencies", |reader, node| read_agency(reader, node, uses), |it| &it.id);
    let uses = &mut file.references;
    file.directory.people =
        read_list(reader, root, "people", |reader, node| read_person(reader, node, uses), |it| &it.id);
    Some(file)
}

/// Reads a list whose entries have ids that must differ.
fn read_list<T>(
    reader: &mut Reader,
    root: &Node,
    key: &str,
    mut read: impl FnMut(&mut Reader, &Node) -> Option<T>,
    id: impl Fn(&T) -> &String,
) -> Vec<T> {
    let nodes = reader.items(root, key);
    if let Some(beyond) = nodes.get(ENTRIES_MAX) {
        reader.error(
            "PG-P021",
            beyond.span,
            format!("a file's \"{key}\" may have {ENTRIES_MAX} entries"),
            format!("«{key}» در یک پرونده بیش از {ENTRIES_MAX} مدخل نمی‌پذیرد"),
        );
    }
    let mut seen = BTreeMap::new();
    let mut list = Vec::new();
    for node in nodes.iter().take(ENTRIES_MAX) {
        if let Some(entry) = read(reader, node) {
            reader.once(&mut seen, id(&entry), node.span);
            list.push(entry);
        }
    }
    list
}

fn read_named(reader: &mut Reader, node: &Node) -> Option<Named> {
    if !reader.mapping(node, &["id", "fa", "en"]) {
        return None;
    }
    named(reader, node)
}

fn named(reader: &mut Reader, node: &Node) -> Option<Named> {
    let (id, fa, en) = (reader.id(node, "id"), reader.text(node, "fa"), reader.text(node, "en"));
    Some(Named { id: id?, fa: fa?, en: en? })
}

/// Reads an id and notes that it must be found.
fn reference(
    reader: &mut Reader,
    node: &Node,
    key: &str,
    kind: ReferenceKind,
    uses: &mut Vec<Reference>,
) -> Option<String> {
    let name = reader.optional_id(node, key)?;
    let span = node.get(key).map_or(node.span, |value| value.span);
    uses.push(Reference { kind, name: name.clone(), span });
    Some(name)
}

fn read_agency(reader: &mut Reader, node: &Node, uses: &mut Vec<Reference>) -> Option<Agency> {
    if !reader.mapping(node, &["id", "fa", "en", "kind", "province", "county"]) {
        return None;
    }
    let kind = reference(reader, node, "kind", ReferenceKind::AgencyKind, uses);
    let province = reference(reader, node, "province", ReferenceKind::Province, uses);
    let county = reference(reader, node, "county", ReferenceKind::County, uses);
    let Named { id, fa, en } = named(reader, node)?;
    Some(Agency { id, fa, en, kind, province, county })
}

fn read_person(reader: &mut Reader, node: &Node, uses: &mut Vec<Reference>) -> Option<Person> {
    if !reader.mapping(node, &["id", "fa", "en", "mobile", "mail", "roles"]) {
        return None;
    }
    let mobile = read_mobile(reader, node);
    let mail = read_mail(reader, node);
    let roles = reader.items(node, "roles").iter().filter_map(|item| read_holding(reader, item, uses)).collect();
    let Named { id, fa, en } = named(reader, node)?;
    Some(Person { id, fa, en, mobile, mail, roles })
}

fn read_mobile(reader: &mut Reader, node: &Node) -> Option<String> {
    let typed = reader.optional_text(node, "mobile")?;
    let number = crate::text::mobile(&typed);
    if number.is_none() {
        let span = node.get("mobile").map_or(node.span, |value| value.span);
        reader.error(
            "PG-P022",
            span,
            "this is no mobile number of Iran, such as \"+989121234567\"",
            "این شمارهٔ همراه ایران نیست؛ مانند \u{2066}+989121234567\u{2069}",
        );
    }
    number
}

fn read_mail(reader: &mut Reader, node: &Node) -> Option<String> {
    let mail = reader.optional_text(node, "mail")?;
    let plain = !mail.contains(|character: char| character.is_whitespace() || character.is_control());
    let parts = mail.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && host.contains(|character: char| character.is_alphanumeric()) && !host.contains('@')
    });
    if plain && parts {
        return Some(mail);
    }
    let span = node.get("mail").map_or(node.span, |value| value.span);
    reader.error("PG-P023", span, "this is no mail address", "این نشانی رایانامه نیست");
    None
}

fn read_holding(reader: &mut Reader, node: &Node, uses: &mut Vec<Reference>) -> Option<Holding> {
    if !reader.mapping(node, &["role", "province", "county", "agency"]) {
        return None;
    }
    reader.required(node, "role")?;
    let role = reference(reader, node, "role", ReferenceKind::Role, uses);
    let province = reference(reader, node, "province", ReferenceKind::Province, uses);
    let county = reference(reader, node, "county", ReferenceKind::County, uses);
    let agency = reference(reader, node, "agency", ReferenceKind::Agency, uses);
    Some(Holding { role: role?, province, county, agency })
}
