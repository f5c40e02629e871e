//! Filters written in Rust: those of the jq library that only compute, and our own that pay from the budget.

use std::cell::Cell;

use jaq_core::box_iter::box_once;
use jaq_core::data::HasLut;
use jaq_core::native::{Filter, Fun, run, v};
use jaq_core::{Cv, DataT, Error, Exn, Lut, RunPtr, ValX, ValXs};
use jaq_json::{Num, Val};

use super::{REGEX_COST, STRING_BYTES_MAX, TICK_COST, value};

pub(super) const OUT_OF_FUEL: &str = "the expression takes too many steps or makes too much data";

/// Filters of the library that read the clock, the time zone or the environment of the machine, write its log, or end
/// the process; and those that are replaced by our own below.
const REMOVED: [&str; 9] =
    ["env", "now", "localtime", "strflocaltime", "halt", "debug_empty", "stderr_empty", "fromjson", "tojson"];

/// The kind of data our filters work on: JSON values, and the tank of the evaluation.
pub struct Kind;

#[derive(Clone, Copy)]
pub struct Env<'a> {
    lut: &'a Lut<Kind>,
    fuel: &'a Cell<u64>,
}

impl<'a> Env<'a> {
    pub(super) fn new(lut: &'a Lut<Kind>, fuel: &'a Cell<u64>) -> Self {
        Self { lut, fuel }
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
    own().into_iter().map(run::<Kind>).chain(library.filter(|(name, _, _)| !REMOVED.contains(name)))
}

fn own() -> [Filter<RunPtr<Kind>>; 7] {
    [
        ("!tick", v(0), |cv| once(value::spend(fuel(&cv), TICK_COST).map(|()| Val::Null))),
        ("!regex", v(0), |cv| once(value::spend(fuel(&cv), REGEX_COST).map(|()| Val::Null))),
        ("!charge", v(0), |cv| once(value::charge(&cv.1, fuel(&cv)).map(|()| Val::Null))),
        ("!text", v(0), |cv| once(text(&cv))),
        ("!times", v(2), |mut cv| {
            let right = cv.0.pop_var();
            let left = cv.0.pop_var();
            box_once(times(left, right))
        }),
        ("tojson", v(0), |cv| once(value::to_json(&cv.1, fuel(&cv)).map(|value| Val::from(value.to_string())))),
        ("fromjson", v(0), |cv| once(from_json(&cv.1))),
    ]
}

fn fuel<'a>(cv: &Cv<'a, Kind>) -> &'a Cell<u64> {
    cv.0.data().fuel
}

fn once<'a>(result: Result<Val, String>) -> ValXs<'a, Val> {
    box_once(result.map_err(|message| Exn::from(Error::str(message))))
}

/// A string as it is, anything else as JSON.
fn text(cv: &Cv<'_, Kind>) -> Result<Val, String> {
    match &cv.1 {
        Val::TStr(_) | Val::BStr(_) => Ok(cv.1.clone()),
        other => value::to_json(other, fuel(cv)).map(|value| Val::from(value.to_string())),
    }
}

/// Multiplication, with the length of a repeated string checked before it is made.
fn times<'a>(left: Val, right: Val) -> ValX<'a, Val> {
    if let (Val::TStr(text) | Val::BStr(text), Val::Num(count)) | (Val::Num(count), Val::TStr(text) | Val::BStr(text)) =
        (&left, &right)
    {
        let fits = match count {
            Num::Int(count) => text.len().saturating_mul(usize::try_from(*count).unwrap_or(0)) <= STRING_BYTES_MAX,
            Num::Float(count) => text.len() as f64 * count <= STRING_BYTES_MAX as f64,
            _ => false,
        };
        if !fits {
            let message = format!("the repeated string is longer than {STRING_BYTES_MAX} bytes");
            return Err(Exn::from(Error::str(message)));
        }
    }
    (left * right).map_err(Exn::from)
}

fn from_json(input: &Val) -> Result<Val, String> {
    let (Val::TStr(bytes) | Val::BStr(bytes)) = input else {
        return Err("only a string can be read as JSON".to_owned());
    };
    serde_json::from_slice(bytes)
        .map(|json| value::from_json(&json))
        .map_err(|error| format!("the string is not JSON: line {} column {}", error.line(), error.column()))
}
