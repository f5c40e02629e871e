//! Calling the binary, and copies of the shipped content that a test may spoil.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// What a call gave.
pub struct Called {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_peygir"));
    command.current_dir(folder).args(arguments).env_remove("PEYGIR_LOG");
    command
}

pub fn call(folder: &Path, arguments: &[&str]) -> Called {
    let Output { status, stdout, stderr } = command(folder, arguments).output().unwrap();
    Called {
        code: status.code().expect("the binary ends by itself"),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// A folder with files: path and text.
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// The national pack and the example, to be changed.
pub fn copy_of_content() -> TempDir {
    let copy = TempDir::new().unwrap();
    for part in ["workflows", "rules", "examples"] {
        copy_folder(&root().join(part), &copy.path().join(part));
    }
    std::fs::copy(root().join("pack.yaml"), copy.path().join("pack.yaml")).unwrap();
    copy
}

pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
