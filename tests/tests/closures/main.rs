//! Closures on the served binary: what the commands say, and what is left of an operation that `kill -9` cut short.
//!
//! `PEYGIR_CASES` says how many cases are open (600), `PEYGIR_SEED` repeats the moments of an earlier run.

mod closure;
mod commands;
mod dates;
mod kills;
mod office;
