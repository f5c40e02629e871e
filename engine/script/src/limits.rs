//! Every limit of a compilation and of a run, in one place. rhai's own defaults differ between debug and release
//! builds, so none of them is left to a default.

use std::fmt;

/// Longest source of a script, in bytes.
pub const SOURCE_BYTES_MAX: usize = 128 * 1024;
/// Longest expression cell, in bytes.
pub const CELL_BYTES_MAX: usize = 2 * 1024;
/// Operations (rhai's steps) of one call of a script: its fuel.
pub const OPERATIONS_MAX: u64 = 200_000;
/// What whoever serves grants a run by the wall clock, in milliseconds: far above what its fuel takes, so that a slow machine does not
/// decide.
pub const SCRIPT_MS_MAX: u64 = if cfg!(debug_assertions) { 20_000 } else { 1_000 };
/// Operations of one expression cell.
pub const CELL_OPERATIONS_MAX: u64 = 5_000;
/// Operations between two looks at the wall clock.
pub const OPERATIONS_PER_DEADLINE_CHECK: u64 = 16;
/// Depth of calls of functions.
pub const CALL_LEVELS_MAX: usize = 32;
/// Depth of an expression at the top of a script.
pub const EXPRESSION_DEPTH_MAX: usize = 48;
/// Depth of an expression inside a function.
pub const FUNCTION_EXPRESSION_DEPTH_MAX: usize = 32;
/// Longest string, in bytes of UTF-8.
pub const STRING_BYTES_MAX: usize = 64 * 1024;
/// Most elements of an array, those of nested arrays counted along. Small, because rhai measures a container after
/// each change: a large one makes every operation slow.
pub const ARRAY_ITEMS_MAX: usize = 1_000;
/// Most members of an object map, those of nested maps counted along.
pub const MAP_ENTRIES_MAX: usize = 500;
/// Most variables alive at once.
pub const VARIABLES_MAX: usize = 100;
/// Most variables and constants that a script declares, in all of its functions. Each that is read is looked for among those before it.
pub const DECLARATIONS_MAX: usize = 1_000;
/// Most functions a script defines.
pub const FUNCTIONS_MAX: usize = 100;
/// Most arguments of a call, and parameters of a function. Where no function takes so many, rhai looks for one that takes any value in place of each of them: twice as
/// often with every argument, in one operation.
pub const ARGUMENTS_MAX: usize = 10;
/// Modules a script may import.
pub const MODULES_MAX: usize = 0;
/// Most distinct strings kept shared by the compiler.
pub const STRINGS_INTERNED_MAX: usize = 256;
/// Stack of a run, in bytes; only what is touched is taken. Holds every recursion over a value as deep as
/// `ARRAY_ITEMS_MAX + MAP_ENTRIES_MAX`, in debug builds too.
pub const STACK_BYTES: usize = 64 << 20;
/// Stack of a thread on which a run stays, in bytes: what the caller has on it already is beside it.
pub const THREAD_STACK_BYTES: usize = STACK_BYTES + (4 << 20);
/// Most threads with such a stack that are kept for the next run.
pub const THREADS_IDLE_MAX: usize = 8;
/// Depth of JSON that goes in or comes out.
pub const JSON_DEPTH_MAX: usize = 32;

/// Which limit a run met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    Operations,
    CallLevels,
    Variables,
    Modules,
    /// A string, an array or a map grew past its size.
    Size,
    JsonDepth,
}

impl Limit {
    /// What it is called in Persian.
    pub fn message_fa(self) -> String {
        match self {
            Self::Operations => "شمار عملیات".to_owned(),
            Self::CallLevels => format!("عمق فراخوانی (حداکثر {CALL_LEVELS_MAX})"),
            Self::Variables => format!("شمار متغیرها (حداکثر {VARIABLES_MAX})"),
            Self::Modules => format!("شمار ماژول‌ها (حداکثر {MODULES_MAX})"),
            Self::Size => format!(
                "اندازه (متن حداکثر {STRING_BYTES_MAX} بایت، فهرست {ARRAY_ITEMS_MAX} عضو، نگاشت {MAP_ENTRIES_MAX} عضو)"
            ),
            Self::JsonDepth => format!("عمق داده (حداکثر {JSON_DEPTH_MAX})"),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operations => write!(f, "operations"),
            Self::CallLevels => write!(f, "depth of calls (at most {CALL_LEVELS_MAX})"),
            Self::Variables => write!(f, "variables (at most {VARIABLES_MAX})"),
            Self::Modules => write!(f, "modules (at most {MODULES_MAX})"),
            Self::Size => write!(
                f,
                "size (a string at most {STRING_BYTES_MAX} bytes, an array {ARRAY_ITEMS_MAX} items, a map {MAP_ENTRIES_MAX} entries)"
            ),
            Self::JsonDepth => write!(f, "depth of data (at most {JSON_DEPTH_MAX})"),
        }
    }
}
