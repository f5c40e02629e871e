//! `kill -9` of a process that writes, with the real sled: what was acknowledged is there, and the rows of the sled that
//! was kept are those that the journal gives.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use peygir_store::conformance::{batch, commit, stream};
use peygir_store::{Batch, Store};
use peygir_store_local::{IndexFound, LocalStore, Options, verify};

const FOLDER: &str = "PEYGIR_KILL_TEST_FOLDER";
const ROUNDS: u64 = 10;
const WRITERS: u8 = 4;
/// How a line begins that tells of a commit.
const ACK: &[u8] = b"ack ";

fn options() -> Options {
    Options {
        generation_bytes_max: 16 << 10,
        segment_bytes_max: 128 << 10,
        snapshot_every_frames: 300,
        cache_bytes: 4 << 20,
        ..Options::default()
    }
}

/// Run by the test below in a process of its own; on its own it does nothing.
#[test]
fn the_process_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let (store, _) = LocalStore::open(&folder, options()).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let store = &store;
            scope.spawn(move || {
                let mut version = store.version(stream(writer)).unwrap();
                loop {
                    let value = version.to_be_bytes().to_vec();
                    // Short rows all over the place, so that many stand together and are divided again and again.
                    let short =
                        [&[b'm'][..], &(version.wrapping_mul(0x9e37_79b9_7f4a_7c15) | u64::from(writer)).to_be_bytes()]
                            .concat();
                    let rows = vec![
                        (short, (version % 5 > 0).then(|| vec![writer; 30])),
                        (vec![b'n', writer], Some([&value[..], &[7; 200]].concat())),
                        (vec![b'k', writer, version as u8 % 32], (version % 3 > 0).then(|| vec![writer; 9000])),
                    ];
                    version = commit(store, Batch { rows, ..batch(stream(writer), version) }).unwrap();
                    // One write, so that the line is whole; only what was acknowledged is told.
                    std::io::stdout().write_all(format!("ack {writer} {version}\n").as_bytes()).unwrap();
                }
            });
        }
    });
}

#[test]
fn whatever_was_acknowledged_before_a_kill_is_there() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("store");
    let mut acknowledged = [0u64; WRITERS as usize];
    let mut kept = 0;
    for round in 0..ROUNDS {
        for line in killed_after(&folder, Duration::from_millis(150 + 70 * (round % 5))).lines() {
            let mut words = line.split(' ').skip_while(|word| !word.ends_with("ack")).skip(1);
            let numbers = words.next().zip(words.next());
            let Some((writer, version)) = numbers.and_then(|(w, v)| Some((w.parse::<usize>().ok()?, v.parse().ok()?)))
            else {
                continue;
            };
            acknowledged[writer] = acknowledged[writer].max(version);
        }
        let copy = root.path().join(format!("copy-{round}"));
        copy_journal(&folder, &copy);
        let (store, report) = LocalStore::open(&folder, options()).unwrap();
        kept += u64::from(matches!(report.index, IndexFound::Kept { .. }));
        for (writer, &version) in acknowledged.iter().enumerate() {
            let found = store.version(stream(writer as u8)).unwrap();
            assert!(found >= version, "round {round}: writer {writer} was told {version}, found {found}");
            let row = store.get(&[b'n', writer as u8]).unwrap();
            assert_eq!(
                row.map(|row| row[..8].to_vec()),
                found.checked_sub(1).map(|before| before.to_be_bytes().to_vec())
            );
        }
        let (rebuilt, report) = LocalStore::open(&copy, options()).unwrap();
        assert!(matches!(report.index, IndexFound::Rebuilt { .. }), "{:?}", report.index);
        assert_eq!(store.digest().unwrap(), rebuilt.digest().unwrap(), "round {round}");
        assert_eq!(verify(&folder, &mut |_| ()).unwrap().tail, None);
        drop((store, rebuilt));
    }
    assert!(acknowledged.iter().all(|&version| version > 0), "the writers got to write: {acknowledged:?}");
    assert_eq!(kept, ROUNDS, "a kill costs no index");
}

/// What the process told until it was killed, so long after its first commit: a start that is cut off has no index to keep.
fn killed_after(folder: &Path, time: Duration) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::the_process_that_is_killed", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut told = Vec::new();
    while !told.windows(ACK.len()).any(|window| window == ACK) {
        assert_ne!(stdout.read_until(b'\n', &mut told).unwrap(), 0, "it ended before it wrote anything");
    }
    let reading =
        std::thread::spawn(move || stdout.read_to_end(&mut told).map(|_| String::from_utf8_lossy(&told).into_owned()));
    std::thread::sleep(time);
    child.kill().unwrap();
    child.wait().unwrap();
    reading.join().unwrap().unwrap()
}

/// Everything but the index and its marker.
fn copy_journal(from: &Path, to: &Path) {
    for folder in ["journal", "snapshots"] {
        fs::create_dir_all(to.join(folder)).unwrap();
        let Ok(entries) = fs::read_dir(from.join(folder)) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            fs::copy(&path, to.join(folder).join(path.file_name().unwrap())).unwrap();
        }
    }
}
