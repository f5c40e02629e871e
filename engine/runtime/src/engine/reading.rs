//! Rows of many streams, read together: streams of a page lie side by side, and most often nothing lies between them.

use std::collections::BTreeMap;

use peygir_core::Id;

use super::{Engine, Failure, PAGE_ROWS};
use crate::rows;
use crate::stream::Row;

/// Rows asked for at once where streams that are not wanted lie between those that are.
const SPARSE_ROWS: usize = 32;

impl Engine {
    /// The rows of each of these streams. They may be of different moments, even those of one stream.
    pub(super) fn rows_of_all(&self, streams: &[Id]) -> Result<BTreeMap<Id, Vec<Row>>, Failure> {
        let mut found: BTreeMap<Id, Vec<Row>> = streams.iter().map(|stream| (*stream, Vec::new())).collect();
        let Some((_, last)) = found.last_key_value().map(|(last, _)| rows::of_stream(*last)) else { return Ok(found) };
        let mut next = found.first_key_value().map(|(first, _)| rows::of_stream(*first).0);
        let mut limit = PAGE_ROWS;
        while let Some(from) = next.take() {
            let page = self.store.scan(&from, &last, limit)?;
            let (full, mut wanted) = (page.len() == limit, 0);
            let behind = page.last().map(|(key, _)| [key.as_slice(), &[0]].concat());
            let mut behind_stream = None;
            for (key, value) in page {
                behind_stream = rows::stream_of(&key);
                if let Some(rows) = behind_stream.and_then(|stream| found.get_mut(&stream)) {
                    rows.push((key, value));
                    wanted += 1;
                }
            }
            limit = if wanted == limit { (limit * 2).min(PAGE_ROWS) } else { SPARSE_ROWS };
            next = behind.filter(|_| full).and_then(|behind| {
                let stream = behind_stream?;
                // The rest of the stream that was read last, or the next that is wanted.
                let (first, _) = found.range(stream..).next()?;
                Some(if *first == stream { behind } else { rows::of_stream(*first).0 })
            });
        }
        Ok(found)
    }
}
