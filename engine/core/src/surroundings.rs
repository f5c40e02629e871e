//! What a step is told of the world around it: the limits that hold and the secrets that there are.

use crate::Data;

/// Limits of an instance, each with a safe default; a deployment may set them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Tasks started in one turn; at the bound the rest is left to [`crate::Command::Continue`].
    pub turn_steps_max: u32,
    /// Activations within each other.
    pub depth_max: u32,
    /// Longest input, output, context, item or event, as JSON, in bytes.
    pub payload_bytes_max: usize,
    /// Events of one instance; beyond it faults, uncatchably.
    pub journal_events_max: u64,
    /// Instances that the tasks of one instance start.
    pub children_max: u32,
    /// Items of one `for`.
    pub items_max: usize,
    /// Events that one `listen` consumes.
    pub consumed_events_max: usize,
    /// Longest growing back-off between retries, in microseconds.
    pub backoff_micros_max: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            turn_steps_max: 1_000,
            depth_max: 100,
            payload_bytes_max: 1 << 20,
            journal_events_max: 1_000_000,
            children_max: 1_000,
            items_max: 100_000,
            consumed_events_max: 10_000,
            backoff_micros_max: 3_600_000_000,
        }
    }
}

/// Fixed for a turn.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    pub limits: Limits,
    /// An object of the secrets that the deployment has, by name. A leaf is a token that stands for the secret; the secret
    /// itself is put in its place where the world is asked, and nowhere else.
    pub secrets: Option<Data>,
}
