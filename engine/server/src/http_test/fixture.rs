//! A world with a router before it, and requests in one line.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use peygir_connector::{Manifest, manifest};
use peygir_core::Moment;
use peygir_runtime::access::{Access, Scope};
use peygir_runtime::pack;
use peygir_runtime::sim::World;
use peygir_store::memory::MemoryStore;
use serde_json::Value;
use tower::ServiceExt;

use crate::{ServerOptions, ServerState, router};

pub struct Fixture {
    pub world: World,
    pub store: Arc<MemoryStore>,
    pub access: Arc<Access>,
    pub router: Router,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of a problem.
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.body);
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

pub fn fixture() -> Fixture {
    fixture_with(&[])
}

/// The example's deployment with flows of a test's own beside the shipped ones.
pub fn fixture_with(flows: &[&str]) -> Fixture {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let example = root.join("examples/one-province");
    let folder = tempfile::tempdir().unwrap();
    let extra = folder.path().join("extra");
    let manifest = "kind: pack\nname: extra\nversion: 1.0.0\ntitle: { fa: آزمون, en: Test }\nover: [ national ]\n";
    write(&extra.join("pack.yaml"), manifest);
    for (index, flow) in flows.iter().enumerate() {
        write(&extra.join(format!("workflows/f{index}/workflow.yaml")), flow);
    }
    let packs = [root.clone(), example.join("pack"), extra].map(|path| format!("'{}'", path.display())).join(", ");
    let deployment = std::fs::read_to_string(example.join("deployment.yaml")).unwrap();
    let line = |line: &str| if line.starts_with("packs:") { format!("packs: [ {packs} ]") } else { line.to_owned() };
    write(&folder.path().join("deployment.yaml"), &deployment.lines().map(line).collect::<Vec<_>>().join("\n"));
    let (pack, _) = pack::load(folder.path()).unwrap_or_else(|found| panic!("{found:#?}"));
    let read = |name: &str| -> Manifest {
        let text = std::fs::read_to_string(root.join("connectors").join(name).join("connector.yaml")).unwrap();
        manifest::read(&peygir_source::yaml::parse(&text).unwrap()).unwrap()
    };
    let manifests: BTreeMap<_, _> = ["sms", "mail"].map(|name| (name.to_owned(), read(name))).into_iter().collect();
    let start: Moment = "2026-11-21T10:00:00+03:30".parse::<jiff::Timestamp>().unwrap().into();
    let store = Arc::new(MemoryStore::new());
    let world = World::new(pack, &manifests, store.clone(), start, 1);
    let access = Arc::new(Access::new(store.clone()));
    let router = router(state(&world, &access)).unwrap();
    Fixture { world, store, access, router }
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn state(world: &World, access: &Arc<Access>) -> ServerState {
    let clock = world.clock.clone();
    ServerState {
        desk: world.desk.clone(),
        access: access.clone(),
        clock: Arc::new(move || clock.now().to_jiff()),
        instruments: Arc::new(crate::NoInstruments),
        options: ServerOptions::default(),
    }
}

impl Fixture {
    pub fn state(&self) -> ServerState {
        state(&self.world, &self.access)
    }

    /// A bearer token of a role for the whole nation.
    pub fn token(&self, role: &str) -> String {
        self.token_for(role, &Scope::Nation)
    }

    pub fn token_for(&self, role: &str, scope: &Scope) -> String {
        let name = format!("t-{role}-{}", self.access_names());
        self.access.token_new("system", &name, role, scope, self.world.clock.now()).unwrap().secret
    }

    fn access_names(&self) -> u64 {
        use std::sync::atomic::{AtomicU64, Ordering};
        static COUNT: AtomicU64 = AtomicU64::new(0);
        COUNT.fetch_add(1, Ordering::Relaxed)
    }

    /// The cookie of a person who signed in.
    pub fn cookie(&self, person: &str) -> String {
        let at = self.world.clock.now();
        let link = self.access.link_new("system", person, at).unwrap();
        let opened = self.access.redeem(&link.secret, at).unwrap().unwrap();
        format!("peygir_session={}", opened.secret)
    }

    /// Somebody of the directory with this role.
    pub fn person(&self, role: &str) -> String {
        let people = self.world.desk.directory().people;
        let found = people.into_iter().find(|person| person.roles.iter().any(|held| held == role));
        found.unwrap_or_else(|| panic!("nobody is {role}")).id
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "desk.test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 16 << 20).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// A call of a program.
    pub async fn api(&self, method: &str, path: &str, token: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers =
            [("authorization", bearer.as_str()), ("content-type", "application/json"), ("accept-language", "en")];
        self.send(method, path, &headers, body.to_owned()).await
    }

    /// A page, as a browser asks for it.
    pub async fn page(&self, path: &str, cookie: &str) -> Answer {
        self.send("GET", path, &[("cookie", cookie)], "").await
    }

    /// A form, as a browser posts it from our own page.
    pub async fn post(&self, path: &str, cookie: &str, form: &[(&str, &str)]) -> Answer {
        let headers =
            [("cookie", cookie), ("origin", "http://desk.test"), ("content-type", "application/x-www-form-urlencoded")];
        let encode = crate::console::widget::escape;
        let pairs: Vec<_> = form.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        self.send("POST", path, &headers, pairs.join("&")).await
    }
}
