//! The catalog: everything that flows may use, from all packs of a deployment, checked as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use peygir_calendar::{Calendars, PlacePart, Sheet};
use peygir_casework::content::{Directory, Form, Reference, ReferenceKind, Template};
use peygir_decision::{Table, TestOutcome};
use peygir_dsl::model::{FlowName, Workflow};
use peygir_script::Script;
use peygir_source::{Diagnostic, Diagnostics, Help, Node, Severity, Span, suggest};
use sha2::{Digest, Sha256};

use super::bundle::Bundle;
use super::deployment::{self, Deployment};
use super::files::SourceFile;
use super::layer::{Filed, Layer, Manifest, in_file, twice};
use super::names::{Content, World};
use super::offered::{Kinds, Offered};
use super::resources::{Carried, Copies, Mirrors};
use super::{secrets, uses};
use crate::closures::Digests;
use crate::vault::Secrets;

/// A flow and the text it was read from, which instances are pinned to.
#[derive(Debug, Clone)]
pub struct Flow {
    pub workflow: Arc<Workflow>,
    pub source: Arc<str>,
    /// Texts behind the addresses that the source names, by address.
    pub resources: BTreeMap<String, Arc<str>>,
    /// Of the source's bytes, and of those texts where there are any.
    pub sha256: [u8; 32],
    pub file: String,
}

#[derive(Debug, Clone)]
pub struct TableSource {
    pub table: Arc<Table>,
    pub source: Arc<str>,
    pub sha256: [u8; 32],
    pub file: String,
}

#[derive(Debug, Clone)]
pub struct ScriptSource {
    pub script: Arc<Script>,
    pub source: Arc<str>,
    pub sha256: [u8; 32],
    pub file: String,
}

/// Everything of a deployment, by name. Immutable: deploying anew makes a new one.
#[derive(Debug, Clone)]
pub struct Catalog {
    pub deployment: Deployment,
    /// Lowest layer first.
    pub packs: Vec<Manifest>,
    pub flows: BTreeMap<FlowName, Flow>,
    pub tables: BTreeMap<String, TableSource>,
    pub scripts: BTreeMap<String, ScriptSource>,
    pub calendars: Calendars,
    /// What each calendar was written as.
    pub calendar_digests: Digests,
    pub forms: BTreeMap<String, Form>,
    pub templates: BTreeMap<String, Template>,
    pub directory: Directory,
    /// None of them where the deployment was only read.
    pub secrets: Secrets,
}

/// Reads and checks a deployment and fetches its secrets. `Err` holds every finding, at least one of them an error; `Ok`
/// may hold warnings. Which functions connectors offer is not known here, and nothing is refused for it.
pub fn load(folder: &Path) -> Result<(Catalog, Diagnostics), Diagnostics> {
    load_or_read(folder, None, true)
}

/// The same, with the connectors that the program knows: a flow that needs one that is not there is refused.
pub fn load_with(folder: &Path, kinds: &Kinds) -> Result<(Catalog, Diagnostics), Diagnostics> {
    load_or_read(folder, Some(kinds), true)
}

/// Reads and checks a deployment where its secrets need not be at hand.
pub fn read(folder: &Path, kinds: Option<&Kinds>) -> Result<(Catalog, Diagnostics), Diagnostics> {
    load_or_read(folder, kinds, false)
}

fn load_or_read(folder: &Path, kinds: Option<&Kinds>, fetch: bool) -> Result<(Catalog, Diagnostics), Diagnostics> {
    let mut found = Diagnostics::default();
    match read_all(folder, kinds, fetch, &mut found) {
        Some(catalog) if !found.has_errors() => Ok((catalog, found)),
        _ => Err(found),
    }
}

/// What there is of a deployment in spite of what is wrong with it; nothing where `deployment.yaml` can't be read.
pub(super) fn read_all(folder: &Path, kinds: Option<&Kinds>, fetch: bool, found: &mut Diagnostics) -> Option<Catalog> {
    let deployment = read_deployment(folder, found)?;
    let layers: Vec<Layer> = deployment.packs.iter().map(|pack| Layer::read(pack)).collect();
    let mut catalog = of_layers(deployment, layers, kinds, found);
    if fetch {
        let (secrets, missing) = secrets::fetch(&catalog.deployment.secrets, folder);
        found.extend(missing.in_file(&catalog.deployment.file));
        catalog.secrets = secrets;
    }
    Some(catalog)
}

/// Reads and checks a deployment with these packs in place of its folders, the lowest first. Its secrets are not fetched.
pub fn of_bundles(
    deployment: Deployment,
    bundles: &[Arc<Bundle>],
    kinds: Option<&Kinds>,
) -> Result<(Catalog, Diagnostics), Diagnostics> {
    let mut found = Diagnostics::default();
    let layers = bundles.iter().map(|bundle| Layer::of_bundle(bundle)).collect();
    let catalog = of_layers(deployment, layers, kinds, &mut found);
    if found.has_errors() { Err(found) } else { Ok((catalog, found)) }
}

fn of_layers(
    deployment: Deployment,
    layers: Vec<Layer>,
    kinds: Option<&Kinds>,
    found: &mut Diagnostics,
) -> Catalog {
    let mut parts = Parts::default();
    for layer in layers {
        parts.lay_over(layer, found);
    }
    let around = Around {
        known: true,
        offered: kinds.map(|kinds| Offered::new(kinds, &deployment)),
        secrets: Some(deployment.secrets.keys().cloned().collect()),
        fetches_nothing_else: true,
    };
    let (catalog, references) = parts.into_catalog(deployment, around, found);
    check_whole(&catalog, &references, found);
    catalog
}

/// What is known around the content of packs.
#[derive(Default)]
pub(super) struct Around {
    /// Whether all functions and flows are known here.
    pub known: bool,
    /// What connectors offer, where it is known.
    pub offered: Option<Offered>,
    /// Names of the deployment's secrets, where there is a deployment.
    pub secrets: Option<BTreeSet<String>>,
    /// Whether an address without a copy leads nowhere.
    pub fetches_nothing_else: bool,
}

pub(super) fn read_deployment(folder: &Path, found: &mut Diagnostics) -> Option<Deployment> {
    let file = match SourceFile::read(&folder.join(deployment::FILE_NAME)) {
        Ok(file) => file,
        Err(diagnostic) => {
            found.push(diagnostic);
            return None;
        }
    };
    let root = file.parse(found)?;
    match Deployment::read(folder, &file, &root) {
        Ok((deployment, warnings)) => {
            found.extend(warnings.in_file(&file.name));
            Some(deployment)
        }
        Err(errors) => {
            found.extend(errors.in_file(&file.name));
            None
        }
    }
}

/// Reads a table and runs the tests it carries: a table that contradicts its own examples is not deployed.
pub(super) fn read_table(root: &Node) -> Result<(Table, Diagnostics), Diagnostics> {
    let (table, mut found) = Table::read(root, peygir_casework::text::search_key)?;
    found.list.extend(table.run_tests().iter().filter_map(TestOutcome::to_diagnostic));
    if found.has_errors() { Err(found) } else { Ok((table, found)) }
}

/// Names of directory entries that one file uses.
pub(super) type FileReferences = Vec<(String, Vec<Reference>)>;

/// Layers laid over each other, before flows are read.
#[derive(Default)]
pub(super) struct Parts {
    packs: Vec<Manifest>,
    flows: Vec<Filed<Node>>,
    tables: BTreeMap<String, Filed<Table>>,
    scripts: BTreeMap<String, Filed<Script>>,
    calendars: BTreeMap<String, Filed<Sheet>>,
    forms: BTreeMap<String, Filed<Form>>,
    templates: BTreeMap<String, Filed<Template>>,
    directory: Directory,
    references: FileReferences,
    mirrors: Mirrors,
    carried: Carried,
}

impl Parts {
    /// A later layer's form, template, script, calendar or entry of the directory replaces the earlier one of the same
    /// name. Tables of the same name are refused: a province changes a table by an overlay, which is not built yet.
    pub fn lay_over(&mut self, layer: Layer, found: &mut Diagnostics) {
        found.extend(layer.found);
        self.mirrors.extend(layer.mirrors);
        self.carried.extend(layer.carried);
        if let Some(manifest) = layer.manifest {
            self.below(&manifest, layer.files.first(), found);
            // A pack that lies below others may name any place of the country; one that lies over them names its own.
            if !manifest.over.is_empty() {
                self.references.extend(layer.calendars.values().map(places_named));
            }
            self.packs.push(manifest);
        }
        for (id, table) in layer.tables {
            match self.tables.get(&id) {
                Some(first) => found.push(in_file(twice(&id, &first.file.name), &table.file.name)),
                None => drop(self.tables.insert(id, table)),
            }
        }
        self.flows.extend(layer.flows);
        self.scripts.extend(layer.scripts);
        self.calendars.extend(layer.calendars);
        self.forms.extend(layer.forms);
        self.templates.extend(layer.templates);
        for Filed { value, file } in layer.directories {
            self.directory.lay_over(value.directory);
            self.references.push((file.name, value.references));
        }
    }

    fn below(&self, manifest: &Manifest, file: Option<&String>, found: &mut Diagnostics) {
        for name in &manifest.over {
            if !self.packs.iter().any(|pack| &pack.name == name) {
                let diagnostic = Diagnostic::error(
                    "PG-P043",
                    TOP,
                    format!(
                        "the pack \"{name}\" must lie below \"{}\": name it before in the deployment",
                        manifest.name
                    ),
                    format!("بستهٔ «{name}» باید زیر «{}» باشد: در استقرار پیش از آن بیاید", manifest.name),
                );
                found.push(in_file(diagnostic, file.map_or("", String::as_str)));
            }
        }
    }

    /// Reads the flows and resolves what forms take from the directory.
    pub fn into_catalog(mut self, deployment: Deployment, around: Around, found: &mut Diagnostics) -> (Catalog, Whole) {
        self.clashes(found);
        self.mirrors.extend(deployment.resources.clone());
        let content = around.known.then(|| {
            let tables = self.tables.values().map(|table| &table.value);
            let flows = self.flows.iter().map(|flow| &flow.value);
            Content::new(tables, self.scripts.keys(), around.offered.as_ref(), flows)
        });
        let copies = Copies::new(std::mem::take(&mut self.mirrors), around.fetches_nothing_else)
            .with_carried(std::mem::take(&mut self.carried));
        let world = World { content, secrets: around.secrets, copies };
        let mut flows = BTreeMap::new();
        let mut trees = Vec::new();
        for Filed { value: root, file } in self.flows {
            add_flow(&root, &file, &world, around.offered.as_ref(), &mut flows, found);
            trees.push((file.name, root));
        }
        found.extend(world.copies.found());
        let mut forms = BTreeMap::new();
        for (id, mut form) in self.forms {
            form.value.resolve(&self.directory);
            forms.insert(id, form.value);
        }
        let digest = |(id, sheet): (&String, &Filed<Sheet>)| (id.clone(), hex(&sha256(&sheet.file.text)));
        let digests = self.calendars.iter().map(digest).collect();
        let calendars = resolved(self.calendars, around.known, found);
        let catalog = Catalog {
            deployment,
            packs: self.packs,
            flows,
            tables: self.tables.into_iter().map(|(id, table)| (id, table_source(table))).collect(),
            scripts: self.scripts.into_iter().map(|(id, script)| (id, script_source(script))).collect(),
            calendar_digests: digests,
            calendars,
            forms,
            templates: self.templates.into_iter().map(|(id, template)| (id, template.value)).collect(),
            directory: self.directory,
            secrets: Secrets::default(),
        };
        (catalog, Whole { trees, references: self.references })
    }

    /// One name, one function.
    fn clashes(&self, found: &mut Diagnostics) {
        let built_in = |name: &str| peygir_casework::functions::find(name).is_some();
        let tables = self.tables.iter().map(|(id, table)| (id, &table.file));
        let scripts = self.scripts.iter().map(|(id, script)| (id, &script.file));
        for (id, file) in tables.chain(scripts).filter(|(id, _)| built_in(id)) {
            found.push(in_file(twice(id, "the engine, as a built-in function,"), &file.name));
        }
        for (id, script) in self.scripts.iter() {
            if let Some(table) = self.tables.get(id) {
                found.push(in_file(twice(id, &table.file.name), &script.file.name));
            }
        }
    }
}

/// What only the whole can check.
pub(super) struct Whole {
    pub trees: Vec<(String, Node)>,
    pub references: FileReferences,
}

/// The finding that a calendar extends one that is not there.
const NO_BASE: &str = "PG-C014";
const TOP: Span = Span { line: 1, column: 1, length: 0 };

fn add_flow(
    root: &Node,
    file: &SourceFile,
    world: &World,
    offered: Option<&Offered>,
    flows: &mut BTreeMap<FlowName, Flow>,
    found: &mut Diagnostics,
) {
    let read = peygir_dsl::read::workflow(root, world);
    let resources = world.copies.asked();
    match read {
        Ok((workflow, mut of_file)) => {
            if let Some(offered) = offered {
                offered.check(&workflow, &mut of_file);
            }
            found.extend(of_file.in_file(&file.name));
            if let Some(first) = flows.get(&workflow.name) {
                found.push(in_file(twice(&workflow.name.to_string(), &first.file), &file.name));
                return;
            }
            let flow = Flow {
                source: file.text.as_str().into(),
                sha256: sha256_with(&file.text, &resources),
                resources,
                file: file.name.clone(),
                workflow: Arc::new(workflow),
            };
            flows.insert(flow.workflow.name.clone(), flow);
        }
        Err(errors) => found.extend(errors.in_file(&file.name)),
    }
}

fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Calendars of all packs together. Where not all packs are known, one that is extended may stand in another.
fn resolved(sheets: BTreeMap<String, Filed<Sheet>>, whole: bool, found: &mut Diagnostics) -> Calendars {
    let sheets = sheets.into_values().map(|Filed { value, file }| (file.name, value)).collect();
    let (calendars, mut of_calendars) = Calendars::resolve(sheets);
    for diagnostic in of_calendars.list.iter_mut().filter(|one| !whole && one.code == NO_BASE) {
        diagnostic.severity = Severity::Warning;
        diagnostic.help = Some(Box::new(Help::new(
            "if it stands in a pack below this one, check the deployment, which names all packs: alone, this calendar can't be \
             judged",
            "اگر در بسته‌ای زیر این بسته است، استقرار را بررسی کنید که همهٔ بسته‌ها را نام می‌برد؛ این تقویم به‌تنهایی سنجیدنی نیست",
        )));
    }
    found.extend(of_calendars);
    calendars
}

/// The places that a calendar is for, and those of its closures.
fn places_named(sheet: &Filed<Sheet>) -> (String, Vec<Reference>) {
    let places = sheet.value.named_places().iter().map(|place| Reference {
        kind: match place.part {
            PlacePart::Province => ReferenceKind::Province,
            PlacePart::County => ReferenceKind::County,
            PlacePart::Agency => ReferenceKind::Agency,
        },
        name: place.id.clone(),
        span: place.span,
    });
    (sheet.file.name.clone(), places.collect())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A flow is its text and what its addresses led to: another copy is another flow.
fn sha256_with(text: &str, resources: &BTreeMap<String, Arc<str>>) -> [u8; 32] {
    if resources.is_empty() {
        return sha256(text);
    }
    let mut hash = Sha256::new();
    let texts = resources.iter().flat_map(|(address, text)| [address.as_str(), text]);
    for part in std::iter::once(text).chain(texts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn table_source(Filed { value, file }: Filed<Table>) -> TableSource {
    TableSource { table: Arc::new(value), sha256: sha256(&file.text), source: file.text.into(), file: file.name }
}

fn script_source(Filed { value, file }: Filed<Script>) -> ScriptSource {
    ScriptSource { script: Arc::new(value), sha256: sha256(&file.text), source: file.text.into(), file: file.name }
}

/// Everything that is named must exist.
pub(super) fn check_whole(catalog: &Catalog, whole: &Whole, found: &mut Diagnostics) {
    check_names(catalog, whole, found);
    check_deployment(catalog, found);
}

/// Names in flows and in directories.
pub(super) fn check_names(catalog: &Catalog, whole: &Whole, found: &mut Diagnostics) {
    for (file, references) in &whole.references {
        let list = references.iter().filter_map(|reference| reference.check(&catalog.directory)).collect();
        found.extend(Diagnostics { list }.in_file(file));
    }
    for (file, root) in &whole.trees {
        let mut of_file = Diagnostics::default();
        uses::check(&uses::of_flow(root), catalog, &mut of_file);
        found.extend(of_file.in_file(file));
    }
}

fn check_deployment(catalog: &Catalog, found: &mut Diagnostics) {
    let deployment = &catalog.deployment;
    let places = &deployment.places;
    let mut list = Vec::new();
    let mut must_be = |code, span, en: &str, fa: &str, name: &str, known: Vec<String>| {
        if !known.iter().any(|one| one == name) {
            let mut diagnostic = Diagnostic::error(
                code,
                span,
                format!("there is no {en} \"{name}\""),
                format!("{fa} «{name}» وجود ندارد"),
            );
            diagnostic.help =
                suggest(name, known.iter().map(String::as_str)).map(|near| Help::did_you_mean(near, '"').into());
            list.push(diagnostic);
        }
    };
    let flows = catalog.flows.keys().map(ToString::to_string).collect();
    must_be("PG-P055", places.intake, "flow", "گردش کار", &deployment.intake.to_string(), flows);
    let calendars = catalog.calendars.ids().map(str::to_owned).collect();
    must_be("PG-P054", places.calendar, "calendar", "تقویم", &deployment.calendar, calendars);
    let provinces: Vec<String> = catalog.directory.province.iter().map(|province| province.id.clone()).collect();
    must_be("PG-P061", places.province, "province", "استان", &deployment.province, provinces.clone());
    for (line, span) in deployment.lines.iter().zip(&places.lines) {
        must_be("PG-P061", *span, "province", "استان", &line.province, provinces.clone());
    }
    found.extend(Diagnostics { list }.in_file(&deployment.file));
}
