//! `connector.yaml`: what a connector can do and how the host has to treat it.
//!
//! Owns: the manifest's form and its checks (codes `PG-M0xx`). Does not know what a schema of an operation's input means;
//! whoever validates inputs does.

mod address;
mod members;
mod operation;
mod setting;

use peygir_source::{Diagnostics, Node, yaml};
use serde_json::Value;

use crate::settings::Settings;
use members::Members;

/// Operations in one manifest.
pub const OPERATIONS_MAX: usize = 32;
/// Characters of a name.
pub const NAME_CHARS_MAX: usize = 48;
/// Characters of a title.
pub const TITLE_CHARS_MAX: usize = 120;

/// The manifest, read and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    pub name: String,
    pub version: String,
    pub title_fa: String,
    pub title_en: String,
    pub operations: Vec<Operation>,
    /// JSON Schema of the settings in a deployment; members with `"secret": true` come by reference only.
    pub settings: Value,
    /// The calls it takes from its peer; none where it takes none.
    pub inbound: Option<InboundRules>,
}

impl Manifest {
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.name == name)
    }

    /// Names under which flows call its operations.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.operations
            .iter()
            .filter_map(|operation| operation.function.as_ref())
            .map(|function| function.name.as_str())
    }

    /// The manifest of one deployment's connector: conditions over lists of its settings are filled in.
    pub fn with_settings(mut self, settings: &Settings) -> Self {
        let functions = self.operations.iter_mut().filter_map(|operation| operation.function.as_mut());
        for when in functions.filter_map(|function| function.when.as_mut()) {
            if let When::HostIn { setting, hosts, .. } = when {
                let listed = settings.plain.get(setting).and_then(Value::as_array).into_iter().flatten();
                *hosts = listed.filter_map(Value::as_str).map(str::to_owned).collect();
            }
        }
        self
    }

    /// The operation that a call of a function with this input means: the one made for such an input, else the one for
    /// all.
    pub fn operation_of(&self, function: &str, input: &Value) -> Option<&Operation> {
        let offered = || {
            let named =
                |operation: &&Operation| operation.function.as_ref().is_some_and(|named| named.name == function);
            self.operations.iter().filter(named)
        };
        let made_for = |operation: &&Operation| {
            operation.function.as_ref().and_then(|named| named.when.as_ref()).is_some_and(|when| when.holds(input))
        };
        let for_all = |operation: &&Operation| operation.function.as_ref().is_some_and(|named| named.when.is_none());
        offered().find(made_for).or_else(|| offered().find(for_all))
    }
}

/// Which calls of the peer the host passes on, and how it makes sure that they come from the peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundRules {
    pub authentication: Authentication,
    /// Paths below the connector's own; a call to another path is refused.
    pub paths: Vec<String>,
    /// Longest body of a call, in bytes.
    pub body_bytes_max: u64,
}

/// How a call of the peer is authenticated. What is not authenticated is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication {
    /// A secret in the query parameter [`crate::CALLBACK_TOKEN_PARAMETER`], from an allow-listed address.
    Token,
    /// An HMAC over the body.
    Signature,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    pub name: String,
    /// How flows call it; none where they cannot.
    pub function: Option<FunctionName>,
    pub input: Value,
    pub output: Value,
    pub dedup: Dedup,
    pub on_ambiguous: Ambiguous,
    pub timeout_ms: u64,
    /// Most sends at one time.
    pub concurrency_max: u32,
    /// Tries, the first included.
    pub attempts_max: u32,
    pub backoff_ms_min: u64,
    pub backoff_ms_max: u64,
    /// How long a message may wait in all before it expires.
    pub expires_ms: u64,
    pub payload_bytes_max: u64,
}

/// The name under which flows call an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionName {
    pub name: String,
    /// Which of a function's calls it takes, where several operations share the name.
    pub when: Option<When>,
}

/// What a call's input must be like for an operation to take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// A member of the input and the texts it may be, whatever their case.
    Is { member: String, texts: Vec<String> },
    /// A member of the input that is an address, or holds one as `uri` or `endpoint`, whose host stands in a list of the
    /// deployment. `hosts` is that list once [`Manifest::with_settings`] has filled it in; until then it holds for no
    /// input.
    HostIn { member: String, setting: String, hosts: Vec<String> },
}

impl When {
    fn holds(&self, input: &Value) -> bool {
        match self {
            When::Is { member, texts } => {
                let given = input.get(member).and_then(Value::as_str);
                given.is_some_and(|given| texts.iter().any(|text| text.eq_ignore_ascii_case(given)))
            }
            When::HostIn { member, hosts, .. } => {
                let address = input.get(member).and_then(|value| address::of(value, address::DEPTH_MAX));
                address.is_some_and(|address| hosts.iter().any(|host| address::leads_to(address, host)))
            }
        }
    }
}

/// How a repetition is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dedup {
    /// The peer recognises the key, or a repetition changes nothing there.
    Key,
    /// The peer can be asked whether it has the key.
    Lookup,
    /// Neither: a lost answer is ambiguous.
    None,
}

/// What happens to a message of which nobody knows whether it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ambiguous {
    Resend,
    Drop,
    /// An incident that a person settles.
    Person,
}

/// Reads a manifest's text.
pub fn parse(text: &str) -> Result<Manifest, Diagnostics> {
    match yaml::parse(text) {
        Ok(root) => read(&root),
        Err(diagnostic) => Err(Diagnostics { list: vec![diagnostic] }),
    }
}

/// Reads a manifest. Reading goes on after an error; all are told at once.
pub fn read(root: &Node) -> Result<Manifest, Diagnostics> {
    let mut found = Diagnostics::default();
    let manifest = read_root(root, &mut found);
    match manifest {
        Some(manifest) if !found.has_errors() => Ok(manifest),
        _ => Err(found),
    }
}

fn read_root(root: &Node, found: &mut Diagnostics) -> Option<Manifest> {
    let known = ["name", "version", "title", "operations", "inbound", "settings"];
    let mut members = Members::open(root, "connector.yaml", &known, found)?;
    let name = members.name("name");
    let version = members.version("version");
    let title = members.node("title");
    let operations = members.node("operations");
    let settings = members.node("settings");
    let inbound = members.optional("inbound");
    let (title_fa, title_en) = title.and_then(|node| read_title(node, found)).unzip();
    let operations_node = operations;
    let operations = operations.map(|node| read_operations(node, found));
    let settings = settings.map(|node| setting::read_schema(node, found));
    if let (Some(node), Some(settings)) = (operations_node, &settings) {
        check_lists(node, operations.as_deref().unwrap_or_default(), settings, found);
    }
    let inbound = inbound.map(|node| read_inbound(node, found));
    Some(Manifest {
        name: name?,
        version: version?,
        title_fa: title_fa?,
        title_en: title_en?,
        operations: operations?,
        settings: settings?,
        inbound: match inbound {
            Some(rules) => Some(rules?),
            None => None,
        },
    })
}

fn read_title(node: &Node, found: &mut Diagnostics) -> Option<(String, String)> {
    let mut members = Members::open(node, "title", &["fa", "en"], found)?;
    let fa = members.text("fa", TITLE_CHARS_MAX);
    let en = members.text("en", TITLE_CHARS_MAX);
    Some((fa?, en?))
}

fn read_operations(node: &Node, found: &mut Diagnostics) -> Vec<Operation> {
    let Some(entries) = node.entries() else {
        found.push(members::wrong_type(
            node,
            "operations",
            "a mapping of names to operations",
            "نگاشتی از نام به عملیات",
        ));
        return Vec::new();
    };
    if entries.is_empty() || entries.len() > OPERATIONS_MAX {
        found.push(members::bad_value(
            node.span,
            &format!("a connector has 1 to {OPERATIONS_MAX} operations, not {}", entries.len()),
            &format!("هر اتصال ۱ تا {OPERATIONS_MAX} عملیات دارد، نه {}", entries.len()),
        ));
    }
    let mut operations = Vec::new();
    for entry in entries {
        if !members::is_name(&entry.key) {
            found.push(members::bad_name(entry.key_span, &entry.key));
        }
        operations.extend(operation::read(&entry.key, &entry.node, found));
    }
    operations
}

/// A condition over a list of the settings needs that list.
fn check_lists(node: &Node, operations: &[Operation], settings: &Value, found: &mut Diagnostics) {
    let functions = operations.iter().map(|operation| (operation, operation.function.as_ref()));
    for (operation, when) in functions.filter_map(|(operation, named)| Some((operation, named?.when.as_ref()?))) {
        if let When::HostIn { setting, .. } = when
            && settings["properties"][setting]["type"] != "array"
        {
            let function = node.get(&operation.name).and_then(|operation| operation.get("function"));
            found.push(setting::bad_schema(
                function.map_or(node.span, |node| node.span),
                &format!("`hostIn` names `{setting}`, which is no list among the settings"),
                &format!("`hostIn` از `{setting}` نام می‌برد که در تنظیمات فهرستی به این نام نیست"),
            ));
        }
    }
}

/// Longest body of a call where the manifest does not say.
const INBOUND_BODY_BYTES: u64 = 64 * 1024;

fn read_inbound(node: &Node, found: &mut Diagnostics) -> Option<InboundRules> {
    let mut members = Members::open(node, "inbound", &["authentication", "paths", "bodyBytesMax"], found)?;
    let words = [("token", Authentication::Token), ("signature", Authentication::Signature)];
    let authentication = members.word("authentication", &words);
    let body_bytes_max = match members.optional("bodyBytesMax") {
        Some(_) => members.count("bodyBytesMax", 0..=operation::PAYLOAD_BYTES_CEILING),
        None => Some(INBOUND_BODY_BYTES),
    };
    let paths = members.node("paths");
    let paths = paths.map(|node| read_paths(node, found));
    Some(InboundRules { authentication: authentication?, paths: paths?, body_bytes_max: body_bytes_max? })
}

fn read_paths(node: &Node, found: &mut Diagnostics) -> Vec<String> {
    let items = node.items().unwrap_or_default();
    if items.is_empty() {
        found.push(members::wrong_type(node, "paths", "a list of at least one path", "فهرستی از دست‌کم یک مسیر"));
    }
    let mut paths = Vec::new();
    for item in items {
        match item.as_str() {
            Some(path) if members::is_name(path) => paths.push(path.to_owned()),
            other => found.push(members::bad_name(item.span, other.unwrap_or("(no text)"))),
        }
    }
    paths
}
