//! Every day of 1200 to 1500 against the calendar of ICU, an independent computation.

use icu_calendar::Date;
use icu_calendar::cal::Persian;
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
        let (year, month, of_month) = (ours.year(), ours.month(), ours.day());
        assert_eq!(Jalali::new(year.into(), month.into(), of_month.into()), Ok(ours));
        days += 1;
    }
    // 301 years of 365 days and their leap days.
    assert_eq!(days, 109_938);
}
