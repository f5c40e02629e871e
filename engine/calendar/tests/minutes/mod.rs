//! Deadlines a second time, in tests only: a [`world`] of calendars that is drawn at random, and an [`oracle`] that walks
//! it minute by minute. They share nothing with the crate but the words of YAML: dates are ICU's, summer time is a rule
//! of their own, and stretches, segments and zones are unknown here.

#![expect(dead_code, reason = "each test takes what it needs")]

pub mod draw;
pub mod oracle;
pub mod random;
pub mod world;
