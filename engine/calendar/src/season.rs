//! Seasons, and the ends of the weeks, months, seasons and years in which a date of the Solar Hijri calendar lies.
//!
//! Owns: where each period begins and ends. A week begins on Saturday, a season with its first month: spring with
//! Farvardin. Deliberately does not know what is open in them; that is the calendar's.

use jiff::Span;
use jiff::civil::Weekday;

use crate::jalali::{is_leap, month_days};
use crate::words::{month_name, pick};
use crate::{Jalali, Language, YEAR_MAX, YEAR_MIN};

/// A quarter of the Solar Hijri year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Season {
    Spring,
    Summer,
    Autumn,
    Winter,
}

/// What dates are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// Saturday to Friday.
    Week,
    Month,
    Season,
    Year,
}

const MONTHS_A_SEASON: u8 = 3;

impl Season {
    pub const ALL: [Self; 4] = [Self::Spring, Self::Summer, Self::Autumn, Self::Winter];

    /// The season of the month 1 to 12; any other number counts as the nearest of them.
    pub fn of_month(month: u8) -> Self {
        Self::ALL[usize::from((month.clamp(1, 12) - 1) / MONTHS_A_SEASON)]
    }

    /// 1 to 4, spring first.
    pub fn number(self) -> u8 {
        match self {
            Self::Spring => 1,
            Self::Summer => 2,
            Self::Autumn => 3,
            Self::Winter => 4,
        }
    }

    /// The number of its first month: 1, 4, 7 or 10.
    pub fn first_month(self) -> u8 {
        (self.number() - 1) * MONTHS_A_SEASON + 1
    }

    /// The name used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spring => "spring",
            Self::Summer => "summer",
            Self::Autumn => "autumn",
            Self::Winter => "winter",
        }
    }

    pub fn name(self, language: Language) -> &'static str {
        match self {
            Self::Spring => pick(language, "بهار", "spring"),
            Self::Summer => pick(language, "تابستان", "summer"),
            Self::Autumn => pick(language, "پاییز", "autumn"),
            Self::Winter => pick(language, "زمستان", "winter"),
        }
    }
}

impl Period {
    pub const ALL: [Self; 4] = [Self::Week, Self::Month, Self::Season, Self::Year];

    /// The name used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Season => "season",
            Self::Year => "year",
        }
    }

    pub fn name(self, language: Language) -> &'static str {
        match self {
            Self::Week => pick(language, "هفته", "week"),
            Self::Month => pick(language, "ماه", "month"),
            Self::Season => pick(language, "فصل", "season"),
            Self::Year => pick(language, "سال", "year"),
        }
    }

    /// First and last day of the period that lies `offset` periods after the one of `day`. `None` where it is not
    /// wholly in the years that people may write.
    pub fn around(self, day: Jalali, offset: i32) -> Option<(Jalali, Jalali)> {
        let (first, last) = match self {
            Self::Week => {
                let first = day.first_of_week().plus_days(offset.checked_mul(7)?)?;
                (first, first.plus_days(6)?)
            }
            Self::Month => months(day.year(), day.month(), offset, 1)?,
            Self::Season => {
                let offset = offset.checked_mul(MONTHS_A_SEASON.into())?;
                months(day.year(), day.season().first_month(), offset, MONTHS_A_SEASON)?
            }
            Self::Year => months(day.year(), 1, offset.checked_mul(12)?, 12)?,
        };
        let known = YEAR_MIN..=YEAR_MAX;
        (known.contains(&first.year()) && known.contains(&last.year())).then_some((first, last))
    }
}

/// `count` months from the one that lies `offset` months after `month`.
fn months(year: i16, month: u8, offset: i32, count: u8) -> Option<(Jalali, Jalali)> {
    let first = (i32::from(year) * 12 + i32::from(month) - 1).checked_add(offset)?;
    let last = first + i32::from(count) - 1;
    let parts = |number: i32| (i64::from(number.div_euclid(12)), i64::from(number.rem_euclid(12)) + 1);
    let ((first_year, first_month), (last_year, last_month)) = (parts(first), parts(last));
    let last = Jalali::new(last_year, last_month, 1).ok()?.last_of_month();
    Some((Jalali::new(first_year, first_month, 1).ok()?, last))
}

impl Jalali {
    pub fn season(self) -> Season {
        Season::of_month(self.month())
    }

    pub fn month_name(self, language: Language) -> &'static str {
        month_name(self.month(), language)
    }

    /// Days of its month: 29, 30 or 31.
    pub fn days_in_month(self) -> u8 {
        month_days(self.year(), self.month())
    }

    /// Days of its year: 365 or 366.
    pub fn days_in_year(self) -> u16 {
        if is_leap(self.year()) { 366 } else { 365 }
    }

    /// 1 to 366.
    pub fn day_of_year(self) -> u16 {
        let days = (self.to_gregorian() - self.first_of_year().to_gregorian()).get_days();
        u16::try_from(days).unwrap_or(0) + 1
    }

    /// The Saturday on or before it; the date itself where time begins with a later day of the week.
    pub fn first_of_week(self) -> Self {
        let since_saturday = self.weekday().since(Weekday::Saturday);
        self.plus_days(-i32::from(since_saturday)).unwrap_or(self)
    }

    /// The Friday on or after it; the date itself where time ends with an earlier day of the week.
    pub fn last_of_week(self) -> Self {
        let until_friday = self.weekday().until(Weekday::Friday);
        self.plus_days(i32::from(until_friday)).unwrap_or(self)
    }

    pub fn first_of_month(self) -> Self {
        self.with(self.month(), 1)
    }

    pub fn last_of_month(self) -> Self {
        self.with(self.month(), self.days_in_month())
    }

    pub fn first_of_season(self) -> Self {
        self.with(self.season().first_month(), 1)
    }

    pub fn last_of_season(self) -> Self {
        self.with(self.season().first_month() + MONTHS_A_SEASON - 1, 1).last_of_month()
    }

    pub fn first_of_year(self) -> Self {
        self.with(1, 1)
    }

    pub fn last_of_year(self) -> Self {
        self.with(12, 1).last_of_month()
    }

    /// The date so many days later, or earlier where `days` is below zero; `None` only where time ends.
    pub fn plus_days(self, days: i32) -> Option<Self> {
        let span = Span::new().try_days(days).ok()?;
        Some(Self::from_gregorian(self.to_gregorian().checked_add(span).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Jalali {
        text.parse().unwrap()
    }

    #[test]
    fn seasons_begin_with_their_months() {
        let of = |text: &str| day(text).season();
        assert_eq!(of("1405/01/01"), Season::Spring);
        assert_eq!(of("1405/03/31"), Season::Spring);
        assert_eq!(of("1405/04/01"), Season::Summer);
        assert_eq!(of("1405/06/31"), Season::Summer);
        assert_eq!(of("1405/07/01"), Season::Autumn);
        assert_eq!(of("1405/09/30"), Season::Autumn);
        assert_eq!(of("1405/10/01"), Season::Winter);
        assert_eq!(of("1405/12/29"), Season::Winter);
        for season in Season::ALL {
            assert_eq!(Season::of_month(season.first_month()), season);
            assert!(!season.name(Language::Persian).is_empty() && season.name(Language::English) == season.as_str());
        }
    }

    /// Walks every day of many years: a period's first day follows the last day of the one before.
    #[test]
    fn periods_lie_end_to_end_and_hold_their_days() {
        let mut today = day("1390/01/01");
        while today.year() < 1415 {
            for period in Period::ALL {
                let (first, last) = period.around(today, 0).unwrap();
                assert!(first <= today && today <= last, "{period:?} of {today}");
                let next = period.around(today, 1).unwrap();
                assert_eq!(last.plus_days(1), Some(next.0), "{period:?} of {today}");
                assert_eq!(period.around(next.0, -1), Some((first, last)), "{period:?} of {today}");
            }
            assert_eq!(Period::Week.around(today, 0), Some((today.first_of_week(), today.last_of_week())));
            assert_eq!(Period::Month.around(today, 0), Some((today.first_of_month(), today.last_of_month())));
            assert_eq!(Period::Season.around(today, 0), Some((today.first_of_season(), today.last_of_season())));
            assert_eq!(Period::Year.around(today, 0), Some((today.first_of_year(), today.last_of_year())));
            assert_eq!(today.first_of_week().weekday(), Weekday::Saturday);
            assert_eq!(today.last_of_week().weekday(), Weekday::Friday);
            assert_eq!(today.last_of_month().day(), today.days_in_month());
            assert_eq!(today.last_of_year().day_of_year(), today.days_in_year());
            today = today.plus_days(1).unwrap();
        }
    }

    #[test]
    fn the_lengths_of_seasons_and_years() {
        let length = |text: &str| {
            let (first, last) = Period::Season.around(day(text), 0).unwrap();
            (last.to_gregorian() - first.to_gregorian()).get_days() + 1
        };
        assert_eq!(
            [length("1405/02/01"), length("1405/05/01"), length("1405/08/01"), length("1405/11/01")],
            [93, 93, 90, 89]
        );
        assert_eq!(length("1403/11/01"), 90);
        assert_eq!((day("1403/05/05").days_in_year(), day("1404/05/05").days_in_year()), (366, 365));
        assert_eq!(day("1403/12/30").day_of_year(), 366);
        assert_eq!(day("1405/08/30").month_name(Language::Persian), "آبان");
    }

    #[test]
    fn the_ends_of_the_years_have_no_neighbours() {
        assert_eq!(Period::Month.around(day("1500/12/01"), 1), None);
        assert_eq!(Period::Season.around(day("1500/12/01"), 1), None);
        assert_eq!(Period::Year.around(day("1200/01/01"), -1), None);
        assert_eq!(Period::Week.around(day("1405/01/01"), i32::MAX), None);
        assert_eq!(Period::Year.around(day("1405/01/01"), i32::MIN), None);
        for end in [jiff::civil::Date::MIN, jiff::civil::Date::MAX] {
            let end = Jalali::from_gregorian(end);
            assert_eq!(Period::Week.around(end, 0), None);
            assert!(end.first_of_week() <= end && end <= end.last_of_week());
        }
    }
}
