//! The connectors that this binary knows, and how a deployment's are made from them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use peygir_connector::secret::Reference;
use peygir_connector::{Ambiguous, Connector, ConnectorKind, HostFacts, Manifest, Secret};
use peygir_runtime::clock::Clock;
use peygir_runtime::host::Connectors;
use peygir_runtime::pack;
use peygir_source::{Diagnostic, Diagnostics, Help, Node, Span, suggest};

/// All of them; a connector that is not in this list can't be used.
pub const KINDS: &[ConnectorKind] = &[
    peygir_connector_sms::KIND,
    peygir_connector_mail::KIND,
    peygir_connector_http::KIND,
    peygir_connector_process::KIND,
    peygir_connector_outbox::KIND,
];

/// Kinds that a deployment has without naming them, by their own names: they carry out words of the language.
const ALWAYS: &[ConnectorKind] = &[peygir_connector_http::KIND];
/// What stands for this machine among the hosts that flows may call.
const LOOPBACK: &str = "loopback";

/// The connectors of a deployment, ready to be used.
#[derive(Default)]
pub struct Built {
    pub connectors: Connectors,
    pub manifests: BTreeMap<String, Manifest>,
    /// By connector: what its peer's calls must name.
    pub callback_secrets: BTreeMap<String, String>,
}

pub fn find(kind: &str) -> Option<&'static ConnectorKind> {
    KINDS.iter().find(|known| known.name == kind)
}

/// All kinds as whoever reads a deployment has to know them, to say which calls of its flows nothing carries out.
pub fn kinds() -> pack::Kinds {
    // A manifest that cannot be read is a fault of its connector, told where that is made.
    let readable = |kind: &ConnectorKind| Some((kind.name.to_owned(), kind.read_manifest().ok()?));
    pack::Kinds {
        manifests: KINDS.iter().filter_map(readable).collect(),
        always: ALWAYS.iter().map(|kind| kind.name.to_owned()).collect(),
    }
}

/// The manifest of a kind.
pub fn manifest(kind: &str) -> Option<Result<Manifest, Diagnostics>> {
    find(kind).map(ConnectorKind::read_manifest)
}

/// Checks the settings of a deployment's connectors without fetching secrets.
pub fn check(deployment: &pack::Deployment) -> Diagnostics {
    let mut found = Diagnostics::default();
    for used in deployment.connectors.values() {
        match manifest(&used.kind) {
            None => found.push(unknown(used)),
            Some(Err(errors)) => found.extend(errors),
            Some(Ok(manifest)) => found.extend(peygir_connector::settings::check(&manifest, &used.settings)),
        }
    }
    found.extend(twice_offered(deployment));
    if !found.has_errors() {
        found.extend(check_always(deployment));
    }
    found.in_file(&deployment.file)
}

/// Those that every deployment has need no secrets, so that they can be made to see whether they work.
fn check_always(deployment: &pack::Deployment) -> Diagnostics {
    let always = |used: &&pack::ConnectorUse| ALWAYS.iter().any(|kind| kind.name == used.kind);
    let mut found = Diagnostics::default();
    for used in deployment.connectors.values().filter(always).cloned().chain(implied(deployment)) {
        if let Err(errors) = build_one(deployment, &used, Path::new(""), &mut Built::default()) {
            found.extend(errors);
        }
    }
    found
}

/// Makes the connectors of a deployment. All errors at once.
pub fn build(deployment: &pack::Deployment, data_folder: &Path) -> Result<Built, Diagnostics> {
    let mut found = Diagnostics::default();
    let mut built =
        Built { connectors: BTreeMap::new(), manifests: BTreeMap::new(), callback_secrets: BTreeMap::new() };
    for used in deployment.connectors.values() {
        if let Err(errors) = build_one(deployment, used, data_folder, &mut built) {
            found.extend(errors.in_file(&deployment.file));
        }
    }
    for used in implied(deployment) {
        if let Err(errors) = build_one(deployment, &used, data_folder, &mut built) {
            found.extend(errors.in_file(&deployment.file));
        }
    }
    found.extend(twice_offered(deployment).in_file(&deployment.file));
    if found.has_errors() { Err(found) } else { Ok(built) }
}

/// The connectors of a run that belongs to no deployment: flows may call this machine and nothing else, and where nobody can know whether a
/// request was carried out, the flow is told instead of a person, since there is none.
pub fn of_a_run(pack: &pack::Catalog) -> Result<Built, Diagnostics> {
    let mut deployment = pack.deployment.clone();
    deployment.http_allow = vec![LOOPBACK.to_owned()];
    let mut built = build(&deployment, Path::new(""))?;
    for operation in built.manifests.values_mut().flat_map(|manifest| &mut manifest.operations) {
        if operation.on_ambiguous == Ambiguous::Person {
            operation.on_ambiguous = Ambiguous::Drop;
        }
    }
    Ok(built)
}

/// What the deployment has without naming it.
fn implied(deployment: &pack::Deployment) -> Vec<pack::ConnectorUse> {
    let named = |kind: &&ConnectorKind| deployment.connectors.values().any(|used| used.kind == kind.name);
    let place = Span { line: 1, column: 1, length: 0 };
    ALWAYS
        .iter()
        .filter(|kind| !named(kind))
        .map(|kind| pack::ConnectorUse {
            name: free_name(deployment, kind.name),
            kind: kind.name.to_owned(),
            kind_span: place,
            settings: Node { span: place, value: peygir_source::Value::Mapping(Vec::new()) },
            callback_secret: None,
        })
        .collect()
}

fn free_name(deployment: &pack::Deployment, kind: &str) -> String {
    let mut name = kind.to_owned();
    while deployment.connectors.contains_key(&name) {
        name.push_str("-calls");
    }
    name
}

/// A function that two connectors offer: which of them a flow means, nobody could say.
fn twice_offered(deployment: &pack::Deployment) -> Diagnostics {
    let mut offered: BTreeMap<String, &pack::ConnectorUse> = BTreeMap::new();
    let mut found = Diagnostics::default();
    for used in deployment.connectors.values() {
        let Some(Ok(manifest)) = manifest(&used.kind) else { continue };
        let names: BTreeSet<&str> = manifest.functions().collect();
        for name in names {
            match offered.get(name) {
                Some(first) => found.push(Diagnostic::error(
                    "PG-P073",
                    used.kind_span,
                    format!("flows call `{name}`, and both \"{}\" and \"{}\" offer it", first.name, used.name),
                    format!("گردش کار `{name}` را فرامی‌خواند و «{}» و «{}» هر دو آن را دارند", first.name, used.name),
                )),
                None => drop(offered.insert(name.to_owned(), used)),
            }
        }
    }
    found
}

fn build_one(
    deployment: &pack::Deployment,
    used: &pack::ConnectorUse,
    data_folder: &Path,
    built: &mut Built,
) -> Result<(), Diagnostics> {
    let kind = find(&used.kind).ok_or_else(|| one(unknown(used)))?;
    let manifest = kind.read_manifest()?;
    let resolve = |reference: &Reference| reference.resolve(&deployment.folder);
    let callback_secret = match &used.callback_secret {
        None => None,
        Some(node) => Some(callback_secret(node, &resolve)?),
    };
    let host = HostFacts {
        data_folder: data_folder.to_owned(),
        callback_secret: callback_secret.clone(),
        reachable: deployment.http_allow.clone(),
        clock_s: Some(now_s),
    };
    let settings = peygir_connector::settings::read(&manifest, &used.settings, &resolve, host)?;
    let connector = (kind.build)(manifest, settings).map_err(|error| one(error.to_diagnostic(&used.settings)))?;
    // The connector's own: its settings may decide which operation takes a call.
    built.manifests.insert(used.name.clone(), connector.manifest().clone());
    built.connectors.insert(used.name.clone(), Arc::<dyn Connector>::from(connector));
    if let Some(secret) = callback_secret {
        built.callback_secrets.insert(used.name.clone(), Secret::reveal(&secret).to_owned());
    }
    Ok(())
}

/// Seconds since 1970, for what connectors sign with a time in it.
fn now_s() -> i64 {
    Clock::Real.now().0.div_euclid(1_000_000)
}

fn callback_secret(
    node: &peygir_source::Node,
    resolve: &dyn Fn(&Reference) -> Result<Secret, String>,
) -> Result<Secret, Diagnostics> {
    let text = |name: &str| node.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let reference = match (text("env"), text("file")) {
        (Some(name), None) => Reference::Env(name),
        (None, Some(path)) => Reference::File(path.into()),
        _ => {
            return Err(one(Diagnostic::error(
                "PG-P071",
                node.span,
                "`callbackSecret` is a reference: { env: NAME } or { file: PATH }",
                "`callbackSecret` یک ارجاع است: ‎{ env: NAME }‎ یا ‎{ file: PATH }‎",
            )));
        }
    };
    resolve(&reference).map_err(|why| {
        one(Diagnostic::error(
            "PG-P072",
            node.span,
            format!("the callback secret can't be read: {why}"),
            format!("رمز فراخوان بازگشت خوانده نمی‌شود: {why}"),
        ))
    })
}

fn one(diagnostic: Diagnostic) -> Diagnostics {
    Diagnostics { list: vec![diagnostic] }
}

fn unknown(used: &pack::ConnectorUse) -> Diagnostic {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    let mut diagnostic = Diagnostic::error(
        "PG-P070",
        used.kind_span,
        format!("there is no connector \"{}\"; there are: {}", used.kind, names.join(", ")),
        format!("اتصالی به نام «{}» نیست؛ این‌ها هستند: {}", used.kind, names.join("، ")),
    );
    diagnostic.help = suggest(&used.kind, names).map(|near| Help::did_you_mean(near, '"').into());
    diagnostic
}
