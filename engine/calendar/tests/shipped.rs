//! The calendars that come with the program, and the deadlines that they give.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use peygir_calendar::{Calendar, Calendars, Caveat, Certainty, Deadline, Jalali, Language, Place, Term, Why, read};
use peygir_source::yaml;

fn shipped(name: &str) -> Calendar {
    with_change(name, |text| text)
}

fn text_of(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/calendars");
    std::fs::read_to_string(folder.join(format!("{name}.yaml"))).unwrap()
}

/// Line, from 1, of the first `entry` after `section` in the working calendar.
fn line_of(section: &str, entry: &str) -> usize {
    let text = text_of("ir-working");
    let lines = text.lines().enumerate();
    let mut after = lines.skip_while(|(_, line)| !line.contains(section));
    after.find(|(_, line)| line.contains(entry)).unwrap().0 + 1
}

fn with_change(name: &str, change: impl Fn(String) -> String) -> Calendar {
    let text = change(text_of(name));
    assert_eq!(codes(&text), <[&str; 0]>::default());
    let (calendar, _) = read::calendar(&yaml::parse(&text).unwrap()).unwrap();
    assert_eq!(calendar.id(), name);
    calendar
}

fn codes(text: &str) -> Vec<&'static str> {
    let (_, warnings) = read::calendar(&yaml::parse(text).unwrap()).unwrap();
    warnings.list.iter().map(|warning| warning.code).collect()
}

fn closed(closures: &str) -> Calendar {
    with_change("ir-working", |text| format!("{text}closures:\n{closures}"))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// Every day of 1403 to 1406 is a holiday, and as sure of it, exactly where the published list has it so.
#[test]
fn holidays_are_those_of_the_published_list() {
    let listed: BTreeMap<String, String> = include_str!("data/iran-holidays.csv")
        .lines()
        .skip(1)
        .map(|line| (line[..10].to_owned(), line.rsplit(',').next().unwrap().to_owned()))
        .collect();
    assert_eq!(listed.len(), 113);
    let calendar = shipped("ir-working");
    let first: Jalali = "1403/01/01".parse().unwrap();
    let mut found = 0;
    for day in first.to_gregorian().series(jiff::Span::new().days(1)) {
        let jalali = Jalali::from_gregorian(day);
        if jalali.year() > 1406 {
            break;
        }
        let ours = calendar.holiday(jalali).map(|holiday| match holiday.certainty {
            Certainty::Announced => "announced",
            Certainty::Estimated => "estimated",
        });
        found += usize::from(ours.is_some());
        assert_eq!(ours, listed.get(&day.to_string()).map(String::as_str), "{day} {jalali}");
    }
    assert_eq!(found, listed.len());
}

fn check(calendar: &Calendar, from: &str, term: Term, due: &str) -> Deadline {
    let deadline = calendar.due(at(from), term).unwrap();
    assert_eq!(deadline.due, at(due), "{term:?} from {from}: {deadline:#?}");
    deadline
}

#[test]
fn ten_working_days_of_an_agency() {
    let calendar = shipped("ir-working");
    let from = "2026-11-21T10:00+03:30";
    let deadline = check(&calendar, from, Term::working_days(10), "2026-12-05T14:30+03:30");
    let told: Vec<String> =
        deadline.derivation.iter().map(|stretch| stretch.sentence(calendar.zone(), Language::English)).collect();
    assert_eq!(
        told[0],
        "Saturday 30 Aban 1405 from 10:00 to the end of the day: not counted, day of receipt (ir-working)"
    );
    assert_eq!(told[1], "Sunday 1 Azar 1405: day 1, working day (ir-working:9)");
    assert_eq!(told[5], "Thursday 5 Azar 1405: not counted, weekly day off (ir-working:13)");
    assert_eq!(told[14], "Saturday 14 Azar 1405 until 14:30: day 10, working day (ir-working:8)");
    assert_eq!(told.len(), 15);
    assert_eq!(
        deadline.sentence(Language::English),
        "10 working days from Saturday 30 Aban 1405 10:00 by the calendar \"Working calendar of government offices\": due Saturday 14 Azar 1405 14:30. Not counted: day of receipt, weekly day off."
    );
    assert_eq!(
        deadline.sentence(Language::Persian),
        "۱۰ روز کاری از شنبه ۳۰ آبان ۱۴۰۵ ساعت ۱۰:۰۰ طبق تقویم «تقویم کاری ادارات»: مهلت تا شنبه ۱۴ آذر ۱۴۰۵ ساعت ۱۴:۳۰. محاسبه نشد: روز دریافت، تعطیل هفتگی."
    );
}

#[test]
fn the_json_of_a_deadline() {
    let calendar = shipped("ir-working");
    let deadline = calendar.working_days(at("2026-12-22T08:00+03:30"), 1).unwrap();
    let json = deadline.to_json();
    assert_eq!(json["due"], "2026-12-26T14:30:00+03:30");
    assert_eq!(json["dueText"]["fa"], "شنبه ۵ دی ۱۴۰۵ ۱۴:۳۰");
    assert_eq!(json["term"]["workingDays"], 1);
    let holiday = &json["derivation"][1];
    assert_eq!(holiday["from"], "2026-12-23T00:00:00+03:30");
    assert_eq!(holiday["to"], "2026-12-24T00:00:00+03:30");
    assert_eq!(holiday["counted"], false);
    assert_eq!(holiday["why"], "holiday");
    assert_eq!(holiday["name"]["fa"], "ولادت امام علی (ع)");
    let line = line_of("year: 1405", "day: 10/02");
    assert_eq!(
        holiday["text"]["fa"],
        format!("چهارشنبه ۲ دی ۱۴۰۵: محاسبه نشد، تعطیل رسمی «ولادت امام علی (ع)» (\u{2066}ir-working:{line}\u{2069})")
    );
    assert_eq!(json["caveats"], serde_json::json!([]));
}

#[test]
fn three_hours_of_a_service_that_never_sleeps() {
    let calendar = shipped("ir-24x7");
    let friday = "2026-11-20T22:30:15+03:30";
    let due = "2026-11-21T01:30:15+03:30";
    let deadline = check(&calendar, friday, Term::within(hours(3)), due);
    assert_eq!(deadline.derivation.len(), 1);
    assert_eq!(deadline.derivation[0].why, Why::Elapsed);
    assert_eq!(
        deadline.sentence(Language::Persian),
        "۳ ساعت از جمعه ۲۹ آبان ۱۴۰۵ ساعت ۲۲:۳۰ طبق تقویم «شبانه‌روزی»: مهلت تا شنبه ۳۰ آبان ۱۴۰۵ ساعت ۰۱:۳۰."
    );
    let open = check(&calendar, friday, Term::working_time(hours(3)), due);
    assert_eq!(open.derivation.len(), 1, "one line opens every day, so it is one stretch");
    check(&calendar, friday, Term::working_days(2), "2026-11-23T00:00+03:30");
}

#[test]
fn working_hours_run_while_the_office_is_open() {
    let calendar = shipped("ir-working");
    let check = |from, count, due| check(&calendar, from, Term::working_time(hours(count)), due);
    check("2026-11-21T10:00+03:30", 3, "2026-11-21T13:00+03:30");
    // Used up at the close, not at the next opening.
    check("2026-11-21T11:30+03:30", 3, "2026-11-21T14:30+03:30");
    check("2026-11-21T12:30+03:30", 3, "2026-11-22T08:30+03:30");
    // Wednesday afternoon, then Thursday and Friday off.
    let weekend = check("2026-11-25T14:00+03:30", 1, "2026-11-28T08:00+03:30");
    let whys: Vec<Why> = weekend.derivation.iter().map(|stretch| stretch.why).collect();
    assert_eq!(whys, [Why::Open, Why::OutsideHours, Why::DayOff, Why::DayOff, Why::OutsideHours, Why::Open]);
}

#[test]
fn nowruz_is_long() {
    let calendar = shipped("ir-working");
    // 28 Esfand 1404, a Thursday; 29 Esfand and 1 to 4 Farvardin are off, the first counted day is Wednesday the 5th.
    let term = Term::working_days(1);
    let deadline = check(&calendar, "2026-03-19T09:00+03:30", term, "2026-03-25T14:30+03:30");
    let holidays = deadline.derivation.iter().filter(|stretch| stretch.why == Why::Holiday);
    assert_eq!(holidays.count(), 4, "29 Esfand is a Friday and off for that");
    // 30 Esfand 1403 exists and is off.
    check(&calendar, "2025-03-18T09:00+03:30", term, "2025-03-25T14:30+03:30");
}

#[test]
fn a_closure_from_noon_leaves_a_day_and_a_whole_one_takes_it() {
    let term = Term::working_days(1);
    let from = "2026-11-21T10:00+03:30";
    // 4.5 of 7 hours: it counts, and falls due when the office closes.
    let noon = closed("  - { date: 1405/09/01, from: \"12:00\", name: { fa: گرما, en: heat } }\n");
    check(&noon, from, term, "2026-11-22T12:00+03:30");
    // 3 of 7 hours: less than half.
    let early = closed("  - { date: 1405/09/01, from: \"10:30\", name: heat }\n");
    let moved = check(&early, from, term, "2026-11-23T14:30+03:30");
    assert_eq!(moved.derivation[1].why, Why::Closure);
    // Exactly half.
    let half = closed("  - { date: 1405/09/01, from: \"11:00\", name: heat }\n");
    check(&half, from, term, "2026-11-22T11:00+03:30");
    let whole = closed("  - { date: ۱۴۰۵/۰۹/۰۱, name: heat }\n");
    check(&whole, from, term, "2026-11-23T14:30+03:30");
    // Working time stops at the closure and names it.
    let today = closed("  - { date: 1405/08/30, from: \"12:00\", name: { fa: گرما, en: heat } }\n");
    let time = check(&today, from, Term::working_time(hours(3)), "2026-11-22T08:30+03:30");
    let last_line = text_of("ir-working").lines().count() + 2;
    let told = time.derivation[1].sentence(today.zone(), Language::Persian);
    assert_eq!(
        told,
        format!(
            "شنبه ۳۰ آبان ۱۴۰۵ از ساعت ۱۲:۰۰ تا ۱۴:۳۰: محاسبه نشد، تعطیلی اعلام‌شده «گرما» (\u{2066}ir-working:{last_line}\u{2069})"
        )
    );
}

/// A closure is named for the hours that it took, and for nothing else.
#[test]
fn a_closure_owns_only_what_it_took() {
    let whys = |closure: &str| -> Vec<Why> {
        let text = format!("{}closures:\n{closure}", text_of("ir-working"));
        let (calendar, _) = read::calendar(&yaml::parse(&text).unwrap()).unwrap();
        let from = at("2026-11-21T11:00+03:30");
        let deadline = calendar.working_time(from, hours(4)).unwrap();
        deadline.derivation.iter().map(|s| s.why).collect()
    };
    use Why::{Closure, Open, OutsideHours};
    let noon = whys("  - { date: 1405/08/30, from: \"12:00\", name: heat }\n");
    assert_eq!(noon, [Open, Closure, OutsideHours, OutsideHours, Open]);
    let evening = whys("  - { date: 1405/08/30, from: \"15:00\", name: heat }\n");
    assert_eq!(evening, [Open, OutsideHours, OutsideHours, Open]);
    let before_opening = whys("  - { date: 1405/09/01, from: \"07:30\", name: heat }\n");
    assert_eq!(before_opening, [Open, OutsideHours, Closure, OutsideHours, Open]);
}

#[test]
fn office_hours_end_days_where_the_week_is_longer() {
    let calendar = with_change("ir-24x7", |text| format!("{text}officeHours: \"07:30-14:30\"\n"));
    let from = "2026-11-21T10:00+03:30";
    check(&calendar, from, Term::working_days(1), "2026-11-22T14:30+03:30");
    check(&calendar, from, Term::working_time(hours(24)), "2026-11-22T10:00+03:30");
}

#[test]
fn what_leans_on_estimates_or_missing_tables_says_so() {
    let calendar = shipped("ir-working");
    // Mab'ath, 16 Dey 1405, is estimated; the deadline ends the day before it.
    let beside = calendar.working_days(at("2027-01-04T10:00+03:30"), 1).unwrap();
    let [Caveat::Estimated { day, .. }] = &beside.caveats[..] else { panic!("{beside:#?}") };
    assert_eq!(day.to_string(), "1405/10/16");
    assert!(beside.sentence(Language::Persian).contains("هنوز اعلام نشده"));
    let through = calendar.working_days(at("2027-01-05T10:00+03:30"), 1).unwrap();
    assert_eq!(through.derivation[1].why, Why::EstimatedHoliday);
    assert_eq!(through.caveats.len(), 1);
    let sure = calendar.working_days(at("2026-11-21T10:00+03:30"), 10).unwrap();
    assert_eq!(sure.caveats, []);
    let beyond = calendar.working_days(at("2028-05-20T10:00+03:30"), 1).unwrap();
    assert_eq!(beyond.caveats, [Caveat::MissingTable { year: 1407 }]);
    assert!(beyond.sentence(Language::English).contains("no table of lunar holidays for 1407"));
    let never = shipped("ir-24x7").working_days(at("2028-05-20T10:00+03:30"), 1).unwrap();
    assert_eq!(never.caveats, []);
}

/// A fixed holiday is sure, whatever falls on it; what falls on it may still move off it.
#[test]
fn an_estimate_on_a_fixed_holiday() {
    let calendar = with_change("ir-working", |text| {
        let fixed = "  fixed:\n    - { day: 10/16, name: fixed }\n";
        text.replacen("  fixed:\n", fixed, 1)
    });
    let deadline = calendar.working_days(at("2027-01-05T10:00+03:30"), 1).unwrap();
    assert_eq!(deadline.derivation[1].why, Why::Holiday);
    assert_eq!(deadline.derivation[1].name.as_ref().unwrap().en, "fixed");
    assert_eq!(deadline.caveats.len(), 1);
}

#[test]
fn terms_that_make_no_deadline_are_refused() {
    use peygir_calendar::{DueError, WORKING_DAYS_MAX};
    let calendar = shipped("ir-working");
    let from = at("2026-11-21T10:00+03:30");
    let refused = [
        (Term::working_days(0), DueError::Empty),
        (Term::within(hours(0)), DueError::Empty),
        (Term::working_time(hours(-1)), DueError::Empty),
        (Term::working_days(WORKING_DAYS_MAX + 1), DueError::TooLong),
        (Term::within(SignedDuration::MAX), DueError::TooLong),
        (Term::working_time(hours(24 * 3660)), DueError::NeverOpen { calendar: "ir-working".into() }),
    ];
    for (term, error) in refused {
        assert_eq!(calendar.due(from, term), Err(error.clone()), "{term:?}");
        assert!(!error.message_fa().is_empty());
    }
    assert!(calendar.due(from, Term::working_days(WORKING_DAYS_MAX)).is_ok());
    assert!(calendar.due(Timestamp::MAX, Term::working_days(1)).is_err());
    assert!(calendar.due(Timestamp::MIN, Term::working_days(1)).is_err());
}

#[test]
fn the_examples_of_the_guide_are_calendars() {
    let readme = include_str!("../../../rules/calendars/README.md");
    let examples = readme.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let texts = examples.map(str::to_owned).chain([text_of("ir-working")]);
    let sheets = texts.map(|text| {
        let (sheet, warnings) = read::sheet(&yaml::parse(&text).unwrap()).unwrap();
        assert_eq!(warnings.list, []);
        (String::new(), sheet)
    });
    let (calendars, found) = Calendars::resolve(sheets.collect());
    assert_eq!(found.list, []);
    let open = |id: &str, place: &Place, date: (i16, i8, i8)| -> Vec<String> {
        let calendar = calendars.at(id, place).unwrap();
        let day = calendar.day(jiff::civil::date(date.0, date.1, date.2), place).unwrap();
        let local = |at: Timestamp| at.to_zoned(calendar.zone().clone()).strftime("%H:%M").to_string();
        let open = day.segments.iter().filter(|segment| segment.open);
        open.map(|segment| format!("{}-{}", local(segment.from), local(segment.to))).collect()
    };
    let everywhere = Place::default();
    let qom = Place { province: Some("qom".to_owned()), ..Place::default() };
    let hamedan = Place { province: Some("hamedan".to_owned()), ..Place::default() };
    let municipality = Place { agency: Some("shahrdari-hamedan".to_owned()), ..hamedan.clone() };
    // 17 Mordad 1405, a Saturday, closes at noon; on the 24th Qom is open from six to ten.
    assert_eq!(open("example", &everywhere, (2026, 8, 8)), ["07:30-12:00"]);
    assert_eq!(open("example", &everywhere, (2026, 8, 15)), ["07:30-12:00", "12:30-14:30"]);
    assert_eq!(open("example", &qom, (2026, 8, 15)), ["06:00-07:30", "07:30-10:00"]);
    // A Thursday, and one in Ramadan.
    let (thursday, in_ramadan) = ((2026, 11, 26), (2027, 2, 18));
    let none: [&str; 0] = [];
    assert_eq!(open("ir-working", &qom, thursday), none);
    assert_eq!(open("ir-working", &hamedan, thursday), ["07:30-11:30"]);
    assert_eq!(open("ir-working", &municipality, thursday), ["07:30-11:30"]);
    assert_eq!(open("ir-working", &hamedan, in_ramadan), ["07:30-11:30"]);
    assert_eq!(open("ir-working", &municipality, in_ramadan), ["09:00-12:00"]);
    assert_eq!(open("example", &everywhere, in_ramadan), none);
    assert_eq!(calendars.lacking_tables([1405]).len(), 1, "the example has a table for 1406 only");
    assert_eq!(calendars.lacking_tables([1403, 1404, 1406]).len(), 2);
}
