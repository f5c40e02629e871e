//! How the deployment fares: numbers for programs that watch it, and findings for the person who looks after it.
//!
//! Each number comes from a counter or from a question whose cost has an end, however much is at rest.

use peygir_core::Moment;
use peygir_store::Store;

use super::{Desk, Refusal, blocking};
use crate::access::{Permission, Place, Principal};
use crate::engine::{Engine, Failure};
use crate::health::{EditionAhead, Figures, Finding, INBOX_COUNTED_MAX, look};
use crate::rows;

/// A tick that is this much behind its instant was missed, in microseconds: one minute.
const TICK_LATE_MICROS: i64 = 60_000_000;
/// Open operations that are counted at most.
const OPERATIONS_COUNTED_MAX: usize = 100;

impl Desk {
    /// The numbers of the whole deployment.
    pub async fn figures(&self, by: &Principal) -> Result<Figures, Refusal> {
        self.require_home(by, Permission::MetricsRead)?;
        self.figures_now().await
    }

    /// What is wrong, what is slow and what waits for a person, the worst first.
    pub async fn health(&self, by: &Principal) -> Result<(Figures, Vec<Finding>), Refusal> {
        self.require_home(by, Permission::HealthRead)?;
        let figures = self.figures_now().await?;
        let found = look(&figures);
        Ok((figures, found))
    }

    /// Errs where nothing more is taken until the next start: no request that changes anything can be answered.
    pub async fn takes_commits(&self) -> Result<(), Refusal> {
        let store = self.host.engine.store.clone();
        match blocking(move || Ok(store.figures().stopped)).await? {
            Some(why) => Err(Refusal::Unavailable(why)),
            None => Ok(()),
        }
    }

    /// Of the deployment's own province at least: what has no case belongs there.
    fn require_home(&self, by: &Principal, permission: Permission) -> Result<(), Refusal> {
        let province = Some(self.host.engine.catalog().province().to_owned());
        let home = Place { province, ..Place::default() };
        if by.may(permission, &home) { Ok(()) } else { Err(Refusal::Forbidden) }
    }

    async fn figures_now(&self) -> Result<Figures, Refusal> {
        let (host, now) = (self.host.clone(), self.host.clock.now());
        let (paused, effects_held) = (host.paused(), host.effects_held());
        let mut figures = blocking(move || of_engine(&host.engine, now)).await?;
        if figures.is_unread {
            return Ok(Figures { paused, effects_held, ..figures });
        }
        if let Some(webhooks) = self.webhook_health().await? {
            (figures.webhooks_failing, figures.webhooks_stopped) = (webhooks.failing, webhooks.stopped);
        }
        Ok(Figures { paused, effects_held, ..figures })
    }
}

/// What can be told however the store is, and what it has to be read for. That it can't be read is no reason to tell nothing:
/// it is then that somebody asks.
fn of_engine(engine: &Engine, now: Moment) -> Result<Figures, Failure> {
    let (read, is_unread) = match read(engine, now) {
        Ok(read) => (read, false),
        Err(Failure::Unavailable(_)) => (Figures::default(), true),
        Err(other) => return Err(other),
    };
    let mut figures = Figures {
        now,
        is_unread,
        // Told last: a failed reading stops the store.
        store: engine.store.figures(),
        tally: engine.tally.read(),
        cache: engine.cache_figures(),
        keys_missing: engine.vault.keys().missing().to_vec(),
        keys_unread: engine.vault.keys().unread().len(),
        ..read
    };
    if let Some((editions, number)) = engine.editions() {
        let ahead = editions.to_come(now);
        figures.edition = number;
        figures.editions_ahead =
            ahead.iter().map(|edition| EditionAhead { number: edition.number, from: edition.effective_from }).collect();
        figures.editions_broken =
            editions.all.keys().copied().filter(|number| engine.is_broken_edition(*number)).collect();
    }
    Ok(figures)
}

/// The numbers for which the store is read.
fn read(engine: &Engine, now: Moment) -> Result<Figures, Failure> {
    let store = engine.store.as_ref();
    let first = |index: &[u8]| {
        let (from, to) = rows::range(index);
        let page = store.scan(&from, &to, 1)?;
        Ok::<_, Failure>(page.first().and_then(|(key, _)| rows::parse_at(index, key)).map(|(at, _)| at))
    };
    let (open, end) = rows::open_operations();
    Ok(Figures {
        first_due: first(rows::DUE)?,
        first_send: first(rows::SEND)?,
        inbox: store.inbox(INBOX_COUNTED_MAX)?.len(),
        operations_open: store.scan(&open, &end, OPERATIONS_COUNTED_MAX)?.len(),
        schedules_late: late(engine, now)?,
        unsealed_since: unsealed_since(store, store.figures().sealed_frame)?,
        ..Figures::default()
    })
}

/// The time of the first frame that no seal covers; None where there is none, and where it can't be read any more.
fn unsealed_since(store: &dyn Store, sealed: u64) -> Result<Option<Moment>, peygir_store::Error> {
    if store.last_frame() <= sealed {
        return Ok(None);
    }
    match store.frames(sealed, 1) {
        Ok(frames) => Ok(frames.first().map(|frame| frame.at)),
        Err(peygir_store::Error::Archived { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Schedules whose next tick should have come.
fn late(engine: &Engine, now: Moment) -> Result<Vec<String>, Failure> {
    let mut late = Vec::new();
    for flow in engine.catalog().scheduled() {
        let stream = engine.load(crate::schedule::stream_of(&flow.namespace, &flow.name))?;
        let ticks = stream.schedule.iter().flat_map(|schedule| &schedule.ticks);
        if ticks.filter_map(|tick| tick.next).any(|next| next.plus_micros(TICK_LATE_MICROS) < now) {
            late.push(format!("{}/{}", flow.namespace, flow.name));
        }
    }
    Ok(late)
}
