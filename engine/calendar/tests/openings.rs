//! When a calendar is next open, against a walk over the minutes.

mod common;

use jiff::{SignedDuration, Timestamp};
use peygir_calendar::{Calendar, Place, read};
use peygir_source::yaml;
use proptest::prelude::*;
use serde_json::json;

fn shipped(text: &str) -> Calendar {
    read::calendar(&yaml::parse(text).unwrap()).unwrap().0
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn the_shipped_calendars() {
    let working = shipped(include_str!("../../../rules/calendars/ir-working.yaml"));
    let opening = |calendar: &Calendar, from: &str| {
        let found = calendar.opening(&Place::default(), at(from)).unwrap();
        (found.at.to_string(), found.until.map(|until| until.to_string()), found.is_now)
    };
    let day = |from: &str, to: &str, now| (at(from).to_string(), Some(at(to).to_string()), now);
    assert_eq!(
        opening(&working, "2026-11-21T10:00+03:30"),
        day("2026-11-21T10:00+03:30", "2026-11-21T14:30+03:30", true)
    );
    // Wednesday after the close: Saturday.
    assert_eq!(
        opening(&working, "2026-11-25T14:30+03:30"),
        day("2026-11-28T07:30+03:30", "2026-11-28T14:30+03:30", false)
    );
    // The day before Nowruz 1406 is a holiday, and so are the first four of the year.
    assert_eq!(
        opening(&working, "2027-03-19T12:00+03:30"),
        day("2027-03-27T07:30+03:30", "2027-03-27T14:30+03:30", false)
    );
    let always = shipped(include_str!("../../../rules/calendars/ir-24x7.yaml"));
    assert_eq!(opening(&always, "2026-11-25T23:30Z"), (at("2026-11-25T23:30Z").to_string(), None, true));
}

#[test]
fn the_end_of_time_has_no_opening() {
    let working = shipped(include_str!("../../../rules/calendars/ir-working.yaml"));
    assert_eq!(working.opening(&Place::default(), Timestamp::MAX), None);
    // Its day begins before time does.
    assert_eq!(working.opening(&Place::default(), Timestamp::MIN), None);
}

/// Minute by minute: whether some open segment of the day holds it.
fn is_open(calendar: &Calendar, at: Timestamp) -> bool {
    let date = calendar.zone().to_datetime(at).date();
    let day = calendar.day(date, &Place::default()).unwrap();
    day.segments.iter().any(|segment| segment.open && segment.from <= at && at < segment.to)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn walking_finds_the_same(
        zone in prop::sample::select(&["Asia/Tehran", "Europe/Berlin", "Asia/Kathmandu"][..]),
        days in prop::collection::vec(prop::sample::select(&[0usize, 1, 2, 3][..]), 7),
        minute in 0i64..400_000,
        closed in prop::collection::btree_map(1u8..28, prop::sample::select(&["00:00", "09:00", "23:00"][..]), 0..5),
    ) {
        let hours = [json!([]), json!(["08:00-12:00", "12:30-16:00"]), json!(["00:00-24:00"]), json!(["22:00-24:00"])];
        let names = ["sat", "sun", "mon", "tue", "wed", "thu", "fri"];
        let week: serde_json::Map<String, serde_json::Value> =
            names.iter().zip(&days).map(|(name, kind)| ((*name).to_owned(), hours[*kind].clone())).collect();
        prop_assume!(days.iter().any(|kind| *kind != 0));
        let closures: Vec<_> = closed
            .iter()
            .map(|(day, from)| json!({ "date": format!("1400/1/{day}"), "from": from, "name": "closed" }))
            .collect();
        let calendar = common::calendar(&json!({
            "kind": "calendar", "id": "random", "title": "random", "zone": zone, "week": week, "closures": closures,
        }));
        // Around the spring of 1400, when the clocks of Tehran and Berlin went forward.
        let from = at("2021-03-15T00:00Z") + SignedDuration::from_mins(minute % 60_000);
        let found = calendar.opening(&Place::default(), from).unwrap();
        let minutes = |from: Timestamp| (0..200_000).map(move |minute| from + SignedDuration::from_mins(minute));
        let opens = minutes(from).find(|at| is_open(&calendar, *at)).unwrap();
        prop_assert_eq!((found.at, found.is_now), (opens, opens == from));
        let closes = minutes(opens).take(24 * 60 * 31).find(|at| !is_open(&calendar, *at));
        prop_assert_eq!(found.until, closes);
    }
}
