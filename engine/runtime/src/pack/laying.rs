//! Packs laid over each other: for every place that packs tell from others, what is in force there.
//!
//! Owns: which packs hold in a place, in the order of the deployment; that a later form, template, script or calendar
//! replaces an earlier one of its name, and that a table is changed by overlays alone. What places share is computed once,
//! and what is wrong is told once: with its file, and with the place where it is wrong only there. What one overlay does to the
//! rules below it is looked at in the widest place where both hold, and there for what its own rules tell apart by place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use peygir_calendar::{Calendars, Place, Scope, Sheet};
use peygir_decision::{Table, analysis, analysis::Fixed};
use peygir_source::{Diagnostic, Diagnostics, Severity};

use super::complaint::{base_above, mild, too_many, two_tables, without_base};
use super::content::{Content, Contents, ScriptSource, TableSource};
use super::everywhere::Everywhere;
use super::interface;
use super::kept::Making;
use super::laid::{Laid, sha256_of};
use super::layer::{Filed, in_file, twice};
use super::merged::{self, MadeTable, Over};
use super::places::{Named, fixed, meet, own_place, words};
use super::splits::Grounds;
use super::{displaced, replaced};
use crate::hex::hex;

/// Computes and checks what is in force in every place. `known`: all packs are there, so that what is missing is missing.
/// `file`: the deployment's.
pub(super) fn contents(
    laid: &[Laid],
    known: bool,
    grounds: Grounds<'_>,
    file: &str,
    making: Making<'_>,
    found: &mut Diagnostics,
) -> Contents {
    let named = Named::of(laid.iter().map(|layer| &layer.scope));
    let places = named.combinations().unwrap_or_else(|| {
        found.push(in_file(too_many(), file));
        vec![Place::default()]
    });
    let mut laying = Laying::new(laid, known, grounds, making.clone());
    let mut by_place = BTreeMap::new();
    for place in places {
        if (making.is_called_off)() {
            break;
        }
        let content = laying.content(&place);
        by_place.insert(place, content);
    }
    let Laying { told, everywhere, calendars, failing, .. } = laying;
    found.extend(told.found);
    found.list.extend(everywhere.found());
    if known {
        found.extend(replaced::in_vain(laid));
    }
    Contents::new(named, by_place, calendars).with_failing(failing)
}

/// Findings, each told once.
#[derive(Default)]
struct Told {
    found: Diagnostics,
    seen: BTreeSet<(String, u32, u32, &'static str, String)>,
    /// Where notes on tables stand that one of its merged forms was told already: another form says it in other words.
    notes: BTreeSet<(String, u32, u32, &'static str)>,
}

/// Notes that every merged form of a table says again, in words of its own: gaps, what was not analysed, what may have no
/// value.
const NOTES_OF_TABLES: [&str; 3] = ["PG-T023", "PG-T027", "PG-T029"];
/// That rows of the layers below come to something else on purpose: in each place they are cases of that place.
const OF_ROWS: &str = "PG-T051";

impl Told {
    /// The findings of one form of a table, without notes that another form gave rise to at the same place.
    fn without_notes_of_before(&mut self, mut found: Diagnostics) -> Diagnostics {
        let is_note = |one: &Diagnostic| match one.severity {
            Severity::Error => false,
            Severity::Warning => NOTES_OF_TABLES.contains(&one.code),
            Severity::Information => NOTES_OF_TABLES.contains(&one.code) || one.code == OF_ROWS,
        };
        let place = |one: &Diagnostic| (one.file.clone(), one.span.line, one.span.column, one.code);
        found.list.retain(|one| !is_note(one) || !self.notes.contains(&place(one)));
        self.notes.extend(found.list.iter().filter(|one| is_note(one)).map(place));
        found
    }
}

/// A file of an overlay: which layer, and which of its overlays.
type OverlayAt = (usize, usize);

struct Laying<'a> {
    laid: &'a [Laid],
    making: Making<'a>,
    known: bool,
    grounds: Grounds<'a>,
    told: Told,
    everywhere: Everywhere,
    /// By the layers that hold there.
    known_contents: BTreeMap<Vec<usize>, Arc<Content>>,
    /// Merged tables, by the layer and id of the base and the overlays.
    tables: BTreeMap<(usize, String, Vec<OverlayAt>), TableSource>,
    /// Sets of calendars, by the layer of each.
    calendar_sets: BTreeMap<Vec<(String, usize)>, usize>,
    calendars: Vec<Calendars>,
    /// Tables that rows fail on.
    failing: Vec<Arc<Table>>,
}

/// What is laid over each other in one place.
struct Here<'p> {
    place: &'p Place,
    layers: Vec<usize>,
}

impl<'a> Laying<'a> {
    fn new(laid: &'a [Laid], known: bool, grounds: Grounds<'a>, making: Making<'a>) -> Self {
        Self {
            laid,
            making,
            known,
            grounds,
            told: Told::default(),
            everywhere: Everywhere::default(),
            known_contents: BTreeMap::new(),
            tables: BTreeMap::new(),
            calendar_sets: BTreeMap::new(),
            calendars: Vec::new(),
            failing: Vec::new(),
        }
    }

    fn content(&mut self, place: &Place) -> Arc<Content> {
        let layers: Vec<usize> = self
            .laid
            .iter()
            .enumerate()
            .filter(|(_, layer)| layer.scope.holds(place))
            .map(|(index, _)| index)
            .collect();
        if let Some(known) = self.known_contents.get(&layers) {
            return known.clone();
        }
        let here = Here { place, layers };
        let tables = self.tables(&here);
        let scripts = self.scripts(&here);
        self.clashes(&here, &tables, &scripts);
        self.lost(&here, &tables);
        self.tell_all(&here, replaced::told(&here.layers, self.laid), "");
        self.tell_all(&here, displaced::told(&here.layers, self.laid), "");
        let (calendar_set, calendar_digests) = self.calendars(&here);
        let laid = here.layers.iter().map(|index| &self.laid[*index]);
        let mut content = Content {
            tables,
            scripts,
            calendars: self.calendars[calendar_set].clone(),
            calendar_digests,
            calendar_set,
            packs: laid.clone().map(|layer| layer.pack.clone()).collect(),
            ..Content::default()
        };
        for layer in laid {
            content.forms.extend(layer.forms.iter().map(|(id, form)| (id.clone(), form.value.clone())));
            let templates = layer.templates.iter().map(|(id, template)| (id.clone(), template.value.clone()));
            content.templates.extend(templates);
        }
        let content = Arc::new(content);
        self.known_contents.insert(here.layers, content.clone());
        content
    }

    /// Each table with the overlays that hold here. Two files of one table are refused: the later is no overlay.
    fn tables(&mut self, here: &Here<'_>) -> BTreeMap<String, TableSource> {
        let mut bases: BTreeMap<&String, usize> = BTreeMap::new();
        for &index in &here.layers {
            for (id, table) in &self.laid[index].tables {
                match bases.get(id) {
                    Some(first) => {
                        let first = &self.laid[*first].tables[id].file.name;
                        self.tell(here, two_tables(id, first, &table.file.name));
                    }
                    None => drop(bases.insert(id, index)),
                }
            }
        }
        let mut overlays: BTreeMap<&str, Vec<OverlayAt>> = BTreeMap::new();
        for &index in &here.layers {
            for (number, overlay) in self.laid[index].overlays.iter().enumerate() {
                match bases.get_key_value(&overlay.value.extends().to_owned()) {
                    Some((id, base)) if *base <= index => overlays.entry(id).or_default().push((index, number)),
                    Some(_) => self.tell(here, base_above(overlay)),
                    // Why there is no such table was told.
                    None if here
                        .layers
                        .iter()
                        .any(|index| self.laid[*index].broken.contains(overlay.value.extends())) => {}
                    None => self.tell(here, without_base(overlay, bases.keys().map(|id| id.as_str()), self.known)),
                }
            }
        }
        bases
            .into_iter()
            .map(|(id, base)| {
                (id.clone(), self.table(here, id, base, overlays.remove(id.as_str()).unwrap_or_default()))
            })
            .collect()
    }

    fn table(&mut self, here: &Here<'_>, id: &str, base: usize, overlays: Vec<OverlayAt>) -> TableSource {
        let laid = self.laid;
        let filed = &laid[base].tables[id];
        let mut scope = laid[base].scope.clone();
        let place = self.known_in(&scope);
        let mut over = Vec::with_capacity(overlays.len());
        for (index, number) in &overlays {
            let Laid { scope: own, pack, overlays, .. } = &laid[*index];
            scope = meet(&scope, own).map_or(scope, |Place { province, county, agency }| Scope {
                province,
                county,
                agency,
            });
            over.push(Over { overlay: &overlays[*number], pack: &pack.name, place: self.known_in(&scope) });
        }
        let parts = merged::Parts { base: filed, pack: &laid[base].pack.name, place: &place, overlays: &over };
        let made = merged::made(parts, &self.making);
        let layers: Vec<usize> = std::iter::once(base).chain(overlays.iter().map(|(index, _)| *index)).collect();
        self.taken(here, &made, &layers, &filed.file.name);
        let key = (base, id.to_owned(), overlays);
        if let Some(known) = self.tables.get(&key) {
            return known.clone();
        }
        self.failing.extend(made.failing().cloned());
        let found =
            self.everywhere.without(made.found.clone(), over.iter().map(|over| over.overlay.file.name.as_str()));
        let found = self.told.without_notes_of_before(found);
        self.tell_all(here, found, &filed.file.name);
        let source = made.source.clone();
        self.tables.insert(key, source.clone());
        source
    }

    /// What inputs have for certain in the widest place in which a scope holds.
    fn known_in(&self, scope: &Scope) -> Fixed {
        fixed(&self.grounds.located(&own_place(scope)))
    }

    /// What overlays take from rules below them here, if this is the widest place in which both hold. `layers`: of the base and of
    /// each overlay.
    fn taken(&mut self, here: &Here<'_>, made: &MadeTable, layers: &[usize], file: &str) {
        let scope = |at: usize| &self.laid[layers[at]].scope;
        let is_here = |upper: usize, lower: usize| meet(scope(upper), scope(lower)).as_ref() == Some(here.place);
        let pairs = (1..layers.len()).flat_map(|upper| (0..=upper).map(move |lower| (upper, lower)));
        let pairs: BTreeSet<(usize, usize)> = pairs.filter(|(upper, lower)| is_here(*upper, *lower)).collect();
        if !pairs.is_empty() {
            let (place, splits) = (self.grounds.located(here.place), self.grounds.splits(here.place));
            let found = made.here(fixed(&place), pairs, splits, &self.making);
            self.tell_all(here, found, file);
        }
    }

    /// What overlays of one table keep from the locked rules of the others.
    fn lost(&mut self, here: &Here<'_>, tables: &BTreeMap<String, TableSource>) {
        let others: Vec<&peygir_decision::Table> = tables.values().map(|source| &*source.table).collect();
        for (id, source) in tables.iter().filter(|(_, source)| !source.overlays.is_empty()) {
            let below = here.layers.iter().filter_map(|index| self.laid[*index].tables.get(id));
            let found = below.flat_map(|base| analysis::lost(&base.value, &source.table, &others)).collect();
            self.tell_all(here, Diagnostics { list: found }, &source.file);
        }
    }

    /// The last script of each name; it takes what the one below it took, and gives what that one gave.
    fn scripts(&mut self, here: &Here<'_>) -> BTreeMap<String, ScriptSource> {
        let mut scripts: BTreeMap<String, ScriptSource> = BTreeMap::new();
        for &index in &here.layers {
            for (id, script) in &self.laid[index].scripts {
                if let Some(below) = scripts.insert(id.clone(), script.clone()) {
                    let broken = interface::compare(&below, script);
                    self.tell_all(here, broken, &script.file);
                }
            }
        }
        scripts
    }

    /// One name, one function.
    fn clashes(
        &mut self,
        here: &Here<'_>,
        tables: &BTreeMap<String, TableSource>,
        scripts: &BTreeMap<String, ScriptSource>,
    ) {
        let built_in = |name: &str| peygir_casework::functions::find(name).is_some();
        let files = tables.iter().map(|(id, table)| (id, &table.file));
        let files = files.chain(scripts.iter().map(|(id, script)| (id, &script.file)));
        for (id, file) in files.filter(|(id, _)| built_in(id)) {
            self.tell(here, in_file(twice(id, "the engine, as a built-in function,"), file));
        }
        for (id, script) in scripts {
            if let Some(table) = tables.get(id) {
                self.tell(here, in_file(twice(id, &table.file), &script.file));
            }
        }
    }

    fn calendars(&mut self, here: &Here<'_>) -> (usize, BTreeMap<String, String>) {
        let mut last: BTreeMap<&String, usize> = BTreeMap::new();
        for &index in &here.layers {
            last.extend(self.laid[index].calendars.keys().map(|id| (id, index)));
        }
        let laid = self.laid;
        let sheet = |(id, index): (&&String, &usize)| &laid[*index].calendars[*id];
        let digest = |filed: &Filed<Sheet>| hex(&sha256_of(std::iter::once(filed.file.text.as_str())));
        let digests = last.iter().map(|(id, index)| ((*id).clone(), digest(sheet((id, index))))).collect();
        let key: Vec<(String, usize)> = last.iter().map(|(id, index)| ((*id).clone(), *index)).collect();
        let known = self.calendar_sets.get(&key).copied();
        let set = known.unwrap_or_else(|| {
            let sheets = last.iter().map(sheet).map(|filed| (filed.file.name.clone(), filed.value.clone())).collect();
            let (calendars, found) = Calendars::resolve(sheets);
            self.tell_all(here, mild(found, self.known), "");
            self.calendars.push(calendars);
            self.calendar_sets.insert(key, self.calendars.len() - 1);
            self.calendars.len() - 1
        });
        (set, digests)
    }

    fn tell_all(&mut self, here: &Here<'_>, found: Diagnostics, file: &str) {
        for diagnostic in found.list {
            let nowhere = diagnostic.file.is_empty();
            self.tell(here, if nowhere { in_file(diagnostic, file) } else { diagnostic });
        }
    }

    /// Tells a finding, with the place where it is not wrong wherever its file's pack holds.
    fn tell(&mut self, here: &Here<'_>, mut diagnostic: Diagnostic) {
        let span = diagnostic.span;
        let key = (diagnostic.file.clone(), span.line, span.column, diagnostic.code, diagnostic.message.clone());
        if !self.told.seen.insert(key) {
            return;
        }
        let of_pack = self.laid.iter().find(|layer| layer.files.contains(&diagnostic.file));
        let own = of_pack.map_or_else(Place::default, |layer| own_place(&layer.scope));
        if let Some(place) = words(here.place).filter(|_| own != *here.place) {
            diagnostic.message = format!("{} (in {place})", diagnostic.message);
            diagnostic.message_fa = format!("{} (در \u{2066}{place}\u{2069})", diagnostic.message_fa).into();
        }
        self.told.found.push(diagnostic);
    }
}
