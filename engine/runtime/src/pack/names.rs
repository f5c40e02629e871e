//! Which functions there are: built-ins, tables, scripts.

use std::collections::BTreeSet;

use peygir_casework::functions::FUNCTIONS;
use peygir_dsl::read::Names;

/// All functions of a catalog.
pub struct Functions(BTreeSet<String>);

impl Functions {
    pub fn new<'a>(tables: impl Iterator<Item = &'a String>, scripts: impl Iterator<Item = &'a String>) -> Self {
        let built_in = FUNCTIONS.iter().map(|function| function.name.to_owned());
        Self(built_in.chain(tables.cloned()).chain(scripts.cloned()).collect())
    }
}

impl Names for Functions {
    fn has_function(&self, name: &str) -> Option<bool> {
        // `NAME:VERSION` and `NAME@default` name the same function here.
        let bare = name.split([':', '@']).next().unwrap_or(name);
        Some(self.0.contains(bare))
    }

    fn functions(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }
}

/// What a file on its own knows of the world: nothing.
pub struct Unknown;

impl Names for Unknown {
    fn has_function(&self, _name: &str) -> Option<bool> {
        None
    }

    fn functions(&self) -> Vec<String> {
        Vec::new()
    }
}
