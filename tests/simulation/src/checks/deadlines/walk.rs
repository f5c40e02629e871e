//! From a receipt to a deadline, minute by minute.
//!
//! Owns: which minutes offices are open in. What it found for a day is kept for the next deadline that comes by.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::OnceLock;

use peygir_calendar::Term;
use peygir_casework::records::{Terms, Waiting};
use peygir_core::Moment;
use peygir_runtime::closures::{Closure, Hours};

const TEXT: &str = include_str!("../../../../../rules/calendars/ir-working.yaml");
const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1440;
/// Minutes that clocks in Tehran are ahead.
const OFFSET: i64 = 210;
/// 1405/01/01, in days since 1970-01-01. Neither 1405 nor 1406 is a leap year.
const NEW_YEAR: i64 = 20_533;
const FIRST_YEAR: i64 = 1405;
const YEAR_DAYS: i64 = 365;
/// Office hours, in minutes after midnight.
const OPENS: i64 = 7 * 60 + 30;
const CLOSES: i64 = 14 * 60 + 30;
/// Days that a walk goes on for.
const DAYS_MAX: i64 = 400;

/// Month and day, and the year where it is one year's only.
fn holidays() -> &'static BTreeSet<(Option<i64>, i64, i64)> {
    static READ: OnceLock<BTreeSet<(Option<i64>, i64, i64)>> = OnceLock::new();
    READ.get_or_init(|| {
        let (mut year, mut found) = (None, BTreeSet::new());
        for line in TEXT.lines().map(str::trim) {
            if let Some(number) = line.strip_prefix("- year: ") {
                year = number.parse().ok();
            }
            let day = line.strip_prefix("- { day: ").and_then(|rest| rest.split(',').next());
            let parts = day.and_then(|day| day.split_once('/'));
            if let Some((Ok(month), Ok(day))) = parts.map(|(month, day)| (month.parse(), day.parse())) {
                found.insert((year, month, day));
            }
        }
        found
    })
}

/// Year, month and day of the Solar Hijri calendar.
fn date(day: i64) -> (i64, i64, i64) {
    let since = day - NEW_YEAR;
    let (year, of_year) = (FIRST_YEAR + since.div_euclid(YEAR_DAYS), since.rem_euclid(YEAR_DAYS));
    match of_year {
        0..=185 => (year, of_year / 31 + 1, of_year % 31 + 1),
        _ => (year, (of_year - 186) / 30 + 7, (of_year - 186) % 30 + 1),
    }
}

/// Minutes of a day, true where offices are open in it.
type Minutes = Rc<Vec<bool>>;

/// The offices under some closures.
pub struct Office<'a> {
    closures: &'a [&'a Closure],
    /// By the day and those closures that touch it.
    days: RefCell<BTreeMap<(i64, Vec<usize>), Minutes>>,
}

impl<'a> Office<'a> {
    pub fn new(closures: &'a [&'a Closure]) -> Self {
        Self { closures, days: RefCell::default() }
    }

    /// A day's minutes; of closures, those that were declared up to `known`.
    fn day(&self, day: i64, known: Moment) -> Minutes {
        let today = date(day);
        let number = |jalali: peygir_calendar::Jalali| {
            (i64::from(jalali.year()), i64::from(jalali.month()), i64::from(jalali.day()))
        };
        let holds = |closure: &Closure| {
            closure.declared_at <= known && (number(closure.first)..=number(closure.last)).contains(&today)
        };
        let touching: Vec<usize> = (0..self.closures.len()).filter(|at| holds(self.closures[*at])).collect();
        let walked = || (0..DAY).map(|wall| self.is_open(day, wall, &touching)).collect();
        let key = (day, touching.clone());
        self.days.borrow_mut().entry(key).or_insert_with(|| Rc::new(walked())).clone()
    }

    fn is_open(&self, day: i64, wall: i64, touching: &[usize]) -> bool {
        let (year, month, of_month) = date(day);
        // 1970-01-01 was a Thursday.
        let is_off = matches!(day.rem_euclid(7), 0 | 1);
        let is_holiday = [None, Some(year)].iter().any(|year| holidays().contains(&(*year, month, of_month)));
        if is_off || is_holiday || !(OPENS..CLOSES).contains(&wall) {
            return false;
        }
        !touching.iter().any(|at| match self.closures[*at].hours {
            Hours::From(from) => wall >= i64::from(from),
            Hours::OpenOnly(_) => true,
        })
    }
}

pub struct Walk<'a> {
    from: i64,
    always: bool,
    office: &'a Office<'a>,
    suspensions: &'a [Waiting],
    /// Ends and beginnings of suspensions.
    cuts: Vec<i64>,
    /// The day that was asked for last.
    last: RefCell<Option<(i64, [Minutes; 2])>>,
}

impl<'a> Walk<'a> {
    pub fn new(terms: &'a Terms, office: &'a Office<'a>) -> Self {
        let always = terms.calendar == "ir-24x7";
        let cuts = terms.suspensions.iter().flat_map(|waiting| [waiting.from.0, waiting.end().0]).collect();
        Self { from: terms.from.0, always, office, suspensions: &terms.suspensions, cuts, last: RefCell::default() }
    }

    /// Nothing where the walk comes to no end.
    pub fn to(&self, term: &Term) -> Option<Moment> {
        let found = match term {
            Term::Within { microseconds } => self.time(*microseconds, |_| true),
            Term::WorkingTime { microseconds } => self.time(*microseconds, |minute| self.is_open(minute)),
            Term::WorkingDays { days } => self.days(*days),
        };
        found.map(Moment)
    }

    /// A day's minutes, as was known when the deadline began and as is known now.
    fn day(&self, day: i64) -> [Minutes; 2] {
        if self.always {
            let open: Minutes = Rc::new(vec![true; DAY as usize]);
            return [open.clone(), open];
        }
        let mut last = self.last.borrow_mut();
        match &*last {
            Some((of, minutes)) if *of == day => minutes.clone(),
            _ => {
                let minutes = [Moment(self.from), Moment::MAX].map(|known| self.office.day(day, known));
                last.insert((day, minutes)).1.clone()
            }
        }
    }

    /// Whether offices are open in a minute of UTC, by what was known then and by what is known now.
    fn is_open(&self, minute: i64) -> bool {
        let local = minute + OFFSET;
        let wall = local.rem_euclid(DAY) as usize;
        self.day(local.div_euclid(DAY)).iter().all(|day| day[wall])
    }

    /// Whether the deadline rests at an instant.
    fn rests(&self, at: i64) -> bool {
        self.suspensions.iter().any(|waiting| (waiting.from.0..waiting.end().0).contains(&at))
    }

    /// The stretches from one instant to another, each wholly in a suspension or wholly out of all.
    fn stretches(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, i64)> {
        std::iter::successors(Some((from, from)), move |(_, begin)| {
            let begin = *begin;
            let cut = self.cuts.iter().copied().filter(|cut| *cut > begin).min().unwrap_or(to);
            (begin < to).then_some((begin, cut.min(to)))
        })
        .skip(1)
    }

    fn time(&self, microseconds: i64, runs: impl Fn(i64) -> bool) -> Option<i64> {
        let (mut left, first) = (microseconds, self.from.div_euclid(MINUTE));
        for minute in (first..first + DAYS_MAX * DAY).filter(|minute| runs(*minute)) {
            for (begin, end) in self.stretches(self.from.max(minute * MINUTE), (minute + 1) * MINUTE) {
                if self.rests(begin) {
                    continue;
                }
                if end - begin >= left {
                    return Some(begin + left);
                }
                left -= end - begin;
            }
        }
        None
    }

    fn days(&self, days: u32) -> Option<i64> {
        let receipt = (self.from.div_euclid(MINUTE) + OFFSET).div_euclid(DAY);
        let mut counted = 0;
        for day in receipt + 1..receipt + DAYS_MAX {
            let known = self.day(day);
            if !known.iter().all(|minutes| self.counts(day, minutes)) {
                continue;
            }
            let open = known[0].iter().rposition(|open| *open)? as i64;
            let close = (day * DAY - OFFSET + open + 1) * MINUTE;
            // A deadline does not fall due in the instant in which it begins to rest or is still resting.
            if counted + 1 == days && self.rests(close - 1) {
                continue;
            }
            counted += 1;
            if counted == days {
                return Some(close);
            }
        }
        None
    }

    /// Whether a day was open for half of its usual time, outside of suspensions.
    fn counts(&self, day: i64, minutes: &[bool]) -> bool {
        let first = day * DAY - OFFSET;
        let open = (first..).zip(minutes).filter(|(_, open)| **open).map(|(minute, _)| minute * MINUTE);
        let runs = |(begin, end): (i64, i64)| if self.rests(begin) { 0 } else { end - begin };
        let time: i64 = match self.cuts.is_empty() {
            true => open.count() as i64 * MINUTE,
            false => open.flat_map(|minute| self.stretches(minute, minute + MINUTE)).map(runs).sum(),
        };
        let usual = if self.always { DAY } else { CLOSES - OPENS } * MINUTE;
        time > 0 && time * 2 >= usual
    }
}
