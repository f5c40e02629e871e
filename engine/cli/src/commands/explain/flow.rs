//! `peygir explain flow`: a flow for people, as numbered sentences and as a drawing.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use peygir_dsl::model::Workflow;
use peygir_dsl::read::{self, AnyNames};
use peygir_explain::{Language, NoTitles, Sentence, Titles};
use peygir_runtime::pack::{self, Catalog};
use peygir_source::{Diagnostics, yaml};

use super::super::check;
use super::super::local::Lang;
use super::upright;
use crate::answer::{line, say};
use crate::said::Said;

/// Wrong usage, as `sysexits.h` has it.
const USAGE: u8 = 64;
/// A drawing that goes to stdout.
const STDOUT: &str = "-";

/// Tell a flow as numbered sentences, and draw it.
///
/// FLOW is the flow's file, or its name (NAME, NAMESPACE/NAME or NAMESPACE/NAME:VERSION) in the pack or deployment in
/// the current folder, or in that of --in. Titles of forms, tables, roles and calendars come from the pack.
#[derive(clap::Args)]
pub struct Arguments {
    #[arg(value_name = "FLOW")]
    flow: String,
    /// Language: fa or en
    #[arg(long, default_value = "en", value_parser = ["fa", "en"])]
    lang: String,
    /// Write the drawing to FILE; `-` prints it in place of the sentences
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Folder of the pack or deployment in which a name is looked up
    #[arg(long = "in", value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
}

/// A flow with what is known around it.
struct Found {
    workflow: Workflow,
    catalog: Option<Catalog>,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Some(file) = file_of(&arguments.flow, &arguments.folder) else {
        say(&match arguments.lang.as_str() {
            "fa" => format!("peygir: پرونده یا گردش کاری به نام {} نیست", arguments.flow),
            _ => format!("peygir: there is no file and no flow of the name {}", arguments.flow),
        });
        return Ok(ExitCode::from(USAGE));
    };
    let found = match load(&file) {
        Ok(found) => found,
        Err(findings) => {
            check::print_for(&findings, if arguments.lang == "fa" { Lang::Fa } else { Lang::En });
            return Ok(ExitCode::FAILURE);
        }
    };
    let titles: &dyn Titles = found.catalog.as_ref().map_or(&NoTitles, |catalog| catalog);
    let language = if arguments.lang == "fa" { Language::Persian } else { Language::English };
    let drawing = || peygir_explain::svg(&found.workflow, titles, language, &[]);
    match &arguments.svg {
        Some(path) if path.as_os_str() == STDOUT => {
            line(drawing().trim_end());
            return Ok(ExitCode::SUCCESS);
        }
        Some(path) => std::fs::write(path, drawing()).with_context(|| {
            let shown = path.display();
            Said::new(format!("{shown} can't be written"), format!("{shown} نوشته نمی‌شود"))
        })?,
        None => {}
    }
    let sentences = peygir_explain::sentences(&found.workflow, titles, language);
    sentences.iter().for_each(|sentence| line(&shown(sentence)));
    Ok(ExitCode::SUCCESS)
}

/// A sentence as a line.
fn shown(sentence: &Sentence) -> String {
    let indent = "  ".repeat(sentence.depth);
    let space = if sentence.number.is_empty() { "" } else { " " };
    upright(&format!("{indent}{}{space}{}", sentence.number, sentence.text))
}

/// The file itself, or that of the flow of this name below the folder.
fn file_of(flow: &str, folder: &Path) -> Option<PathBuf> {
    if Path::new(flow).is_file() {
        return Some(PathBuf::from(flow));
    }
    let named = |file: &PathBuf| names(file).is_some_and(|names| names.iter().any(|name| name == flow));
    folders(folder).into_iter().flat_map(|folder| pack::walk(&folder, &mut Diagnostics::default())).find(named)
}

/// Where flows are looked for: the packs of a deployment, the last laid over the others first; else the folder itself.
/// Of a pack only the folder of its flows.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let packs = match pack::read(folder, None) {
        Ok((catalog, _)) => catalog.deployment.packs.into_iter().rev().collect(),
        Err(_) => vec![folder.to_owned()],
    };
    let flows = |pack: PathBuf| Some(pack.join("workflows")).filter(|flows| flows.is_dir()).unwrap_or(pack);
    packs.into_iter().map(flows).collect()
}

/// The names under which the flow of this file may be asked for.
fn names(file: &Path) -> Option<[String; 3]> {
    let is_yaml = file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    let root = yaml::parse(&std::fs::read_to_string(file).ok().filter(|_| is_yaml)?).ok()?;
    let document = root.get("document")?;
    let member = |name: &str| document.get(name).and_then(|node| node.as_str());
    let (namespace, name, version) = (member("namespace")?, member("name")?, member("version")?);
    Some([name.to_owned(), format!("{namespace}/{name}"), format!("{namespace}/{name}:{version}")])
}

/// With the pack that the file lies in; alone where the pack has errors or lacks what the flow calls.
fn load(file: &Path) -> Result<Found, Diagnostics> {
    if let Ok((catalog, name)) = pack::load_flow(file)
        && let Some(flow) = catalog.flows.get(&name)
    {
        return Ok(Found { workflow: Workflow::clone(&flow.workflow), catalog: Some(catalog) });
    }
    let shown = pack::shown(file);
    let text = std::fs::read_to_string(file).map_err(|_| pack::check(&[file.to_owned()]).found)?;
    let root = yaml::parse(&text).map_err(|found| Diagnostics { list: vec![found] }.in_file(&shown))?;
    let (workflow, _) = read::workflow(&root, &AnyNames).map_err(|found| found.in_file(&shown))?;
    Ok(Found { workflow, catalog: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    #[test]
    fn a_flow_is_found_by_its_file_and_by_each_of_its_names() {
        let file = pack().join("workflows/foad-128/workflow.yaml");
        assert_eq!(file_of(&file.to_string_lossy(), Path::new("/nowhere")), Some(file.clone()));
        for name in ["foad-128", "ir-foad/foad-128", "ir-foad/foad-128:1.0.0"] {
            let found = file_of(name, &pack()).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(found.canonicalize().unwrap(), file.canonicalize().unwrap());
        }
        assert_eq!(file_of("foad-129", &pack()), None);
    }

    #[test]
    fn the_pack_gives_the_titles() {
        let found = load(&pack().join("workflows/foad-128/workflow.yaml")).unwrap();
        let catalog = found.catalog.unwrap();
        let told = peygir_explain::sentences(&found.workflow, &catalog, Language::Persian);
        let text: String = told.iter().map(shown).collect();
        for title in
            ["جدول تصمیم «\u{2068}ارجاع فوریت‌های اداری\u{2069}»", "رسیدگی به شکایت", "شبانه‌روزی", "بازرسی فوری"]
        {
            assert!(text.contains(title), "{title}: {text}");
        }
    }

    #[test]
    fn english_alone_needs_no_isolation() {
        let sentence = |text: &str| Sentence { number: "1".into(), depth: 1, text: text.into(), path: Vec::new() };
        assert_eq!(shown(&sentence("\u{2068}.a\u{2069} holds")), "  1 .a holds");
        assert_eq!(shown(&sentence("\u{2068}.a\u{2069} باشد")), "  1 \u{2068}.a\u{2069} باشد");
    }
}
