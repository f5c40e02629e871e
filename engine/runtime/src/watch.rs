//! Waiting for a stream to be written: whoever asks for an answer "within so many seconds" sleeps here.
//!
//! A wake-up is a hint: who is woken reads the stream again. Nothing is kept for streams that nobody watches.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use peygir_core::Id;
use tokio::sync::Notify;

#[derive(Default)]
pub struct Watch(Mutex<BTreeMap<Id, Weak<Notify>>>);

impl Watch {
    /// What is notified whenever the stream was written. Ask before reading: a write between both is not missed then.
    pub fn on(&self, stream: Id) -> Arc<Notify> {
        let mut watched = self.locked();
        if let Some(notify) = watched.get(&stream).and_then(Weak::upgrade) {
            return notify;
        }
        watched.retain(|_, notify| notify.strong_count() > 0);
        let notify = Arc::new(Notify::new());
        watched.insert(stream, Arc::downgrade(&notify));
        notify
    }

    pub fn written(&self, stream: Id) {
        let notify = self.locked().get(&stream).and_then(Weak::upgrade);
        if let Some(notify) = notify {
            notify.notify_waiters();
        }
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<Id, Weak<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_write_wakes_who_watches_that_stream() {
        let (watch, stream) = (Watch::default(), Id([1; 16]));
        {
            let notify = watch.on(stream);
            let mut woken = std::pin::pin!(notify.notified());
            woken.as_mut().enable();
            watch.written(Id([2; 16]));
            let soon = std::time::Duration::from_millis(1);
            assert!(tokio::time::timeout(soon, woken.as_mut()).await.is_err(), "another stream wakes nobody here");
            watch.written(stream);
            woken.await;
        }
        let _other = watch.on(Id([3; 16]));
        assert_eq!(watch.locked().len(), 1, "streams that nobody watches are forgotten");
    }
}
