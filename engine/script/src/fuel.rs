//! Fuel that functions of the library burn beside rhai's own operations: one call of theirs may be worth thousands.
//!
//! rhai counts its own steps and can't be told of more. What a function costs is added here, both are looked at with
//! each operation, and the sum ends a run at the same place on every machine.

use std::cell::Cell;

use rhai::{Dynamic, EvalAltResult, Position};

use crate::size::Size;

/// Bytes of a text that are worth one operation where each letter is folded or compared by its meaning.
const TEXT_BYTES_PER_OPERATION: usize = 16;
/// Bytes of a text that are worth one operation where they are copied or sought.
const BYTES_PER_OPERATION: usize = 64;
/// Items of a list that are worth one operation.
const ITEMS_PER_OPERATION: usize = 16;
/// Members of a map that are worth one operation.
const ENTRIES_PER_OPERATION: usize = 4;
/// Functions of the language that reckon in series of many terms, and what each is worth.
const SERIES: &[&str] = &["**", "exp", "ln", "log", "log10", "sqrt", "sin", "cos", "tan", "pow", "power"];
const OPERATIONS_PER_SERIES: u64 = 200;
/// Functions of the language that ask each item for its text by a call of its own, and what each item is worth.
const PRINTING: &[&str] = &["to_string", "to_debug"];
const OPERATIONS_PER_PRINTED: u64 = 8;

/// What a part of a text is worth whose length is seen only when it is there: what a call or a member gives.
pub(crate) const OPERATIONS_PER_PART: u64 = 16;

/// What it is worth that a function of the language asks one of the script, besides that one's own operations: a run within the
/// run is prepared for each. Small enough that the longest list can be sorted by a member of its items.
const OPERATIONS_PER_CALLBACK: u64 = 8;

/// What a run may burn and what its functions burnt.
#[derive(Clone, Copy)]
struct Tank {
    operations_max: u64,
    /// rhai's own operations, as far as they were told.
    operations: u64,
    charged: u64,
    /// A function of the language said that it asks one of the script, and has paid for it.
    is_callback_paid: bool,
}

impl Tank {
    fn is_empty(self) -> bool {
        self.operations.saturating_add(self.charged) > self.operations_max
    }
}

thread_local! {
    static TANK: Cell<Tank> = const { Cell::new(Tank { operations_max: 0, operations: 0, charged: 0, is_callback_paid: false }) };
}

/// A run begins on this thread.
pub(crate) fn start(operations_max: u64) {
    TANK.set(Tank { operations_max, operations: 0, charged: 0, is_callback_paid: false });
}

/// rhai has done so many operations. Whether the run must end.
///
/// A function of the script that one of the language asks (`map`, `filter`, `sort`) counts on in a copy of the count, which rhai
/// throws away: a list could be gone through for hours on the fuel of one operation. A count that does not grow says that such
/// a run within the run has ended; what it did is charged, and what it was worth to prepare it.
pub(crate) fn is_empty(operations: u64) -> bool {
    let mut tank = TANK.get();
    if operations <= tank.operations {
        let lost = tank.operations - operations + 1;
        let prepared = if tank.is_callback_paid { 0 } else { OPERATIONS_PER_CALLBACK };
        tank.charged = tank.charged.saturating_add(lost).saturating_add(prepared);
        tank.is_callback_paid = false;
    }
    tank.operations = operations;
    TANK.set(tank);
    tank.is_empty()
}

/// Whether the run that ended here burnt all that it had. rhai's own sorting goes on where its comparator was stopped, so
/// that a run may come to an end which was past its end before.
pub(crate) fn was_spent() -> bool {
    let tank = TANK.get();
    tank.operations.saturating_add(tank.charged) >= tank.operations_max
}

/// A function is about to do as much as so many operations.
pub(crate) fn charge(operations: u64) -> Result<(), Box<EvalAltResult>> {
    let mut tank = TANK.get();
    tank.charged = tank.charged.saturating_add(operations);
    TANK.set(tank);
    if tank.is_empty() { Err(EvalAltResult::ErrorTooManyOperations(Position::NONE).into()) } else { Ok(()) }
}

/// What it is worth to copy or look through a value.
pub(crate) fn worth(size: &Size) -> u64 {
    let operations = size.string_bytes / BYTES_PER_OPERATION
        + size.items / ITEMS_PER_OPERATION
        + size.entries / ENTRIES_PER_OPERATION;
    operations as u64
}

/// What a function of the language is worth besides copying what it was given.
pub(crate) fn worth_of_function(name: &str, given: &Size) -> u64 {
    match name {
        _ if SERIES.contains(&name) => OPERATIONS_PER_SERIES,
        _ if PRINTING.contains(&name) => worth_of_printed(given),
        _ => 0,
    }
}

/// What it is worth to write a value out, besides copying it.
pub(crate) fn worth_of_printed(given: &Size) -> u64 {
    (given.items + given.entries) as u64 * OPERATIONS_PER_PRINTED
}

/// A function of the language is about to ask one of the script, which may be one of the language itself.
pub(crate) fn charge_callback() -> Result<(), Box<EvalAltResult>> {
    TANK.set(Tank { is_callback_paid: true, ..TANK.get() });
    charge(OPERATIONS_PER_CALLBACK)
}

/// A function is about to read a text.
pub(crate) fn charge_text(text: &str) -> Result<(), Box<EvalAltResult>> {
    charge((text.len() / TEXT_BYTES_PER_OPERATION) as u64)
}

/// What a run that is ended for lack of fuel is ended with, to be told from one whose time is over.
pub(crate) fn token() -> Dynamic {
    Dynamic::TRUE
}

/// Whether a run was ended with [`token`].
pub(crate) fn is_token(value: &Dynamic) -> bool {
    value.as_bool().unwrap_or(false)
}
