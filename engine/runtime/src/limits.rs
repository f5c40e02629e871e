//! Limits that a deployment may set, each with a safe default and bounds within which it can be set.
//!
//! The bounds keep what is written within what a store takes: no row and no frame grows past its own limit because a
//! deployment asked for too much.

use peygir_casework::records::MAILBOX_EVENTS_MAX;

use crate::turn::{CONTINUATIONS_MAX, WORK_MAX};

/// Streams kept in memory.
const CACHE_STREAMS_MAX: usize = 1_000;
/// Bytes of streams kept in memory, as estimated.
const CACHE_BYTES_MAX: usize = 64 << 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub of_instances: peygir_core::Limits,
    /// Events that wait in one stream for listeners to come; the oldest goes first.
    pub events_waiting_max: usize,
    /// Pieces of work in one turn; the rest is left to a turn of its own.
    pub turn_work_max: u32,
    /// Turns in a row that a flow may take without once resting; then it is cancelled.
    pub continuations_max: u32,
    /// Streams kept in memory between their turns.
    pub cache_streams_max: usize,
    /// Bytes of such streams, as estimated.
    pub cache_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            of_instances: peygir_core::Limits::default(),
            events_waiting_max: MAILBOX_EVENTS_MAX,
            turn_work_max: WORK_MAX,
            continuations_max: CONTINUATIONS_MAX,
            cache_streams_max: CACHE_STREAMS_MAX,
            cache_bytes_max: CACHE_BYTES_MAX,
        }
    }
}

/// A limit as `deployment.yaml` names it.
pub struct Setting {
    pub name: &'static str,
    pub least: i64,
    pub most: i64,
    pub set: fn(&mut Limits, i64),
}

macro_rules! setting {
    ($name:literal, $least:expr, $most:expr, $($field:ident).+) => {
        Setting {
            name: $name,
            least: $least,
            most: $most,
            // The bounds keep the number within the field's type.
            set: |limits, value| limits.$($field).+ = value.try_into().unwrap_or_default(),
        }
    };
}

/// All of them, in the order in which they are documented.
pub const SETTINGS: &[Setting] = &[
    setting!("turnStepsMax", 1, 10_000, of_instances.turn_steps_max),
    setting!("depthMax", 4, 100, of_instances.depth_max),
    setting!("payloadBytesMax", 1_024, 1 << 20, of_instances.payload_bytes_max),
    setting!("journalEventsMax", 100, 1_000_000_000, of_instances.journal_events_max),
    setting!("childrenMax", 0, 10_000, of_instances.children_max),
    setting!("itemsMax", 1, 100_000, of_instances.items_max),
    setting!("consumedEventsMax", 1, 10_000, of_instances.consumed_events_max),
    setting!("backoffMicrosMax", 1_000_000, 30 * 24 * 3_600_000_000, of_instances.backoff_micros_max),
    setting!("eventsWaitingMax", 0, MAILBOX_EVENTS_MAX as i64, events_waiting_max),
    setting!("turnWorkMax", 10, 50_000, turn_work_max),
    setting!("continuationsMax", 1, 1_000_000, continuations_max),
    setting!("cacheStreamsMax", 0, 1_000_000, cache_streams_max),
    setting!("cacheBytesMax", 0, 64 << 30, cache_bytes_max),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_can_be_set_to_both_its_bounds() {
        for setting in SETTINGS {
            for value in [setting.least, setting.most] {
                let mut limits = Limits::default();
                (setting.set)(&mut limits, value);
                let told = format!("{limits:?}");
                assert!(
                    told.contains(&format!(": {value},")) || told.contains(&format!(": {value} ")),
                    "{}",
                    setting.name
                );
            }
        }
    }

    #[test]
    fn every_limit_sets_a_field_of_its_own() {
        let defaults = Limits::default();
        for setting in SETTINGS {
            let mut least = defaults.clone();
            (setting.set)(&mut least, setting.most);
            let mut most = defaults.clone();
            (setting.set)(&mut most, setting.least);
            assert!(least != most, "{} sets nothing", setting.name);
        }
    }
}
