//! Deadlines by walking every minute. What a place's calendars say is written down once, a minute after the other;
//! every question then walks these minutes.

use std::sync::OnceLock;

use super::world::{Closes, Closure, DAY, FIRST_DAY, LAST_DAY, Layer, Where, World, Ymd, persian};

const MINUTE: i64 = 60_000_000;
/// Days before and after the middle of a world that are written down.
pub const DAYS_BEFORE: i64 = 40;
pub const DAYS_AFTER: i64 = 130;

/// In minutes, east of Greenwich.
const STANDARD: i64 = 210;
const SUMMER: i64 = 270;

/// The summers of Tehran as minutes of UTC: from the end of 1 Farvardin to the end of 30 Shahrivar, until 1401.
fn summers() -> &'static [(i64, i64)] {
    static SUMMERS: OnceLock<Vec<(i64, i64)>> = OnceLock::new();
    SUMMERS.get_or_init(|| {
        let days = |month, day| {
            let is = move |date: &i64| persian(*date).0 <= 1401 && (persian(*date).1, persian(*date).2) == (month, day);
            (FIRST_DAY - 900..LAST_DAY).filter(is)
        };
        days(1, 2).zip(days(6, 31)).map(|(first, end)| (first * DAY - STANDARD, end * DAY - SUMMER)).collect()
    })
}

/// The offset at a minute of UTC.
pub fn offset(minute: i64) -> i64 {
    if summers().iter().any(|(from, to)| (*from..*to).contains(&minute)) { SUMMER } else { STANDARD }
}

/// What is written down of a day.
struct Day {
    /// Its minutes of UTC, counted from the first one written down.
    from: usize,
    to: usize,
    /// Whether the calendar counts it, with all closures and with those that were known; and as how many halves.
    counts: bool,
    counted_then: bool,
    halves: u32,
    usual_minutes: i64,
    /// Until which minute of the day offices close.
    office_end: i64,
    pub holiday: bool,
}

pub struct Oracle {
    /// UTC minute of the first one written down.
    first: i64,
    first_day: i64,
    open: Vec<bool>,
    /// Whether the minute was open before anything was declared that the questions' receipts did not know.
    open_then: Vec<bool>,
    /// Minute of the day, as clocks show it.
    wall: Vec<u16>,
    day_of: Vec<u16>,
    days: Vec<Day>,
    short_day_per_mille: i64,
    receipt_counts: bool,
    due_at_midnight: bool,
    /// The minutes of the question's suspensions: 0 for none, else the place in its list and one.
    suspended: Vec<u8>,
}

/// The layers that speak in a place, the narrowest first.
fn chain<'a>(world: &'a World, place: &Where) -> Vec<(usize, &'a Layer)> {
    let here = world.layers.iter().enumerate().filter(|(index, layer)| *index == 0 || layer.scope.holds(place));
    let mut at = here.max_by_key(|(_, layer)| layer.scope.narrowness()).map(|(index, _)| index);
    let mut chain = Vec::new();
    while let Some(index) = at {
        chain.push((index, &world.layers[index]));
        at = world.layers[index].base;
    }
    chain
}

/// Of what the layers say, what the narrowest says.
fn said<T>(chain: &[(usize, &Layer)], say: impl Fn(&Layer) -> Option<T>) -> Option<T> {
    chain.iter().find_map(|(_, layer)| say(layer))
}

/// What the first period says that holds on a day: those of narrow layers before those of wide ones, those that end
/// before those that do not, late ones before early ones.
fn of_period<T>(chain: &[(usize, &Layer)], day: i64, say: impl Fn(&super::world::Period) -> Option<T>) -> Option<T> {
    said(chain, |layer| {
        let mut holding: Vec<_> =
            layer.periods.iter().filter(|one| one.first <= day && one.last.is_none_or(|last| day <= last)).collect();
        holding.sort_by_key(|one| (one.last.is_none(), -one.first));
        holding.into_iter().find_map(&say)
    })
}

/// The hours that a day would have on a weekday.
fn usual(chain: &[(usize, &Layer)], day: i64, weekday: usize) -> Vec<(i64, i64)> {
    let by_period = of_period(chain, day, |period| period.week[weekday].clone());
    by_period.or_else(|| said(chain, |layer| layer.week[weekday].clone())).unwrap_or_default()
}

fn is_holiday(chain: &[(usize, &Layer)], date: Ymd) -> bool {
    let of_year = (date.1, date.2);
    let (mut fixed, mut table, mut kept) = (false, false, false);
    for (_, layer) in chain.iter().rev() {
        if layer.not_days.contains(&of_year) {
            (fixed, table) = (false, false);
        }
        if layer.fixed.contains(&of_year) {
            (fixed, kept) = (true, false);
        }
        if layer.tables.contains(&date) {
            (table, kept) = (true, false);
        }
        if layer.not_dates.contains(&date) {
            (table, kept) = (false, true);
        }
    }
    table || (fixed && !kept)
}

fn leaves(closure: &Closure, minute: i64) -> bool {
    match &closure.closes {
        Closes::From(from) => minute < *from,
        Closes::OpenOnly(hours) => hours.iter().any(|(from, to)| (*from..*to).contains(&minute)),
    }
}

/// The minutes of a day at which it is open, as clocks show them.
fn open_minutes(hours: &[(i64, i64)], holiday: bool, closures: &[&Closure]) -> Vec<bool> {
    let replaced = closures.iter().any(|one| matches!(one.closes, Closes::OpenOnly(_)));
    let is_usual = |minute: i64| hours.iter().any(|(from, to)| (*from..*to).contains(&minute));
    let is_open = |minute: i64| {
        !hours.is_empty()
            && !holiday
            && (replaced || is_usual(minute))
            && closures.iter().all(|closure| leaves(closure, minute))
    };
    (0..DAY).map(is_open).collect()
}

fn minutes_of(hours: &[(i64, i64)]) -> i64 {
    hours.iter().map(|(from, to)| to - from).sum()
}

/// How many of the world's declared closures are known at an instant: questions with the same number see the same.
pub fn known_at(world: &World, microseconds: i64) -> usize {
    world.declared.iter().filter(|one| is_known(one, microseconds)).count()
}

fn is_known(closure: &Closure, microseconds: i64) -> bool {
    closure.declared.is_none_or(|minute| minute * MINUTE <= microseconds)
}

impl Oracle {
    /// For questions whose receipt knows as many declarations as one at `from` does.
    pub fn new(world: &World, place: &Where, from: i64) -> Self {
        let chain = chain(world, place);
        let (first_day, end_day) = (world.near - DAYS_BEFORE, world.near + DAYS_AFTER);
        let first = first_day * DAY - SUMMER;
        let counting = |say: fn(&super::world::Counting) -> Option<i64>| said(&chain, |layer| say(&layer.counting));
        let mut oracle = Self {
            first,
            first_day,
            open: Vec::new(),
            open_then: Vec::new(),
            wall: Vec::new(),
            day_of: Vec::new(),
            days: Vec::new(),
            short_day_per_mille: counting(|one| one.short_day_per_mille).unwrap_or(500),
            receipt_counts: counting(|one| one.receipt_counts.map(i64::from)) == Some(1),
            due_at_midnight: counting(|one| one.due_at_midnight.map(i64::from)) == Some(1),
            suspended: Vec::new(),
        };
        let halves_are_half = counting(|one| one.half_days_are_half.map(i64::from)) == Some(1);
        let mut minute = first;
        for day in first_day..end_day {
            let holiday = is_holiday(&chain, persian(day));
            let closures = closures_on(world, &chain, day, place);
            let weekday = day.rem_euclid(7) as usize;
            let hours = usual(&chain, day, weekday);
            let open = open_minutes(&hours, holiday, &closures);
            let known: Vec<&Closure> = closures.iter().copied().filter(|one| is_known(one, from)).collect();
            let open_then = open_minutes(&hours, holiday, &known);
            let begin = oracle.open.len();
            // The first day written down may begin within the standard offset, and then a minute early.
            while (minute + offset(minute)).div_euclid(DAY) <= day {
                let local = minute + offset(minute);
                let wall = local.rem_euclid(DAY);
                let is_of_day = local.div_euclid(DAY) == day;
                oracle.open.push(is_of_day && open[wall as usize]);
                oracle.open_then.push(is_of_day && open_then[wall as usize]);
                oracle.wall.push(wall as u16);
                oracle.day_of.push(oracle.days.len() as u16);
                minute += 1;
            }
            let usual_minutes = minutes_of(&hours);
            let is_enough = |open: &[bool]| {
                let open = open.iter().filter(|open| **open).count() as i64;
                open > 0 && open * 1000 >= usual_minutes * oracle.short_day_per_mille
            };
            let (counts, counted_then) = (is_enough(&open), is_enough(&open_then));
            let longest = (0..7).map(|weekday| minutes_of(&usual(&chain, day, weekday))).max().unwrap();
            let is_half = halves_are_half && usual_minutes * 1000 <= longest * 667;
            let office_end = of_period(&chain, day, |period| period.office_end);
            oracle.days.push(Day {
                from: begin,
                to: oracle.open.len(),
                counts,
                counted_then,
                halves: if is_half { 1 } else { 2 },
                usual_minutes,
                office_end: office_end.or_else(|| said(&chain, |layer| layer.office_end)).unwrap_or(DAY),
                holiday,
            });
        }
        oracle.suspended = vec![0; oracle.open.len()];
        oracle
    }

    /// Takes the suspensions of the next question, in whole minutes of UTC; those of the last one are forgotten.
    pub fn suspend(&mut self, old: &[(i64, i64)], new: &[(i64, i64)]) {
        let end = self.open.len() as i64;
        let range = |(from, to): &(i64, i64)| {
            (from - self.first).clamp(0, end) as usize..(to - self.first).clamp(0, end) as usize
        };
        let (old, new): (Vec<_>, Vec<_>) = (old.iter().map(range).collect(), new.iter().map(range).collect());
        for range in old {
            self.suspended[range].fill(0);
        }
        for (index, range) in new.into_iter().enumerate().rev() {
            self.suspended[range].fill(index as u8 + 1);
        }
    }

    fn index(&self, microseconds: i64) -> usize {
        (microseconds.div_euclid(MINUTE) - self.first) as usize
    }

    fn end_of(&self, index: usize) -> i64 {
        (self.first + index as i64 + 1) * MINUTE
    }

    /// The end of the last day written down.
    pub fn end(&self) -> i64 {
        self.end_of(self.open.len() - 1)
    }

    pub fn is_open(&self, microseconds: i64) -> bool {
        self.runs(self.index(microseconds))
    }

    /// Whether open time runs in the minute: only where it is open, and was when the question was received.
    fn runs(&self, index: usize) -> bool {
        self.open[index] && self.open_then[index]
    }

    /// Which suspension the minute lies in: its place in the list.
    pub fn suspension(&self, microseconds: i64) -> Option<usize> {
        usize::from(self.suspended[self.index(microseconds)]).checked_sub(1)
    }

    pub fn is_holiday(&self, microseconds: i64) -> bool {
        self.days[usize::from(self.day_of[self.index(microseconds)])].holiday
    }

    /// `None` where the written minutes end before the term does.
    pub fn time(&self, from: i64, microseconds: i64, open_only: bool) -> Option<i64> {
        let mut at = from;
        let mut left = microseconds;
        for index in self.index(from)..self.open.len() {
            let end = self.end_of(index);
            if self.suspended[index] == 0 && (!open_only || self.runs(index)) {
                if end - at >= left {
                    return Some(at + left);
                }
                left -= end - at;
            }
            at = end;
        }
        None
    }

    pub fn days(&self, from: i64, days: u32) -> Option<i64> {
        let receipt = usize::from(self.day_of[self.index(from)]);
        let mut halves = 0;
        for number in receipt..self.days.len() {
            let day = &self.days[number];
            // It must count as it is and as it was thought to be; its close is the one that was thought.
            let then = self.see(day, day.counted_then, &self.open_then, from);
            let (Some(seen), Some(now)) = (then, self.see(day, day.counts, &self.open, from)) else { continue };
            let is_receipt = number == receipt;
            let is_open_yet = seen.is_open_yet && now.is_open_yet;
            if is_receipt && !(self.receipt_counts && seen.close > from && is_open_yet) {
                continue;
            }
            if halves + day.halves >= 2 * days {
                if seen.close_is_suspended {
                    continue;
                }
                return Some(seen.close);
            }
            halves += day.halves;
        }
        None
    }

    /// A day minute by minute; none if it does not count.
    fn see(&self, day: &Day, counts: bool, open: &[bool], from: i64) -> Option<Seen> {
        let (mut last, mut in_office, mut left, mut is_cut, mut is_open_yet) = (None, None, 0, false, false);
        for index in (day.from..day.to).filter(|index| open[*index]) {
            last = Some(index);
            if i64::from(self.wall[index]) < day.office_end {
                in_office = last;
            }
            // Nothing is suspended before it is received.
            let end = self.end_of(index);
            let runs_before = (from - (end - MINUTE)).clamp(0, MINUTE);
            if self.suspended[index] == 0 {
                left += MINUTE;
                is_open_yet |= end > from;
            } else {
                left += runs_before;
                is_cut |= runs_before < MINUTE;
            }
        }
        let is_enough = !is_cut || (left > 0 && left * 1000 >= day.usual_minutes * MINUTE * self.short_day_per_mille);
        if !counts || !is_enough {
            return None;
        }
        let close = if self.due_at_midnight { Some(day.to - 1) } else { in_office.or(last) };
        let close = close.filter(|_| last.is_some())?;
        Some(Seen { close: self.end_of(close), close_is_suspended: self.suspended[close] != 0, is_open_yet })
    }

    /// The opening of the nth counted day before the day of `due`.
    pub fn days_before(&self, due: i64, days: u32) -> Option<i64> {
        let last = usize::from(self.day_of[self.index(due - 1)]);
        let mut halves = 0;
        for day in self.days[..last].iter().rev().filter(|day| day.counts) {
            let opening = (day.from..day.to).find(|index| self.open[*index]);
            let Some(opening) = opening else { continue };
            halves += day.halves;
            if halves >= 2 * days {
                return Some(self.end_of(opening) - MINUTE);
            }
        }
        None
    }

    /// The last instant from which so much open time is left.
    pub fn time_before(&self, due: i64, microseconds: i64) -> Option<i64> {
        let mut at = due;
        let mut left = microseconds;
        for index in (0..=self.index(due - 1)).rev() {
            let begin = self.end_of(index) - MINUTE;
            if self.open[index] {
                if at - begin >= left {
                    return Some(at - left);
                }
                left -= at - begin;
            }
            at = begin;
        }
        None
    }
}

struct Seen {
    close: i64,
    close_is_suspended: bool,
    is_open_yet: bool,
}

/// Written ones of the layers that speak here, and declared ones that name one of these.
fn closures_on<'a>(world: &'a World, chain: &[(usize, &'a Layer)], day: i64, place: &Where) -> Vec<&'a Closure> {
    let written = chain.iter().flat_map(|(_, layer)| &layer.closures);
    let declared = world.declared.iter().filter(|one| chain.iter().any(|(index, _)| *index == one.calendar));
    written.chain(declared).filter(|one| (one.first..=one.last).contains(&day) && one.scope.holds(place)).collect()
}
