//! Places that are asked for: whether anybody knows them.
//!
//! A place that was mistyped is in no scope, so the calendar of the whole country would answer for it and nobody would
//! notice. Known are the places of the directories that lie beside the calendars, and those that calendars are written
//! for.

use std::collections::BTreeSet;
use std::path::Path;

use peygir_calendar::PlacePart;
use peygir_casework::content::Directory;
use peygir_runtime::pack::{self, SourceFile};
use peygir_source::{Diagnostics, suggest, yaml};

use super::sources::{self, Sources};
use super::{Refusal, Which};
use crate::answer::say;

/// Most known places that are listed where none is near.
const LISTED_MAX: usize = 40;
/// Folder of a pack in which directories lie.
const RULES: &str = "rules";

/// Names of one kind of place.
#[derive(Default)]
struct Names {
    known: BTreeSet<String>,
    /// Whether a directory tells them all; else only calendars name some.
    is_whole: bool,
}

/// Words of a kind of place: the option, then English and Persian.
type Part = (&'static str, &'static str, &'static str);
const PROVINCE: Part = ("--province", "province", "استان");
const COUNTY: Part = ("--county", "county", "شهرستان");
const AGENCY: Part = ("--agency", "agency", "دستگاه");

/// Refuses a place that nobody knows where it can be known, and says so where it can't.
pub fn check(which: &Which) -> Result<(), Refusal> {
    let asked = [(PROVINCE, &which.province), (COUNTY, &which.county), (AGENCY, &which.agency)];
    if asked.iter().all(|(_, name)| name.is_none()) {
        return Ok(());
    }
    let known = known(&which.sources)?;
    for ((part, name), names) in asked.into_iter().zip(&known) {
        let Some(name) = name.as_ref().filter(|name| !names.known.contains(*name)) else { continue };
        let near = suggest(name, names.known.iter().map(String::as_str));
        if near.is_some() || names.is_whole {
            return Err(unknown(part, name, near, names));
        }
        say(&unnamed(part, name, which));
    }
    Ok(())
}

/// Provinces, counties and agencies.
fn known(sources: &Sources) -> Result<[Names; 3], Refusal> {
    let (sheets, folders) = sources::sheets(sources)?;
    let mut names: [Names; 3] = Default::default();
    for place in sheets.named_places() {
        let part = match place.part {
            PlacePart::Province => 0,
            PlacePart::County => 1,
            PlacePart::Agency => 2,
        };
        names[part].known.insert(place.id.clone());
    }
    let [provinces, counties, agencies] = &mut names;
    provinces.known.extend(sources::province(sources));
    for directory in folders.iter().flat_map(|folder| directories(folder)) {
        let own = directory.province.into_iter().chain(directory.provinces);
        for (names, told) in [(&mut *provinces, own.collect()), (&mut *counties, directory.counties)] {
            names.is_whole |= !told.is_empty();
            names.known.extend(told.into_iter().map(|named| named.id));
        }
        agencies.is_whole |= !directory.agencies.is_empty();
        agencies.known.extend(directory.agencies.into_iter().map(|agency| agency.id));
    }
    Ok(names)
}

/// The directories of a pack that can be read. What is wrong with one is `peygir check`'s affair.
fn directories(pack: &Path) -> Vec<Directory> {
    let rules = pack.join(RULES);
    if !rules.is_dir() {
        return Vec::new();
    }
    let read = |path: &std::path::PathBuf| {
        let file = SourceFile::read(path).ok().filter(|file| file.text.contains("kind: directory"))?;
        Some(Directory::read(&yaml::parse(&file.text).ok()?).ok()?.0.directory)
    };
    pack::walk(&rules, &mut Diagnostics::default()).iter().filter_map(read).collect()
}

fn unknown((option, en, fa): Part, name: &str, near: Option<&str>, names: &Names) -> Refusal {
    let listed: Vec<&str> = names.known.iter().map(String::as_str).take(LISTED_MAX).collect();
    let list = listed.join(", ");
    match near {
        Some(near) => Refusal::usage(
            format!("{option}: there is no {en} \"{name}\"; did you mean \"{near}\"?"),
            format!("{option}: {fa} «{name}» نیست؛ آیا منظور «{near}» بود؟"),
        ),
        None => Refusal::usage(
            format!("{option}: there is no {en} \"{name}\"; there are: {list}"),
            format!("{option}: {fa} «{name}» نیست؛ هست: {list}"),
        ),
    }
}

/// No directory is there that could know it.
fn unnamed((option, en, fa): Part, name: &str, which: &Which) -> String {
    let (en, fa) = (
        format!(
            "peygir: {option}: no calendar here is written for the {en} \"{name}\", so what holds everywhere is asked"
        ),
        format!(
            "peygir: {option}: هیچ تقویمی اینجا برای {fa} «{name}» نوشته نشده است؛ آنچه همه‌جا برقرار است پرسیده می‌شود"
        ),
    );
    which.lang.pick(&en, &fa).to_owned()
}
