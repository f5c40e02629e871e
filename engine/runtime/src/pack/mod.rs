//! Packs and deployments: from folders that people edit to one checked catalog of everything that flows may use.
//!
//! A *pack* is a folder with `pack.yaml` and any of `workflows/` and `rules/`. A *deployment* is a folder with
//! `deployment.yaml`, which names packs in the order in which they lie over each other. Owns: reading both within limits
//! of size and number, laying one pack over the other, and the checks that need the whole: that every function, form,
//! template, role, calendar and flow that is named exists. All findings come at once, each with file, line and column.
//! Deliberately does not know connectors (settings are kept as written, for whoever makes them, who also says which
//! functions their kinds offer), stores or cases. Fetches nothing: what stands behind an address is read from copies.

mod acted;
mod agency_time;
mod answered;
mod around;
mod asked;
mod beside;
mod bundle;
mod by_title;
mod catalog;
mod check;
mod complaint;
mod connectors;
mod content;
mod deployment;
mod displaced;
mod everywhere;
mod files;
mod homes;
mod inputs;
mod interface;
mod kept;
mod laid;
mod layer;
mod laying;
mod left_out;
mod limits;
mod manifest;
mod merged;
mod misnamed;
mod names;
mod offered;
mod order;
mod placed;
mod places;
mod possible;
mod reminders;
mod replaced;
mod resources;
mod rules;
mod secrets;
mod single;
mod splits;
mod starts;
mod titles;
mod unreached;
mod untested;
mod uses;
mod webhooks;

pub use around::{Stack, around, row_findings, row_world, script_findings, stack};
pub use beside::Taken;
pub use bundle::{BUNDLE_BYTES_MAX, BUNDLE_FILES_MAX, Bundle, Head, is_part, is_steering, is_test};
pub use catalog::{Catalog, Flow, load, load_with, of_bundles, read, read_with_packs};
pub use check::{Checked, check, check_with};
pub use connectors::ConnectorUse;
pub(crate) use content::parse_placed;
pub use content::{Content, Contents, PackRef, ScriptSource, TableSource};
pub use deployment::{Deployment, Line, PACKS_MAX};
pub(crate) use files::not_utf8;
pub use files::{DEPTH_MAX, FILE_BYTES_MAX, FILES_MAX, SourceFile, shown, system_words, walk};
pub use homes::Misplaced;
pub use inputs::check_inputs;
pub use kept::{Kept, Making};
pub use layer::Filed;
pub use left_out::{left_out, misplaced_by, mistyped};
pub use manifest::{Manifest, Over};
pub(crate) use offered::written;
pub use offered::{BY_CONNECTORS, Kinds, check_alone};
pub(crate) use placed::places as places_of_bare_files;
pub use places::COMBINATIONS_MAX;
pub use resources::{Mirrors, RESOURCES_MAX};
pub use rules::Rules;
pub use secrets::{SECRETS_MAX, SecretUse};
pub use single::{load_flow, pack_above};
pub(crate) use starts::lost;
pub(crate) use untested::check_bundle;
pub use webhooks::{WEBHOOKS_MAX, WebhookUse};

#[cfg(test)]
mod tests;
