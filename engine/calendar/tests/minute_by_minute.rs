//! Deadlines against a second computation that shares nothing with the first: it walks the minutes one by one, asks
//! ICU for the date and jiff for the offset, and knows no stretches.

mod common;

use std::collections::BTreeMap;

use icu_calendar::Date;
use icu_calendar::cal::Persian;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use peygir_calendar::{Calendar, Deadline, Term, tehran};
use proptest::prelude::*;
use serde_json::{Value, json};

const DAY: i64 = 1440;

/// A calendar as the test means it. Hours are minutes of the day, weekdays count from Thursday, the first day of
/// 1970; closures are days since 1970 and the minute from which they hold.
#[derive(Debug, Clone)]
struct Spec {
    week: Vec<Vec<(i64, i64)>>,
    fixed: Vec<(u8, u8)>,
    tables: Vec<(i32, u8, u8, bool)>,
    closures: BTreeMap<i64, i64>,
    office_end: Option<i64>,
}

fn persian(day: i64) -> (i32, u8, u8) {
    let date = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(day);
    let icu = Date::try_new_iso(date.year().into(), date.month() as u8, date.day() as u8).unwrap().to_calendar(Persian);
    (icu.year().extended_year(), icu.month().ordinal, icu.day_of_month().0)
}

impl Spec {
    fn to_json(&self) -> Value {
        let clock = |m: &i64| format!("{:02}:{:02}", m / 60, m % 60);
        let hours = |(from, to): &(i64, i64)| format!("{}-{}", clock(from), clock(to));
        let names = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"];
        let week: serde_json::Map<_, _> = names
            .iter()
            .zip(&self.week)
            .map(|(name, day)| (name.to_string(), json!(day.iter().map(hours).collect::<Vec<_>>())))
            .collect();
        let fixed: Vec<_> =
            self.fixed.iter().map(|(m, d)| json!({ "day": format!("{m}/{d}"), "name": "fixed" })).collect();
        let mut years: BTreeMap<i32, Vec<Value>> = BTreeMap::new();
        for (year, month, day, sure) in &self.tables {
            let state = if *sure { "announced" } else { "estimated" };
            years
                .entry(*year)
                .or_default()
                .push(json!({ "day": format!("{month}/{day}"), "name": "lunar", "state": state }));
        }
        let years: Vec<_> = years.iter().map(|(year, days)| json!({ "year": year, "days": days })).collect();
        let closures: Vec<_> = self
            .closures
            .iter()
            .map(|(day, from)| {
                let (y, m, d) = persian(*day);
                json!({ "date": format!("{y}/{m}/{d}"), "from": clock(from), "name": "closed" })
            })
            .collect();
        let mut value = json!({
            "kind": "calendar", "id": "random", "title": "t", "week": week,
            "holidays": { "fixed": fixed, "years": years }, "closures": closures,
        });
        if let Some(end) = self.office_end {
            value["officeHours"] = format!("00:00-{}", clock(&end)).into();
        }
        value
    }
}

/// One day, minute by minute.
struct OracleDay {
    open: Vec<bool>,
    counts: bool,
}

struct Oracle<'a> {
    spec: &'a Spec,
    zone: TimeZone,
    days: BTreeMap<i64, OracleDay>,
    /// The half hour asked for last, and its offset in minutes.
    offset: (i64, i64),
}

impl<'a> Oracle<'a> {
    fn new(spec: &'a Spec) -> Self {
        Self { spec, zone: tehran(), days: BTreeMap::new(), offset: (i64::MIN, 0) }
    }

    /// The local minute since 1970 of a UTC minute. Offsets change on the half hour only, so one look-up serves it.
    fn local(&mut self, minute: i64) -> i64 {
        let half_hour = minute.div_euclid(30);
        if self.offset.0 != half_hour {
            let at = Timestamp::from_second(half_hour * 1800).unwrap();
            self.offset = (half_hour, i64::from(self.zone.to_offset(at).seconds() / 60));
        }
        minute + self.offset.1
    }

    fn day(&mut self, day: i64) -> &OracleDay {
        let spec = self.spec;
        self.days.entry(day).or_insert_with(|| {
            let (year, month, of_month) = persian(day);
            let holiday = spec.fixed.contains(&(month, of_month))
                || spec.tables.iter().any(|(y, m, d, _)| (*y, *m, *d) == (year, month, of_month));
            let usual = |minute: i64| {
                let hours = &spec.week[day.rem_euclid(7) as usize];
                hours.iter().any(|(from, to)| (*from..*to).contains(&minute))
            };
            let closed_from = spec.closures.get(&day).copied().unwrap_or(DAY);
            let open: Vec<bool> = (0..DAY).map(|m| !holiday && m < closed_from && usual(m)).collect();
            let open_minutes = open.iter().filter(|open| **open).count();
            let usual_minutes = (0..DAY).filter(|m| usual(*m)).count();
            OracleDay { counts: open_minutes > 0 && 2 * open_minutes >= usual_minutes, open }
        })
    }

    fn is_open(&mut self, minute: i64) -> bool {
        let local = self.local(minute);
        self.day(local.div_euclid(DAY)).open[local.rem_euclid(DAY) as usize]
    }

    fn working_time(&mut self, from: Timestamp, microseconds: i64) -> i64 {
        const MINUTE: i64 = 60_000_000;
        let mut at = from.as_microsecond();
        let mut left = microseconds;
        loop {
            let end = (at.div_euclid(MINUTE) + 1) * MINUTE;
            if self.is_open(at.div_euclid(MINUTE)) {
                if end - at >= left {
                    return at + left;
                }
                left -= end - at;
            }
            at = end;
        }
    }

    fn working_days(&mut self, from: Timestamp, days: u32) -> i64 {
        let mut minute = from.as_second().div_euclid(60);
        let mut today = self.local(minute).div_euclid(DAY);
        let (mut counted, mut close, mut last) = (0, None, None);
        let receipt = today;
        let office_end = self.spec.office_end.unwrap_or(DAY);
        loop {
            minute += 1;
            let local = self.local(minute);
            let day = local.div_euclid(DAY);
            if day != today {
                if last.is_some() && today != receipt && self.day(today).counts {
                    counted += 1;
                    if counted == days {
                        return close.or(last).unwrap() * 60_000_000;
                    }
                }
                (today, close, last) = (day, None, None);
            }
            if self.is_open(minute) {
                last = Some(minute + 1);
                if local.rem_euclid(DAY) < office_end {
                    close = last;
                }
            }
        }
    }
}

/// Hours that do not overlap and do not end in the hour that comes twice when summer time ends.
fn hours() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop_oneof![
        2 => Just(vec![]),
        1 => Just(vec![(0, DAY)]),
        4 => (0..1200_i64, 1..180_i64).prop_map(|(from, length)| vec![(from, from + length)]),
        2 => (0..600_i64, 1..60_i64, 1..60_i64, 1..600_i64).prop_map(|(from, a, gap, b)| vec![
            (from, from + a),
            (from + a + gap, from + a + gap + b),
        ]),
        1 => (1..600_i64).prop_map(|from| vec![(from, 700), (700, DAY)]),
    ]
}

/// 1397 to 1408, the last years of summer time among them.
const FIRST_DAY: i64 = 17_700;
const LAST_DAY: i64 = 21_600;

fn spec() -> impl Strategy<Value = Spec> {
    let week =
        prop::collection::vec(hours(), 7).prop_filter("never open", |week| week.iter().any(|day| !day.is_empty()));
    let fixed = prop::collection::btree_set((1..=12_u8, 1..=29_u8), 0..60);
    let table = prop::collection::btree_map((1397..=1408, 1..=12_u8, 1..=29_u8), any::<bool>(), 0..90);
    let closures = prop::collection::vec((-3..40_i64, 0..1380_i64), 0..25);
    (week, fixed, table, closures, prop::option::of(1..1380_i64), FIRST_DAY..LAST_DAY).prop_map(
        |(week, fixed, tables, closures, office_end, near)| Spec {
            week,
            fixed: fixed.into_iter().collect(),
            tables: tables.into_iter().map(|((y, m, d), sure)| (y, m, d, sure)).collect(),
            closures: closures.into_iter().map(|(day, from)| (near + day, from)).collect(),
            office_end,
        },
    )
}

/// A start near the closures, or anywhere; summer time begins and ends often in it.
fn start(spec: &Spec) -> BoxedStrategy<Timestamp> {
    let near = spec.closures.keys().next().copied().unwrap_or(FIRST_DAY);
    let edges = [18_342, 18_527, 18_708, 18_892, 19_073, 19_257].map(|day| day - 2);
    let day = prop_oneof![
        3 => near - 3..near + 5,
        1 => FIRST_DAY..LAST_DAY,
        1 => prop::sample::select(edges.to_vec()),
    ];
    (day, 0..DAY * 60_000_000)
        .prop_map(|(day, micros)| Timestamp::from_microsecond(day * DAY * 60_000_000 + micros).unwrap())
        .boxed()
}

fn assert_partition(deadline: &Deadline) {
    let mut at = deadline.from;
    for stretch in &deadline.derivation {
        assert_eq!(stretch.from, at, "gap or overlap in {deadline:#?}");
        assert!(stretch.from < stretch.to, "empty stretch in {deadline:#?}");
        at = stretch.to;
    }
    assert_eq!(at, deadline.due, "{deadline:#?}");
}

fn counted(deadline: &Deadline) -> SignedDuration {
    let counted = deadline.derivation.iter().filter(|stretch| stretch.counted);
    counted.fold(SignedDuration::ZERO, |sum, s| sum + s.from.duration_until(s.to))
}

fn assert_stored_form(deadline: &Deadline) {
    let bytes = minicbor::to_vec(deadline).unwrap();
    assert_eq!(&minicbor::decode::<Deadline>(&bytes).unwrap(), deadline);
}

fn compute(calendar: &Calendar, from: Timestamp, term: Term) -> Deadline {
    let deadline = calendar.due(from, term).unwrap();
    assert_partition(&deadline);
    assert_stored_form(&deadline);
    assert_eq!(calendar.due(from, term).unwrap(), deadline);
    deadline
}

fn cases() -> impl Strategy<Value = (Spec, Timestamp, i64, u32)> {
    spec().prop_flat_map(|spec| {
        let from = start(&spec);
        // Terms of some weeks, so that the walk stays short.
        let weekly: i64 = spec.week.iter().flatten().map(|(from, to)| to - from).sum();
        let time = prop_oneof![1..60_000_000_i64, (1..=2 * weekly.min(1500)).prop_map(|minutes| minutes * 60_000_000),];
        (Just(spec), from, time, 1..12_u32)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn deadlines_agree_with_the_minutes((spec, from, time, days) in cases()) {
        let calendar = common::calendar(&spec.to_json());
        let mut oracle = Oracle::new(&spec);

        let by_time = compute(&calendar, from, Term::WorkingTime { microseconds: time });
        prop_assert_eq!(by_time.due.as_microsecond(), oracle.working_time(from, time), "{:#?}", by_time);
        prop_assert_eq!(counted(&by_time), SignedDuration::from_micros(time));
        for stretch in &by_time.derivation {
            let minute = stretch.from.as_second().div_euclid(60);
            prop_assert_eq!(oracle.is_open(minute), stretch.counted, "{:#?}", stretch);
        }

        let by_days = compute(&calendar, from, Term::WorkingDays { days });
        prop_assert_eq!(by_days.due.as_microsecond(), oracle.working_days(from, days), "{:#?}", by_days);
        let numbers: Vec<u32> = by_days.derivation.iter().filter_map(|s| s.day).collect();
        prop_assert_eq!(numbers, (1..=days).collect::<Vec<_>>());
        prop_assert!(by_days.derivation.iter().all(|s| s.counted == s.day.is_some()));

        let elapsed = compute(&calendar, from, Term::Within { microseconds: time });
        prop_assert_eq!(elapsed.due.as_microsecond(), from.as_microsecond() + time);
    }
}
