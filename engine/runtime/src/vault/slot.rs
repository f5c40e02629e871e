//! One slot of `persons.keys`: 128 bytes, and what may stand in them.
//!
//! Owns: the form of slots and of the header, which is the first of them. Knows no file, and not what follows from a slot
//! that can't be read.

use std::ops::Range;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use peygir_core::Id;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::PersonKey;

pub(super) const SLOT_BYTES: usize = 128;
/// Slots of a group: so many at the end of the file may be torn, and no more.
pub(super) const GROUP_SLOTS_MAX: usize = 256;
const USED: u8 = 1;
pub(super) const ERASED: u8 = 2;
const HEADER: u8 = 3;
/// Stands after the state of the header; the proof of the master key follows it.
pub(super) const MAGIC: &[u8; 16] = b"peygir persons 1";
/// Where a slot says where its group begins, and of how many slots it is; zeros in slots of a group of their own.
const GROUP_FIRST: Range<usize> = 89..97;
const GROUP_COUNT: Range<usize> = 97..99;

pub(super) type Master = Zeroizing<[u8; 32]>;

/// What stands in a slot.
pub(super) enum Found {
    /// Never written, or not by the time of a crash.
    Blank,
    /// Of whom; nobody where a start wiped what a crash had not written.
    Erased(Option<Id>),
    Used {
        person: Id,
        key: PersonKey,
        group: Range<u64>,
    },
    /// Written, and not as it was written. The person that it names may be wrong too.
    Unread(Id),
}

pub(super) fn found(slot: &[u8], position: u64, master: &Master) -> Found {
    let person = Id(slot[1..17].try_into().expect("a slot is longer than that"));
    match slot[0] {
        0 if slot.iter().all(|byte| *byte == 0) => Found::Blank,
        ERASED if slot[17..].iter().all(|byte| *byte == 0) => Found::Erased((person.0 != [0; 16]).then_some(person)),
        USED => match unwrap(slot, person, master) {
            Some(key) => Found::Used { person, key, group: group_of(slot, position) },
            None => Found::Unread(person),
        },
        _ => Found::Unread(person),
    }
}

/// The slot of one key, for the place where it is to stand; None where it can't be wrapped.
pub(super) fn used(
    person: Id,
    key: &PersonKey,
    position: u64,
    (first, count): (u64, u16),
    master: &Master,
) -> Option<[u8; SLOT_BYTES]> {
    // The nonce is derived from the person and the place: neither is ever used a second time with another key.
    let seed: [u8; 32] = Sha256::new().chain_update(person.0).chain_update(position.to_be_bytes()).finalize().into();
    let payload = Payload { msg: key.as_slice(), aad: &person.0 };
    let wrapped = cipher(master).encrypt(XNonce::from_slice(&seed[..24]), payload).ok()?;
    let mut slot = [0u8; SLOT_BYTES];
    slot[0] = USED;
    slot[1..17].copy_from_slice(&person.0);
    slot[17..41].copy_from_slice(&seed[..24]);
    slot[41..41 + wrapped.len()].copy_from_slice(&wrapped);
    slot[GROUP_FIRST].copy_from_slice(&first.to_le_bytes());
    slot[GROUP_COUNT].copy_from_slice(&count.to_le_bytes());
    Some(slot)
}

/// What stays of an erased key: whose it was, so that nobody takes it for a lost one. The id says nothing of the person.
pub(super) fn erased(person: Option<Id>) -> [u8; SLOT_BYTES] {
    let mut slot = [0u8; SLOT_BYTES];
    slot[0] = ERASED;
    slot[1..17].copy_from_slice(&person.map_or([0; 16], |person| person.0));
    slot
}

pub(super) fn header(master: &Master) -> [u8; SLOT_BYTES] {
    let proof: [u8; 32] =
        Sha256::new().chain_update(b"proof of the master key").chain_update(**master).finalize().into();
    let mut slot = [0; SLOT_BYTES];
    slot[0] = HEADER;
    slot[1..17].copy_from_slice(MAGIC);
    slot[17..49].copy_from_slice(&proof);
    slot
}

fn cipher(master: &Master) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(master.as_slice().into())
}

fn unwrap(slot: &[u8], person: Id, master: &Master) -> Option<PersonKey> {
    let payload = Payload { msg: &slot[41..89], aad: &person.0 };
    let clear = cipher(master).decrypt(XNonce::from_slice(&slot[17..41]), payload).ok()?;
    Some(Zeroizing::new(clear.try_into().ok()?))
}

/// Where the slots lie that were written with this one; itself alone where it does not say.
fn group_of(slot: &[u8], position: u64) -> Range<u64> {
    let said = || {
        let first = u64::from_le_bytes(slot[GROUP_FIRST].try_into().ok()?);
        let count = usize::from(u16::from_le_bytes(slot[GROUP_COUNT].try_into().ok()?));
        let group = first..first.checked_add((count.min(GROUP_SLOTS_MAX) * SLOT_BYTES) as u64)?;
        group.contains(&position).then_some(group)
    };
    said().unwrap_or(position..position + SLOT_BYTES as u64)
}
