//! Instances as the runtime carries them: those that start others, what people do to them, what a deployment gives them.

mod cache;
mod children;
mod control;
mod deployed;
mod events;
mod limits;
mod peer;
mod schedules;
mod secrets;
mod town;
