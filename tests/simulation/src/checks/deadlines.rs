//! Statement: every open deadline is where a walk over every minute finds it.
//!
//! The walk knows the calendar `ir-working` from its text, the declared closures from their stream, and nothing of the
//! engine's calendars: a day begins at midnight of Tehran, whose clocks have been 3:30 ahead of UTC since 1401.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use peygir_calendar::Term;
use peygir_casework::records::{Terms, Waiting};
use peygir_core::{Id, Moment};
use peygir_runtime::closures::{self, Closure, Hours};
use peygir_runtime::engine::Engine;

use crate::finding::{Finding, found};

const STATEMENT: &str = "deadlines";
const TEXT: &str = include_str!("../../../../rules/calendars/ir-working.yaml");
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
const DAYS_MAX: i64 = 120;

/// Gives the number of deadlines that were walked to.
pub fn check(engine: &Engine, streams: &BTreeSet<Id>) -> Result<u64, Finding> {
    let broken = |what: String| found(STATEMENT, what);
    let known = engine.load(closures::STREAM).map_err(|failure| broken(failure.to_string()))?.closures;
    if !known.register.open.is_empty() {
        // An operation is on its way to them.
        return Ok(0);
    }
    let closures: Vec<&Closure> = known.all.values().filter(|closure| closure.withdrawn.is_none()).collect();
    let mut walked = 0;
    for id in streams {
        let stream = engine.load(*id).map_err(|failure| broken(failure.to_string()))?;
        for task in stream.records.tasks.values().filter(|task| task.is_open()) {
            let Some(terms) = &task.terms else { continue };
            walked +=
                compare(terms, &closures, task.due_at).map_err(|what| broken(format!("task {}: {what}", task.id)))?;
        }
        for wait in stream.records.waits.values().filter(|wait| wait.is_open()) {
            let Some(terms) = &wait.terms else { continue };
            walked +=
                compare(terms, &closures, Some(wait.at)).map_err(|what| broken(format!("wait {}: {what}", wait.id)))?;
        }
    }
    Ok(walked)
}

fn compare(terms: &Terms, closures: &[&Closure], kept: Option<Moment>) -> Result<u64, String> {
    let derived: Moment = terms.deadline.due.into();
    if kept != Some(derived) {
        return Err(format!("{kept:?} is kept, its terms say {derived}"));
    }
    let right = match &terms.set {
        Some(set) => Some(set.due),
        None => Walk::new(terms, closures).to(&terms.term),
    };
    match right {
        Some(right) if right != derived => {
            Err(format!("{} of {:?} from {} is kept, a walk finds {right}", derived, terms.term, terms.from))
        }
        Some(_) => Ok(1),
        None => Ok(0),
    }
}

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

struct Walk<'a> {
    from: i64,
    always: bool,
    closures: &'a [&'a Closure],
    suspensions: &'a [Waiting],
}

impl<'a> Walk<'a> {
    fn new(terms: &'a Terms, closures: &'a [&'a Closure]) -> Self {
        let always = terms.calendar == "ir-24x7";
        Self { from: terms.from.0, always, closures, suspensions: &terms.suspensions }
    }

    fn to(&self, term: &Term) -> Option<Moment> {
        let found = match term {
            Term::Within { microseconds } => self.time(*microseconds, |_| true),
            Term::WorkingTime { microseconds } => {
                self.time(*microseconds, |minute| self.is_open(minute, false) && self.is_open(minute, true))
            }
            Term::WorkingDays { days } => self.days(*days),
        };
        found.map(Moment)
    }

    /// Whether offices are open in a minute of UTC; `then`: as was known when the deadline began.
    fn is_open(&self, minute: i64, then: bool) -> bool {
        let local = minute + OFFSET;
        let (day, wall) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        if self.always {
            return true;
        }
        let (year, month, of_month) = date(day);
        // 1970-01-01 was a Thursday.
        let is_off = matches!(day.rem_euclid(7), 0 | 1);
        let is_holiday = [None, Some(year)].iter().any(|year| holidays().contains(&(*year, month, of_month)));
        if is_off || is_holiday || !(OPENS..CLOSES).contains(&wall) {
            return false;
        }
        let number = |jalali: peygir_calendar::Jalali| {
            (i64::from(jalali.year()), i64::from(jalali.month()), i64::from(jalali.day()))
        };
        let today = (year, month, of_month);
        let holds = |closure: &&&Closure| {
            (!then || closure.declared_at.0 <= self.from)
                && (number(closure.first)..=number(closure.last)).contains(&today)
        };
        !self.closures.iter().filter(holds).any(|closure| match closure.hours {
            Hours::From(from) => wall >= i64::from(from),
            Hours::OpenOnly(_) => true,
        })
    }

    /// Whether the deadline rests at an instant.
    fn rests(&self, at: i64) -> bool {
        self.suspensions.iter().any(|waiting| (waiting.from.0..waiting.end().0).contains(&at))
    }

    /// Ends of minutes, and of suspensions within them.
    fn steps(&self) -> impl Iterator<Item = (i64, i64)> {
        let first = self.from.div_euclid(MINUTE);
        let mut cuts: Vec<i64> =
            self.suspensions.iter().flat_map(|waiting| [waiting.from.0, waiting.end().0]).collect();
        cuts.sort_unstable();
        (first..first + DAYS_MAX * DAY).flat_map(move |minute| {
            let (from, to) = (minute * MINUTE, (minute + 1) * MINUTE);
            let mut ends: Vec<i64> = cuts.iter().copied().filter(|cut| from < *cut && *cut < to).collect();
            ends.push(to);
            let mut begin = from;
            ends.into_iter().map(move |end| (std::mem::replace(&mut begin, end), end)).collect::<Vec<_>>()
        })
    }

    fn time(&self, microseconds: i64, runs: impl Fn(i64) -> bool) -> Option<i64> {
        let mut left = microseconds;
        for (begin, end) in self.steps() {
            let begin = begin.max(self.from);
            if begin >= end || self.rests(begin) || !runs(begin.div_euclid(MINUTE)) {
                continue;
            }
            if end - begin >= left {
                return Some(begin + left);
            }
            left -= end - begin;
        }
        None
    }

    /// Only without suspensions: how much of a day they may take is walked by the calendar's own tests.
    fn days(&self, days: u32) -> Option<i64> {
        if !self.suspensions.is_empty() || self.always {
            return None;
        }
        let receipt = (self.from.div_euclid(MINUTE) + OFFSET).div_euclid(DAY);
        let mut counted = 0;
        for day in receipt + 1..receipt + DAYS_MAX {
            let (Some(then), Some(_)) = (self.close(day, true), self.close(day, false)) else { continue };
            counted += 1;
            if counted == days {
                return Some(then);
            }
        }
        None
    }

    /// The close of a day that counts: one that is open for half of its usual time.
    fn close(&self, day: i64, then: bool) -> Option<i64> {
        let first = day * DAY - OFFSET;
        let open: Vec<i64> = (first..first + DAY).filter(|minute| self.is_open(*minute, then)).collect();
        let last = *open.last()?;
        (open.len() as i64 * 2 >= CLOSES - OPENS).then_some((last + 1) * MINUTE)
    }
}
