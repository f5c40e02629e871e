//! Threads whose stacks hold the deepest value that the size limits allow.
//!
//! rhai compares, prints and drops nested values by recursion without a limit of its own; on a caller's small stack that
//! would end the process. Making such a thread costs several times what a short script does, so a few are kept. The
//! caller waits for the thread that it gave work: nothing here runs beside anything.

use std::{
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

type Job = Box<dyn FnOnce() + Send>;

/// Threads that wait for work, by the way to each. One that is dropped ends its thread.
static IDLE: Mutex<Vec<Sender<Job>>> = Mutex::new(Vec::new());

/// Runs `body` on such a thread. A panic in there ends the run and its thread, and nothing else.
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
        Err(_) => Err(Fault::Broken { reason: "the interpreter panicked" }),
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

    #[test]
    fn a_panic_ends_its_run_only() {
        for _ in 0..3 {
            let broken = on_own_stack(|| -> u32 { panic!("as an interpreter might") });
            assert_eq!(broken, Err(Fault::Broken { reason: "the interpreter panicked" }));
            assert_eq!(on_own_stack(|| 5), Ok(5));
        }
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
