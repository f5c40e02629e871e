//! What the running server tells of itself; and how it stands with the server where it tells nothing.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use peygir_runtime::health::{Finding, Weight};

use crate::commands::client::Client;
use crate::data_folder::DataFolder;

/// A server that says nothing for this long hangs, or is stopped.
const PATIENCE: Duration = Duration::from_secs(10);

/// All that the server finds. Err: what keeps it from being asked; the folder is then looked at without it.
pub fn ask(data: &DataFolder) -> Result<Vec<Finding>, Box<Finding>> {
    let Ok(running) = data.running() else {
        let (en, fa) = ("no server runs on this folder", "سروری روی این پوشه کار نمی‌کند");
        return Err(Box::new(
            Finding::new("server", Weight::Waits, en, fa).mend("peygir serve DEPLOYMENT --data DATA"),
        ));
    };
    // Whoever has the store open has its lock: a note of a server that was killed, or was copied along, names another one.
    if !is_open(data, running.pid) {
        let pid = running.pid;
        let en = format!(
            "the server (process {pid}) ended without being stopped, or the folder is a copy; a start recovers"
        );
        let fa = format!(
            "سرور (فرایند {pid}) بی‌آنکه متوقف شود پایان یافته، یا پوشه رونوشت است؛ شروع بعدی آن را بازیابی می‌کند"
        );
        let finding = Finding::new("server", Weight::Wrong, en, fa);
        return Err(Box::new(finding.mend("peygir serve DEPLOYMENT --data DATA")));
    }
    match answer(data) {
        Ok(mut found) => {
            let en = format!("the server answers at {}", running.address);
            let fa = "سرور پاسخ می‌دهد";
            found.push(Finding::new("server", Weight::Fine, en, fa).about([running.address]));
            Ok(found)
        }
        Err(error) => {
            let en = format!("the server does not tell how it is: {error:#}");
            let fa = format!("سرور حال خود را نمی‌گوید: {error:#}");
            let finding = Finding::new("server", Weight::Wrong, en, fa).about([running.address]);
            Err(Box::new(finding.mend_told(
                "PEYGIR_TOKEN: a token of the role monitor; the server's log",
                "نشانهٔ دسترسی با نقش پایشگر را در \u{2066}PEYGIR_TOKEN\u{2069} بگذارید؛ گزارش سرور را بخوانید",
            )))
        }
    }
}

fn answer(data: &DataFolder) -> anyhow::Result<Vec<Finding>> {
    let mut told = Client::of(data)?.patient_for(PATIENCE).get("/api/v1/health")?;
    serde_json::from_value(told["findings"].take()).context("its answer is none that this version knows")
}

/// Whether some process has the folder's store open. Asked of the system's list of locks: trying the lock oneself would
/// refuse a server that starts at this moment.
fn is_open(data: &DataFolder, pid: u32) -> bool {
    let lives = || Path::new("/proc").join(pid.to_string()).exists();
    let Ok(lock) = std::fs::metadata(data.store().join("lock")) else { return false };
    let Ok(locks) = std::fs::read_to_string("/proc/locks") else { return lives() };
    is_listed(&locks, lock.ino())
}

/// `1: FLOCK  ADVISORY  WRITE 4711 fd:00:264114 0 EOF`; devices are named differently by some file systems.
fn is_listed(locks: &str, inode: u64) -> bool {
    let ours = format!(":{inode}");
    locks.lines().any(|line| line.contains(" FLOCK ") && line.split_whitespace().any(|word| word.ends_with(&ours)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_folder::Running;

    #[test]
    fn a_server_that_is_gone_is_told_from_one_that_was_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        assert_eq!(ask(&data).unwrap_err().weight, Weight::Waits);
        // Nothing listens on port 9, and nobody has the store open.
        data.write_running(&Running { pid: std::process::id(), address: "http://127.0.0.1:9".into() }).unwrap();
        std::fs::create_dir_all(data.store()).unwrap();
        let lock = std::fs::File::create(data.store().join("lock")).unwrap();
        let gone = ask(&data).unwrap_err();
        assert!(gone.weight == Weight::Wrong && gone.en.contains("without being stopped"), "{gone:?}");
        lock.lock().unwrap();
        let silent = ask(&data).unwrap_err();
        assert!(silent.weight == Weight::Wrong && silent.en.contains("does not tell"), "{silent:?}");
    }

    #[test]
    fn a_lock_is_found_by_its_whole_inode() {
        let locks = "1: POSIX  ADVISORY  WRITE 7 fd:00:99 0 EOF\n2: FLOCK  ADVISORY  WRITE 7 fd:00:264114 0 EOF\n";
        assert!(is_listed(locks, 264_114));
        assert!(!is_listed(locks, 64_114) && !is_listed(locks, 99) && !is_listed("", 1));
    }
}
