//! `deployment.yaml`: which packs, for which province, over which connectors.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use peygir_casework::content::read::{Bilingual, Reader};
use peygir_dsl::model::FlowName;
use peygir_source::{Diagnostics, Help, Node, Span, suggest};

use super::connectors::{self, ConnectorUse};
use super::files::SourceFile;
use super::limits;
use super::resources::{self, Mirrors};
use super::secrets::{self, SecretUse};
use super::webhooks::{self, WebhookUse};
use crate::limits::Limits;

pub const FILE_NAME: &str = "deployment.yaml";
/// Most packs of one deployment.
pub const PACKS_MAX: usize = 256;
/// Where a deployment that names no zone keeps its time.
const ZONE: &str = "Asia/Tehran";

#[derive(Debug, Clone)]
pub struct Deployment {
    /// The folder it was read from; relative paths of it lie below.
    pub folder: PathBuf,
    /// `deployment.yaml` as people know it, for findings.
    pub file: String,
    pub name: String,
    pub title: Bilingual,
    /// Where a message that names no province belongs.
    pub province: String,
    /// Folders, the lowest layer first.
    pub packs: Vec<PathBuf>,
    pub case_type: String,
    /// The flow that takes every message.
    pub intake: FlowName,
    /// Calendar of deadlines that name none.
    pub calendar: String,
    /// IANA name of the zone of clocks and days.
    pub zone: String,
    pub listen: Option<SocketAddr>,
    /// A Vazirmatn web font (WOFF2) that the console serves; its readers' own fonts without it.
    pub font: Option<PathBuf>,
    pub lines: Vec<Line>,
    pub connectors: BTreeMap<String, ConnectorUse>,
    /// Channel (`sms`, `mail`) to the name of a connector.
    pub channels: BTreeMap<String, String>,
    /// Hosts that flows may call over HTTP, as `host` or `host:port`.
    pub http_allow: Vec<String>,
    /// Where the secrets lie that flows may name.
    pub secrets: BTreeMap<String, SecretUse>,
    pub limits: Limits,
    /// Copies of what flows name by address.
    pub resources: Mirrors,
    pub webhooks: Vec<WebhookUse>,
    pub(super) places: Places,
}

/// Where the names were written that only the whole can check.
#[derive(Debug, Clone, Default)]
pub struct Places {
    pub province: Span,
    pub intake: Span,
    pub calendar: Span,
    pub lines: Vec<Span>,
}

/// A line or address that messages come to, and the province it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Only messages of this connector; of any where absent.
    pub connector: Option<String>,
    pub line: String,
    pub province: String,
}

const MEMBERS: [&str; 19] = [
    "kind",
    "name",
    "title",
    "province",
    "packs",
    "caseType",
    "intake",
    "calendar",
    "zone",
    "listen",
    "lines",
    "connectors",
    "channels",
    "http",
    "font",
    "secrets",
    "limits",
    "webhooks",
    "resources",
];

impl Deployment {
    pub fn read(folder: &Path, file: &SourceFile, root: &Node) -> Result<(Self, Diagnostics), Diagnostics> {
        let mut reader = Reader::default();
        let deployment = read(&mut reader, folder, file, root);
        reader.finish(deployment)
    }

    /// Stands where a pack is checked that nobody deploys yet.
    pub(super) fn of_nothing() -> Self {
        Self {
            folder: PathBuf::new(),
            file: String::new(),
            name: String::new(),
            title: Bilingual::default(),
            province: String::new(),
            packs: Vec::new(),
            case_type: String::new(),
            intake: FlowName { namespace: String::new(), name: String::new(), version: String::new() },
            calendar: String::new(),
            zone: ZONE.to_owned(),
            listen: None,
            font: None,
            lines: Vec::new(),
            connectors: BTreeMap::new(),
            channels: BTreeMap::new(),
            http_allow: Vec::new(),
            secrets: BTreeMap::new(),
            limits: Limits::default(),
            resources: Mirrors::new(),
            webhooks: Vec::new(),
            places: Places::default(),
        }
    }

    /// The province that a message to a line belongs to.
    pub fn province_of_line(&self, connector: &str, line: &str) -> Option<&str> {
        let fits =
            |known: &&Line| known.line == line && known.connector.as_deref().is_none_or(|only| only == connector);
        self.lines.iter().find(fits).map(|known| known.province.as_str())
    }

    /// The connector that serves a channel.
    pub fn connector_of_channel(&self, channel: &str) -> Option<&ConnectorUse> {
        self.connectors.get(self.channels.get(channel)?)
    }
}

fn read(reader: &mut Reader, folder: &Path, file: &SourceFile, root: &Node) -> Option<Deployment> {
    if !reader.mapping(root, &MEMBERS) {
        return None;
    }
    reader.kind(root, "deployment");
    let name = reader.id(root, "name");
    let title = reader.bilingual(root, "title");
    let province = reader.id(root, "province");
    let case_type = reader.id(root, "caseType");
    let calendar = reader.id(root, "calendar");
    let packs = read_packs(reader, folder, root);
    let intake = read_intake(reader, root);
    let zone = read_zone(reader, root);
    let listen = read_listen(reader, root);
    let font = read_font(reader, folder, root);
    let (lines, line_spans) = read_lines(reader, root);
    let connectors = connectors::read(reader, root);
    let channels = read_channels(reader, root, &connectors);
    let http_allow = read_http(reader, root);
    let webhooks = webhooks::read(reader, root, &http_allow);
    let secrets = secrets::read(reader, root);
    let limits = limits::read(reader, root);
    let resources = resources::read(reader, folder, root);
    let span = |key: &str| root.get(key).map(|node| node.span).unwrap_or_default();
    let places =
        Places { province: span("province"), intake: span("intake"), calendar: span("calendar"), lines: line_spans };
    Some(Deployment {
        folder: folder.to_owned(),
        file: file.name.clone(),
        name: name?,
        title: title?,
        province: province?,
        packs,
        case_type: case_type?,
        intake: intake?,
        calendar: calendar?,
        zone,
        listen,
        font,
        lines,
        connectors,
        channels,
        http_allow,
        webhooks,
        secrets,
        limits,
        resources,
        places,
    })
}

fn read_packs(reader: &mut Reader, folder: &Path, root: &Node) -> Vec<PathBuf> {
    reader.required(root, "packs");
    let items = reader.items(root, "packs");
    if items.len() > PACKS_MAX {
        reader.error(
            "PG-P021",
            items[PACKS_MAX].span,
            format!("a deployment has at most {PACKS_MAX} packs"),
            format!("استقرار بیش از {PACKS_MAX} بسته نمی‌پذیرد"),
        );
    }
    let mut packs = Vec::new();
    for item in items.iter().take(PACKS_MAX) {
        let Some(text) = reader.as_text(item) else { continue };
        let path = folder.join(&text);
        if !path.join(super::layer::FILE_NAME).is_file() {
            reader.error(
                "PG-P040",
                item.span,
                format!("\"{text}\" is no pack: it has no pack.yaml"),
                format!("«{text}» بسته نیست: pack.yaml ندارد"),
            );
        }
        packs.push(path);
    }
    packs
}

/// `namespace/name:version`.
pub fn flow_name(text: &str) -> Option<FlowName> {
    let (namespace, rest) = text.split_once('/')?;
    let (name, version) = rest.split_once(':')?;
    let filled = [namespace, name, version].iter().all(|part| !part.is_empty() && !part.contains(['/', ':']));
    filled.then(|| FlowName { namespace: namespace.into(), name: name.into(), version: version.into() })
}

fn read_intake(reader: &mut Reader, root: &Node) -> Option<FlowName> {
    let node = reader.required(root, "intake")?;
    let text = reader.as_text(node)?;
    let name = flow_name(&text);
    if name.is_none() {
        reader.error(
            "PG-P055",
            node.span,
            format!("\"{text}\" is no flow: write namespace/name:version"),
            format!("«{text}» نام گردش کار نیست: namespace/name:version بنویسید"),
        );
    }
    name
}

fn read_font(reader: &mut Reader, folder: &Path, root: &Node) -> Option<PathBuf> {
    let path = folder.join(reader.optional_text(root, "font")?);
    if !path.is_file() {
        let span = root.get("font").map(|node| node.span).unwrap_or_default();
        reader.error(
            "PG-P063",
            span,
            format!("the font {} is not there", path.display()),
            format!("پروندهٔ قلم {} نیست", path.display()),
        );
    }
    Some(path)
}

fn read_zone(reader: &mut Reader, root: &Node) -> String {
    let Some(zone) = reader.optional_text(root, "zone") else { return ZONE.to_owned() };
    if peygir_calendar::zone(&zone).is_none() {
        let span = root.get("zone").map(|node| node.span).unwrap_or_default();
        reader.error(
            "PG-P062",
            span,
            format!("there is no time zone \"{zone}\", such as \"{ZONE}\""),
            format!("منطقهٔ زمانی «{zone}» نیست؛ مانند {ZONE}"),
        );
    }
    zone
}

fn read_listen(reader: &mut Reader, root: &Node) -> Option<SocketAddr> {
    let text = reader.optional_text(root, "listen")?;
    let address = text.parse().ok();
    if address.is_none() {
        let span = root.get("listen").map(|node| node.span).unwrap_or_default();
        reader.error(
            "PG-P063",
            span,
            format!("\"{text}\" is no address to listen on, such as 127.0.0.1:8111"),
            format!("«{text}» نشانی شنیدن نیست؛ مانند \u{2066}127.0.0.1:8111\u{2069}"),
        );
    }
    address
}

fn read_lines(reader: &mut Reader, root: &Node) -> (Vec<Line>, Vec<Span>) {
    let connectors: Vec<&str> = names(root, "connectors");
    let mut lines = Vec::new();
    let mut spans = Vec::new();
    for item in reader.items(root, "lines") {
        if !reader.mapping(item, &["connector", "line", "province"]) {
            continue;
        }
        let connector = reader.optional_text(item, "connector");
        if let (Some(name), Some(node)) = (&connector, item.get("connector")) {
            known_connector(reader, name, node.span, &connectors);
        }
        let (line, province) = (reader.text(item, "line"), reader.id(item, "province"));
        if let (Some(line), Some(province)) = (line, province) {
            spans.push(item.get("province").map_or(item.span, |node| node.span));
            lines.push(Line { connector, line, province });
        }
    }
    (lines, spans)
}

fn read_channels(
    reader: &mut Reader,
    root: &Node,
    connectors: &BTreeMap<String, ConnectorUse>,
) -> BTreeMap<String, String> {
    let mut channels = BTreeMap::new();
    let Some(node) = reader.required(root, "channels") else { return channels };
    if !reader.mapping(node, &["sms", "mail"]) {
        return channels;
    }
    let known: Vec<&str> = connectors.keys().map(String::as_str).collect();
    for entry in node.entries().unwrap_or_default() {
        if let Some(name) = reader.as_text(&entry.node) {
            known_connector(reader, &name, entry.node.span, &known);
            channels.insert(entry.key.clone(), name);
        }
    }
    channels
}

fn known_connector(reader: &mut Reader, name: &str, span: Span, known: &[&str]) {
    if known.contains(&name) {
        return;
    }
    reader.error(
        "PG-P060",
        span,
        format!("there is no connector \"{name}\" in this deployment"),
        format!("اتصال «{name}» در این استقرار نیست"),
    );
    if let Some(last) = reader.found.list.last_mut() {
        last.help = suggest(name, known.iter().copied()).map(|near| Help::did_you_mean(near, '"').into());
    }
}

fn names<'n>(root: &'n Node, key: &str) -> Vec<&'n str> {
    let entries = root.get(key).and_then(Node::entries).unwrap_or_default();
    entries.iter().map(|entry| entry.key.as_str()).collect()
}

fn read_http(reader: &mut Reader, root: &Node) -> Vec<String> {
    let Some(http) = root.get("http") else { return Vec::new() };
    if !reader.mapping(http, &["allow"]) {
        return Vec::new();
    }
    reader.items(http, "allow").iter().filter_map(|item| reader.as_text(item)).collect()
}
