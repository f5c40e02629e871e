//! Time in a scene: it passes, jumps back, and goes on while nobody is there.

use peygir_core::Moment;

use super::{MICROS_MAX, Scene, Unmet};

impl Scene<'_> {
    pub fn pass(&mut self, seconds: i64) -> Result<(), Unmet> {
        self.pass_micros(seconds.saturating_mul(1_000_000))
    }

    pub fn pass_micros(&mut self, micros: i64) -> Result<(), Unmet> {
        Unmet::unless(micros <= MICROS_MAX, "at most ten years pass", format!("{} seconds", micros / 1_000_000))?;
        let target = self.world()?.clock.now().plus_micros(micros);
        self.reach(target)
    }

    pub fn reach(&mut self, target: Moment) -> Result<(), Unmet> {
        let runtime = self.runtime;
        let world = self.world()?;
        let now = world.clock.now();
        Unmet::unless(target >= now, format!("an instant behind {now}"), target.to_string())?;
        runtime
            .block_on(world.pass_to(target))
            .map_err(|failure| Unmet::new("time passes", format!("{failure}; PEYGIR_LOG=error shows why")))
    }

    /// The system's clock is set back: what had its time keeps its time.
    pub fn jump_back(&mut self, micros: i64) -> Result<(), Unmet> {
        let world = self.world()?;
        world.clock.set(world.clock.now().plus_micros(micros.saturating_neg()));
        self.pass_micros(0)
    }

    pub fn restart(&mut self) -> Result<(), Unmet> {
        let runtime = self.runtime;
        let world = self.world()?;
        runtime.block_on(world.restart());
        self.goes_on()
    }

    /// The runtime is killed and there again when so much time has passed.
    pub fn down(&mut self, micros: i64) -> Result<(), Unmet> {
        let runtime = self.runtime;
        let world = self.world()?;
        let target = world.clock.now().plus_micros(micros);
        runtime.block_on(world.down_to(target));
        self.goes_on()
    }
}
