//! Durations of the language added to instants: days are 24 hours, months are calendar months in the flow's zone.

use peygir_dsl::duration::Duration;
use peygir_dsl::model::Workflow;

use crate::Moment;

/// Zone of flows that name none.
const ZONE: &str = "Asia/Tehran";

/// `times` times this duration, as far as numbers reach.
pub(super) fn times(duration: Duration, times: i64) -> Duration {
    Duration {
        months: duration.months.saturating_mul(times),
        microseconds: duration.microseconds.saturating_mul(times),
    }
}

/// The instant `duration` after `from`; what lies beyond the calendar is its last instant.
pub fn after(definition: &Workflow, from: Moment, duration: Duration) -> Moment {
    let start = if duration.months == 0 { from } else { months_after(definition, from, duration.months) };
    start.plus_micros(duration.microseconds)
}

/// The zone in which the flow's months and schedules are counted.
pub fn zone_of(definition: &Workflow) -> jiff::tz::TimeZone {
    let zone = definition.settings.zone.as_deref().unwrap_or(ZONE);
    jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC)
}

fn months_after(definition: &Workflow, from: Moment, months: i64) -> Moment {
    jiff::Span::new()
        .try_months(months)
        .and_then(|span| from.to_jiff().to_zoned(zone_of(definition)).checked_add(span))
        .map_or(Moment::MAX, |zoned| zoned.timestamp().into())
}
