//! The moment a script sees as `now`: given by the caller, journalled by it, the same again on a replay.

use rhai::{Dynamic, Map};

/// The moment of the call. A script reads `now.epoch` (whole seconds since 1970, UTC) and `now.iso` (text).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Now {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub epoch_s: i64,
    /// The same moment in ISO 8601 with offset, as the deployment's time zone writes it.
    pub iso: String,
}

impl Now {
    pub(crate) fn to_dynamic(&self) -> Dynamic {
        let mut map = Map::new();
        map.insert("epoch".into(), Dynamic::from_int(self.epoch_s));
        map.insert("iso".into(), Dynamic::from(self.iso.clone()));
        Dynamic::from_map(map)
    }
}
