//! The HTTP face of the engine: the API under `/api/v1`, connectors' calls, and the console that people use in a browser.
//!
//! Owns: the table of routes and the gate that each of them passes ([`routes`], [`gate`]), problem details, the pages and
//! their words in Persian and English. Knows no store and no connector, decides nothing about cases: everything goes
//! through the desk, and what the desk refuses is told here in words.

mod api;
mod assets;
mod body;
mod console;
mod csrf;
mod exposition;
mod feed;
mod form;
mod gate;
mod instruments;
mod locale;
mod meters;
mod multipart;
mod options;
mod path;
mod problem;
mod process;
mod query;
mod routes;
mod serve;
mod shell;
mod text;
mod when;

#[cfg(test)]
mod http_test;

pub use console::timeline::words_fa as event_words_fa;
pub use instruments::{Checked, Folder, Given, Instruments, NoInstruments, Verdict};
pub use options::{Clock, ServerOptions, ServerState};
pub use problem::Code;
pub use serve::{router, serve};
