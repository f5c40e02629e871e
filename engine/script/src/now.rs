//! The moment a script sees as `now`: given by the caller, journalled by it, the same again on a replay.

use jiff::{Timestamp, tz::TimeZone};
use rhai::Dynamic;

use crate::library::Moment;

/// The moment of the call. A script reads `now.epoch`, `now.iso`, `now.date`, and counts from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Now {
    /// Seconds since 1970-01-01T00:00:00Z; counts where `iso` is no instant.
    pub epoch_s: i64,
    /// The same moment in ISO 8601 with offset, as the deployment's time zone writes it.
    pub iso: String,
}

impl Now {
    /// An instant as the clocks of `zone` write it.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        let iso = at.display_with_offset(zone.to_offset(at)).to_string();
        Self { epoch_s: at.as_microsecond().div_euclid(1_000_000), iso }
    }

    /// The instant; the one nearest to it that can be counted, where it lies outside of time.
    pub fn instant(&self) -> Timestamp {
        let nearest = if self.epoch_s < 0 { Timestamp::MIN } else { Timestamp::MAX };
        self.iso.parse().or_else(|_| Timestamp::from_second(self.epoch_s)).unwrap_or(nearest)
    }

    pub(crate) fn to_dynamic(&self) -> Dynamic {
        Dynamic::from(Moment(self.instant()))
    }
}
