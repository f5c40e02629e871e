//! The engine as its clients see it: the API, the console, connectors' calls and the command line all come through here.
//!
//! Reads are filtered by what the principal may see; writes become commands of the stream they concern, and return when
//! their commit is durable. Knows no HTTP and no HTML.

mod calendars;
mod cases;
mod deadlines;
mod decisions;
mod deploying;
mod effects;
mod events;
mod health;
mod inbound;
mod incidents;
mod instances;
mod journal;
mod lifecycle;
mod names;
mod packs;
mod person;
mod refusal;
mod scripts;
mod submit;
mod tasks;
pub mod view;

use std::sync::{Arc, Mutex};

use peygir_core::Id;

use crate::access::{Place, Principal};
use crate::catalog::Catalog;
use crate::host::Host;
use crate::lifecycle::Lifecycle;
use crate::offload::offload;
use crate::rows::{self, List};
use crate::stream::Stream;

pub use deploying::findings;
pub use instances::{InstanceAction, InstanceDefinition, REASON_CHARS_MAX, WAIT_SECONDS_MAX};
pub use lifecycle::{EventFeed, EventLine, EventPage, WebhookCount, WebhookView};
pub use packs::{FileState, FilesSent};
pub use peygir_connector::FaultKind;
pub use refusal::{FieldError, Refusal};
pub use scripts::{
    Origin, Returned, ScriptCall, ScriptEnd, ScriptFault, ScriptRun, ScriptStep, ScriptText, recorded_run,
};
pub use view::*;

/// Items of a page where the client names no number, and at most.
pub const PAGE_ITEMS: usize = 50;
pub const PAGE_ITEMS_MAX: usize = 200;
/// Index rows looked at for one page: a filter that hardly anything passes gives a short page with a `next`.
const SCANNED_MAX: usize = 2_000;

/// Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    host: Arc<Host>,
    lifecycle: Arc<Lifecycle>,
    heads: Arc<Mutex<packs::Heads>>,
}

impl Desk {
    pub fn new(host: Arc<Host>) -> Self {
        let lifecycle = Lifecycle::new(host.engine.clone());
        Self { host, lifecycle, heads: Arc::default() }
    }

    pub fn host(&self) -> &Arc<Host> {
        &self.host
    }

    async fn stream(&self, id: Id) -> Result<Arc<Stream>, Refusal> {
        let stream = self.host.read(id).await?;
        if stream.version == 0 { Err(Refusal::NotFound) } else { Ok(stream) }
    }

    /// Walks an index, newest or oldest first as its keys sort, and gives a page of what `item` makes of the records.
    async fn page<T>(
        &self,
        list: List,
        request: &PageRequest,
        item: impl FnMut(&Stream, Id) -> Option<T>,
    ) -> Result<Page<T>, Refusal> {
        self.page_within(list, list.range(), request, item).await
    }

    /// The same for the keys of a part of the index.
    async fn page_within<T>(
        &self,
        list: List,
        (first, to): rows::Range,
        request: &PageRequest,
        mut item: impl FnMut(&Stream, Id) -> Option<T>,
    ) -> Result<Page<T>, Refusal> {
        let limit = request.limit.unwrap_or(PAGE_ITEMS).clamp(1, PAGE_ITEMS_MAX);
        let mut from = match &request.after {
            Some(cursor) => [decode_cursor(cursor)?.as_slice(), &[0]].concat().max(first),
            None => first,
        };
        let mut items = Vec::new();
        let mut scanned = 0;
        loop {
            let page = self.scan(&from, &to, PAGE_ITEMS_MAX).await?;
            let last_page = page.len() < PAGE_ITEMS_MAX;
            for key in page {
                scanned += 1;
                from = [key.as_slice(), &[0]].concat();
                let Some((id, stream)) = list.parse(&key) else { continue };
                let stream = self.host.read(stream).await?;
                items.extend(item(&stream, id));
                if items.len() == limit || scanned == SCANNED_MAX {
                    return Ok(Page { items, next: Some(encode_cursor(&key)) });
                }
            }
            if last_page {
                return Ok(Page { items, next: None });
            }
        }
    }

    async fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Vec<u8>>, Refusal> {
        let (store, from, to) = (self.host.engine.store.clone(), from.to_vec(), to.to_vec());
        let page = offload(move || store.scan(&from, &to, limit)).await;
        match page {
            Ok(Ok(rows)) => Ok(rows.into_iter().map(|(key, _)| key).collect()),
            Ok(Err(error)) => Err(error.into()),
            Err(error) => Err(Refusal::Internal(error.to_string())),
        }
    }

    /// The one key of a narrow range.
    async fn only_key(&self, range: rows::Range) -> Result<Vec<u8>, Refusal> {
        self.scan(&range.0, &range.1, 1).await?.pop().ok_or(Refusal::NotFound)
    }
}

/// Where a stream's case belongs, for the scopes; what has no case belongs to the deployment's province.
fn place_of(catalog: &Catalog, stream: &Stream) -> Place {
    let here = || Place { province: Some(catalog.province().to_owned()), ..Place::default() };
    stream.records.case.as_ref().map_or_else(here, |case| Place {
        province: Some(case.province.clone()),
        county: case.county.clone(),
        agency: case.referral.as_ref().map(|referral| referral.agency.clone()).or_else(|| case.agency.clone()),
    })
}

fn require(
    catalog: &Catalog,
    by: &Principal,
    permission: crate::access::Permission,
    stream: &Stream,
) -> Result<(), Refusal> {
    if by.may(permission, &place_of(catalog, stream)) { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// Where a pack holds, for the scopes. One that names no place holds in all of them.
fn place_of_pack(place: &peygir_calendar::Place) -> Place {
    Place { province: place.province.clone(), county: place.county.clone(), agency: place.agency.clone() }
}

/// Work that may wait for the store.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, crate::engine::Failure> + Send + 'static,
) -> Result<T, Refusal> {
    match offload(work).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(Refusal::Internal(error.to_string())),
    }
}

fn encode_cursor(key: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(key)
}

fn decode_cursor(text: &str) -> Result<Vec<u8>, Refusal> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| Refusal::Invalid(vec![FieldError { field: "/after".to_owned(), code: "not-a-cursor" }]))
}
