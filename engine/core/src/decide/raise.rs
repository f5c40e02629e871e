//! `raise`: the error that its author wrote.

use peygir_dsl::expr::Template;
use peygir_dsl::model::Raise;
use serde_json::Value;

use super::turn::Turn;
use super::walk::Starting;
use crate::Error;
use crate::error::Kind;
use crate::state::Progress;

/// Statuses that an error can have, those of HTTP.
const STATUSES: std::ops::RangeInclusive<u16> = 100..=599;

pub(super) fn start(turn: &mut Turn<'_>, definition: &Raise, starting: Starting) {
    let error = raised(turn, definition, &starting).unwrap_or_else(|error| error);
    let number = turn.open(starting, Progress::Immediate);
    turn.raise(number, error);
}

/// Only here the author's `instance` holds; everywhere else it is computed.
fn raised(turn: &Turn<'_>, definition: &Raise, starting: &Starting) -> Result<Error, Error> {
    let value = |template: &Template| turn.fill(&starting.scope, template, &starting.input);
    let text = |name: &str, template: Option<&Template>| match template.map(value).transpose()? {
        None => Ok(None),
        Some(data) => match data.value() {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text.clone())),
            _ => Err(refuse(format!("`{name}` of a raised error must be text"))),
        },
    };
    let type_ = text("type", Some(&definition.type_))?.filter(|type_| !type_.is_empty());
    Ok(Error {
        type_: type_.ok_or_else(|| refuse("a raised error needs a `type`"))?,
        status: status(value(&definition.status)?.value())?,
        title: text("title", definition.title.as_ref())?,
        detail: text("detail", definition.detail.as_ref())?,
        instance: text("instance", definition.instance.as_ref())?,
        ..Error::default()
    })
}

fn status(value: &Value) -> Result<u16, Error> {
    let whole = value.as_f64().filter(|number| number.fract() == 0.0 && (0.0..=f64::from(u16::MAX)).contains(number));
    let status = whole.map(|number| number as u16).filter(|status| STATUSES.contains(status));
    status.ok_or_else(|| {
        refuse(format!("`status` of a raised error must be an integer from {} to {}", STATUSES.start(), STATUSES.end()))
    })
}

fn refuse(detail: impl Into<String>) -> Error {
    Error::new(Kind::Expression, detail)
}
