//! What becomes of overlays when the table below them moves to a new version: what merges by itself, what conflicts,
//! and what would change without anybody having said so.
//!
//! Owns: the comparison of an old and a new base under the same overlays. Deliberately does not write files, and does
//! not decide conflicts: it lists them with what each side says.

mod conflicts;
mod covered;
mod deeds;
mod meant;
mod taken;
mod words;

use peygir_calendar::Jalali;
use peygir_source::Diagnostic;

pub use self::covered::{Changed, Covered, covered, stacked};
pub use self::deeds::{Deed, Kind};
pub use self::taken::{ChangedRule, Taken, taken};
pub use self::words::CalledRules;
use crate::{
    analysis::{Inputs, Outcome, Within, difference},
    domain::Limit,
    model::Table,
    overlay::{Layer, Overlay},
};

/// Most changes that are told.
pub const CHANGES_MAX: usize = 200;

/// The outcome of a comparison. Layers are places in the layers of the old table merged with those compared: the first of
/// them comes after the table's own.
#[derive(Debug, Clone, Default)]
pub struct Rebase {
    /// The layers whose range does not take in the new version: their authors have to widen it.
    pub outdated: Vec<usize>,
    /// What lies over the new version as it lay over the old one.
    pub merges: Vec<Deed>,
    pub conflicts: Vec<Conflict>,
    /// Inputs that would be decided otherwise, one for each pair of rules. What conflicts is left out of the new merged
    /// table for this.
    pub changes: Vec<Change>,
    /// Whether the changes are all there are where the layers hold, by proof. Otherwise they are those that were found.
    pub is_complete: bool,
    /// Tests of the table and of the overlays that fail on the new merged table.
    pub tests: Vec<Diagnostic>,
    /// Tests that fail with the old version already.
    pub tests_before: Vec<Diagnostic>,
    /// What is wrong with the overlays over the old version already. Then nothing is compared: there is nothing to start
    /// from.
    pub invalid: Vec<Diagnostic>,
}

impl Rebase {
    /// Whether a test that fails with the new version failed with the old one, too.
    pub fn failed_before(&self, test: &Diagnostic) -> bool {
        let row = |one: &Diagnostic| (one.file.clone(), one.span, one.code);
        self.tests_before.iter().any(|before| row(before) == row(test))
    }
}

/// Something an overlay does that can't be laid over the new version without a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    pub deed: Deed,
    pub why: Why,
}

/// What stands in the way.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// The new version has no such rule, or no such output.
    Gone,
    /// The new version changed the same members: `when`, `then`, `title`, `effective`.
    ChangedInBoth(Vec<&'static str>),
    BecameLocked,
    /// The overlay's value passes a limit that the new version made tighter.
    LimitTighter {
        output: String,
        value: serde_json::Value,
        limit: Limit,
    },
    /// The rule beside which it stood is gone.
    AnchorGone {
        anchor: String,
    },
    /// The rule beside which it stands changed places with another one.
    AnchorMoved {
        anchor: String,
        past: String,
    },
    /// The new version has a rule of this id itself.
    IdTaken,
    /// It can't be laid over the new version for another reason.
    Refused(Box<Diagnostic>),
}

/// Inputs that would be decided otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub inputs: Inputs,
    pub on: Jalali,
    pub before: Outcome,
    pub after: Outcome,
    /// Whether the table without overlays changes in just this way: then the new version means it. Of a collecting table the
    /// answers count that come and go, and not those that overlays give beside them.
    pub is_meant_below: bool,
}

/// Compares what the layers make of two versions of their base.
pub fn rebase(old: &Table, new: &Table, layers: &[Layer<'_>]) -> Rebase {
    rebase_within(old, new, layers, &Within::new())
}

/// The same where the layers hold: there inputs may have these values alone.
pub fn rebase_within(old: &Table, new: &Table, layers: &[Layer<'_>], within: &Within) -> Rebase {
    let mut outcome = Rebase::default();
    let mut below = Versions { old: without_tests(old), new: without_tests(new) };
    let mut kept: Vec<Overlay> = Vec::new();
    // What lies below may itself be merged from several layers.
    let at_of = |place: usize| old.layers.len() + place;
    let left_out = |(_, layer): &(usize, &Layer<'_>)| !layer.overlay.range.matches(&new.version);
    outcome.outdated = layers.iter().enumerate().filter(left_out).map(|(place, _)| at_of(place)).collect();
    (outcome.invalid, outcome.tests_before) = wrong_before(old, layers);
    if !outcome.invalid.is_empty() {
        return outcome;
    }
    for (place, layer) in layers.iter().enumerate() {
        let at = at_of(place);
        let whole = deeds::only(layer.overlay, &deeds::of(layer.overlay, at));
        let merged = below.old.merge(&[Layer { overlay: &whole, ..*layer }]);
        let Ok((old_merged, _)) = merged else {
            // Laid over one by one it came to nothing, though all together did.
            outcome.invalid = merged.err().unwrap_or_default().list;
            return outcome;
        };
        let (rest, conflicts) = conflicts::find(&below, &old_merged, layer, at);
        outcome.conflicts.extend(conflicts);
        let (accepted, refused) = accept(&below.new, layer, rest);
        outcome.conflicts.extend(refused);
        let overlay = deeds::only(layer.overlay, &accepted);
        if let Ok((merged, _)) = below.new.merge(&[Layer { overlay: &overlay, ..*layer }]) {
            below = Versions { old: old_merged, new: merged };
        }
        kept.push(deeds::with_tests(overlay, layer.overlay));
        outcome.merges.extend(accepted);
    }
    outcome.tests = failing(new, layers, &kept);
    changes(&mut outcome, &below, (old, new), within);
    outcome
}

/// What is wrong with the overlays over the old version: whatever they say of versions, and the tests that fail.
fn wrong_before(old: &Table, layers: &[Layer<'_>]) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let open: Vec<Overlay> = layers.iter().map(|layer| deeds::for_any_version(layer.overlay)).collect();
    let open: Vec<Layer> = layers.iter().zip(&open).map(|(layer, overlay)| Layer { overlay, ..*layer }).collect();
    let (table, mut found) = old.lay(&open);
    found.list.retain(|finding| finding.severity == peygir_source::Severity::Error);
    if table.is_some() { (Vec::new(), found.list) } else { (found.list, Vec::new()) }
}

/// The table below a layer, in both versions.
struct Versions {
    old: Table,
    new: Table,
}

fn without_tests(table: &Table) -> Table {
    let mut bare = table.clone();
    bare.tests.clear();
    bare
}

/// The deeds that can be laid over the table together. Where not all can, each is tried after those before it.
fn accept(below: &Table, layer: &Layer<'_>, deeds: Vec<Deed>) -> (Vec<Deed>, Vec<Conflict>) {
    let error = |deeds: &[Deed]| {
        let overlay = deeds::only(layer.overlay, deeds);
        let merged = below.merge(&[Layer { overlay: &overlay, ..*layer }]);
        let is_error = |finding: &Diagnostic| finding.severity == peygir_source::Severity::Error;
        merged.err().and_then(|findings| findings.list.into_iter().find(is_error))
    };
    if error(&deeds).is_none() {
        return (deeds, Vec::new());
    }
    let (mut accepted, mut refused) = (Vec::new(), Vec::new());
    for deed in deeds {
        accepted.push(deed);
        if let Some(finding) = error(&accepted)
            && let Some(deed) = accepted.pop()
        {
            refused.push(Conflict { deed, why: Why::Refused(Box::new(finding)) });
        }
    }
    (accepted, refused)
}

/// The tests that fail when what merges is laid over the new version.
fn failing(new: &Table, layers: &[Layer<'_>], kept: &[Overlay]) -> Vec<Diagnostic> {
    let layers: Vec<Layer> = layers.iter().zip(kept).map(|(layer, overlay)| Layer { overlay, ..*layer }).collect();
    let findings = new.merge(&layers).err().unwrap_or_default();
    findings.list.into_iter().filter(|finding| finding.severity == peygir_source::Severity::Error).collect()
}

fn changes(outcome: &mut Rebase, merged: &Versions, (old, new): (&Table, &Table), within: &Within) {
    let difference = difference(&merged.old, &merged.new, within, CHANGES_MAX);
    outcome.is_complete = difference.is_complete;
    for found in difference.found {
        let before = Outcome::of(old, &found.inputs, found.on);
        let after = Outcome::of(new, &found.inputs, found.on);
        let is_meant_below = meant::is_meant((&before, &after), (&found.before, &found.after));
        outcome.changes.push(Change {
            inputs: found.inputs,
            on: found.on,
            before: found.before,
            after: found.after,
            is_meant_below,
        });
    }
}
