//! Instances as the runtime carries them: those that start others, what people do to them, what a deployment gives them.

mod cache;
mod children;
mod control;
mod deployed;
mod limits;
mod peer;
mod secrets;
mod town;
