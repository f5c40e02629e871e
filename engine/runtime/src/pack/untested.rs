//! Scripts without tests. What nobody ever ran is not deployed: a script that never ends, or that asks for what does not exist,
//! would first be noticed with somebody's case.

use std::path::{Path, PathBuf};

use peygir_script::Script;
use peygir_source::{Diagnostic, Diagnostics, Severity};

use super::bundle::Bundle;
use super::complaint::TOP;
use super::layer::{Layer, in_file};

const ENDINGS: [&str; 2] = ["test.yaml", "test.yml"];
const SCRIPT: &str = "rhai";

/// Scripts of a bundle beside which no tests lie, as errors. One that can't be read is told where it is read.
pub(crate) fn check_bundle(bundle: &Bundle, found: &mut Diagnostics) {
    for (path, text) in &bundle.files {
        let file = Path::new(path);
        let is_script = file.extension().is_some_and(|ending| ending == SCRIPT);
        let is_tested = ENDINGS.iter().any(|ending| {
            let beside = file.with_extension(ending);
            bundle.files.contains_key(beside.to_string_lossy().as_ref())
        });
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        if is_script && !is_tested && Script::compile(&name, text).is_ok() {
            found.push(in_file(untested(&name, Severity::Error), &bundle.shown(path)));
        }
    }
}

/// The file of tests that lies beside a script.
pub(super) fn tests_beside(script: &Path) -> Option<PathBuf> {
    ENDINGS.iter().map(|ending| script.with_extension(ending)).find(|path| path.is_file())
}

/// The same of a folder that somebody works on, as warnings: it is refused when it is deployed.
pub(super) fn check_layer(layer: &Layer, found: &mut Diagnostics) {
    for (name, script) in &layer.scripts {
        if tests_beside(&script.file.path).is_none() {
            found.push(in_file(untested(name, Severity::Warning), &script.file.name));
        }
    }
}

fn untested(name: &str, severity: Severity) -> Diagnostic {
    let mut finding = Diagnostic::error(
        "PG-P094",
        TOP,
        format!("the script \"{name}\" has no tests: it is not deployed without"),
        format!("اسکریپت «{name}» آزمون ندارد و بی آزمون مستقر نمی‌شود"),
    );
    finding.severity = severity;
    finding.with_help(
        format!(
            "write {name}.test.yaml beside it, with a row for each thing it decides: `- {{ name: …, req: {{ … }}, args: {{ … }}, \
             expect: … }}`"
        ),
        format!(
            "کنار آن \u{2066}{name}.test.yaml\u{2069} بنویسید، با یک سطر برای هر تصمیم آن: \u{2066}`- {{ name: …, req: {{ … }}, \
             args: {{ … }}, expect: … }}`\u{2069}"
        ),
    )
}
