//! Instances as the runtime carries them: those that start others, what people do to them, what a deployment gives them.

mod cache;
mod children;
mod control;
mod deployed;
mod deployments;
mod events;
mod lifecycle;
mod limits;
mod peer;
mod random_flow;
mod schedules;
mod secrets;
mod town;
mod webhooks;
