//! The folder of a deployment, as it is named in a call: the folder itself, or the `deployment.yaml` in it.

use std::path::{Path, PathBuf};

use crate::said::Said;

const FILE_NAME: &str = "deployment.yaml";

/// For options that take a deployment.
pub fn parse(named: &str) -> Result<PathBuf, Said> {
    let path = Path::new(named);
    if !path.is_file() {
        return Ok(path.to_owned());
    }
    if path.file_name().is_some_and(|name| name == FILE_NAME) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        return Ok(folder.unwrap_or(Path::new(".")).to_owned());
    }
    Err(Said::new(
        format!("it is a file; a deployment is a folder with a {FILE_NAME}, or that file"),
        format!("این یک پرونده است؛ استقرار پوشه‌ای است که {FILE_NAME} دارد، یا خود آن پرونده"),
    ))
}
