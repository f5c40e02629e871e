//! The binary as people call it: `peygir test`, `run` and `calendar`, on what is shipped and on what is wrong.

mod bad_scenarios;
mod binary;
mod calendar;
mod check;
mod deadlines;
mod http;
mod places;
mod run;
mod shipped;
