//! Schedules in five fields: by hand, against a walk over the minutes, and against another cron.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use peygir_calendar::Language::{English, Persian};
use peygir_calendar::cron::{Field, Problem, Schedule, TEXT_BYTES_MAX};
use peygir_calendar::{tehran, zone};
use proptest::prelude::*;

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The next `count` times as the clocks of the zone show them, with the offset.
fn times(text: &str, from: &str, zone: &TimeZone, count: usize) -> Vec<String> {
    let schedule = schedule(text);
    let mut now = at(from);
    let mut found = Vec::new();
    for _ in 0..count {
        now = schedule.next_after(now, zone).unwrap();
        found.push(now.to_zoned(zone.clone()).strftime("%a %Y-%m-%dT%H:%M%:z").to_string());
    }
    found
}

#[test]
fn days_of_the_week_are_posix_and_either_day_field_may_match() {
    let from = "2026-11-20T20:30:00Z"; // Saturday 00:00 in Tehran
    let first = |text: &str| times(text, from, &tehran(), 1)[0].clone();
    for (text, expected) in [
        ("* * * * *", "Sat 2026-11-21T00:01+03:30"),
        ("0 0 * * *", "Sun 2026-11-22T00:00+03:30"),
        ("0 8 * * 0", "Sun 2026-11-22T08:00+03:30"),
        ("0 8 * * 7", "Sun 2026-11-22T08:00+03:30"),
        ("0 8 * * sun", "Sun 2026-11-22T08:00+03:30"),
        ("0 8 * * 1-5", "Mon 2026-11-23T08:00+03:30"),
        ("0 8 * * 5-7", "Sat 2026-11-21T08:00+03:30"),
        ("0 8 * * FRI-SUN", "Sat 2026-11-21T08:00+03:30"),
        ("0 8 * * 6,0-3", "Sat 2026-11-21T08:00+03:30"),
        ("30 23 * 1 *", "Fri 2027-01-01T23:30+03:30"),
        ("0 0 29 2 *", "Tue 2028-02-29T00:00+03:30"),
        ("0 0 13 * FRI", "Fri 2026-11-27T00:00+03:30"),
        ("0 0 30 2 MON", "Mon 2027-02-01T00:00+03:30"),
        ("15-45/15 9-17/4 */10 JAN,jul *", "Fri 2027-01-01T09:15+03:30"),
        ("\t5  4 * *\t* ", "Sat 2026-11-21T04:05+03:30"),
    ] {
        assert_eq!(first(text), expected, "{text}");
    }
}

#[test]
fn tehrans_summer_times() {
    let tehran = tehran();
    // 2021: the clocks went from 00:00 to 01:00 on the 22nd of March, from 24:00 back to 23:00 on the 21st of September.
    assert_eq!(
        times("30 0 * * *", "2021-03-20T12:00:00Z", &tehran, 3),
        ["Sun 2021-03-21T00:30+03:30", "Mon 2021-03-22T01:00+04:30", "Tue 2021-03-23T00:30+04:30"]
    );
    assert_eq!(
        times("*/20 * * * *", "2021-03-21T20:00:00Z", &tehran, 3),
        ["Sun 2021-03-21T23:40+03:30", "Mon 2021-03-22T01:00+04:30", "Mon 2021-03-22T01:20+04:30"]
    );
    assert_eq!(
        times("30 23 * * *", "2021-09-20T12:00:00Z", &tehran, 3),
        ["Mon 2021-09-20T23:30+04:30", "Tue 2021-09-21T23:30+04:30", "Wed 2021-09-22T23:30+03:30"]
    );
    assert_eq!(
        times("*/30 * * * *", "2021-09-21T18:50:00Z", &tehran, 3),
        ["Tue 2021-09-21T23:30+04:30", "Wed 2021-09-22T00:00+03:30", "Wed 2021-09-22T00:30+03:30"]
    );
    assert_eq!(times("0 8 * * *", "2022-09-21T00:00:00Z", &tehran, 2)[1], "Thu 2022-09-22T08:00+03:30");
    assert_eq!(
        times("30 0 * * *", "2023-03-20T12:00:00Z", &tehran, 2),
        ["Tue 2023-03-21T00:30+03:30", "Wed 2023-03-22T00:30+03:30"]
    );
}

#[test]
fn the_search_ends() {
    let yearly = schedule("0 0 29 2 *");
    assert!(yearly.next_after(at("2096-02-01T00:00:00Z"), &tehran()).is_some());
    assert_eq!(yearly.next_after(at("2096-03-01T00:00:00Z"), &tehran()), None);
    assert_eq!(schedule("* * * * *").next_after(Timestamp::MAX, &tehran()), None);
    let first = schedule("0 0 * * *").next_after(Timestamp::MIN, &TimeZone::UTC);
    assert_eq!(first, Some(at("1970-01-01T00:00:00Z")));
    assert_eq!(
        schedule("0 0 * * *").next_after(at("2026-01-01T00:00:00.5Z"), &TimeZone::UTC),
        Some(at("2026-01-02T00:00:00Z"))
    );
}

#[test]
fn what_is_wrong_is_told_by_field_and_with_the_mend() {
    use Field::{Day, Hour, Minute, Month, Weekday};
    for (text, field, place, english) in [
        ("", None, "", "five fields"),
        ("* * * *", None, "* * * *", "has 4"),
        ("0 0 * * * *", None, "0 0 * * * *", "leave them out"),
        ("@daily", None, "@daily", "write `0 0 * * *`"),
        ("@reboot", None, "@reboot", "write the five fields"),
        ("60 * * * *", Some(Minute), "60", "60 is not between 0 and 59"),
        ("* 5,24 * * *", Some(Hour), "24", "24 is not between 0 and 23"),
        ("* * 0 * *", Some(Day), "0", "0 is not between 1 and 31"),
        ("* * * 13 *", Some(Month), "13", "13 is not between 1 and 12"),
        ("* * * * 8", Some(Weekday), "8", "8 is not between 0 and 7"),
        ("* * * * 999999999999", Some(Weekday), "999999999999", "is not between"),
        ("* * * * SAT-WED", Some(Weekday), "SAT-WED", "write `SAT,SUN-WED`"),
        ("* 22-6 * * *", Some(Hour), "22-6", "write `22-23,0-6`"),
        ("5/15 * * * *", Some(Minute), "5/15", "write `5-59/…`"),
        ("*/0 * * * *", Some(Minute), "*/0", "from 1 to 59"),
        ("*/90 * * * *", Some(Minute), "*/90", "schedule.every"),
        ("1,,2 * * * *", Some(Minute), "", "a number is missing"),
        ("1- * * * *", Some(Minute), "1-", "a number is missing"),
        ("* * * * MO", Some(Weekday), "MO", "nor a name from SUN to SAT"),
        ("* * L * *", Some(Day), "L", "other schedulers"),
        ("* * 15W * *", Some(Day), "15W", "other schedulers"),
        ("* * ? * *", Some(Day), "?", "other schedulers"),
        ("* * * * 5#2", Some(Weekday), "5#2", "other schedulers"),
        ("* * * foo *", Some(Month), "foo", "nor a name from JAN to DEC"),
        ("۵ * * * *", Some(Minute), "۵", "Latin digits"),
        ("-5 * * * *", Some(Minute), "-5", "a number is missing"),
        ("1-2-3 * * * *", Some(Minute), "1-2-3", "neither a number"),
        ("*-5 * * * *", Some(Minute), "*-5", "neither a number"),
        ("0 0 30 2 *", Some(Day), "30", "never comes"),
        ("0 0 31 4,6,9-11/2 *", Some(Day), "31", "never comes"),
    ] {
        let error = Schedule::parse(text).expect_err(text);
        assert_eq!(error.field, field, "{text}");
        assert_eq!(&text[error.span.clone()], place, "{text}");
        assert!(error.to_string().contains(english), "{text}: {error}");
        let persian = error.sentence(Persian);
        assert!(persian.chars().any(|c| ('\u{600}'..'\u{700}').contains(&c)), "{text}: {persian}");
    }
    let long = format!("{} * * * *", "1,".repeat(TEXT_BYTES_MAX));
    assert_eq!(Schedule::parse(&long).expect_err("too long").problem, Problem::TooLong);
    assert_eq!(Schedule::parse("* 25 * * *").expect_err("no such hour").sentence(Persian), "ساعت: ۲۵ میان ۰ و ۲۳ نیست");
}

#[test]
fn schedules_read_as_sentences() {
    for (text, english, persian) in [
        ("* * * * *", "every minute", "هر دقیقه"),
        ("*/15 * * * *", "every 15 minutes", "هر ۱۵ دقیقه"),
        ("0 * * * *", "every hour", "هر ساعت"),
        ("30 * * * *", "every hour, at minute 30", "هر ساعت، در دقیقهٔ ۳۰"),
        ("0 */6 * * *", "at 00:00, 06:00, 12:00 and 18:00 every day", "هر روز ساعت ۰۰:۰۰، ۰۶:۰۰، ۱۲:۰۰ و ۱۸:۰۰"),
        ("0 */2 * * *", "every 2 hours", "هر ۲ ساعت"),
        ("5 */2 * * *", "every 2 hours, at minute 5", "هر ۲ ساعت، در دقیقهٔ ۵"),
        ("30 8 * * *", "at 08:30 every day", "هر روز ساعت ۰۸:۳۰"),
        ("0 8 * * 6,0-3", "at 08:00 on Saturday to Wednesday", "شنبه تا چهارشنبه ساعت ۰۸:۰۰"),
        ("0 8,14 * * FRI", "at 08:00 and 14:00 on Friday", "جمعه ساعت ۰۸:۰۰ و ۱۴:۰۰"),
        ("*/10 8-17 * * *", "every 10 minutes in hours 8 to 17 every day", "هر روز ساعت‌های ۸ تا ۱۷، هر ۱۰ دقیقه"),
        ("0 0 1 * *", "at 00:00 on day 1 of every Gregorian month", "روز ۱ هر ماه میلادی ساعت ۰۰:۰۰"),
        ("0 0 1,15 1,6 *", "at 00:00 on days 1 and 15 of January and June", "روزهای ۱ و ۱۵ ژانویه و ژوئن ساعت ۰۰:۰۰"),
        (
            "0 0 13 * 5",
            "at 00:00 on day 13 of every Gregorian month or on Friday",
            "روز ۱۳ هر ماه میلادی یا جمعه ساعت ۰۰:۰۰",
        ),
        ("0 9 * 3 6", "at 09:00 on Saturday in March", "شنبه در مارس ساعت ۰۹:۰۰"),
        ("0 9 * 3-5 *", "at 09:00 every day in March to May", "هر روز در مارس تا مه ساعت ۰۹:۰۰"),
        ("1,2,3,9 7 * * *", "at 07:01, 07:02, 07:03 and 07:09 every day", "هر روز ساعت ۰۷:۰۱، ۰۷:۰۲، ۰۷:۰۳ و ۰۷:۰۹"),
        ("1-9 7 * * 0-6", "at minutes 1 to 9 in hour 7 every day", "هر روز ساعت ۷، در دقیقه‌های ۱ تا ۹"),
    ] {
        assert_eq!(schedule(text).describe(English), english, "{text}");
        assert_eq!(schedule(text).describe(Persian), persian, "{text}");
    }
}

/// A field as text and as the numbers it means.
type Written = (String, Vec<u8>);

fn field(least: u8, greatest: u8) -> impl Strategy<Value = Written> {
    let any = Just(("*".to_owned(), (least..=greatest).collect::<Vec<u8>>()));
    let one = (least..=greatest).prop_map(|value| (value.to_string(), vec![value]));
    let range = (least..=greatest, least..=greatest, 1..=(greatest - least)).prop_map(move |(a, b, step)| {
        let (from, to) = (a.min(b), a.max(b));
        let text = if step == 1 { format!("{from}-{to}") } else { format!("{from}-{to}/{step}") };
        (text, (from..=to).step_by(step.into()).collect())
    });
    let steps = (1..=(greatest - least))
        .prop_map(move |step| (format!("*/{step}"), (least..=greatest).step_by(step.into()).collect()));
    let item = prop_oneof![one, range, steps];
    let list = prop::collection::vec(item, 1..4).prop_map(|items: Vec<Written>| {
        let text: Vec<&str> = items.iter().map(|(text, _)| text.as_str()).collect();
        (text.join(","), items.iter().flat_map(|(_, values)| values.clone()).collect())
    });
    prop_oneof![any, list]
}

fn five() -> impl Strategy<Value = [Written; 5]> {
    (field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6)).prop_map(|(a, b, c, d, e)| [a, b, c, d, e])
}

const MONTHS: [&str; 12] = ["JAN", "feb", "Mar", "APR", "may", "Jun", "JUL", "aug", "Sep", "OCT", "nov", "Dec"];
const DAYS: [&str; 7] = ["SUN", "mon", "Tue", "WED", "thu", "Fri", "SAT"];

/// Lists of names and numbers, 7 for Sunday among them, as people mix them.
fn named() -> impl Strategy<Value = String> {
    let month = (1u8..=12, any::<bool>())
        .prop_map(|(month, name)| if name { MONTHS[usize::from(month) - 1].to_owned() } else { month.to_string() });
    let day = (0u8..=7, any::<bool>())
        .prop_map(|(day, name)| if name { DAYS[usize::from(day) % 7].to_owned() } else { day.to_string() });
    let range = (0u8..=6, 0u8..=6).prop_map(|(a, b)| format!("{}-{}", DAYS[usize::from(a.min(b))], a.max(b)));
    let months = prop_oneof![Just("*".to_owned()), prop::collection::vec(month, 1..4).prop_map(|all| all.join(","))];
    let days = prop_oneof![prop::collection::vec(day, 1..4).prop_map(|all| all.join(",")), range];
    (0u8..60, 0u8..24, months, days)
        .prop_map(|(minute, hour, months, days)| format!("{minute} {hour} * {months} {days}"))
}

/// Once a day at most: at such times, crons agree about clocks that change.
fn daily() -> impl Strategy<Value = String> {
    (0u8..60, 0u8..24, field(1, 28), field(1, 12), field(0, 6)).prop_map(|(minute, hour, days, months, weekdays)| {
        format!("{minute} {hour} {} {} {}", days.0, months.0, weekdays.0)
    })
}

/// The next times of both, as long as both find some.
fn compare(text: &str, zone: &TimeZone, from: Timestamp, count: usize) -> Result<(), TestCaseError> {
    let Ok(ours) = Schedule::parse(text) else { return Ok(()) };
    let theirs: croner::Cron = text.parse().unwrap();
    let mut now = from;
    for _ in 0..count {
        let found = ours.next_after(now, zone);
        let other = theirs.find_next_occurrence(&now.to_zoned(zone.clone()), false).unwrap().timestamp();
        prop_assert_eq!(found, Some(other), "{} after {} in {:?}", text, now, zone.iana_name());
        now = other;
    }
    Ok(())
}

fn text(fields: &[Written; 5]) -> String {
    fields.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(" ")
}

fn shows(fields: &[Written; 5], wall: jiff::civil::DateTime) -> bool {
    let has = |field: usize, value: i8| fields[field].1.contains(&value.unsigned_abs());
    let weekday = wall.date().weekday().to_sunday_zero_offset();
    let (by_date, by_week) = (has(2, wall.day()), has(4, weekday));
    let either = fields[2].0 != "*" && fields[4].0 != "*";
    let day = if either { by_date || by_week } else { by_date && by_week };
    has(0, wall.minute()) && has(1, wall.hour()) && has(3, wall.month()) && day
}

/// Walks the minutes of real time. What the clocks never showed before is due when they first show it or pass it.
fn walked(fields: &[Written; 5], from: Timestamp, days: i64, zone: &TimeZone) -> Option<Timestamp> {
    let minute = SignedDuration::from_mins(1);
    let mut now =
        Timestamp::from_second(from.as_second().div_euclid(60) * 60).unwrap() - SignedDuration::from_hours(50);
    let mut shown = zone.to_datetime(now);
    while now < from + SignedDuration::from_hours(24 * days) {
        now += minute;
        let wall = zone.to_datetime(now);
        let mut due = false;
        while shown < wall {
            shown += minute;
            due |= shows(fields, shown);
        }
        if due && now > from {
            return Some(now);
        }
    }
    None
}

const ZONES: [&str; 7] = [
    "Asia/Tehran",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Asia/Kathmandu",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_next_time_is_the_one_that_walking_finds(
        fields in five(),
        name in prop::sample::select(&ZONES[..]),
        start in 946_684_800i64..1_900_000_000,
        near in prop::option::weighted(0.7, -3_000i64..600),
    ) {
        let zone = zone(name).unwrap();
        let mut from = Timestamp::from_second(start).unwrap();
        if let Some(minutes) = near
            && let Some(change) = zone.preceding(from).next()
            && change.timestamp().as_second() > 86_400 * 10
        {
            from = change.timestamp() + SignedDuration::from_mins(minutes);
        }
        let text = text(&fields);
        let Ok(schedule) = Schedule::parse(&text) else {
            prop_assert_eq!(walked(&fields, from, 1, &zone), None);
            return Ok(());
        };
        let found = schedule.next_after(from, &zone);
        match walked(&fields, from, 12, &zone) {
            Some(expected) => prop_assert_eq!(found, Some(expected), "{} after {} in {}", text, from, name),
            None => prop_assert!(found.is_none_or(|found| found > from + SignedDuration::from_hours(24 * 12))),
        }
    }

    #[test]
    fn another_cron_finds_the_same(fields in five(), start in 0i64..3_000_000_000) {
        compare(&text(&fields), &TimeZone::UTC, Timestamp::from_second(start).unwrap(), 8)?;
    }

    #[test]
    fn another_cron_reads_names_as_we_do(text in named(), start in 0i64..3_000_000_000) {
        prop_assert!(Schedule::parse(&text).is_ok(), "{}", text);
        compare(&text, &TimeZone::UTC, Timestamp::from_second(start).unwrap(), 8)?;
    }

    /// Iran's clocks stand still since 1401, so every schedule is the same in both; before, and where clocks still change,
    /// those that come once a day. Near a change, too: each start lies within five days of one.
    #[test]
    fn another_cron_finds_the_same_in_zones(
        fields in five(),
        daily in daily(),
        name in prop::sample::select(&["Asia/Tehran", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"][..]),
        start in 1_000_000_000i64..1_900_000_000,
        hours in -120i64..120,
    ) {
        compare(&text(&fields), &tehran(), Timestamp::from_second(start.max(1_663_900_000)).unwrap(), 4)?;
        let zone = zone(name).unwrap();
        let start = Timestamp::from_second(start).unwrap();
        let change = zone.preceding(start).next().map(|change| change.timestamp());
        let near = change.filter(|change| change.as_second() > 900_000_000).unwrap_or(start);
        compare(&daily, &zone, near + SignedDuration::from_hours(hours), 12)?;
    }

    #[test]
    fn no_text_panics_and_every_schedule_has_words(text in "[-*/,0-9A-Za-z@?# ]{0,24}|([0-9*,/-]{1,6} ){4}[A-Z0-7-]{1,7}") {
        match Schedule::parse(&text) {
            Ok(schedule) => {
                prop_assert!(!schedule.describe(Persian).is_empty() && !schedule.describe(English).is_empty());
                prop_assert!(schedule.next_after(at("2026-01-01T00:00:00Z"), &tehran()).is_some());
            }
            Err(error) => prop_assert!(error.span.end <= text.len() && !error.sentence(Persian).is_empty()),
        }
    }
}
