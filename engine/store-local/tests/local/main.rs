//! The local store against its promises: conformance, damage, crashes, seals, real files.

mod acts;
mod ahead;
mod backup;
mod common;
mod conformance;
mod crash;
mod files;
mod frames;
mod kill;
mod known;
mod recovery;
mod seals;
