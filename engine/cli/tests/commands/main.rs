//! The binary as people call it: `peygir test` and `peygir run`, on what is shipped and on what is wrong.

mod bad_scenarios;
mod binary;
mod check;
mod http;
mod run;
mod shipped;
