//! An instant as it is stored: microseconds since 1970-01-01T00:00:00Z.

use minicbor::{Decode, Encode};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode)]
#[cbor(transparent)]
pub struct Moment(#[n(0)] pub i64);

impl Moment {
    /// The last instant that the calendar can name; later ones are cut to it.
    pub const MAX: Moment = Moment(253_402_207_200_999_999);

    pub fn plus_micros(self, micros: i64) -> Self {
        Moment(self.0.saturating_add(micros)).min(Self::MAX)
    }

    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }
}

impl From<jiff::Timestamp> for Moment {
    fn from(timestamp: jiff::Timestamp) -> Self {
        Moment(timestamp.as_microsecond())
    }
}

/// RFC 3339 in UTC.
impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.to_jiff())
    }
}
