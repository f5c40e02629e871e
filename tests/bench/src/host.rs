//! The process that serves: the real store, engine, host, desk and server, put together as the binary does it. Only the list
//! of connectors is another: steps and messages whose peers are within the process.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use peygir_connector::{Connector, ConnectorKind, HostFacts, Manifest};
use peygir_runtime::access::Access;
use peygir_runtime::catalog::{Catalog, SCRIPT_MS_MAX};
use peygir_runtime::clock::Clock;
use peygir_runtime::desk::Desk;
use peygir_runtime::engine::{BeginError, Engine};
use peygir_runtime::host::{Connectors, Host};
use peygir_runtime::known;
use peygir_runtime::pack::{self, Bundle};
use peygir_runtime::packs::{Edited, Folder};
use peygir_runtime::vault::{Keys, Vault};
use peygir_server::{NoInstruments, ServerOptions, ServerState};
use peygir_source::{Diagnostics, Node, Span, Value};
use peygir_store::Store;
use peygir_store_local::{Known, LocalStore, Options};
use tokio::sync::Notify;

use crate::{messages, steps};

const KINDS: &[ConnectorKind] = &[steps::KIND, messages::KIND, peygir_connector_http::KIND];
/// The connector that a deployment has without naming it.
const HTTP: &str = "http";

/// After each page that is counted at the start, the count rests this many times as long as the page took.
const COUNTING_RESTS: u32 = 9;

/// Serves until its standard input ends, which it does with whoever started it. Says where on its standard output, and with
/// which token.
pub fn serve(deployment: &Path, data: &Path) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serving(deployment, data))
}

/// The engine over a data folder, and the connectors that it is to be served with.
pub fn engine(deployment: &Path, data: &Path, store: Arc<dyn Store>) -> Result<(Engine, Connectors)> {
    let kinds = kinds()?;
    let (pack, _) = pack::load_with(deployment, &kinds).map_err(told)?;
    let (connectors, manifests) = connectors(&pack.deployment, data)?;
    let bundles = pack.deployment.packs.iter().map(|path| Bundle::read(path).map(Arc::new));
    let bundles = bundles.collect::<Result<Vec<_>, _>>().map_err(told)?;
    let folder = Folder { bundles, kinds: Some(kinds), edited: Edited::Refused };
    let keys = data.join("keys");
    let keys = if store.last_frame() == 0 { Keys::open_or_make(&keys, &random)? } else { Keys::open(&keys)? };
    let catalog = Catalog::new(pack, &manifests, Arc::new(script_deadline));
    let engine = Engine::new(store, Vault::new(Arc::new(keys)), catalog, Arc::new(random));
    engine.begin_editions(&folder, Clock::Real.now()).map_err(|error| match error {
        BeginError::Findings(found) => told(found),
        BeginError::Failure(failure) => failure.into(),
    })?;
    Ok((engine, connectors))
}

/// The store of a data folder, opened as the binary opens it.
pub fn store(folder: &Path) -> Result<LocalStore> {
    let known = Known { frame: known::in_frame, row: known::in_row, look_behind: false };
    Ok(LocalStore::open(folder, Options { known: Some(known), ..Options::default() })?.0)
}

async fn serving(deployment: &Path, data: &Path) -> Result<()> {
    let listener = tokio::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let address = listener.local_addr()?;
    let store = Arc::new(store(&data.join("store"))?);
    let (engine, connectors) = engine(deployment, data, store.clone())?;
    engine.tally.begin();
    let host = Host::new(Arc::new(engine), Clock::Real, connectors);
    let counting = tokio::spawn(count(host.clone()));
    let desk = Desk::new(host.clone());
    let access = Arc::new(Access::new(store));
    let token_file = data.join("bench.token");
    access
        .bootstrap(Clock::Real.now(), &|secret| std::fs::write(&token_file, secret).map_err(|why| why.to_string()))?;
    let stop = Arc::new(Notify::new());
    let working = tokio::spawn(host.run(stop.clone()));
    let state = ServerState {
        desk,
        access,
        clock: Arc::new(|| Clock::Real.now().to_jiff()),
        instruments: Arc::new(NoInstruments),
        options: ServerOptions::default(),
    };
    say(&format!("{address} {}", std::fs::read_to_string(&token_file)?.trim()));
    peygir_server::serve(state, listener, told_to_stop()).await?;
    stop.notify_one();
    counting.abort();
    working.await?;
    Ok(())
}

/// The streams that are there are counted beside the work, as the binary counts them.
async fn count(host: Arc<Host>) {
    loop {
        let (engine, begun) = (host.engine.clone(), Instant::now());
        match tokio::task::spawn_blocking(move || engine.tally.count_page(engine.store.as_ref())).await {
            Ok(Ok(false)) => tokio::time::sleep(begun.elapsed() * COUNTING_RESTS).await,
            Ok(Ok(true) | Err(_)) | Err(_) => return,
        }
    }
}

async fn told_to_stop() {
    // However it ends, whoever asked for the server is gone.
    let _ = tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink())).await;
}

fn say(line: &str) {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    // Nobody reads it only where nobody waits for it.
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

fn kinds() -> Result<pack::Kinds> {
    let manifests = KINDS.iter().map(|kind| Ok((kind.name.to_owned(), kind.read_manifest().map_err(told)?)));
    Ok(pack::Kinds { manifests: manifests.collect::<Result<_>>()?, always: vec![HTTP.to_owned()] })
}

fn connectors(deployment: &pack::Deployment, data: &Path) -> Result<(Connectors, BTreeMap<String, Manifest>)> {
    let (mut connectors, mut manifests) = (Connectors::new(), BTreeMap::new());
    let nothing = Node { span: Span { line: 1, column: 1, length: 0 }, value: Value::Mapping(Vec::new()) };
    let named = deployment.connectors.values().map(|used| (used.name.as_str(), used.kind.as_str(), &used.settings));
    for (name, kind, settings) in named.chain([(HTTP, HTTP, &nothing)]) {
        let kind = KINDS.iter().find(|known| known.name == kind).ok_or_else(|| anyhow!("no connector {kind}"))?;
        let manifest = kind.read_manifest().map_err(told)?;
        let host = HostFacts {
            data_folder: data.to_owned(),
            reachable: deployment.http_allow.clone(),
            clock_s: Some(|| Clock::Real.now().0.div_euclid(1_000_000)),
            ..HostFacts::default()
        };
        let no_secrets = |_: &_| Err("the bench has no secrets".to_owned());
        let settings = peygir_connector::settings::read(&manifest, settings, &no_secrets, host).map_err(told)?;
        let connector: Arc<dyn Connector> = Arc::from((kind.build)(manifest, settings)?);
        manifests.insert(name.to_owned(), connector.manifest().clone());
        connectors.insert(name.to_owned(), connector);
    }
    Ok((connectors, manifests))
}

fn told(found: Diagnostics) -> anyhow::Error {
    let lines: Vec<String> =
        found.list.iter().map(|one| format!("{} {}: {}", one.code, one.file, one.message)).collect();
    anyhow!("{}", lines.join("\n"))
}

fn script_deadline() -> peygir_script::Deadline {
    let begun = Instant::now();
    peygir_script::Deadline::new(move || begun.elapsed() > Duration::from_millis(SCRIPT_MS_MAX))
}

pub fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}
