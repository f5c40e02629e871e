//! Changes of what lies below that a layer does not touch, and that are not seen all the same: a rule that it puts in, or lets
//! hold for more, stands above and takes what comes there.
//!
//! Owns: which of its rules are asked about, and what changed in the rules below them. The search is `analysis`'s.

use std::collections::{BTreeMap, BTreeSet};

use peygir_calendar::Name;
use peygir_source::Span;

use super::{
    Deed, Kind, Why,
    covered::{Changed, Covered, changed, packs, stacked},
    deeds, without_tests,
};
use crate::{
    analysis::{Share, Sides, Unseen, inputs_in_words, inputs_in_words_fa, unseen},
    model::Table,
    overlay::{Layer, Overlay},
};

/// A rule of the layer that takes what comes to rules below it which change.
#[derive(Debug, Clone)]
pub struct Taken {
    /// What the layer does.
    pub deed: Deed,
    /// Where the overlay says it.
    pub span: Span,
    /// The rules that change, by their ids.
    pub rules: Vec<ChangedRule>,
    pub share: Share,
    /// Inputs of the first of them, decided otherwise now and not where the layer holds; in words.
    pub example: Name,
    /// Packs whose tables or overlays made the rules what they were and what they are.
    pub packs: BTreeSet<String>,
}

/// A rule that is another one than it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedRule {
    pub id: String,
    /// What changed; nothing where it is new or gone.
    pub parts: Vec<Changed>,
    pub is_new: bool,
    pub is_gone: bool,
}

/// What of the change from the old table to the new one rules of the layer keep from being seen. `covered`: what is told of the
/// layer already.
pub fn taken(old: &Table, new: &Table, layer: &Layer<'_>, covered: &[Covered]) -> Vec<Taken> {
    let overlay = layer.overlay;
    let takers = takers(overlay, covered);
    if takers.is_empty() || !overlay.range.matches(&old.version) {
        return Vec::new();
    }
    let (old, new) = (without_tests(old), without_tests(new));
    let alone = std::slice::from_ref(layer);
    let Some((old_laid, new_laid)) = stacked(&old, alone).zip(stacked(&new, alone)) else { return Vec::new() };
    let (at, place) = (new.layers.len(), layer.place);
    let sides = Sides { old: &old, new: &new, old_laid: &old_laid, new_laid: &new_laid, layer: at, place };
    let ids: Vec<&str> = takers.iter().map(|(_, id)| *id).collect();
    let mut by_taker: BTreeMap<(Share, String), Vec<Unseen>> = BTreeMap::new();
    let is_told = |rule: &str| covered.iter().any(|one| one.rule() == rule);
    for one in unseen(sides, &ids).into_iter().filter(|one| !is_told(&one.rule)) {
        by_taker.entry((one.share, one.taker.clone())).or_default().push(one);
    }
    let told = by_taker.into_iter().filter_map(|((share, taker), rules)| {
        let (kind, _) = takers.iter().find(|(_, id)| *id == taker)?;
        Some(told(sides, (overlay, Deed { layer: at, kind: *kind, name: taker }), share, &rules))
    });
    told.collect()
}

/// The rules that the overlay puts in, and those that it lets hold otherwise. Of one that changes places with others it is told.
fn takers<'o>(overlay: &'o Overlay, covered: &[Covered]) -> Vec<(Kind, &'o str)> {
    let inserts = overlay.insert.iter().map(|insert| (Kind::Insert, deeds::id_of(&insert.rule)));
    let widens = overlay.replace.iter().filter(|replace| replace.node.get("when").is_some());
    let widens = widens.map(|replace| (Kind::Replace, replace.rule.name.as_str()));
    let moves =
        |id: &str| covered.iter().any(|one| one.rule() == id && matches!(one.conflict.why, Why::AnchorMoved { .. }));
    inserts.chain(widens).filter(|(_, id)| !moves(id)).collect()
}

fn told(sides: Sides<'_>, (overlay, deed): (&Overlay, Deed), share: Share, found: &[Unseen]) -> Taken {
    let Sides { old, new, new_laid, .. } = sides;
    let mut by = BTreeSet::new();
    let rules = found.iter().map(|one| {
        let (before, after) = (old.rule(&one.rule), new.rule(&one.rule));
        by.extend(packs((old, before), (new, after)));
        let members = ["when", "then", "effective"];
        let parts = before.zip(after).map(|(before, after)| {
            members.iter().flat_map(|member| changed(member, (old, before), (new, after))).collect()
        });
        ChangedRule {
            id: one.rule.clone(),
            parts: parts.unwrap_or_default(),
            is_new: before.is_none(),
            is_gone: after.is_none(),
        }
    });
    let rules: Vec<ChangedRule> = rules.collect();
    let first = &found[0];
    let rows = [new_laid.rule(&deed.name), new.rule(&first.rule), old.rule(&first.rule)];
    let asked: Vec<&str> =
        rows.into_iter().flatten().flat_map(|rule| rule.when().iter().map(|part| part.input.as_str())).collect();
    let is_dated = rows.into_iter().flatten().any(|rule| rule.effective.is_some() || !rule.except.is_empty());
    let day = is_dated.then_some(first.on);
    let example = Name {
        en: inputs_in_words(new, &first.inputs, &asked, day),
        fa: inputs_in_words_fa(new, &first.inputs, &asked, day),
    };
    let span = deed.span(overlay);
    Taken { deed, span, rules, share, example, packs: by }
}
