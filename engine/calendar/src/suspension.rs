//! A time in which a deadline does not run, because the law says so: while the citizen is waited for.

use jiff::Timestamp;
use minicbor::{Decode, Encode};

use crate::Name;
use crate::deadline::micros;

/// Most suspensions of one deadline.
pub const SUSPENSIONS_MAX: usize = 32;

/// From one instant to a later one; what lies in it does not count, whatever the calendar says.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Suspension {
    /// Which one of its deadline, from 1: derivations name it as `suspension:1`.
    #[n(0)]
    pub number: u32,
    #[n(1)]
    #[cbor(with = "micros")]
    pub from: Timestamp,
    /// When it ended, or when it ends at the latest as long as it goes on.
    #[n(2)]
    #[cbor(with = "micros")]
    pub to: Timestamp,
    /// What is waited for, in words.
    #[n(3)]
    pub name: Name,
}
