//! A file of the faulty disk.
//!
//! Owns: what a write, a sync and a read of a file do, and at which of them it fails.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Pending, World};
use crate::disk::{Act, File};

pub(super) struct FaultyFile {
    pub world: Arc<Mutex<World>>,
    pub node: u64,
}

impl FaultyFile {
    fn change(&self, world: &mut World, change: Pending) {
        let node = world.nodes.entry(self.node).or_default();
        change.apply(&mut node.now);
        node.pending.push(change);
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl File for FaultyFile {
    fn length(&self) -> io::Result<u64> {
        let mut world = self.world();
        world.acts.count(Act::Read)?;
        Ok(world.nodes.get(&self.node).map_or(0, |node| node.now.len() as u64))
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut world = self.world();
        world.acts.count(Act::Read)?;
        let Some(node) = world.nodes.get(&self.node) else {
            return Ok(0);
        };
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(node.now.len());
        let count = buffer.len().min(node.now.len() - from);
        buffer[..count].copy_from_slice(&node.now[from..from + count]);
        Ok(count)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let mut world = self.world();
        if world.crash_at == Some(world.operations) {
            // The write that the power cut meets is on its way: any part of it may arrive.
            self.change(&mut world, Pending::Write { offset, bytes: bytes.to_vec() });
        }
        world.operation()?;
        world.writes += 1;
        let grows = world.nodes.get(&self.node).is_none_or(|node| node.now.len() < offset + bytes.len());
        if world.fail_write_at == Some(world.writes) || (world.full && grows) {
            let half = bytes[..bytes.len() / 2].to_vec();
            self.change(&mut world, Pending::Write { offset, bytes: half });
            world.faults += 1;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.change(&mut world, Pending::Write { offset, bytes: bytes.to_vec() });
        Ok(())
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        let length = usize::try_from(length).map_err(io::Error::other)?;
        let mut world = self.world();
        world.operation()?;
        self.change(&mut world, Pending::Truncate(length));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut world = self.world();
        world.operation()?;
        world.syncs += 1;
        let fails = world.fail_sync_at == Some(world.syncs);
        let node = world.nodes.entry(self.node).or_default();
        let pending = std::mem::take(&mut node.pending);
        if fails {
            world.faults += 1;
            let node = self.node;
            let path = world.names.iter().find(|(_, number)| **number == node).map(|(path, _)| path.clone());
            world.unsynced.extend(path);
            // As on Linux: what could not be written is forgotten. It can be read as long as the machine is up, and no
            // later sync brings it to the disk.
            return Err(io::Error::other("the disk does not answer"));
        }
        pending.iter().for_each(|change| change.apply(&mut node.durable));
        Ok(())
    }
}
