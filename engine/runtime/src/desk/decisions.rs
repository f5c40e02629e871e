//! Why a case went where it did: the decisions of its journal, each made once more by the table of then.
//!
//! The journal says table, version, layers, rule and inputs. What it does not say, the rules that stood above, is found by
//! deciding again: by the table of the edition that was in force, on the inputs on record. Only where the same rules give
//! the same answer is this told; otherwise what is on record is, with the reason. Nothing is written.

mod past;
#[cfg(test)]
mod tests;
mod told;

use peygir_core::Id;

use super::Desk;
use super::refusal::Refusal;
use super::require;
use super::view::DecisionView;
use crate::access::{Permission, Principal};
use crate::engine::Engine;
use crate::offload::offload;

/// Decisions of one case that are told; the earliest ones.
pub const DECISIONS_MAX: usize = 200;

impl Desk {
    /// The decisions of a case, by its id or tracking code, the oldest first.
    pub async fn case_decisions(&self, by: &Principal, case: &str) -> Result<Vec<DecisionView>, Refusal> {
        let id = self.host.engine.stream_named(case)?.ok_or(Refusal::NotFound)?;
        let stream = self.stream(id).await?;
        require(&self.host.engine.catalog(), by, Permission::CaseRead, &stream)?;
        let engine = self.host.engine.clone();
        let told = offload(move || decisions(&engine, id)).await;
        told.map_err(|error| Refusal::Internal(error.to_string()))?
    }
}

/// The decisions of a stream. Whoever asks may read the case; [`Desk::case_decisions`] looks.
fn decisions(engine: &Engine, stream: Id) -> Result<Vec<DecisionView>, Refusal> {
    let made = past::decisions(engine.store.as_ref(), stream, DECISIONS_MAX)?;
    Ok(made.iter().map(|made| told::view(engine, made)).collect())
}
