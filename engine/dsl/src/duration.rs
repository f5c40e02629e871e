//! Durations of the language: ISO 8601 text or an object of units.

/// Days and weeks are 24 h and 168 h exactly; months and years are calendar arithmetic in the flow's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Duration {
    pub months: i64,
    pub microseconds: i64,
}
