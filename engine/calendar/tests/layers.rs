//! Calendars that extend calendars: what holds where, and which line says so.

mod layered;

use jiff::{SignedDuration, Timestamp};
use layered::{NATION, day, extending, good, jalali, open, open_in, over, province, resolve, told};
use peygir_calendar::{Calendars, Caveat, ClosedHours, Declared, DeclaredError, Hours, Name, Place, Scope, Term};

// 1405/09/01 is a Sunday; 05 a Thursday, 06 a Friday, 07 a Saturday.

#[test]
fn an_extending_calendar_says_only_its_differences() {
    let qom = over(NATION, "week:\n  thu: [\"07:30-11:30\"]\n  wed: []\n");
    assert_eq!(open(&qom, "1405/09/07"), "07:30-14:30");
    assert_eq!(open(&qom, "1405/09/05"), "07:30-11:30");
    assert_eq!(open(&qom, "1405/09/04"), "");
    assert_eq!(qom.bases(), ["nation"]);
    let told = told(&qom, "2026-11-24T09:00+03:30", Term::working_days(2));
    assert_eq!(
        told[1..],
        [
            "not counted: day-off over:7",
            "counted: open over:6",
            "not counted: day-off nation:5",
            "counted: open nation:5",
        ]
    );
}

#[test]
fn the_narrowest_calendar_that_holds_in_a_place_answers() {
    let hamedan = extending("hamedan", "nation", "for: { province: hamedan }\nweek: { thu: [\"07:30-11:30\"] }\n");
    let malayer = extending("malayer", "hamedan", "for: { county: malayer }\nofficeHours: \"07:30-13:00\"\n");
    let bank = extending("bank", "nation", "for: { agency: bank }\nweek: { thu: [\"08:00-12:00\"] }\n");
    let night = extending("night", "nation", "always: true\n");
    let all = good(&[&bank, &malayer, &night, NATION, &hamedan]);
    let place = |province: &str, county: &str, agency: &str| {
        let part = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Place { province: part(province), county: part(county), agency: part(agency) }
    };
    let at = |id: &str, place: &Place| all.at(id, place).unwrap().id().to_owned();
    assert_eq!(at("nation", &Place::default()), "nation");
    assert_eq!(at("nation", &place("qom", "", "")), "nation");
    assert_eq!(at("nation", &place("hamedan", "", "")), "hamedan");
    assert_eq!(at("nation", &place("hamedan", "malayer", "")), "malayer");
    // A county of that name in another province is another county.
    assert_eq!(at("nation", &place("qom", "malayer", "")), "nation");
    assert_eq!(at("nation", &place("hamedan", "malayer", "bank")), "bank");
    assert_eq!(at("nation", &place("", "", "bank")), "bank");
    assert_eq!(at("hamedan", &place("qom", "", "bank")), "hamedan", "named itself, it answers everywhere");
    assert_eq!(at("hamedan", &place("hamedan", "malayer", "")), "malayer");
    assert_eq!(at("night", &place("hamedan", "", "")), "night", "what is for no place answers by its name only");
    assert!(all.at("nowhere", &Place::default()).is_none());
    assert_eq!(all.ids().collect::<Vec<_>>(), ["bank", "hamedan", "malayer", "nation", "night"]);
    assert_eq!(open(all.get("malayer").unwrap(), "1405/09/05"), "07:30-11:30");
}

const RAMADAN: &str = r#"periods:
  - from: 1405/09/02
    to: 1405/09/08
    name: { fa: رمضان, en: Ramadan }
    week: { sat: ["09:00-13:00"], sun: ["09:00-13:00"], mon: ["09:00-13:00"], thu: [] }
"#;

#[test]
fn a_period_speaks_before_the_week_and_names_itself() {
    let calendar = over(NATION, RAMADAN);
    assert_eq!(open(&calendar, "1405/09/01"), "07:30-14:30");
    assert_eq!(open(&calendar, "1405/09/02"), "09:00-13:00");
    assert_eq!(open(&calendar, "1405/09/03"), "07:30-14:30", "a Tuesday, of which the period says nothing");
    assert_eq!(open(&calendar, "1405/09/07"), "09:00-13:00");
    assert_eq!(open(&calendar, "1405/09/08"), "09:00-13:00");
    assert_eq!(open(&calendar, "1405/09/14"), "07:30-14:30");
    let told = told(&calendar, "2026-11-22T10:00+03:30", Term::working_days(1));
    assert_eq!(told[1], "counted: open over:9 Ramadan");
}

/// A province's own Thursday stays where the nation's Ramadan says nothing of Thursdays, and gives way where it does.
#[test]
fn periods_of_the_base_speak_before_the_week_of_a_layer() {
    let with_period = format!("{NATION}{RAMADAN}");
    let calendar = over(&with_period, "week:\n  thu: [\"07:30-11:30\"]\n  tue: [\"07:30-16:00\"]\n");
    assert_eq!(open(&calendar, "1405/09/05"), "");
    assert_eq!(open(&calendar, "1405/09/12"), "07:30-11:30");
    assert_eq!(open(&calendar, "1405/09/03"), "07:30-16:00");
    // Its own period speaks before that of its base.
    let lines = "periods:\n  - { from: 1405/09/01, name: From now on, week: { thu: [\"08:00-12:00\"] } }\n";
    assert_eq!(open(&over(&with_period, lines), "1405/09/05"), "08:00-12:00");
}

#[test]
fn a_period_without_an_end_holds_from_then_on() {
    let lines = r#"periods:
  - { from: 1405/09/05, name: New law, week: { thu: ["07:30-11:30"] }, officeHours: "07:30-11:00" }
  - { from: 1405/09/12, to: 1405/09/18, name: Two weeks, week: { thu: ["07:30-10:30"] } }
  - { from: 1405/10/03, name: Newer law, week: { thu: [] } }
"#;
    let calendar = over(NATION, lines);
    assert_eq!(open(&calendar, "1405/08/28"), "");
    assert_eq!(open(&calendar, "1405/09/05"), "07:30-11:30");
    assert_eq!(open(&calendar, "1405/09/12"), "07:30-10:30", "one with an end speaks before one without");
    assert_eq!(open(&calendar, "1405/09/19"), "07:30-11:30");
    assert_eq!(open(&calendar, "1405/10/03"), "", "of those without an end the later one speaks");
    assert_eq!(open(&calendar, "1455/10/03"), "07:30-14:30");
    let due = |from: &str| calendar.working_days(from.parse().unwrap(), 1).unwrap().due;
    assert_eq!(due("2026-11-24T09:00+03:30"), "2026-11-25T14:30+03:30".parse().unwrap());
    assert_eq!(due("2026-11-25T09:00+03:30"), "2026-11-26T11:00+03:30".parse().unwrap(), "its office hours too");
}

#[test]
fn a_holiday_that_is_not_kept() {
    let lines = r#"holidays:
  not:
    - { day: 1405/09/15, name: Open this year }
    - { day: 09/10, name: Open here }
    - { day: 01/01, name: Open at Nowruz }
  fixed:
    - { day: 09/16, name: Own day }
"#;
    let calendar = over(NATION, lines);
    let holiday = |date: &str| calendar.holiday(jalali(date)).map(|holiday| holiday.name.en.as_str());
    assert_eq!(holiday("1405/09/15"), None);
    assert_eq!(holiday("1406/09/15"), Some("Fixed"));
    assert_eq!(holiday("1405/09/10"), None);
    assert_eq!(holiday("1406/08/30"), Some("Lunar"));
    assert_eq!((holiday("1405/01/01"), holiday("1407/01/01")), (None, None));
    assert_eq!(holiday("1405/09/16"), Some("Own day"));
    let told = told(&calendar, "2026-11-30T09:00+03:30", Term::working_days(1));
    assert_eq!(told[1], "counted: open over:8 Open here");
    // The estimate of the base cannot move what is open anyhow.
    let deadline = |calendar: &peygir_calendar::Calendar| {
        calendar.working_days("2026-11-29T09:00+03:30".parse().unwrap(), 2).unwrap().caveats
    };
    assert_eq!(deadline(&calendar), []);
    let nation = good(&[NATION]);
    assert!(matches!(deadline(nation.get("nation").unwrap())[..], [Caveat::Estimated { .. }]));
}

/// What was taken away in one layer can come back in the next.
#[test]
fn the_nearest_layer_that_says_something_of_a_day_holds() {
    let not = "holidays:\n  not:\n    - { day: 1405/09/15, name: a }\n    - { day: 09/10, name: b }\n";
    let back = "holidays:\n  fixed: [ { day: 09/15, name: Back } ]\n  years:\n    - { year: 1405, days: [ { day: 09/10, name: Back, state: announced } ] }\n";
    let (not, back) = (extending("not", "nation", not), extending("back", "not", back));
    let all = good(&[NATION, &not, &back]);
    for date in ["1405/09/15", "1405/09/10"] {
        assert!(all.get("not").unwrap().holiday(jalali(date)).is_none(), "{date}");
        assert_eq!(all.get("back").unwrap().holiday(jalali(date)).unwrap().name.en, "Back", "{date}");
    }
}

#[test]
fn closures_hold_where_their_scope_does() {
    let lines = r#"closures:
  - { date: 1405/09/01, name: Everywhere }
  - { dates: { from: 1405/09/02, to: 1405/09/03 }, from: "12:00", name: Heat, for: { province: qom } }
  - { date: 1405/09/03, hours: ["06:00-09:00", "10:00-11:00"], name: Power, for: { province: qom, county: salafchegan } }
"#;
    let calendar = over(NATION, lines);
    let qom = province("qom");
    let salafchegan = Place { county: Some("salafchegan".to_owned()), ..qom.clone() };
    for place in [&Place::default(), &qom, &province("hamedan")] {
        assert_eq!(open_in(&calendar, "1405/09/01", place), "");
    }
    assert_eq!(open_in(&calendar, "1405/09/02", &province("hamedan")), "07:30-14:30");
    assert_eq!(open_in(&calendar, "1405/09/02", &Place::default()), "07:30-14:30", "a place that is not known");
    assert_eq!(open_in(&calendar, "1405/09/02", &qom), "07:30-12:00");
    assert_eq!(open_in(&calendar, "1405/09/03", &qom), "07:30-12:00");
    // In place of the usual hours, and no longer than any other closure leaves.
    assert_eq!(open_in(&calendar, "1405/09/03", &salafchegan), "06:00-07:30 07:30-09:00 10:00-11:00");
    assert!(day(&calendar, "1405/09/03", &salafchegan).counts, "4 of 7 hours");
}

#[test]
fn a_closure_opens_no_day_that_is_off() {
    let lines =
        "closures:\n  - { dates: { from: 1405/09/05, to: 1405/09/15 }, hours: [\"08:00-10:00\"], name: Heat }\n";
    let calendar = over(NATION, lines);
    for (date, hours) in [("1405/09/05", ""), ("1405/09/07", "08:00-10:00"), ("1405/09/10", ""), ("1405/09/15", "")] {
        assert_eq!(open(&calendar, date), hours, "{date}");
    }
}

#[test]
fn what_is_counted_is_settable() {
    let due = |lines: &str, from: &str, days: u32| {
        let calendar = over(NATION, lines);
        let due = calendar.working_days(from.parse().unwrap(), days).unwrap().due;
        due.to_zoned(calendar.zone().clone()).strftime("%F %H:%M").to_string()
    };
    let sunday = "2026-11-22T10:00+03:30";
    assert_eq!(due("", sunday, 1), "2026-11-23 14:30");
    assert_eq!(due("counting: { dueAt: midnight }\n", sunday, 1), "2026-11-24 00:00");
    assert_eq!(due("counting: { receiptDay: count }\n", sunday, 1), "2026-11-22 14:30");
    let half = "week: { thu: [\"07:30-11:30\"] }\n";
    let wednesday = "2026-11-25T10:00+03:30";
    assert_eq!(due(half, wednesday, 1), "2026-11-26 11:30");
    assert_eq!(due(&format!("{half}counting: {{ halfDay: half }}\n"), wednesday, 1), "2026-11-28 14:30");
    let noon = "closures: [ { date: 1405/09/02, from: \"12:00\", name: Heat } ]\n";
    assert_eq!(due(noon, sunday, 1), "2026-11-23 12:00");
    assert_eq!(due(&format!("{noon}counting: {{ shortDay: 0.65 }}\n"), sunday, 1), "2026-11-24 14:30");
}

/// 4.5 of 7 hours are 642.9 thousandths.
#[test]
fn a_shortened_day_counts_from_its_share_on() {
    for (share, counts) in [("0.642", true), ("0.643", false), ("0", true), ("1", false)] {
        let lines = format!(
            "closures: [ {{ date: 1405/09/02, from: \"12:00\", name: Heat }} ]\ncounting: {{ shortDay: {share} }}\n"
        );
        assert_eq!(day(&over(NATION, &lines), "1405/09/02", &Place::default()).counts, counts, "{share}");
    }
}

#[test]
fn a_half_day_is_shorter_than_two_thirds_of_the_longest_of_its_week() {
    let halves = |hours: &str, date: &str| {
        let lines = format!("week: {{ thu: [\"{hours}\"] }}\ncounting: {{ halfDay: half }}\n{RAMADAN}");
        day(&over(NATION, &lines.replace(", thu: []", "")), date, &Place::default()).halves
    };
    assert_eq!(halves("07:30-11:30", "1405/09/12"), 1);
    assert_eq!(halves("07:30-12:30", "1405/09/12"), 2);
    assert_eq!(halves("07:30-11:30", "1405/09/06"), 0);
    assert_eq!(halves("07:30-11:30", "1405/09/09"), 2);
}

#[test]
fn an_unknown_year_is_told_once_by_whom_its_tables_are_of() {
    let qom =
        extending("qom", "nation", "for: { province: qom }\nholidays:\n  years:\n    - { year: 1407, days: [] }\n");
    let night = "kind: calendar\nid: night\ntitle: Night\nalways: true\n";
    let all = good(&[NATION, &qom, night]);
    let lacking: Vec<_> =
        all.lacking_tables([1408, 1405, 1407, 1407]).into_iter().map(|one| (one.calendar, one.year)).collect();
    assert_eq!(lacking, [("nation".to_owned(), 1407), ("nation".to_owned(), 1408)]);
    assert!(all.get("qom").unwrap().lacks_table(1407), "days of a province are no table of lunar holidays");
    let diagnostic = all.lacking_tables([1407])[0].to_diagnostic();
    assert_eq!((diagnostic.code, diagnostic.file.as_str()), ("PG-C013", "0"));
    assert_eq!((diagnostic.span.line, diagnostic.span.column), (12, 3));
    // On a base without holidays the calendar's own tables are whole.
    let own = extending("own", "night", "holidays:\n  years:\n    - { year: 1405, days: [] }\n");
    let all = good(&[night, &own]);
    assert_eq!(all.lacking_tables([1405]), []);
    assert_eq!(all.lacking_tables([1406])[0].calendar, "own");
}

fn declared(id: &str, calendar: &str, scope: Scope, hours: ClosedHours) -> Declared {
    let name = Name { fa: "گرما".to_owned(), en: "Heat".to_owned() };
    let (first, last) = (jalali("1405/09/02"), jalali("1405/09/03"));
    let at = Timestamp::UNIX_EPOCH;
    Declared { id: id.to_owned(), at, calendar: calendar.to_owned(), scope, first, last, hours, name }
}

fn in_province(id: &str) -> Scope {
    Scope { province: Some(id.to_owned()), ..Scope::default() }
}

#[test]
fn a_declared_closure_counts_in_its_calendar_and_all_that_extend_it() {
    let hamedan = extending("hamedan", "nation", "for: { province: hamedan }\nweek: { thu: [\"07:30-11:30\"] }\n");
    let all = good(&[NATION, &hamedan]);
    let noon = declared("n1", "nation", Scope::default(), ClosedHours::From(720));
    let of_hamedan = declared("n2", "hamedan", Scope::default(), ClosedHours::From(600));
    let closed = all.with_closures(&[noon.clone(), of_hamedan.clone()]);
    let open_at = |all: &Calendars, place: &Place| open_in(all.at("nation", place).unwrap(), "1405/09/02", place);
    assert_eq!(open_at(&closed, &Place::default()), "07:30-12:00");
    assert_eq!(open_at(&closed, &province("hamedan")), "07:30-10:00");
    assert_eq!(open_at(&all, &province("hamedan")), "07:30-14:30");
    assert_eq!(closed.with_closures(std::slice::from_ref(&noon)), all.with_closures(std::slice::from_ref(&noon)));
    assert_eq!(closed.with_closures(&[]), all);
    let touched = |id: &str, place: &str, closed: &Declared| all.is_touched(id, &province(place), closed);
    assert!(touched("nation", "qom", &noon) && touched("nation", "hamedan", &noon) && touched("hamedan", "qom", &noon));
    assert!(!touched("nation", "qom", &of_hamedan) && touched("nation", "hamedan", &of_hamedan));
    let scoped = declared("n3", "nation", in_province("qom"), ClosedHours::From(0));
    assert!(touched("nation", "qom", &scoped) && !touched("nation", "hamedan", &scoped));
    let calendar = closed.get("nation").unwrap();
    let told = told(calendar, "2026-11-23T11:00+03:30", Term::working_time(SignedDuration::from_hours(2)));
    assert_eq!(told[1], "not counted: closure closure:n1 Heat");
}

#[test]
fn several_closures_on_a_day_leave_what_each_of_them_leaves() {
    let all = good(&[NATION]);
    let hours = |from, to| ClosedHours::OpenOnly(vec![Hours { from, to }]);
    let shift = declared("b", "nation", Scope::default(), hours(360, 720));
    let late = declared("a", "nation", Scope::default(), hours(600, 900));
    let noon = declared("c", "nation", Scope::default(), ClosedHours::From(660));
    let open_with = |closures: &[Declared]| open(all.with_closures(closures).get("nation").unwrap(), "1405/09/02");
    assert_eq!(open_with(std::slice::from_ref(&shift)), "06:00-07:30 07:30-12:00");
    assert_eq!(open_with(std::slice::from_ref(&late)), "10:00-14:30 14:30-15:00");
    assert_eq!(open_with(&[shift.clone(), late.clone()]), "10:00-12:00");
    assert_eq!(open_with(&[shift.clone(), noon.clone(), late.clone()]), "10:00-11:00");
    let ways = [[&shift, &noon, &late], [&late, &shift, &noon], [&noon, &late, &shift]];
    let all_ways = ways.map(|closures| all.with_closures(&closures.map(Clone::clone)));
    assert!(all_ways.iter().all(|one| *one == all_ways[0]), "their order says nothing");
    let never = [shift, declared("d", "nation", Scope::default(), hours(780, 840))];
    assert_eq!(open_with(&never), "");
}

/// One day of the office is closed from noon on, its last counted day: who was told of it before the receipt follows it,
/// who was not keeps the close that was there. The same of hours that are offered in place of the usual ones.
#[test]
fn a_closure_declared_after_the_receipt_takes_nothing() {
    let all = good(&[NATION]);
    let received: Timestamp = "2026-11-22T10:00+03:30".parse().unwrap();
    let due = |hours: ClosedHours, minutes_later: i64, term: Term| {
        let at = received + SignedDuration::from_mins(minutes_later);
        let closed = all.with_closures(&[Declared { at, ..declared("x", "nation", Scope::default(), hours) }]);
        let calendar = closed.get("nation").unwrap();
        let deadline = calendar.due(received, term).unwrap();
        calendar.zone().to_datetime(deadline.due).strftime("%Y-%m-%d %H:%M").to_string()
    };
    let noon = || ClosedHours::From(12 * 60);
    let one_day = Term::working_days(1);
    assert_eq!(due(noon(), 0, one_day), "2026-11-23 12:00", "known at the receipt");
    assert_eq!(due(noon(), 1, one_day), "2026-11-23 14:30", "nobody knew");
    assert_eq!(due(noon(), 27 * 60, one_day), "2026-11-23 14:30", "declared at 13:00 of the last day");
    // More than half of the day is lost, on the next one too.
    assert_eq!(due(ClosedHours::From(10 * 60), 27 * 60, one_day), "2026-11-25 14:30");
    // Open time: 4:30 on the day of receipt, then the rest on a day that opens earlier than anybody knew.
    let early = || ClosedHours::OpenOnly(vec![Hours { from: 6 * 60, to: 10 * 60 }]);
    let six_hours = Term::working_time(SignedDuration::from_hours(6));
    assert_eq!(due(early(), 0, six_hours), "2026-11-23 07:30");
    assert_eq!(due(early(), 1, six_hours), "2026-11-23 09:00");
    // Four of seven hours are a day, whichever they are; it ends when it was thought to end.
    assert_eq!(due(early(), 0, one_day), "2026-11-23 10:00");
    assert_eq!(due(early(), 1, one_day), "2026-11-23 14:30");
}

#[test]
fn declarations_are_checked() {
    let with = |hours| declared("x", "nation", Scope::default(), hours).check();
    let spans = |spans: &[(u16, u16)]| {
        with(ClosedHours::OpenOnly(spans.iter().map(|(from, to)| Hours { from: *from, to: *to }).collect()))
    };
    assert_eq!(with(ClosedHours::From(0)), Ok(()));
    assert_eq!(with(ClosedHours::From(1440)), Err(DeclaredError::Minute));
    assert_eq!(spans(&[(360, 600), (600, 700)]), Ok(()));
    for bad in [&[][..], &[(600, 360)], &[(600, 700), (500, 600)], &[(360, 600), (599, 700)], &[(0, 1441)]] {
        assert_eq!(spans(bad), Err(DeclaredError::Hours), "{bad:?}");
    }
    let mut long = declared("x", "nation", Scope::default(), ClosedHours::From(0));
    long.last = jalali("1406/09/02");
    assert_eq!(long.check(), Ok(()));
    long.last = jalali("1406/09/03");
    assert_eq!(long.check(), Err(DeclaredError::TooLong(367)));
    long.last = jalali("1405/09/01");
    let error = long.check().unwrap_err();
    assert_eq!(error.to_string(), "the closure ends on 1405/09/01, before it begins on 1405/09/02");
    assert!(error.message_fa().contains("۱۴۰۵/۰۹/۰۱"));
}

#[test]
fn a_zone_can_differ() {
    let calendar = over(NATION, "zone: Europe/Berlin\n");
    assert_eq!(calendar.zone_name(), "Europe/Berlin");
    let (_, found) = resolve(&[NATION, &extending("a", "nation", "zone: Asia/Tehran\n")]);
    assert_eq!(found.list.iter().map(|one| one.code).collect::<Vec<_>>(), ["PG-C019"]);
}
