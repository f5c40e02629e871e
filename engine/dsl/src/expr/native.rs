//! Filters written in Rust: those of the jq library that only compute, and our own that pay from the budget.

use std::cell::Cell;

use jaq_core::box_iter::box_once;
use jaq_core::data::HasLut;
use jaq_core::native::{Filter, Fun, run, v};
use jaq_core::{Bind, Cv, DataT, Error, Exn, Lut, RunPtr, ValXs};
use jaq_json::Val;

use super::{TICK_COST, arithmetic, fault, format, path, regex, value};

pub(super) const OUT_OF_FUEL: &str = "the expression takes too many steps or makes too much data";

/// Filters of the library that read the clock, the time zone or the environment of the machine, write its log, or end
/// the process; and those that are replaced by our own below.
const REMOVED: [&str; 14] = [
    "env",
    "now",
    "localtime",
    "strflocaltime",
    "halt",
    "debug_empty",
    "stderr_empty",
    "fromjson",
    "tojson",
    "decode_base64",
    "decode_uri",
    "matches",
    "split_",
    "split_matches",
];

/// Filters of the library that our own of the same name are written with, and the name they have then.
const WRAPPED: [(&str, &str); 6] = [
    ("contains", "__contains"),
    ("indices", "__indices"),
    ("limit", "__limit"),
    ("mktime", "__mktime"),
    ("skip", "__skip"),
    ("strftime", "__strftime"),
];

/// The kind of data our filters work on: JSON values, and the tank of the evaluation.
pub struct Kind;

#[derive(Clone, Copy)]
pub struct Env<'a> {
    lut: &'a Lut<Kind>,
    fuel: &'a Cell<u64>,
    patterns: &'a regex::Cache<'a>,
}

impl<'a> Env<'a> {
    pub(super) fn new(lut: &'a Lut<Kind>, fuel: &'a Cell<u64>, patterns: &'a regex::Cache<'a>) -> Self {
        Self { lut, fuel, patterns }
    }
}

impl DataT for Kind {
    type V<'a> = Val;
    type Data<'a> = Env<'a>;
}

impl<'a> HasLut<'a, Kind> for Env<'a> {
    fn lut(&self) -> &'a Lut<Kind> {
        self.lut
    }
}

pub(super) fn all() -> impl Iterator<Item = Fun<Kind>> {
    let library = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let library = library.filter(|(name, _, _)| !REMOVED.contains(name)).map(|(name, arguments, filter)| {
        let wrapped = WRAPPED.iter().find(|(theirs, _)| *theirs == name);
        (wrapped.map_or(name, |(_, ours)| ours), arguments, filter)
    });
    own().into_iter().map(run::<Kind>).chain(library)
}

fn own() -> [Filter<RunPtr<Kind>>; 32] {
    [
        ("!tick", v(0), |cv| once(value::spend(fuel(&cv), TICK_COST).map(|()| Val::Null))),
        ("!charge", v(0), |cv| once(value::charge(&cv.1, fuel(&cv)).map(|()| Val::Null))),
        ("!text", v(0), |cv| once(text(&cv))),
        ("!plus", v(2), |cv| operator(cv, arithmetic::plus)),
        ("!minus", v(2), |cv| operator(cv, arithmetic::minus)),
        ("!times", v(2), |cv| operator(cv, arithmetic::times)),
        ("!over", v(2), |cv| operator(cv, arithmetic::over)),
        ("!remainder", v(2), |cv| operator(cv, arithmetic::remainder)),
        ("!index", v(0), |cv| once(Ok(path::whole(&cv.1, f64::floor)))),
        ("!low", v(0), |cv| once(Ok(path::bound(&cv.1, f64::floor)))),
        ("!high", v(0), |cv| once(Ok(path::bound(&cv.1, f64::ceil)))),
        ("!length", v(0), |cv| once(value::charge_length(&cv.1, fuel(&cv)).map(|()| Val::Null))),
        ("__compare", v(1), |mut cv| {
            let other = cv.0.pop_var();
            once(arithmetic::pay_comparison(&cv.1, &other, fuel(&cv)).map(|()| Val::Null))
        }),
        ("!words", v(0), |cv| once(words(&cv))),
        ("!nothing", v(0), |_| Box::new(std::iter::empty())),
        ("__update", [Bind::Var(()), Bind::Fun(())].into(), |mut cv| {
            let (update, context) = cv.0.pop_fun();
            let paths = cv.0.pop_var();
            let fuel = fuel(&cv);
            box_once(path::update(cv.1, &paths, fuel, |value| update.run((context.clone(), value)).next().transpose()))
        }),
        ("__put", v(2), |mut cv| {
            let value = cv.0.pop_var();
            let paths = cv.0.pop_var();
            let fuel = fuel(&cv);
            once(path::assign(cv.1, &paths, &value, fuel))
        }),
        ("__delete", v(1), |mut cv| {
            let paths = cv.0.pop_var();
            let fuel = fuel(&cv);
            once(path::delete_all(cv.1, &paths, fuel))
        }),
        ("__match", v(2), |cv| search(cv, |search, fuel| search.matches(fuel))),
        ("__test", v(2), |cv| search(cv, |search, fuel| search.test(fuel))),
        ("__pieces", v(2), |cv| search(cv, |search, fuel| search.pieces(fuel))),
        ("__csv", v(0), |cv| once(format::csv(&cv.1))),
        ("__tsv", v(0), |cv| once(format::tsv(&cv.1))),
        ("__join", v(1), |mut cv| {
            let separator = cv.0.pop_var();
            once(format::join(&cv.1, &separator))
        }),
        ("tonumber", v(0), |cv| once(format::to_number(&cv.1))),
        ("toboolean", v(0), |cv| once(format::to_boolean(&cv.1))),
        ("decode_uri", v(0), |cv| once(format::from_uri(&cv.1))),
        ("__to_base32", v(0), |cv| once(format::to_base32(&cv.1))),
        ("__from_base32", v(0), |cv| once(format::from_base32(&cv.1))),
        ("decode_base64", v(0), |cv| once(format::from_base64(&cv.1))),
        ("tojson", v(0), |cv| once(value::to_json(&cv.1, fuel(&cv)).map(|value| Val::from(value.to_string())))),
        ("fromjson", v(0), |cv| once(from_json(&cv.1))),
    ]
}

/// An operator whose right side comes first, since jq takes the right side's outputs one by one, and for each the left's.
fn operator<'a>(mut cv: Cv<'a, Kind>, run: fn(Val, Val, &Cell<u64>) -> Result<Val, String>) -> ValXs<'a, Val> {
    let left = cv.0.pop_var();
    let right = cv.0.pop_var();
    let fuel = fuel(&cv);
    // The left side is often the input itself; with the input let go it can be extended in place.
    drop(cv);
    once(run(left, right, fuel))
}

fn search<'a>(mut cv: Cv<'a, Kind>, run: fn(&regex::Search<'_>, &Cell<u64>) -> Result<Val, String>) -> ValXs<'a, Val> {
    let flags = cv.0.pop_var();
    let pattern = cv.0.pop_var();
    let (fuel, patterns) = (fuel(&cv), cv.0.data().patterns);
    let search = regex::Search::new(&cv.1, &pattern, &flags, patterns, fuel);
    once(search.and_then(|search| {
        let found = run(&search, fuel)?;
        value::charge(&found, fuel).map(|()| found)
    }))
}

fn fuel<'a>(cv: &Cv<'a, Kind>) -> &'a Cell<u64> {
    cv.0.data().fuel
}

fn once<'a>(result: Result<Val, String>) -> ValXs<'a, Val> {
    box_once(result.map_err(|message| Exn::from(Error::str(message))))
}

/// The message of an error as jq says it, paid for by its length; an error that is no text as it is.
fn words(cv: &Cv<'_, Kind>) -> Result<Val, String> {
    value::charge(&cv.1, fuel(cv))?;
    match &cv.1 {
        Val::TStr(bytes) => {
            let said = std::str::from_utf8(bytes).ok().and_then(fault::words);
            Ok(said.map_or_else(|| cv.1.clone(), Val::from))
        }
        other => Ok(other.clone()),
    }
}

/// A string as it is, anything else as JSON.
fn text(cv: &Cv<'_, Kind>) -> Result<Val, String> {
    match &cv.1 {
        Val::TStr(_) | Val::BStr(_) => Ok(cv.1.clone()),
        other => value::to_json(other, fuel(cv)).map(|value| Val::from(value.to_string())),
    }
}

fn from_json(input: &Val) -> Result<Val, String> {
    let (Val::TStr(bytes) | Val::BStr(bytes)) = input else {
        return Err("only a string can be read as JSON".to_owned());
    };
    serde_json::from_slice(bytes)
        .map(|json| value::from_json(&json))
        .map_err(|error| format!("the string is not JSON: line {} column {}", error.line(), error.column()))
}
