//! Faults that are really injected into the served binary, its disk, its clock, its peers and the network to them. What
//! happens then stands in `docs/failures.md`, row by row.
//!
//! Each test first shows that its fault bites.

mod calls;
mod clock;
mod effects;
mod full_disk;
mod network;
mod power;
mod stopped;
mod town;

use peygir_tests::peers::available;

/// Whether everything of a list is there; what is missing is told.
fn there(peers: &[&str]) -> bool {
    peers.iter().all(|peer| available(peer))
}
