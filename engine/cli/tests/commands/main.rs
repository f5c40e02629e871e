//! The binary as people call it: `peygir test`, `run` and `calendar`, on what is shipped and on what is wrong.

mod agency_time;
mod answered;
mod asked;
mod bad_scenarios;
mod binary;
mod calendar;
mod check;
mod deadlines;
mod debug;
mod elsewhere;
mod explain_table;
mod hidden_in_part;
mod http;
mod let_go;
mod overlays;
mod persian;
mod persian_machine;
mod places;
mod rebase;
mod run;
mod shipped;
