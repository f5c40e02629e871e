//! Where calendars come from: a deployment, packs, or the ones that are compiled into the program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use peygir_calendar::{Calendars, NamedPlace, Sheet, read};
use peygir_runtime::pack::{self, Deployment, SourceFile};
use peygir_source::render::{self, Language};
use peygir_source::{Diagnostic, Diagnostics, Node, suggest, yaml};

use super::Refusal;
use crate::answer::say;
use crate::deployment_folder;

/// The calendars that come with the program, by the names of their files there.
const SHIPPED: [(&str, &str); 2] = [
    ("shipped:ir-24x7.yaml", include_str!("../../../../../rules/calendars/ir-24x7.yaml")),
    ("shipped:ir-working.yaml", include_str!("../../../../../rules/calendars/ir-working.yaml")),
];
const DEPLOYMENT: &str = "deployment.yaml";
const PACK: &str = "pack.yaml";
/// Folders of a pack in which calendars lie.
const PARTS: [&str; 2] = ["rules", "workflows"];

#[derive(clap::Args)]
pub struct Sources {
    /// Folder of a pack with calendars; several lie over each other in their order, and all over the shipped ones
    #[arg(long, value_name = "FOLDER", conflicts_with = "deployment")]
    pack: Vec<PathBuf>,
    /// Folder of a deployment: the calendars of its packs, and no others
    #[arg(long, value_name = "FOLDER", value_parser = deployment_folder::parse)]
    deployment: Option<PathBuf>,
}

/// Sheets by their ids, each with its file; a later one takes the place of an earlier one.
#[derive(Default)]
pub struct Sheets {
    by_id: BTreeMap<String, Vec<(String, Sheet)>>,
    pub found: Diagnostics,
}

impl Sheets {
    /// Those that are compiled in.
    pub fn shipped() -> Self {
        let mut sheets = Self::default();
        for (name, text) in SHIPPED {
            sheets.add(name, text, &mut Vec::new());
        }
        sheets
    }

    /// Reads a text if it is a calendar, and notes its id among those of its layer.
    fn add(&mut self, name: &str, text: &str, layer: &mut Vec<String>) {
        match yaml::parse(text) {
            Ok(root) if is_calendar(&root) => self.read(name, &root, layer),
            Ok(_) => {}
            Err(fault) => self.found.extend(Diagnostics { list: vec![fault] }.in_file(name)),
        }
    }

    /// What stands twice in one layer stays twice, for the checks to tell.
    pub fn read(&mut self, name: &str, root: &Node, layer: &mut Vec<String>) {
        let found = match read::sheet(root) {
            Ok((sheet, warnings)) => {
                let id = sheet.id().to_owned();
                let same = self.by_id.entry(id.clone()).or_default();
                if !layer.contains(&id) {
                    same.clear();
                    layer.push(id);
                }
                same.push((name.to_owned(), sheet));
                warnings
            }
            Err(errors) => errors,
        };
        self.found.extend(found.in_file(name));
    }

    /// Every place that a calendar or one of its closures is for.
    pub fn named_places(&self) -> impl Iterator<Item = &NamedPlace> {
        self.by_id.values().flatten().flat_map(|(_, sheet)| sheet.named_places())
    }

    /// Leaves out what nothing stands on, but for the sheets of these files.
    pub fn keep_only(&mut self, files: &[String]) {
        let is_asked = |filed: &(String, Sheet)| files.contains(&filed.0);
        let mut wanted: Vec<String> = Vec::new();
        let mut queue: Vec<String> =
            self.by_id.iter().filter(|(_, same)| same.iter().any(is_asked)).map(|(id, _)| id.clone()).collect();
        while let Some(id) = queue.pop() {
            if wanted.contains(&id) {
                continue;
            }
            let bases = self.by_id.get(&id).into_iter().flatten().filter_map(|(_, sheet)| sheet.extends());
            queue.extend(bases.map(str::to_owned));
            wanted.push(id);
        }
        self.by_id.retain(|id, _| wanted.contains(id));
    }

    /// The calendars, with every finding.
    pub fn resolve(self) -> (Calendars, Diagnostics) {
        let mut found = self.found;
        let (calendars, of_layers) = Calendars::resolve(self.by_id.into_values().flatten().collect());
        found.extend(of_layers);
        (calendars, found)
    }
}

pub fn is_calendar(root: &Node) -> bool {
    root.get("document").is_none() && root.get("kind").and_then(Node::as_str) == Some("calendar")
}

/// All calendars of the sources. Findings are told; where one of them is an error, nothing is counted.
pub fn calendars(sources: &Sources, language: Language) -> Result<Calendars, Refusal> {
    let (calendars, found) = sheets(sources)?.0.resolve();
    if found.has_errors() {
        print(&found, language);
        return Err(Refusal::failure("the calendars have errors", "تقویم‌ها خطا دارند"));
    }
    Ok(calendars)
}

/// What is written in the sources, before one calendar is laid over another, and the folders of the packs.
pub fn sheets(sources: &Sources) -> Result<(Sheets, Vec<PathBuf>), Refusal> {
    let (mut sheets, folders) = layers(sources)?;
    for folder in &folders {
        add_pack(&mut sheets, folder);
    }
    Ok((sheets, folders))
}

/// What lies below, and the packs over it.
fn layers(sources: &Sources) -> Result<(Sheets, Vec<PathBuf>), Refusal> {
    let here = Path::new(".");
    if let Some(folder) = &sources.deployment {
        return Ok((Sheets::default(), packs_of(folder)?));
    }
    if !sources.pack.is_empty() {
        if let Some(wrong) = sources.pack.iter().find(|folder| !folder.join(PACK).is_file()) {
            let shown = pack::shown(wrong);
            return Err(Refusal::usage(
                format!("{shown} is no pack: it has no {PACK}"),
                format!("«{shown}» بسته نیست: {PACK} ندارد"),
            ));
        }
        return Ok((Sheets::shipped(), sources.pack.clone()));
    }
    if here.join(DEPLOYMENT).is_file() {
        return Ok((Sheets::default(), packs_of(here)?));
    }
    let packs = if here.join(PACK).is_file() { vec![here.to_owned()] } else { Vec::new() };
    Ok((Sheets::shipped(), packs))
}

/// The province whose cases the deployment takes, where there is one: what its calendars are asked for.
pub fn province(sources: &Sources) -> Option<String> {
    let here = || sources.pack.is_empty().then(|| PathBuf::from("."));
    let folder = sources.deployment.clone().or_else(here)?;
    let root = yaml::parse(&std::fs::read_to_string(folder.join(DEPLOYMENT)).ok()?).ok()?;
    root.get("province").and_then(Node::as_str).map(str::to_owned)
}

/// The packs of a deployment, lowest first.
pub fn packs_of(folder: &Path) -> Result<Vec<PathBuf>, Refusal> {
    let shown = pack::shown(folder);
    let refused = |why: &Diagnostic| {
        Refusal::usage(
            format!("{shown} is no deployment that can be read: {}", why.message),
            format!("«{shown}» استقراری خواندنی نیست: {}", why.message_fa),
        )
    };
    let file = SourceFile::read(&folder.join(DEPLOYMENT)).map_err(|why| refused(&why))?;
    let root = yaml::parse(&file.text).map_err(|why| refused(&why))?;
    match Deployment::read(folder, &file, &root) {
        Ok((deployment, _)) => Ok(deployment.packs),
        Err(found) => Err(found.list.iter().find(|one| one.severity == peygir_source::Severity::Error).map_or_else(
            || Refusal::usage(format!("{shown} is no deployment"), format!("«{shown}» استقرار نیست")),
            refused,
        )),
    }
}

/// The calendars of a pack. What else is wrong with it is not asked here.
pub fn add_pack(sheets: &mut Sheets, folder: &Path) {
    let mut layer = Vec::new();
    for part in PARTS.map(|part| folder.join(part)).iter().filter(|part| part.is_dir()) {
        for path in pack::walk(part, &mut Diagnostics::default()) {
            add_if_calendar(sheets, &path, &mut layer);
        }
    }
}

/// Reads a file of a folder where it is a calendar; its name, if it is one.
pub fn add_if_calendar(sheets: &mut Sheets, path: &Path, layer: &mut Vec<String>) -> Option<String> {
    let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    let file = SourceFile::read(path).ok().filter(|_| is_yaml)?;
    // Most files of a pack are flows and forms: they need no parsing to be told apart.
    let may_be = file.text.lines().any(|line| line.starts_with("kind") && line.contains("calendar"));
    if may_be {
        sheets.add(&file.name, &file.text, layer);
    }
    may_be.then_some(file.name)
}

pub fn unknown(name: &str, calendars: &Calendars) -> Refusal {
    let known: Vec<&str> = calendars.ids().collect();
    let list = known.join(", ");
    match suggest(name, known.iter().copied()) {
        Some(nearest) => Refusal::usage(
            format!("there is no calendar \"{name}\"; did you mean \"{nearest}\"? There are: {list}"),
            format!("تقویم «{name}» نیست؛ آیا منظور «{nearest}» بود؟ تقویم‌ها: {list}"),
        ),
        None if known.is_empty() => Refusal::usage(
            format!("there is no calendar \"{name}\", and no other"),
            format!("تقویم «{name}» نیست و تقویم دیگری هم نیست"),
        ),
        None => Refusal::usage(
            format!("there is no calendar \"{name}\"; there are: {list}"),
            format!("تقویم «{name}» نیست؛ تقویم‌ها: {list}"),
        ),
    }
}

/// Findings for a person, each with its snippet.
pub fn print(found: &Diagnostics, language: Language) {
    for diagnostic in &found.list {
        let shipped = SHIPPED.iter().find(|(name, _)| *name == diagnostic.file).map(|(_, text)| (*text).to_owned());
        let source = shipped.or_else(|| std::fs::read_to_string(&diagnostic.file).ok());
        say(&render::human(diagnostic, source.as_deref(), language));
    }
}
