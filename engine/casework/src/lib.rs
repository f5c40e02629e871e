//! Cases, citizens, agencies, tasks: the records of a stream and the built-in functions on them.
//!
//! Owns: what a case, a task, a message and an incident are ([`records`]), the facts that change them ([`event`],
//! [`apply`]), the functions that flows call ([`functions`]), what people and time do to tasks ([`tasks`]) and to their
//! deadlines ([`deadlines`]), the outbox's decisions ([`outbox`]) and the content these read ([`content`]). Pure: time,
//! draws, content and keys are handed in. Knows no flow's definition, no store, no connector.

pub mod apply;
pub mod content;
pub mod deadlines;
pub mod event;
pub mod functions;
pub mod host;
pub mod incident;
pub mod message;
pub mod outbox;
pub mod recipients;
pub mod records;
pub mod request;
pub mod tasks;
pub mod terms;
pub mod view;

pub use apply::{Touched, apply, touched};
pub use event::Event;
pub use peygir_text as text;
pub use records::Records;
