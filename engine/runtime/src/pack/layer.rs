//! One pack, read from its folder. What it names of other packs is not looked at here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use peygir_calendar::{Scope, Sheet};
use peygir_casework::content::directory::DirectoryFile;
use peygir_casework::content::{Directory, Form, Template};
use peygir_decision::{Overlay, Table};
use peygir_script::Script;
use peygir_source::{Diagnostic, Diagnostics, Node, Span};

use super::bundle::{Bundle, is_test};
use super::files::{SourceFile, shown, walk};
use super::manifest::{self, Manifest};
use super::order::{self, Standing};
use super::resources::{Carried, Mirrors};

pub const FILE_NAME: &str = "pack.yaml";

/// Something and the file it came from.
#[derive(Debug, Clone)]
pub struct Filed<T> {
    pub value: T,
    pub file: SourceFile,
}

/// The contents of one pack.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    pub manifest: Option<Manifest>,
    /// Of all its files, in hexadecimal, where it was handed over as a whole; none of a folder that was read.
    pub digest: Option<String>,
    /// Flows as trees: they are read when all functions are known.
    pub flows: Vec<Filed<Node>>,
    pub tables: BTreeMap<String, Filed<Table>>,
    /// In the order of reading, which is the order in which they are laid over a table.
    pub overlays: Vec<Filed<Overlay>>,
    pub scripts: BTreeMap<String, Filed<Script>>,
    /// As they are written: what they extend may stand in another pack.
    pub calendars: BTreeMap<String, Filed<Sheet>>,
    pub forms: BTreeMap<String, Filed<Form>>,
    pub templates: BTreeMap<String, Filed<Template>>,
    pub directories: Vec<Filed<DirectoryFile>>,
    /// Copies of what flows name by address.
    pub mirrors: Mirrors,
    /// Texts of copies that the pack carries with it; others lie on the disk.
    pub carried: Carried,
    /// Names of tables and scripts that are there and can't be read: what leans on them is not told too.
    pub broken: BTreeSet<String>,
    pub found: Diagnostics,
    /// Names of the files that were read.
    pub files: Vec<String>,
}

/// What a file is, by its name and its `kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Flow,
    Form,
    Template,
    Directory,
    Calendar,
    Table,
    Overlay,
    Script,
    Pack,
    Deployment,
    /// Tests, scenarios, documents: nothing to load.
    Other,
}

impl Layer {
    /// Reads a pack. What is wrong stands in `found`; the rest is there all the same.
    pub fn read(folder: &Path) -> Self {
        let mut layer = Self::default();
        layer.read_manifest(folder);
        for part in ["workflows", "rules"] {
            let path = folder.join(part);
            if path.is_dir() {
                let mut found = Diagnostics::default();
                for file in walk(&path, &mut found) {
                    layer.add_path(&file);
                }
                layer.found.extend(found);
            }
        }
        layer
    }

    fn read_manifest(&mut self, folder: &Path) {
        match SourceFile::read(&folder.join(FILE_NAME)) {
            Ok(file) => self.add_manifest(folder, file, &Path::exists),
            Err(diagnostic) => self.found.push(diagnostic),
        }
    }

    fn add_manifest(&mut self, folder: &Path, file: SourceFile, exists: &dyn Fn(&Path) -> bool) {
        self.files.push(file.name.clone());
        let Some(root) = file.parse(&mut self.found) else { return };
        let outcome = manifest::read(folder, &file.name, &root, exists);
        if let Some((manifest, mirrors)) = self.keep(outcome, &file) {
            self.manifest = Some(manifest);
            self.mirrors = mirrors;
        }
    }

    /// For where the pack is written; everywhere, where it says nothing.
    pub fn scope(&self) -> Scope {
        self.manifest.as_ref().map(|manifest| manifest.scope.clone()).unwrap_or_default()
    }

    /// What its order among others hangs on.
    pub(super) fn standing(&self) -> Standing {
        self.manifest.as_ref().map(order::of).unwrap_or_default()
    }

    /// Reads a pack from the texts of its files.
    pub fn of_bundle(bundle: &Bundle) -> Self {
        let digest = bundle.digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut layer = Self { digest: Some(digest), ..Self::default() };
        // No path of the disk: copies are looked up by it among the texts.
        let folder = Path::new(&bundle.name);
        let text = |path: &String, text: &String| SourceFile {
            path: folder.join(path),
            name: bundle.shown(path),
            text: text.clone(),
        };
        for (path, content) in &bundle.files {
            if ["workflows/", "rules/"].iter().any(|part| path.starts_with(part)) {
                if !is_test(path) && by_name(Path::new(path)) != Some(FileKind::Other) {
                    layer.add(text(path, content));
                }
            } else if path != FILE_NAME {
                layer.carried.insert(folder.join(path), content.as_str().into());
            }
        }
        if let Some(manifest) = bundle.files.get(FILE_NAME) {
            let carried = std::mem::take(&mut layer.carried);
            let exists = |path: &Path| carried.keys().any(|one| one.starts_with(path));
            layer.add_manifest(folder, text(&FILE_NAME.to_owned(), manifest), &exists);
            layer.carried = carried;
        }
        layer
    }

    /// Reads a file if it is one that packs hold.
    pub fn add_path(&mut self, path: &Path) {
        if by_name(path) == Some(FileKind::Other) {
            return;
        }
        match SourceFile::read(path) {
            Ok(file) => self.add(file),
            Err(diagnostic) => self.found.push(diagnostic),
        }
    }

    fn add(&mut self, file: SourceFile) {
        self.files.push(file.name.clone());
        if by_name(&file.path) == Some(FileKind::Script) {
            return self.add_script(file);
        }
        let Some(root) = file.parse(&mut self.found) else { return };
        match by_content(&root) {
            Some(FileKind::Flow) => self.flows.push(Filed { value: root, file }),
            Some(FileKind::Form) => {
                let read = Form::read(&root);
                self.add_named(read, file, |form| form.id.clone(), |layer| &mut layer.forms);
            }
            Some(FileKind::Template) => {
                let read = Template::read(&root, &file.text);
                self.add_named(read, file, |template| template.id.clone(), |layer| &mut layer.templates);
            }
            Some(FileKind::Calendar) => {
                let read = peygir_calendar::read::sheet(&root);
                self.add_named(read, file, |sheet| sheet.id().to_owned(), |layer| &mut layer.calendars);
            }
            Some(FileKind::Table) => {
                let read = super::catalog::read_table(&root);
                if read.is_err() {
                    self.broken.extend(root.get("id").and_then(Node::as_str).map(str::to_owned));
                }
                self.add_named(read, file, |table| table.id().to_owned(), |layer| &mut layer.tables);
            }
            Some(FileKind::Overlay) => {
                // Also where its form is wrong, so that what it comes to on its table is told beside that.
                let (overlay, found) = Overlay::read_what_stands(&root, peygir_casework::text::search_key);
                self.found.extend(found.in_file(&file.name));
                self.overlays.extend(overlay.map(|value| Filed { value, file }));
            }
            Some(FileKind::Directory) => {
                let outcome = Directory::read(&root);
                if let Some(value) = self.keep(outcome, &file) {
                    self.directories.push(Filed { value, file });
                }
            }
            Some(FileKind::Pack | FileKind::Deployment | FileKind::Script | FileKind::Other) | None => {
                self.found.push(in_file(unknown_kind(&root), &file.name));
            }
        }
    }

    fn add_script(&mut self, file: SourceFile) {
        let name = file.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match Script::compile(&name, &file.text) {
            Ok(script) => {
                let warnings = Diagnostics { list: script.warnings().to_vec() };
                let read = Ok((script, warnings));
                self.add_named(read, file, |script| script.name().to_owned(), |layer| &mut layer.scripts);
            }
            Err(list) => {
                self.broken.insert(name);
                self.found.extend(Diagnostics { list }.in_file(&file.name));
            }
        }
    }

    fn add_named<T>(
        &mut self,
        outcome: Result<(T, Diagnostics), Diagnostics>,
        file: SourceFile,
        id: impl Fn(&T) -> String,
        map: impl Fn(&mut Self) -> &mut BTreeMap<String, Filed<T>>,
    ) {
        let Some(value) = self.keep(outcome, &file) else { return };
        let id = id(&value);
        if let Some(first) = map(self).get(&id) {
            let twice = twice(&id, &first.file.name);
            self.found.push(in_file(twice, &file.name));
            return;
        }
        map(self).insert(id, Filed { value, file });
    }

    /// Keeps the findings of a file and hands out what was read.
    fn keep<T>(&mut self, outcome: Result<(T, Diagnostics), Diagnostics>, file: &SourceFile) -> Option<T> {
        let (value, found) = match outcome {
            Ok((value, found)) => (Some(value), found),
            Err(found) => (None, found),
        };
        self.found.extend(found.in_file(&file.name));
        value
    }
}

/// What a file is where its name alone tells. YAML files are told by their content.
pub fn by_name(path: &Path) -> Option<FileKind> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.ends_with(".rhai") {
        return Some(FileKind::Script);
    }
    let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    let test = name.ends_with(".test.yaml") || name.ends_with(".test.yml");
    if yaml && !test { None } else { Some(FileKind::Other) }
}

/// What a YAML file says it is. A flow says it by having a `document`.
pub fn by_content(root: &Node) -> Option<FileKind> {
    if root.get("document").is_some() {
        return Some(FileKind::Flow);
    }
    match root.get("kind")?.as_str()? {
        "form" => Some(FileKind::Form),
        "template" => Some(FileKind::Template),
        "directory" => Some(FileKind::Directory),
        "calendar" => Some(FileKind::Calendar),
        "decision-table" => Some(FileKind::Table),
        "decision-table-overlay" => Some(FileKind::Overlay),
        "pack" => Some(FileKind::Pack),
        "deployment" => Some(FileKind::Deployment),
        _ => None,
    }
}

fn unknown_kind(root: &Node) -> Diagnostic {
    let (span, what) = match root.get("kind") {
        Some(kind) => (kind.span, format!("{:?} is no kind of file in a pack", kind.as_str().unwrap_or_default())),
        None => (root.span, "this file does not say what it is: it has neither `kind` nor `document`".to_owned()),
    };
    Diagnostic::error("PG-P042", span, what, "نوع این پرونده در بسته شناخته نیست").with_help(
        "a flow has `document`; other files have `kind`: form, template, directory, calendar, decision-table, \
         decision-table-overlay",
        "گردش کار `document` دارد؛ پرونده‌های دیگر `kind` دارند: form، template، directory، calendar، decision-table، \
         decision-table-overlay",
    )
}

pub fn twice(id: &str, first: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-P041",
        Span { line: 1, column: 1, length: 0 },
        format!("\"{id}\" stands in {first} already"),
        format!("«{id}» پیش‌تر در {first} آمده است"),
    )
}

pub fn in_file(mut diagnostic: Diagnostic, file: &str) -> Diagnostic {
    file.clone_into(&mut diagnostic.file);
    diagnostic
}

/// A folder that is missing or holds no pack.
pub fn is_pack(folder: &Path) -> bool {
    folder.join(FILE_NAME).is_file()
}

/// Says that a path is neither file nor folder.
pub fn nothing_there(path: &Path) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "PG-P001",
        Span { line: 1, column: 1, length: 0 },
        "there is no such file or folder",
        "چنین پرونده یا پوشه‌ای نیست",
    );
    in_file(diagnostic, &shown(path))
}
