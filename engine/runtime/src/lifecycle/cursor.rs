//! Where a reader of events is: behind so many events of a frame.
//!
//! Written `FRAME-INDEX`, in decimal. Readers keep it and give it back; nobody else has to understand it.

use std::fmt;

/// Behind `index` events of frame `frame`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// From 1; the first is the start of the journal.
    pub frame: u64,
    pub index: u32,
}

impl Cursor {
    /// Before everything.
    pub const START: Cursor = Cursor { frame: 1, index: 0 };

    pub fn before_frame(frame: u64) -> Self {
        Self { frame, index: 0 }
    }

    /// Reads what [`fmt::Display`] writes, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let (frame, index) = text.split_once('-')?;
        let cursor = Self { frame: frame.parse().ok()?, index: index.parse().ok()? };
        (cursor.frame > 0 && cursor.to_string() == text).then_some(cursor)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.frame, self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_is_written() {
        for cursor in [Cursor::START, Cursor { frame: 7, index: 3 }, Cursor { frame: u64::MAX, index: u32::MAX }] {
            assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        }
        for text in ["", "-", "1", "1-", "-1", "0-0", "01-0", "+1-0", "1-+1", "1-0-0", "1-4294967296", "a-b", "1 -0"] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
