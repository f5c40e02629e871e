//! What a disk of tests may fail at beside writing and syncing files: reading, names, folders.
//!
//! Owns: how often each kind was asked for, which one fails, and how many did. An act that fails has changed nothing.

use std::io;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Listing a folder, opening a file, its length, its bytes.
    Read,
    Rename,
    Remove,
    SyncFolder,
}

impl Act {
    pub const ALL: [Self; 4] = [Self::Read, Self::Rename, Self::Remove, Self::SyncFolder];
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    done: u64,
    failed: u64,
    fails_at: Option<u64>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Acts([Tally; Act::ALL.len()]);

impl Acts {
    /// Counts one, and fails where it is the one that was named.
    pub fn count(&mut self, act: Act) -> io::Result<()> {
        let tally = &mut self.0[act as usize];
        tally.done += 1;
        if tally.fails_at == Some(tally.done) {
            tally.failed += 1;
            return Err(io::Error::other(format!("the disk does not answer ({act:?})")));
        }
        Ok(())
    }

    pub fn fail_at(&mut self, act: Act, number: u64) {
        self.0[act as usize].fails_at = Some(number);
    }

    pub fn done(&self, act: Act) -> u64 {
        self.0[act as usize].done
    }

    pub fn failed(&self, act: Act) -> u64 {
        self.0[act as usize].failed
    }
}
