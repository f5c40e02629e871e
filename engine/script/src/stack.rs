//! A stack that holds the deepest value which the size limits allow.
//!
//! rhai compares, prints and drops nested values by recursion without a limit of its own; on a caller's small stack that
//! would end the process. Where the caller's stack has enough left the run stays on it, as on a server's threads. Otherwise a
//! thread does it that has such a stack: to wake one costs up to several times what a short script does, and to make one, or
//! a stack alone, costs more still, so a few threads are kept. The caller waits for the one that it gave work: nothing here
//! runs beside anything.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        mpsc::{Sender, channel},
    },
    thread,
};

use crate::{
    fault::Fault,
    limits::{STACK_BYTES, THREADS_IDLE_MAX},
};

const BROKEN: Fault = Fault::Broken { reason: "the interpreter panicked" };

type Job = Box<dyn FnOnce() + Send>;

/// Threads that wait for work, by the way to each. One that is dropped ends its thread.
static IDLE: Mutex<Vec<Sender<Job>>> = Mutex::new(Vec::new());

/// Whether so much is left of this thread's stack. Where nobody can tell, it is not.
pub(crate) fn is_here() -> bool {
    stacker::remaining_stack().is_some_and(|left| left >= STACK_BYTES)
}

/// Runs `body` on this thread, whose stack [`is_here`]. A panic in there ends the run, and nothing else.
pub(crate) fn on_this_stack<T>(body: impl FnOnce() -> T) -> Result<T, Fault> {
    // What the run had in its hands is gone with it, and its slots in the thread are emptied as it ends.
    catch_unwind(AssertUnwindSafe(body)).map_err(|_| BROKEN)
}

/// Runs `body` on a thread with such a stack. A panic in there ends the run and its thread, and nothing else.
pub(crate) fn on_own_stack<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    let (answer, answered) = channel();
    let job: Job = Box::new(move || {
        // Who asked waits below; only the end of the process could take it away.
        let _ = answer.send(body());
    });
    let worker = give(job)?;
    match answered.recv() {
        Ok(answer) => {
            keep(worker);
            Ok(answer)
        }
        Err(_) => Err(BROKEN),
    }
}

/// Gives a job to a thread that waits, or to a new one.
fn give(mut job: Job) -> Result<Sender<Job>, Fault> {
    while let Some(worker) = idle().pop() {
        match worker.send(job) {
            Ok(()) => return Ok(worker),
            // That thread has ended; the job comes back.
            Err(refused) => job = refused.0,
        }
    }
    let (worker, work) = channel::<Job>();
    worker.send(job).map_err(|_| Fault::Broken { reason: "the machine gave no thread to run on" })?;
    let run = move || work.iter().for_each(|job| job());
    let begun = thread::Builder::new().name("script".to_owned()).stack_size(STACK_BYTES).spawn(run);
    begun.map(|_| worker).map_err(|_| Fault::Broken { reason: "the machine gave no thread to run on" })
}

fn keep(worker: Sender<Job>) {
    let mut idle = idle();
    if idle.len() < THREADS_IDLE_MAX {
        idle.push(worker);
    }
}

/// A list of senders is right whoever panicked while holding it.
fn idle() -> std::sync::MutexGuard<'static, Vec<Sender<Job>>> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::THREAD_STACK_BYTES;

    #[test]
    fn a_panic_ends_its_run_only() {
        for _ in 0..3 {
            let broken = on_own_stack(|| -> u32 { panic!("as an interpreter might") });
            assert_eq!(broken, Err(Fault::Broken { reason: "the interpreter panicked" }));
            assert_eq!(on_own_stack(|| 5), Ok(5));
        }
    }

    #[test]
    fn a_thread_with_such_a_stack_keeps_the_run() {
        let begin = |bytes: usize| thread::Builder::new().stack_size(bytes);
        assert!(!begin(STACK_BYTES / 2).spawn(is_here).unwrap().join().unwrap());
        let large = begin(THREAD_STACK_BYTES).spawn(|| {
            assert!(is_here());
            let broken = on_this_stack(|| -> u32 { panic!("as an interpreter might") });
            assert_eq!((broken, on_this_stack(|| 5)), (Err(BROKEN), Ok(5)));
            // Each has as much as it was promised.
            assert!(on_own_stack(is_nearly_here).unwrap() && on_this_stack(is_nearly_here).unwrap());
        });
        large.unwrap().join().unwrap();
    }

    fn is_nearly_here() -> bool {
        stacker::remaining_stack().unwrap() > STACK_BYTES - (1 << 20)
    }

    #[test]
    fn few_threads_are_kept_and_used_again() {
        let together = 4 * THREADS_IDLE_MAX;
        let all_run = std::sync::Arc::new(std::sync::Barrier::new(together));
        thread::scope(|scope| {
            for number in 0..together {
                let all_run = all_run.clone();
                scope.spawn(move || {
                    let wait = move || {
                        all_run.wait();
                        number
                    };
                    assert_eq!(on_own_stack(wait), Ok(number));
                });
            }
        });
        assert!((1..=THREADS_IDLE_MAX).contains(&idle().len()));
    }
}
