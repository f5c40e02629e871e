//! Prints how many commits a second the store takes from 16 writers: `cargo run --release --example commit_rate`.
//!
//! `commit_rate [FOLDER] [SECONDS]`; without a folder, one in the current folder, which is removed in the end. Beware of
//! a folder in memory (tmpfs): its syncs cost nothing.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use peygir_core::{Id, Moment};
use peygir_store::{Batch, Store};
use peygir_store_local::{LocalStore, Options};

const WRITERS: u64 = 16;
const STREAMS_PER_WRITER: u64 = 64;

fn batch(stream: Id, expected: u64) -> Batch {
    let row = |name: &str| [name.as_bytes(), &stream.0].concat();
    Batch {
        stream,
        expected,
        at: Moment(expected as i64),
        command: vec![b'c'; 200],
        events: vec![vec![b'e'; 150]; 2],
        rows: vec![(row("instance/"), Some(vec![b'i'; 600])), (row("timer/"), Some(vec![b't'; 40]))],
        claims: Vec::new(),
        unclaim: Vec::new(),
        enqueue: Vec::new(),
        done: None,
    }
}

#[expect(clippy::print_stdout, reason = "printing is what this is for")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map(PathBuf::from);
    let seconds = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let temporary = tempfile::tempdir_in(".")?;
    let folder = folder.unwrap_or_else(|| temporary.path().to_owned());
    let (store, _) = LocalStore::open(&folder, Options::default())?;
    let (start, commits) = (Instant::now(), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (store, commits) = (&store, &commits);
            scope.spawn(move || {
                let mut versions = [0u64; STREAMS_PER_WRITER as usize];
                for turn in 0u64.. {
                    if start.elapsed() > Duration::from_secs(seconds) {
                        return;
                    }
                    let slot = (turn % STREAMS_PER_WRITER) as usize;
                    let mut id = [0; 16];
                    id[..8].copy_from_slice(&writer.to_be_bytes());
                    id[8..].copy_from_slice(&(slot as u64).to_be_bytes());
                    match store.commit(&[batch(Id(id), versions[slot])]).pop() {
                        Some(Ok(version)) => versions[slot] = version,
                        // A folder that was used before has later versions.
                        Some(Err(peygir_store::Conflict::Version { actual })) => versions[slot] = actual,
                        other => panic!("{other:?}"),
                    }
                    commits.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let (commits, elapsed) = (commits.into_inner(), start.elapsed());
    println!(
        "{commits} commits in {:.1} s: {:.0} a second",
        elapsed.as_secs_f64(),
        commits as f64 / elapsed.as_secs_f64()
    );
    let closing = Instant::now();
    store.close()?;
    println!("closed in {:.2} s", closing.elapsed().as_secs_f64());
    Ok(())
}
