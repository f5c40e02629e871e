//! The signs of the kinds of tasks: strokes within a square of 20.

use crate::step::Icon;

impl Icon {
    /// Name of its class.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Message => "message",
            Self::Phone => "phone",
            Self::Case => "case",
            Self::Table | Self::Script | Self::Function => "rule",
            Self::World | Self::Run => "world",
            Self::Emit | Self::Listen => "event",
            Self::Wait => "wait",
            Self::Raise | Self::Refused => "error",
            Self::Try => "try",
            Self::Group | Self::Loop | Self::Fork | Self::Set | Self::Switch => "plain",
        }
    }

    pub(super) fn strokes(self) -> &'static str {
        match self {
            Self::Person => "M10 4a3 3 0 1 0 .01 0M4 17c0-4 2.5-6 6-6s6 2 6 6",
            Self::Message => "M3 5.5h14v9H3zM3 6l7 5 7-5",
            Self::Phone => "M5 3.5l3 1 1 3-2 2c1 2 2 3 4 4l2-2 3 1 1 3c-1 2-3 2-5 1.2-4-2-7-5-8-9-.4-2 0-3 1-4.2z",
            Self::Case => "M3 5.5h5l2 2h7v8H3z",
            Self::Table => "M3 4h14v12H3zM3 8h14M3 12h14M8 4v12",
            Self::Script => "M7 6l-4 4 4 4M13 6l4 4-4 4",
            Self::World => "M10 3a7 7 0 1 0 .01 0M3 10h14M10 3c3.5 3.5 3.5 10.5 0 14M10 3c-3.5 3.5-3.5 10.5 0 14",
            Self::Function => "M13 4c-2.5-.6-3.5.5-3.5 3v6c0 2.5-1 3.5-3.5 3M6.5 9.5h6",
            Self::Group => "M4 5h12M4 10h12M4 15h12",
            Self::Emit => "M10 14V4M5.5 8.5L10 4l4.5 4.5M4 17h12",
            Self::Loop => "M15.5 7A6.5 6.5 0 1 0 16.5 11M16.5 3v4.5H12",
            Self::Fork => "M10 3v4M4 17v-6q0-4 6-4t6 4v6",
            Self::Listen => "M10 3v10M5.5 8.5L10 13l4.5-4.5M4 17h12",
            Self::Raise => "M11.5 2.5L5 11h5l-1.5 6.5L15 9h-5z",
            Self::Run => "M6 4l9 6-9 6z",
            Self::Set => "M4 16l1-4 8-8 3 3-8 8z",
            Self::Switch => "M10 3l7 7-7 7-7-7z",
            Self::Try => "M10 3l6 2v5c0 4-3 6-6 7-3-1-6-3-6-7V5z",
            Self::Wait => "M10 3a7 7 0 1 0 .01 0M10 6v4.5l3 2",
            Self::Refused => "M10 3a7 7 0 1 0 .01 0M5 5l10 10",
        }
    }
}
