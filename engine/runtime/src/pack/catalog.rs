//! The catalog: everything that flows may use, from all packs of a deployment, checked as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use peygir_calendar::{Place, PlacePart, Scope, Sheet};
use peygir_casework::content::{Directory, Reference, ReferenceKind};
use peygir_decision::{Table, TestOutcome, analysis};
use peygir_dsl::model::{FlowName, Workflow};
use peygir_source::{Diagnostic, Diagnostics, Help, Node, suggest};

use super::bundle::Bundle;
use super::by_title;
use super::complaint::{not_below, other_place, other_version};
use super::content::{Content, Contents};
use super::deployment::{self, Deployment};
use super::files::SourceFile;
use super::homes::{Homes, Misplaced};
use super::inputs::check_inputs;
use super::kept::{Kept, Making};
use super::laid::{Laid, sha256_of};
use super::layer::{Filed, Layer, in_file, twice};
use super::manifest::Manifest;
use super::names::{Functions, World};
use super::offered::{Kinds, Offered};
use super::places::own_place;
use super::resources::{Carried, Copies, Mirrors};
use super::splits::Grounds;
use super::{answered, asked, laying, order, reminders, secrets, starts, unreached, uses};
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

/// Everything of a deployment, by name. Immutable: deploying anew makes a new one.
#[derive(Debug, Clone)]
pub struct Catalog {
    pub deployment: Deployment,
    /// Lowest layer first.
    pub packs: Vec<Manifest>,
    pub flows: BTreeMap<FlowName, Flow>,
    /// What is in force in each place.
    pub contents: Contents,
    pub directory: Directory,
    /// None of them where the deployment was only read.
    pub secrets: Secrets,
    pub(crate) homes: Homes,
}

impl Catalog {
    /// What is in force in a place.
    pub fn content(&self, place: &Place) -> &Arc<Content> {
        self.contents.at(place)
    }

    /// The province that an agency of the directory belongs to: its own, or that of its county.
    pub(super) fn province_of_agency(&self, agency: &str) -> Option<String> {
        let known = self.directory.agency(agency)?;
        let named = Place { agency: Some(known.id.clone()), ..Place::default() };
        self.homes.located(&named, &self.directory).ok()?.province
    }

    /// The place of a message that names none: the deployment's province.
    pub fn home_place(&self) -> Place {
        let province = self.deployment.province.clone();
        Place { province: Some(province).filter(|province| !province.is_empty()), ..Place::default() }
    }

    /// What is in force in the deployment's province.
    pub fn home(&self) -> &Arc<Content> {
        self.content(&self.home_place())
    }

    /// A place that somebody names, with the province that follows from its county and what follows from its agency.
    pub fn located(&self, named: &Place) -> Result<Place, Misplaced> {
        self.homes.located(named, &self.directory)
    }

    /// What a lookup finds: first at home, then wherever else packs differ.
    pub fn anywhere<'c, T>(&'c self, find: impl Fn(&'c Content) -> Option<T>) -> Option<T> {
        find(self.home()).or_else(|| self.contents.places().find_map(|(_, content)| find(content)))
    }
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

/// The same with packs that lie elsewhere, each in the place of the deployment's pack of its name, or over the others.
pub fn read_with_packs(folder: &Path, packs: &[PathBuf]) -> Result<(Catalog, Diagnostics), Diagnostics> {
    let mut found = Diagnostics::default();
    let Some(deployment) = read_deployment(folder, &mut found) else { return Err(found) };
    let real = |path: &PathBuf| path.canonicalize().ok();
    let is_known = |path: &&PathBuf| deployment.packs.iter().any(|own| own == *path || real(own) == real(path));
    let own: Vec<Layer> = packs.iter().filter(|path| !is_known(path)).map(|pack| Layer::read(pack)).collect();
    let name = |layer: &Layer| layer.manifest.as_ref().map(|manifest| manifest.name.clone());
    let is_replaced =
        |layer: &Layer| name(layer).is_some_and(|id| own.iter().any(|own| name(own).as_ref() == Some(&id)));
    let mut layers: Vec<Layer> = deployment.packs.iter().map(|pack| Layer::read(pack)).collect();
    layers.retain(|layer| !is_replaced(layer));
    layers.extend(own);
    let catalog = of_layers(deployment, layers, None, Making::whole(&Kept::default()), &mut found);
    if found.has_errors() { Err(found) } else { Ok((catalog, found)) }
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
    let mut catalog = of_layers(deployment, layers, kinds, Making::whole(&Kept::default()), found);
    if fetch {
        let (secrets, missing) = secrets::fetch(&catalog.deployment.secrets, folder);
        found.extend(missing.in_file(&catalog.deployment.file));
        catalog.secrets = secrets;
    }
    Some(catalog)
}

/// Reads and checks a deployment with these packs in place of its folders. Its secrets are not fetched. What was made of the
/// same packs before is taken from what is kept.
pub fn of_bundles(
    deployment: Deployment,
    bundles: &[Arc<Bundle>],
    kinds: Option<&Kinds>,
    making: Making<'_>,
) -> Result<(Catalog, Diagnostics), Diagnostics> {
    let mut found = Diagnostics::default();
    let layers = bundles.iter().map(|bundle| making.kept.layer(bundle)).collect();
    let catalog = of_layers(deployment, layers, kinds, making, &mut found);
    if found.has_errors() { Err(found) } else { Ok((catalog, found)) }
}

fn of_layers(
    deployment: Deployment,
    layers: Vec<Layer>,
    kinds: Option<&Kinds>,
    making: Making<'_>,
    found: &mut Diagnostics,
) -> Catalog {
    let mut parts = Parts::default();
    for layer in order::lowest_first(layers, Layer::standing) {
        parts.lay_over(layer, found);
    }
    let around = Around {
        known: true,
        offered: kinds.map(|kinds| Offered::new(kinds, &deployment)),
        secrets: Some(deployment.secrets.keys().cloned().collect()),
        fetches_nothing_else: true,
    };
    let (catalog, references) = parts.into_catalog(deployment, around, making, found);
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

/// Reads a table, looks where its inputs are taken from and runs the tests it carries: a table that contradicts its own
/// examples is not deployed. It is laid under its overlays all the same, so that what is wrong with these is told too.
pub(super) fn read_table(root: &Node) -> Result<(Table, Diagnostics), Diagnostics> {
    let (mut table, mut found) = Table::read(root, peygir_casework::text::search_key)?;
    found.list.extend(check_inputs(&table));
    if found.has_errors() {
        found.list.extend(table.run_tests().iter().filter_map(TestOutcome::to_diagnostic));
        // It is laid nowhere, so this is the place for all that is to be said of it.
        found.extend(analysis::analyse(&table).to_diagnostics(&table));
        return Err(found);
    }
    found.list.extend(table.set_failing_tests_aside().iter().filter_map(TestOutcome::to_diagnostic));
    Ok((table, found))
}

/// Names of directory entries that one file uses.
pub(super) type FileReferences = Vec<(String, Vec<Reference>)>;

/// Layers laid over each other, before flows are read.
#[derive(Default)]
pub(super) struct Parts {
    packs: Vec<Manifest>,
    laid: Vec<Laid>,
    /// Each with the scope of its pack.
    flows: Vec<(Scope, Filed<Node>)>,
    directory: Directory,
    references: FileReferences,
    homes: Homes,
    mirrors: Mirrors,
    carried: Carried,
}

impl Parts {
    /// A later layer's form, template, script, calendar or entry of the directory replaces the earlier one of the same
    /// name, where it holds. A table is changed by overlays.
    pub fn lay_over(&mut self, mut layer: Layer, found: &mut Diagnostics) {
        found.extend(std::mem::take(&mut layer.found));
        self.mirrors.append(&mut layer.mirrors);
        self.carried.append(&mut layer.carried);
        let laid = Laid::new(&mut layer);
        if let Some(manifest) = layer.manifest {
            self.check_below(&manifest, found);
            // A pack that lies below others may name any place of the country; one that lies over them names its own.
            if !manifest.over.is_empty() {
                self.references.extend(laid.calendars.values().map(places_named));
            }
            self.references.push((manifest.file.clone(), manifest.places.clone()));
            self.packs.push(manifest);
        }
        self.flows.extend(layer.flows.into_iter().map(|flow| (laid.scope.clone(), flow)));
        self.laid.push(laid);
        for Filed { value, file } in layer.directories {
            self.homes.add(&value.directory);
            self.directory.lay_over(value.directory);
            self.references.push((file.name, value.references));
        }
    }

    fn check_below(&self, manifest: &Manifest, found: &mut Diagnostics) {
        if let Some(first) = self.packs.iter().find(|pack| pack.name == manifest.name) {
            found.push(in_file(twice(&manifest.name, &first.file), &manifest.file));
        }
        for over in &manifest.over {
            let below = self.packs.iter().find(|pack| pack.name == over.name);
            let wrong = match below {
                None => Some(not_below(manifest, over)),
                Some(below) => other_version(below, over).or_else(|| other_place(below, manifest, over)),
            };
            found.list.extend(wrong.map(|diagnostic| in_file(diagnostic, &manifest.file)));
        }
    }

    /// Computes what is in force in each place, and reads the flows.
    pub fn into_catalog(
        mut self,
        deployment: Deployment,
        around: Around,
        making: Making<'_>,
        found: &mut Diagnostics,
    ) -> (Catalog, Whole) {
        self.mirrors.extend(deployment.resources.clone());
        self.laid.iter_mut().for_each(|layer| layer.resolve(&self.directory));
        let grounds = Grounds { directory: &self.directory, homes: &self.homes };
        let contents = laying::contents(&self.laid, around.known, grounds, &deployment.file, making, found);
        by_title::hint(&self.laid, &self.directory, found);
        found.extend(unreached::elsewhere(&self.laid));
        if around.known {
            let in_flows = |id: &str| self.flows.iter().any(|(_, flow)| flow.file.text.contains(id));
            found.extend(unreached::unnamed(&self.laid, |id| deployment.calendar == id || in_flows(id)));
        }
        let copies = Copies::new(std::mem::take(&mut self.mirrors), around.fetches_nothing_else)
            .with_carried(std::mem::take(&mut self.carried));
        let mut world = World { functions: None, secrets: around.secrets, copies };
        let mut known: BTreeMap<Scope, Arc<Functions>> = BTreeMap::new();
        let mut flows = BTreeMap::new();
        let trees: Vec<&Node> = self.flows.iter().map(|(_, flow)| &flow.value).collect();
        for (scope, Filed { value: root, file }) in &self.flows {
            if around.known {
                let functions = known.entry(scope.clone()).or_insert_with(|| {
                    // What holds wherever the flow's pack does.
                    let content = contents.at(&own_place(scope));
                    let tables = content.tables.values().map(|table| &*table.table);
                    let scripts = content.scripts.keys().chain(self.laid.iter().flat_map(|layer| &layer.broken));
                    Functions::new(tables, scripts, around.offered.as_ref(), trees.iter().copied()).into()
                });
                world.functions = Some(functions.clone());
            }
            add_flow(root, file, &world, around.offered.as_ref(), &mut flows, found);
        }
        found.extend(world.copies.found());
        let tree = |(scope, flow): (Scope, Filed<Node>)| (flow.file.name, flow.value, scope);
        let trees = self.flows.into_iter().map(tree).collect();
        let (packs, directory, secrets) = (self.packs, self.directory, Secrets::default());
        let homes = self.homes;
        let catalog = Catalog { deployment, packs, flows, contents, directory, secrets, homes };
        (catalog, Whole { trees, references: self.references })
    }
}

/// What only the whole can check.
pub(super) struct Whole {
    /// Flows: file, tree, and where their packs hold.
    pub trees: Vec<(String, Node, Scope)>,
    pub references: FileReferences,
}

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

/// A flow is its text and what its addresses led to: another copy is another flow.
fn sha256_with(text: &str, resources: &BTreeMap<String, Arc<str>>) -> [u8; 32] {
    let texts = resources.iter().flat_map(|(address, text)| [address.as_str(), text]);
    sha256_of(std::iter::once(text).chain(texts))
}

/// Everything that is named must exist.
pub(super) fn check_whole(catalog: &Catalog, whole: &Whole, found: &mut Diagnostics) {
    check_names(catalog, whole, found);
    check_deployment(catalog, found);
    answered::check(catalog, found);
    reminders::check(catalog, found);
    let misplaced = asked::check(catalog, found);
    asked::without_broken_rows(found, &misplaced);
    starts::check_intake(catalog, found);
}

/// Names in flows and in directories.
pub(super) fn check_names(catalog: &Catalog, whole: &Whole, found: &mut Diagnostics) {
    for (file, references) in &whole.references {
        let list = references.iter().filter_map(|reference| reference.check(&catalog.directory)).collect();
        found.extend(Diagnostics { list }.in_file(file));
    }
    catalog.packs.iter().for_each(|manifest| catalog.homes.check(manifest, &catalog.directory, found));
    for (file, root, scope) in &whole.trees {
        let mut of_file = Diagnostics::default();
        uses::check(&uses::of_flow(root), catalog, scope, &mut of_file);
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
    // What deadlines count by that name no calendar must be there wherever a message can belong.
    let served = deployment.lines.iter().map(|line| &line.province).chain([&deployment.province]);
    let served = served.map(|province| Place { province: Some(province.clone()), ..Place::default() });
    let contents: Vec<&Arc<Content>> = served.map(|place| catalog.content(&place)).collect();
    let lacking = contents.iter().find(|content| content.calendars.get(&deployment.calendar).is_none());
    let content = lacking.or(contents.first());
    let calendars = content.iter().flat_map(|content| content.calendars.ids()).map(str::to_owned).collect();
    must_be("PG-P054", places.calendar, "calendar", "تقویم", &deployment.calendar, calendars);
    let provinces: Vec<String> = catalog.directory.provinces.iter().map(|province| province.id.clone()).collect();
    must_be("PG-P061", places.province, "province", "استان", &deployment.province, provinces.clone());
    for (line, span) in deployment.lines.iter().zip(&places.lines) {
        must_be("PG-P061", *span, "province", "استان", &line.province, provinces.clone());
    }
    found.extend(Diagnostics { list }.in_file(&deployment.file));
}
