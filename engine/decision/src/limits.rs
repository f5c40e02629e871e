//! How large a table may be.

/// Most inputs, and most outputs, of a table.
pub const COLUMNS_MAX: usize = 64;
/// Most rules of a table.
pub const RULES_MAX: usize = 2_000;
/// Most embedded tests of a table.
pub const TESTS_MAX: usize = 1_000;
/// Highest priority of a rule, where the hit policy is `priority`.
pub const PRIORITY_MAX: u16 = 1_000;
/// Most days on which something in a table begins or ends.
pub const DAYS_MAX: usize = 100;
/// Most alternatives in one cell.
pub const ALTERNATIVES_MAX: usize = 500;
/// Deepest nesting of one cell.
pub const CELL_DEPTH_MAX: usize = 8;
/// Longest text given as an input, in bytes.
pub const INPUT_BYTES_MAX: usize = 64 * 1024;
