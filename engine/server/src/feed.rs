//! Server-sent events: answers that go on for as long as something happens and somebody reads.
//!
//! Owns: how many there may be at one time, how much waits for a slow reader, the sign of life, and their end. A reader
//! that is cut off (too slow, too long, the server stops) comes again with `Last-Event-ID` and misses nothing.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{Bytes, Frame};
use peygir_runtime::desk::{EventFeed, EventLine};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::Instant;

use crate::problem::{Code, Problem};

/// Readers at one time.
pub const READERS_MAX: usize = 256;
/// Events that wait for one reader.
pub const EVENTS_WAITING_MAX: usize = 64;
/// A reader that takes nothing for this long is cut off, in seconds.
pub const SLOW_SECONDS_MAX: u64 = 20;
/// How often a reader hears that the server is there, in seconds.
pub const HEARTBEAT_SECONDS: u64 = 15;
/// Longest time before a reader has to come again and show its credentials anew, in seconds.
pub const FEED_SECONDS_MAX: u64 = 900;
/// How long a reader that was cut off waits before it comes again, in milliseconds.
const RETRY_MS: u64 = 2_000;
/// Events read from the journal at once.
const EVENTS_AT_ONCE: usize = 100;
/// Longest time between two looks at the journal, whatever it tells, in seconds.
const LOOK_SECONDS_MAX: u64 = 5;

pub const MEDIA_TYPE: &str = "text/event-stream";

/// All readers of one server.
pub struct Feeds {
    places: Arc<Semaphore>,
    closing: watch::Sender<bool>,
}

impl Feeds {
    pub fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(READERS_MAX)), closing: watch::Sender::new(false) }
    }

    /// Ends all of them.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// An answer that goes on with the feed.
    pub fn answer(&self, feed: EventFeed) -> Result<Response, Problem> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Problem::new(Code::Unavailable))?;
        let (sender, receiver) = mpsc::channel(EVENTS_WAITING_MAX);
        let pump = Pump { feed, sender, closing: self.closing.subscribe(), _place: place };
        tokio::spawn(pump.run());
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE)),
            // Proxies that gather answers would hold events back.
            (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
        ];
        Ok((headers, Body::new(Lines(receiver))).into_response())
    }
}

/// Carries events from the journal to one reader.
struct Pump {
    feed: EventFeed,
    sender: mpsc::Sender<Bytes>,
    closing: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
}

impl Pump {
    async fn run(mut self) {
        let end = Instant::now() + Duration::from_secs(FEED_SECONDS_MAX);
        if !self.send(format!("retry: {RETRY_MS}\n: listening\n\n")).await {
            return;
        }
        let mut told = Instant::now();
        while Instant::now() < end && !*self.closing.borrow() {
            let page = match self.feed.next(EVENTS_AT_ONCE).await {
                Ok(page) => page,
                Err(refusal) => return tracing::warn!(%refusal, "a reader's events can't be read"),
            };
            for line in &page.events {
                if !self.send(block(line)).await {
                    return;
                }
                told = Instant::now();
            }
            if told.elapsed() >= Duration::from_secs(HEARTBEAT_SECONDS) {
                // The id moves on without an event: who comes again does not look at all of that once more.
                if !self.send(format!(": still here\nid: {}\n\n", page.next)).await {
                    return;
                }
                told = Instant::now();
            }
            if page.is_last && !self.wait().await {
                return;
            }
        }
    }

    /// False where nobody reads any more, or too slowly, or the server stops.
    async fn send(&mut self, text: String) -> bool {
        let limit = Duration::from_secs(SLOW_SECONDS_MAX);
        tokio::select! {
            sent = self.sender.send_timeout(Bytes::from(text), limit) => sent.is_ok(),
            _ = self.closing.changed() => false,
        }
    }

    async fn wait(&mut self) -> bool {
        tokio::select! {
            () = self.feed.changed(Duration::from_secs(LOOK_SECONDS_MAX)) => true,
            () = self.sender.closed() => false,
            _ = self.closing.changed() => false,
        }
    }
}

/// An event as it stands in the stream; its JSON has no line breaks.
fn block(line: &EventLine) -> String {
    format!("id: {}\nevent: {}\ndata: {}\n\n", line.cursor, line.type_, line.event)
}

/// The answer's body.
struct Lines(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Lines {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}
