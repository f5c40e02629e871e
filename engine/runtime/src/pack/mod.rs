//! Packs and deployments: from folders that people edit to one checked catalog of everything that flows may use.
//!
//! A *pack* is a folder with `pack.yaml` and any of `workflows/` and `rules/`. A *deployment* is a folder with
//! `deployment.yaml`, which names packs in the order in which they lie over each other. Owns: reading both within limits
//! of size and number, laying one pack over the other, and the checks that need the whole: that every function, form,
//! template, role, calendar and flow that is named exists. All findings come at once, each with file, line and column.
//! Deliberately does not know connectors (settings are kept as written, for whoever makes them), stores or cases.

mod catalog;
mod check;
mod connectors;
mod deployment;
mod files;
mod layer;
mod names;
mod single;
mod uses;

pub use catalog::{Catalog, Flow, ScriptSource, TableSource, load};
pub use check::{Checked, check};
pub use connectors::ConnectorUse;
pub use deployment::{Deployment, Line};
pub use files::{DEPTH_MAX, FILE_BYTES_MAX, FILES_MAX, SourceFile, shown, walk};
pub use single::load_flow;

#[cfg(test)]
mod tests;
