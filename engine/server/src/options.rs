//! What the binary hands to the server.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use peygir_core::Moment;
use peygir_runtime::access::{self, Access};
use peygir_runtime::desk::Desk;

use crate::assets::Assets;
use crate::feed::Feeds;
use crate::instruments::{Folder, Instruments};
use crate::meters::Meters;
use crate::problem::Problem;

/// Tells the time; the binary gives the real one, tests a virtual one.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How this deployment is served.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// The zone in which pages show instants.
    pub zone: TimeZone,
    /// A variable Vazirmatn as WOFF2, served to browsers; without it the pages use the fonts of the reader's system.
    pub font_file: Option<PathBuf>,
    /// Sets `Secure` on cookies: true wherever browsers come by HTTPS.
    pub secure_cookies: bool,
}

/// Iran's zone, the system's fonts, plain HTTP on loopback.
impl Default for ServerOptions {
    fn default() -> Self {
        Self { zone: peygir_calendar::tehran(), font_file: None, secure_cookies: false }
    }
}

/// What the server works on.
#[derive(Clone)]
pub struct ServerState {
    pub desk: Desk,
    pub access: Arc<Access>,
    pub clock: Clock,
    pub instruments: Arc<dyn Instruments>,
    pub options: ServerOptions,
}

/// The state that handlers see: what was handed in, and what was made of it at the start.
#[derive(Clone)]
pub(crate) struct App {
    pub desk: Desk,
    pub access: Arc<Access>,
    pub clock: Clock,
    pub options: Arc<ServerOptions>,
    pub assets: Arc<Assets>,
    pub feeds: Arc<Feeds>,
    pub instruments: Arc<dyn Instruments>,
    pub meters: Arc<Meters>,
}

impl App {
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// What the data folder shows.
    pub async fn folder(&self) -> Result<Folder, Problem> {
        self.ask_instruments(|instruments, now| Ok(instruments.folder(now))).await
    }

    /// Asks the instruments where waiting for a disk is allowed.
    pub async fn ask_instruments<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn Instruments, Timestamp) -> Result<T, String> + Send + 'static,
    ) -> Result<T, Problem> {
        let (instruments, now) = (self.instruments.clone(), self.now());
        match tokio::task::spawn_blocking(move || ask(&*instruments, now)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Problem::internal(&error)),
            Err(error) => Err(Problem::internal(&error)),
        }
    }

    /// Asks the book of access where blocking is allowed: its commits wait for a disk.
    pub async fn ask_access<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Access, Moment) -> Result<T, access::Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let access = self.access.clone();
        let at = Moment::from(self.now());
        match tokio::task::spawn_blocking(move || ask(&access, at)).await {
            Ok(answer) => Ok(answer?),
            Err(error) => Err(Problem::internal(&error)),
        }
    }
}
