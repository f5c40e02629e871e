//! Whether what a pack puts in place of another's keeps its interface: flows call the name, and were checked with the one
//! below.

use peygir_source::Diagnostics;

use super::content::ScriptSource;

/// Says what is lost where a script takes the place of another.
pub(super) fn compare(_below: &ScriptSource, _above: &ScriptSource) -> Diagnostics {
    Diagnostics::default()
}
