//! Many rows in one entry of the index: a leaf of sled holds few entries, however short they are, and each leaf takes
//! memory as long as the index is open.
//!
//! Owns: how the rows of a block lie side by side, and where a block that has grown too long is divided. A row is length of
//! key and of value (2 bytes each, the least first), key, value; rows are in order of their keys. Knows nothing of where
//! blocks are kept, nor of what a value means.

use std::collections::BTreeMap;

use super::IndexError;

/// A block whose rows have more bytes than this is divided; a single longer row makes a block of its own. Longer blocks make
/// fewer leaves, each of which takes some 90 to 230 bytes of memory, but sled holds up to 64 leaves in each of 256 lots before
/// it looks whether its cache is full: with a million cases at rest both come to about as much at this length.
pub const BLOCK_BYTES_MAX: usize = 3 << 9;

const LENGTHS_BYTES: usize = 4;

/// The first key of a block, and its bytes.
pub type Block = (Vec<u8>, Vec<u8>);

/// Rows by key.
pub type Rows<'a> = BTreeMap<&'a [u8], &'a [u8]>;

/// The rows of a block, in order.
#[derive(Clone)]
pub struct Reader<'a>(&'a [u8]);

pub fn read(block: &[u8]) -> Reader<'_> {
    Reader(block)
}

impl<'a> Reader<'a> {
    fn row(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let (lengths, rest) = self.0.split_first_chunk::<LENGTHS_BYTES>()?;
        let length = |at: usize| usize::from(u16::from_le_bytes([lengths[at], lengths[at + 1]]));
        let (key, rest) = rest.split_at_checked(length(0))?;
        let (value, rest) = rest.split_at_checked(length(2))?;
        self.0 = rest;
        Some((key, value))
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<(&'a [u8], &'a [u8]), IndexError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let row = self.row();
        if row.is_none() {
            self.0 = &[];
        }
        Some(row.ok_or_else(|| IndexError("a block of rows ends in the middle of one".into())))
    }
}

/// The value of a key.
pub fn find<'a>(block: &'a [u8], wanted: &[u8]) -> Result<Option<&'a [u8]>, IndexError> {
    for row in read(block) {
        let (key, value) = row?;
        if key >= wanted {
            return Ok((key == wanted).then_some(value));
        }
    }
    Ok(None)
}

/// The rows in as many blocks as they need, each with its first key. Where rows come in order, as most do, each block but the
/// last is full; otherwise they are shared out evenly, so that there is room wherever the next one comes.
pub fn divide(rows: &Rows<'_>, come_in_order: bool) -> Result<Vec<Block>, IndexError> {
    let total: usize = rows.iter().map(|(key, value)| bytes_of(key, value)).sum();
    let share = if come_in_order { BLOCK_BYTES_MAX } else { total.div_ceil(total.div_ceil(BLOCK_BYTES_MAX).max(1)) };
    let (mut blocks, mut before) = (Vec::<Block>::new(), 0);
    for (&key, &value) in rows {
        let long = |_| IndexError(format!("a row of {} bytes is too long for a block", bytes_of(key, value)));
        let lengths = (u16::try_from(key.len()).map_err(long)?, u16::try_from(value.len()).map_err(long)?);
        let has_room = |(_, block): &Block| block.len() + bytes_of(key, value) <= BLOCK_BYTES_MAX;
        let is_due = !come_in_order && before >= share * blocks.len();
        if is_due || !blocks.last().is_some_and(has_room) {
            blocks.push((key.to_vec(), Vec::with_capacity(share)));
        }
        before += bytes_of(key, value);
        let Some((_, block)) = blocks.last_mut() else { continue };
        for part in [&lengths.0.to_le_bytes(), &lengths.1.to_le_bytes(), key, value] {
            block.extend_from_slice(part);
        }
    }
    Ok(blocks)
}

fn bytes_of(key: &[u8], value: &[u8]) -> usize {
    LENGTHS_BYTES + key.len() + value.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(count: u32) -> Vec<([u8; 4], [u8; 40])> {
        (0..count).map(|number| (number.to_be_bytes(), [number as u8; 40])).collect()
    }

    fn rows(pairs: &[([u8; 4], [u8; 40])]) -> Rows<'_> {
        pairs.iter().map(|(key, value)| (&key[..], &value[..])).collect()
    }

    #[test]
    fn what_was_divided_is_read_and_found_again() {
        let pairs = numbered(1_000);
        for come_in_order in [true, false] {
            let blocks = divide(&rows(&pairs), come_in_order).unwrap();
            assert!(blocks.iter().all(|(_, block)| block.len() <= BLOCK_BYTES_MAX), "none is longer than it may be");
            let read: Vec<_> = blocks.iter().flat_map(|(_, block)| read(block).map(Result::unwrap)).collect();
            assert_eq!(read, rows(&pairs).into_iter().collect::<Vec<_>>());
            assert!(blocks.iter().all(|(first, block)| read_first(block) == first));
            assert_eq!(find(&blocks[0].1, &pairs[7].0).unwrap(), Some(&pairs[7].1[..]));
            assert_eq!(find(&blocks[0].1, b"\0\0\0\x07\0").unwrap(), None, "between two of them");
        }
        assert!(divide(&Rows::new(), false).unwrap().is_empty());
    }

    fn read_first(block: &[u8]) -> &[u8] {
        read(block).next().unwrap().unwrap().0
    }

    #[test]
    fn rows_in_order_fill_their_blocks_and_others_leave_room() {
        let pairs = numbered(BLOCK_BYTES_MAX as u32 / 48 + 1);
        let lengths = |come_in_order| -> Vec<usize> {
            divide(&rows(&pairs), come_in_order).unwrap().iter().map(|(_, block)| block.len()).collect()
        };
        assert!(lengths(true)[0] > BLOCK_BYTES_MAX - 48 && lengths(true)[1] == 48, "{:?}", lengths(true));
        assert!(lengths(false).iter().all(|length| *length < BLOCK_BYTES_MAX * 2 / 3), "{:?}", lengths(false));
    }

    #[test]
    fn a_long_row_stands_alone_and_one_that_is_too_long_is_refused() {
        let (long, short) = (vec![1; 3 * BLOCK_BYTES_MAX], vec![2; 8]);
        let rows = Rows::from([(&b"a"[..], &short[..]), (b"b", &long), (b"c", &short)]);
        let blocks = divide(&rows, true).unwrap();
        assert_eq!(blocks.iter().map(|(first, _)| &first[..]).collect::<Vec<_>>(), [b"a", b"b", b"c"]);
        let beyond = vec![0; 1 << 16];
        assert!(divide(&Rows::from([(&b"a"[..], &beyond[..])]), true).is_err());
    }

    #[test]
    fn a_block_that_was_cut_short_is_told_and_never_read_for_less() {
        let pairs = numbered(3);
        let block = divide(&rows(&pairs), true).unwrap().remove(0).1;
        for length in 0..block.len() {
            let whole = read(&block[..length]).collect::<Result<Vec<_>, _>>();
            assert_eq!(whole.is_ok(), length % 48 == 0, "{length}");
        }
    }
}
