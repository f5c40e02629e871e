//! Layered calendars against the same calendar written out flat, by a way of its own: day by day, layer by layer.

use std::collections::BTreeMap;

use jiff::Timestamp;
use peygir_calendar::{Ask, Calendar, Calendars, ClosedHours, Declared, Hours, Jalali, Name, Place, Scope, Term, read};
use peygir_source::Node;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{day, jalali};

/// Everything happens in these days of 1405, counted from its 1 Mordad.
const DAYS: i64 = 120;
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

type Spans = Vec<(u16, u16)>;

#[derive(Debug, Clone)]
struct Period {
    first: i64,
    last: Option<i64>,
    week: Vec<Option<Spans>>,
    office: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Said {
    Fixed,
    InTable,
    NotOfYear,
    NotOfDate,
}

#[derive(Debug, Clone)]
struct Closure {
    first: i64,
    last: i64,
    hours: Result<u16, Spans>,
}

#[derive(Debug, Clone)]
struct Layer {
    week: Vec<Option<Spans>>,
    office: Option<u16>,
    periods: Vec<Period>,
    holidays: BTreeMap<i64, Said>,
    closures: Vec<Closure>,
    counting: Value,
}

fn date(offset: i64) -> Jalali {
    Jalali::from_gregorian(jalali("1405/05/01").to_gregorian() + jiff::Span::new().days(offset))
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn spans(spans: &Spans) -> Value {
    spans.iter().map(|(from, to)| format!("{}-{}", clock(*from), clock(*to))).collect()
}

fn week(days: &[Option<Spans>]) -> Value {
    let said = WEEKDAYS.iter().zip(days).filter_map(|(name, day)| Some((name.to_string(), spans(day.as_ref()?))));
    Value::Object(said.collect())
}

impl Period {
    fn to_json(&self) -> Value {
        let mut value = json!({ "from": date(self.first).to_string(), "name": "period", "week": week(&self.week) });
        if let Some(last) = self.last {
            value["to"] = date(last).to_string().into();
        }
        if let Some(office) = self.office {
            value["officeHours"] = format!("00:00-{}", clock(office)).into();
        }
        value
    }

    fn holds(&self, day: i64) -> bool {
        self.first <= day && self.last.is_none_or(|last| day <= last)
    }
}

/// Each layer closes for places of its own, so that several layers may close one day.
fn scope(layer: usize) -> Scope {
    let part = |text: &str, said: bool| said.then(|| text.to_owned());
    Scope {
        province: part("p", layer == 1 || layer == 2),
        county: part("c", layer == 2),
        agency: part("a", layer == 3),
    }
}

impl Closure {
    fn to_json(&self, layer: usize) -> Value {
        let mut value = json!({ "name": "closed", "dates": { "from": date(self.first).to_string(), "to": date(self.last).to_string() } });
        match &self.hours {
            Ok(minute) => value["from"] = clock(*minute).into(),
            Err(open) => value["hours"] = spans(open),
        }
        let scope = scope(layer);
        let parts = [("province", scope.province), ("county", scope.county), ("agency", scope.agency)];
        let said: serde_json::Map<_, _> =
            parts.into_iter().filter_map(|(key, id)| Some((key.to_owned(), id?.into()))).collect();
        if !said.is_empty() {
            value["for"] = Value::Object(said);
        }
        value
    }

    fn to_declared(&self, layer: usize, id: String) -> Declared {
        let hours = match &self.hours {
            Ok(minute) => ClosedHours::From(*minute),
            Err(open) => ClosedHours::OpenOnly(open.iter().map(|(from, to)| Hours { from: *from, to: *to }).collect()),
        };
        let name = Name { fa: "a".to_owned(), en: "a".to_owned() };
        let (first, last) = (date(self.first), date(self.last));
        let at = jiff::Timestamp::UNIX_EPOCH;
        Declared { id, at, calendar: "flat".to_owned(), scope: scope(layer), first, last, hours, name }
    }
}

impl Layer {
    fn to_json(&self, index: usize) -> Value {
        let list = |said: Said| self.holidays.iter().filter(move |(_, one)| **one == said).map(|(day, _)| date(*day));
        let month_day = |day: Jalali| format!("{}/{}", day.month(), day.day());
        let fixed: Vec<_> = list(Said::Fixed).map(|day| json!({ "day": month_day(day), "name": "f" })).collect();
        let in_table: Vec<_> = list(Said::InTable)
            .map(|day| json!({ "day": month_day(day), "name": "t", "state": "announced" }))
            .collect();
        let of_year = list(Said::NotOfYear).map(|day| json!({ "day": month_day(day), "name": "n" }));
        let of_date = list(Said::NotOfDate).map(|day| json!({ "day": day.to_string(), "name": "n" }));
        let mut value = json!({
            "kind": "calendar", "id": format!("l{index}"), "title": "t", "week": week(&self.week),
            "periods": self.periods.iter().map(Period::to_json).collect::<Vec<_>>(),
            "holidays": {
                "fixed": fixed, "years": [{ "year": 1405, "days": in_table }],
                "not": of_year.chain(of_date).collect::<Vec<_>>(),
            },
            "closures": self.closures.iter().map(|closure| closure.to_json(index)).collect::<Vec<_>>(),
            "counting": self.counting,
        });
        if let Some(office) = self.office {
            value["officeHours"] = format!("00:00-{}", clock(office)).into();
        }
        if index > 0 {
            value["extends"] = format!("l{}", index - 1).into();
        }
        value
    }

    /// The period that speaks of something on a day, if one does.
    fn in_period<T>(&self, day: i64, of: impl Fn(&Period) -> Option<T>) -> Option<T> {
        let speaking = |ends: bool| {
            let mut list: Vec<&Period> =
                self.periods.iter().filter(|one| one.last.is_some() == ends && one.holds(day)).collect();
            list.sort_by_key(|one| one.first);
            list.into_iter().rev().find_map(&of)
        };
        speaking(true).or_else(|| speaking(false))
    }
}

/// One calendar that says all that the layers say together.
fn flat(layers: &[Layer]) -> Value {
    let narrowest = || layers.iter().rev();
    let whole_week: Vec<Option<Spans>> =
        (0..7).map(|index| narrowest().find_map(|layer| layer.week[index].clone())).collect();
    let all_periods = || layers.iter().flat_map(|layer| &layer.periods);
    let mut bounds: Vec<i64> =
        all_periods().flat_map(|one| [Some(one.first), one.last.map(|last| last + 1)]).flatten().collect();
    bounds.sort_unstable();
    bounds.dedup();
    let ends = bounds.iter().skip(1).map(|next| Some(next - 1)).chain([None]);
    let pieces = bounds.iter().zip(ends).map(|(first, last)| {
        let day = |index: usize| narrowest().find_map(|layer| layer.in_period(*first, |one| one.week[index].clone()));
        let office = narrowest().find_map(|layer| layer.in_period(*first, |one| one.office));
        Period { first: *first, last, week: (0..7).map(day).collect(), office }
    });
    let off = |day: &i64| {
        let said = layers.iter().filter_map(|layer| layer.holidays.get(day));
        said.fold(false, |_, said| matches!(said, Said::Fixed | Said::InTable))
    };
    let in_table = (0..DAYS).filter(off).map(date);
    let days: Vec<_> = in_table
        .map(|day| json!({ "day": format!("{}/{}", day.month(), day.day()), "name": "t", "state": "announced" }))
        .collect();
    let closures = layers
        .iter()
        .enumerate()
        .flat_map(|(index, layer)| layer.closures.iter().map(move |closure| closure.to_json(index)));
    let mut counting = json!({});
    for (key, value) in layers.iter().filter_map(|layer| layer.counting.as_object()).flatten() {
        counting[key] = value.clone();
    }
    let mut value = json!({
        "kind": "calendar", "id": "flat", "title": "t", "week": week(&whole_week),
        "periods": pieces.map(|one| one.to_json()).collect::<Vec<_>>(),
        "holidays": { "years": [{ "year": 1405, "days": days }] },
        "closures": closures.collect::<Vec<_>>(), "counting": counting,
    });
    if let Some(office) = narrowest().find_map(|layer| layer.office) {
        value["officeHours"] = format!("00:00-{}", clock(office)).into();
    }
    value
}

fn layered(layers: &[Layer], is_reversed: bool) -> Calendars {
    let mut sheets: Vec<_> = layers.iter().enumerate().map(|(index, layer)| layer.to_json(index)).collect();
    if is_reversed {
        sheets.reverse();
    }
    let sheets = sheets.iter().map(|json| match read::sheet(&Node::from_json(json)) {
        Ok((sheet, _)) => (String::new(), sheet),
        Err(found) => panic!("{json:#}\n{found:#?}"),
    });
    let (calendars, found) = Calendars::resolve(sheets.collect());
    assert!(!found.has_errors(), "{found:#?}");
    calendars
}

fn read_flat(json: &Value) -> Calendar {
    read::calendar(&Node::from_json(json)).unwrap_or_else(|found| panic!("{json:#}\n{found:#?}")).0
}

/// When a day is open, whether it counts and as what: all but the names and lines.
fn look(calendar: &Calendar, offset: i64, place: &Place) -> (Vec<(Timestamp, Timestamp)>, bool, u32) {
    let date = date(offset).to_string();
    let day = day(calendar, &date, place);
    let mut open: Vec<(Timestamp, Timestamp)> = Vec::new();
    for segment in day.segments.iter().filter(|segment| segment.open) {
        match open.last_mut().filter(|last| last.1 == segment.from) {
            Some(last) => last.1 = segment.to,
            None => open.push((segment.from, segment.to)),
        }
    }
    (open, day.counts, day.halves)
}

fn assert_same(a: &Calendar, b: &Calendar, place: &Place, from: i64) {
    for offset in 0..DAYS {
        assert_eq!(look(a, offset, place), look(b, offset, place), "{} {place:?}", date(offset));
    }
    let from = date(from).to_gregorian().at(9, 20, 0, 0).to_zoned(a.zone().clone()).unwrap().timestamp();
    for term in [Term::working_days(4), Term::WorkingTime { microseconds: 900 * 60_000_000 }] {
        let due = |calendar: &Calendar| {
            calendar.derive(&Ask { from, term, place, suspensions: &[] }).map(|deadline| deadline.due).ok()
        };
        assert_eq!(due(a), due(b), "{term:?} {place:?}");
    }
}

fn hours() -> impl Strategy<Value = Spans> {
    prop_oneof![
        2 => Just(vec![]),
        4 => (0..1000_u16, 1..400_u16).prop_map(|(from, length)| vec![(from, from + length)]),
        2 => (0..600_u16, 1..60_u16, 0..60_u16, 1..600_u16)
            .prop_map(|(from, a, gap, b)| vec![(from, from + a), (from + a + gap, from + a + gap + b)]),
    ]
}

fn some_week(share: f64) -> impl Strategy<Value = Vec<Option<Spans>>> {
    prop::collection::vec(prop::option::weighted(share, hours()), 7)
}

fn periods() -> impl Strategy<Value = Vec<Period>> {
    let one = |days: std::ops::Range<i64>| {
        let middle = (days.start + days.end) / 2;
        (days.start..middle, middle..days.end, some_week(0.5), prop::option::of(300..1200_u16))
            .prop_map(|(first, last, week, office)| Period { first, last: Some(last), week, office })
    };
    let for_good = prop::collection::btree_map(0..DAYS, (some_week(0.5), prop::option::of(300..1200_u16)), 0..3);
    (prop::option::of(one(0..60)), prop::option::of(one(60..DAYS)), for_good).prop_map(|(a, b, for_good)| {
        let for_good = for_good.into_iter().map(|(first, (week, office))| Period { first, last: None, week, office });
        a.into_iter().chain(b).chain(for_good).collect()
    })
}

fn closures() -> impl Strategy<Value = Vec<Closure>> {
    let open = hours().prop_filter("leaves nothing", |spans| !spans.is_empty());
    let hours = prop_oneof![(0..1440_u16).prop_map(Ok), open.prop_map(Err)];
    prop::collection::btree_map(0..DAYS / 6, (1..6_i64, hours), 0..12).prop_map(|closures| {
        let closure = |(first, (days, hours))| Closure { first: first * 6, last: first * 6 + days - 1, hours };
        closures.into_iter().map(closure).collect()
    })
}

fn counting() -> impl Strategy<Value = Value> {
    let option = |a: &'static str, b: &'static str| prop::option::of(prop::sample::select(vec![a, b]));
    let all =
        (option("skip", "count"), option("close", "midnight"), option("day", "half"), prop::option::of(0..=1000_u16));
    all.prop_map(|(receipt, due, half, share)| {
        let mut value = json!({});
        let mut set = |key: &str, one: Option<Value>| one.into_iter().for_each(|one| value[key] = one);
        set("receiptDay", receipt.map(Into::into));
        set("dueAt", due.map(Into::into));
        set("halfDay", half.map(Into::into));
        set("shortDay", share.map(|share| (f64::from(share) / 1000.0).into()));
        value
    })
}

fn layer() -> impl Strategy<Value = Layer> {
    let said = prop::sample::select(vec![Said::Fixed, Said::InTable, Said::NotOfYear, Said::NotOfDate]);
    let holidays = prop::collection::btree_map(0..DAYS, said, 0..40);
    (some_week(0.4), prop::option::of(300..1200_u16), periods(), holidays, closures(), counting()).prop_map(
        |(week, office, periods, holidays, closures, counting)| Layer {
            week,
            office,
            periods,
            holidays,
            closures,
            counting,
        },
    )
}

/// The bottom says every day; Saturdays are open in every layer, so that no calendar is never open.
fn layers() -> impl Strategy<Value = Vec<Layer>> {
    prop::collection::vec(layer(), 1..=4).prop_map(|mut layers| {
        for day in &mut layers[0].week {
            day.get_or_insert_default();
        }
        for saturday in layers.iter_mut().filter_map(|layer| layer.week[6].as_mut()).filter(|hours| hours.is_empty()) {
            *saturday = vec![(450, 870)];
        }
        layers
    })
}

fn place() -> impl Strategy<Value = Place> {
    let part = |text: &'static str| prop::option::of(Just(text.to_owned()));
    (part("p"), part("c"), part("a")).prop_map(|(province, county, agency)| Place { province, county, agency })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn layers_equal_the_same_calendar_written_out_flat(layers in layers(), place in place(), from in 0..100_i64) {
        let calendars = layered(&layers, false);
        let top = calendars.get(&format!("l{}", layers.len() - 1)).unwrap();
        assert_same(top, &read_flat(&flat(&layers)), &place, from);
        prop_assert_eq!(&layered(&layers, true), &calendars, "whatever the order of the files");
    }

    #[test]
    fn closures_declared_equal_closures_written(layers in layers(), place in place(), from in 0..100_i64) {
        let written = read_flat(&flat(&layers));
        let mut without = flat(&layers);
        without["closures"] = json!([]);
        let without: Calendars = [read_flat(&without)].into_iter().collect();
        let all = layers.iter().enumerate().flat_map(|(index, layer)| layer.closures.iter().map(move |one| (index, one)));
        let declared: Vec<Declared> =
            all.enumerate().map(|(id, (layer, one))| one.to_declared(layer, id.to_string())).collect();
        prop_assert!(declared.iter().all(|one| one.check().is_ok()));
        let with = without.with_closures(&declared);
        assert_same(with.get("flat").unwrap(), &written, &place, from);
        // What does not hold here changes nothing here.
        let here: Vec<Declared> = declared.iter().filter(|one| one.scope.holds(&place)).cloned().collect();
        assert_same(without.with_closures(&here).get("flat").unwrap(), &written, &place, from);
        for one in &declared {
            prop_assert_eq!(with.is_touched("flat", &place, one), here.contains(one));
        }
        prop_assert_eq!(with.with_closures(&[]), without, "withdrawn, they leave nothing");
    }
}
