//! Two provinces and a county beside each other in one engine, each with its own rules, forms, words and calendars.

mod errors;
mod packs;
mod provinces;
mod replaced;
mod unreached;
