//! What the running server tells of itself; and how it stands with the server where it tells nothing.

use std::path::Path;

use anyhow::Context;
use peygir_runtime::health::{Finding, Weight};

use crate::commands::client::Client;
use crate::data_folder::DataFolder;

/// All that the server finds. Err: what keeps it from being asked; the folder is then looked at without it.
pub fn ask(data: &DataFolder) -> Result<Vec<Finding>, Box<Finding>> {
    let Ok(running) = data.running() else {
        let (en, fa) = ("no server runs on this folder", "سروری روی این پوشه کار نمی‌کند");
        return Err(Box::new(
            Finding::new("server", Weight::Waits, en, fa).mend("peygir serve DEPLOYMENT --data DATA"),
        ));
    };
    match answer(data) {
        Ok(mut found) => {
            let en = format!("the server answers at {}", running.address);
            let fa = "سرور پاسخ می‌دهد";
            found.push(Finding::new("server", Weight::Fine, en, fa).about([running.address]));
            Ok(found)
        }
        Err(_) if !lives(running.pid) => {
            let pid = running.pid;
            let en = format!("the server (process {pid}) ended without being stopped; the next start recovers");
            let fa = format!("سرور (فرایند {pid}) بی‌آنکه متوقف شود پایان یافته است؛ شروع بعدی آن را بازیابی می‌کند");
            Err(Box::new(Finding::new("server", Weight::Wrong, en, fa).mend("peygir serve DEPLOYMENT --data DATA")))
        }
        Err(error) => {
            let en = format!("the server does not tell how it is: {error:#}");
            let fa = format!("سرور حال خود را نمی‌گوید: {error:#}");
            let finding = Finding::new("server", Weight::Wrong, en, fa).about([running.address]);
            Err(Box::new(finding.mend("PEYGIR_TOKEN: a token of the role monitor; the server's log")))
        }
    }
}

fn answer(data: &DataFolder) -> anyhow::Result<Vec<Finding>> {
    let mut told = Client::of(data)?.get("/api/v1/health")?;
    serde_json::from_value(told["findings"].take()).context("its answer is none that this version knows")
}

/// Whether a process of this number runs on this machine.
fn lives(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
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
        // Nothing listens on port 9, and no process has the largest number.
        data.write_running(&Running { pid: u32::MAX, address: "http://127.0.0.1:9".into() }).unwrap();
        let gone = ask(&data).unwrap_err();
        assert!(gone.weight == Weight::Wrong && gone.en.contains("without being stopped"), "{gone:?}");
        data.write_running(&Running { pid: std::process::id(), address: "http://127.0.0.1:9".into() }).unwrap();
        let silent = ask(&data).unwrap_err();
        assert!(silent.weight == Weight::Wrong && silent.en.contains("does not tell"), "{silent:?}");
    }
}
