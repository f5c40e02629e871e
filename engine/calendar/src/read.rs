//! From a spanned tree to a calendar: all problems of a file at once, each with its code and place.

mod fields;
mod holidays;
mod week;

use jiff::tz::TimeZone;
use peygir_source::{Diagnostics, Help, Node};

use crate::{Calendar, Name, TEHRAN};
use fields::Reader;

const KEYS: [&str; 9] = ["kind", "id", "title", "zone", "week", "always", "officeHours", "holidays", "closures"];

/// Longest id, in characters: ids stand in file names and in every derivation.
pub const ID_CHARACTERS_MAX: usize = 64;

/// Reads and checks a calendar. `Err` holds at least one error; `Ok` may come with warnings.
pub fn calendar(root: &Node) -> Result<(Calendar, Diagnostics), Diagnostics> {
    let mut reader = Reader::new(root);
    let calendar = read(&mut reader, root);
    // In the order of the text, whatever order it was read in.
    reader.found.list.sort_by_key(|diagnostic| (diagnostic.span.line, diagnostic.span.column));
    match calendar {
        Some(calendar) if !reader.found.has_errors() => Ok((calendar, reader.found)),
        _ => Err(reader.found),
    }
}

fn read(reader: &mut Reader, root: &Node) -> Option<Calendar> {
    reader.mapping(root, &KEYS)?;
    kind(reader, root);
    let id = id(reader, root);
    let title = title(reader, root);
    let zone = zone(reader, root);
    let week = week::read(reader, root);
    let office_hours = root.get("officeHours").and_then(|node| week::hours(reader, node));
    let (fixed, years) = root.get("holidays").map(|node| holidays::read(reader, node)).unwrap_or_default();
    let closures = root.get("closures").map(|node| holidays::closures(reader, node)).unwrap_or_default();
    let (zone_name, zone) = zone?;
    Some(Calendar {
        id: id?,
        title: title?,
        zone,
        zone_name,
        bases: Vec::new(),
        scope: None,
        week: week?,
        periods: Vec::new(),
        office_hours,
        fixed,
        years,
        kept_open: Default::default(),
        tables: None,
        closures,
        declared: Default::default(),
        counting: Default::default(),
    })
}

fn kind(reader: &mut Reader, root: &Node) {
    let Some(node) = reader.required(root, "kind") else {
        return;
    };
    if node.as_str() != Some("calendar") {
        reader.error(
            "PG-C004",
            node.span,
            "the kind of a calendar is \"calendar\"",
            "نوع (kind) یک تقویم باید calendar باشد",
        );
    }
}

fn id(reader: &mut Reader, root: &Node) -> Option<String> {
    let node = reader.required(root, "id")?;
    let id = reader.text(node)?;
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let first = id.starts_with(|c: char| c.is_ascii_lowercase());
    if first && id.len() <= ID_CHARACTERS_MAX && id.chars().all(good) {
        return Some(id.to_owned());
    }
    reader.error(
        "PG-C004",
        node.span,
        format!(
            "the id {id:?} is not made of at most {ID_CHARACTERS_MAX} small letters a-z, digits and hyphens, letter first"
        ),
        format!("شناسهٔ «{id}» باید با حرف کوچک لاتین آغاز شود و تنها حرف کوچک، رقم و خط تیره داشته باشد"),
    );
    None
}

fn title(reader: &mut Reader, root: &Node) -> Option<Name> {
    let node = reader.required(root, "title")?;
    reader.name(node)
}

/// Iran's where the file names none.
fn zone(reader: &mut Reader, root: &Node) -> Option<(String, TimeZone)> {
    let Some(node) = root.get("zone") else {
        return Some((TEHRAN.to_owned(), crate::tehran()));
    };
    let name = reader.text(node)?;
    if let Some(zone) = crate::zone(name) {
        return Some((name.to_owned(), zone));
    }
    reader.error_with_help(
        "PG-C005",
        node.span,
        format!("there is no time zone {name:?}"),
        format!("منطقهٔ زمانی «{name}» وجود ندارد"),
        Help::new(format!("write an IANA name such as {TEHRAN}"), format!("نامی از IANA بنویسید، مانند {TEHRAN}")),
    );
    None
}
