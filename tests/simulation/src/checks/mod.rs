//! What must hold, a file for each statement. Each looks at a store that was opened by itself, beside any process.

pub mod deadlines;
pub mod early;
pub mod enough;
pub mod liveness;
pub mod replay;
pub mod sent;
