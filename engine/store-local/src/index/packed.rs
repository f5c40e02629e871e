//! Rows in blocks in a tree of sled.
//!
//! Owns: in which block a row stands, and that a process killed between two writes leaves no row behind. A block's key is
//! the lowest that a row in it may have; a row belongs to the last block whose key is not above its own. Rows that a block
//! has beyond the next block's key are copies left of a division, and count for nothing. Values too long for a block are cut
//! into parts of their own. Knows nothing of threads, and of what the rows mean.
//!
//! sled allots a segment of its file under a lock, and may wait there until a thread of its own has shortened the file. It has
//! seven of them, which write what is full and then want the same lock: where seven do, none is left, and it stands still for
//! ever (spacejam/sled, issue 1412; mended by pull request 1269, which was never released). So no more is written than a few
//! segments hold before all of it is waited for.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included};
use std::sync::Arc;

use peygir_store::space::{Page, Value};

use super::blocks::{self, Rows};
use super::sled::SEGMENT_BYTES;
use super::{IndexError, PAGE_BYTES_MAX};

/// Longest value kept in one piece, in bytes: a leaf of sled holds up to 16 entries, and must stay below its blob threshold.
pub const PART_BYTES: usize = 6 << 10;

/// First byte of the keys in the tree: a block of rows, or a part of a value too long for one piece.
const BLOCK: u8 = 0;
const PART: u8 = 1;

/// First byte of a row's value in its block: the value follows, or the number of its parts does.
const WHOLE: u8 = 0;
const SPLIT: u8 = 1;

/// Entries that are written before they are waited for. With what sled moves meanwhile, one of them takes 30 KiB of its file at
/// the worst: three segments in all, each of which keeps one of the seven threads busy.
const UNAWAITED_MAX: usize = 3 * SEGMENT_BYTES / ENTRY_BYTES_MAX;
const ENTRY_BYTES_MAX: usize = 30 << 10;

/// A tree of sled with blocks in it.
pub struct Packed {
    tree: sled::Tree,
    /// Entries that were written since all was last waited for.
    unawaited: Cell<usize>,
}

pub fn failed(error: sled::Error) -> IndexError {
    IndexError(error.to_string())
}

fn block_key(key: &[u8]) -> Vec<u8> {
    [&[BLOCK], key].concat()
}

fn part_key(key: &[u8], index: u32) -> Vec<u8> {
    [&[PART], key, &index.to_be_bytes()].concat()
}

/// Number of parts of a value, 0 where it is whole.
fn parts_of(kept: &[u8]) -> Result<u32, IndexError> {
    match kept.split_first() {
        Some((&WHOLE, _)) => Ok(0),
        Some((&SPLIT, count)) => {
            let count = count.try_into().map_err(|_| IndexError("a split row without its number of parts".into()))?;
            Ok(u32::from_be_bytes(count))
        }
        _ => Err(IndexError("a row of an unknown form".into())),
    }
}

/// What is kept of a value in the block, and its parts.
type Kept<'a> = (Vec<u8>, Vec<&'a [u8]>);

fn kept_of(value: &[u8]) -> Kept<'_> {
    if value.len() <= PART_BYTES {
        return ([&[WHOLE], value].concat(), Vec::new());
    }
    let parts: Vec<&[u8]> = value.chunks(PART_BYTES).collect();
    ([&[SPLIT], &(parts.len() as u32).to_be_bytes()[..]].concat(), parts)
}

/// A key of the tree and what is to stand there; none where nothing is.
type Entry = (Vec<u8>, Option<Vec<u8>>);

/// One block as it is to be after some changes.
struct Changing<'a> {
    /// Where it is kept; none where there is no block yet for keys like these.
    at: Option<&'a [u8]>,
    rows: Rows<'a>,
    /// Rows were only put behind the last one.
    in_order: bool,
}

impl Packed {
    pub fn new(tree: sled::Tree) -> Self {
        Self { tree, unawaited: Cell::new(0) }
    }

    /// Some entries at once, and waits where they have become many.
    fn apply(&self, entries: &[Entry]) -> Result<(), IndexError> {
        for entries in entries.chunks(UNAWAITED_MAX) {
            if self.unawaited.get() + entries.len() > UNAWAITED_MAX {
                self.tree.flush().map_err(failed)?;
                self.unawaited.set(0);
            }
            self.unawaited.set(self.unawaited.get() + entries.len());
            let mut batch = sled::Batch::default();
            for (key, value) in entries {
                match value {
                    Some(value) => batch.insert(&key[..], &value[..]),
                    None => batch.remove(&key[..]),
                }
            }
            self.tree.apply_batch(batch).map_err(failed)?;
        }
        Ok(())
    }

    /// The block in which a key stands, if it is anywhere.
    fn block_of(&self, key: &[u8]) -> Result<Option<(sled::IVec, sled::IVec)>, IndexError> {
        let until = block_key(key);
        self.tree()
            .range::<&[u8], _>((Included(&[BLOCK][..]), Included(&until[..])))
            .next_back()
            .transpose()
            .map_err(failed)
    }

    /// The key of the next block behind a key.
    fn next_behind(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        let from = block_key(key);
        let mut behind = self.tree().range::<&[u8], _>((Excluded(&from[..]), Excluded(&[PART][..])));
        Ok(behind.next().transpose().map_err(failed)?.map(|(at, _)| at[1..].to_vec()))
    }

    fn tree(&self) -> &sled::Tree {
        &self.tree
    }

    fn value_of(&self, key: &[u8], kept: &[u8]) -> Result<Value, IndexError> {
        let count = parts_of(kept)?;
        if count == 0 {
            return Ok(Arc::from(&kept[1..]));
        }
        let mut value = Vec::new();
        for index in 0..count {
            let part = self.tree().get(part_key(key, index)).map_err(failed)?;
            value.extend_from_slice(&part.ok_or_else(|| IndexError("a part of a row is missing".into()))?);
        }
        Ok(Arc::from(value))
    }

    pub fn get(&self, key: &[u8]) -> Result<Option<Value>, IndexError> {
        let Some((_, block)) = self.block_of(key)? else { return Ok(None) };
        blocks::find(&block, key)?.map(|kept| self.value_of(key, kept)).transpose()
    }

    pub fn page(&self, from: &[u8], to: &[u8], limit: usize) -> Result<(Page, bool), IndexError> {
        let (mut found, mut bytes, mut more) = (Vec::new(), 0, false);
        let begin = self.block_of(from)?.map_or_else(|| block_key(from), |(at, _)| at.to_vec());
        let mut entries = self.tree().range(begin..block_key(to)).peekable();
        'blocks: while let Some(entry) = entries.next() {
            let (_, block) = entry.map_err(failed)?;
            let next = entries.peek().and_then(|next| next.as_ref().ok()).map(|(at, _)| at.clone());
            let end = next.as_ref().map_or(to, |next| &next[1..]);
            for row in blocks::read(&block) {
                let (key, kept) = row?;
                if key < from {
                    continue;
                }
                if key >= end {
                    break;
                }
                if found.len() == limit || bytes >= PAGE_BYTES_MAX {
                    more = true;
                    break 'blocks;
                }
                bytes += key.len() + kept.len() + parts_of(kept)? as usize * PART_BYTES;
                found.push((key.to_vec(), kept.to_vec()));
            }
        }
        let row = |(key, kept): (Vec<u8>, Vec<u8>)| {
            let value = self.value_of(&key, &kept)?;
            Ok((key, value))
        };
        Ok((found.into_iter().map(row).collect::<Result<Page, IndexError>>()?, more))
    }

    /// The last key of `from..to`.
    pub fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        let (mut end, begin) = (block_key(to), [BLOCK]);
        loop {
            let before = self.tree().range::<&[u8], _>((Included(&begin[..]), Excluded(&end[..]))).next_back();
            let Some((at, block)) = before.transpose().map_err(failed)? else { return Ok(None) };
            let mut last = None;
            for row in blocks::read(&block) {
                let (key, _) = row?;
                if key >= from && key < &end[1..] {
                    last = Some(key.to_vec());
                }
            }
            if last.is_some() || &at[1..] <= from {
                return Ok(last);
            }
            end = at.to_vec();
        }
    }

    /// Where a block is divided, what stands in the new ones is written before it is taken out of the old one: sled keeps, of
    /// what a killed process wrote, all up to some point.
    pub fn write(&self, changes: &[(&[u8], Option<&Value>)]) -> Result<(), IndexError> {
        let changes: BTreeMap<&[u8], Option<&Value>> = changes.iter().copied().collect();
        let (mut added, mut changed) = (Vec::new(), Vec::new());
        let mut rest = changes.into_iter().peekable();
        while let Some(&(first, _)) = rest.peek() {
            let (block, next) = (self.block_of(first)?, self.next_behind(first)?);
            let is_here = |key: &[u8]| next.as_ref().is_none_or(|next| key < &next[..]);
            let here: Vec<_> = std::iter::from_fn(|| rest.next_if(|(key, _)| is_here(key))).collect();
            let kept: Vec<_> = here.iter().map(|(key, value)| (*key, value.map(|value| kept_of(value)))).collect();
            let mut block_is = Changing { at: None, rows: Rows::new(), in_order: true };
            if let Some((at, bytes)) = &block {
                block_is.at = Some(at);
                for row in blocks::read(bytes) {
                    let (key, value) = row?;
                    if is_here(key) {
                        block_is.rows.insert(key, value);
                    }
                }
            }
            for (key, value) in &kept {
                block_is.change(&mut changed, key, value.as_ref())?;
            }
            block_is.write(&mut added, &mut changed)?;
        }
        self.apply(&added)?;
        self.apply(&changed)
    }
}

impl<'a> Changing<'a> {
    fn change(
        &mut self,
        entries: &mut Vec<Entry>,
        key: &'a [u8],
        value: Option<&'a Kept<'_>>,
    ) -> Result<(), IndexError> {
        let last = self.rows.last_key_value().map(|(last, _)| *last);
        let before = match value {
            Some((kept, _)) => self.rows.insert(key, kept),
            None => self.rows.remove(key),
        };
        self.in_order &= value.is_none() || before.is_some() || last.is_none_or(|last| last < key);
        let parts = value.map_or(&[][..], |(_, parts)| parts);
        for (index, part) in (0..).zip(parts) {
            entries.push((part_key(key, index), Some(part.to_vec())));
        }
        for index in parts.len() as u32..before.map_or(Ok(0), parts_of)? {
            entries.push((part_key(key, index), None));
        }
        Ok(())
    }

    fn write(self, added: &mut Vec<Entry>, changed: &mut Vec<Entry>) -> Result<(), IndexError> {
        let mut divided = blocks::divide(&self.rows, self.in_order)?.into_iter();
        if let Some(at) = self.at {
            changed.push((at.to_vec(), divided.next().map(|(_, block)| block)));
        }
        added.extend(divided.map(|(first, block)| (block_key(&first), Some(block))));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Model = BTreeMap<Vec<u8>, Value>;

    fn packed() -> Packed {
        let db = super::super::sled::config().temporary(true).open().unwrap();
        Packed::new(db.open_tree("test").unwrap())
    }

    /// A small source of numbers, the same each time.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % bound
        }

        fn key(&mut self) -> Vec<u8> {
            let number = self.below(3_000) as u16;
            let mut key = vec![b"rvc"[self.below(3) as usize]];
            key.extend(number.to_be_bytes());
            key.resize(3 + self.below(3) as usize * 9, 0);
            key
        }

        fn value(&mut self) -> Value {
            let length = match self.below(40) {
                0 => PART_BYTES as u64 + self.below(3 * PART_BYTES as u64),
                1..4 => self.below(3_000),
                _ => self.below(60),
            };
            Arc::from(vec![self.below(256) as u8; length as usize])
        }
    }

    fn assert_same(packed: &Packed, model: &Model, numbers: &mut Numbers) {
        let (page, more) = packed.page(&[], &[0xff], usize::MAX).unwrap();
        assert!(!more && page.iter().map(|(key, value)| (key, value)).eq(model), "{} rows", page.len());
        for _ in 0..20 {
            let (from, to, limit) = (numbers.key(), numbers.key(), numbers.below(50) as usize);
            assert_eq!(packed.get(&from).unwrap(), model.get(&from).cloned());
            if from < to {
                let (page, more) = packed.page(&from, &to, limit).unwrap();
                let expected: Page =
                    model.range(from.clone()..to.clone()).map(|(k, v)| (k.clone(), v.clone())).collect();
                assert_eq!(more, expected.len() > limit);
                assert_eq!(page[..], expected[..limit.min(expected.len())]);
                assert_eq!(packed.last(&from, &to).unwrap(), expected.last().map(|(key, _)| key.clone()));
            }
        }
    }

    #[test]
    fn rows_in_blocks_are_what_a_map_would_have() {
        let (packed, mut model, mut numbers) = (packed(), Model::new(), Numbers(7));
        for round in 0..400 {
            let deletes = if round % 50 > 40 { 9 } else { 3 };
            let changes: BTreeMap<Vec<u8>, Option<Value>> = (0..numbers.below(60))
                .map(|_| (numbers.key(), (numbers.below(10) >= deletes).then(|| numbers.value())))
                .collect();
            let written: Vec<_> = changes.iter().rev().map(|(key, value)| (&key[..], value.as_ref())).collect();
            packed.write(&written).unwrap();
            assert!(packed.unawaited.get() <= UNAWAITED_MAX, "sled could come to wait for itself");
            for (key, value) in changes {
                match value {
                    Some(value) => model.insert(key, value),
                    None => model.remove(&key),
                };
            }
            if round % 20 == 19 {
                assert_same(&packed, &model, &mut numbers);
            }
        }
        assert!(model.len() > 1_000, "{}", model.len());
        let blocks = packed.tree().scan_prefix([BLOCK]).count();
        assert!(blocks * 5 < model.len(), "{} rows in {blocks} blocks", model.len());
        let all: Vec<Vec<u8>> = model.keys().cloned().collect();
        packed.write(&all.iter().map(|key| (&key[..], None)).collect::<Vec<_>>()).unwrap();
        assert!(packed.tree().is_empty(), "nothing is left of no rows");
    }

    #[test]
    fn a_division_that_was_cut_short_after_its_first_write_loses_and_doubles_nothing() {
        let (packed, mut model, mut numbers) = (packed(), Model::new(), Numbers(11));
        let fill = |packed: &Packed, model: &mut Model, range: std::ops::Range<u32>, behind: &[u8]| {
            let key = |number: u32| [&b"r"[..], &number.to_be_bytes(), behind].concat();
            let rows: Vec<(Vec<u8>, Value)> = range.map(|number| (key(number), Arc::from(vec![1; 50]))).collect();
            packed.write(&rows.iter().map(|(key, value)| (&key[..], Some(value))).collect::<Vec<_>>()).unwrap();
            model.extend(rows);
        };
        // Rows of 60 bytes, and five of 61 among the last of them, which are too many.
        let end = 100 + blocks::BLOCK_BYTES_MAX as u32 / 60 - 4;
        fill(&packed, &mut model, 100..end, &[]);
        assert_eq!(packed.tree().len(), 1);
        let (at, before) = packed.tree().first().unwrap().unwrap();
        fill(&packed, &mut model, end - 6..end - 1, &[1]);
        assert_eq!(packed.tree().len(), 2);
        // The block as it was before it was divided, beside what was taken from it: none of the new rows belongs to it.
        packed.tree().insert(at, before).unwrap();
        assert_same(&packed, &model, &mut numbers);
        let deleted = [&b"r"[..], &(end - 1).to_be_bytes()].concat();
        packed.write(&[(&deleted, None)]).unwrap();
        model.remove(&deleted);
        fill(&packed, &mut model, 105..106, &[1]);
        assert_same(&packed, &model, &mut numbers);
    }
}
