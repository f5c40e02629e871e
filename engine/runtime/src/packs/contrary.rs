//! What a deployment and the editions that are planned say of one pack against each other: a planned edition that would
//! bring an older version back, one that would be undone by a date that came in between, two for one instant.
//!
//! Nobody is surprised on the day: what contradicts a plan is refused until the plan is withdrawn, or kept knowingly. Which
//! of two versions is the older one is told by their numbers alone.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use peygir_calendar::{Language, digits, moment_words};
use peygir_core::Moment;
use peygir_source::{Diagnostic, Diagnostics, Severity, Span};
use semver::Version;

use super::edition::{Edition, PackRef};
use super::plan::{Ground, Wish};

/// What says which version of a pack it is.
const MANIFEST: &str = "pack.yaml";
const TOP: Span = Span { line: 1, column: 1, length: 0 };
/// A plan and a deployment contradict each other.
pub const CONTRADICTION: &str = "PG-P098";
/// Two editions of one instant name the same pack.
const SAME_INSTANT: &str = "PG-P099";

/// An edition that is still to come and names a pack, and the version that it brings; None where it takes the pack away.
pub(super) struct Standing<'e> {
    pub edition: &'e Edition,
    pub name: &'e str,
    pub version: Option<&'e str>,
}

/// Editions that come after this one and name its packs, in the order of their dates.
pub(super) fn after<'e>(to_come: &[&'e Edition], new: &Edition) -> Vec<Standing<'e>> {
    let names = names(new);
    let later = to_come.iter().filter(|edition| edition.order() > new.order());
    let named = later.flat_map(|edition| {
        let brought = edition.packs.iter().map(|pack| (pack.name.as_str(), Some(pack.version.as_str())));
        let gone = edition.removed.iter().map(|name| (name.as_str(), None));
        brought.chain(gone).map(|(name, version)| Standing { edition, name, version })
    });
    named.filter(|standing| names.contains(standing.name)).collect()
}

fn names(edition: &Edition) -> BTreeSet<&str> {
    let brought = edition.packs.iter().map(|pack| pack.name.as_str());
    brought.chain(edition.removed.iter().map(String::as_str)).collect()
}

/// All contradictions of a new edition, the wish for which is known: errors, or warnings where what is planned is kept.
pub(super) fn check(ground: &Ground<'_>, wish: &Wish, new: &Edition, found: &mut Diagnostics) {
    let to_come = ground.editions.to_come(ground.now);
    let present = ground.editions.packs_at(new.effective_from);
    let zone = peygir_calendar::zone(&ground.settings.zone).unwrap_or_else(peygir_calendar::tehran);
    for name in names(new) {
        let before = present.iter().find(|pack| pack.name == name);
        let becomes = of(new, name);
        // What changes nothing is contradicted by nothing.
        if before == becomes {
            continue;
        }
        let planned = |edition: &&&Edition| edition.concerns(name);
        if let Some(other) = to_come.iter().filter(planned).find(|edition| edition.effective_from == new.effective_from)
        {
            found.push(same_instant(name, other, &zone));
            continue;
        }
        let next = to_come.iter().filter(planned).find(|edition| edition.order() > new.order());
        if let Some(next) = next {
            found.list.extend(undone(name, becomes, next, &zone).map(|one| weighed(one, wish)));
        }
        let last = to_come.iter().filter(planned).rfind(|edition| edition.order() < new.order());
        found.list.extend(goes_back(new, (before, becomes), last.copied(), &zone).map(|one| weighed(one, wish)));
    }
}

/// What an edition says of a pack that it names.
fn of<'e>(edition: &'e Edition, name: &str) -> Option<&'e PackRef> {
    edition.packs.iter().find(|pack| pack.name == name)
}

/// Whoever keeps what is planned knows it: then it is told, and stands in nobody's way.
fn weighed(mut diagnostic: Diagnostic, wish: &Wish) -> Diagnostic {
    if wish.keep_planned && diagnostic.severity == Severity::Error {
        diagnostic.severity = Severity::Warning;
    }
    diagnostic
}

fn is_older(version: &str, than: &str) -> bool {
    match (Version::parse(version), Version::parse(than)) {
        // What a draft was built from says nothing of its age.
        (Ok(version), Ok(than)) => version.cmp_precedence(&than) == Ordering::Less,
        _ => false,
    }
}

/// A planned edition that takes back what is deployed now.
fn undone(name: &str, becomes: Option<&PackRef>, next: &Edition, zone: &TimeZone) -> Option<Diagnostic> {
    let back = of(next, name)?;
    let told = Told::of(next, zone);
    let (number, when, back) = (&told.number, &told.when, &back.version);
    let (en, fa) = match becomes {
        Some(new) if is_older(back, &new.version) => (
            format!(
                "edition {}, which is planned for {}, brings the pack \"{name}\" back to {back}: {} would be in force until \
                 then and no longer",
                number.en, when.en, new.version
            ),
            format!(
                "استقرار {} که برای {} در راه است بستهٔ «{name}» را به نسخهٔ قدیمی‌تر {back} برمی‌گرداند: نسخهٔ {} تنها تا آن هنگام برقرار می‌ماند",
                number.fa, when.fa, new.version
            ),
        ),
        Some(_) => return None,
        None => (
            format!(
                "edition {}, which is planned for {}, brings the pack \"{name}\" again as {back}: it would be out of force \
                 until then and no longer",
                number.en, when.en
            ),
            format!(
                "استقرار {} که برای {} در راه است بستهٔ «{name}» را با نسخهٔ {back} بازمی‌گرداند: تنها تا آن هنگام کنار می‌ماند",
                number.fa, when.fa
            ),
        ),
    };
    Some(both_ways_out(about(CONTRADICTION, name, en, fa), &told))
}

/// A plan for an older version than what will be in force by then: a contradiction where that is planned too.
fn goes_back(
    new: &Edition,
    (before, becomes): (Option<&PackRef>, Option<&PackRef>),
    last: Option<&Edition>,
    zone: &TimeZone,
) -> Option<Diagnostic> {
    let (before, becomes) = (before?, becomes?);
    if !is_older(&becomes.version, &before.version) {
        return None;
    }
    let (name, older, newer) = (&becomes.name, &becomes.version, &before.version);
    if new.effective_from <= new.at {
        let mut diagnostic = about(
            CONTRADICTION,
            name,
            format!("the pack \"{name}\" goes back from {newer}, which is in force, to the older {older}"),
            format!("بستهٔ «{name}» از نسخهٔ برقرار {newer} به نسخهٔ قدیمی‌تر {older} برمی‌گردد"),
        );
        diagnostic.severity = Severity::Information;
        return Some(diagnostic);
    }
    if let Some(last) = last {
        let told = Told::of(last, zone);
        let diagnostic = about(
            CONTRADICTION,
            name,
            format!(
                "edition {}, which is planned for {}, brings the pack \"{name}\" to {newer}: this one would take that back to \
                 {older} afterwards",
                told.number.en, told.when.en
            ),
            format!(
                "استقرار {} که برای {} در راه است نسخهٔ {newer} بستهٔ «{name}» را می‌آورد: این استقرار پس از آن نسخهٔ قدیمی‌تر {older} را برمی‌گرداند",
                told.number.fa, told.when.fa
            ),
        );
        return Some(both_ways_out(diagnostic, &told));
    }
    let when = Both::moment(new.effective_from, zone);
    let mut diagnostic = about(
        CONTRADICTION,
        name,
        format!(
            "from {} on the pack \"{name}\" goes back from {newer}, which is in force, to the older {older}",
            when.en
        ),
        format!("از {} بستهٔ «{name}» از نسخهٔ برقرار {newer} به نسخهٔ قدیمی‌تر {older} برمی‌گردد", when.fa),
    );
    diagnostic.severity = Severity::Warning;
    Some(diagnostic)
}

fn same_instant(name: &str, other: &Edition, zone: &TimeZone) -> Diagnostic {
    let told = Told::of(other, zone);
    let diagnostic = about(
        SAME_INSTANT,
        name,
        format!(
            "edition {} is planned for the same instant, {}, and names the pack \"{name}\" too",
            told.number.en, told.when.en
        ),
        format!("استقرار {} نیز برای همان هنگام، {}، دربارهٔ بستهٔ «{name}» در راه است", told.number.fa, told.when.fa),
    );
    let withdraw = told.withdraw();
    diagnostic.with_help(
        format!("withdraw that one first (`{withdraw}`, or on its page in the console), or choose another date"),
        format!("نخست آن را پس بگیرید (\u{2066}{withdraw}\u{2069}، یا در صفحهٔ آن در پیشخان) یا تاریخ دیگری برگزینید"),
    )
}

fn both_ways_out(diagnostic: Diagnostic, told: &Told) -> Diagnostic {
    let withdraw = told.withdraw();
    diagnostic.with_help(
        format!(
            "withdraw edition {} (`{withdraw}`, or on its page in the console), or let it stand knowingly: `--keep-planned`",
            told.number.en
        ),
        format!(
            "استقرار {} را پس بگیرید (\u{2066}{withdraw}\u{2069}، یا در صفحهٔ آن در پیشخان)، یا آگاهانه نگهش دارید: \u{2066}--keep-planned\u{2069}",
            told.number.fa
        ),
    )
}

fn about(code: &'static str, name: &str, en: String, fa: String) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(code, TOP, en, fa);
    diagnostic.file = format!("{name}/{MANIFEST}");
    diagnostic
}

/// One thing in both languages.
pub(super) struct Both {
    pub en: String,
    pub fa: String,
}

impl Both {
    fn moment(at: Moment, zone: &TimeZone) -> Self {
        let words = |language| moment_words(at.to_jiff(), zone, language);
        Self { en: words(Language::English), fa: words(Language::Persian) }
    }
}

/// What is said of an edition that stands in the way.
pub(super) struct Told {
    plain: u64,
    pub number: Both,
    pub when: Both,
}

impl Told {
    pub fn of(edition: &Edition, zone: &TimeZone) -> Self {
        let en = edition.number.to_string();
        let number = Both { fa: digits::to_persian(&en), en };
        Self { plain: edition.number, number, when: Both::moment(edition.effective_from, zone) }
    }

    pub fn withdraw(&self) -> String {
        format!("peygir packs withdraw {} --reason …", self.plain)
    }
}
