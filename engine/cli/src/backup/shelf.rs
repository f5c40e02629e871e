//! A backup as the store sees a folder, so that the journal's own check reads it where it lies.

use std::io;
use std::path::Path;
use std::sync::Arc;

use peygir_store_local::disk::{Disk, File, RealDisk};

use super::Manifest;

/// The files of one backup under the names that they have in a store. Nothing can be changed in it.
pub struct Shelf<'a> {
    root: RealDisk,
    manifest: &'a Manifest,
}

impl<'a> Shelf<'a> {
    pub fn new(root: &Path, manifest: &'a Manifest) -> Self {
        Self { root: RealDisk::new(root), manifest }
    }
}

fn read_only<T>() -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::ReadOnlyFilesystem, "a backup is not changed"))
}

impl Disk for Shelf<'_> {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let split = |path: &str| path.rsplit_once('/').map(|(at, name)| (at.to_owned(), name.to_owned()));
        let entries = self.manifest.files.iter().filter_map(|entry| split(&entry.path));
        let mut names: Vec<String> = entries.filter(|(at, _)| at == folder).map(|(_, name)| name).collect();
        names.sort();
        Ok(names)
    }

    fn open(&self, path: &str) -> io::Result<Arc<dyn File>> {
        match self.manifest.files.iter().find(|entry| entry.path == path) {
            Some(entry) => self.root.open(&entry.at),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn create(&self, _: &str) -> io::Result<Arc<dyn File>> {
        read_only()
    }

    fn open_to_write(&self, _: &str) -> io::Result<Arc<dyn File>> {
        read_only()
    }

    fn rename(&self, _: &str, _: &str) -> io::Result<()> {
        read_only()
    }

    fn remove(&self, _: &str) -> io::Result<()> {
        read_only()
    }

    fn sync_folder(&self, _: &str) -> io::Result<()> {
        read_only()
    }
}
