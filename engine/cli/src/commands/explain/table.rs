//! `peygir explain table`: each rule of a decision table as one sentence.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use peygir_calendar::{Jalali, Place, digits};
use peygir_casework::text::search_key;
use peygir_decision::Table;
use peygir_explain::table::{self as words, Asked, TableTold};
use peygir_explain::{NoTitles, Titles};
use peygir_runtime::pack::{self, Catalog, Misplaced};
use peygir_source::{Diagnostics, suggest, yaml};
use serde_json::json;

use super::super::check;
use super::super::local::{Lang, tell_taken};
use super::upright;
use crate::answer::{line, say};

/// Wrong usage, as `sysexits.h` has it.
const USAGE: u8 = 64;

/// Tell a decision table as sentences: one for each rule.
///
/// TABLE is a table's or an overlay's file, or the folder of a deployment or a pack. A file is told with the pack that it
/// lies in: an overlay as the table that it makes of the one below it. Of a deployment, --province, --county and --agency
/// say whose layers are meant, and the province follows from the county; without them the table as it holds everywhere is
/// told.
#[derive(clap::Args)]
pub struct Arguments {
    #[arg(value_name = "TABLE")]
    what: PathBuf,
    /// Id of the table; all of them where absent
    #[arg(long, value_name = "ID")]
    table: Option<String>,
    #[arg(long)]
    province: Option<String>,
    #[arg(long)]
    county: Option<String>,
    #[arg(long)]
    agency: Option<String>,
    /// Day for which it is said what is in force: 1405/09/01
    #[arg(long, value_name = "DAY")]
    on: Option<String>,
    /// Language of what is printed: Persian, in which a table is read by those who answer for it
    #[arg(long, value_enum, default_value_t = Lang::Fa)]
    lang: Lang,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    /// Markdown
    Md,
    Json,
}

/// The tables that are meant, with the pack or deployment around them.
struct Found {
    tables: Vec<Arc<Table>>,
    catalog: Option<Catalog>,
    place: Place,
}

/// Why nothing is told.
enum Refused {
    Usage(String),
    Findings(Diagnostics),
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let told = found(arguments).and_then(|found| Ok((asked(arguments, &found)?, found)));
    let (asked, found) = match told {
        Ok(told) => told,
        Err(Refused::Usage(why)) => {
            say(&format!("peygir: {why}"));
            return Ok(ExitCode::from(USAGE));
        }
        Err(Refused::Findings(findings)) => {
            check::print_for(&findings, arguments.lang);
            return Ok(ExitCode::FAILURE);
        }
    };
    let titles: &dyn Titles = found.catalog.as_ref().map_or(&NoTitles, |catalog| catalog);
    let tell = |table: &Arc<Table>| words::table(table, titles, arguments.lang.language(), &asked);
    let told: Vec<TableTold> = found.tables.iter().map(tell).collect();
    match arguments.format {
        Format::Json => line(&serde_json::to_string_pretty(&told.iter().map(data).collect::<Vec<_>>())?),
        Format::Md => told.iter().flat_map(markdown).for_each(|text| line(&text)),
        Format::Text => text(&told, arguments.lang),
    }
    Ok(ExitCode::SUCCESS)
}

fn text(told: &[TableTold], lang: Lang) {
    let print = |text: &str| lang.line(&upright(text));
    for (index, table) in told.iter().enumerate() {
        if index > 0 {
            line("");
        }
        print(&table.heading);
        table.about.iter().for_each(|text| print(text));
        line("");
        table.rules.iter().for_each(|rule| print(&format!("{}. {}", rule.number, rule.text)));
        if !table.changes.is_empty() {
            line("");
        }
        table.changes.iter().for_each(|text| print(text));
    }
}

/// Numbers in ASCII digits, which is what makes a list in Markdown.
fn markdown(told: &TableTold) -> Vec<String> {
    let mut lines = vec![format!("## {}", upright(&told.heading)), String::new()];
    lines.extend(told.about.iter().map(|text| format!("- {}", upright(text))));
    lines.push(String::new());
    let numbered = told.rules.iter().enumerate();
    lines.extend(numbered.map(|(at, rule)| format!("{}. {} `{}`", at + 1, upright(&rule.text), rule.id)));
    lines.push(String::new());
    lines.extend(told.changes.iter().map(|text| format!("- {}", upright(text))));
    if !told.changes.is_empty() {
        lines.push(String::new());
    }
    lines
}

fn data(told: &TableTold) -> serde_json::Value {
    let rule = |rule: &words::RuleTold| {
        json!({
            "id": rule.id, "title": rule.title, "text": rule.text, "layer": rule.layer, "changedBy": rule.changed_by,
            "locked": rule.locked, "last": rule.last, "inForce": rule.in_force,
        })
    };
    json!({
        "id": told.id, "version": told.version, "heading": told.heading, "about": told.about,
        "rules": told.rules.iter().map(rule).collect::<Vec<_>>(), "changes": told.changes,
    })
}

fn found(arguments: &Arguments) -> Result<Found, Refused> {
    let what = &arguments.what;
    let named = Place {
        province: arguments.province.clone(),
        county: arguments.county.clone(),
        agency: arguments.agency.clone(),
    };
    if what.is_file() {
        return of_file(what, named, arguments.lang);
    }
    if what.join("deployment.yaml").is_file() {
        let (catalog, _) = pack::read(what, None).map_err(Refused::Findings)?;
        let place = located(&named, &catalog, arguments.lang)?;
        return of_catalog(catalog, place, arguments.table.as_deref(), arguments.lang);
    }
    let manifest = what.join("pack.yaml");
    if manifest.is_file() {
        let stack = pack::stack(what);
        tell_taken(&stack, arguments.lang);
        let place = located(&or_own(named, &stack.catalog), &stack.catalog, arguments.lang)?;
        let tables = stack.catalog.content(&place).tables.values();
        let files: Vec<String> = tables.flat_map(files_of).collect();
        whole(&stack, files.iter().map(String::as_str))?;
        return of_catalog(stack.catalog, place, arguments.table.as_deref(), arguments.lang);
    }
    let shown = what.display();
    Err(Refused::Usage(match arguments.lang {
        Lang::En => format!("{shown} is no table, no pack and no deployment"),
        Lang::Fa => format!("{shown} نه جدول است، نه بسته و نه استقرار"),
    }))
}

/// The place that was asked for, else the one in which the pack holds.
fn or_own(named: Place, catalog: &Catalog) -> Place {
    match catalog.packs.last().map(|pack| pack.scope.clone()) {
        Some(scope) if named == Place::default() => {
            Place { province: scope.province, county: scope.county, agency: scope.agency }
        }
        _ => named,
    }
}

/// The whole of a place of which parts were named.
fn located(named: &Place, catalog: &Catalog, lang: Lang) -> Result<Place, Refused> {
    catalog.located(named).map_err(|Misplaced { name, home, other }| {
        Refused::Usage(match (other.is_empty(), lang) {
            (true, Lang::En) => format!("\"{name}\" is in more than one province: name one of {home} with --province"),
            (true, Lang::Fa) => {
                format!("«{name}» در چند استان هست: یکی از {home} را با \u{2066}--province\u{2069} نام ببرید")
            }
            (false, Lang::En) => format!("\"{name}\" belongs to {home}, not to {other}: there is no such place"),
            (false, Lang::Fa) => format!("«{name}» از {home} است، نه از {other}: چنین جایی نیست"),
        })
    })
}

fn of_catalog(catalog: Catalog, place: Place, table: Option<&str>, lang: Lang) -> Result<Found, Refused> {
    let known = &catalog.content(&place).tables;
    let tables: Vec<Arc<Table>> = match table {
        Some(id) => match known.get(id) {
            Some(source) => vec![source.table.clone()],
            None => return Err(Refused::Usage(unknown(TABLE, id, known.keys().map(String::as_str), lang))),
        },
        None => known.values().map(|source| source.table.clone()).collect(),
    };
    Ok(Found { tables, catalog: Some(catalog), place })
}

/// Refuses a table that errors in its files, or in what says which packs lie below, leave unmade.
fn whole<'f>(stack: &pack::Stack, files: impl IntoIterator<Item = &'f str>) -> Result<(), Refused> {
    let errors = stack.errors_of(&files.into_iter().collect::<Vec<_>>());
    if errors.has_errors() { Err(Refused::Findings(errors)) } else { Ok(()) }
}

fn files_of(source: &pack::TableSource) -> Vec<String> {
    std::iter::once(&source.file).chain(&source.overlays).cloned().collect()
}

/// The table of a file: as its pack makes it, or where it lies in none, by itself.
fn of_file(file: &Path, named: Place, lang: Lang) -> Result<Found, Refused> {
    let shown = pack::shown(file);
    let unread = |error: std::io::Error| {
        let (en, fa) = pack::system_words(&error);
        Refused::Usage(format!("{shown}: {}", lang.pick(&en, &fa)))
    };
    let text = std::fs::read_to_string(file).map_err(unread)?;
    let root =
        yaml::parse(&text).map_err(|found| Refused::Findings(Diagnostics { list: vec![found] }.in_file(&shown)))?;
    let member =
        |names: &[&str]| names.iter().try_fold(&root, |node, name| node.get(name)).and_then(|node| node.as_str());
    let id = match member(&["kind"]) {
        Some("decision-table") => member(&["id"]),
        Some("decision-table-overlay") => member(&["extends", "id"]),
        _ => {
            return Err(Refused::Usage(match lang {
                Lang::En => format!("{shown} is no decision table and no overlay of one"),
                Lang::Fa => format!("{shown} نه جدول تصمیم است و نه روکش آن"),
            }));
        }
    };
    if let Some(stack) = pack::pack_above(file).map(|folder| pack::stack(&folder)) {
        let place = located(&or_own(named.clone(), &stack.catalog), &stack.catalog, lang)?;
        let made = id.and_then(|id| stack.catalog.content(&place).tables.get(id)).cloned();
        if let Some(source) = made {
            tell_taken(&stack, lang);
            // What could not be laid over its base is no table of this place: the base alone would be another one.
            whole(&stack, files_of(&source).iter().map(String::as_str))?;
            return Ok(Found { tables: vec![source.table], catalog: Some(stack.catalog), place });
        }
        if member(&["kind"]) == Some("decision-table-overlay") {
            whole(&stack, [shown.as_str()])?;
        }
    }
    if member(&["kind"]) == Some("decision-table-overlay") {
        return Err(Refused::Usage(match lang {
            Lang::En => format!("{shown}: the table below it was not found; name its deployment"),
            Lang::Fa => format!("{shown}: جدول زیرین آن پیدا نشد؛ استقرار آن را نام ببرید"),
        }));
    }
    let (table, _) = Table::read(&root, search_key).map_err(|found| Refused::Findings(found.in_file(&shown)))?;
    Ok(Found { tables: vec![Arc::new(table)], catalog: None, place: named })
}

/// The place and the day, where both are known.
fn asked(arguments: &Arguments, found: &Found) -> Result<Asked, Refused> {
    if let Some(directory) = found.catalog.as_ref().map(|catalog| &catalog.directory) {
        let check = |what: Kind, name: &Option<String>, known: Vec<&str>| match name {
            Some(name) if !known.is_empty() && !known.contains(&name.as_str()) => {
                Err(Refused::Usage(unknown(what, name, known, arguments.lang)))
            }
            _ => Ok(()),
        };
        check(PROVINCE, &arguments.province, directory.provinces.iter().map(|one| one.id.as_str()).collect())?;
        check(COUNTY, &arguments.county, directory.counties.iter().map(|one| one.id.as_str()).collect())?;
        check(AGENCY, &arguments.agency, directory.agencies.iter().map(|one| one.id.as_str()).collect())?;
    }
    let day = |text: &String| {
        let read = digits::to_ascii(text.trim()).parse::<Jalali>();
        read.map_err(|error| {
            Refused::Usage(match arguments.lang {
                Lang::En => format!("--on: {error}"),
                Lang::Fa => format!("\u{2066}--on\u{2069}: {}", error.message_fa()),
            })
        })
    };
    Ok(Asked { place: found.place.clone(), on: arguments.on.as_ref().map(day).transpose()? })
}

/// What is named, in English and Persian.
type Kind = (&'static str, &'static str);
const TABLE: Kind = ("table", "جدولی");
const PROVINCE: Kind = ("province", "استانی");
const COUNTY: Kind = ("county", "شهرستانی");
const AGENCY: Kind = ("agency", "دستگاهی");
/// Most names that are listed where none is near.
const LISTED_MAX: usize = 40;

fn unknown<'a>((en, fa): Kind, name: &str, known: impl IntoIterator<Item = &'a str>, lang: Lang) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let listed = known.iter().take(LISTED_MAX).copied().collect::<Vec<_>>().join(lang.pick(", ", "، "));
    match (suggest(name, known), lang) {
        (Some(near), Lang::En) => format!("there is no {en} \"{name}\"; did you mean \"{near}\"?"),
        (Some(near), Lang::Fa) => format!("{fa} به نام «{name}» نیست؛ آیا منظور «{near}» بود؟"),
        (None, Lang::En) => format!("there is no {en} \"{name}\"; there are: {listed}"),
        (None, Lang::Fa) => format!("{fa} به نام «{name}» نیست؛ هست: {listed}"),
    }
}
