//! Worlds and questions, drawn at random.

use std::collections::BTreeSet;

use peygir_calendar::{Name, Suspension, Term};

use super::random::Random;
use super::world::{
    Closes, Closure, Counting, DAY, FIRST_DAY, LAST_DAY, Layer, Period, Week, Where, World, Ymd, persian,
};

const PROVINCES: [&str; 2] = ["hamedan", "qom"];
const COUNTIES: [&str; 2] = ["malayer", "nahavand"];
const AGENCIES: [&str; 2] = ["water", "roads"];
/// The last minute, but for midnight, at which hours may begin or end: the hour after it comes twice when a summer ends,
/// and minutes alone do not tell which of the two is meant.
const LAST_MINUTE: i64 = 1380;
/// No layer closes it for good, so that there is always something open.
const OPEN_WEEKDAY: usize = 2;
/// Days around which summers begin and end.
const EDGES: [i64; 8] = [17_977, 18_161, 18_343, 18_527, 18_708, 18_892, 19_073, 19_257];

/// Hours in order, without overlap; often none.
fn hours(random: &mut Random) -> Vec<(i64, i64)> {
    let from = random.within(0, 1200);
    let usual = vec![(from, from + random.within(1, 180))];
    match random.within(0, 10) {
        0 | 1 => vec![],
        2 => vec![(0, DAY)],
        3 | 4 => vec![(450, 870)],
        5 => vec![(random.within(1, 600), 700), (700, DAY)],
        6 | 7 => {
            let (from, first, gap) = (random.within(0, 600), random.within(1, 60), random.within(1, 60));
            let second = from + first + gap;
            vec![(from, from + first), (second, second + random.within(1, 600))]
        }
        _ => usual,
    }
}

fn open_hours(random: &mut Random) -> Vec<(i64, i64)> {
    let drawn = hours(random);
    if drawn.is_empty() { vec![(450, 870)] } else { drawn }
}

/// A full week, or only the days that differ.
fn week(random: &mut Random, is_full: bool) -> Week {
    std::array::from_fn(|day| {
        let is_said = is_full || random.once_in(3);
        let hours = if day == OPEN_WEEKDAY { open_hours(random) } else { hours(random) };
        is_said.then_some(hours)
    })
}

fn perhaps<T>(random: &mut Random, times: u64, value: impl FnOnce(&mut Random) -> T) -> Option<T> {
    random.once_in(times).then(|| value(random))
}

fn counting(random: &mut Random) -> Counting {
    Counting {
        receipt_counts: perhaps(random, 4, |random| random.once_in(2)),
        due_at_midnight: perhaps(random, 5, |random| random.once_in(2)),
        half_days_are_half: perhaps(random, 3, |random| random.once_in(2)),
        short_day_per_mille: perhaps(random, 4, |random| *random.of(&[0, 1, 250, 333, 500, 667, 900, 1000])),
    }
}

fn date(random: &mut Random, near: i64) -> Ymd {
    persian(near + random.within(-20, 60))
}

fn scope(random: &mut Random) -> Where {
    let part =
        |random: &mut Random, names: &'static [&'static str], times| perhaps(random, times, |random| *random.of(names));
    Where {
        province: part(random, &PROVINCES, 3),
        county: part(random, &COUNTIES, 6),
        agency: part(random, &AGENCIES, 6),
    }
}

pub fn closure(random: &mut Random, near: i64, calendar: usize) -> Closure {
    let first = near + random.within(-15, 45);
    let closes = match random.within(0, 8) {
        0..=2 => Closes::From(0),
        3..=5 => Closes::From(random.within(1, LAST_MINUTE)),
        6 => Closes::From(random.within(450, 870)),
        _ => Closes::OpenOnly(open_hours(random)),
    };
    let days = if random.once_in(4) { random.within(0, 9) } else { 0 };
    Closure { scope: scope(random), first, last: first + days, closes, calendar, declared: None }
}

/// One calendar may not name a day twice for the same places.
fn closures(random: &mut Random, near: i64) -> Vec<Closure> {
    let mut closures: Vec<Closure> = Vec::new();
    for _ in 0..random.within(0, 9) {
        let next = closure(random, near, 0);
        let overlaps = |one: &Closure| one.scope == next.scope && one.first <= next.last && next.first <= one.last;
        if !closures.iter().any(overlaps) {
            closures.push(next);
        }
    }
    closures
}

/// At most two that end, one after the other, and two that do not.
fn periods(random: &mut Random, near: i64) -> Vec<Period> {
    let mut periods = Vec::new();
    let mut from = near + random.within(-30, 30);
    for _ in 0..random.within(0, 5) / 2 {
        let to = from + random.within(0, 30);
        periods.push((from, Some(to)));
        from = to + 1 + random.within(0, 10);
    }
    let from = near + random.within(-40, 40);
    for number in 0..random.within(0, 6) / 3 * random.within(0, 3) {
        periods.push((from + number * 7, None));
    }
    let mut period = |(first, last)| {
        let week = week(random, false);
        Period { first, last, week, office_end: perhaps(random, 3, |random| random.within(1, LAST_MINUTE)) }
    };
    periods.drain(..).map(&mut period).collect()
}

fn layer(random: &mut Random, near: i64, base: Option<usize>, scope: Where) -> Layer {
    let few = if base.is_none() { 12 } else { 4 };
    let mut dates = |most: i64| -> BTreeSet<Ymd> { (0..random.within(0, most)).map(|_| date(random, near)).collect() };
    let (tables, fixed) = (dates(few), dates(few));
    let (not_days, not_dates) = if base.is_none() { Default::default() } else { (dates(8), dates(8)) };
    let of_year = |dates: BTreeSet<Ymd>| dates.into_iter().map(|(_, month, day)| (month, day)).collect::<BTreeSet<_>>();
    let fixed = of_year(fixed);
    // One calendar may not make a day a holiday and none.
    let not_days = of_year(not_days).difference(&fixed).copied().collect();
    let not_dates = not_dates.difference(&tables).copied().collect();
    let announced = tables.iter().copied().filter(|_| random.once_in(2)).collect();
    Layer {
        base,
        scope,
        week: week(random, base.is_none()),
        periods: periods(random, near),
        fixed,
        tables,
        announced,
        not_days,
        not_dates,
        closures: closures(random, near),
        office_end: perhaps(random, 4, |random| random.within(1, LAST_MINUTE)),
        counting: counting(random),
    }
}

/// A minute at which somebody declares closures.
fn declaration(random: &mut Random, near: i64) -> i64 {
    (near + random.within(-8, 30)) * DAY + random.within(0, DAY)
}

/// A calendar of the land; often one of a province, a county in it, and an agency.
pub fn world(random: &mut Random) -> World {
    let near =
        if random.once_in(3) { *random.of(&EDGES) + random.within(-10, 2) } else { random.within(FIRST_DAY, LAST_DAY) };
    let mut layers = vec![layer(random, near, None, Where::default())];
    let province = Where { province: Some(PROVINCES[0]), ..Where::default() };
    let county = Where { county: Some(COUNTIES[0]), ..province.clone() };
    for scope in [province, county] {
        if random.once_in(2) {
            let base = random.within(0, layers.len() as i64) as usize;
            layers.push(layer(random, near, Some(base), scope));
        }
    }
    if random.once_in(3) {
        let base = random.within(0, layers.len() as i64) as usize;
        let scope = Where { agency: Some(AGENCIES[0]), ..layers[base].scope.clone() };
        layers.push(layer(random, near, Some(base), scope));
    }
    // Before every question, and twice among them.
    let declarations = [(near - 100) * DAY, declaration(random, near), declaration(random, near)];
    let mut declared = |_| {
        let calendar = random.within(0, layers.len() as i64) as usize;
        Closure { declared: Some(*random.of(&declarations)), ..closure(random, near, calendar) }
    };
    let declared = (0..6).map(&mut declared).collect::<Vec<_>>();
    let count = random.within(0, 7) as usize;
    World { layers, declared: declared.into_iter().take(count).collect(), near }
}

pub fn place(random: &mut Random) -> Where {
    // Mostly where the calendars are for.
    let part = |random: &mut Random, names: &'static [&'static str]| match random.within(0, 8) {
        0..=4 => Some(names[0]),
        5 => Some(names[1]),
        _ => None,
    };
    Where { province: part(random, &PROVINCES), county: part(random, &COUNTIES), agency: part(random, &AGENCIES) }
}

pub struct Question {
    /// Microseconds since 1970.
    pub from: i64,
    pub term: Term,
    /// In minutes since 1970, in the order of their beginnings.
    pub suspensions: Vec<(i64, i64)>,
}

impl Question {
    pub fn suspended(&self) -> Vec<Suspension> {
        let at = |minute: i64| jiff::Timestamp::from_second(minute * 60).unwrap();
        let name = || Name { fa: "پاسخ".into(), en: "answer".into() };
        let one = |(index, (from, to)): (usize, &(i64, i64))| Suspension {
            number: index as u32 + 1,
            from: at(*from),
            to: at(*to),
            name: name(),
        };
        self.suspensions.iter().enumerate().map(one).collect()
    }
}

/// Whole minutes, and once in four times a moment between two.
pub fn question(random: &mut Random, world: &World) -> Question {
    const MINUTE: i64 = 60_000_000;
    let declarations: Vec<i64> = world.declared.iter().filter_map(|one| one.declared).collect();
    let minute = match declarations.as_slice() {
        // In the very minute of a declaration, mostly at its instant.
        [_, ..] if random.once_in(20) => (*random.of(&declarations)).max((world.near - 8) * DAY),
        _ => (world.near + random.within(-8, 30)) * DAY + random.within(0, DAY),
    };
    let part = |random: &mut Random| if random.once_in(4) { random.within(0, MINUTE) } else { 0 };
    let from = minute * MINUTE + part(random);
    let minutes = if random.once_in(3) { random.within(1, 90) } else { random.within(1, 3000) };
    let microseconds = minutes * MINUTE + part(random);
    let days = if random.once_in(8) { random.within(1, 30) } else { random.within(1, 9) } as u32;
    let term = match random.within(0, 8) {
        0 => Term::Within { microseconds },
        1..=3 => Term::WorkingTime { microseconds },
        _ => Term::WorkingDays { days },
    };
    let mut suspension = |_| {
        let from = minute + random.within(-DAY, 12 * DAY);
        let minutes = if random.once_in(2) { random.within(1, 600) } else { random.within(1, 8 * DAY) };
        (from, from + minutes)
    };
    let mut suspensions: Vec<_> = (0..4).map(&mut suspension).collect();
    suspensions.truncate([0, 0, 0, 1, 1, 2, 4][random.within(0, 7) as usize]);
    suspensions.sort_unstable();
    Question { from, term, suspensions }
}
