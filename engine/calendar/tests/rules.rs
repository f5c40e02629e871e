//! Rules that name a day: by hand, in both languages, and against a walk over the days.

mod common;

use jiff::Timestamp;
use jiff::civil::Weekday;
use peygir_calendar::Language::{English, Persian};
use peygir_calendar::{Calendar, Caveat, Jalali, Period, Place, Rule, RulePart, RuleProblem, YEAR_MAX, read};
use peygir_source::yaml;
use proptest::prelude::*;
use serde_json::json;

fn rule(text: &str) -> Rule {
    Rule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn of(nth: i16, working: bool, weekday: Option<Weekday>, of: Period, offset: i32) -> Rule {
    Rule { nth, working, weekday, of, offset }
}

fn working_calendar() -> Calendar {
    let text = include_str!("../../../rules/calendars/ir-working.yaml");
    read::calendar(&yaml::parse(text).unwrap()).unwrap().0
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Jalali {
    text.parse().unwrap()
}

#[test]
fn people_write_rules_in_many_ways() {
    use Period::{Month, Season, Week, Year};
    use Weekday::{Friday, Monday, Saturday, Thursday, Tuesday, Wednesday};
    let first_monday = of(1, true, Some(Monday), Season, 0);
    let last_working = of(-1, true, None, Month, 0);
    for (text, expected) in [
        ("first working Monday of the season", first_monday),
        ("First  WORKING monday, of this quarter", first_monday),
        ("the season's first working Monday", first_monday),
        ("1st work mon of season", first_monday),
        ("نخستین دوشنبهٔ کاری فصل", first_monday),
        ("اولین دوشنبه‌ی کاریِ فصل", first_monday),
        ("دوشنبهٔ کاری اول فصل", first_monday),
        ("۱مین دوشنبه کاری این فصل", first_monday),
        ("اولين دوشنبة كاري فصل", first_monday),
        ("last working day of the month", last_working),
        ("last workday of month", last_working),
        ("final business day of the current month", last_working),
        ("آخرین روز کاری ماه", last_working),
        ("روز کاری آخر ماه", last_working),
        ("«آخرین روزِ کاریِ همین ماه»", last_working),
        ("3rd working day of the year", of(3, true, None, Year, 0)),
        ("third working day of the year", of(3, true, None, Year, 0)),
        ("سومین روز کاری سال", of(3, true, None, Year, 0)),
        ("۳اُمین روز کاری سال", of(3, true, None, Year, 0)),
        ("2nd Thursday of next month", of(2, false, Some(Thursday), Month, 1)),
        ("دومین پنجشنبهٔ ماه آینده", of(2, false, Some(Thursday), Month, 1)),
        ("دومین پنج‌شنبهٔ ماه بعد", of(2, false, Some(Thursday), Month, 1)),
        ("دومین پنج شنبهٔ ماه بعد", of(2, false, Some(Thursday), Month, 1)),
        ("سومین سه شنبهٔ ماه", of(3, false, Some(Tuesday), Month, 0)),
        ("چهارمین چهار‌شنبهٔ ماه", of(4, false, Some(Wednesday), Month, 0)),
        ("15th day of the month", of(15, false, None, Month, 0)),
        ("first of the month", of(1, false, None, Month, 0)),
        ("last of the month", of(-1, false, None, Month, 0)),
        ("پانزدهم ماه", of(15, false, None, Month, 0)),
        ("روز ۳ ماه بعد", of(3, false, None, Month, 1)),
        ("اول ماه آینده", of(1, false, None, Month, 1)),
        ("first working day of last month", of(1, true, None, Month, -1)),
        ("last Monday of last month", of(-1, false, Some(Monday), Month, -1)),
        ("آخرین جمعهٔ سال گذشته", of(-1, false, Some(Friday), Year, -1)),
        ("second to last working day of the season", of(-2, true, None, Season, 0)),
        ("second-to-last working day of the season", of(-2, true, None, Season, 0)),
        ("second last working day of the season", of(-2, true, None, Season, 0)),
        ("penultimate working day of the season", of(-2, true, None, Season, 0)),
        ("یکی مانده به آخرین روز کاری فصل", of(-2, true, None, Season, 0)),
        ("دو تا مانده به آخرین روز کاری فصل", of(-3, true, None, Season, 0)),
        ("first working Saturday 3 months ahead", of(1, true, Some(Saturday), Month, 3)),
        ("نخستین شنبهٔ کاری ۳ ماه بعد", of(1, true, Some(Saturday), Month, 3)),
        ("first working day of next week", of(1, true, None, Week, 1)),
        ("نخستین روز کاری هفته‌ی آینده", of(1, true, None, Week, 1)),
    ] {
        assert_eq!(rule(text), expected, "{text}");
    }
}

#[test]
fn the_words_of_a_rule() {
    for (text, english, persian) in [
        ("1st working mon of season", "first working Monday of the season", "نخستین دوشنبهٔ کاری فصل"),
        ("last workday of month", "last working day of the month", "آخرین روز کاری ماه"),
        ("3 working day of year", "third working day of the year", "سومین روز کاری سال"),
        ("2 thu of next month", "second Thursday of next month", "دومین پنجشنبهٔ ماه آینده"),
        ("15 day of month", "15th day of the month", "۱۵اُمین روز ماه"),
        ("21 day of month", "21st day of the month", "۲۱اُمین روز ماه"),
        (
            "penultimate workday of last week",
            "second to last working day of the previous week",
            "یکی مانده به آخرین روز کاری هفتهٔ گذشته",
        ),
        ("first fri 2 months ahead", "first Friday 2 months ahead", "نخستین جمعهٔ ۲ ماه بعد"),
    ] {
        assert_eq!(rule(text).words(English), english, "{text}");
        assert_eq!(rule(text).words(Persian), persian, "{text}");
    }
}

#[test]
fn what_is_wrong_is_told_with_the_nearest_word() {
    for (text, place, english, persian) in [
        ("first workin Monday of the season", "workin", "did you mean \"working\"?", "آیا منظور «working» بود؟"),
        ("first working Mondey of the season", "Mondey", "did you mean \"monday\"?", "«monday»"),
        ("first working Monday of the seson", "seson", "did you mean \"season\"?", "«season»"),
        ("نخستین دوشنبهٔ کاری فصلل", "فصلل", "did you mean \"فصل\"?", "آیا منظور «فصل» بود؟"),
        ("نخستین دوشمبه کاری فصل", "دوشمبه", "did you mean \"دوشنبه\"?", "«دوشنبه»"),
        ("first blue day of the month", "blue", "first working Monday of the season", "نخستین دوشنبهٔ کاری فصل"),
        ("first working Monday", "first working Monday", "of what", "هفته، ماه، فصل یا سال"),
        ("working Monday of the month", "working Monday of the month", "which one", "نخستین، دومین"),
        ("first Monday Tuesday of the month", "Tuesday", "a second time", "بار دوم"),
        ("first second Monday of the month", "second", "a second time", "بار دوم"),
        ("first Monday of the month of the year", "year", "a second time", "بار دوم"),
        ("first Monday of this next month", "next", "a second time", "بار دوم"),
        ("6th Monday of the month", "6th Monday of the month", "no month has 6", "هیچ ماهی ۶ تا"),
        ("8th day of the week", "8th day of the week", "no week has 8", "هیچ هفته‌ای ۸ تا"),
        ("0th day of the month", "0th day of the month", "from 1 to 31", "از ۱ تا ۳۱"),
        ("94th day of the season", "94th day of the season", "from 1 to 93", "هیچ فصلی"),
        ("", "", "empty", "خالی"),
        ("  «» ", "  «» ", "empty", "خالی"),
        ("99999th day of the month", "99999th", "no word of a rule", "واژه‌ای"),
        ("first to day of the month", "to", "says nothing there", "یکی مانده"),
    ] {
        let error = Rule::parse(text).expect_err(text);
        assert_eq!(&text[error.span.clone()], place, "{text}");
        assert!(error.to_string().contains(english), "{text}: {error}");
        assert!(error.sentence(Persian).contains(persian), "{text}: {}", error.sentence(Persian));
    }
    assert_eq!(Rule::parse(&"first ".repeat(50)).unwrap_err().problem, RuleProblem::TooLong);
    assert_eq!(Rule::parse("first day").unwrap_err().problem, RuleProblem::Missing(RulePart::Of));
}

#[test]
fn the_structured_form() {
    let written = json!({ "nth": 1, "working": true, "weekday": "mon", "of": "season", "offset": 0 });
    let expected = rule("first working Monday of the season");
    assert_eq!(Rule::from_json(&written), Ok(expected));
    assert_eq!(expected.to_json(), written);
    assert_eq!(Rule::from_json(&json!("نخستین دوشنبهٔ کاری فصل")), Ok(expected));
    assert_eq!(Rule::from_json(&json!({ "nth": "last", "of": "month" })), Ok(of(-1, false, None, Period::Month, 0)));
    assert_eq!(
        Rule::from_json(&json!({ "nth": -2, "of": "year", "weekday": "Friday", "offset": 1 })),
        Ok(of(-2, false, Some(Weekday::Friday), Period::Year, 1))
    );
    for (wrong, english) in [
        (json!(1), "\"rule\""),
        (json!({}), "\"nth\""),
        (json!({ "nth": 0, "of": "month" }), "\"nth\""),
        (json!({ "nth": 1 }), "\"of\""),
        (json!({ "nth": 1, "of": "months" }), "week, month, season or year"),
        (json!({ "nth": 1, "of": "month", "weekdy": "mon" }), "expected weekday"),
        (json!({ "nth": 1, "of": "month", "weekday": "monn" }), "sat, sun, mon"),
        (json!({ "nth": 1, "of": "month", "working": "yes" }), "true or false"),
        (json!({ "nth": 1, "of": "month", "offset": 0.5 }), "\"offset\""),
        (json!({ "nth": 32, "of": "month" }), "no month has 32"),
        (json!({ "nth": 1, "of": "month", "offset": 100_000 }), "outside of the years"),
        (json!("frist day of the month"), "did you mean \"first\"?"),
    ] {
        let error = Rule::from_json(&wrong).expect_err(&wrong.to_string());
        assert!(error.to_string().contains(english), "{wrong}: {error}");
        assert!(error.sentence(Persian).chars().any(|c| ('\u{600}'..'\u{700}').contains(&c)), "{wrong}");
    }
}

fn check(text: &str, from: &str, date: &str, instant: &str) {
    let found = rule(text).after(&working_calendar(), &Place::default(), at(from)).unwrap();
    assert_eq!((found.date, found.at), (day(date), at(instant)), "{text} after {from}");
}

#[test]
fn rules_in_the_shipped_calendar() {
    // Monday 6 Mehr 1405 is the first of its autumn, and open.
    check("first working Monday of the season", "2026-09-23T00:00+03:30", "1405/07/06", "2026-09-28T07:30+03:30");
    // Its opening has passed: the next season's. 7 Dey is the first Monday of winter.
    check("first working Monday of the season", "2026-09-28T07:30+03:30", "1405/10/07", "2026-12-28T07:30+03:30");
    check("first working Monday of the season", "2026-09-28T07:29+03:30", "1405/07/06", "2026-09-28T07:30+03:30");
    // Nowruz 1405: 1 to 4 Farvardin are holidays, 5 and 6 a Wednesday and a Thursday, 12 and 13 holidays again.
    check("first working day of the year", "2026-03-01T00:00+03:30", "1405/01/05", "2026-03-25T07:30+03:30");
    check("3rd working day of the year", "2026-03-01T00:00+03:30", "1405/01/09", "2026-03-29T07:30+03:30");
    // 30 Azar 1405 is a Monday; the last Thursday is a day off and begins at midnight.
    check("last working day of the month", "2026-11-22T00:00+03:30", "1405/09/30", "2026-12-21T07:30+03:30");
    check("last Thursday of the month", "2026-11-22T00:00+03:30", "1405/09/26", "2026-12-17T00:00+03:30");
    check("2nd Thursday of next month", "2026-11-22T00:00+03:30", "1405/10/10", "2026-12-31T00:00+03:30");
    check("first working day of the week", "2026-11-21T10:00+03:30", "1405/09/07", "2026-11-28T07:30+03:30");
}

#[test]
fn the_day_in_a_period_may_have_passed_or_be_missing() {
    let calendar = working_calendar();
    let now = at("2026-12-10T12:00+03:30"); // 19 Azar
    let found = rule("first working day of the month").occurrence(&calendar, &Place::default(), now).unwrap();
    assert_eq!(found.date, day("1405/09/01"));
    assert_eq!(found.period, (day("1405/09/01"), day("1405/09/30")));
    let found = rule("last working day of last month").occurrence(&calendar, &Place::default(), now).unwrap();
    assert_eq!(found.date, day("1405/08/30"));
    let problem = |text: &str| rule(text).occurrence(&calendar, &Place::default(), now).unwrap_err().problem;
    assert_eq!(
        problem("31st day of the month"),
        RuleProblem::NoSuchDay { first: day("1405/09/01"), last: day("1405/09/30") }
    );
    assert!(matches!(problem("first working Friday of the month"), RuleProblem::NoSuchDay { .. }));
    let after = |text: &str| rule(text).after(&calendar, &Place::default(), now);
    assert_eq!(after("31st day of the month").unwrap().date, day("1406/01/31"));
    assert_eq!(after("366th day of the year").unwrap().date, day("1408/12/30"));
    assert_eq!(after("first working Friday of the year").unwrap_err().problem, RuleProblem::Never);
    assert_eq!(after("first day of last month").unwrap_err().problem, RuleProblem::Past);
}

#[test]
fn what_may_still_change_is_told() {
    let calendar = working_calendar();
    let place = Place::default();
    let caveats = |text: &str, from: &str| rule(text).after(&calendar, &place, at(from)).unwrap().caveats;
    // Of Esfand 1405 the 10th, the 19th and the 20th are estimated; the third working day is the 4th, the last the 26th.
    let days = |text: &str| {
        let caveats = caveats(text, "2027-02-20T00:00+03:30");
        let day = |caveat: &Caveat| match caveat {
            Caveat::Estimated { day, .. } => day.to_string(),
            Caveat::MissingTable { year } => year.to_string(),
        };
        caveats.iter().map(day).collect::<Vec<_>>()
    };
    assert_eq!(days("third working day of the month"), Vec::<String>::new());
    assert_eq!(days("tenth working day of the month"), ["1405/12/10"]);
    assert_eq!(days("15th working day of the month"), ["1405/12/10", "1405/12/19", "1405/12/20"]);
    assert_eq!(days("last working day of the month"), Vec::<String>::new());
    assert_eq!(
        caveats("first working day of the year", "2028-01-01T00:00+03:30"),
        [Caveat::MissingTable { year: 1407 }]
    );
    assert_eq!(caveats("first day of the year", "2028-01-01T00:00+03:30"), []);
}

#[test]
fn what_it_gave_as_json() {
    let calendar = working_calendar();
    let found = rule("first working Monday of the season")
        .after(&calendar, &Place::default(), at("2026-09-23T00:00+03:30"))
        .unwrap();
    let json = found.to_json(calendar.zone());
    assert_eq!(json["at"], "2026-09-28T07:30:00+03:30");
    assert_eq!(json["date"], "1405/07/06");
    assert_eq!((&json["weekday"], &json["season"]["name"]), (&json!("mon"), &json!("autumn")));
    assert_eq!(json["text"]["en"], "first working Monday of the season: Monday 6 Mehr 1405 07:30");
    assert_eq!(json["text"]["fa"], "نخستین دوشنبهٔ کاری فصل: دوشنبه ۶ مهر ۱۴۰۵ ۰۷:۳۰");
}

/// Nowhere near the years that the crate accepts is there a panic or an endless search.
#[test]
fn the_ends_of_time() {
    let calendar = working_calendar();
    let place = Place::default();
    for end in [Timestamp::MIN, Timestamp::MAX] {
        let error = rule("first day of the month").after(&calendar, &place, end).unwrap_err();
        assert_eq!(error.problem, RuleProblem::OutOfTime);
    }
    let last = Jalali::new(YEAR_MAX.into(), 12, 1).unwrap().to_gregorian();
    let last = calendar.zone().to_timestamp(last.at(12, 0, 0, 0)).unwrap();
    assert_eq!(
        rule("first day of the month").after(&calendar, &place, last).unwrap_err().problem,
        RuleProblem::OutOfTime
    );
}

const WEEKDAYS: [Weekday; 7] = [
    Weekday::Saturday,
    Weekday::Sunday,
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
];

fn any_rule() -> impl Strategy<Value = Rule> {
    let period = prop::sample::select(&Period::ALL[..]);
    let weekday = prop::option::of(prop::sample::select(&WEEKDAYS[..]));
    (period, weekday, any::<bool>(), -1i32..3, 1u16..367, any::<bool>()).prop_filter_map(
        "no period has so many",
        |(period, weekday, working, offset, nth, from_end)| {
            let most: u16 = match (period, weekday.is_some()) {
                (Period::Week, false) => 7,
                (Period::Week, true) => 1,
                (Period::Month, false) => 31,
                (Period::Month, true) => 5,
                (Period::Season, false) => 93,
                (Period::Season, true) => 14,
                (Period::Year, false) => 366,
                (Period::Year, true) => 53,
            };
            let nth = i16::try_from((nth - 1) % most + 1).ok()?;
            Rule { nth: if from_end { -nth } else { nth }, working, weekday, of: period, offset }.checked().ok()
        },
    )
}

/// A calendar with a random week, a few holidays and closures.
fn any_calendar() -> impl Strategy<Value = Calendar> {
    let hours = prop::option::weighted(0.75, Just(json!(["08:00-12:00", "13:00-15:00"])));
    let week = prop::collection::vec(hours, 7).prop_filter("open at all", |days| days.iter().any(Option::is_some));
    let fixed = prop::collection::btree_set((1u8..=12, 1u8..=29), 0..12);
    let closures = prop::collection::btree_map(
        (1u8..=12, 1u8..=29),
        prop::sample::select(&["00:00", "10:00", "14:00"][..]),
        0..12,
    );
    (week, fixed, closures).prop_map(|(week, fixed, closures)| {
        let names = ["sat", "sun", "mon", "tue", "wed", "thu", "fri"];
        let week: serde_json::Map<String, serde_json::Value> =
            names.iter().zip(week).filter_map(|(name, hours)| Some(((*name).to_owned(), hours?))).collect();
        let fixed: Vec<_> =
            fixed.iter().map(|(m, d)| json!({ "day": format!("{m}/{d}"), "name": "holiday" })).collect();
        let closures: Vec<_> = closures
            .iter()
            .map(|((m, d), from)| json!({ "date": format!("1405/{m}/{d}"), "from": from, "name": "closed" }))
            .collect();
        common::calendar(&json!({
            "kind": "calendar", "id": "random", "title": "random", "week": week,
            "holidays": { "fixed": fixed, "years": [{ "year": 1405, "days": [] }] }, "closures": closures,
        }))
    })
}

/// The days that a rule may give in the period `offset` periods after that of `today`, one by one: periods are told
/// apart by the parts of the date alone.
fn walked(rule: &Rule, calendar: &Calendar, today: Jalali, offset: i32) -> Option<Jalali> {
    let number = |day: Jalali| -> i64 {
        let year = i64::from(day.year());
        match rule.of {
            // Saturdays so far, counted from a Saturday.
            Period::Week => (i64::from((day.to_gregorian() - jiff::civil::date(1999, 1, 2)).get_days())).div_euclid(7),
            Period::Month => year * 12 + i64::from(day.month()),
            Period::Season => year * 4 + i64::from((day.month() - 1) / 3),
            Period::Year => year,
        }
    };
    let wanted = number(today) + i64::from(offset);
    let start = today.to_gregorian() - jiff::Span::new().days(800);
    let days = start.series(jiff::Span::new().days(1)).take(2000).map(Jalali::from_gregorian);
    let fits = |day: &Jalali| {
        let works = || calendar.day(day.to_gregorian(), &Place::default()).unwrap().counts;
        rule.weekday.is_none_or(|weekday| day.weekday() == weekday) && (!rule.working || works())
    };
    let mut all: Vec<Jalali> = days.filter(|day| number(*day) == wanted).filter(fits).collect();
    if rule.nth < 0 {
        all.reverse();
    }
    all.get(usize::from(rule.nth.unsigned_abs()) - 1).copied()
}

/// When a day begins to be of use: at its first open minute.
fn begins(calendar: &Calendar, date: Jalali) -> Timestamp {
    let day = calendar.day(date.to_gregorian(), &Place::default()).unwrap();
    let open = day.segments.iter().find(|segment| segment.open).map(|segment| segment.from);
    open.unwrap_or_else(|| day.from().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_walk_over_the_days_finds_the_same(
        rule in any_rule(),
        calendar in any_calendar(),
        second in 1_774_000_000i64..1_806_000_000,
    ) {
        let now = Timestamp::from_second(second).unwrap();
        let today = Jalali::from_gregorian(calendar.zone().to_datetime(now).date());
        let place = Place::default();
        let found = rule.occurrence(&calendar, &place, now);
        match walked(&rule, &calendar, today, rule.offset) {
            Some(expected) => {
                let found = found.unwrap();
                prop_assert_eq!(found.date, expected, "{:?} at {}", rule, now);
                prop_assert_eq!(found.at, begins(&calendar, expected));
            }
            None => {
                let is_missing = matches!(found.unwrap_err().problem, RuleProblem::NoSuchDay { .. });
                prop_assert!(is_missing);
            }
        }
        let next = rule.after(&calendar, &place, now);
        if rule.offset < 0 {
            prop_assert_eq!(next.unwrap_err().problem, RuleProblem::Past);
        } else {
            // A year of periods is enough here for all rules but those of rare days; these are told apart by `None`.
            let most = match rule.of { Period::Week => 52, Period::Month => 12, Period::Season => 4, Period::Year => 1 };
            let expected = (rule.offset..=rule.offset + most)
                .filter_map(|offset| walked(&rule, &calendar, today, offset))
                .find(|date| begins(&calendar, *date) > now);
            match expected {
                Some(expected) => prop_assert_eq!(next.unwrap().date, expected, "{:?} after {}", rule, now),
                None => prop_assert!(next.is_err() || next.unwrap().date.plus_days(-300).unwrap() > today),
            }
        }
    }

    #[test]
    fn the_words_of_a_rule_read_back_as_the_rule(rule in any_rule(), offset in -40i32..40) {
        let rule = Rule { offset, ..rule };
        for language in [Persian, English] {
            let words = rule.words(language);
            prop_assert_eq!(Rule::parse(&words), Ok(rule), "{}", words);
        }
        prop_assert_eq!(Rule::from_json(&rule.to_json()), Ok(rule));
    }

    #[test]
    fn no_text_panics(text in "(first|last|second|to|3|day|دوشنبه|ماه|season|next|مانده|به|یکی|working|[ -~]{0,6}|[آ-ی‌ٔ]{0,6}| |-|،){0,10}") {
        match Rule::parse(&text) {
            Ok(rule) => prop_assert_eq!(Rule::parse(&rule.words(Persian)), Ok(rule)),
            Err(error) => {
                prop_assert!(text.get(error.span.clone()).is_some());
                prop_assert!(!error.sentence(Persian).is_empty() && !error.sentence(English).is_empty());
            }
        }
    }
}
