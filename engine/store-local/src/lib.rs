//! The embedded store: a journal that is the truth, snapshots, and sled as an index of them.
//!
//! Owns: the files of a store's folder, from the bytes up. A commit is durable when its group was written and synced to
//! the journal; rows follow in memory and, later, in sled, which may vanish at any time and is made anew. Knows nothing
//! of what commits mean.
//!
//! ```text
//! journal/00000001.segment ...   groups of frames, and seals        the truth
//! snapshots/N.snapshot           all rows, begun at frame N         where a start begins
//! rows/                          sled                               an index
//! rows.state                     whether the index can be kept
//! rows.known                     what that knew, where nothing could be written over it
//! cut/                           ends that a start cut off and that may have been acknowledged
//! lock                           the process that has the folder open
//! ```

pub mod disk;
pub mod index;

mod aside;
mod backup;
mod commit;
mod ends;
mod figures;
mod frames;
mod journal;
mod layout;
mod lock;
mod marker;
mod options;
mod positions;
mod proof;
mod reader;
mod receipt;
mod recovery;
mod redo;
mod rows;
mod seal;
mod snapshot;
mod store;
mod verify;

pub use aside::ASIDE_FOLDER;
pub use backup::{CutBack, Inventory, Part, Point, cut_back, cut_back_on, inventory, inventory_on};
pub use disk::make_folder;
pub use lock::Lock;
pub use options::*;
pub use receipt::{Given, receipt, receipt_on};
pub use seal::{Receipt, ReceiptError, Seal, Step, verify_receipt};
pub use store::LocalStore;
pub use verify::{Progress, Tail, VerifyReport, verify, verify_on, verify_showing};
