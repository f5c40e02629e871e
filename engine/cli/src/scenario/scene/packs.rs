//! Packs that are deployed while a scenario goes on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use peygir_core::Moment;
use peygir_runtime::desk::{NewEdition, NewPack};
use peygir_runtime::pack::Bundle;
use peygir_runtime::packs::Folder;

use super::{Scene, reader, told};
use crate::connectors;
use crate::scenario::steps::Unmet;

impl Scene<'_> {
    /// Deploys a pack over those of the scenario's deployment, from an instant on or at once.
    pub fn deploy_pack(&mut self, path: &str, from: Option<Moment>) -> Result<(), Unmet> {
        let folder = find(path, &self.file).ok_or_else(|| {
            Unmet::new(
                format!("{path} is a folder with a pack.yaml"),
                "there is none, neither from the working folder nor from a folder above this file",
            )
        })?;
        let bundle = read(&folder)?;
        self.take_packs()?;
        let pack = NewPack { name: bundle.name.clone(), version: None, files: Some(bundle.files.clone()) };
        let effective_from = from.map(|from| from.to_string());
        let edition = NewEdition { packs: vec![pack], effective_from, ..NewEdition::default() };
        self.act("the pack is deployed", async |desk| desk.deploy_packs(&reader(), &edition, None).await).map(drop)
    }

    /// The packs of the deployment become the first edition, as a server's do when it starts.
    fn take_packs(&mut self) -> Result<(), Unmet> {
        if self.world()?.host().engine.takes_packs() {
            return Ok(());
        }
        let Some(pack) = &self.pack else {
            return Err(Unmet::new("packs are deployed over a deployment that the scenario names", "it names none"));
        };
        let paths = pack.deployment.packs.clone();
        let bundles = paths.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
        let folder = Folder { bundles, kinds: Some(connectors::kinds()), ..Folder::default() };
        let runtime = self.runtime;
        let taken = runtime.block_on(self.world()?.take_packs(folder));
        taken.map_err(|why| Unmet::new("the deployment's packs can be deployed", why.to_string()))
    }
}

fn read(folder: &Path) -> Result<Arc<Bundle>, Unmet> {
    let read = Bundle::read(folder).map(Arc::new);
    read.map_err(|found| Unmet::new(format!("{} is a pack", folder.display()), told(&found)))
}

/// From the working folder, or from a folder that the scenario's file lies in.
fn find(path: &str, feature: &Path) -> Option<PathBuf> {
    let holds = |folder: &PathBuf| folder.join("pack.yaml").is_file();
    let here = PathBuf::from(path);
    if holds(&here) {
        return Some(here);
    }
    let feature = std::path::absolute(feature).ok()?;
    feature.ancestors().skip(1).map(|above| above.join(path)).find(holds)
}
