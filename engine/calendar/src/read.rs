//! From a spanned tree to a calendar: all problems of a file at once, each with its code and place.
//!
//! [`sheet`] reads what one file says. [`crate::Calendars::resolve`] lays sheets over those that they extend;
//! [`calendar`] is both at once for a calendar that stands alone.

mod closures;
mod counting;
mod fields;
mod holidays;
mod periods;
mod scope;
mod week;

use jiff::tz::TimeZone;
use peygir_source::{Diagnostics, Help, Node};

use crate::sheet::{Sheet, Spanned};
use crate::{Calendar, Calendars, Name, TEHRAN};
use fields::Reader;
pub(crate) use holidays::warn_of_gaps;
pub(crate) use week::never_open;

const KEYS: [&str; 14] = [
    "kind",
    "id",
    "title",
    "extends",
    "replaces",
    "for",
    "zone",
    "week",
    "always",
    "officeHours",
    "periods",
    "holidays",
    "closures",
    "counting",
];

/// Longest id, in characters: ids stand in file names and in every derivation.
pub const ID_CHARACTERS_MAX: usize = 64;
/// Most spans of hours in a day.
pub const HOURS_MAX: usize = 24;
/// Most periods of one calendar.
pub const PERIODS_MAX: usize = 64;
/// Most closures that are written in one calendar.
pub const CLOSURES_MAX: usize = 1000;

/// Reads and checks a calendar that extends none. `Err` holds at least one error; `Ok` may come with warnings.
pub fn calendar(root: &Node) -> Result<(Calendar, Diagnostics), Diagnostics> {
    let (sheet, mut found) = sheet(root)?;
    let id = sheet.id().to_owned();
    let (calendars, more) = Calendars::resolve(vec![(String::new(), sheet)]);
    found.extend(more);
    sort(&mut found);
    match calendars.get(&id) {
        Some(calendar) if !found.has_errors() => Ok((Calendar::clone(calendar), found)),
        _ => Err(found),
    }
}

/// Reads and checks what one file says. `Err` holds at least one error; `Ok` may come with warnings.
pub fn sheet(root: &Node) -> Result<(Sheet, Diagnostics), Diagnostics> {
    let mut reader = Reader::new(root);
    let sheet = read(&mut reader, root);
    sort(&mut reader.found);
    match sheet {
        Some(sheet) if !reader.found.has_errors() => Ok((sheet, reader.found)),
        _ => Err(reader.found),
    }
}

/// In the order of the text, whatever order it was read in.
fn sort(found: &mut Diagnostics) {
    found.list.sort_by_key(|diagnostic| (diagnostic.span.line, diagnostic.span.column));
}

fn read(reader: &mut Reader, root: &Node) -> Option<Sheet> {
    reader.mapping(root, &KEYS)?;
    kind(reader, root);
    let id = id(reader, root, "id");
    let title = title(reader, root);
    let extends = root.get("extends").map(|_| self::id(reader, root, "extends"));
    let replaces = root.get("replaces").map(|_| self::id(reader, root, "replaces"));
    let scope = scope::of_calendar(reader, root);
    let zone = root.get("zone").map(|node| zone(reader, node));
    let (week, week_span) = week::read(reader, root, extends.is_some());
    let office_hours = root.get("officeHours").map(|node| week::hours(reader, node));
    let periods = root.get("periods").map(|node| periods::read(reader, node)).unwrap_or_default();
    let holidays = root.get("holidays").map(|node| holidays::read(reader, node, extends.is_some()));
    let closures = root.get("closures").map(|node| closures::read(reader, node)).unwrap_or_default();
    let counting = root.get("counting").map(|node| counting::read(reader, node)).unwrap_or_default();
    Some(Sheet {
        id: id?,
        title: title?,
        extends: extends.flatten(),
        replaces: replaces.flatten(),
        scope,
        zone: zone.flatten(),
        week: week?,
        week_span,
        office_hours: office_hours.flatten(),
        periods,
        holidays: holidays.unwrap_or_default(),
        closures,
        counting,
        named_places: std::mem::take(&mut reader.named_places),
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

fn id(reader: &mut Reader, root: &Node, key: &str) -> Option<Spanned<String>> {
    let node = reader.required(root, key)?;
    let id = reader.text(node)?;
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let first = id.starts_with(|c: char| c.is_ascii_lowercase());
    if first && id.len() <= ID_CHARACTERS_MAX && id.chars().all(good) {
        return Some(Spanned { value: id.to_owned(), span: node.span });
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

fn zone(reader: &mut Reader, node: &Node) -> Option<Spanned<(String, TimeZone)>> {
    let name = reader.text(node)?;
    if let Some(zone) = crate::zone(name) {
        return Some(Spanned { value: (name.to_owned(), zone), span: node.span });
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
