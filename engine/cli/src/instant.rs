//! Instants in small files of ours: RFC 3339, in UTC.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub Timestamp);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_comes_back_and_rubbish_is_refused() {
        let at = Instant("2026-11-22T08:30:00.5Z".parse().unwrap());
        let text = serde_json::to_string(&at).unwrap();
        assert_eq!(text, "\"2026-11-22T08:30:00.5Z\"");
        assert_eq!(serde_json::from_str::<Instant>(&text).unwrap(), at);
        assert!(serde_json::from_str::<Instant>("\"tomorrow\"").is_err());
    }
}
