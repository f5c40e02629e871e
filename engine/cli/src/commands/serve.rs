//! `peygir serve`: a deployment at work on an embedded store, until it is told to stop.

mod told;

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use peygir_runtime::access::Access;
use peygir_runtime::catalog::{Catalog, SCRIPT_MS_MAX};
use peygir_runtime::clock::Clock;
use peygir_runtime::desk::Desk;
use peygir_runtime::engine::{BeginError, Engine};
use peygir_runtime::host::Host;
use peygir_runtime::pack::{self, Bundle};
use peygir_runtime::packs::{Edited, Folder};
use peygir_runtime::vault::{Keys, Vault};
use peygir_runtime::webhook::{self, Hook, Webhooks};
use peygir_server::{ServerOptions, ServerState};
use peygir_source::Diagnostics;
use peygir_store::Store;
use peygir_store_local::{LocalStore, Lock};
use tokio::sync::Notify;

use super::local::Lang;
use crate::answer::say;
use crate::connectors::{self, Built};
use crate::data_folder::DataFolder;
use crate::deployment_folder;
use crate::instruments::Own;
use crate::said::Said;
use crate::{keyring, store};

const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8111);
/// The finding that a version has other content than before.
const EDITED: &str = "PG-P075";
/// After each page that is counted at the start, the count rests this many times as long as the page took.
const COUNTING_RESTS: u32 = 9;
/// Frames are under a seal at the latest after this long, and the next look, in microseconds.
const SEAL_AFTER_MICROS: i64 = 3_600_000_000;
/// How often is looked for such frames.
const SEAL_LOOK_EVERY: Duration = Duration::from_secs(60);

/// Run a deployment: takes messages, runs flows, sends, shows the console.
///
/// The first start makes the data folder with a new store, writes an administrator's token to bootstrap.token in it, and
/// prints a one-time login link. Stop it with Ctrl-C; a crash loses nothing that was answered with success.
#[derive(clap::Args)]
pub struct Arguments {
    /// Folder with a deployment.yaml
    #[arg(default_value = "examples/one-province", value_parser = deployment_folder::parse)]
    deployment: PathBuf,
    /// Folder for journal, keys and outbox; made where it is missing
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Put packs that were edited under their version in force as drafts; without it such a start is refused
    #[arg(long)]
    draft: bool,
    /// Address to listen on; that of the deployment, else 127.0.0.1:8111
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Go on though keys of persons are missing and no backup has them: their names and texts stay unreadable
    #[arg(long)]
    without_missing_keys: bool,
    /// Language of what is printed
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

pub fn run(arguments: Arguments) -> Result<ExitCode> {
    start_log();
    let lang = arguments.lang;
    let refused = |found: Diagnostics, part| told::refused(&found, &arguments.deployment, part, lang);
    let (pack, warnings) =
        pack::load_with(&arguments.deployment, &connectors::kinds()).map_err(|found| refused(found, None))?;
    super::check::print_for(&warnings, lang);
    let data = DataFolder::new(&std::path::absolute(&arguments.data)?);
    data.create()?;
    let built = connectors::build(&pack.deployment, data.root())
        .map_err(|found| refused(found, Some(("connectors", "رابط‌های"))))?;
    let hooks = webhook::hooks(&pack.deployment).map_err(|found| refused(found, Some(("webhooks", "قلاب‌های وب"))))?;
    let folder =
        folder(&pack.deployment, arguments.draft).map_err(|found| refused(found, Some(("packs", "بسته‌های"))))?;
    // Scripts then run on the threads of their turns, and no other has to be woken; of a stack only what is touched is taken.
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.enable_all().thread_stack_size(peygir_script::limits::THREAD_STACK_BYTES).build()?;
    runtime.block_on(serve(arguments, pack, folder, data, built, hooks))
}

async fn serve(
    arguments: Arguments,
    pack: pack::Catalog,
    folder: Folder,
    data: DataFolder,
    built: Built,
    hooks: Vec<Hook>,
) -> Result<ExitCode> {
    // Before anything is answered: whoever sees an answer may tell it to stop.
    let told_to_stop = told_to_stop()?;
    let (clock, lang) = (Clock::Real, arguments.lang);
    let listen = arguments.listen.or(pack.deployment.listen).unwrap_or(ADDRESS);
    let zone = pack.deployment.zone.clone();
    let font_file = pack.deployment.font.clone();
    let named = |used: &pack::ConnectorUse| used.settings.get("caFile")?.as_str().map(PathBuf::from);
    let certificates: Vec<PathBuf> = pack.deployment.connectors.values().filter_map(named).collect();
    let listener = tokio::net::TcpListener::bind(listen).await.with_context(|| {
        let shown = Lang::Fa.id(&listen.to_string());
        Said::new(format!("{listen} can't be listened on"), format!("روی {shown} نمی‌توان گوش داد"))
    })?;
    let address = format!("http://{}", listener.local_addr()?);

    data.refuse_unfinished()?;
    // The store has a lock of its own, which goes with it where it is moved: the keys and the outbox are not to be shared either.
    let _alone = Lock::take(data.root()).with_context(|| {
        let shown = data.root().display().to_string();
        Said::new(
            format!("the data folder {shown} can't be used"),
            format!("پوشهٔ دادهٔ {} را نمی‌توان به کار برد", Lang::Fa.id(&shown)),
        )
    })?;
    // Nothing was ever there, or its disk is not mounted: looked at before anything is made.
    if !LocalStore::is_begun(&data.store())? {
        store::refuse_gone(&data)?;
    }
    let store = Arc::new(store::open(&data.store())?);
    store::refuse_behind(&data, store.last_frame())?;
    told::clock_behind(&store, clock.now(), lang)?;
    let shared: Arc<dyn Store> = store.clone();
    // With data in the store, keys that are missing were lost: fresh ones would turn every name and text into erased ones.
    let is_new = store.last_frame() == 0;
    if is_new {
        store::refuse_lost(&data)?;
    }
    let keys = if is_new { Keys::open_or_make(&data.keys(), &random)? } else { Keys::open(&data.keys())? };
    keyring::hold_against(&keys, store.as_ref(), &data.keys(), arguments.without_missing_keys)?;
    let catalog = built
        .callback_secrets
        .iter()
        .fold(Catalog::new(pack, &built.manifests, Arc::new(script_deadline)), |catalog, (name, secret)| {
            catalog.with_callback_secret(name, secret.clone())
        });
    let engine = Engine::new(shared.clone(), Vault::new(Arc::new(keys)), catalog, Arc::new(random));
    match engine.begin_editions(&folder, clock.now()) {
        Ok(notices) => notices.iter().for_each(|notice| told::notice(notice, arguments.draft, lang)),
        Err(BeginError::Findings(found)) => return Err(not_deployed(&found, &arguments)),
        Err(BeginError::Failure(failure)) => return Err(failure.into()),
    }
    // Before anything commits: whatever comes from now on is counted as it comes.
    begin_counting(&engine, &data);
    let carrier = Webhooks::carrier(&built.connectors);
    let host = Host::new(Arc::new(engine), clock.clone(), built.connectors);
    if data.effects_held() {
        say(lang.pick(
            "peygir: this store was restored: nothing leaves until somebody lets it go with `peygir effects release`",
            "peygir: این انباره بازگردانی شده است: تا کسی با \u{2066}peygir effects release\u{2069} اجازه ندهد چیزی فرستاده نمی‌شود",
        ));
        let data = data.clone();
        let now = clock.clone();
        host.hold_effects(Box::new(move |by| {
            data.release_effects(by, now.now().to_jiff()).map_err(|error| format!("{error:#}"))
        }));
    }
    let desk = Desk::new(host.clone());
    let webhooks = carrier.map(|carrier| Webhooks::new(host.clone(), desk.lifecycle().clone(), carrier, hooks));
    let telling = Arc::new(Notify::new());
    let told = webhooks.map(|webhooks| tokio::spawn(webhooks.run(telling.clone())));
    let access = Arc::new(Access::new(shared));
    let stop = Arc::new(Notify::new());
    let engine = host.engine.clone();
    let (ended, has_ended) = tokio::sync::oneshot::channel();
    let working = tokio::spawn(watched(host.run(stop.clone()), ended));
    let sealing = tokio::spawn(seal_in_time(store.clone(), clock.clone()));
    let counting = tokio::spawn(count(desk.host().clone()));

    told::welcome(&data, &desk, &access, &clock, &address, lang)?;
    let time = clock.clone();
    let state = ServerState {
        desk,
        access,
        clock: Arc::new(move || time.now().to_jiff()),
        instruments: Arc::new(Own::new(data.clone(), store.clone(), certificates)),
        options: ServerOptions {
            zone: peygir_calendar::zone(&zone).unwrap_or_else(peygir_calendar::tehran),
            font_file,
            ..ServerOptions::default()
        },
    };
    let fell = Arc::new(AtomicBool::new(false));
    let until = {
        let fell = fell.clone();
        async move {
            tokio::select! {
                () = told_to_stop => {}
                _ = has_ended => fell.store(true, Ordering::SeqCst),
            }
        }
    };
    let served = peygir_server::serve(state, listener, until).await;
    stop.notify_one();
    telling.notify_one();
    let _ = working.await;
    if let Some(told) = told {
        let _ = told.await;
    }
    sealing.abort();
    counting.abort();
    keep_counts(&engine, &data);
    data.remove_running();
    served?;
    if fell.load(Ordering::SeqCst) {
        // Whoever answers while no timer fires and nothing leaves does harm: a new start goes on with all of it.
        bail!(Said::new(
            "what does the work on time ended badly, so the server ended too; see the log, and start it again",
            "بخشی که کارها را سرِ وقت انجام می‌دهد با خطا پایان یافت و سرور هم ایستاد؛ گزارش برنامه را ببینید و آن را دوباره آغاز کنید",
        ));
    }
    say(lang.pick("peygir: stopped", "peygir: متوقف شد"));
    Ok(ExitCode::SUCCESS)
}

/// The folder's packs can't be put in force: shows why, and how whoever still writes them starts all the same.
fn not_deployed(found: &Diagnostics, arguments: &Arguments) -> anyhow::Error {
    let lang = arguments.lang;
    super::check::print_for(found, lang);
    if found.list.iter().any(|one| one.code == EDITED) {
        say(lang.pick(
            "peygir: whoever is still writing a pack starts with --draft: it is in force under a version of its own",
            "peygir: کسی که هنوز بسته را می‌نویسد با \u{2066}--draft\u{2069} آغاز می‌کند: بسته با نسخه‌ای جداگانه برقرار می‌شود",
        ));
    }
    let deployment = arguments.deployment.display().to_string();
    let shown = Lang::Fa.id(&deployment);
    anyhow::Error::new(Said::new(
        format!("the packs of {deployment} can't be deployed; nothing was started"),
        format!("بسته‌های استقرار {shown} مستقر نمی‌شود؛ چیزی آغاز نشد"),
    ))
}

/// The packs of the deployment's folder, as they are deployed into the store.
fn folder(deployment: &pack::Deployment, draft: bool) -> Result<Folder, Diagnostics> {
    let mut found = Diagnostics::default();
    let mut bundles = Vec::new();
    for path in &deployment.packs {
        match Bundle::read(path) {
            Ok(bundle) => bundles.push(Arc::new(bundle)),
            Err(findings) => found.extend(findings),
        }
    }
    let edited = if draft { Edited::Draft } else { Edited::Refused };
    let kinds = Some(connectors::kinds());
    if found.has_errors() { Err(found) } else { Ok(Folder { bundles, kinds, edited }) }
}

/// Logs go to stderr; `PEYGIR_LOG` says how much, as `info` or `peygir_runtime=debug`.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PEYGIR_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        // Where the log can't be written, it would be told on stderr too, and that panics.
        .log_internal_errors(false)
        .init();
}

/// Does the work, and tells when it has ended, however it did.
async fn watched(work: impl Future<Output = ()> + Send + 'static, ended: tokio::sync::oneshot::Sender<()>) {
    if let Err(error) = tokio::spawn(work).await {
        tracing::error!(%error, "what does the work on time ended badly");
    }
    // Nobody waits for it any more where the server ended first.
    let _ = ended.send(());
}

/// Seals what has no seal for an hour, however often the server was started since.
async fn seal_in_time(store: Arc<LocalStore>, clock: Clock) {
    loop {
        tokio::time::sleep(SEAL_LOOK_EVERY).await;
        let (store, before) = (store.clone(), clock.now().plus_micros(-SEAL_AFTER_MICROS));
        let sealed = tokio::task::spawn_blocking(move || store.seal_from_before(before)).await;
        match sealed {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the journal could not be sealed"),
            // It is tried again: one that ended badly must not be the last.
            Err(error) => tracing::error!(%error, "sealing ended badly"),
        }
    }
}

/// What the last run counted is taken where nothing was committed since; else everything is counted anew.
fn begin_counting(engine: &Engine, data: &DataFolder) {
    let kept = std::fs::read(data.counts_file()).unwrap_or_default();
    if !engine.tally.begin_with(&kept, engine.store.as_ref()).unwrap_or(false) {
        engine.tally.begin();
    }
}

/// For the next start. Where it can't be kept, that one counts.
fn keep_counts(engine: &Engine, data: &DataFolder) {
    match engine.tally.keep(engine.store.as_ref()) {
        Ok(Some(bytes)) => {
            if let Err(error) = std::fs::write(data.counts_file(), bytes) {
                tracing::warn!(%error, "the counts could not be kept: the next start counts the streams");
            }
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the counts could not be kept: the next start counts the streams"),
    }
}

/// Counts what the store has had at the start, beside the work: commits wait while it counts a page, so it rests most of
/// the time.
async fn count(host: Arc<Host>) {
    loop {
        let (engine, begun) = (host.engine.clone(), Instant::now());
        match tokio::task::spawn_blocking(move || engine.tally.count_page(engine.store.as_ref())).await {
            Ok(Ok(true)) | Err(_) => return,
            Ok(Ok(false)) => tokio::time::sleep(begun.elapsed() * COUNTING_RESTS).await,
            Ok(Err(error)) => {
                tracing::error!(%error, "the streams can't be counted: metrics have no counts of cases");
                return;
            }
        }
    }
}

/// Ends when the process is told to. The signals are caught from this call on, not from when it is first waited for.
fn told_to_stop() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

pub(super) fn script_deadline() -> peygir_script::Deadline {
    let begun = Instant::now();
    peygir_script::Deadline::new(move || begun.elapsed() > Duration::from_millis(SCRIPT_MS_MAX))
}

/// Random bytes of the system. Without them nothing can be sealed, so nothing may go on.
pub(super) fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}
