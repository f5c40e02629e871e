//! One webhook: looks for events behind its cursor, posts them one after the other, and remembers how far it came.

use std::sync::Arc;
use std::time::Duration;

use peygir_connector::{Connector, Fault, FaultKind, Request, Secret, send_within};
use peygir_core::{Id, Moment};
use peygir_store::Store;
use serde_json::json;
use tokio::sync::Mutex;

use super::book::{self, Standing};
use super::{ANSWER_MS_MAX, BACKOFF_US_MAX, BACKOFF_US_MIN, FAILING_TOLD_AFTER_US, FUNCTION, Filter, signature};
use crate::command::Command;
use crate::host::Host;
use crate::lifecycle::{Error, Follower, Lifecycle, LifecycleEvent, Page};
use crate::offload::offload;

/// Events read from the journal at once.
const EVENTS_AT_ONCE: usize = 16;
/// Frames without an event for this webhook after which the cursor is written all the same.
const FRAMES_PASSED_MAX: u64 = 5_000;
const MEDIA_TYPE: &str = "application/cloudevents+json; charset=utf-8";
/// The peer says that the address is gone for good.
const GONE: u16 = 410;

/// A webhook, ready to be used.
#[derive(Debug, Clone)]
pub struct Hook {
    pub name: String,
    pub url: String,
    pub secret: Secret,
    pub filter: Filter,
}

pub struct Sender {
    host: Arc<Host>,
    lifecycle: Arc<Lifecycle>,
    connector: Arc<dyn Connector>,
    hook: Hook,
    /// None until it was read.
    standing: Mutex<Option<Standing>>,
}

impl Sender {
    pub(super) fn new(host: Arc<Host>, lifecycle: Arc<Lifecycle>, connector: Arc<dyn Connector>, hook: Hook) -> Self {
        Self { host, lifecycle, connector, hook, standing: Mutex::default() }
    }

    /// Posts what there is. Gives the instant of the next try where this one failed.
    pub(super) async fn look(&self, now: Moment) -> Option<Moment> {
        let mut place = self.standing.lock().await;
        match self.look_from(&mut place, now).await {
            Ok(next) => next,
            Err(why) => {
                tracing::error!(webhook = self.hook.name, why, "a webhook could not go on; it is tried again");
                // What stands in the store counts.
                *place = None;
                Some(now.plus_micros(BACKOFF_US_MIN))
            }
        }
    }

    async fn look_from(&self, place: &mut Option<Standing>, now: Moment) -> Result<Option<Moment>, String> {
        let mut standing = match place.take() {
            Some(standing) => standing,
            None => self.begin(now).await?,
        };
        if standing.stopped && !self.person_lets_it_go_on(&mut standing, now).await? {
            *place = Some(standing);
            return Ok(None);
        }
        if let Some(at) = standing.next_at.filter(|at| *at > now) {
            *place = Some(standing);
            return Ok(Some(at));
        }
        let next = self.post_all(&mut standing, now).await?;
        *place = Some(standing);
        Ok(next)
    }

    /// The standing in the store; a new one from the journal's end where there is none.
    async fn begin(&self, now: Moment) -> Result<Standing, String> {
        let (name, end) = (self.hook.name.clone(), self.lifecycle.end());
        self.with_store(move |store| match book::read(store, &name)? {
            Some(standing) => Ok(standing),
            None => {
                let standing = Standing::new(&name, end);
                book::write(store, &standing, now)?;
                Ok(standing)
            }
        })
        .await
    }

    async fn post_all(&self, standing: &mut Standing, now: Moment) -> Result<Option<Moment>, String> {
        let mut written = standing.cursor();
        loop {
            let page = match self.next_page(standing).await {
                Ok(page) => page,
                Err(Error::Archived { first }) => {
                    self.tell(format!("events before frame {first} of the journal are archived and were not sent"))
                        .await;
                    standing.move_to(crate::lifecycle::Cursor::before_frame(first));
                    continue;
                }
                Err(error) => return Err(error.to_string()),
            };
            for event in &page.events {
                if let Err(fault) = self.post(event).await {
                    return self.failed(standing, &fault, now).await;
                }
                standing.succeeded(event.cursor, self.host.clock.now());
                // One event at the most comes again after a crash.
                self.write(standing, now).await?;
                written = event.cursor;
            }
            standing.move_to(page.next);
            if page.next.frame.saturating_sub(written.frame) >= FRAMES_PASSED_MAX {
                self.write(standing, now).await?;
                written = page.next;
            }
            if page.is_last {
                return Ok(None);
            }
        }
    }

    async fn next_page(&self, standing: &Standing) -> Result<Page, Error> {
        let (lifecycle, cursor, filter) = (self.lifecycle.clone(), standing.cursor(), self.hook.filter.clone());
        let read = move || {
            let mut follower = Follower::new(lifecycle, cursor, None)?;
            follower.page(EVENTS_AT_ONCE, |event| Ok(filter.wants(event)))
        };
        let read = offload(read).await;
        read.unwrap_or_else(|error| Err(Error::Unreadable(error.to_string())))
    }

    async fn post(&self, event: &LifecycleEvent) -> Result<(), Fault> {
        let body = event.event.envelope().to_string();
        let id = &event.event.id;
        let timestamp_s = self.host.clock.now().0.div_euclid(1_000_000);
        let input = json!({
            "method": "POST",
            "endpoint": self.hook.url,
            "headers": {
                "content-type": MEDIA_TYPE,
                "webhook-id": id,
                "webhook-timestamp": timestamp_s.to_string(),
                "webhook-signature": signature(&self.hook.secret, id, timestamp_s, &body),
            },
            "body": body,
            "output": "raw",
        });
        let operation =
            self.connector.manifest().operation_of(FUNCTION, &input).map(|operation| operation.name.clone());
        let Some(operation) = operation else {
            return Err(Fault::permanent(
                FaultKind::Configuration,
                "no connector of this deployment posts to addresses",
            ));
        };
        let key = format!("{}/{id}", self.hook.name);
        let request = Request { operation, key, attempt: 1, input };
        send_within(self.connector.as_ref(), request, Duration::from_millis(ANSWER_MS_MAX)).await.map(drop)
    }

    /// Notes a failure, and tells a person where it is time.
    async fn failed(&self, standing: &mut Standing, fault: &Fault, now: Moment) -> Result<Option<Moment>, String> {
        let since = *standing.failing_since.get_or_insert(now);
        standing.fault = Some(fault.to_string());
        let pause = BACKOFF_US_MIN.saturating_mul(1 << standing.attempts.min(20)).min(BACKOFF_US_MAX);
        standing.attempts = standing.attempts.saturating_add(1);
        standing.next_at = Some(now.plus_micros(pause));
        let name = &self.hook.name;
        if fault.kind == (FaultKind::Answered { status: GONE }) {
            standing.stopped = true;
            self.tell(format!("webhook `{name}`: the peer says that its address is gone; nothing more is sent there"))
                .await;
        } else if now.0.saturating_sub(since.0) >= FAILING_TOLD_AFTER_US {
            self.tell(format!("webhook `{name}` takes no events since {since}: {fault}")).await;
        }
        self.write(standing, now).await?;
        Ok(standing.next_at.filter(|_| !standing.stopped))
    }

    /// A person is told, once as long as nobody deals with it.
    async fn tell(&self, reason: String) {
        let command = Command::WebhookFailing { name: self.hook.name.clone(), reason };
        if let Err(failure) = self.host.submit(self.stream(), "system", command).await {
            tracing::error!(webhook = self.hook.name, %failure, "a failing webhook could not be told to a person");
        }
    }

    /// A webhook that stopped goes on once a person has dealt with what was told.
    async fn person_lets_it_go_on(&self, standing: &mut Standing, now: Moment) -> Result<bool, String> {
        let stream = self.host.read(self.stream()).await.map_err(|failure| failure.to_string())?;
        if stream.records.incidents.values().any(|incident| incident.resolved_at.is_none()) {
            return Ok(false);
        }
        standing.goes_on();
        self.write(standing, now).await?;
        Ok(true)
    }

    fn stream(&self) -> Id {
        book::stream(&self.hook.name)
    }

    async fn write(&self, standing: &Standing, now: Moment) -> Result<(), String> {
        let standing = standing.clone();
        self.with_store(move |store| book::write(store, &standing, now)).await
    }

    async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Store) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let store = self.host.engine.store.clone();
        let done = offload(move || work(store.as_ref())).await;
        done.unwrap_or_else(|error| Err(error.to_string()))
    }
}
