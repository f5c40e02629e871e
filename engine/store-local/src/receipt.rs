//! Receipts from a journal's files alone: given out beside the process that writes them, or from a copy.
//!
//! Owns: finding a stream's newest sealed commit without an index. What a receipt is and shows, [`crate::seal`] says.

use std::path::Path;

use peygir_store::frame::Kind;
use peygir_store::{Error, StreamId, Version};

use crate::disk::{Disk, RealDisk};
use crate::layout::{Flaw, JOURNAL_FOLDER, segment_number};
use crate::reader::{Fault, SegmentReader};
use crate::seal::{Gathering, Receipt, Seal};

/// What was found of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Over its newest sealed commit; `None` where nothing of it is sealed yet.
    pub receipt: Option<Receipt>,
    /// Commits of the stream, sealed or not; 0 where there is no such stream here.
    pub version: Version,
}

/// The receipt over the newest sealed commit of a stream.
pub fn receipt(folder: &Path, stream: StreamId) -> Result<Given, Error> {
    receipt_on(&RealDisk::new(folder), stream)
}

/// The same on any disk.
pub fn receipt_on(disk: &dyn Disk, stream: StreamId) -> Result<Given, Error> {
    let io = |source| Error::Io { path: JOURNAL_FOLDER.to_owned(), source };
    let mut numbers: Vec<u64> =
        disk.list(JOURNAL_FOLDER).map_err(io)?.iter().filter_map(|n| segment_number(n)).collect();
    numbers.sort_unstable();
    let (mut version, mut sealed) = (0, None);
    for number in numbers {
        let mut reader = SegmentReader::open(disk, number).map_err(|fault| fault.into_error(number))?;
        let mut waiting = None;
        // Behind the last whole group somebody is writing, or a write was torn: nothing there is sealed.
        while let Some(group) = whole(reader.next()).map_err(|fault| fault.into_error(number))? {
            for (_, record) in group.records() {
                if record.header.kind == Kind::Seal {
                    if let Some(version) = waiting.take() {
                        let seal = Seal::of_record(&record, number);
                        let seal = seal.map_err(|error| Error::Refused(error.to_string()))?;
                        sealed = Some((seal, version));
                    }
                } else if record.header.stream == stream {
                    version = record.header.version;
                    waiting = Some(version);
                }
            }
        }
    }
    let receipt = sealed.map(|(seal, version)| gather(disk, &seal, stream, version)).transpose()?.flatten();
    Ok(Given { receipt, version })
}

fn whole<T>(next: Result<Option<T>, Fault>) -> Result<Option<T>, Fault> {
    match next {
        Err(Fault::Broken { flaw: Flaw::Short | Flaw::Garbled, .. }) => Ok(None),
        other => other,
    }
}

/// Reads what a seal covers for the receipt of one commit; `None` where the commit is not there.
pub fn gather(disk: &dyn Disk, seal: &Seal, stream: StreamId, version: Version) -> Result<Option<Receipt>, Error> {
    let mut gathering = Gathering::new(stream, version);
    let fault = |fault: Fault| fault.into_error(seal.segment);
    let mut reader = SegmentReader::open(disk, seal.segment).map_err(fault)?;
    while let Some(group) = reader.next().map_err(fault)? {
        for (_, record) in group.records() {
            let number = record.header.number;
            if record.header.kind == Kind::Seal {
                if number == seal.number {
                    let bytes = [record.header_bytes, record.body].concat();
                    return Ok(gathering.receipt(seal, bytes));
                }
            } else if number > seal.after {
                gathering.pass(&record);
            }
        }
    }
    Ok(None)
}
