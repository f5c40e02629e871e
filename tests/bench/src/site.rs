//! What is served: the shipped deployment, with the bench's pack over it and its steps among the connectors.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Stands in a flow for the port of the peer over HTTP.
const PORT: &str = "PORT";

/// A folder with a deployment and the data of those that serve it.
pub struct Site {
    pub root: PathBuf,
}

impl Site {
    /// Written anew; what lay there is gone.
    pub fn new(root: &Path, peer_port: u16) -> Result<Self> {
        let site = Self { root: root.to_owned() };
        site.clear()?;
        let put = |name: &str, text: &str| {
            let path = root.join(name);
            let folder = path.parent().context("a file stands in a folder")?;
            fs::create_dir_all(folder).and_then(|()| fs::write(&path, text)).with_context(|| path.display().to_string())
        };
        let port = peer_port.to_string();
        let pack = "kind: pack\nname: bench\nversion: 1.0.0\ntitle: { fa: سنجش, en: Bench }\n";
        put("pack/pack.yaml", pack)?;
        put("pack/workflows/three/workflow.yaml", include_str!("../content/three.yaml"))?;
        put(
            "pack/workflows/three-http/workflow.yaml",
            &include_str!("../content/three-http.yaml").replace(PORT, &port),
        )?;
        put("pack/workflows/refer/workflow.yaml", include_str!("../content/refer.yaml"))?;
        put("pack/workflows/refer/forms/reply.yaml", include_str!("../content/reply.yaml"))?;
        put("pack/workflows/sleep/workflow.yaml", include_str!("../content/sleep.yaml"))?;
        put("deployment/deployment.yaml", &deployment(&port))?;
        Ok(site)
    }

    /// What an earlier run left.
    pub fn left(root: &Path) -> Option<Self> {
        root.join("data").is_dir().then(|| Self { root: root.to_owned() })
    }

    pub fn deployment(&self) -> PathBuf {
        self.root.join("deployment")
    }

    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    pub fn store(&self) -> PathBuf {
        self.data().join("store")
    }

    /// Takes everything away.
    pub fn clear(&self) -> Result<()> {
        if self.root.exists() {
            fs::remove_dir_all(&self.root).with_context(|| self.root.display().to_string())?;
        }
        Ok(())
    }
}

/// The repository's root.
pub fn repository() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate lies two folders below the top")
}

fn deployment(peer_port: &str) -> String {
    let national = repository().display().to_string();
    let province = repository().join("examples/one-province/pack").display().to_string();
    format!(
        "kind: deployment
name: bench
title: {{ fa: سنجش, en: Bench }}
province: hamedan
packs: [ '{national}', '{province}', ../pack ]
caseType: foad
intake: ir-foad/intake:1.0.0
calendar: ir-24x7
zone: Asia/Tehran
lines: [ {{ line: '6133', province: hamedan }} ]
connectors:
  steps: {{ use: steps }}
  messages: {{ use: messages }}
channels: {{ sms: messages, mail: messages }}
http: {{ allow: [ '127.0.0.1:{peer_port}' ] }}
"
    )
}
