//! Notices that the machine's clock was set, and tells.
//!
//! Knows only how far the clock went beside what measures how long something takes. What is due is not its matter: instants
//! are absolute, and a stream's own time never goes back.

use std::time::Duration;

use peygir_core::Moment;
use tokio::time::Instant;

use crate::clock::Clock;

/// What is less than this between two looks is how clocks are kept right, in microseconds.
const TOLD_FROM_US: i64 = 30_000_000;

pub(super) struct ClockWatch {
    at: Moment,
    seen: Instant,
}

impl ClockWatch {
    pub(super) fn begin(clock: &Clock) -> Self {
        Self { at: clock.now(), seen: Instant::now() }
    }

    /// Looks again, and tells where the clock was set since. Only the system's clock is anybody's to set.
    pub(super) fn look(&mut self, clock: &Clock) {
        if !matches!(clock, Clock::Real) {
            return;
        }
        let seconds = self.set_by(clock.now(), Instant::now()).div_euclid(1_000_000);
        if seconds > 0 {
            tracing::warn!(
                seconds,
                "the clock was set forward, or the machine slept: what fell due meanwhile is done now; no deadline moves"
            );
        } else if seconds < 0 {
            tracing::warn!(
                seconds = -seconds,
                "the clock was set back: nothing is done twice, and what is due waits until the clock is there again"
            );
        }
    }

    /// How far the clock was set since the last look, in microseconds; 0 where it is not worth a word.
    fn set_by(&mut self, at: Moment, seen: Instant) -> i64 {
        let went: Duration = seen.saturating_duration_since(self.seen);
        let by = at.0 - self.at.0 - i64::try_from(went.as_micros()).unwrap_or(i64::MAX);
        (self.at, self.seen) = (at, seen);
        if by.saturating_abs() < TOLD_FROM_US { 0 } else { by }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clock_that_was_set_is_told() {
        let seen = Instant::now();
        let after = |seconds: u64| seen + Duration::from_secs(seconds);
        for (clock_s, went_s, told_s) in [
            (1, 1, 0),
            (0, 29, 0),
            (29, 0, 0),
            (31, 0, 31),
            (3_601, 1, 3_600),
            (-3_599, 1, -3_600),
            (86_400, 86_400, 0),
        ] {
            let mut watch = ClockWatch { at: Moment(1_000_000), seen };
            let at = Moment(1_000_000 + clock_s * 1_000_000);
            assert_eq!(watch.set_by(at, after(went_s)), told_s * 1_000_000, "{clock_s} {went_s}");
            assert_eq!(watch.set_by(at, after(went_s)), 0, "it is told once");
        }
    }
}
