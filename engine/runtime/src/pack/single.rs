//! One flow by itself: a catalog for running a file that nobody deployed.
//!
//! Where the file lies in a pack, what the pack holds may be called; elsewhere only the built-in functions. There is no
//! deployment, so there are no channels, lines or people but those of the pack's directory.

use std::path::{Path, PathBuf};

use peygir_dsl::model::FlowName;
use peygir_source::{Diagnostics, Node};

use super::beside;
use super::catalog::{self, Around, Catalog, Parts};
use super::deployment::Deployment;
use super::files::SourceFile;
use super::kept::{Kept, Making};
use super::layer::{Filed, Layer, is_pack};

/// Reads and checks a flow's file with the pack it lies in. `Err` holds every finding, those of the pack's other files
/// too: what they lack could not be called.
pub fn load_flow(path: &Path) -> Result<(Catalog, FlowName), Diagnostics> {
    let mut found = Diagnostics::default();
    let file = SourceFile::read(path).map_err(|diagnostic| Diagnostics { list: vec![diagnostic] })?;
    let Some(root) = file.parse(&mut found) else { return Err(found) };
    let name = file.name.clone();
    let folder = pack_above(path);
    let mut layer = folder.as_ref().map_or_else(Layer::default, |folder| without(Layer::read(folder), path, &root));
    let below = match (&folder, &layer.manifest) {
        (Some(folder), Some(manifest)) => beside::below(folder, manifest),
        _ => beside::Below::default(),
    };
    // What it calls may stand in a pack below that was not found.
    let whole = below.is_whole();
    found.extend(below.found());
    layer.flows.push(Filed { value: root, file });
    let mut parts = Parts::default();
    if whole {
        below.layers.into_iter().for_each(|layer| parts.lay_over(layer, &mut found));
        parts.lay_over(layer, &mut found);
    } else {
        parts.lay_over(Layer { manifest: None, ..layer }, &mut found);
    }
    let around = Around { known: whole, ..Around::default() };
    let (catalog, rest) =
        parts.into_catalog(Deployment::of_nothing(), around, Making::whole(&Kept::default()), &mut found);
    if whole {
        catalog::check_names(&catalog, &rest, &mut found);
    }
    let flow = catalog.flows.values().find(|flow| flow.file == name).map(|flow| flow.workflow.name.clone());
    match flow {
        Some(flow) if !found.has_errors() => Ok((catalog, flow)),
        _ => Err(found),
    }
}

/// The folder of the pack that a file lies in, however deep.
pub fn pack_above(path: &Path) -> Option<PathBuf> {
    let path = path.canonicalize().ok()?;
    path.ancestors().skip(1).find(|folder| is_pack(folder)).map(Path::to_owned)
}

/// The pack without the flow that is run: not its own file again, and none of its name, which it stands for.
fn without(mut layer: Layer, path: &Path, root: &Node) -> Layer {
    let same_file = |other: &Path| other.canonicalize().ok() == path.canonicalize().ok();
    layer.flows.retain(|flow| !same_file(&flow.file.path) && document(&flow.value) != document(root));
    layer.found.list.retain(|diagnostic| !same_file(Path::new(&diagnostic.file)));
    layer
}

fn document(root: &Node) -> [Option<&str>; 3] {
    ["namespace", "name", "version"].map(|member| root.get("document")?.get(member)?.as_str())
}
