//! What is in force in one place: tables, scripts, calendars, forms and templates of the packs that hold there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use peygir_calendar::{Calendars, Place};
use peygir_casework::content::{Form, Template};
use peygir_decision::Table;
use peygir_script::Script;

use super::places::Named;
use crate::closures::Digests;

/// A table with the overlays that hold in a place.
#[derive(Debug, Clone)]
pub struct TableSource {
    pub table: Arc<Table>,
    /// The base's text.
    pub source: Arc<str>,
    /// Of the base's bytes, and of those of its overlays where there are any.
    pub sha256: [u8; 32],
    /// The base's file.
    pub file: String,
    /// Files of the overlays, in the order in which they are laid over it.
    pub overlays: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct ScriptSource {
    pub script: Arc<Script>,
    pub source: Arc<str>,
    pub sha256: [u8; 32],
    pub file: String,
    /// Name of the pack that it came in; empty where there is none.
    pub pack: String,
}

impl ScriptSource {
    /// First half of the digest of its source, in hexadecimal: its version in the journal.
    pub fn version(&self) -> String {
        self.sha256[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A pack as what was decided by it refers to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackRef {
    pub name: String,
    pub version: String,
    /// SHA-256 of all its files, in hexadecimal; none of a folder that was read and not deployed.
    pub digest: Option<String>,
}

/// What is in force in one place. Where few packs differ, most of it is shared.
#[derive(Debug, Clone, Default)]
pub struct Content {
    pub tables: BTreeMap<String, TableSource>,
    pub scripts: BTreeMap<String, ScriptSource>,
    pub calendars: Calendars,
    /// What each calendar was written as.
    pub calendar_digests: Digests,
    pub forms: BTreeMap<String, Arc<Form>>,
    pub templates: BTreeMap<String, Arc<Template>>,
    /// Those that hold here, the lowest first.
    pub packs: Vec<PackRef>,
    /// Which of [`Contents::calendars`] these are: places share them.
    pub(crate) calendar_set: usize,
}

/// The contents of all places.
#[derive(Debug, Clone)]
pub struct Contents {
    named: Named,
    by_place: BTreeMap<Place, Arc<Content>>,
    everywhere: Arc<Content>,
    calendars: Vec<Calendars>,
    /// Tables that are in force nowhere, because rows fail on them.
    failing: Vec<Arc<Table>>,
}

impl Contents {
    pub(super) fn new(named: Named, by_place: BTreeMap<Place, Arc<Content>>, calendars: Vec<Calendars>) -> Self {
        let everywhere = by_place.get(&Place::default()).cloned().unwrap_or_default();
        Self { named, by_place, everywhere, calendars, failing: Vec::new() }
    }

    pub(super) fn with_failing(self, failing: Vec<Arc<Table>>) -> Self {
        Self { failing, ..self }
    }

    /// Every table of every place as its overlays make it, each once, also where rows fail on it and the base stands in its place.
    pub(super) fn laid(&self) -> impl Iterator<Item = &Arc<Table>> {
        let tables = self.by_place.values().flat_map(|content| content.tables.values()).map(|source| &source.table);
        let mut seen: BTreeSet<*const Table> = BTreeSet::new();
        tables.chain(&self.failing).filter(move |table| seen.insert(Arc::as_ptr(table)))
    }

    /// What is in force in a place. Of a place that no pack names, what holds everywhere.
    pub fn at(&self, place: &Place) -> &Arc<Content> {
        if self.named.is_empty() {
            return &self.everywhere;
        }
        self.by_place.get(&self.named.seen(place)).unwrap_or(&self.everywhere)
    }

    /// Whether the same is in force everywhere.
    pub fn is_uniform(&self) -> bool {
        self.named.is_empty()
    }

    /// Every place that packs tell from others, the widest first, with what is in force there. Places may share it.
    pub fn places(&self) -> impl Iterator<Item = (&Place, &Arc<Content>)> {
        self.by_place.iter()
    }

    /// The calendars of all places, each set once.
    pub(crate) fn calendars(&self) -> &[Calendars] {
        &self.calendars
    }

    /// Puts other calendars in force in every place: tests and rehearsals do.
    pub fn with_calendars(&self, calendars: &Calendars, digests: &Digests) -> Self {
        let changed = |content: &Arc<Content>| {
            let (calendars, digests) = (calendars.clone(), digests.clone());
            Arc::new(Content { calendars, calendar_digests: digests, calendar_set: 0, ..Content::clone(content) })
        };
        let by_place = self.by_place.iter().map(|(place, content)| (place.clone(), changed(content))).collect();
        Self::new(self.named.clone(), by_place, vec![calendars.clone()])
    }

    /// What each calendar was written as: by its id as it holds everywhere, and by id and place where another holds.
    pub fn calendar_digests(&self) -> Digests {
        let mut digests = self.everywhere.calendar_digests.clone();
        for (place, content) in &self.by_place {
            let Some(around) = around(place) else { continue };
            let around = &self.at(&around).calendar_digests;
            let ids = content.calendar_digests.iter().filter(|(id, digest)| around.get(*id) != Some(*digest));
            digests.extend(ids.map(|(id, digest)| (placed_id(id, place), digest.clone())));
        }
        digests
    }
}

/// The next wider place.
fn around(place: &Place) -> Option<Place> {
    let mut wider = place.clone();
    let narrowest =
        [&mut wider.agency, &mut wider.county, &mut wider.province].into_iter().find(|part| part.is_some())?;
    *narrowest = None;
    Some(wider)
}

/// A calendar as it holds in a place: `ir-working@yazd/taft/`.
fn placed_id(id: &str, place: &Place) -> String {
    let [province, county, agency] =
        [&place.province, &place.county, &place.agency].map(|part| part.as_deref().unwrap_or_default());
    format!("{id}@{province}/{county}/{agency}")
}

/// The calendar's id, and the place in which another one holds; the whole country, where it names none.
pub(crate) fn parse_placed(text: &str) -> (&str, Place) {
    let Some((id, place)) = text.split_once('@') else { return (text, Place::default()) };
    let mut parts = place.split('/').map(|part| (!part.is_empty()).then(|| part.to_owned()));
    let mut next = || parts.next().flatten();
    (id, Place { province: next(), county: next(), agency: next() })
}
