//! Events as they stood in the journals of runs: one of each kind.
//!
//! Owns: which one of a kind is kept. What is in them is for others to say.

use std::collections::BTreeMap;

use minicbor::Decoder;
use minicbor::decode::Error;

/// Longest sample, in bytes.
const SAMPLE_BYTES_MAX: usize = 2_048;

/// The number of an event's owner, and where that has kinds of its own the number among them.
pub type Kind = (u64, Option<u64>);

/// Of which kind an event is, by its bytes alone.
pub fn kind(event: &[u8]) -> Result<Kind, Error> {
    let mut decoder = Decoder::new(event);
    decoder.array()?;
    let owner = decoder.u64()?;
    if owner > 1 {
        return Ok((owner, None));
    }
    decoder.array()?;
    if owner == 0 {
        // The run that it belongs to.
        decoder.skip()?;
    }
    decoder.array()?;
    Ok((owner, Some(decoder.u64()?)))
}

/// The longest of each kind, as far as it is no longer than a sample: most of what may be absent is there.
#[derive(Debug, Clone, Default)]
pub struct Samples(pub BTreeMap<Kind, Vec<u8>>);

impl Samples {
    pub fn add(&mut self, event: &[u8]) {
        if event.len() > SAMPLE_BYTES_MAX {
            return;
        }
        let Ok(kind) = kind(event) else { return };
        let kept = self.0.entry(kind).or_default();
        if kept.len() < event.len() {
            *kept = event.to_vec();
        }
    }
}
