//! Lifecycle events for clients: a page of them, or a feed that goes on; and how the webhooks fare.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use peygir_casework::records::Case;
use peygir_core::Id;
use peygir_store::Store;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;

use super::names::instant;
use super::refusal::{FieldError, Refusal};
use super::{Desk, PAGE_ITEMS, PAGE_ITEMS_MAX, place_of};
use crate::access::{Permission, Place, Principal};
use crate::catalog::Catalog;
use crate::lifecycle::{Cursor, Error, Follower, Lifecycle, LifecycleEvent};
use crate::offload::offload;
use crate::pack::WEBHOOKS_MAX;
use crate::rows;
use crate::stream::{RowName, Stream};
use crate::webhook::{Filter, book};

/// Standings of webhooks that are looked at, those of earlier deployments among them.
const STANDINGS_MAX: usize = 20 * WEBHOOKS_MAX;

/// An event, and the cursor behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventLine {
    pub cursor: String,
    pub type_: &'static str,
    /// In structured form.
    pub event: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub struct EventPage {
    pub events: Vec<EventLine>,
    /// Where the next page begins.
    pub next: String,
    /// There was nothing more when the page was read.
    pub is_last: bool,
}

/// How a webhook of the deployment fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookView {
    pub name: String,
    /// `waiting` before its first look, `delivering`, `failing`, or `stopped`: the peer wanted no more.
    pub status: String,
    pub delivered: u64,
    pub delivered_at: Option<String>,
    /// Commits of the journal that it has not looked at.
    pub behind: u64,
    pub failing_since: Option<String>,
    pub fault: Option<String>,
    pub next_at: Option<String>,
}

/// Webhooks by how they fare, for a look at the server's health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct WebhookCount {
    pub total: usize,
    pub failing: usize,
    pub stopped: usize,
}

/// What somebody follows, from a cursor on.
pub struct EventFeed {
    follower: Option<Follower>,
    viewer: Arc<Viewer>,
    filter: Filter,
    newest: watch::Receiver<u64>,
}

/// Who looks, and what they may see.
struct Viewer {
    by: Principal,
    store: Arc<dyn Store>,
    catalog: Arc<Catalog>,
}

impl Desk {
    pub fn lifecycle(&self) -> &Arc<Lifecycle> {
        &self.lifecycle
    }

    /// Events behind `after`, from the first one on where it is absent; only those that the principal's scopes cover.
    pub async fn lifecycle_events(
        &self,
        by: &Principal,
        filter: Filter,
        after: Option<&str>,
        limit: Option<usize>,
    ) -> Result<EventPage, Refusal> {
        let mut feed = self.follow_events(by, filter, Some(after.unwrap_or(&Cursor::START.to_string()))).await?;
        feed.next(limit.unwrap_or(PAGE_ITEMS).clamp(1, PAGE_ITEMS_MAX)).await
    }

    /// Events behind `after` as they come, from now on where it is absent.
    pub async fn follow_events(
        &self,
        by: &Principal,
        filter: Filter,
        after: Option<&str>,
    ) -> Result<EventFeed, Refusal> {
        if !by.may_somewhere(Permission::EventRead) {
            return Err(Refusal::Forbidden);
        }
        // Asked before the end is looked at, so that nothing falls between.
        let newest = self.lifecycle.newest();
        let cursor = match after {
            Some(text) => Cursor::parse(text).ok_or_else(|| wrong_cursor("not-a-cursor"))?,
            None => self.lifecycle.end(),
        };
        let stream = match filter.instance {
            Some(instance) => {
                let key = self.only_key(rows::instance_range(instance)).await?;
                Some(rows::parse_instance(&key).ok_or(Refusal::NotFound)?)
            }
            None => None,
        };
        let lifecycle = self.lifecycle.clone();
        let follower = blocking(move || Ok(Follower::new(lifecycle, cursor, stream)?)).await?;
        let (store, catalog) = (self.host.engine.store.clone(), self.host.engine.catalog());
        let viewer = Arc::new(Viewer { by: by.clone(), store, catalog });
        Ok(EventFeed { follower: Some(follower), viewer, filter, newest })
    }

    /// The webhooks of the deployment, as it lists them.
    pub async fn webhooks(&self, by: &Principal) -> Result<Vec<WebhookView>, Refusal> {
        if !by.may_somewhere(Permission::EventRead) {
            return Err(Refusal::Forbidden);
        }
        let (store, catalog) = (self.host.engine.store.clone(), self.host.engine.catalog());
        blocking(move || {
            let last = store.last_frame();
            let names = catalog.webhooks().iter().map(|webhook| webhook.name.clone());
            names.map(|name| webhook_view(store.as_ref(), name, last)).collect()
        })
        .await
    }

    /// None where the deployment has no webhooks.
    pub async fn webhook_health(&self) -> Result<Option<WebhookCount>, Refusal> {
        let (store, catalog) = (self.host.engine.store.clone(), self.host.engine.catalog());
        if catalog.webhooks().is_empty() {
            return Ok(None);
        }
        blocking(move || {
            let standings = book::all(store.as_ref(), STANDINGS_MAX).map_err(Refusal::Internal)?;
            let names = catalog.webhooks();
            let ours = || standings.iter().filter(|standing| names.iter().any(|hook| hook.name == standing.name));
            Ok(Some(WebhookCount {
                total: names.len(),
                failing: ours().filter(|standing| standing.failing_since.is_some() && !standing.stopped).count(),
                stopped: ours().filter(|standing| standing.stopped).count(),
            }))
        })
        .await
    }
}

impl EventFeed {
    /// The next events that the principal may see, up to `limit`; none where there are none now.
    pub async fn next(&mut self, limit: usize) -> Result<EventPage, Refusal> {
        let Some(mut follower) = self.follower.take() else {
            return Err(Refusal::Internal("a reading of events was given up".to_owned()));
        };
        self.newest.mark_unchanged();
        let (viewer, filter) = (self.viewer.clone(), self.filter.clone());
        let (follower, page) = blocking(move || {
            let mut seen = BTreeMap::new();
            let page = follower.page(limit, |event| Ok(filter.wants(event) && viewer.may_see(event, &mut seen)?))?;
            Ok((follower, page))
        })
        .await?;
        self.follower = Some(follower);
        let line = |event: &Arc<LifecycleEvent>| EventLine {
            cursor: event.cursor.to_string(),
            type_: event.kind.type_(),
            event: event.event.envelope(),
        };
        let events = page.events.iter().map(line).collect();
        Ok(EventPage { events, next: page.next.to_string(), is_last: page.is_last })
    }

    /// Waits until something may have come, at the longest for this time.
    pub async fn changed(&mut self, longest: Duration) {
        // Whether something came or the time is over, the next look tells.
        let _ = tokio::time::timeout(longest, self.newest.changed()).await;
    }
}

impl Viewer {
    fn may_see(&self, event: &LifecycleEvent, seen: &mut BTreeMap<Id, bool>) -> Result<bool, Error> {
        // Who reads for the whole nation reads everything.
        if self.by.may(Permission::EventRead, &Place::default()) {
            return Ok(true);
        }
        if let Some(known) = seen.get(&event.stream) {
            return Ok(*known);
        }
        let row = self.store.get(&rows::key(event.stream, &RowName::Case))?;
        let unreadable = |error: minicbor::decode::Error| Error::Unreadable(error.to_string());
        let case = row.map(|row| minicbor::decode::<Case>(&row).map_err(unreadable)).transpose()?;
        let mut stream = Stream::new(event.stream);
        stream.records.case = case;
        let may = self.by.may(Permission::EventRead, &place_of(&self.catalog, &stream));
        seen.insert(event.stream, may);
        Ok(may)
    }
}

fn webhook_view(store: &dyn Store, name: String, last_frame: u64) -> Result<WebhookView, Refusal> {
    let Some(standing) = book::read(store, &name).map_err(Refusal::Internal)? else {
        return Ok(WebhookView {
            name,
            status: "waiting".to_owned(),
            delivered: 0,
            delivered_at: None,
            behind: 0,
            failing_since: None,
            fault: None,
            next_at: None,
        });
    };
    let status = match (standing.stopped, standing.failing_since) {
        (true, _) => "stopped",
        (false, Some(_)) => "failing",
        (false, None) => "delivering",
    };
    Ok(WebhookView {
        name,
        status: status.to_owned(),
        delivered: standing.delivered,
        delivered_at: standing.delivered_at.map(instant),
        behind: (last_frame + 1).saturating_sub(standing.cursor().frame),
        failing_since: standing.failing_since.map(instant),
        fault: standing.fault,
        next_at: standing.next_at.map(instant),
    })
}

fn wrong_cursor(code: &'static str) -> Refusal {
    Refusal::Invalid(vec![FieldError { field: "/after".to_owned(), code }])
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::UnknownCursor => wrong_cursor("not-a-cursor"),
            Error::Archived { .. } => wrong_cursor("archived"),
            Error::Unreadable(why) => Refusal::Internal(why),
            Error::Stopped(why) => Refusal::Unavailable(why),
        }
    }
}

/// Waits for a disk on a thread that may wait.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Refusal> {
    let done = offload(work).await;
    done.unwrap_or_else(|error| Err(Refusal::Internal(error.to_string())))
}
