//! Taking back an edition that is still to come: what is planned after it has to be right without it.
//!
//! An edition that is in force, or was, is not withdrawn: cases were decided by it. Then the version before is deployed.

use std::collections::BTreeMap;

use peygir_core::state::FlowRef;
use peygir_source::Diagnostics;

use super::edition::{Edition, Editions, Withdrawn};
use super::plan::{self, Ground, Outcome, Unfit};
use super::{Refused, Withdraw, later};
use crate::deploy;
use crate::stream::Change;

/// Characters of the reason.
pub const REASON_CHARS_MAX: usize = super::NOTE_CHARS_MAX;

/// A withdrawal that leaves nothing broken behind, as far as anybody knows.
#[derive(Debug)]
pub struct Withdrawal {
    pub withdraw: Withdraw,
    /// Warnings.
    pub found: Diagnostics,
    /// What is in force at each later date that is planned.
    pub outcomes: Vec<Outcome>,
}

/// Why an edition is not withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum Unwithdrawn {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Unfit(#[from] Unfit),
}

/// `present`: number of the edition that is in force.
pub fn plan(ground: &Ground<'_>, present: u64, number: u64, reason: &str) -> Result<Withdrawal, Unwithdrawn> {
    let edition = to_come(ground, present, number)?;
    let withdrawn = Withdrawn { at: ground.now, by: String::new(), reason: reason.to_owned() };
    let left = ground.editions.without(number, withdrawn);
    let mut found = Diagnostics::default();
    let after = left.in_order().into_iter().skip_while(|other| other.order() < edition.order());
    let after: Vec<u64> = after.map(|other| other.number).collect();
    let outcomes = later::outcomes(ground, &left, &after, &mut BTreeMap::new(), &mut found)?;
    let before = plan::outcome(ground, ground.editions.packs_of(number), &mut BTreeMap::new())?;
    if let (Ok(mut before), [first, ..]) = (before, &outcomes[..])
        && after.first().is_some_and(|number| left.packs_of(*number) == first.packs)
    {
        for outcome in &outcomes {
            crate::pack::lost(&before.catalog, &outcome.catalog, &mut found);
            before = outcome.clone();
        }
    }
    if found.has_errors() {
        return Err(Unfit::Findings(found).into());
    }
    let rows = rows(ground, edition, &left)?;
    let (after, withdrawn) = (ground.editions.last(), ground.editions.withdrawn());
    let withdraw = Withdraw { edition: number, reason: reason.to_owned(), after, withdrawn, rows };
    Ok(Withdrawal { withdraw, found, outcomes })
}

/// The edition, where it is one that can be withdrawn.
fn to_come<'e>(ground: &Ground<'e>, present: u64, number: u64) -> Result<&'e Edition, Refused> {
    let edition = ground.editions.all.get(&number).ok_or(Refused::Unknown)?;
    if !edition.counts() {
        return Err(Refused::Withdrawn);
    }
    let present = ground.editions.all.get(&present);
    let come = present.is_some_and(|present| edition.order() <= present.order());
    if come || edition.effective_from <= ground.now { Err(Refused::InForce) } else { Ok(edition) }
}

/// Flows that only this edition would have brought are forgotten; those that a later one brings too are kept from that
/// one's date on.
fn rows(ground: &Ground<'_>, edition: &Edition, left: &Editions) -> Result<Vec<Change>, Unfit> {
    let stored = |error: deploy::Error| Unfit::Store(error.to_string());
    let mine = deploy::since(ground.store, edition.effective_from).map_err(stored)?;
    if mine.is_empty() {
        return Ok(Vec::new());
    }
    let mut first: BTreeMap<FlowRef, peygir_core::Moment> = BTreeMap::new();
    for other in left.in_order() {
        for pack in &other.packs {
            for flow in plan::flows_of(ground.store, pack)? {
                first.entry(flow).or_insert(other.effective_from);
            }
        }
    }
    let changed = mine.into_iter().map(|row| {
        let since = first.get(row.name()).copied();
        (row.key_of_editions(), since.map(|since| row.encoded_since(since)))
    });
    Ok(changed.collect())
}
