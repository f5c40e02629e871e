//! Calendars as the test means them: layers, closures, periods, and which of them holds where. Days are counted from
//! 1970-01-01, weekdays from Thursday, the first of them; hours are minutes of a day.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use icu_calendar::Date;
use icu_calendar::cal::Persian;
use jiff::Timestamp;
use peygir_calendar::{Calendars, ClosedHours, Declared, Hours, Jalali, Name, Place, Scope, read};
use peygir_source::Severity;
use serde_json::{Map, Value, json};

pub const DAY: i64 = 1440;
/// 1397 to 1408, the last years of summer time among them.
pub const FIRST_DAY: i64 = 17_700;
pub const LAST_DAY: i64 = 21_600;

const WEEKDAYS: [&str; 7] = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"];

/// Year, month, day.
pub type Ymd = (i32, u8, u8);
pub type Week = [Option<Vec<(i64, i64)>>; 7];

/// The date of a day by ICU.
pub fn persian(day: i64) -> Ymd {
    const MARGIN: i64 = 1000;
    static DATES: OnceLock<Vec<Ymd>> = OnceLock::new();
    let dates = DATES.get_or_init(|| (FIRST_DAY - MARGIN..LAST_DAY + MARGIN).map(persian_by_icu).collect());
    dates[(day - FIRST_DAY + MARGIN) as usize]
}

fn persian_by_icu(day: i64) -> Ymd {
    let date = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(day);
    let icu = Date::try_new_iso(date.year().into(), date.month() as u8, date.day() as u8).unwrap().to_calendar(Persian);
    (icu.year().extended_year(), icu.month().ordinal, icu.day_of_month().0)
}

/// What is absent asks for nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Where {
    pub province: Option<&'static str>,
    pub county: Option<&'static str>,
    pub agency: Option<&'static str>,
}

impl Where {
    /// Whether a place that is known as `place` lies in it.
    pub fn holds(&self, place: &Where) -> bool {
        [(self.province, place.province), (self.county, place.county), (self.agency, place.agency)]
            .iter()
            .all(|(asked, known)| asked.is_none() || asked == known)
    }

    /// Agencies are narrower than counties, counties than provinces.
    pub fn narrowness(&self) -> i32 {
        i32::from(self.agency.is_some()) * 4 + i32::from(self.county.is_some()) * 2 + i32::from(self.province.is_some())
    }

    fn parts(&self) -> [(&'static str, Option<&'static str>); 3] {
        [("province", self.province), ("county", self.county), ("agency", self.agency)]
    }

    fn to_json(&self) -> Value {
        let known = self.parts().into_iter().filter_map(|(key, part)| Some((key.to_owned(), json!(part?))));
        Value::Object(known.collect())
    }

    pub fn to_place(&self) -> Place {
        let [province, county, agency] = self.parts().map(|(_, part)| part.map(str::to_owned));
        Place { province, county, agency }
    }

    fn to_scope(&self) -> Scope {
        let [province, county, agency] = self.parts().map(|(_, part)| part.map(str::to_owned));
        Scope { province, county, agency }
    }
}

#[derive(Debug, Clone)]
pub enum Closes {
    From(i64),
    OpenOnly(Vec<(i64, i64)>),
}

#[derive(Debug, Clone)]
pub struct Closure {
    pub scope: Where,
    pub first: i64,
    pub last: i64,
    pub closes: Closes,
    /// For a declared one: the calendar that it names.
    pub calendar: usize,
    /// For a declared one: the minute of UTC from which on it is known. What is written was always known.
    pub declared: Option<i64>,
}

#[derive(Debug, Clone)]
pub struct Period {
    pub first: i64,
    pub last: Option<i64>,
    pub week: Week,
    pub office_end: Option<i64>,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Counting {
    pub receipt_counts: Option<bool>,
    pub due_at_midnight: Option<bool>,
    pub half_days_are_half: Option<bool>,
    pub short_day_per_mille: Option<i64>,
}

/// One calendar's own lines.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    /// Its base among the layers; absent for the first.
    pub base: Option<usize>,
    /// Where it answers, with what its bases say of it.
    pub scope: Where,
    pub week: Week,
    pub periods: Vec<Period>,
    pub fixed: BTreeSet<(u8, u8)>,
    pub tables: BTreeSet<Ymd>,
    /// Those of `tables` that are announced; the others are estimates.
    pub announced: BTreeSet<Ymd>,
    pub not_days: BTreeSet<(u8, u8)>,
    pub not_dates: BTreeSet<Ymd>,
    pub closures: Vec<Closure>,
    pub office_end: Option<i64>,
    pub counting: Counting,
}

#[derive(Debug, Clone)]
pub struct World {
    /// The first is named when a deadline is asked for.
    pub layers: Vec<Layer>,
    pub declared: Vec<Closure>,
    /// The day around which closures and periods lie.
    pub near: i64,
}

fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn spans(hours: &[(i64, i64)]) -> Vec<String> {
    hours.iter().map(|(from, to)| format!("{}-{}", clock(*from), clock(*to))).collect()
}

fn written(day: i64) -> String {
    let (year, month, day) = persian(day);
    format!("{year}/{month}/{day}")
}

fn week_json(week: &Week) -> Value {
    let days =
        WEEKDAYS.iter().zip(week).filter_map(|(name, day)| Some((name.to_string(), json!(spans(day.as_ref()?)))));
    Value::Object(days.collect())
}

impl Closure {
    fn to_json(&self) -> Value {
        let mut value = json!({ "name": "closed" });
        match self.first == self.last {
            true => value["date"] = written(self.first).into(),
            false => value["dates"] = json!({ "from": written(self.first), "to": written(self.last) }),
        }
        match &self.closes {
            Closes::From(0) => {}
            Closes::From(minute) => value["from"] = clock(*minute).into(),
            Closes::OpenOnly(hours) => value["hours"] = json!(spans(hours)),
        }
        if self.scope != Where::default() {
            value["for"] = self.scope.to_json();
        }
        value
    }

    pub fn to_declared(&self, number: usize) -> Declared {
        let jalali = |day| {
            let (year, month, day) = persian(day);
            Jalali::new(year.into(), month.into(), day.into()).unwrap()
        };
        let hours = match &self.closes {
            Closes::From(minute) => ClosedHours::From(*minute as u16),
            Closes::OpenOnly(hours) => ClosedHours::OpenOnly(
                hours.iter().map(|(from, to)| Hours { from: *from as u16, to: *to as u16 }).collect(),
            ),
        };
        let declared = Declared {
            id: format!("declared-{number}"),
            at: Timestamp::from_second(self.declared.unwrap() * 60).unwrap(),
            calendar: id_of(self.calendar),
            scope: self.scope.to_scope(),
            first: jalali(self.first),
            last: jalali(self.last),
            hours,
            name: Name { fa: "اعلام".into(), en: "declared".into() },
        };
        declared.check().unwrap();
        declared
    }
}

impl Period {
    fn to_json(&self) -> Value {
        let mut value = json!({ "from": written(self.first), "name": "period", "week": week_json(&self.week) });
        if let Some(last) = self.last {
            value["to"] = written(last).into();
        }
        if let Some(end) = self.office_end {
            value["officeHours"] = format!("00:00-{}", clock(end)).into();
        }
        value
    }
}

pub fn id_of(layer: usize) -> String {
    format!("layer-{layer}")
}

impl Counting {
    fn to_json(self) -> Value {
        let choice = |value: Option<bool>, no: &str, yes: &str| value.map(|is| json!(if is { yes } else { no }));
        let parts = [
            ("receiptDay", choice(self.receipt_counts, "skip", "count")),
            ("dueAt", choice(self.due_at_midnight, "close", "midnight")),
            ("halfDay", choice(self.half_days_are_half, "day", "half")),
            ("shortDay", self.short_day_per_mille.map(|share| json!(share as f64 / 1000.0))),
        ];
        Value::Object(parts.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect())
    }
}

impl Layer {
    fn holidays_json(&self) -> Value {
        let named = |day: String| json!({ "day": day, "name": "off" });
        let fixed: Vec<_> = self.fixed.iter().map(|(month, day)| named(format!("{month}/{day}"))).collect();
        let mut years: Map<String, Value> = Map::new();
        for date @ (year, month, day) in &self.tables {
            let state = if self.announced.contains(date) { "announced" } else { "estimated" };
            let table = years.entry(year.to_string()).or_insert_with(|| json!([]));
            table
                .as_array_mut()
                .unwrap()
                .push(json!({ "day": format!("{month}/{day}"), "name": "off", "state": state }));
        }
        let years: Vec<_> =
            years.iter().map(|(year, days)| json!({ "year": year.parse::<i64>().unwrap(), "days": days })).collect();
        let days = self.not_days.iter().map(|(month, day)| named(format!("{month}/{day}")));
        let dates = self.not_dates.iter().map(|(year, month, day)| named(format!("{year}/{month}/{day}")));
        json!({ "fixed": fixed, "years": years, "not": days.chain(dates).collect::<Vec<_>>() })
    }

    /// As an author writes it.
    pub fn to_json(&self, layers: &[Layer], index: usize) -> Value {
        let mut value = json!({
            "kind": "calendar", "id": id_of(index), "title": "t", "week": week_json(&self.week),
            "holidays": self.holidays_json(),
            "periods": self.periods.iter().map(Period::to_json).collect::<Vec<_>>(),
            "closures": self.closures.iter().map(Closure::to_json).collect::<Vec<_>>(),
            "counting": self.counting.to_json(),
        });
        if let Some(base) = self.base {
            value["extends"] = id_of(base).into();
            // What the base says of the place needs not be said again.
            let own = if layers[base].scope.province == self.scope.province {
                Where { province: None, ..self.scope.clone() }
            } else {
                self.scope.clone()
            };
            value["for"] = own.to_json();
        }
        if let Some(end) = self.office_end {
            value["officeHours"] = format!("00:00-{}", clock(end)).into();
        }
        value
    }
}

impl World {
    /// As the crate reads it, with the closures that were declared.
    pub fn calendars(&self) -> Calendars {
        self.written().with_closures(&self.declared())
    }

    pub fn declared(&self) -> Vec<Declared> {
        self.declared.iter().enumerate().map(|(number, closure)| closure.to_declared(number)).collect()
    }

    pub fn written(&self) -> Calendars {
        let sheets = self.layers.iter().enumerate().map(|(index, layer)| {
            let json = layer.to_json(&self.layers, index);
            let sheet = read::sheet(&super::super::common::node(&json));
            let (sheet, _) = sheet.unwrap_or_else(|found| panic!("{json:#}\n{found:#?}"));
            (id_of(index), sheet)
        });
        // The order of files must not matter.
        let (calendars, found) = Calendars::resolve(sheets.rev().collect());
        let errors: Vec<_> = found.list.iter().filter(|one| one.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{self:#?}\n{errors:#?}");
        calendars
    }
}
