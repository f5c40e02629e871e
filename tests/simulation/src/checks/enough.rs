//! Statement: something was tried. A run in which nearly nothing succeeded proves nothing and does not count as passed.

use crate::finding::{Finding, found};

/// Commits that a run acknowledged, at least.
pub const COMMITS_MIN: u64 = 60;
/// Questions of clients that were answered, at least.
pub const ANSWERS_MIN: u64 = 5;
/// Requests that arrived at peers, at least.
pub const ARRIVALS_MIN: u64 = 5;
/// Ends of a process that were survived, at least.
pub const ENDS_MIN: u64 = 2;
/// Cases or instances that came to their end, at least.
pub const ENDED_MIN: u64 = 2;

/// What a run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub commits: u64,
    /// Those among them, and others, that went to the store together with further ones.
    pub in_groups: u64,
    pub answers: u64,
    pub arrivals: u64,
    pub tasks: u64,
    pub kills: u64,
    pub power_cuts: u64,
    /// Writes and syncs that failed.
    pub disk_faults: u64,
    pub failed_reads: u64,
    pub failed_renames: u64,
    pub failed_removes: u64,
    pub failed_folder_syncs: u64,
    /// Ends within a write of the index.
    pub index_ends: u64,
    pub rebuilt: u64,
    /// Orders of staff that were refused: somebody was quicker, or the store had stopped.
    pub refused: u64,
    pub cases: u64,
    pub closed: u64,
    pub ended: u64,
    pub pauses: u64,
    pub deadlines: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.commits += other.commits;
        self.in_groups += other.in_groups;
        self.answers += other.answers;
        self.arrivals += other.arrivals;
        self.tasks += other.tasks;
        self.kills += other.kills;
        self.power_cuts += other.power_cuts;
        self.disk_faults += other.disk_faults;
        self.failed_reads += other.failed_reads;
        self.failed_renames += other.failed_renames;
        self.failed_removes += other.failed_removes;
        self.failed_folder_syncs += other.failed_folder_syncs;
        self.index_ends += other.index_ends;
        self.rebuilt += other.rebuilt;
        self.refused += other.refused;
        self.cases += other.cases;
        self.closed += other.closed;
        self.ended += other.ended;
        self.pauses += other.pauses;
        self.deadlines += other.deadlines;
    }
}

pub fn check(counts: &Counts) -> Result<(), Finding> {
    let ends = counts.kills + counts.power_cuts;
    let wanted = [
        ("commits", counts.commits, COMMITS_MIN),
        ("answers", counts.answers, ANSWERS_MIN),
        ("arrivals", counts.arrivals, ARRIVALS_MIN),
        ("ends of a process", ends, ENDS_MIN),
        ("ended cases and instances", counts.ended, ENDED_MIN),
    ];
    match wanted.iter().find(|(_, is, least)| is < least) {
        Some((name, is, least)) => Err(found("enough", format!("{is} {name}, at least {least} are wanted"))),
        None => Ok(()),
    }
}
