//! Every day of the years that people may write against the calendar of ICU, an independent computation: 1300 to 1500 and
//! a century more before them.

use icu_calendar::cal::Persian;
use icu_calendar::{Date, Iso};
use peygir_calendar::{Jalali, YEAR_MAX, YEAR_MIN};

#[test]
fn every_day_is_the_day_of_icu() {
    let first = Jalali::new(YEAR_MIN.into(), 1, 1).unwrap().to_gregorian();
    let mut days = 0;
    for day in first.series(jiff::Span::new().days(1)) {
        let ours = Jalali::from_gregorian(day);
        if ours.year() > YEAR_MAX {
            break;
        }
        let icu =
            Date::try_new_iso(day.year().into(), day.month() as u8, day.day() as u8).unwrap().to_calendar(Persian);
        let theirs = (icu.year().extended_year(), icu.month().ordinal, icu.day_of_month().0);
        assert_eq!((i32::from(ours.year()), ours.month(), ours.day()), theirs, "{day}");
        assert_eq!(ours.to_gregorian(), day, "{ours}");
        // Both count Monday as the first.
        assert_eq!(ours.weekday().to_monday_one_offset() as u8, icu.weekday() as u8, "{day}");
        let (year, month, of_month) = (ours.year(), ours.month(), ours.day());
        assert_eq!(Jalali::new(year.into(), month.into(), of_month.into()), Ok(ours));
        days += 1;
    }
    // 301 years of 365 days and their leap days.
    assert_eq!(days, 109_938);
}

/// The other way: from the dates of ICU, month by month, with its own leap years and lengths of months. What ICU has not
/// we refuse.
#[test]
fn every_date_of_icu_is_our_date() {
    let mut days = 0;
    for year in YEAR_MIN..=YEAR_MAX {
        for month in 1..=12_u8 {
            let first = Date::try_new_persian(year.into(), month, 1).unwrap();
            let length = first.days_in_month();
            assert_eq!(month == 12 && length == 30, month == 12 && first.is_in_leap_year(), "{year}");
            for day in 1..=length {
                let icu = Date::try_new_persian(year.into(), month, day).unwrap().to_calendar(Iso);
                let ours = Jalali::new(year.into(), month.into(), day.into()).unwrap();
                let gregorian = ours.to_gregorian();
                let theirs = (icu.year().extended_year(), icu.month().ordinal, icu.day_of_month().0);
                let our_day = (gregorian.year().into(), gregorian.month() as u8, gregorian.day() as u8);
                assert_eq!(our_day, theirs, "{ours}");
                assert_eq!(Jalali::from_gregorian(gregorian), ours);
                days += 1;
            }
            assert!(Jalali::new(year.into(), month.into(), i64::from(length) + 1).is_err(), "{year}/{month}");
        }
    }
    assert_eq!(days, 109_938);
}

/// Published days: the vectors that a second program gave.
#[test]
fn published_days() {
    for (gregorian, jalali) in [
        ("2021-03-20", "1399/12/30"),
        ("2025-03-20", "1403/12/30"),
        ("2025-03-21", "1404/01/01"),
        ("2026-03-21", "1405/01/01"),
        ("2026-11-21", "1405/08/30"),
        ("2027-03-21", "1406/01/01"),
        ("2029-03-20", "1408/01/01"),
        ("2030-03-20", "1408/12/30"),
        ("2030-03-21", "1409/01/01"),
    ] {
        let day: jiff::civil::Date = gregorian.parse().unwrap();
        assert_eq!(Jalali::from_gregorian(day).to_string(), jalali);
        assert_eq!(jalali.parse::<Jalali>().unwrap().to_gregorian(), day);
    }
    assert!("1404/12/30".parse::<Jalali>().is_err(), "1404 is no leap year");
}
