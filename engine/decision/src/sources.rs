//! Inputs that are read from one place: they have one value, however many columns ask about it.

use serde_json::Value;

use crate::model::{Input, Table};

/// Whether both always have the same value.
pub(crate) fn are_twins(one: &Input, other: &Input) -> bool {
    are_kin(one, other)
        && one.value_type == other.value_type
        && one.default == other.default
        && one.values == other.values
        && one.min == other.min
        && one.max == other.max
}

/// Whether both are read from one place. What they have then differs at most by their defaults.
pub(crate) fn are_kin(one: &Input, other: &Input) -> bool {
    one.from == other.from
}

/// Whether a place could give kin these values; none stands for an input without a value.
pub(crate) fn agree(one: (&Input, Option<&Value>), other: (&Input, Option<&Value>)) -> bool {
    let may_be_nothing = |(input, value): (&Input, Option<&Value>)| value == input.default.as_ref();
    match (one.1, other.1) {
        (Some(value), Some(theirs)) if value == theirs => true,
        _ => may_be_nothing(one) && may_be_nothing(other),
    }
}

impl Table {
    /// For each input the first of its twins, which may be itself.
    pub(crate) fn twins(&self) -> Vec<usize> {
        let first = |input: &Input| self.inputs.iter().position(|other| are_twins(other, input));
        self.inputs.iter().enumerate().map(|(at, input)| first(input).unwrap_or(at)).collect()
    }
}
