//! Tables with the overlays that lie over them, made once for the same texts: each overlay over what the ones below it came to.
//!
//! Owns: laying them, and what analysis finds of the outcome, here and in the places where they hold. What a layer does not touch
//! is not looked at again. Where overlays can't be laid, the deployment is refused; what else is wrong is looked for with the base.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use peygir_decision::analysis::{self, Analysis, Fixed, Here, Split, Stage};
use peygir_decision::{Condition, Layer, Overlay, Rule, Table};
use peygir_source::{Diagnostic, Diagnostics, Severity};

use super::content::TableSource;
use super::inputs::given;
use super::kept::Making;
use super::laid::sha256_of;
use super::layer::Filed;

/// That a row of the layers below comes to something else on purpose, and that an overlay lets go of what a rule answered.
const OF_ROWS: &str = "PG-T051";
const LET_GO: &str = "PG-T057";

/// A table with its overlays, and what was found: with the merging, and by its analysis.
#[derive(Debug)]
pub(super) struct MadeTable {
    pub source: TableSource,
    /// All that is to be told of it, wherever it holds.
    pub found: Diagnostics,
    /// It was neither called off nor cut short: it would come to the same again.
    pub is_whole: bool,
    /// As it was laid, also where a test fails.
    laid: Option<Arc<Table>>,
    below: Option<Arc<MadeTable>>,
    analysis: Analysis,
    /// What was found in places before.
    here: Mutex<BTreeMap<Asked, Diagnostics>>,
}

/// What is asked of a table in a place: values that inputs have, layers that are held against each other, and inputs for whose
/// values it is asked again.
type Asked = (Fixed, BTreeSet<(usize, usize)>, Vec<Split>);

/// What a table is made of: the base with its pack, and overlays with theirs, the lowest first.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub base: &'a Filed<Table>,
    pub pack: &'a str,
    /// What inputs have for certain where the base holds.
    pub place: &'a Fixed,
    pub overlays: &'a [Over<'a>],
}

/// An overlay with the name of its pack.
#[derive(Clone)]
pub(super) struct Over<'a> {
    pub overlay: &'a Filed<Overlay>,
    pub pack: &'a str,
    /// What inputs have for certain where it holds together with all below it.
    pub place: Fixed,
}

/// The table, made or taken from what is kept.
pub(super) fn made(parts: Parts<'_>, making: &Making<'_>) -> Arc<MadeTable> {
    making.kept.table(parts.digest(), || match parts.overlays.split_last() {
        None => alone(parts, making),
        Some((_, below)) => over(made(Parts { overlays: below, ..parts }, making), parts, making),
    })
}

fn alone(parts: Parts<'_>, making: &Making<'_>) -> MadeTable {
    let table = Arc::new(parts.base.value.clone());
    let mut analysis = making.analysed(table.id(), |bounds| analysis::analyse_over(&table, None, bounds));
    analysis.only_within(&table, parts.place);
    let found = analysis.to_diagnostics(&table);
    let is_whole = !analysis.is_cancelled && !analysis.is_cut;
    let source = parts.source(table.clone());
    MadeTable { source, found, is_whole, laid: Some(table), below: None, analysis, here: Mutex::default() }
}

/// The last of the overlays over what those below it came to.
fn over(below: Arc<MadeTable>, parts: Parts<'_>, making: &Making<'_>) -> MadeTable {
    let layers: Vec<Layer<'_>> = parts
        .overlays
        .iter()
        .map(|Over { overlay, pack, place }| Layer::new(&overlay.value, pack, &overlay.file.name).within(place))
        .collect();
    let (laid, mut found) = parts.base.value.lay(&layers);
    let laid = laid.map(Arc::new);
    let is_sound = !found.has_errors();
    let (mut analysis, mut is_whole) = (Analysis::default(), below.is_whole);
    if let Some(laid) = &laid {
        // Also where a test fails: what else is wrong is told in the same breath.
        let before = below.laid.as_deref().filter(|_| below.is_whole).map(|table| (table, &below.analysis));
        analysis = making.analysed(laid.id(), |bounds| analysis::analyse_over(laid, before, bounds));
        analysis.findings.extend(analysis::overrides(&layers));
        if let Some(last) = parts.overlays.last() {
            analysis.only_within(laid, &last.place);
        }
        is_whole &= !analysis.is_cancelled && !analysis.is_cut;
        found.extend(analysis.to_diagnostics(laid));
    }
    // With errors nothing is deployed; what else is wrong is looked for with the base.
    let table = laid.clone().filter(|_| is_sound).unwrap_or_else(|| below.base().source.table.clone());
    MadeTable {
        source: parts.source(table),
        found,
        is_whole,
        laid,
        below: Some(below),
        analysis,
        here: Mutex::default(),
    }
}

impl Parts<'_> {
    fn source(&self, table: Arc<Table>) -> TableSource {
        let texts = self.overlays.iter().map(|over| over.overlay.file.text.as_str());
        let file = &self.base.file;
        TableSource {
            table,
            source: file.text.as_str().into(),
            sha256: sha256_of(std::iter::once(file.text.as_str()).chain(texts)),
            file: file.name.clone(),
            overlays: self.overlays.iter().map(|over| over.overlay.file.name.clone()).collect(),
        }
    }

    /// Of all that a merged table is made of: the texts, the packs and files that findings and layers name, and where they hold.
    fn digest(&self) -> [u8; 32] {
        let base = ["table", self.pack, &self.base.file.name, &self.base.file.text];
        let overlays =
            self.overlays.iter().flat_map(|over| [over.pack, &over.overlay.file.name, &over.overlay.file.text]);
        let places = std::iter::once(self.place).chain(self.overlays.iter().map(|over| &over.place));
        let parts = places.flat_map(|place| place.iter().flat_map(|(from, value)| [from.as_str(), value]).chain([""]));
        sha256_of(base.into_iter().chain(overlays).chain(parts))
    }
}

impl MadeTable {
    fn base(&self) -> &Self {
        self.below.as_ref().map_or(self, |below| below.base())
    }

    /// The table as it was laid, where rows fail on it and the base is in its place.
    pub fn failing(&self) -> Option<&Arc<Table>> {
        self.laid.as_ref().filter(|laid| !Arc::ptr_eq(laid, &self.source.table))
    }

    /// What its overlays take from the rules below them where these inputs have one value. `pairs`: which layers are held against
    /// which. `splits`: what the place leaves open.
    pub fn here(
        &self,
        fixed: Fixed,
        pairs: BTreeSet<(usize, usize)>,
        mut splits: Vec<Split>,
        making: &Making<'_>,
    ) -> Diagnostics {
        splits.retain(|split| self.is_split(split));
        let asked = (fixed, pairs, splits);
        let known = || self.here.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(&asked) {
            return found.clone();
        }
        let Some(stages) = self.stages() else { return Diagnostics::default() };
        let given = given();
        let here = Here { fixed: &asked.0, pairs: &asked.1, given: &given, splits: &asked.2 };
        let last = stages[stages.len() - 1].0;
        let analysis = making.analysed(last.id(), |bounds| analysis::analyse_here(&stages, here, bounds));
        let mut found = analysis.to_diagnostics(last);
        found.list.retain(|one| !self.is_told_by_a_row(one));
        if !analysis.is_cancelled && !analysis.is_cut {
            known().insert(asked, found.clone());
        }
        found
    }

    /// What an overlay lets go of is told once: a row of the base that shows it says more.
    fn is_told_by_a_row(&self, told: &Diagnostic) -> bool {
        let is_it = |row: &Diagnostic| {
            let is_as_grave = told.severity == Severity::Information || row.severity == Severity::Warning;
            row.code == OF_ROWS && is_as_grave && row.file == told.file && row.span.line == told.span.line
        };
        told.code == LET_GO && self.found.list.iter().any(is_it)
    }

    /// Whether a rule that an overlay writes, or one that it changes or takes out, asks about the input.
    fn is_split(&self, split: &Split) -> bool {
        let Some(table) = &self.laid else { return false };
        let is_of =
            |part: &Condition| table.inputs().iter().any(|one| one.from == split.from && part.input == *one.name);
        let is_own = |rule: &&Rule| rule.layer > 0 || rule.changed_by.is_some();
        let is_as_it_was = |rule: &Rule| table.rules().iter().any(|row| row.id == rule.id && !is_own(&row));
        let base = self.base().laid.iter().flat_map(|base| base.rules()).filter(|rule| !is_as_it_was(rule));
        let mut asking = table.rules().iter().filter(is_own).chain(base);
        asking.any(|rule| rule.when().iter().any(is_of))
    }

    /// The table with none of its overlays, with the first, and so on; none where one of them can't be laid.
    fn stages(&self) -> Option<Vec<Stage<'_>>> {
        let laid = self.laid.as_deref()?;
        let mut stages = self.below.as_ref().map_or(Some(Vec::new()), |below| below.stages())?;
        stages.push((laid, &self.analysis));
        Some(stages)
    }
}
