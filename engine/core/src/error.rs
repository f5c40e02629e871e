//! A fault of a flow: an RFC 9457 problem as the language knows it. It is data in events, never a Rust error.

use minicbor::{Decode, Encode};
use serde_json::{Value, json};

use crate::Id;

/// What few errors have is boxed, to keep results small.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Error {
    /// A URI; the standard ones are [`Kind::uri`].
    #[n(0)]
    pub type_: String,
    #[n(1)]
    pub status: u16,
    #[n(2)]
    pub title: Option<String>,
    #[n(3)]
    pub detail: Option<String>,
    /// JSON pointer of the task into the document, computed when the error is raised; empty for one of the workflow itself.
    #[n(4)]
    pub instance: Option<String>,
    /// The instance that a `run` waited for, where it was that one's fault.
    #[n(5)]
    pub child: Option<Box<Id>>,
    /// JSON pointer of the task within the function that the one under `instance` called: into the document for a function
    /// of `use.functions`, into the function's own text for any other.
    #[n(6)]
    pub inner: Option<Box<String>>,
}

/// The eight standard types of the language, with their statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Configuration,
    Validation,
    Expression,
    Authentication,
    Authorization,
    Timeout,
    Communication,
    Runtime,
}

impl Kind {
    pub const ALL: [Kind; 8] = [
        Kind::Configuration,
        Kind::Validation,
        Kind::Expression,
        Kind::Authentication,
        Kind::Authorization,
        Kind::Timeout,
        Kind::Communication,
        Kind::Runtime,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Configuration => "configuration",
            Kind::Validation => "validation",
            Kind::Expression => "expression",
            Kind::Authentication => "authentication",
            Kind::Authorization => "authorization",
            Kind::Timeout => "timeout",
            Kind::Communication => "communication",
            Kind::Runtime => "runtime",
        }
    }

    pub fn status(self) -> u16 {
        match self {
            Kind::Configuration | Kind::Validation | Kind::Expression => 400,
            Kind::Authentication => 401,
            Kind::Authorization => 403,
            Kind::Timeout => 408,
            Kind::Communication | Kind::Runtime => 500,
        }
    }

    /// The form that we raise.
    pub fn uri(self) -> String {
        format!("https://open-workflow-specification.org/spec/1.0.0/errors/{}", self.name())
    }
}

/// Hosts and paths under which the standard types are known; any pair of them names the same type.
const HOSTS: [&str; 2] = ["https://serverlessworkflow.io", "https://open-workflow-specification.org"];
const PATHS: [&str; 2] = ["/spec/1.0.0/errors/", "/dsl/errors/types/"];

/// Whether two error types are the same: exactly, or both a name of one standard type.
pub fn same_type(left: &str, right: &str) -> bool {
    left == right || matches!((standard(left), standard(right)), (Some(a), Some(b)) if a == b)
}

fn standard(uri: &str) -> Option<Kind> {
    let rest = HOSTS.iter().find_map(|host| uri.strip_prefix(host))?;
    let name = PATHS.iter().find_map(|path| rest.strip_prefix(path))?;
    Kind::ALL.into_iter().find(|kind| kind.name() == name)
}

impl Error {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { type_: kind.uri(), status: kind.status(), detail: Some(detail.into()), ..Self::default() }
    }

    pub fn to_value(&self) -> Value {
        let mut object = json!({ "type": self.type_, "status": self.status });
        for (name, member) in [("title", &self.title), ("detail", &self.detail), ("instance", &self.instance)] {
            if let Some(text) = member {
                object[name] = text.clone().into();
            }
        }
        if let Some(inner) = self.inner.as_deref() {
            object["inner"] = inner.clone().into();
        }
        if let Some(child) = &self.child {
            object["child"] = child.to_string().into();
        }
        object
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_types_have_four_names_each() {
        let raised = Kind::Timeout.uri();
        assert!(same_type(&raised, "https://serverlessworkflow.io/dsl/errors/types/timeout"));
        assert!(same_type(&raised, "https://serverlessworkflow.io/spec/1.0.0/errors/timeout"));
        assert!(!same_type(&raised, "https://serverlessworkflow.io/spec/1.0.0/errors/runtime"));
        assert!(!same_type("https://example.ir/errors/timeout", &raised));
    }
}
