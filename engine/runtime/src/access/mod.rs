//! Who may do what: principals with roles and scopes, the table of permissions, and how somebody is recognised.
//!
//! Owns: tokens of programs, one-time login links and sessions of people, all kept as rows of one system stream, hashed;
//! and the table that says which role carries which permission. Knows no HTTP, no cookie and no directory: a session
//! names a person, and the caller asks the directory who that is.

mod book;
mod known;
mod link;
pub mod permission;
mod principal;
mod scope;
mod secret;
mod session;
#[cfg(test)]
mod tests;
mod token;

pub use book::{Access, Error, access_stream};
pub use link::{IssuedLink, LINK_SECONDS_MAX};
pub use permission::{Permission, ROLES};
pub use principal::{Grant, Place, Principal};
pub use scope::{Scope, ScopeError};
pub use session::{OpenedSession, SESSION_IDLE_SECONDS_MAX, SESSION_SECONDS_MAX, SESSION_TOUCH_SECONDS, SessionState};
pub use token::{BOOTSTRAP_NAME, IssuedToken, NAME_BYTES_MAX};
