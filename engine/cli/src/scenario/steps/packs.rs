//! Packs that are deployed while a scenario goes on.

use super::{Arguments, Body, Step, Unmet};
use crate::scenario::scene::Scene;
use crate::scenario::values;

pub const STEPS: &[Step] = &[
    Step {
        en: &["the pack {path} is deployed"], fa: &["بستهٔ {path} مستقر می‌شود"], body: Body::None, run: deployed
    },
    Step {
        en: &["the pack {path} is deployed for {instant} on"],
        fa: &["بستهٔ {path} از {instant} مستقر می‌شود"],
        body: Body::None,
        run: deployed_from,
    },
];

fn deployed(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    scene.deploy_pack(arguments.text("path"), None)
}

fn deployed_from(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let from = values::instant(arguments.text("instant"), &scene.zone());
    let from = from.ok_or_else(|| Unmet::new("an instant", arguments.text("instant")))?;
    scene.deploy_pack(arguments.text("path"), Some(from))
}
