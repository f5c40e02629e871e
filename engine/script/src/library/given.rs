//! The values that the library adds to rhai's, and how what a script gives becomes one of them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use peygir_calendar::{Jalali, moment, tehran};
use rhai::{Dynamic, Engine, INT};
use serde_json::Number;

use super::{Answer, refused, refused_input};
use crate::{kind, world};

/// An instant, as scripts hold it. The clocks by which it is shown are those of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub Timestamp);

impl Moment {
    /// ISO 8601 with the offset that the world's clocks have then.
    pub fn iso(self) -> String {
        self.0.display_with_offset(zone().to_offset(self.0)).to_string()
    }
}

/// Digits that a decimal holds whatever they are.
pub(crate) const DIGITS_MAX: u32 = 28;

/// A number of the data that is too long for integers and decimals. It can be handed on as it came; whatever else is done with it
/// is a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LongNumber(pub Number);

/// Why a function of the library gave no answer, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub en: String,
    pub fa: String,
    /// What was given to the run is at fault, and no function.
    pub is_of_input: bool,
}

/// The clocks of the run; outside of one, those of Tehran.
pub(super) fn zone() -> TimeZone {
    world::ask(|world| world.zone.clone()).unwrap_or_else(tehran)
}

/// An instant out of a moment, a date (its first minute) or a text.
pub(crate) fn moment_of(value: &Dynamic) -> Answer<Moment> {
    if let Some(given) = value.read_lock::<Moment>() {
        return Ok(*given);
    }
    if let Some(date) = value.read_lock::<Jalali>() {
        return first_minute(*date);
    }
    match value.as_immutable_string_ref() {
        Ok(text) => match moment(&text, &zone()) {
            Ok(at) => Ok(Moment(at)),
            Err(error) => refused(error.to_string(), error.message_fa()),
        },
        Err(found) => {
            let (en, fa) = kind::told(found);
            refused(
                format!("a moment, a date or a text like \"1405/08/30 10:00\" is needed here, not {en}"),
                format!("این‌جا لحظه، تاریخ یا متنی مانند «۱۴۰۵/۰۸/۳۰ ۱۰:۰۰» لازم است، نه {fa}"),
            )
        }
    }
}

/// A day out of a date, or the day that the clocks show at a moment.
pub(crate) fn date_of(value: &Dynamic) -> Answer<Jalali> {
    match value.read_lock::<Jalali>() {
        Some(date) => Ok(*date),
        None => Ok(day_of(moment_of(value)?)),
    }
}

pub(super) fn day_of(at: Moment) -> Jalali {
    Jalali::from_gregorian(zone().to_datetime(at.0).date())
}

pub(super) fn first_minute(date: Jalali) -> Answer<Moment> {
    match date.to_gregorian().to_zoned(zone()) {
        Ok(first) => Ok(Moment(first.timestamp())),
        Err(_) => {
            refused("this date lies outside of the years that can be counted", "این تاریخ بیرون از سال‌های شمردنی است")
        }
    }
}

/// What rhai does with values of its own, for these: comparing, printing.
pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Jalali>("Date");
    engine.register_type_with_name::<Moment>("Moment");
    engine.register_type_with_name::<Refusal>("Refusal");
    engine.register_type_with_name::<LongNumber>("LongNumber");
    for sign in ["+", "-", "*", "/", "%", "**"] {
        engine.register_fn(sign, |long: LongNumber, _: Dynamic| too_long(&long));
        engine.register_fn(sign, |_: Dynamic, long: LongNumber| too_long(&long));
    }
    compared::<Jalali>(engine);
    compared::<Moment>(engine);
    for name in ["to_string", "to_debug"] {
        engine.register_fn(name, |date: &mut Jalali| date.to_string());
        engine.register_fn(name, |at: &mut Moment| at.iso());
        engine.register_fn(name, |refusal: &mut Refusal| refusal.en.clone());
        engine.register_fn(name, |long: &mut LongNumber| long.0.to_string());
    }
}

fn too_long(long: &LongNumber) -> Answer<INT> {
    let LongNumber(number) = long;
    refused_input(
        format!("the number {number} is too long to reckon with (more than {DIGITS_MAX} digits): give it as a text"),
        format!("عدد {number} برای حساب بیش از حد بلند است (بیش از {DIGITS_MAX} رقم): آن را به صورت متن بدهید"),
    )
}

fn compared<T: Clone + Copy + Ord + Send + Sync + 'static>(engine: &mut Engine) {
    engine.register_fn("==", |a: T, b: T| a == b);
    engine.register_fn("!=", |a: T, b: T| a != b);
    engine.register_fn("<", |a: T, b: T| a < b);
    engine.register_fn("<=", |a: T, b: T| a <= b);
    engine.register_fn(">", |a: T, b: T| a > b);
    engine.register_fn(">=", |a: T, b: T| a >= b);
}
