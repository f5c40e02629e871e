//! The state machine of a flow: a command and a time in, events and effects out.
//!
//! Owns: an instance and its activations ([`state`]), the facts that change them ([`event`]), what may be asked of it
//! ([`command`]), deciding ([`step`]) and applying ([`apply`]). Asks nobody: time, ids and draws arrive with the
//! command; whatever is neither in the instance nor in the definition leaves as an [`effect::Effect`] and comes back
//! as a command. Knows no case, no store, no connector.

pub mod activations;
pub mod apply;
pub mod cloud_event;
pub mod command;
pub mod data;
pub mod decide;
pub mod effect;
pub mod error;
pub mod event;
pub mod id;
pub mod moment;
pub mod shared_map;
pub mod state;
pub mod surroundings;
pub mod timers;

pub use activations::Activations;
pub use apply::{apply, touched};
pub use cloud_event::CloudEvent;
pub use command::Command;
pub use data::Data;
pub use decide::{Outcome, Rejection, step};
pub use effect::Effect;
pub use error::Error;
pub use event::Event;
pub use id::{Draws, Id, Seed};
pub use moment::Moment;
pub use shared_map::SharedMap;
pub use state::Instance;
pub use surroundings::{Limits, Surroundings};
pub use timers::Timers;
