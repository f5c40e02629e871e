//! Packs as they are deployed: editions of them in the store, each with its author, its note and the instant from which it
//! counts.
//!
//! Owns: what an edition is and which versions are in force at an instant ([`edition`]), the texts of every version that was
//! ever deployed ([`shelf`]), what has to be right before anything is deployed ([`plan`]) and what
//! contradicts what is planned ([`contrary`]), what a deployment's folder says
//! at a start ([`folder`]) or a browser sends ([`uploaded`]), how two versions differ ([`difference`]), and what of them names
//! people ([`staff`]). A version never changes: the same name and version with other content is refused. Deliberately does not know what packs mean, which is [`crate::pack`]'s affair, nor when a
//! catalog is replaced, which is the engine's.

pub mod contrary;
pub mod covered;
pub mod difference;
pub mod edition;
pub mod folder;
mod later;
pub mod plan;
pub mod shelf;
pub mod staff;
pub mod uploaded;
pub mod withdraw;
pub mod written;

pub use edition::{Edition, Editions, PackRef, Withdrawn};
pub use folder::{Edited, FOLDER, Folder, Notice};
pub use plan::{Plan, Unfit, Wanted, Wish};
pub use withdraw::Withdrawal;

use minicbor::{Decode, Encode};
use peygir_core::{Id, Moment};

use crate::command::Claim;
use crate::stream::Row;

/// The stream that keeps the editions.
pub const STREAM: Id = Id(*b"peygir-editions\0");
/// Editions of one store: one a day for more than twenty-five years.
pub const EDITIONS_MAX: usize = 10_000;
/// Editions whose date is still to come: with each deployment, what is in force on all their dates is checked.
pub const TO_COME_MAX: usize = 16;
/// Packs of one deployment by hand or by API.
pub const PACKS_MAX: usize = crate::pack::PACKS_MAX;
/// Bytes of new versions that one edition may bring: with the flows among them, they stand in one commit.
pub const EDITION_BYTES_MAX: usize = 6 << 20;
/// Characters of the note of an edition.
pub const NOTE_CHARS_MAX: usize = 1_000;

/// What a turn is asked for that deploys packs. Everything was checked before.
#[derive(Debug, Clone, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Deploy {
    /// Number of the last edition that there was as it was checked: another one since then is a conflict.
    #[n(0)]
    pub after: u64,
    #[n(1)]
    pub packs: Vec<PackRef>,
    /// Packs that are taken away.
    #[n(2)]
    pub removed: Vec<String>,
    /// At once where absent.
    #[n(3)]
    pub effective_from: Option<Moment>,
    #[n(4)]
    pub note: String,
    #[n(5)]
    pub claims: Vec<Claim>,
    /// How many editions were withdrawn as it was checked, where any were: another one since then is a conflict.
    #[n(6)]
    pub withdrawn: Option<u64>,
    /// Texts that the store does not have yet. They become rows of the commit and stand in no command: once is enough.
    #[cbor(skip)]
    pub rows: Vec<Row>,
}

/// What a turn is asked for that withdraws an edition which is still to come. What is left was checked before.
#[derive(Debug, Clone, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Withdraw {
    #[n(0)]
    pub edition: u64,
    #[n(1)]
    pub reason: String,
    /// Number of the last edition and of those withdrawn as it was checked: anything else is a conflict.
    #[n(2)]
    pub after: u64,
    #[n(3)]
    pub withdrawn: u64,
    /// Rows of flows that this edition alone would have brought, or that another one brings later. They stand in no command.
    #[cbor(skip)]
    pub rows: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

/// Why an edition was not taken, although its packs were right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("another edition was deployed meanwhile: look at what it changed and deploy again")]
    Raced,
    #[error("{0} was deployed before with other content")]
    Changed(String),
    #[error("there are {EDITIONS_MAX} editions already")]
    TooMany,
    #[error("{TO_COME_MAX} editions are still to come: withdraw one, or wait until one is in force")]
    TooManyToCome,
    #[error("there is no such edition")]
    Unknown,
    #[error("the edition is in force, or was: deploy the version before instead")]
    InForce,
    #[error("the edition was withdrawn before")]
    Withdrawn,
}
