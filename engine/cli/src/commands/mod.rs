//! The commands, a file each.

pub mod calendar;
pub mod check;
pub mod client;
pub mod closure;
pub mod deadline;
pub mod debug;
pub mod deploy;
pub mod event;
pub mod explain;
pub mod instance;
pub mod journal;
pub mod local;
pub mod login_link;
pub mod operation;
pub mod packs;
pub mod rebase;
pub mod run;
pub mod serve;
pub mod test;
pub mod texts;
pub mod token;
