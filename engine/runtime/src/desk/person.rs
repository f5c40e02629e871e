//! Citizens by what identifies them: the same national ID, or else the same number, is the same person with the same key.

use peygir_core::{Id, Moment};
use zeroize::Zeroizing;

use super::refusal::Refusal;
use crate::command::Claim;
use crate::engine::Engine;

/// Who a party is, and the claim that makes it so where they are new.
pub(super) struct Identity {
    pub person: Id,
    pub claim: Option<Claim>,
}

/// Finds the person of a national ID or mobile number, or makes one with a key of their own. Somebody without either is
/// a new person each time: nothing says that two of them are one.
pub(super) fn identify(
    engine: &Engine,
    national_id: Option<&str>,
    mobile: Option<&str>,
    at: Moment,
) -> Result<Identity, Refusal> {
    let key = national_id
        .map(|id| engine.vault.fingerprint("national-id", id))
        .or_else(|| mobile.map(|number| engine.vault.fingerprint("mobile", number)))
        .map(|print| [b"p/".as_slice(), &print].concat());
    if let Some(key) = &key {
        let known = engine.store.claimed(key).map_err(|error| Refusal::Internal(error.to_string()))?;
        if let Some(person) = known.and_then(|value| value.try_into().ok()).map(Id) {
            if engine.vault.knows(person) {
                return Ok(Identity { person, claim: None });
            }
            // The person was erased: what comes now is sealed with a new key, known to this message alone.
            return Ok(Identity { person: create(engine, at)?, claim: None });
        }
    }
    let person = create(engine, at)?;
    Ok(Identity { person, claim: key.map(|key| Claim { key, value: person.0.to_vec() }) })
}

fn create(engine: &Engine, at: Moment) -> Result<Id, Refusal> {
    let person = engine.new_id(at);
    engine
        .vault
        .create(person, Zeroizing::new(engine.random()))
        .map_err(|error| Refusal::Unavailable(format!("a key could not be kept: {error}")))?;
    Ok(person)
}
