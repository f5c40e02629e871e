//! Deadlines that move: closures that are declared late, withdrawn, for one place; calendars that were deployed anew; with
//! the process ended behind every commit, and with other work between the pages.

mod agencies;
mod asked;
mod closures;
#[path = "../common/mod.rs"]
mod common;
mod crashes;
mod deployed;
mod failing;
mod office;
mod pages;
mod people;
mod referred;
mod rounds;
