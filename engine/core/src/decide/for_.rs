//! `for`: the list once for each item, each round with the output of the one before it.
//!
//! The items are evaluated once and stand in the row of the loop, which no round writes again; a round is an activation of
//! its own.

use peygir_dsl::lookup::ROUND;
use peygir_dsl::model::{For, Kind};
use serde_json::Value;

use super::scope::Scope;
use super::turn::Turn;
use super::walk::Starting;
use crate::error::Kind as Fault;
use crate::state::{Activation, Progress};
use crate::{Data, Error};

pub(super) fn start(turn: &mut Turn<'_>, definition: &For, starting: Starting) {
    let items = match items(turn, definition, &starting) {
        Ok(items) => items,
        Err(error) => return turn.fail(starting, error),
    };
    let input = starting.input.clone();
    let number = turn.open(starting, Progress::For { items, index: 0 });
    if let Some(owner) = turn.instance.activations.get(&number).cloned() {
        round(turn, &owner, 0, input);
    }
}

fn items(turn: &Turn<'_>, definition: &For, starting: &Starting) -> Result<Data, Error> {
    let items = turn.fill(&starting.scope, &definition.in_, &starting.input)?;
    let Value::Array(list) = items.value() else {
        return Err(Error::new(Fault::Expression, "`for.in` must give an array"));
    };
    let max = turn.surroundings.limits.items_max;
    if list.len() > max {
        let detail = format!("`for.in` gives {} items; at most {max} are gone through", list.len());
        return Err(Error::new(Fault::Runtime, detail));
    }
    turn.fits("`for.in`", &items)?;
    Ok(items)
}

pub(super) fn round_ended(turn: &mut Turn<'_>, owner: &Activation, index: u64, output: Data) {
    round(turn, owner, index.saturating_add(1), output);
}

/// Begins the round of this index with `value`, or ends the loop with it.
fn round(turn: &mut Turn<'_>, owner: &Activation, index: u64, value: Data) {
    let (Progress::For { items, .. }, Some(definition)) = (&owner.progress, turn.for_at(owner)) else {
        return;
    };
    let item = usize::try_from(index).ok().and_then(|index| items.value().get(index));
    let Some(item) = item.filter(|_| !definition.tasks.is_empty()) else {
        return turn.finish(owner.number, value, None);
    };
    let item = Data::from(item.clone());
    match wanted(turn, owner, definition, [&item, &Value::from(index).into(), &value]) {
        Ok(true) => turn.open_round(owner, ROUND, index, item, value),
        Ok(false) => turn.finish(owner.number, value, None),
        Err(error) => turn.raise(owner.number, error),
    }
}

fn wanted(turn: &Turn<'_>, owner: &Activation, definition: &For, data: [&Data; 3]) -> Result<bool, Error> {
    let [item, index, value] = data;
    definition.while_.as_ref().map_or(Ok(true), |condition| {
        let scope = Scope::of(owner).with(&definition.each, item.clone()).with(&definition.at, index.clone());
        turn.test(&scope, condition, value)
    })
}

impl<'a> Turn<'a> {
    fn for_at(&self, owner: &Activation) -> Option<&'a For> {
        match &self.definition.task(&owner.path)?.kind {
            Kind::For(definition) => Some(definition),
            _ => None,
        }
    }
}
