//! On real files: sled deleted or filled with rubbish, two stores in one folder, verify beside a store.

use std::fs;
use std::path::{Path, PathBuf};

use peygir_store::conformance::history::{History, assert_same};
use peygir_store::{Error, MemoryStore, Store};
use peygir_store_local::{IndexFound, LocalStore, Options, verify};

fn play(history: &mut History, calls: usize, store: &dyn Store, model: &MemoryStore) {
    for _ in 0..calls {
        let batches = history.batches(model);
        assert_eq!(store.commit(&batches), model.commit(&batches));
    }
}

/// Small generations, so that much of it is in sled.
fn options() -> Options {
    Options { generation_bytes_max: 8 << 10, segment_bytes_max: 64 << 10, cache_bytes: 4 << 20, ..Options::default() }
}

fn rubbish(folder: &Path) {
    let mut byte = 0u8;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rubbish(&path);
        } else {
            let length = fs::metadata(&path).unwrap().len() as usize;
            let bytes: Vec<u8> = (0..length)
                .map(|_| {
                    byte = byte.wrapping_mul(73).wrapping_add(41);
                    byte
                })
                .collect();
            fs::write(&path, bytes).unwrap();
        }
    }
}

/// A supervisor starts again and again: what a start sets aside that is refused then is there again, and no older one is lost.
#[test]
fn an_index_outlives_starts_that_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let (model, mut history) = (MemoryStore::new(), History::new(23));
    let (store, _) = LocalStore::open(root.path(), options()).unwrap();
    play(&mut history, 60, &store, &model);
    store.close().unwrap();
    let segment = root.path().join("journal/00000001.segment");
    let whole = fs::read(&segment).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    fs::write(&segment, &damaged).unwrap();
    fs::write(root.path().join("rows/db-of-before"), b"").unwrap();
    fs::remove_file(root.path().join("rows.state")).unwrap();
    let looked = |name: &str| fs::read(root.path().join("rows").join(name)).unwrap();
    for _ in 0..4 {
        let refused = LocalStore::open(root.path(), options()).map(|_| ()).unwrap_err();
        assert!(matches!(refused, Error::Damaged { .. }), "{refused:?}");
        assert!(looked("db-of-before").is_empty(), "another index");
        let aside = fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let aside: Vec<_> = aside.filter(|name| name.to_string_lossy().contains("aside")).collect();
        assert!(aside.is_empty(), "{aside:?}");
    }
    fs::write(&segment, &whole).unwrap();
    let (store, report) = LocalStore::open(root.path(), options()).unwrap();
    assert!(matches!(report.index, IndexFound::Rebuilt { .. }), "nothing vouches for it: {report:?}");
    assert_same(&store, &model);
}

#[test]
fn sled_deleted_or_filled_with_rubbish_is_made_anew() {
    let root = tempfile::tempdir().unwrap();
    let (model, mut history) = (MemoryStore::new(), History::new(21));
    let rows = root.path().join("rows");
    let (store, _) = LocalStore::open(root.path(), options()).unwrap();
    play(&mut history, 60, &store, &model);
    store.close().unwrap();

    let (store, report) = LocalStore::open(root.path(), options()).unwrap();
    assert_eq!(report.index, IndexFound::Kept { applied: model.frames() });
    assert_same(&store, &model);
    play(&mut history, 30, &store, &model);
    store.close().unwrap();

    type Breaking = fn(&Path);
    let cases: [(&str, Breaking); 5] = [
        ("deleted", |rows| fs::remove_dir_all(rows).unwrap()),
        ("rubbish", rubbish),
        ("emptied", |rows| fs::write(rows.join("db"), b"").unwrap()),
        ("cut", |rows| {
            let length = fs::metadata(rows.join("db")).unwrap().len();
            fs::OpenOptions::new().write(true).open(rows.join("db")).unwrap().set_len(length / 3).unwrap();
        }),
        ("a file in its place", |rows| {
            fs::remove_dir_all(rows).unwrap();
            fs::write(rows, b"rubbish").unwrap();
        }),
    ];
    for (name, breaking) in cases {
        breaking(&rows);
        let (store, report) = LocalStore::open(root.path(), options()).unwrap();
        assert!(matches!(report.index, IndexFound::Rebuilt { .. }), "{name}: {:?}", report.index);
        assert_same(&store, &model);
        play(&mut history, 10, &store, &model);
        store.close().unwrap();
    }
    let aside = fs::read_dir(root.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("rows.aside."));
    assert_eq!(aside.count(), 2, "the oldest were removed");
}

/// A folder that was taken away and not synced may come back after a power cut with some of its names: each selection of the
/// files of a closed index is all of it, or is made anew. None is an index that lacks rows and says that it has them.
#[test]
fn any_files_of_a_closed_index_are_all_of_it_or_none() {
    let root = tempfile::tempdir().unwrap();
    let (model, mut history) = (MemoryStore::new(), History::new(23));
    let (store, _) = LocalStore::open(root.path(), options()).unwrap();
    play(&mut history, 60, &store, &model);
    store.close().unwrap();
    let files: Vec<PathBuf> = files_in(&root.path().join("rows"));
    assert!((2..=6).contains(&files.len()), "{files:?}");
    let (mut kept, mut rebuilt) = (0, 0);
    for selection in 0..1u32 << files.len() {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(root.path(), copy.path());
        for (at, file) in files.iter().enumerate().filter(|(at, _)| selection >> at & 1 == 0) {
            let gone = copy.path().join(file.strip_prefix(root.path()).unwrap());
            fs::remove_file(&gone).unwrap_or_else(|error| panic!("{at} {}: {error}", gone.display()));
        }
        let (store, report) = LocalStore::open(copy.path(), options()).unwrap();
        match report.index {
            IndexFound::Kept { .. } => kept += 1,
            _ => rebuilt += 1,
        }
        assert_same(&store, &model);
        store.close().unwrap();
    }
    assert!(kept > 0 && rebuilt > 0, "{kept} kept, {rebuilt} made anew");
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files_in(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn under_another_boot_sled_is_made_anew_unless_it_was_closed() {
    let root = tempfile::tempdir().unwrap();
    let (model, mut history) = (MemoryStore::new(), History::new(22));
    let boot = |name: &str| Options { boot_id: name.into(), ..options() };
    let (store, _) = LocalStore::open(root.path(), boot("a")).unwrap();
    play(&mut history, 60, &store, &model);
    store.close().unwrap();
    let (store, report) = LocalStore::open(root.path(), boot("b")).unwrap();
    assert!(matches!(report.index, IndexFound::Kept { .. }), "closed, so it does not matter");
    play(&mut history, 60, &store, &model);

    // A copy taken while the store is open is what a power cut leaves at best.
    let copy = tempfile::tempdir().unwrap();
    copy_folder(root.path(), copy.path());
    let (left, report) = LocalStore::open(copy.path(), boot("c")).unwrap();
    assert!(matches!(report.index, IndexFound::Rebuilt { .. }), "{:?}", report.index);
    assert_same(&left, &model);
    drop((left, store));

    let unknown = tempfile::tempdir().unwrap();
    let (store, _) = LocalStore::open(unknown.path(), boot("")).unwrap();
    copy_folder(unknown.path(), &unknown.path().join("copy"));
    let (_, report) = LocalStore::open(&unknown.path().join("copy"), boot("")).unwrap();
    assert!(matches!(report.index, IndexFound::Rebuilt { .. }), "an unknown boot is never the same");
    drop(store);
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path == to {
            continue;
        }
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn a_folder_has_one_store_and_verify_may_look_on() {
    let root = tempfile::tempdir().unwrap();
    let (model, mut history) = (MemoryStore::new(), History::new(23));
    let (store, _) = LocalStore::open(root.path(), options()).unwrap();
    play(&mut history, 20, &store, &model);
    match LocalStore::open(root.path(), options()).map(|_| ()) {
        Err(Error::Refused(why)) => assert!(why.contains(&std::process::id().to_string()), "{why}"),
        other => panic!("{other:?}"),
    }
    let report = verify(root.path(), &mut |_| ()).unwrap();
    assert_eq!(report.frames, model.frames());
    assert!(verify(&root.path().join("nothing"), &mut |_| ()).is_err());
}
