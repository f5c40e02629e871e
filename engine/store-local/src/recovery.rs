//! The way back: from what lies on the disk to a store that goes on.
//!
//! Owns: which index is trusted, which snapshot stands in, what is a torn end and what is damage. It redoes row changes
//! and nothing else. The last group of the last segment may be torn, and is cut whole (where it may as well be damage, its
//! bytes are kept aside); whatever else is wrong stops the start with the segment and the offset.

use std::io;
use std::sync::Arc;

use peygir_store::Error;
use peygir_store::body::Body;
use peygir_store::frame::Record;
use peygir_store::space::{self, Page};

use crate::disk::Disk;
use crate::index::{Index, IndexError, Place};
use crate::journal::Journal;
use crate::layout::{JOURNAL_FOLDER, SEGMENT_HEADER_BYTES, SegmentHeader, segment_name, segment_number, segment_path};
use crate::marker::{self, End, Marker};
use crate::options::{Cut, IndexFound, OpeningReport, Options};
use crate::positions::POSITIONS;
use crate::proof::{acknowledged, of_one_journal};
use crate::reader::segment_header;
use crate::redo::Redo;
use crate::rows::{self, Rows};
use crate::seal::SEALS;
use crate::snapshot::{self, Block, Span};

/// What a start comes to.
pub struct Recovered {
    pub journal: Journal,
    pub rows: Rows,
    pub report: OpeningReport,
    /// What the journal has grown by since the newest snapshot, in bytes and frames.
    pub grown: (u64, u64),
}

/// From where the changes are made again.
#[derive(Debug, Clone)]
pub enum Base {
    /// From the index that is there.
    Kept,
    /// From a snapshot, or with 0 from the journal's first frame.
    Rebuilt { snapshot: u64, reason: String },
}

/// A start from one base came to nothing.
pub enum Failed {
    /// The index or the snapshot is at fault: another base may do.
    Base(String),
    /// The journal is, or the disk.
    Journal(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match error {
            // Only the index stops or refuses here; the journal's own faults have other names.
            Error::Stopped(what) | Error::Refused(what) => Failed::Base(what),
            other => Failed::Journal(other),
        }
    }
}

impl From<IndexError> for Failed {
    fn from(error: IndexError) -> Self {
        Failed::Base(error.to_string())
    }
}

pub fn io_at(path: &str) -> impl Fn(io::Error) -> Error {
    move |source| Error::Io { path: path.to_owned(), source }
}

pub fn damaged(segment: u64, offset: u64, what: impl Into<String>) -> Error {
    Error::Damaged { segment: segment_name(segment), offset, what: what.into() }
}

/// Opens what is there, or begins anew where nothing is.
pub fn recover(disk: Arc<dyn Disk>, place: &dyn Place, options: &Options) -> Result<Recovered, Error> {
    let (segments, torn_segment) = segments(&*disk)?;
    let snapshots = snapshot::remove_unfinished(&*disk).and_then(|()| snapshot::finished(&*disk));
    let snapshots = snapshots.map_err(io_at("snapshots"))?;
    let marker = marker::read(&*disk).map_err(io_at("rows.state"))?;
    let Some(&(_, first)) = segments.first() else {
        if !snapshots.is_empty() || marker.is_some() {
            return Err(damaged(1, 0, "the journal is missing, yet there are rows or snapshots of it"));
        }
        if let Some(number) = torn_segment.as_ref().and_then(|cut| segment_number(&cut.segment)) {
            remove_segment(&*disk, number)?;
        }
        return begin(disk, place, options, torn_segment);
    };
    of_one_journal(first.journal, segments[0].0, marker.as_ref())?;
    if marker.is_none() {
        settle_beginning(&*disk, &segments)?;
    }
    let marker = marker.or_else(|| witnessed(place, first.journal));
    let opening = Opening { disk, place, options, journal: first.journal, segments, snapshots, marker, torn_segment };
    let mut is_set_aside = false;
    opening.run(&mut is_set_aside).inspect_err(|_| {
        if is_set_aside && let Err(error) = opening.put_back() {
            tracing::error!(%error, "the index that was set aside could not be put back");
        }
    })
}

/// What an index knows that has no marker. It is not gone on with, but what it has was in the journal. One that can't be opened tells
/// nothing.
fn witnessed(place: &dyn Place, journal: u64) -> Option<Marker> {
    let index = place.open().ok()?;
    let told = |frame: Result<Option<u64>, IndexError>| frame.ok().flatten().unwrap_or(0);
    let last_frame = told(rows::applied(&*index, journal)).max(told(rows::reached(&*index, journal)));
    (last_frame > 0).then(|| Marker::of_none(journal, End { last_frame, ..End::default() }))
}

/// Numbers of segments, with their headers.
pub type Segments = Vec<(u64, SegmentHeader)>;

/// The segments with their headers, in order. A last one whose header did not get down whole is removed: no group
/// follows a header that was not synced. Where it is the only one it stays for now, as it may be what is left of a store.
fn segments(disk: &dyn Disk) -> Result<(Segments, Option<Cut>), Error> {
    let names = disk.list(JOURNAL_FOLDER).map_err(io_at(JOURNAL_FOLDER))?;
    let numbers: Vec<u64> = names.iter().filter_map(|name| segment_number(name)).collect();
    let mut found = Segments::new();
    for (index, &number) in numbers.iter().enumerate() {
        let path = segment_path(number);
        let file = disk.open(&path).map_err(io_at(&path))?;
        let header = match segment_header(&*file, number).map_err(io_at(&path))? {
            Ok(header) => header,
            Err(what) => {
                let length = file.length().map_err(io_at(&path))?;
                if index + 1 < numbers.len() || length > SEGMENT_HEADER_BYTES as u64 {
                    return Err(damaged(number, 0, what));
                }
                if !found.is_empty() {
                    remove_segment(disk, number)?;
                }
                let segment = segment_name(number);
                let cut = Cut { segment, offset: 0, bytes: length, is_doubtful: false, kept: None };
                return Ok((found, Some(cut)));
            }
        };
        if let Some((before, other)) = found.last() {
            if number != before + 1 {
                return Err(damaged(before + 1, 0, "the segment is missing"));
            }
            if header.journal != other.journal || header.first_frame < other.first_frame {
                return Err(damaged(number, 0, "the segment belongs to another journal"));
            }
        }
        found.push((number, header));
    }
    Ok((found, None))
}

fn remove_segment(disk: &dyn Disk, number: u64) -> Result<(), Error> {
    let path = segment_path(number);
    disk.remove(&path).and_then(|()| disk.sync_folder(JOURNAL_FOLDER)).map_err(io_at(&path))
}

/// A first start that was cut off may have left its journal in the system's memory alone. It is brought to the disk before the marker is: a
/// marker that outlived it in a power cut would be taken for what is left of a store.
fn settle_beginning(disk: &dyn Disk, segments: &Segments) -> Result<(), Error> {
    let [(number, header)] = segments.as_slice() else { return Ok(()) };
    let path = segment_path(*number);
    let settled = || {
        let file = disk.open_to_write(&path)?;
        if file.length()? <= SEGMENT_HEADER_BYTES as u64 {
            file.write_at(0, &header.encode())?;
            file.sync()?;
            disk.sync_folder(JOURNAL_FOLDER)?;
        }
        Ok(())
    };
    settled().map_err(io_at(&path))
}

fn begin(disk: Arc<dyn Disk>, place: &dyn Place, options: &Options, cut: Option<Cut>) -> Result<Recovered, Error> {
    let id = match options.journal_id {
        Some(id) => id,
        None => random_id()?,
    };
    let journal = Journal::create(disk.clone(), id).map_err(io_at(JOURNAL_FOLDER))?;
    let refused = |error: IndexError| Error::Refused(error.to_string());
    let index = place.renew().map_err(refused)?;
    trust_from_now(&*disk, id, options, End::default())?;
    let failure = distrust(disk, id, End::default());
    let rows = Rows::start(index, id, 0, (options.generation_bytes_max, options.workers), failure)?;
    let report = OpeningReport {
        last_frame: 0,
        segments: 1,
        cut,
        index: IndexFound::New,
        frames_redone: 0,
        snapshots_refused: Vec::new(),
    };
    Ok(Recovered { journal, rows, report, grown: (0, 0) })
}

fn random_id() -> Result<u64, Error> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::Refused(format!("the system gives no random bytes: {error}")))?;
    Ok(u64::from_le_bytes(bytes))
}

/// The index may be kept by the next start, if it is under the same boot.
fn trust_from_now(disk: &dyn Disk, journal: u64, options: &Options, known: End) -> Result<(), Error> {
    let marker = Marker { journal, boot_id: options.boot_id.clone(), closed: false, known };
    marker::write(disk, &marker).map_err(io_at("rows.state"))
}

/// What is done when the index fails: the next start does not keep it.
fn distrust(disk: Arc<dyn Disk>, journal: u64, known: End) -> Box<dyn Fn() + Send + Sync> {
    Box::new(move || {
        if let Err(error) = marker::distrust(&*disk, journal, known) {
            tracing::error!(%error, "the marker of the failed index could not be removed");
        }
    })
}

pub struct Opening<'a> {
    pub disk: Arc<dyn Disk>,
    place: &'a dyn Place,
    options: &'a Options,
    pub journal: u64,
    pub segments: Segments,
    pub snapshots: Vec<u64>,
    marker: Option<Marker>,
    pub torn_segment: Option<Cut>,
}

impl Opening<'_> {
    /// Tries one base after the other. `is_set_aside`: whether the index that was there may have been set aside for that.
    fn run(&self, is_set_aside: &mut bool) -> Result<Recovered, Error> {
        let mut refused = Vec::new();
        let mut bases = self.bases();
        let mut last_reason = String::new();
        while let Some(base) = bases.pop() {
            let base = match base {
                Base::Rebuilt { snapshot, .. } if !last_reason.is_empty() => {
                    Base::Rebuilt { snapshot, reason: last_reason.clone() }
                }
                other => other,
            };
            *is_set_aside |= matches!(base, Base::Rebuilt { .. });
            match self.attempt(&base) {
                Ok(mut recovered) => {
                    recovered.report.snapshots_refused = refused;
                    return Ok(recovered);
                }
                Err(Failed::Journal(error)) => return Err(error),
                Err(Failed::Base(what)) => match base {
                    Base::Kept => last_reason = what,
                    Base::Rebuilt { snapshot: 0, .. } => return Err(Error::Refused(what)),
                    Base::Rebuilt { snapshot, .. } => {
                        tracing::warn!(snapshot, what, "a snapshot can't be used");
                        refused.push((snapshot::name(snapshot), what));
                    }
                },
            }
        }
        let tried: Vec<String> = refused.into_iter().map(|(name, what)| format!("{name}: {what}")).collect();
        Err(Error::Refused(format!(
            "the journal begins with {} and no snapshot of what was before it can be used ({}); bring back the earlier \
             segments or a snapshot",
            segment_name(self.segments[0].0),
            tried.join("; ")
        )))
    }

    /// The index that was found is there again, as little trusted as when it was set aside.
    fn put_back(&self) -> io::Result<()> {
        // A mark that still trusts the index would trust the one that is put back: without this one it stays aside.
        marker::write(&*self.disk, &Marker::of_none(self.journal, self.known()))?;
        self.place.put_back()
    }

    /// What the marker knows of the journal's end.
    fn known(&self) -> End {
        self.marker.as_ref().map_or(End::default(), |marker| marker.known)
    }

    /// What to start from, the best last.
    fn bases(&self) -> Vec<Base> {
        let reason = match &self.marker {
            Some(marker) if marker.closed => "",
            _ if marker::is_damaged(&*self.disk) => "its marker `rows.state` is damaged",
            None => "no marker vouches for the index",
            Some(marker) if marker.boot_id.is_empty() => "no marker vouches for the index",
            Some(marker) if marker.boot_id != self.options.boot_id => {
                "the machine was restarted while the index was open"
            }
            Some(_) => "",
        };
        let mut bases = Vec::new();
        if self.segments[0].1.first_frame == 1 {
            bases.push(Base::Rebuilt { snapshot: 0, reason: reason.to_owned() });
        }
        for &snapshot in self.snapshots.iter().filter(|&&begun| begun > 0) {
            bases.push(Base::Rebuilt { snapshot, reason: reason.to_owned() });
        }
        if reason.is_empty() {
            bases.push(Base::Kept);
        }
        bases
    }

    fn attempt(&self, base: &Base) -> Result<Recovered, Failed> {
        let known = self.known();
        let (index, span, reached) = match base {
            Base::Kept => {
                trust_from_now(&*self.disk, self.journal, self.options, known)?;
                let index = self.place.open()?;
                let applied = rows::applied(&*index, self.journal)?;
                let applied = applied.ok_or_else(|| Failed::Base("the index does not say what it has".into()))?;
                let closed = self.marker.as_ref().filter(|marker| marker.closed);
                if closed.is_some_and(|marker| marker.known.last_frame != applied) {
                    // sled opens what was cut short as if it had been shorter all along.
                    return Err(Failed::Base("the index has lost what it had when it was closed".into()));
                }
                let reached = rows::reached(&*index, self.journal)?.unwrap_or(0);
                (index, Span { begun: applied, ended: applied }, reached)
            }
            Base::Rebuilt { snapshot, .. } => {
                // Where it can't be written nothing has changed yet, and the one that is there still knows what it knew.
                let none = Marker::of_none(self.journal, known);
                marker::write(&*self.disk, &none).map_err(io_at("rows.state"))?;
                let index = self.place.renew()?;
                trust_from_now(&*self.disk, self.journal, self.options, known)?;
                let span = self.load(&*index, *snapshot)?;
                (index, span, 0)
            }
        };
        if span.begun + 1 < self.segments[0].1.first_frame {
            return Err(Failed::Base("frames between it and the journal's first segment are missing".into()));
        }
        let failure = distrust(self.disk.clone(), self.journal, known);
        let memory = (self.options.generation_bytes_max, self.options.workers);
        let rows = Rows::start(index, self.journal, span.begun, memory, failure)?;
        let mut redo = Redo::new(self, span, matches!(base, Base::Kept), rows);
        redo.run()?;
        let proved = acknowledged(&*self.disk, self.journal, &self.snapshots, self.marker.as_ref())?;
        let last_frame = span.ended.max(reached).max(proved.last_frame);
        let recovered = redo.finish(End { last_frame, ..proved }, base)?;
        if matches!(base, Base::Rebuilt { .. }) {
            // Until the index says what it has, the next start would have to make it once more.
            recovered.rows.hand_over()?;
        }
        Ok(recovered)
    }

    /// Frames that the rows have already are looked at as well.
    pub fn looks_behind(&self) -> bool {
        self.options.known.is_some_and(|known| known.look_behind)
    }

    /// Stops the start at a frame that a later version wrote.
    pub fn know(&self, segment: u64, offset: u64, record: &Record<'_>, body: &Body<'_>) -> Result<(), Failed> {
        let Some(what) = self.options.known.and_then(|known| (known.frame)(record.header.stream, body)) else {
            return Ok(());
        };
        let (file, frame) = (segment_name(segment), record.header.number);
        Err(Failed::Journal(Error::Unknown { file, offset, frame, what }))
    }

    /// The same of the rows of a snapshot.
    fn know_rows(&self, begun: u64, page: &Page) -> Result<(), Failed> {
        let unknown = page.iter().find_map(|(key, _)| match key.split_first()? {
            (&space::ROW, key) => self.options.known.and_then(|known| (known.row)(key)),
            (&(space::HEAD | space::CLAIM | space::INBOX | POSITIONS | SEALS), _) => None,
            (kind, _) => Some(format!("a row of kind {kind}, which this version does not know")),
        });
        let Some(what) = unknown else { return Ok(()) };
        Err(Failed::Journal(Error::Unknown { file: snapshot::name(begun), offset: 0, frame: begun, what }))
    }

    /// Fills an empty index with a snapshot.
    fn load(&self, index: &dyn Index, begun: u64) -> Result<Span, Failed> {
        if begun == 0 {
            return Ok(Span { begun: 0, ended: 0 });
        }
        let fault = |fault: snapshot::Fault| match fault {
            snapshot::Fault::Io(source) => Failed::Journal(Error::Io { path: format!("snapshot {begun}"), source }),
            snapshot::Fault::Broken(what) => Failed::Base(what),
        };
        let mut reader = snapshot::Reader::open(&*self.disk, self.journal, begun).map_err(fault)?;
        loop {
            match reader.next().map_err(fault)? {
                Block::Rows(page) => {
                    self.know_rows(begun, &page)?;
                    for chunk in page.chunks(512) {
                        let changes: Vec<_> = chunk.iter().map(|(key, value)| (key.as_slice(), Some(value))).collect();
                        index.write(&changes)?;
                    }
                }
                Block::End(span) => return Ok(span),
            }
        }
    }

    /// The first segment to read: all that has to be redone, and always the end of the journal are checked.
    pub fn first_to_read(&self, base: u64) -> Result<usize, Error> {
        let mut index = self.holding(base + 1);
        // Segments without frames share their first number with the next: the first of them is meant.
        while index > 0 && self.segments[index].1.first_frame == self.segments[index - 1].1.first_frame {
            index -= 1;
        }
        let mut bytes = 0;
        for (at, (number, _)) in self.segments.iter().enumerate().rev() {
            if bytes >= self.options.start_check_bytes {
                break;
            }
            index = index.min(at);
            bytes += self.length(*number)?;
        }
        Ok(index)
    }

    /// The segment that has a frame, or would have it.
    fn holding(&self, frame: u64) -> usize {
        self.segments.partition_point(|(_, header)| header.first_frame <= frame).max(1) - 1
    }

    fn length(&self, segment: u64) -> Result<u64, Error> {
        let path = segment_path(segment);
        self.disk.open(&path).and_then(|file| file.length()).map_err(io_at(&path))
    }

    /// By how much the journal has grown since the newest snapshot, in bytes, as far as it is not read: the segments before
    /// this one. That in which the snapshot was begun counts as a whole.
    pub fn unread_growth(&self, first_read: usize) -> Result<u64, Error> {
        let since = self.holding(self.newest_snapshot() + 1);
        let unread = self.segments.get(since..first_read).unwrap_or_default();
        unread.iter().map(|(number, _)| self.length(*number)).sum()
    }

    /// The frame at which it was begun, 0 where there is none.
    pub fn newest_snapshot(&self) -> u64 {
        self.snapshots.last().copied().unwrap_or(0)
    }
}
