//! The local store against its promises: conformance, damage, crashes, seals, real files.

mod common;
mod conformance;
mod crash;
mod files;
mod recovery;
mod seals;
