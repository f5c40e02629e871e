//! What lies beside a journal and proves how far it went: the marker of the last close, and snapshots.
//!
//! Owns: what counts as a proof, and the words for a journal that falls short of it. Knows nothing of how a journal is read, nor of the index,
//! which proves things too while it is kept.

use std::io;

use peygir_store::Error;

use crate::disk::Disk;
use crate::layout::segment_name;
use crate::marker::{self, End, Marker};
use crate::recovery::{damaged, io_at};
use crate::snapshot;

/// A marker of another journal is no marker to do without: that other journal may have been the one that is missed.
pub fn of_one_journal(journal: u64, first_segment: u64, marker: Option<&Marker>) -> Result<(), Error> {
    match marker {
        Some(marker) if marker.journal != journal => Err(damaged(
            first_segment,
            0,
            "the segments are of another journal than `rows.state` (or `rows.known`), `rows` and `snapshots` beside them: a folder has one \
             journal. Bring back the segments that belong to these, or a whole backup; to go on with the segments that are here, move \
             those away",
        )),
        _ => Ok(()),
    }
}

/// What something beside the journal proves to have been there. A snapshot that is broken proves nothing; one
/// that can't be read now may prove much, and is no reason to go on without it.
pub fn acknowledged(disk: &dyn Disk, journal: u64, snapshots: &[u64], marker: Option<&Marker>) -> Result<End, Error> {
    let mut known = marker.map_or(End::default(), |marker| marker.known);
    for &begun in snapshots {
        match snapshot::Reader::open(disk, journal, begun).and_then(|reader| reader.span()) {
            Ok(span) => known.last_frame = known.last_frame.max(span.ended),
            // A store that writes meanwhile keeps the newest ones, which prove more.
            Err(snapshot::Fault::Io(error)) if error.kind() == io::ErrorKind::NotFound => {}
            Err(snapshot::Fault::Io(source)) => return Err(Error::Io { path: snapshot::name(begun), source }),
            Err(snapshot::Fault::Broken(_)) => {}
        }
    }
    Ok(known)
}

/// What lies beside a journal and says how far that went. Taken before the journal is read, it holds for what is read then, also
/// where a store writes meanwhile.
pub struct Beside {
    snapshots: Vec<u64>,
    marker: Option<Marker>,
}

impl Beside {
    pub fn of(disk: &dyn Disk) -> Result<Self, Error> {
        let snapshots = snapshot::finished(disk).map_err(io_at("snapshots"))?;
        Ok(Self { snapshots, marker: marker::read(disk).map_err(io_at("rows.state"))? })
    }

    /// Errs where the journal, which begins with this segment, ends before what is proved to have been in it.
    pub fn prove(&self, disk: &dyn Disk, (journal, first_segment): (u64, u64), end: End) -> Result<(), Error> {
        of_one_journal(journal, first_segment, self.marker.as_ref())?;
        let known = acknowledged(disk, journal, &self.snapshots, self.marker.as_ref())?;
        if end.is_before(&known) { Err(shortened(end, known)) } else { Ok(()) }
    }
}

/// The journal ends before a frame that somebody was told of, or before a seal.
pub fn shortened(end: End, known: End) -> Error {
    let (segment, offset) = end.place;
    let what = match end.last_frame < known.last_frame {
        true => format!("with frame {}, but frame {} had been acknowledged", end.last_frame, known.last_frame),
        false => format!(
            "here, but when it was last closed it had gone to {}, offset {}: a seal was there",
            segment_name(known.place.0),
            known.place.1
        ),
    };
    damaged(segment, offset, format!("the journal ends {what}: its end is damaged or missing"))
}
