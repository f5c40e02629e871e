//! Editions at work: what a client deploys, and bringing schedules and calendars in line when one comes into force.

use std::sync::Arc;
use std::time::{Duration, Instant};

use peygir_core::Moment;

use super::{Host, blocking};
use crate::command::Command;
use crate::engine::Failure;
use crate::offload::offload_while_wanted;
use crate::packs::withdraw::Unwithdrawn;
use crate::packs::{Plan, STREAM, Unfit, Wish, Withdrawal};
use crate::stream::Stream;

/// How long a check may take before it is given up: whoever asked is answered where it stood, before the request itself ends.
const CHECK_SECONDS_MAX: u64 = 25;

/// Whether a check has to end: nobody waits for it, or it took too long.
fn is_over(is_called_off: &dyn Fn() -> bool, begun: Instant) -> bool {
    is_called_off() || begun.elapsed() > Duration::from_secs(CHECK_SECONDS_MAX)
}

impl Host {
    /// Checks what somebody wants to be deployed. Reading all packs of a deployment takes its time: it is done beside.
    pub async fn plan_packs(self: &Arc<Self>, wish: Wish) -> Result<Plan, Unfit> {
        let (engine, now) = (self.engine.clone(), self.clock.now());
        let begun = Instant::now();
        let plan =
            move |is_called_off: &dyn Fn() -> bool| engine.plan_packs(&wish, now, &|| is_over(is_called_off, begun));
        let planned = offload_while_wanted(plan).await;
        planned.unwrap_or_else(|error| Err(Unfit::Store(format!("a check ended badly: {error}"))))
    }

    /// Deploys what was planned. It is durable when this returns, and in force if its date has come.
    pub async fn deploy_packs(self: &Arc<Self>, actor: &str, plan: Plan) -> Result<Arc<Stream>, Failure> {
        self.carry_out(STREAM, actor, Command::DeployPacks(plan.deploy)).await
    }

    /// Checks whether an edition that is still to come can be withdrawn.
    pub async fn plan_withdrawal(self: &Arc<Self>, number: u64, reason: String) -> Result<Withdrawal, Unwithdrawn> {
        let (engine, now) = (self.engine.clone(), self.clock.now());
        let begun = Instant::now();
        let plan = move |is_called_off: &dyn Fn() -> bool| {
            engine.plan_withdrawal(number, &reason, now, &|| is_over(is_called_off, begun))
        };
        let planned = offload_while_wanted(plan).await;
        planned.unwrap_or_else(|error| Err(Unfit::Store(format!("a check ended badly: {error}")).into()))
    }

    /// Withdraws an edition. It is durable when this returns, and never comes into force.
    pub async fn withdraw_edition(self: &Arc<Self>, actor: &str, plan: Withdrawal) -> Result<Arc<Stream>, Failure> {
        self.carry_out(STREAM, actor, Command::WithdrawEdition(plan.withdraw)).await
    }

    /// Puts in force what is due. Schedules follow what is in force, and calendars where that was not possible at once.
    pub(crate) async fn enact_editions(self: &Arc<Self>, now: Moment) {
        if !self.engine.takes_packs() {
            return;
        }
        let engine = self.engine.clone();
        match blocking(move || engine.enact_editions(now)).await {
            Ok(false) => {}
            Ok(true) => self.align_with_edition().await,
            Err(failure) => tracing::error!(%failure, "an edition could not be put in force yet"),
        }
    }

    async fn align_with_edition(self: &Arc<Self>) {
        let aligned = match self.align_calendars().await {
            Ok(()) => self.align_schedules().await,
            failed => failed,
        };
        if let Err(failure) = aligned {
            tracing::error!(%failure, "deadlines or schedules are not in line with what is in force; it is tried again");
            self.engine.editions_out_of_line();
        }
    }
}
