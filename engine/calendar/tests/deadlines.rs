//! Deadlines in single cases: suspensions, settings of counting, the changes of the clocks, reminders, dates set by a
//! person, and how all of it reads.

use jiff::{SignedDuration, Timestamp};
use peygir_calendar::{
    Ask, Calendar, Deadline, DueError, Language, Name, Place, SUSPENSIONS_MAX, SetDate, Suspension, Term, Why, read,
};
use peygir_source::yaml;

/// 1405/08/30 is a Saturday.
const WEEK: &str = "kind: calendar
id: office
title: { fa: ادارهٔ آب, en: Water office }
week:
  sat: [\"07:30-14:30\"]
  sun: [\"07:30-14:30\"]
  mon: [\"07:30-14:30\"]
  tue: [\"07:30-14:30\"]
  wed: [\"07:30-14:30\"]
  thu: [\"07:30-11:30\"]
";

fn office(more: &str) -> Calendar {
    let text = format!("{WEEK}{more}");
    read::calendar(&yaml::parse(&text).unwrap()).unwrap_or_else(|found| panic!("{found:#?}")).0
}

fn shipped(name: &str) -> Calendar {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/calendars");
    let text = std::fs::read_to_string(folder.join(format!("{name}.yaml"))).unwrap();
    read::calendar(&yaml::parse(&text).unwrap()).unwrap().0
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn hours(hours: i64) -> Term {
    Term::working_time(SignedDuration::from_hours(hours))
}

fn waiting(number: u32, from: &str, to: &str) -> Suspension {
    let name = Name { fa: "پاسخ شهروند".into(), en: "the citizen's answer".into() };
    Suspension { number, from: at(from), to: at(to), name }
}

fn derive(calendar: &Calendar, from: &str, term: Term, suspensions: &[Suspension]) -> Result<Deadline, DueError> {
    calendar.derive(&Ask { from: at(from), term, place: &Place::default(), suspensions })
}

fn check(calendar: &Calendar, from: &str, term: Term, suspensions: &[Suspension], due: &str) -> Deadline {
    let deadline = derive(calendar, from, term, suspensions).unwrap();
    assert_eq!(deadline.due, at(due), "{deadline:#?}");
    deadline
}

fn whys(deadline: &Deadline) -> Vec<Why> {
    deadline.derivation.iter().map(|stretch| stretch.why).collect()
}

#[test]
fn a_suspension_takes_the_time_that_lies_in_it() {
    let office = office("");
    let rest = [waiting(1, "2026-11-21T11:00+03:30", "2026-11-23T09:00+03:30")];
    let from = "2026-11-21T10:00+03:30";
    let time = check(&office, from, hours(3), &rest, "2026-11-23T11:00+03:30");
    // One stretch, though two nights and a day of work lie in it.
    assert_eq!(whys(&time), [Why::Open, Why::Suspended, Why::Open]);
    assert_eq!(time.derivation[1].line.as_ref(), "suspension:1");
    let elapsed = Term::within(SignedDuration::from_hours(3));
    let clocks = check(&office, from, elapsed, &rest, "2026-11-23T11:00+03:30");
    assert_eq!(whys(&clocks), [Why::Elapsed, Why::Suspended, Why::Elapsed]);
    // Used up in the instant in which the suspension begins.
    check(&office, from, hours(1), &rest, "2026-11-21T11:00+03:30");
    // Suspended since before it was received.
    let long = [waiting(1, "2026-11-01T00:00+03:30", "2026-11-22T08:30+03:30")];
    let late = check(&office, from, hours(1), &long, "2026-11-22T09:30+03:30");
    assert_eq!(late.derivation[0].from, at(from));
}

#[test]
fn a_day_counts_if_enough_of_it_was_not_suspended() {
    let office = office("");
    let from = "2026-11-21T10:00+03:30";
    let one = Term::working_days(1);
    // Of Sunday's seven hours three and a half are left, or a minute less.
    let half = [waiting(1, "2026-11-22T08:00+03:30", "2026-11-22T11:30+03:30")];
    check(&office, from, one, &half, "2026-11-22T14:30+03:30");
    let more = [waiting(1, "2026-11-22T08:00+03:30", "2026-11-22T11:31+03:30")];
    let moved = check(&office, from, one, &more, "2026-11-23T14:30+03:30");
    assert_eq!(whys(&moved), [Why::DayOfReceipt, Why::Suspended, Why::Open]);
    // Two that overlap are counted once.
    let two = [
        waiting(1, "2026-11-22T08:00+03:30", "2026-11-22T10:00+03:30"),
        waiting(2, "2026-11-22T09:00+03:30", "2026-11-22T11:30+03:30"),
    ];
    check(&office, from, one, &two, "2026-11-22T14:30+03:30");
    // A closure and a suspension together take too much.
    let closed = self::office("closures:\n  - { date: 1405/09/01, from: \"12:00\", name: heat }\n");
    check(&closed, from, one, &[], "2026-11-22T12:00+03:30");
    check(&closed, from, one, &half, "2026-11-23T14:30+03:30");
}

/// The agency asks the citizen at noon of the last day: the deadline may not pass while the answer is waited for.
#[test]
fn no_deadline_falls_due_in_the_instant_in_which_it_is_suspended() {
    let office = office("");
    let from = "2026-11-21T10:00+03:30";
    let noon = [waiting(1, "2026-11-22T12:00+03:30", "2026-11-24T09:00+03:30")];
    let moved = check(&office, from, Term::working_days(1), &noon, "2026-11-24T14:30+03:30");
    assert_eq!(whys(&moved), [Why::DayOfReceipt, Why::Suspended, Why::Open]);
    // On a day before the last one noon is late enough.
    check(&office, from, Term::working_days(2), &noon, "2026-11-24T14:30+03:30");
    // Over before the close.
    let short = [waiting(1, "2026-11-22T12:00+03:30", "2026-11-22T14:00+03:30")];
    check(&office, from, Term::working_days(1), &short, "2026-11-22T14:30+03:30");
}

/// Waiting for the citizen over a weekend and a holiday: one stretch from midnight to midnight.
#[test]
fn a_suspension_over_days_off_is_one_stretch() {
    let office = office("holidays:\n  fixed:\n    - { day: 09/03, name: feast }\n  years: []\n");
    let rest = [waiting(1, "2026-11-23T09:00+03:30", "2026-11-29T09:00+03:30")];
    let deadline = check(&office, "2026-11-21T10:00+03:30", Term::working_days(3), &rest, "2026-11-30T14:30+03:30");
    let told: Vec<_> = deadline.derivation.iter().map(|s| (s.why, s.day)).collect();
    assert_eq!(
        told,
        [
            (Why::DayOfReceipt, None),
            (Why::Open, Some(1)),
            (Why::Suspended, None),
            (Why::Open, Some(2)),
            (Why::Open, Some(3)),
        ]
    );
    let rests = &deadline.derivation[2];
    assert_eq!((rests.from, rests.to), (at("2026-11-23T00:00+03:30"), at("2026-11-29T00:00+03:30")));
}

#[test]
fn of_overlapping_suspensions_the_first_in_the_list_speaks() {
    let office = office("");
    let rests = [
        waiting(7, "2026-11-21T11:00+03:30", "2026-11-21T13:00+03:30"),
        waiting(8, "2026-11-21T12:00+03:30", "2026-11-21T14:00+03:30"),
    ];
    let deadline = check(&office, "2026-11-21T10:00+03:30", hours(1), &rests, "2026-11-21T11:00+03:30");
    assert_eq!(deadline.derivation.len(), 1);
    let deadline = check(&office, "2026-11-21T10:30+03:30", hours(1), &rests, "2026-11-21T14:30+03:30");
    let lines: Vec<_> = deadline.derivation.iter().map(|s| &*s.line).collect();
    assert_eq!(lines, ["office:5", "suspension:7", "suspension:8", "office:5"]);
    assert_eq!(deadline.derivation[1].to, at("2026-11-21T13:00+03:30"));
    let many = vec![rests[0].clone(); SUSPENSIONS_MAX + 1];
    let refused = derive(&office, "2026-11-21T10:00+03:30", hours(1), &many);
    assert_eq!(refused, Err(DueError::Suspensions));
    // One that ends before it begins takes nothing.
    let back = [waiting(1, "2026-11-21T13:00+03:30", "2026-11-21T11:00+03:30")];
    check(&office, "2026-11-21T10:00+03:30", hours(2), &back, "2026-11-21T12:00+03:30");
}

#[test]
fn the_day_of_receipt_may_count() {
    let office = office("counting: { receiptDay: count }\n");
    let one = Term::working_days(1);
    check(&office, "2026-11-21T10:00+03:30", one, &[], "2026-11-21T14:30+03:30");
    check(&office, "2026-11-21T14:29+03:30", one, &[], "2026-11-21T14:30+03:30");
    // Received at the close or later it is the next day's.
    let evening = check(&office, "2026-11-21T14:30+03:30", one, &[], "2026-11-22T14:30+03:30");
    assert_eq!(whys(&evening), [Why::DayOfReceipt, Why::Open]);
    check(&office, "2026-11-20T10:00+03:30", one, &[], "2026-11-21T14:30+03:30");
    // Suspended for what is left of the day.
    let rest = [waiting(1, "2026-11-21T10:00+03:30", "2026-11-21T20:00+03:30")];
    check(&office, "2026-11-21T10:00+03:30", one, &rest, "2026-11-22T14:30+03:30");
}

#[test]
fn days_may_end_at_midnight_and_half_days_count_half() {
    let midnight = office("counting: { dueAt: midnight }\n");
    let due = check(&midnight, "2026-11-21T10:00+03:30", Term::working_days(1), &[], "2026-11-23T00:00+03:30");
    assert!(due.sentence(Language::English).contains("due the end of Sunday 1 Azar 1405."), "{due:#?}");
    let halves = office("counting: { halfDay: half }\n");
    // Wednesday to the Saturday after: one, a half, one.
    let deadline = check(&halves, "2026-11-24T10:00+03:30", Term::working_days(2), &[], "2026-11-28T14:30+03:30");
    let told: Vec<_> = deadline.derivation.iter().filter_map(|s| s.halves).collect();
    assert_eq!(told, [2, 3, 5]);
    let words = deadline.derivation[2].sentence(halves.zone(), Language::English);
    assert_eq!(words, "Thursday 5 Azar 1405: counted, 1.5 days in all, working day (office:10)");
    let words = deadline.derivation[2].sentence(halves.zone(), Language::Persian);
    assert_eq!(words, "پنجشنبه ۵ آذر ۱۴۰۵: محاسبه شد، جمعاً ۱٫۵ روز، روز کاری (\u{2066}office:10\u{2069})");
    let strict =
        office("counting: { shortDay: 1 }\nclosures:\n  - { date: 1405/09/01, from: \"14:00\", name: heat }\n");
    check(&strict, "2026-11-21T10:00+03:30", Term::working_days(1), &[], "2026-11-23T14:30+03:30");
}

/// The four nights on which the clocks of 1400 and 1401 changed, and the summer of 1402 that was none.
#[test]
fn deadlines_cross_the_changes_of_the_clocks() {
    let always = shipped("ir-24x7");
    let day = Term::within(SignedDuration::from_hours(24));
    for (from, due) in [
        ("2021-03-21T12:00+03:30", "2021-03-22T13:00+04:30"),
        ("2021-09-21T12:00+04:30", "2021-09-22T11:00+03:30"),
        ("2022-03-21T12:00+03:30", "2022-03-22T13:00+04:30"),
        ("2022-09-21T12:00+04:30", "2022-09-22T11:00+03:30"),
        ("2023-03-21T12:00+03:30", "2023-03-22T12:00+03:30"),
    ] {
        let elapsed = check(&always, from, day, &[], due);
        let open = check(&always, from, hours(24), &[], due);
        // A closed hour that does not exist is not told.
        assert_eq!((elapsed.derivation.len(), open.derivation.len()), (1, 1));
    }
    let office = office("");
    for (from, due) in [
        // Sunday 1 Farvardin 1400, and the last Tuesday of its summer.
        ("2021-03-21T10:00+03:30", "2021-03-22T14:30+04:30"),
        ("2021-09-21T10:00+04:30", "2021-09-22T14:30+03:30"),
        ("2022-03-21T10:00+03:30", "2022-03-22T14:30+04:30"),
        ("2022-09-21T10:00+04:30", "2022-09-22T11:30+03:30"),
        ("2022-07-02T10:00+04:30", "2022-07-03T14:30+04:30"),
        ("2023-07-01T10:00+03:30", "2023-07-02T14:30+03:30"),
    ] {
        check(&office, from, Term::working_days(1), &[], due);
    }
    // Six hours left on Monday of receipt, then one of the next day by the new clock.
    check(&office, "2022-03-21T08:30+03:30", hours(7), &[], "2022-03-22T08:30+04:30");
}

#[test]
fn the_thirtieth_of_esfand_is_a_day() {
    let office = office("");
    // Wednesday 29 Esfand 1403, Thursday the 30th, Friday off, Saturday 2 Farvardin 1404.
    check(&office, "2025-03-19T10:00+03:30", Term::working_days(1), &[], "2025-03-20T11:30+03:30");
    let two = check(&office, "2025-03-19T10:00+03:30", Term::working_days(2), &[], "2025-03-22T14:30+03:30");
    assert!(
        two.derivation[1]
            .sentence(office.zone(), Language::Persian)
            .starts_with("پنجشنبه ۳۰ اسفند ۱۴۰۳: روز ۱ از مهلت،")
    );
}

#[test]
fn reminders_before_a_deadline() {
    let office = office("closures:\n  - { date: 1405/09/01, from: \"08:00\", name: heat }\n");
    let before = |due: &str, term| office.before(at(due), term, &Place::default());
    // Tuesday; Monday, then Saturday, for Sunday does not count, then Thursday.
    let due = "2026-11-24T14:30+03:30";
    assert_eq!(before(due, Term::working_days(1)), Ok(at("2026-11-23T07:30+03:30")));
    assert_eq!(before(due, Term::working_days(2)), Ok(at("2026-11-21T07:30+03:30")));
    assert_eq!(before(due, Term::working_days(3)), Ok(at("2026-11-19T07:30+03:30")));
    // At midnight it belongs to the day that ends.
    assert_eq!(before("2026-11-25T00:00+03:30", Term::working_days(1)), Ok(at("2026-11-23T07:30+03:30")));
    assert_eq!(before(due, hours(2)), Ok(at("2026-11-24T12:30+03:30")));
    // All of Tuesday, of Monday, and the half hour that is left of Sunday; used up, it is that opening.
    assert_eq!(before(due, hours(7)), Ok(at("2026-11-24T07:30+03:30")));
    assert_eq!(before(due, hours(14)), Ok(at("2026-11-23T07:30+03:30")));
    let more = Term::working_time(SignedDuration::from_mins(14 * 60 + 30));
    assert_eq!(before(due, more), Ok(at("2026-11-22T07:30+03:30")));
    let clocks = Term::within(SignedDuration::from_hours(24));
    assert_eq!(before(due, clocks), Ok(at("2026-11-23T14:30+03:30")));
    assert_eq!(before(due, Term::working_days(0)), Err(DueError::Empty));
    assert_eq!(before(due, hours(0)), Err(DueError::Empty));
    assert!(office.before(Timestamp::MIN, hours(1), &Place::default()).is_err());
    assert!(office.before(Timestamp::MAX, hours(1), &Place::default()).is_ok() || Timestamp::MAX > at(due));
}

#[test]
fn a_person_sets_a_date() {
    let office = office("");
    let deadline = derive(&office, "2026-11-21T10:00+03:30", Term::working_days(2), &[]).unwrap();
    let set = |due: &str| SetDate {
        due: at(due),
        at: at("2026-11-21T12:00+03:30"),
        by: "inspector-7".into(),
        reason: "r".into(),
    };
    let later = deadline.clone().with_set(set("2026-11-25T12:00+03:30")).unwrap();
    assert_eq!(whys(&later), [Why::DayOfReceipt, Why::Open, Why::Open, Why::Set]);
    let earlier = deadline.clone().with_set(set("2026-11-22T09:00+03:30")).unwrap();
    assert_eq!(whys(&earlier), [Why::DayOfReceipt, Why::Open]);
    assert_eq!(earlier.derivation[1].to, at("2026-11-22T09:00+03:30"));
    assert_eq!(earlier.to_json()["derived"], "2026-11-23T14:30:00+03:30");
    for due in ["2026-11-21T10:00+03:30", "2026-11-20T10:00+03:30"] {
        assert_eq!(deadline.clone().with_set(set(due)), Err(DueError::SetBeforeReceipt));
    }
    // The words name nobody.
    let json = later.to_json().to_string();
    assert!(!json.contains("inspector-7") && !later.account(Language::Persian).contains("inspector-7"), "{json}");
}

/// All that a letter to a citizen holds.
#[test]
fn the_account_of_a_deadline() {
    let office = office(concat!(
        "holidays:\n  years:\n    - year: 1405\n      days:\n",
        "        - { day: 09/07, name: { fa: عید, en: Feast }, state: estimated }\n",
        "closures:\n  - { date: 1405/09/01, name: { fa: آلودگی هوا, en: Smog } }\n",
    ));
    let rest = [waiting(1, "2026-11-23T00:00+03:30", "2026-11-25T00:00+03:30")];
    let deadline = derive(&office, "2026-11-21T10:00+03:30", Term::working_days(3), &rest).unwrap();
    assert_eq!(deadline.account(Language::Persian), PERSIAN);
    assert_eq!(deadline.account(Language::English), ENGLISH);
    let set = SetDate {
        due: at("2026-12-01T12:00+03:30"),
        at: at("2026-11-24T09:00+03:30"),
        by: "p".into(),
        reason: "r".into(),
    };
    let set = deadline.with_set(set).unwrap();
    assert_eq!(set.sentence(Language::Persian), PERSIAN_SET);
    assert_eq!(set.sentence(Language::English), ENGLISH_SET);
    let time = derive(&office, "2026-11-21T13:00+03:30", hours(3), &rest).unwrap();
    assert_eq!(time.account(Language::Persian), PERSIAN_HOURS);
}

const PERSIAN: &str = "مهلت: یکشنبه ۸ آذر ۱۴۰۵ ساعت ۱۴:۳۰
مبنا: ۳ روز کاری از شنبه ۳۰ آبان ۱۴۰۵ ساعت ۱۰:۰۰ طبق تقویم «ادارهٔ آب»
- شنبه ۳۰ آبان ۱۴۰۵ از ساعت ۱۰:۰۰ تا پایان روز: محاسبه نشد، روز دریافت (\u{2066}office\u{2069})
- یکشنبه ۱ آذر ۱۴۰۵: محاسبه نشد، تعطیلی اعلام‌شده «آلودگی هوا» (\u{2066}office:17\u{2069})
- دوشنبه ۲ آذر تا سه‌شنبه ۳ آذر ۱۴۰۵: محاسبه نشد، توقف مهلت «پاسخ شهروند» (\u{2066}suspension:1\u{2069})
- چهارشنبه ۴ آذر ۱۴۰۵: روز ۱ از مهلت، روز کاری (\u{2066}office:9\u{2069})
- پنجشنبه ۵ آذر ۱۴۰۵: روز ۲ از مهلت، روز کاری (\u{2066}office:10\u{2069})
- جمعه ۶ آذر ۱۴۰۵: محاسبه نشد، تعطیل هفتگی (\u{2066}office:5\u{2069})
- شنبه ۷ آذر ۱۴۰۵: محاسبه نشد، تعطیل رسمی برآوردی «عید» (\u{2066}office:15\u{2069})
- یکشنبه ۸ آذر ۱۴۰۵ تا ساعت ۱۴:۳۰: روز ۳ از مهلت، روز کاری (\u{2066}office:6\u{2069})
توجه: تعطیلی «عید» در شنبه ۷ آذر ۱۴۰۵ هنوز اعلام نشده است و ممکن است یک روز جابه‌جا شود (\u{2066}office:15\u{2069}).";

const ENGLISH: &str = r#"Due: Sunday 8 Azar 1405 14:30
Basis: 3 working days from Saturday 30 Aban 1405 10:00 by the calendar "Water office"
- Saturday 30 Aban 1405 from 10:00 to the end of the day: not counted, day of receipt (office)
- Sunday 1 Azar 1405: not counted, closure "Smog" (office:17)
- Monday 2 Azar to Tuesday 3 Azar 1405: not counted, deadline suspended "the citizen's answer" (suspension:1)
- Wednesday 4 Azar 1405: day 1, working day (office:9)
- Thursday 5 Azar 1405: day 2, working day (office:10)
- Friday 6 Azar 1405: not counted, weekly day off (office:5)
- Saturday 7 Azar 1405: not counted, estimated holiday "Feast" (office:15)
- Sunday 8 Azar 1405 until 14:30: day 3, working day (office:6)
Note: The holiday "Feast" on Saturday 7 Azar 1405 is not announced yet and may move by a day (office:15)."#;

const PERSIAN_SET: &str = "۳ روز کاری از شنبه ۳۰ آبان ۱۴۰۵ ساعت ۱۰:۰۰ طبق تقویم «ادارهٔ آب». تاریخ به تصمیم مسئول تغییر کرده است؛ \
    طبق تقویم مهلت تا یکشنبه ۸ آذر ۱۴۰۵ ساعت ۱۴:۳۰ بود. مهلت تا سه‌شنبه ۱۰ آذر ۱۴۰۵ ساعت ۱۲:۰۰. محاسبه نشد: روز دریافت، \
    تعطیلی اعلام‌شده «آلودگی هوا»، توقف مهلت «پاسخ شهروند»، تعطیل هفتگی، تعطیل رسمی برآوردی «عید».";

const ENGLISH_SET: &str = "3 working days from Saturday 30 Aban 1405 10:00 by the calendar \"Water office\". The date was set \
    by an officer; by the calendar it would be Sunday 8 Azar 1405 14:30. Due Tuesday 10 Azar 1405 12:00. Not counted: day \
    of receipt, closure \"Smog\", deadline suspended \"the citizen's answer\", weekly day off, estimated holiday \"Feast\".";

const PERSIAN_HOURS: &str = "مهلت: چهارشنبه ۴ آذر ۱۴۰۵ ساعت ۰۹:۰۰
مبنا: ۳ ساعت کاری از شنبه ۳۰ آبان ۱۴۰۵ ساعت ۱۳:۰۰ طبق تقویم «ادارهٔ آب»
- شنبه ۳۰ آبان ۱۴۰۵ از ساعت ۱۳:۰۰ تا ۱۴:۳۰: محاسبه شد، ساعت کاری (\u{2066}office:5\u{2069})
- شنبه ۳۰ آبان ۱۴۰۵ از ساعت ۱۴:۳۰ تا پایان روز: محاسبه نشد، خارج از ساعت کاری (\u{2066}office:5\u{2069})
- یکشنبه ۱ آذر ۱۴۰۵: محاسبه نشد، تعطیلی اعلام‌شده «آلودگی هوا» (\u{2066}office:17\u{2069})
- دوشنبه ۲ آذر تا سه‌شنبه ۳ آذر ۱۴۰۵: محاسبه نشد، توقف مهلت «پاسخ شهروند» (\u{2066}suspension:1\u{2069})
- چهارشنبه ۴ آذر ۱۴۰۵ تا ساعت ۰۷:۳۰: محاسبه نشد، خارج از ساعت کاری (\u{2066}office:9\u{2069})
- چهارشنبه ۴ آذر ۱۴۰۵ از ساعت ۰۷:۳۰ تا ۰۹:۰۰: محاسبه شد، ساعت کاری (\u{2066}office:9\u{2069})";
