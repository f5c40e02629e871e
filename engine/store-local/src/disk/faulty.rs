//! A disk in memory that loses and tears what was not synced, and fails when told to: for tests.
//!
//! It keeps, for each file, what is durable and the writes since; for names, the changes since the folder was synced. A
//! crash keeps a draw of the writes, each whole, in part or not at all, and the first few of the changes of names.

mod file;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::file::FaultyFile;
use super::acts::{Act, Acts};
use super::{Disk, File, folder_of};

/// The unit in which a torn write is kept or lost, in bytes: smaller than a sector, so that small groups tear too.
const BLOCK_BYTES: usize = 64;

#[derive(Clone, Default)]
pub struct FaultyDisk {
    world: Arc<Mutex<World>>,
}

#[derive(Default, Clone)]
struct World {
    names: BTreeMap<String, u64>,
    durable_names: BTreeMap<String, u64>,
    changed_names: Vec<(String, Option<u64>)>,
    nodes: BTreeMap<u64, Node>,
    next_node: u64,
    operations: u64,
    crash_at: Option<u64>,
    fail_sync_at: Option<u64>,
    fail_write_at: Option<u64>,
    syncs: u64,
    writes: u64,
    faults: u64,
    acts: Acts,
    /// Files and folders that could not be synced, in order.
    unsynced: Vec<String>,
    full: bool,
}

#[derive(Default, Clone)]
struct Node {
    now: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Pending>,
}

#[derive(Clone)]
enum Pending {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate(usize),
}

impl Pending {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Pending::Write { offset, bytes } => put(content, *offset, bytes),
            Pending::Truncate(length) => content.resize(*length, 0),
        }
    }
}

fn put(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    if content.len() < offset + bytes.len() {
        content.resize(offset + bytes.len(), 0);
    }
    content[offset..offset + bytes.len()].copy_from_slice(bytes);
}

impl World {
    /// Counts one change; from the crash on nothing works.
    fn operation(&mut self) -> io::Result<()> {
        self.operations += 1;
        match self.crash_at {
            Some(at) if self.operations > at => Err(io::Error::other("the machine is off")),
            _ => Ok(()),
        }
    }

    fn node(&self, path: &str) -> io::Result<u64> {
        self.names.get(path).copied().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    fn name(&mut self, path: &str, node: Option<u64>) {
        match node {
            Some(node) => self.names.insert(path.to_owned(), node),
            None => self.names.remove(path),
        };
        self.changed_names.push((path.to_owned(), node));
    }
}

impl FaultyDisk {
    pub fn new() -> Self {
        Self::default()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Number of changes (writes, syncs, changes of names) so far.
    pub fn operations(&self) -> u64 {
        self.world().operations
    }

    pub fn syncs(&self) -> u64 {
        self.world().syncs
    }

    /// After this many changes the machine is off: everything that follows fails.
    pub fn crash_at(&self, operations: u64) {
        self.world().crash_at = Some(operations);
    }

    /// Whether the machine went off at a change that was named before.
    pub fn is_off(&self) -> bool {
        let world = self.world();
        world.crash_at.is_some_and(|at| world.operations > at)
    }

    /// From now on there is no room, or room again: what makes a file longer puts down half of it and fails.
    pub fn fill(&self, full: bool) {
        self.world().full = full;
    }

    pub fn is_full(&self) -> bool {
        self.world().full
    }

    /// The sync with this number (from 1) fails, once.
    pub fn fail_sync_at(&self, number: u64) {
        self.world().fail_sync_at = Some(number);
    }

    /// The write with this number (from 1) puts down half of its bytes and fails, once.
    pub fn fail_write_at(&self, number: u64) {
        self.world().fail_write_at = Some(number);
    }

    pub fn writes(&self) -> u64 {
        self.world().writes
    }

    /// Writes and syncs that failed so far, but for those that met a machine that was off.
    pub fn faults(&self) -> u64 {
        self.world().faults
    }

    /// The act of this kind with this number (from 1) fails, once.
    pub fn fail_at(&self, act: Act, number: u64) {
        self.world().acts.fail_at(act, number);
    }

    /// How often an act of this kind was asked for.
    pub fn done(&self, act: Act) -> u64 {
        self.world().acts.done(act)
    }

    /// Acts of this kind that failed so far.
    pub fn failed(&self, act: Act) -> u64 {
        self.world().acts.failed(act)
    }

    /// Paths of files, and folders, that could not be synced since this disk was made, in order.
    pub fn unsynced(&self) -> Vec<String> {
        self.world().unsynced.clone()
    }

    /// The disk as a killed process leaves it: everything written is there, synced or not.
    pub fn after_kill(&self) -> FaultyDisk {
        let mut world = self.world().clone();
        (world.crash_at, world.fail_sync_at, world.fail_write_at) = (None, None, None);
        (world.faults, world.acts) = (0, Acts::default());
        world.unsynced.clear();
        FaultyDisk { world: Arc::new(Mutex::new(world)) }
    }

    /// The disk as a power cut leaves it; `draw` gives a number below its argument.
    pub fn after_power_cut(&self, mut draw: impl FnMut(u64) -> u64) -> FaultyDisk {
        let world = self.world();
        let mut names = world.durable_names.clone();
        let kept_names = draw(world.changed_names.len() as u64 + 1) as usize;
        for (path, node) in &world.changed_names[..kept_names] {
            match node {
                Some(node) => names.insert(path.clone(), *node),
                None => names.remove(path),
            };
        }
        let mut nodes = BTreeMap::new();
        for &number in names.values() {
            let Some(node) = world.nodes.get(&number) else {
                continue;
            };
            let mut content = node.durable.clone();
            for change in &node.pending {
                keep_some(&mut content, change, &mut draw);
            }
            nodes.insert(number, Node { now: content.clone(), durable: content, pending: Vec::new() });
        }
        let (next_node, full) = (world.next_node, world.full);
        let world = World { durable_names: names.clone(), names, nodes, next_node, full, ..World::default() };
        FaultyDisk { world: Arc::new(Mutex::new(world)) }
    }

    /// A file's bytes, for tests that damage them.
    pub fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        let world = self.world();
        world.names.get(path).map(|node| world.nodes[node].now.clone())
    }

    /// Puts a file down, durable.
    pub fn set_bytes(&self, path: &str, bytes: &[u8]) {
        let mut world = self.world();
        let number = world.next_node;
        world.next_node += 1;
        world.nodes.insert(number, Node { now: bytes.to_vec(), durable: bytes.to_vec(), pending: Vec::new() });
        world.names.insert(path.to_owned(), number);
        world.durable_names.insert(path.to_owned(), number);
    }

    /// Takes a file away, durably.
    pub fn take_away(&self, path: &str) {
        let mut world = self.world();
        world.names.remove(path);
        world.durable_names.remove(path);
        world.changed_names.retain(|(name, _)| name != path);
    }

    /// Another disk with the same content, all of it durable.
    pub fn copy(&self) -> FaultyDisk {
        let mut world = self.after_kill().world().clone();
        for node in world.nodes.values_mut() {
            node.durable = node.now.clone();
            node.pending.clear();
        }
        world.durable_names = world.names.clone();
        world.changed_names.clear();
        FaultyDisk { world: Arc::new(Mutex::new(world)) }
    }

    fn file(&self, path: &str) -> io::Result<Arc<dyn File>> {
        let node = self.world().node(path)?;
        Ok(Arc::new(FaultyFile { world: self.world.clone(), node }))
    }
}

/// Keeps all, none, the beginning or some blocks of a change.
fn keep_some(content: &mut Vec<u8>, change: &Pending, draw: &mut impl FnMut(u64) -> u64) {
    match (draw(4), change) {
        (0, _) => {}
        (1, _) | (_, Pending::Truncate(_)) => change.apply(content),
        (2, Pending::Write { offset, bytes }) => put(content, *offset, &bytes[..draw(bytes.len() as u64 + 1) as usize]),
        (_, Pending::Write { offset, bytes }) => {
            for (index, block) in bytes.chunks(BLOCK_BYTES).enumerate() {
                if draw(2) == 0 {
                    put(content, offset + index * BLOCK_BYTES, block);
                }
            }
        }
    }
}

impl Disk for FaultyDisk {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut world = self.world();
        world.acts.count(Act::Read)?;
        let paths = world.names.keys().filter(|path| folder_of(path) == folder);
        Ok(paths.map(|path| path.rsplit('/').next().unwrap_or(path).to_owned()).collect())
    }

    fn create(&self, path: &str) -> io::Result<Arc<dyn File>> {
        {
            let mut world = self.world();
            world.operation()?;
            if world.names.contains_key(path) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            if world.full {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let number = world.next_node;
            world.next_node += 1;
            world.nodes.insert(number, Node::default());
            world.name(path, Some(number));
        }
        self.file(path)
    }

    fn open(&self, path: &str) -> io::Result<Arc<dyn File>> {
        self.world().acts.count(Act::Read)?;
        self.file(path)
    }

    fn open_to_write(&self, path: &str) -> io::Result<Arc<dyn File>> {
        self.world().acts.count(Act::Read)?;
        self.file(path)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut world = self.world();
        world.operation()?;
        let node = world.node(from)?;
        world.acts.count(Act::Rename)?;
        world.name(to, Some(node));
        world.name(from, None);
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut world = self.world();
        world.node(path)?;
        world.operation()?;
        world.acts.count(Act::Remove)?;
        world.name(path, None);
        Ok(())
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        let mut world = self.world();
        world.operation()?;
        // The names stay as they are, and a later sync may bring them to the disk.
        world.acts.count(Act::SyncFolder).inspect_err(|_| world.unsynced.push(folder.to_owned()))?;
        let changes = std::mem::take(&mut world.changed_names);
        let (synced, left): (Vec<_>, Vec<_>) = changes.into_iter().partition(|(path, _)| folder_of(path) == folder);
        world.changed_names = left;
        for (path, node) in synced {
            match node {
                Some(node) => world.durable_names.insert(path, node),
                None => world.durable_names.remove(&path),
            };
        }
        Ok(())
    }
}
