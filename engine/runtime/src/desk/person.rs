//! Citizens by what identifies them: the same national ID, or else the same number, is the same person with the same key.

use peygir_core::{Id, Moment};
use zeroize::Zeroizing;

use super::refusal::Refusal;
use crate::command::Claim;
use crate::engine::Engine;

/// Persons by the keyed hash of what identifies them.
const PERSON: &[u8] = b"p/";
/// What the cases of a number have in common where nobody was known by that number alone.
const NUMBER: &[u8] = b"pn/";

/// Who a party is, and the claim that makes it so where they are new.
pub(super) struct Identity {
    pub person: Id,
    pub claim: Option<Claim>,
}

/// Finds the person of a national ID or mobile number, or makes one with a key of their own. Somebody without either is
/// a new person each time: nothing says that two of them are one. `pending`: claims of the same message.
pub(super) fn identify(
    engine: &Engine,
    national_id: Option<&str>,
    mobile: Option<&str>,
    pending: &[Claim],
    at: Moment,
) -> Result<Identity, Refusal> {
    let key = match (national_id, mobile) {
        (Some(id), _) => Some([PERSON, &engine.vault.fingerprint("national-id", id)].concat()),
        (None, Some(number)) => Some(key_of_number(engine, PERSON, number)),
        (None, None) => None,
    };
    if let Some(person) = key.as_deref().map(|key| claimed_id(engine, key, pending)).transpose()?.flatten() {
        if engine.vault.knows(person) {
            return Ok(Identity { person, claim: None });
        }
        // The person was erased: what comes now is sealed with a new key, known to this message alone.
        return Ok(Identity { person: create(engine, at)?, claim: None });
    }
    let person = create(engine, at)?;
    Ok(Identity { person, claim: key.map(|key| Claim { key, value: person.0.to_vec() }) })
}

/// What the cases of a number have in common, whoever of its users told them: the person who is known by the number alone,
/// or else an id that belongs to nobody. It joins no persons: each keeps a key of their own.
pub(super) fn number_of(
    engine: &Engine,
    mobile: &str,
    pending: &[Claim],
    at: Moment,
) -> Result<(Id, Option<Claim>), Refusal> {
    let of_nobody = key_of_number(engine, NUMBER, mobile);
    for key in [&of_nobody, &key_of_number(engine, PERSON, mobile)] {
        if let Some(known) = claimed_id(engine, key, pending)? {
            return Ok((known, None));
        }
    }
    let number = engine.new_id(at);
    Ok((number, Some(Claim { key: of_nobody, value: number.0.to_vec() })))
}

fn key_of_number(engine: &Engine, prefix: &[u8], mobile: &str) -> Vec<u8> {
    [prefix, &engine.vault.fingerprint("mobile", mobile)].concat()
}

fn claimed_id(engine: &Engine, key: &[u8], pending: &[Claim]) -> Result<Option<Id>, Refusal> {
    let pending = pending.iter().find(|claim| claim.key == key).map(|claim| claim.value.clone());
    let value = match pending {
        Some(value) => Some(value),
        None => engine.store.claimed(key)?,
    };
    Ok(value.and_then(|value| value.try_into().ok()).map(Id))
}

fn create(engine: &Engine, at: Moment) -> Result<Id, Refusal> {
    let person = engine.new_id(at);
    engine
        .vault
        .create(person, Zeroizing::new(engine.random()))
        .map_err(|error| Refusal::Unavailable(format!("a key could not be kept: {error}")))?;
    Ok(person)
}
