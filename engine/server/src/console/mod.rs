//! The console: pages that the server renders and that work without script, one file for each.
//!
//! A page is a pure function from a view of the desk and the reader's [`layout::Ui`] to markup; handlers around it only
//! fetch and post. All words come from `locales/`; base direction and logical CSS properties do the rest.

pub mod calendars;
pub mod calls;
pub mod case;
pub mod cases;
pub mod closures;
mod contrary;
pub mod deadline;
pub mod deadline_work;
pub mod decisions;
pub mod editions;
pub mod field;
pub mod findings;
pub mod flow_strip;
pub mod health;
pub mod home;
pub mod icon;
pub mod inbox;
pub mod incidents;
pub mod instances;
pub mod intake;
pub mod layout;
pub mod login;
pub mod month;
mod month_day;
pub mod operations;
pub mod outbox;
pub mod pack;
pub mod packs;
mod picture;
mod place;
pub mod receipts;
pub mod stage;
pub mod task;
pub mod task_list;
pub mod timeline;
pub mod track;
pub mod typed;
pub mod upload;
pub mod widget;

#[cfg(test)]
mod pages_test;
#[cfg(test)]
pub mod samples;
#[cfg(test)]
pub mod samples_health;
#[cfg(test)]
pub mod samples_packs;
#[cfg(test)]
pub mod samples_time;
