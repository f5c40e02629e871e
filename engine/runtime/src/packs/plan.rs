//! What has to be right before packs are deployed: each pack, its scripts' tests, and the whole deployment as it will be at
//! the edition's date and at every later one that is planned already. All that is wrong is told at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use peygir_core::Moment;
use peygir_core::state::FlowRef;
use peygir_script::{Deadline, Script, tests};
use peygir_source::{Diagnostic, Diagnostics, Span};
use peygir_store::Store;

use super::edition::{Edition, Editions, PackRef};
use super::{Deploy, EDITION_BYTES_MAX, PACKS_MAX, TO_COME_MAX, contrary, covered, later, shelf, written};
use crate::hex::hex;
use crate::pack::{self, Bundle, Deployment, Kinds, Making, is_test};
use crate::{deploy, stream::Row};

const TOP: Span = Span { line: 1, column: 1, length: 0 };

/// What somebody wants to be deployed.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    pub packs: Vec<Wanted>,
    /// Names of packs to be taken away.
    pub removed: Vec<String>,
    /// At once where absent.
    pub effective_from: Option<Moment>,
    pub note: String,
    /// What is planned stands, also where it brings an older version back than what is deployed here.
    pub keep_planned: bool,
}

#[derive(Debug, Clone)]
pub enum Wanted {
    New(Arc<Bundle>),
    /// A version that was deployed before.
    Known {
        name: String,
        version: String,
    },
}

/// What a plan is made on.
pub struct Ground<'a> {
    pub store: &'a dyn Store,
    pub editions: &'a Editions,
    /// The deployment that the packs are for: all of it but its packs.
    pub settings: &'a Deployment,
    pub kinds: Option<&'a Kinds>,
    pub making: Making<'a>,
    /// What these packs came to when they were put together before.
    pub made: &'a dyn Fn(&[PackRef]) -> Option<Outcome>,
    /// Makes the wall-clock limit of one row of a script's tests.
    pub deadline: &'a dyn Fn() -> Deadline,
    pub now: Moment,
}

/// A deployment that is right, as far as anybody knows.
#[derive(Debug)]
pub struct Plan {
    pub deploy: Deploy,
    /// Warnings.
    pub found: Diagnostics,
    /// What is in force once the edition's date has come, and at each later date that is planned.
    pub outcomes: Vec<Outcome>,
    /// Labels of versions that the store does not have yet.
    pub fresh: Vec<String>,
    /// The same packs are in force at that date without it.
    pub changes_nothing: bool,
    /// What other editions say of these packs after it, in the order of their dates.
    pub then: Vec<Then>,
}

/// What an edition that is still to come says of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Then {
    pub edition: u64,
    pub effective_from: Moment,
    pub name: String,
    /// None where it takes the pack away.
    pub version: Option<String>,
}

/// Packs that are in force together, and what they come to.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub packs: Vec<PackRef>,
    pub catalog: Arc<pack::Catalog>,
    /// Warnings.
    pub found: Diagnostics,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    #[error("the packs have errors")]
    Findings(Diagnostics),
    #[error("{TO_COME_MAX} editions are still to come")]
    TooManyToCome,
    /// The check was left off at this table: whoever asked is gone, or it took too long.
    #[error("the check was given up at the table \"{0}\"")]
    CalledOff(String),
    /// The same in the tests beside this script.
    #[error("the check was given up at the tests of the script \"{0}\"")]
    CalledOffIn(String),
    #[error(transparent)]
    Shelf(#[from] shelf::Error),
    #[error("{0}")]
    Store(String),
}

/// Bundles by name and version, as they were asked for.
pub(super) type Bundles = BTreeMap<(String, String), Arc<Bundle>>;

pub fn plan(ground: &Ground<'_>, wish: &Wish) -> Result<Plan, Unfit> {
    if wish.effective_from.is_some_and(|from| from > ground.now)
        && ground.editions.to_come(ground.now).len() >= TO_COME_MAX
    {
        return Err(Unfit::TooManyToCome);
    }
    let mut found = Diagnostics::default();
    let (bundles, mut known) = resolve(ground, wish, &mut found)?;
    let mut fresh = Vec::new();
    for bundle in &bundles {
        match ground.editions.version(&bundle.name, &bundle.version) {
            Some(before) if before.digest == hex(&bundle.digest) => {}
            Some(_) => found.extend(changed(ground.store, bundle)?),
            None => {
                fresh.push(bundle.label());
                found.extend(written::changed(ground.store, bundle)?);
            }
        }
    }
    check_size(&bundles, &fresh, &mut found);
    let new = edition(ground, wish, &bundles);
    contrary::check(ground, wish, &new, &mut found);
    let editions = ground.editions.with(new.clone());
    // What leans on a pack that goes is wrong in hundreds of places, and for this one reason.
    let left_over = left_over(ground, &editions, &new, &known)?;
    if !left_over.is_empty() {
        found.list.splice(0..0, left_over);
        return Err(Unfit::Findings(found));
    }
    let to_come = editions.in_order().into_iter().skip_while(|edition| edition.number != new.number);
    let to_come: Vec<u64> = to_come.map(|edition| edition.number).collect();
    let outcomes = later::outcomes(ground, &editions, &to_come, &mut known, &mut found)?;
    check_starts(ground, &new, &outcomes, &mut known, &mut found)?;
    // Rows count by the calendars that will hold where their cases are.
    let with = outcomes.first().map(|outcome| &*outcome.catalog);
    for bundle in bundles.iter().filter(|bundle| fresh.contains(&bundle.label())) {
        pack::check_bundle(bundle, &mut found);
        check_scripts(ground, bundle, with, &mut found)?;
    }
    let rows = rows(ground, &bundles, &outcomes, &new, &mut found)?;
    if !found.has_errors() {
        check_covered(ground, (&editions, &new), &outcomes, &mut known, &mut found)?;
    }
    found.list.sort_by(|a, b| (&a.file, a.span.line, a.span.column).cmp(&(&b.file, b.span.line, b.span.column)));
    found.list.dedup();
    if found.has_errors() {
        return Err(Unfit::Findings(found));
    }
    let before = ground.editions.packs_at(new.effective_from);
    let changes_nothing = as_set(&before) == as_set(&editions.packs_of(new.number));
    let then = then(ground, &new);
    let deploy = Deploy {
        after: ground.editions.last(),
        packs: new.packs,
        removed: new.removed,
        effective_from: wish.effective_from,
        note: new.note,
        claims: Vec::new(),
        withdrawn: Some(ground.editions.withdrawn()).filter(|withdrawn| *withdrawn > 0),
        rows,
    };
    Ok(Plan { deploy, found, outcomes, fresh, changes_nothing, then })
}

fn then(ground: &Ground<'_>, new: &Edition) -> Vec<Then> {
    let standing = contrary::after(&ground.editions.to_come(ground.now), new).into_iter();
    let then = standing.map(|standing| Then {
        edition: standing.edition.number,
        effective_from: standing.edition.effective_from,
        name: standing.name.to_owned(),
        version: standing.version.map(str::to_owned),
    });
    then.collect()
}

/// Packs that stay in force over one that is taken away.
fn left_over(
    ground: &Ground<'_>,
    editions: &Editions,
    new: &Edition,
    known: &Bundles,
) -> Result<Vec<Diagnostic>, Unfit> {
    let mut found = Vec::new();
    for pack in editions.packs_of(new.number) {
        let over = match known.get(&(pack.name.clone(), pack.version.clone())) {
            Some(bundle) => bundle.over.clone(),
            None => shelf::head(ground.store, &pack.name, &pack.version)?.map(|head| head.over).unwrap_or_default(),
        };
        let name = &pack.name;
        let gone = over.iter().filter(|below| new.removed.contains(below));
        found.extend(gone.map(|below| {
            let mut diagnostic = Diagnostic::error(
                "PG-P043",
                TOP,
                format!("\"{below}\" can't be taken away: \"{name}\" is in force and lies over it"),
                format!("«{below}» کنار گذاشته نمی‌شود: «{name}» برقرار است و روی آن می‌نشیند"),
            )
            .with_help(
                format!("take \"{name}\" away in the same change, or deploy a version of it first that does not lie over \"{below}\""),
                format!("«{name}» را در همان تغییر کنار بگذارید، یا نخست نسخه‌ای از آن را مستقر کنید که روی «{below}» نیست"),
            );
            diagnostic.file = format!("{name}/pack.yaml");
            diagnostic
        }));
    }
    Ok(found)
}

pub(crate) fn as_set(packs: &[PackRef]) -> BTreeSet<&PackRef> {
    packs.iter().collect()
}

/// Reads what is wanted by name from the shelf.
fn resolve(ground: &Ground<'_>, wish: &Wish, found: &mut Diagnostics) -> Result<(Vec<Arc<Bundle>>, Bundles), Unfit> {
    let mut bundles: Vec<Arc<Bundle>> = Vec::new();
    let mut names = BTreeSet::new();
    let mut once = |name: &str, found: &mut Diagnostics| {
        if !names.insert(name.to_owned()) {
            found.push(about(
                name,
                format!("the pack \"{name}\" is named twice in one deployment"),
                format!("بستهٔ «{name}» در یک استقرار دو بار آمده است"),
            ));
        }
    };
    for wanted in &wish.packs {
        let bundle = match wanted {
            Wanted::New(bundle) => bundle.clone(),
            Wanted::Known { name, version } => match shelf::read(ground.store, name, version)? {
                Some(bundle) => Arc::new(bundle),
                None => {
                    found.push(unknown(ground.editions, name, version));
                    continue;
                }
            },
        };
        once(&bundle.name, found);
        bundles.push(bundle);
    }
    let in_force = ground.editions.packs_at(wish.effective_from.unwrap_or(ground.now).max(ground.now));
    for name in &wish.removed {
        once(name, found);
        if !in_force.iter().any(|pack| pack.name == *name) {
            found.push(about(
                name,
                format!("the pack \"{name}\" is not in force then, so it can't be taken away"),
                format!("بستهٔ «{name}» در آن هنگام در کار نیست تا کنار گذاشته شود"),
            ));
        }
    }
    if bundles.len() > PACKS_MAX {
        found.push(about(
            "",
            format!("at most {PACKS_MAX} packs are deployed at once"),
            format!("با هم بیش از {PACKS_MAX} بسته مستقر نمی‌شود"),
        ));
    }
    let known = bundles.iter().map(|bundle| ((bundle.name.clone(), bundle.version.clone()), bundle.clone())).collect();
    Ok((bundles, known))
}

fn about(file: &str, en: String, fa: String) -> Diagnostic {
    let mut diagnostic = Diagnostic::error("PG-P078", TOP, en, fa);
    file.clone_into(&mut diagnostic.file);
    diagnostic
}

fn unknown(editions: &Editions, name: &str, version: &str) -> Diagnostic {
    let versions: BTreeSet<&str> = editions.versions(name).into_iter().map(|(_, pack)| pack.version.as_str()).collect();
    let diagnostic = about(
        name,
        format!("no version {version} of the pack \"{name}\" was ever deployed here"),
        format!("نسخهٔ {version} بستهٔ «{name}» هیچ‌گاه این‌جا مستقر نشده است"),
    );
    if versions.is_empty() {
        return diagnostic;
    }
    let list: Vec<&str> = versions.into_iter().collect();
    diagnostic.with_help(format!("there are {}", list.join(", ")), format!("نسخه‌ها: {}", list.join("، ")))
}

/// The same version with other content: each file that differs.
fn changed(store: &dyn Store, bundle: &Bundle) -> Result<Diagnostics, Unfit> {
    let Some(before) = shelf::read(store, &bundle.name, &bundle.version)? else { return Ok(Diagnostics::default()) };
    let mut found = Diagnostics::default();
    for file in super::difference::between(&before, bundle) {
        let line = file.hunks.first().and_then(|hunk| {
            let same = hunk.lines.iter().take_while(|line| line.kind == super::difference::Kind::Same).count();
            u32::try_from(hunk.to_line + same).ok()
        });
        let (en, fa) = match file.change {
            super::difference::Change::Added => ("was not there", "نبود"),
            super::difference::Change::Removed => ("was there and is gone", "بود و اکنون نیست"),
            super::difference::Change::Changed => ("was different", "متفاوت بود"),
        };
        let mut diagnostic = Diagnostic::error(
            "PG-P075",
            Span { line: line.unwrap_or(1), column: 1, length: 0 },
            format!("{} was deployed before with other content: this file {en} in it", bundle.label()),
            format!("{} پیش‌تر با محتوای دیگری مستقر شده است: این پرونده در آن {fa}", bundle.label()),
        )
        .with_help(
            format!(
                "running cases count on it: give the changed pack a new `version` in {}",
                bundle.shown("pack.yaml")
            ),
            format!(
                "پرونده‌های در جریان به آن تکیه دارند: در {} برای بستهٔ تغییریافته `version` تازه بنویسید",
                bundle.shown("pack.yaml")
            ),
        );
        diagnostic.file = bundle.shown(&file.path);
        found.push(diagnostic);
    }
    Ok(found)
}

/// The tests beside scripts.
fn check_scripts(
    ground: &Ground<'_>,
    bundle: &Bundle,
    with: Option<&pack::Catalog>,
    found: &mut Diagnostics,
) -> Result<(), Unfit> {
    for (path, text) in bundle.files.iter().filter(|(path, _)| is_test(path)) {
        let mut of_file = Diagnostics::default();
        run_rows(ground, bundle, (path, text), with, &mut of_file);
        if (ground.making.is_called_off)() {
            return Err(Unfit::CalledOffIn(script_beside(path).1));
        }
        found.extend(of_file.in_file(&bundle.shown(path)));
    }
    Ok(())
}

/// The path of a script without its ending, and its name, by the file of its tests.
fn script_beside(path: &str) -> (&str, String) {
    let stem = path.trim_end_matches(".test.yaml").trim_end_matches(".test.yml");
    (stem, Path::new(stem).file_name().unwrap_or_default().to_string_lossy().into_owned())
}

/// Until all have run, or nobody waits for them any more.
fn run_rows(
    ground: &Ground<'_>,
    bundle: &Bundle,
    (path, text): (&str, &str),
    with: Option<&pack::Catalog>,
    found: &mut Diagnostics,
) {
    let root = match peygir_source::yaml::parse(text) {
        Ok(root) => root,
        Err(diagnostic) => return found.push(diagnostic),
    };
    let (stem, name) = script_beside(path);
    let Some(source) = bundle.files.get(&format!("{stem}.rhai")) else {
        return found.push(Diagnostic::error(
            "PG-G005",
            root.span,
            format!("there is no script {name}.rhai beside these tests"),
            format!("کنار این آزمون‌ها اسکریپت {name}.rhai نیست"),
        ));
    };
    // A script that can't be read is told where the pack is read.
    let Ok(script) = Script::compile(&name, source) else { return };
    let written = with.map(|with| pack::script_findings(&script, &bundle.place, with)).unwrap_or_default();
    match tests::read(&root) {
        Ok(rows) => {
            for row in rows.iter().take_while(|_| !(ground.making.is_called_off)()) {
                let world = pack::row_world(row, with);
                for outcome in tests::run(&script, std::slice::from_ref(row), &world, &(ground.deadline)()) {
                    found.list.extend(outcome.to_diagnostic());
                    let place = with.map(|with| (&bundle.place, with));
                    let named = place.map(|place| pack::row_findings(row, &outcome.got, place, &written));
                    found.extend(named.unwrap_or_default());
                }
            }
        }
        Err(findings) => found.extend(findings),
    }
    found.extend(written.in_file(&bundle.shown(&format!("{stem}.rhai"))));
}

fn check_size(bundles: &[Arc<Bundle>], fresh: &[String], found: &mut Diagnostics) {
    let new = bundles.iter().filter(|bundle| fresh.contains(&bundle.label()));
    if new.map(|bundle| bundle.bytes()).sum::<usize>() > EDITION_BYTES_MAX {
        found.push(about(
            "",
            format!(
                "the packs of one deployment have at most {EDITION_BYTES_MAX} bytes together: deploy some of them first"
            ),
            format!("بسته‌های یک استقرار روی هم بیش از {EDITION_BYTES_MAX} بایت نیست: نخست برخی را مستقر کنید"),
        ));
    }
}

/// The edition as it will be, but for its author.
fn edition(ground: &Ground<'_>, wish: &Wish, bundles: &[Arc<Bundle>]) -> Edition {
    Edition {
        number: ground.editions.last() + 1,
        at: ground.now,
        effective_from: wish.effective_from.unwrap_or(ground.now).max(ground.now),
        author: String::new(),
        note: wish.note.clone(),
        packs: bundles.iter().map(|bundle| reference(bundle)).collect(),
        removed: wish.removed.clone(),
        withdrawn: None,
    }
}

/// The flows that a version of a pack brings.
pub(super) fn flows_of(store: &dyn Store, pack: &PackRef) -> Result<Vec<FlowRef>, Unfit> {
    let bundle = shelf::read(store, &pack.name, &pack.version)?;
    Ok(bundle.map(|bundle| bundle.flows()).unwrap_or_default())
}

pub fn reference(bundle: &Bundle) -> PackRef {
    PackRef { name: bundle.name.clone(), version: bundle.version.clone(), digest: hex(&bundle.digest) }
}

/// A flow that an event starts is not taken away under the flows that emit it, neither at once nor at a later date.
fn check_starts(
    ground: &Ground<'_>,
    new: &Edition,
    outcomes: &[Outcome],
    known: &mut Bundles,
    found: &mut Diagnostics,
) -> Result<(), Unfit> {
    let before = ground.editions.packs_at(new.effective_from);
    if before.is_empty() {
        return Ok(());
    }
    // What can't be made any more starts nothing either.
    let Ok(mut before) = outcome(ground, before, known)? else { return Ok(()) };
    for outcome in outcomes {
        pack::lost(&before.catalog, &outcome.catalog, found);
        before = outcome.clone();
    }
    Ok(())
}

/// What overlays keep from being seen of what the edition changes, on its date and on each later one; and of what later ones
/// change, where it is the edition that brings the overlay.
fn check_covered(
    ground: &Ground<'_>,
    (editions, new): (&Editions, &Edition),
    outcomes: &[Outcome],
    known: &mut Bundles,
    found: &mut Diagnostics,
) -> Result<(), Unfit> {
    let zone = peygir_calendar::zone(&ground.settings.zone).unwrap_or_else(peygir_calendar::tehran);
    let mut until_then = Vec::new();
    for edition in editions.in_order().into_iter().skip_while(|edition| edition.number != new.number) {
        let packs = editions.packs_of(edition.number);
        let Some(outcome) = outcomes.iter().find(|outcome| outcome.packs == packs) else { continue };
        if edition.number == new.number {
            found.extend(covered::check(ground, &ground.editions.packs_at(new.effective_from), outcome, known)?);
        } else {
            let mut told = covered::check(ground, &ground.editions.packs_of(edition.number), outcome, known)?;
            let coming = covered::check(ground, &until_then, outcome, known)?;
            told.list.extend(coming.list.into_iter().filter(|one| later::is_of(one, &new.packs)));
            later::of_later(told, (&packs, &new.packs), &contrary::Told::of(edition, &zone), found);
        }
        until_then = packs;
    }
    Ok(())
}

/// What packs come to together. The outer error is the store's.
pub(super) fn outcome(
    ground: &Ground<'_>,
    packs: Vec<PackRef>,
    known: &mut Bundles,
) -> Result<Result<Outcome, Diagnostics>, Unfit> {
    if let Some(made) = (ground.made)(&packs) {
        return Ok(Ok(made));
    }
    let bundles = bundles_of(ground.store, &packs, known)?;
    let made = pack::of_bundles(ground.settings.clone(), &bundles, ground.kinds, ground.making.clone());
    if (ground.making.is_called_off)() {
        return Err(Unfit::CalledOff(ground.making.at()));
    }
    Ok(made.map(|(catalog, found)| Outcome { packs, catalog: Arc::new(catalog), found }))
}

/// The bundles of these packs.
pub fn bundles_of(store: &dyn Store, packs: &[PackRef], known: &mut Bundles) -> Result<Vec<Arc<Bundle>>, shelf::Error> {
    let mut bundles = Vec::new();
    for pack in packs {
        let key = (pack.name.clone(), pack.version.clone());
        let bundle = match known.get(&key) {
            Some(bundle) => bundle.clone(),
            None => {
                let read = shelf::read(store, &pack.name, &pack.version)?;
                let gone = || shelf::Error::Damaged { label: pack.label(), what: "it is not there".to_owned() };
                Arc::new(read.ok_or_else(gone)?)
            }
        };
        known.insert(key, bundle.clone());
        bundles.push(bundle);
    }
    Ok(bundles)
}

/// What the store does not have yet: texts of versions, and flows that instances will be pinned to.
fn rows(
    ground: &Ground<'_>,
    bundles: &[Arc<Bundle>],
    outcomes: &[Outcome],
    new: &Edition,
    found: &mut Diagnostics,
) -> Result<Vec<Row>, Unfit> {
    let mut rows = BTreeMap::new();
    for bundle in bundles {
        rows.extend(shelf::rows_of(ground.store, bundle)?);
        rows.extend(written::rows_of(ground.store, bundle)?);
    }
    let kept = deploy::kept(ground.store).map_err(|error| Unfit::Store(error.to_string()))?;
    let flows = outcomes.iter().flat_map(|outcome| &outcome.catalog.flows);
    for (name, flow) in flows {
        let name =
            FlowRef { namespace: name.namespace.clone(), name: name.name.clone(), version: name.version.clone() };
        match kept.get(&name) {
            Some((digest, _)) if *digest != hex(&flow.sha256) => found.push(flow_changed(&name, flow)),
            // Planned for later, and in force sooner with this edition.
            Some((_, Some(since))) if *since > new.effective_from => {
                rows.extend([deploy::row_of(&name, flow, new.effective_from)]);
            }
            Some(_) => {}
            None => rows.extend([deploy::row_of(&name, flow, new.effective_from)]),
        }
    }
    Ok(rows.into_iter().collect())
}

fn flow_changed(name: &FlowRef, flow: &pack::Flow) -> Diagnostic {
    let line = flow.source.lines().position(|line| line.trim_start().starts_with("version:")).unwrap_or(0);
    let shown = deploy::shown(name);
    let mut diagnostic = Diagnostic::error(
        "PG-P076",
        Span { line: u32::try_from(line).unwrap_or(0) + 1, column: 1, length: 0 },
        format!("the flow {shown} was deployed before with other content"),
        format!("گردش کار {shown} پیش‌تر با محتوای دیگری مستقر شده است"),
    )
    .with_help(
        "running cases are pinned to it: give the changed flow a new `document.version`",
        "پرونده‌های در جریان به آن پایبندند: برای گردش کار تغییریافته ‎`document.version`‎ تازه بنویسید",
    );
    diagnostic.file.clone_from(&flow.file);
    diagnostic
}
