//! What `==`, `<` and so on say of two values of different kinds.
//!
//! rhai says false, whatever they are: `now > "1405/08/30"` would never hold and nobody would know why. Here a text is read as the
//! moment or the date that it names, and what can't be compared is a fault that says what to write. Nothing `()` is
//! different from everything and neither more nor less. A list or a map may be asked whether it is equal to anything: what
//! is given may be one thing or several.

use std::{any::TypeId, cmp::Ordering};

use peygir_calendar::Jalali;
use rhai::{Array, Dynamic, Engine, INT, ImmutableString, Map};
use rust_decimal::Decimal;

use crate::library::{Answer, LongNumber, Moment, date_of, moment_of, refused, refused_input};

/// A sign, and which orders it holds for.
type Sign = (&'static str, fn(Ordering) -> bool);

const EQUAL: [Sign; 2] = [("==", Ordering::is_eq), ("!=", Ordering::is_ne)];
const ORDERED: [Sign; 4] =
    [("<", Ordering::is_lt), ("<=", Ordering::is_le), (">", Ordering::is_gt), (">=", Ordering::is_ge)];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    Truth,
    List,
    Map,
    Moment,
    Date,
    Long,
}

impl Kind {
    const fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::Number => ("a number", "عدد"),
            Self::Text => ("a text", "متن"),
            Self::Truth => ("true or false", "درست یا نادرست"),
            Self::List => ("a list", "فهرست"),
            Self::Map => ("a map", "نگاشت"),
            Self::Moment => ("a moment", "لحظه"),
            Self::Date => ("a date", "تاریخ"),
            Self::Long => ("a number too long to reckon with", "عددی که برای حساب بیش از حد بزرگ است"),
        }
    }

    /// Whether it may be one thing or several, so that asking for equality makes sense.
    const fn is_several(self) -> bool {
        matches!(self, Self::List | Self::Map)
    }
}

pub(super) fn register(engine: &mut Engine) {
    let kinds = [
        (TypeId::of::<INT>(), Kind::Number),
        (TypeId::of::<Decimal>(), Kind::Number),
        (TypeId::of::<ImmutableString>(), Kind::Text),
        (TypeId::of::<char>(), Kind::Text),
        (TypeId::of::<bool>(), Kind::Truth),
        (TypeId::of::<Array>(), Kind::List),
        (TypeId::of::<Map>(), Kind::Map),
        (TypeId::of::<Moment>(), Kind::Moment),
        (TypeId::of::<Jalali>(), Kind::Date),
        (TypeId::of::<LongNumber>(), Kind::Long),
    ];
    for (one, kind) in kinds {
        for (other, other_kind) in kinds {
            // Of one kind, they are compared by rhai or beside their type.
            if kind == other_kind && kind != Kind::Long {
                continue;
            }
            let signs = if kind.is_several() || other_kind.is_several() { &[][..] } else { &EQUAL[..] };
            for (sign, holds) in signs.iter().chain(&ORDERED) {
                engine.register_raw_fn(*sign, [one, other], move |_, values| {
                    compare((kind, other_kind), values[0], values[1]).map(holds)
                });
            }
        }
    }
}

fn compare(kinds: (Kind, Kind), one: &Dynamic, other: &Dynamic) -> Answer<Ordering> {
    match kinds {
        (Kind::Moment, Kind::Text) | (Kind::Text, Kind::Moment) => Ok(moment_of(one)?.cmp(&moment_of(other)?)),
        (Kind::Date, Kind::Text) | (Kind::Text, Kind::Date) => Ok(date_of(one)?.cmp(&date_of(other)?)),
        (one, other) => unlike(one, other),
    }
}

fn unlike<T>(one: Kind, other: Kind) -> Answer<T> {
    let ((one_en, one_fa), (other_en, other_fa)) = (one.told(), other.told());
    let (help, help_fa) = match (one, other) {
        (Kind::Moment, Kind::Date) | (Kind::Date, Kind::Moment) => (
            "; write .date behind the moment to compare days, or moment(date) for the beginning of the day",
            "؛ برای سنجش روزها پس از لحظه بنویسید ‎.date، یا برای آغاز روز ‎moment(date)",
        ),
        (Kind::Number, Kind::Text) | (Kind::Text, Kind::Number) => {
            ("; make a number of the text with parse_decimal(text)", "؛ متن را با ‎parse_decimal(text)‎ به عدد برگردانید")
        }
        (Kind::Truth, Kind::Text) | (Kind::Text, Kind::Truth) => {
            ("; true and false stand without quotes", "؛ true و false بی گیومه نوشته می‌شوند")
        }
        (Kind::Long, _) | (_, Kind::Long) => ("; give such a number as a text", "؛ چنین عددی را به صورت متن بدهید"),
        _ => ("", ""),
    };
    let refused = if one == Kind::Long || other == Kind::Long { refused_input } else { refused };
    refused(
        format!("{one_en} and {other_en} can't be compared{help}"),
        format!("{one_fa} و {other_fa} با هم سنجیدنی نیستند{help_fa}"),
    )
}
