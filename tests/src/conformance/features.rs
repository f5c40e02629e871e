//! The features of the language: what runs, and what is refused by its own code. Each is tried on the reader.

use peygir_dsl::read::{self, AnyNames};
use peygir_source::{Severity, yaml};

/// A feature, and a document that uses nothing else worth naming: what follows its head.
pub const FEATURES: &[(&str, &str)] = &[
    ("call: http", "do: [ { a: { call: http, with: { method: get, endpoint: 'https://h/' } } } ]"),
    (
        "call: openapi (OpenAPI 3.0 and Swagger 2.0)",
        "do: [ { a: { call: openapi, with: { document: { endpoint: 'https://h/' }, operationId: x } } } ]",
    ),
    ("call of a function by name", "do: [ { a: { call: some-function, with: { x: 1 } } } ]"),
    (
        "use.functions",
        "use: { functions: { f: { call: http, with: { method: get, endpoint: 'https://h/' } } } }\ndo: [ { a: { call: f } } ]",
    ),
    (
        "call: grpc",
        "do: [ { a: { call: grpc, with: { proto: { endpoint: 'https://h/' }, service: { name: s, host: h }, method: m } } } ]",
    ),
    (
        "call: asyncapi",
        "do: [ { a: { call: asyncapi, with: { document: { endpoint: 'https://h/' }, operation: o, message: {} } } } ]",
    ),
    ("call: a2a", "do: [ { a: { call: a2a, with: { server: 'https://h/', method: message/send } } } ]"),
    (
        "call: mcp",
        "do: [ { a: { call: mcp, with: { method: tools/list, transport: { http: { endpoint: 'https://h/' } } } } } ]",
    ),
    ("do", "do: [ { a: { do: [ { b: { set: { x: 1 } } } ] } } ]"),
    ("emit", "do: [ { a: { emit: { event: { with: { source: 'https://h/', type: t } } } } } ]"),
    ("for", "do: [ { a: { for: { in: .items }, do: [ { b: { set: { x: 1 } } } ] } } ]"),
    ("for: while", "do: [ { a: { for: { in: .items }, while: .go, do: [ { b: { set: { x: 1 } } } ] } } ]"),
    ("fork", "do: [ { a: { fork: { branches: [ { b: { set: { x: 1 } } } ] } } } ]"),
    ("fork: compete", "do: [ { a: { fork: { compete: true, branches: [ { b: { set: { x: 1 } } } ] } } } ]"),
    ("listen: one", "do: [ { a: { listen: { to: { one: { with: { type: t } } } } } } ]"),
    ("listen: all", "do: [ { a: { listen: { to: { all: [ { with: { type: t } } ] } } } } ]"),
    ("listen: any", "do: [ { a: { listen: { to: { any: [ { with: { type: t } } ] } } } } ]"),
    ("listen: until", "do: [ { a: { listen: { to: { any: [], until: 'length > 1' } } } } ]"),
    (
        "listen: foreach",
        "do: [ { a: { listen: { to: { any: [], until: 'length > 1' } }, foreach: { item: e, do: [ { b: { set: { x: 1 } } } ] } } } ]",
    ),
    (
        "listen: correlate",
        "do: [ { a: { listen: { to: { one: { with: { type: t }, correlate: { c: { from: .subject } } } } } } } ]",
    ),
    ("raise", "do: [ { a: { raise: { error: { type: 'https://h/e', status: 400 } } } } ]"),
    ("run: workflow", "do: [ { a: { run: { workflow: { namespace: n, name: m, version: '1.0.0' } } } } ]"),
    (
        "run: script (where a deployment allows it)",
        "do: [ { a: { run: { script: { language: python, code: 'x' } } } } ]",
    ),
    ("run: shell (where a deployment allows it)", "do: [ { a: { run: { shell: { command: ls } } } } ]"),
    ("run: container", "do: [ { a: { run: { container: { image: i } } } } ]"),
    ("set", "do: [ { a: { set: { x: 1 } } } ]"),
    ("switch", "do: [ { a: { switch: [ { b: { when: .x, then: end } } ] } } ]"),
    (
        "try, catch",
        "do: [ { a: { try: [ { b: { set: { x: 1 } } } ], catch: { errors: { with: { status: 404 } } } } } ]",
    ),
    (
        "retry with delay, backoff, jitter, limits",
        "do: [ { a: { try: [ { b: { set: { x: 1 } } } ], catch: { retry: { delay: PT1S, backoff: { exponential: {} }, jitter: { from: PT0S, to: PT1S }, limit: { attempt: { count: 3, duration: PT1M }, duration: PT1H } } } } } ]",
    ),
    ("wait", "do: [ { a: { wait: PT1S } } ]"),
    ("timeout of tasks", "do: [ { a: { set: { x: 1 }, timeout: { after: PT1S } } } ]"),
    ("timeout of workflows", "timeout: { after: PT1S }\ndo: [ { a: { set: { x: 1 } } } ]"),
    ("schedule: cron", "schedule: { cron: '0 0 * * *' }\ndo: [ { a: { set: { x: 1 } } } ]"),
    ("schedule: every", "schedule: { every: PT1H }\ndo: [ { a: { set: { x: 1 } } } ]"),
    ("schedule: after", "schedule: { after: PT1H }\ndo: [ { a: { set: { x: 1 } } } ]"),
    ("schedule: on", "schedule: { on: { one: { with: { type: t } } } }\ndo: [ { a: { set: { x: 1 } } } ]"),
    (
        "use.extensions",
        "use: { extensions: [ { e: { extend: all, before: [ { b: { set: { x: 1 } } } ] } } ] }\ndo: [ { a: { set: { x: 1 } } } ]",
    ),
    ("use.secrets", "use: { secrets: [ s ] }\ndo: [ { a: { set: { x: 1 }, input: { from: $secrets.s } } } ]"),
    (
        "authentication: basic",
        "do: [ { a: { call: http, with: { method: get, endpoint: { uri: 'https://h/', authentication: { basic: { username: u, password: p } } } } } } ]",
    ),
    (
        "authentication: bearer",
        "do: [ { a: { call: http, with: { method: get, endpoint: { uri: 'https://h/', authentication: { bearer: { token: t } } } } } } ]",
    ),
    (
        "authentication: digest",
        "do: [ { a: { call: http, with: { method: get, endpoint: { uri: 'https://h/', authentication: { digest: { username: u, password: p } } } } } } ]",
    ),
    (
        "authentication: oauth2",
        "do: [ { a: { call: http, with: { method: get, endpoint: { uri: 'https://h/', authentication: { oauth2: { authority: 'https://h/', grant: client_credentials, client: { id: c, secret: s } } } } } } } ]",
    ),
    (
        "authentication: oidc",
        "do: [ { a: { call: http, with: { method: get, endpoint: { uri: 'https://h/', authentication: { oidc: { authority: 'https://h/', grant: client_credentials, client: { id: c, secret: s } } } } } } } ]",
    ),
    (
        "authentication with a browser (authorization_code)",
        "do: [ { a: { call: http, with: { method: get, endpoint: { uri: 'https://h/', authentication: { oauth2: { authority: 'https://h/', grant: authorization_code, client: { id: c, secret: s } } } } } } } ]",
    ),
];

/// Errors of a document with this feature, by their codes; none where it runs. The second: whether all of them say that the
/// language has it and this engine does not run it.
pub fn codes(document: &str) -> (Vec<String>, bool) {
    let head = "document: { dsl: '1.0.3', namespace: n, name: w, version: '1.0.0' }\n";
    let Ok(node) = yaml::parse(&format!("{head}{document}\n")) else { return (vec!["no YAML".to_owned()], false) };
    let Err(found) = read::workflow(&node, &AnyNames) else { return (Vec::new(), false) };
    let errors = || found.list.iter().filter(|one| one.severity == Severity::Error);
    let known = errors().all(|one| read::refused(one.code));
    let mut codes: Vec<String> = errors().map(|one| one.code.to_owned()).collect();
    codes.dedup();
    (codes, known)
}
