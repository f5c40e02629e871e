//! What is known by a better name than its identifier.

use peygir_calendar::Name;

/// Names in both languages for what a flow or a table refers to. Where none is known, the identifier is shown.
pub trait Titles {
    /// A function that the packs define; built-in functions are known here already.
    fn function(&self, name: &str) -> Option<Function>;
    fn title(&self, what: Title, id: &str) -> Option<Name>;

    /// All that have a title of this kind, as far as they can be listed.
    fn ids(&self, what: Title) -> Vec<String> {
        let _ = what;
        Vec::new()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    pub kind: FunctionKind,
    pub title: Option<Name>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionKind {
    Table,
    Script,
    /// An operation of a connector.
    Operation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Title {
    Form,
    Role,
    Calendar,
    /// By `namespace/name:version`, or without the version.
    Flow,
    Topic,
    Agency,
    Province,
    County,
    Pack,
}

/// Nothing has a title.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTitles;

impl Titles for NoTitles {
    fn function(&self, _: &str) -> Option<Function> {
        None
    }

    fn title(&self, _: Title, _: &str) -> Option<Name> {
        None
    }
}
