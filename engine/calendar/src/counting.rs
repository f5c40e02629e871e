//! What is counted where days are counted: the settings of a calendar.

/// From when a deadline of working days counts, what a day is, and when on its last day it falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counting {
    /// Whether the day of receipt is the first counted day, if its office is still open after the receipt.
    pub receipt_day: ReceiptDay,
    pub due_at: DueAt,
    pub half_day: HalfDay,
    /// A day that closures shorten counts if it is open for at least this share of its usual hours, in thousandths.
    pub short_day_per_mille: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptDay {
    /// Counting begins with the day after it.
    Skip,
    Count,
}

/// When on its last day a deadline of working days falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueAt {
    /// When office hours close.
    Close,
    /// When the day ends.
    Midnight,
}

/// As what a half day counts: one whose usual hours are at most [`HALF_DAY_SHARE_PER_MILLE`] of those of the longest
/// day of its week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HalfDay {
    Day,
    Half,
}

/// Two thirds: a Thursday of four hours beside days of seven is a half day.
pub const HALF_DAY_SHARE_PER_MILLE: u16 = 667;

/// As the law counts: the day of receipt is left out, a half day is a day, a day closed early is one if it was open for
/// half of its hours, and the deadline ends with office hours.
impl Default for Counting {
    fn default() -> Self {
        Self { receipt_day: ReceiptDay::Skip, due_at: DueAt::Close, half_day: HalfDay::Day, short_day_per_mille: 500 }
    }
}
