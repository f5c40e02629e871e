//! Where and when a scenario begins.

use super::{Arguments, Body, Step, Unmet};
use crate::scenario::scene::Scene;
use crate::scenario::values;

pub const STEPS: &[Step] = &[
    Step { en: &["the deployment {path}"], fa: &["استقرار {path}"], body: Body::None, run: deployment },
    Step { en: &["the clock stands at {instant}"], fa: &["{instant} است"], body: Body::None, run: clock },
];

fn deployment(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    scene.set_deployment(arguments.text("path"))
}

fn clock(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let at = values::instant(arguments.text("instant"), &scene.zone());
    scene.set_start(at.ok_or_else(|| Unmet::new("an instant", arguments.text("instant")))?)
}
