//! Waiting for the end of an instance: whoever asks for an answer "within so many seconds" sleeps here.
//!
//! Who waits is woken once: by the commit that ended the instance, with the stream as it is then. Nothing is kept for streams
//! that nobody watches.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use peygir_core::Id;
use tokio::sync::oneshot;

use crate::stream::Stream;

/// Somebody who waits. Dropped, it is forgotten.
pub struct Waiter<'w> {
    watch: &'w Watch,
    stream: Id,
    told: oneshot::Receiver<Arc<Stream>>,
}

impl Waiter<'_> {
    /// The stream, once the instance has ended. None where it was written by somebody who does not say how it is now: read it.
    pub async fn ended(mut self) -> Option<Arc<Stream>> {
        (&mut self.told).await.ok()
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.told.close();
        self.watch.forget(self.stream);
    }
}

struct Waiting {
    instance: Option<Id>,
    tell: oneshot::Sender<Arc<Stream>>,
}

#[derive(Default)]
pub struct Watch(Mutex<BTreeMap<Id, Vec<Waiting>>>);

impl Watch {
    /// Told when an instance of the stream has ended; none named: the first that nobody else started. Ask before reading: an
    /// end between both is not missed then.
    pub fn end_of(&self, stream: Id, instance: Option<Id>) -> Waiter<'_> {
        let (tell, told) = oneshot::channel();
        let mut watched = self.locked();
        let waiting = watched.entry(stream).or_default();
        waiting.retain(|waiting| !waiting.tell.is_closed());
        waiting.push(Waiting { instance, tell });
        Waiter { watch: self, stream, told }
    }

    /// Who went away need not be told.
    fn forget(&self, stream: Id) {
        let mut watched = self.locked();
        if let Some(waiting) = watched.get_mut(&stream) {
            waiting.retain(|waiting| !waiting.tell.is_closed());
            if waiting.is_empty() {
                watched.remove(&stream);
            }
        }
    }

    /// The stream was written, and is so now; None where whoever wrote it does not know.
    pub fn written(&self, id: Id, stream: Option<&Arc<Stream>>) {
        let mut watched = self.locked();
        let Some(waiting) = watched.get_mut(&id) else { return };
        let Some(stream) = stream else {
            // Dropping it wakes whoever waits.
            watched.remove(&id);
            return;
        };
        let (over, left): (Vec<_>, Vec<_>) =
            std::mem::take(waiting).into_iter().partition(|waiting| has_ended(stream, waiting.instance));
        if left.is_empty() {
            watched.remove(&id);
        } else {
            *waiting = left;
        }
        drop(watched);
        // Who does not wait any more does not mind.
        over.into_iter().for_each(|waiting| drop(waiting.tell.send(stream.clone())));
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<Id, Vec<Waiting>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn has_ended(stream: &Stream, instance: Option<Id>) -> bool {
    let found = match instance {
        Some(id) => stream.instances.get(&id),
        None => stream.first_instance(),
    };
    found.is_none_or(|instance| instance.status.is_terminal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_wakes_who_watches_that_stream_and_nobody_is_kept() {
        let (watch, stream) = (Watch::default(), Id([1; 16]));
        let mut waiter = watch.end_of(stream, None);
        watch.written(Id([2; 16]), Some(&Arc::new(Stream::new(Id([2; 16])))));
        let empty = oneshot::error::TryRecvError::Empty;
        assert!(waiter.told.try_recv().is_err_and(|error| error == empty), "it is another stream");
        watch.written(stream, Some(&Arc::new(Stream::new(stream))));
        assert_eq!(waiter.told.try_recv().unwrap().id, stream, "nothing runs in it");
        drop(waiter);
        let mut unknown = watch.end_of(stream, None);
        watch.written(stream, None);
        assert!(unknown.told.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Closed));
        drop(unknown);
        drop(watch.end_of(stream, None));
        assert!(watch.locked().is_empty());
    }
}
