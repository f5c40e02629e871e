//! Where the frames of a stream lie in the journal.
//!
//! Owns: rows of the index that hold the positions of [`PER_ROW`] frames each, so that a long history costs one small
//! row now and then, and a case that is read costs one look-up.

use std::sync::Arc;

use peygir_store::space::{self, Change, Value};
use peygir_store::{Error, StreamId, Version, key::Key};

/// First byte of the keys.
pub const POSITIONS: u8 = b'p';
const PER_ROW: u64 = 64;
const POSITION_BYTES: usize = 8;

/// A record's segment, and where its header begins there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub segment: u32,
    pub offset: u32,
}

/// Looks a key up in the space.
pub type Lookup<'a> = &'a dyn Fn(&[u8]) -> Result<Option<Value>, Error>;

fn row_key(stream: StreamId, row: u64) -> Vec<u8> {
    Key::new(&[POSITIONS]).id(stream).unsigned(row).into_bytes()
}

/// Notes where the frame that made `version` lies. What a row says of later versions is forgotten: they come again.
pub fn noted(get: Lookup, stream: StreamId, version: Version, position: Position) -> Result<Change, Error> {
    let (row, slot) = place(version);
    let row_key = row_key(stream, row);
    let before = if slot == 0 { None } else { get(&row_key)? };
    let before = before.as_deref().unwrap_or_default();
    let kept = before.get(..slot * POSITION_BYTES).ok_or_else(|| space::damaged("the positions of a stream"))?;
    let packed = u64::from(position.segment) << 32 | u64::from(position.offset);
    Ok((row_key, Some(Arc::from([kept, &packed.to_be_bytes()].concat()))))
}

/// Positions of up to `limit` frames behind version `after`, in order.
pub fn find(get: Lookup, stream: StreamId, after: Version, limit: usize) -> Result<Vec<Position>, Error> {
    let mut found = Vec::new();
    let Some(mut version) = after.checked_add(1) else {
        return Ok(found);
    };
    while found.len() < limit {
        let (row, slot) = place(version);
        let Some(packed) = get(&row_key(stream, row))? else {
            break;
        };
        let there = packed.len() / POSITION_BYTES;
        for bytes in packed.chunks_exact(POSITION_BYTES).skip(slot).take(limit - found.len()) {
            let packed = u64::from_be_bytes(bytes.try_into().expect("chunks of eight bytes"));
            found.push(Position { segment: (packed >> 32) as u32, offset: packed as u32 });
        }
        if there < PER_ROW as usize {
            break;
        }
        version += PER_ROW - slot as u64;
    }
    Ok(found)
}

/// The row and the slot in it of a version; the first is 1.
fn place(version: Version) -> (u64, usize) {
    let index = version.saturating_sub(1);
    (index / PER_ROW, (index % PER_ROW) as usize)
}

/// What is read at a position is not what should be there.
pub fn wrong(position: Position, what: String) -> Error {
    let segment = crate::layout::segment_name(u64::from(position.segment));
    Error::Damaged { segment, offset: u64::from(position.offset), what }
}
