//! Work that may wait for a disk, kept off the threads that serve.
//!
//! Owns: where such work runs, for every caller of this crate. In a server it has threads of its own. In a simulation
//! ([`simulate`]) all is one thread: the work is done where it was asked for, between two pauses that the simulation draws,
//! so that one seed gives one order of all that happens, and a process can be ended at any of these pauses.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex, PoisonError};
use std::thread;

use tokio::sync::oneshot;

/// Threads that decide turns, beside one for each processor.
const DECIDERS_BESIDE: usize = 2;

/// The work came to no end: it panicked, or the runtime is shutting down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Ended(String);

/// How long others go first. One that never ends stands for a process that was ended.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What a simulation decides of work that would have had a thread of its own.
pub trait Schedule: Send + Sync {
    /// Awaited before each piece of work and again behind it.
    fn pause(&self) -> Pause;

    /// A piece of work panicked. Whoever waits for it is told as in a server, where that is a finding too.
    fn panicked(&self, what: &str);
}

thread_local! {
    static SCHEDULE: RefCell<Option<Arc<dyn Schedule>>> = const { RefCell::new(None) };
}

/// As long as it lives, this thread's work is done by the simulation's schedule.
#[derive(Debug)]
pub struct Simulated(PhantomData<*const ()>);

/// From now on work that is asked for on this thread is done on it.
pub fn simulate(schedule: Arc<dyn Schedule>) -> Simulated {
    SCHEDULE.set(Some(schedule));
    Simulated(PhantomData)
}

impl Drop for Simulated {
    fn drop(&mut self) {
        SCHEDULE.set(None);
    }
}

/// Does the work on a thread that may wait.
pub(crate) async fn offload<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Ended> {
    match SCHEDULE.with_borrow(Clone::clone) {
        Some(schedule) => inline(&*schedule, work).await,
        None => tokio::task::spawn_blocking(work).await.map_err(|error| Ended(error.to_string())),
    }
}

/// As [`offload`], for work that takes seconds and is of no use to anybody else: where the caller stops waiting, the work is
/// told by what it is given, and ends soon after.
pub(crate) async fn offload_while_wanted<T: Send + 'static>(
    work: impl FnOnce(&dyn Fn() -> bool) -> T + Send + 'static,
) -> Result<T, Ended> {
    let waiting = Waiting::default();
    let gone = waiting.0.clone();
    offload(move || work(&|| gone.load(Ordering::Relaxed))).await
}

/// Whoever waits for work. The flag is true once they are gone.
#[derive(Default)]
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Decides on one of few threads, which never wait for a commit: with many turns under way none of them has to be woken for
/// each. In a simulation it is work as any other.
pub(crate) async fn decide<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Ended> {
    match SCHEDULE.with_borrow(Clone::clone) {
        Some(schedule) => inline(&*schedule, work).await,
        None => {
            let (answer, answered) = oneshot::channel();
            // Whoever asked may be gone; what was asked for is done all the same.
            deciders().push(Box::new(move || drop(answer.send(work()))));
            answered.await.map_err(|_| Ended("a panic".to_owned()))
        }
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// Turns that wait to be decided, and who decides them.
#[derive(Default)]
struct Deciders {
    jobs: Mutex<VecDeque<Job>>,
    arrived: Condvar,
}

/// As many threads as there are processors, and a few for those that wait for the index.
fn deciders() -> &'static Deciders {
    static DECIDERS: LazyLock<&'static Deciders> = LazyLock::new(|| {
        let deciders: &'static Deciders = Box::leak(Box::default());
        let threads = thread::available_parallelism().map_or(2, usize::from) + DECIDERS_BESIDE;
        for _ in 0..threads {
            let started = thread::Builder::new().name("peygir-turns".to_owned()).spawn(|| deciders.work());
            started.expect("a process can start its first threads");
        }
        deciders
    });
    &DECIDERS
}

impl Deciders {
    fn push(&self, job: Job) {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).push_back(job);
        self.arrived.notify_one();
    }

    fn work(&self) {
        loop {
            let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
            let jobs = self.arrived.wait_while(jobs, |jobs| jobs.is_empty());
            let job = jobs.unwrap_or_else(PoisonError::into_inner).pop_front();
            // Whoever asked is told by the end of their channel.
            job.into_iter().for_each(|job| drop(catch_unwind(AssertUnwindSafe(job))));
        }
    }
}

async fn inline<T: Send>(schedule: &dyn Schedule, work: impl FnOnce() -> T + Send) -> Result<T, Ended> {
    schedule.pause().await;
    // As a thread of its own would: what it had locked is poisoned, and whoever waits is told.
    let done = catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let what = format!("a panic: {}", text.unwrap_or_default());
        schedule.panicked(&what);
        Ended(what)
    });
    schedule.pause().await;
    done
}

#[cfg(test)]
mod tests {
    use std::thread::ThreadId;

    use super::*;

    #[derive(Default)]
    struct Noted(Mutex<Vec<String>>);

    impl Schedule for Noted {
        fn pause(&self) -> Pause {
            self.0.lock().unwrap().push("pause".to_owned());
            Box::pin(tokio::task::yield_now())
        }

        fn panicked(&self, what: &str) {
            self.0.lock().unwrap().push(what.to_owned());
        }
    }

    fn here() -> ThreadId {
        thread::current().id()
    }

    #[tokio::test]
    async fn work_has_a_thread_of_its_own_but_in_a_simulation() {
        let outside = here();
        assert_ne!(offload(here).await.unwrap(), outside);
        let noted = Arc::new(Noted::default());
        let simulated = simulate(noted.clone());
        assert_eq!(offload(here).await.unwrap(), outside);
        let ended = offload(|| -> u8 { panic!("no {}", 1) }).await.unwrap_err();
        assert_eq!(ended.to_string(), "a panic: no 1");
        assert_eq!(*noted.0.lock().unwrap(), ["pause", "pause", "pause", "a panic: no 1", "pause"]);
        drop(simulated);
        assert_ne!(offload(here).await.unwrap(), outside);
    }

    /// Whoever asked hangs up: the work is told, and ends although it has no end of its own.
    #[tokio::test]
    async fn work_that_nobody_waits_for_is_told_so() {
        let (begun, ended) = (Arc::new(tokio::sync::Notify::new()), oneshot::channel());
        let (tell, told) = ended;
        let starts = begun.clone();
        let asked = offload_while_wanted(move |is_called_off| {
            starts.notify_one();
            while !is_called_off() {
                thread::yield_now();
            }
            tell.send("ended").unwrap();
        });
        tokio::select! {
            _ = asked => panic!("it ended by itself"),
            () = begun.notified() => {}
        }
        assert_eq!(told.await, Ok("ended"));
        assert!(offload_while_wanted(|is_called_off| !is_called_off()).await.unwrap());
    }
}
