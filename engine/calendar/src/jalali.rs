//! Dates of the Solar Hijri calendar and their Gregorian days.
//!
//! Leap years follow the 33-year cycle, which gives the official year, day by day, from 1178 to 1501. The 2820-year
//! cycle that many libraries use is wrong by a day around 1404 and is not here.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Weekday, date};
use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::digits;

/// First year that is accepted from people.
pub const YEAR_MIN: i16 = 1200;
/// Last year that is accepted from people; the 33-year cycle is right until here.
pub const YEAR_MAX: i16 = 1500;

/// 1 Farvardin of this year is [`anchor`]: the day from which all others are counted.
const ANCHOR_YEAR: i32 = 1405;

fn anchor() -> Date {
    date(2026, 3, 21)
}

/// A date of the Solar Hijri calendar. Its order is the order of time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Jalali {
    year: i16,
    month: u8,
    day: u8,
}

/// A day of every year, as fixed holidays have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthDay {
    pub month: u8,
    pub day: u8,
}

/// Why a date was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JalaliError {
    #[error("{0:?} is no date of the form 1405/08/30")]
    Form(String),
    #[error("the year {0} is outside {YEAR_MIN} to {YEAR_MAX}")]
    Year(i64),
    #[error("there is no month {0}; months go from 1 to 12")]
    Month(i64),
    #[error("month {month} has {days} days, so there is no day {day}")]
    Day { month: u8, day: i64, days: u8 },
    #[error("{year} is no leap year: its Esfand has 29 days")]
    Leap { year: i16 },
}

impl JalaliError {
    /// The same sentence in Persian.
    pub fn message_fa(&self) -> String {
        let text = match self {
            Self::Form(text) => format!("«{text}» تاریخی به شکل ۱۴۰۵/۰۸/۳۰ نیست"),
            Self::Year(year) => format!("سال {year} بیرون از بازهٔ {YEAR_MIN} تا {YEAR_MAX} است"),
            Self::Month(month) => format!("ماه {month} وجود ندارد؛ ماه‌ها از ۱ تا ۱۲ هستند"),
            Self::Day { month, day, days } => {
                format!("ماه {month} دارای {days} روز است و روز {day} ندارد")
            }
            Self::Leap { year } => format!("سال {year} کبیسه نیست و اسفند آن ۲۹ روز دارد"),
        };
        digits::to_persian(&text)
    }
}

/// Years before 1 Farvardin of `year` that had a 366th day, counted from an arbitrary but fixed year.
fn leap_years_before(year: i32) -> i32 {
    (8 * year + 21).div_euclid(33)
}

/// Days from the anchor to 1 Farvardin of `year`.
fn new_year_from_anchor_days(year: i32) -> i32 {
    365 * (year - ANCHOR_YEAR) + leap_years_before(year) - leap_years_before(ANCHOR_YEAR)
}

/// Whether Esfand of this year has a 30th day.
pub(crate) fn is_leap(year: i16) -> bool {
    leap_years_before(i32::from(year) + 1) > leap_years_before(i32::from(year))
}

/// Days of the month in this year; 0 for a month that does not exist.
pub(crate) fn month_days(year: i16, month: u8) -> u8 {
    match month {
        1..=6 => 31,
        7..=11 => 30,
        12 if is_leap(year) => 30,
        12 => 29,
        _ => 0,
    }
}

/// Days of the year before the first of `month`.
fn days_before_month(month: u8) -> i32 {
    let months = i32::from(month) - 1;
    if months <= 6 { 31 * months } else { 30 * months + 6 }
}

impl MonthDay {
    /// A day that some year has: `12/30` is one, for leap years.
    pub fn new(month: i64, day: i64) -> Result<Self, JalaliError> {
        let month = u8::try_from(month).ok().filter(|m| (1..=12).contains(m)).ok_or(JalaliError::Month(month))?;
        let days = match month {
            1..=6 => 31,
            _ => 30,
        };
        let day =
            u8::try_from(day).ok().filter(|d| (1..=days).contains(d)).ok_or(JalaliError::Day { month, day, days })?;
        Ok(Self { month, day })
    }
}

/// `08/30`, `8/30` or `۰۸/۳۰`.
impl FromStr for MonthDay {
    type Err = JalaliError;

    fn from_str(text: &str) -> Result<Self, JalaliError> {
        match numbers(text).as_deref() {
            Some([month, day]) => Self::new(*month, *day),
            _ => Err(JalaliError::Form(text.to_owned())),
        }
    }
}

impl Jalali {
    /// A date that exists, in the years that people may write.
    pub fn new(year: i64, month: i64, day: i64) -> Result<Self, JalaliError> {
        let year =
            i16::try_from(year).ok().filter(|y| (YEAR_MIN..=YEAR_MAX).contains(y)).ok_or(JalaliError::Year(year))?;
        Self::of(year, MonthDay::new(month, day)?)
    }

    /// The day `of_year` of this year; only 30 Esfand may be missing in it.
    pub fn of(year: i16, of_year: MonthDay) -> Result<Self, JalaliError> {
        let MonthDay { month, day } = of_year;
        if day > month_days(year, month) {
            return Err(JalaliError::Leap { year });
        }
        Ok(Self { year, month, day })
    }

    /// The Solar Hijri name of a Gregorian day. Exact for the years from 1178 to 1501; the same cycle before and after.
    pub fn from_gregorian(day: Date) -> Self {
        let days = (day - anchor()).get_days();
        // The estimate is at most one year off, because a year has 365 or 366 days and the cycle's mean is between.
        let mut year = ANCHOR_YEAR + (i64::from(days) * 33).div_euclid(33 * 365 + 8) as i32;
        while new_year_from_anchor_days(year) > days {
            year -= 1;
        }
        while new_year_from_anchor_days(year + 1) <= days {
            year += 1;
        }
        let of_year = days - new_year_from_anchor_days(year);
        let month = if of_year < 186 { of_year / 31 + 1 } else { (of_year - 6) / 30 + 1 };
        Self { year: year as i16, month: month as u8, day: (of_year - days_before_month(month as u8) + 1) as u8 }
    }

    /// The Gregorian day; the last day that can be named, for a date beyond it.
    pub fn to_gregorian(self) -> Date {
        let days =
            new_year_from_anchor_days(i32::from(self.year)) + days_before_month(self.month) + i32::from(self.day) - 1;
        anchor().saturating_add(jiff::Span::new().days(days))
    }

    pub fn year(self) -> i16 {
        self.year
    }

    /// 1 to 12, Farvardin first.
    pub fn month(self) -> u8 {
        self.month
    }

    pub fn day(self) -> u8 {
        self.day
    }

    pub fn month_day(self) -> MonthDay {
        MonthDay { month: self.month, day: self.day }
    }

    pub fn weekday(self) -> Weekday {
        self.to_gregorian().weekday()
    }

    /// Another day of the same year; only for days that every month has, or that this one is known to have.
    pub(crate) fn with(self, month: u8, day: u8) -> Self {
        Self { year: self.year, month, day }
    }
}

/// The numbers of a text separated by `/` or `-`, in any of the three scripts; none if anything else stands in it.
fn numbers(text: &str) -> Option<Vec<i64>> {
    let text = digits::to_ascii(text.trim());
    text.split(['/', '-'])
        .map(|part| {
            let is_number = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            is_number.then(|| part.parse().ok()).flatten()
        })
        .collect()
}

/// `1405/08/30`, `1405-8-30` or `۱۴۰۵/۰۸/۳۰`.
impl FromStr for Jalali {
    type Err = JalaliError;

    fn from_str(text: &str) -> Result<Self, JalaliError> {
        match numbers(text).as_deref() {
            Some([year, month, day]) => Self::new(*year, *month, *day),
            _ => Err(JalaliError::Form(text.to_owned())),
        }
    }
}

/// `1405/08/30`: the sortable form, for machines. People get [`Jalali::short`] or [`Jalali::long`].
impl fmt::Display for Jalali {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}/{:02}/{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Debug for Jalali {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Stored as the number 14050830.
impl<C> Encode<C> for Jalali {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let number = i64::from(self.year) * 10_000 + i64::from(self.month) * 100 + i64::from(self.day);
        encoder.i64(number)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Jalali {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let number = decoder.i64()?;
        Self::new(number / 10_000, number / 100 % 100, number % 100).map_err(minicbor::decode::Error::message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, gregorian: Date) {
        let jalali: Jalali = text.parse().unwrap();
        assert_eq!(jalali.to_gregorian(), gregorian, "{text}");
        assert_eq!(Jalali::from_gregorian(gregorian), jalali, "{text}");
    }

    #[test]
    fn published_days() {
        check("1399-12-30", date(2021, 3, 20));
        check("1403-12-30", date(2025, 3, 20));
        check("1404-01-01", date(2025, 3, 21));
        check("1405-01-01", date(2026, 3, 21));
        check("1405-08-30", date(2026, 11, 21));
        check("1406-01-01", date(2027, 3, 21));
        check("1408-01-01", date(2029, 3, 20));
        check("1408-12-30", date(2030, 3, 20));
        check("1409-01-01", date(2030, 3, 21));
        check("۱۴۰۵/۰۸/۳۰", date(2026, 11, 21));
        check("۱۴۰۵/۸/۳۰", date(2026, 11, 21));
    }

    #[test]
    fn leap_years_are_the_official_ones() {
        let leap: Vec<i16> = (1390..=1415).filter(|y| is_leap(*y)).collect();
        assert_eq!(leap, [1391, 1395, 1399, 1403, 1408, 1412]);
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        let refused = [
            ("1405/01/32", JalaliError::Day { month: 1, day: 32, days: 31 }),
            ("1405/07/31", JalaliError::Day { month: 7, day: 31, days: 30 }),
            ("1405/12/30", JalaliError::Leap { year: 1405 }),
            ("1405/13/01", JalaliError::Month(13)),
            ("1405/00/01", JalaliError::Month(0)),
            ("1405/01/00", JalaliError::Day { month: 1, day: 0, days: 31 }),
            ("2026/03/21", JalaliError::Year(2026)),
        ];
        for (text, error) in refused {
            assert_eq!(text.parse::<Jalali>(), Err(error), "{text}");
        }
        for text in ["", "1405", "1405/8", "1405/8/3/1", "1405/+8/3", "1405//3", "140508/3", "۱۴۰۵/آبان/۳"] {
            assert_eq!(text.parse::<Jalali>(), Err(JalaliError::Form(text.to_owned())));
        }
    }

    #[test]
    fn ends_of_time_do_not_panic() {
        for day in [Date::MIN, Date::MAX] {
            let jalali = Jalali::from_gregorian(day);
            assert_eq!(jalali.to_gregorian(), day);
        }
    }

    #[test]
    fn stored_form_is_one_number_and_is_checked() {
        let day: Jalali = "1405/08/30".parse().unwrap();
        let bytes = minicbor::to_vec(day).unwrap();
        assert_eq!(bytes, minicbor::to_vec(14_050_830_i64).unwrap());
        assert_eq!(minicbor::decode::<Jalali>(&bytes).unwrap(), day);
        let wrong = minicbor::to_vec(14_051_230_i64).unwrap();
        assert!(minicbor::decode::<Jalali>(&wrong).is_err());
    }
}
