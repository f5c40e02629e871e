//! How fast the index is made anew from a journal: `rebuild FOLDER`, a store's folder, of which it keeps nothing but the journal.

use std::path::PathBuf;
use std::time::Instant;

use peygir_store::Store;
use peygir_store_local::{LocalStore, Options};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder: PathBuf = std::env::args().nth(1).ok_or("rebuild FOLDER")?.into();
    for name in ["snapshots", "rows"] {
        let path = folder.join(name);
        if path.exists() {
            std::fs::remove_dir_all(path)?;
        }
    }
    let begun = Instant::now();
    let (store, report) = LocalStore::open(&folder, Options::default())?;
    let took = begun.elapsed().as_secs_f64();
    let frames = store.last_frame() as f64;
    println!("{frames} records, {took:.2} s, {:.0} records/s, {:?}", frames / took, report.index);
    store.close()?;
    println!("closed after {:.2} s", begun.elapsed().as_secs_f64());
    Ok(())
}
