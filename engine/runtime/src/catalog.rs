//! What a turn finds by name: the deployed content, with the policies of the connectors that serve its channels.
//!
//! Flows of earlier deployments that instances still run stand beside the present ones: an instance keeps the version
//! that it was started with. Tables, scripts, calendars, forms and templates are those of a place: the one of the case,
//! at the moment of the call.

use std::collections::BTreeMap;
use std::sync::Arc;

use peygir_calendar::{Calendar, Calendars, Place};
use peygir_casework::content::{Directory, Form, Template};
use peygir_casework::functions;
use peygir_casework::host::Channel;
use peygir_casework::outbox::{OnAmbiguous, Policy};
use peygir_casework::records::SEND;
use peygir_connector::{Ambiguous, Dedup, Manifest, Operation};
use peygir_core::state::FlowRef;
use peygir_core::{CloudEvent, Data, Id, Surroundings};
use peygir_dsl::model::{FlowName, Workflow};
use peygir_script::Deadline;
pub use peygir_script::limits::SCRIPT_MS_MAX;
use serde_json::Value;

use crate::closures::{Closures, Digests};
use crate::interest::{Interest, LISTENER_SUFFIX, listener_of};
use crate::limits::Limits;
use crate::operation::Open;
use crate::vault::{Secrets, Vault};
use crate::{pack, schedule};

/// How an operation is treated whose connector is gone: nothing is sent twice by chance.
const UNKNOWN: Policy = Policy {
    recognises: false,
    on_ambiguous: OnAmbiguous::Person,
    attempts_max: 1,
    backoff_us_min: 0,
    backoff_us_max: 0,
};

/// A flow that can run.
#[derive(Debug, Clone)]
pub struct Flow {
    pub workflow: Arc<Workflow>,
    pub source: Arc<str>,
    /// Texts behind the addresses that the source names, as they were read with it.
    pub resources: BTreeMap<String, Arc<str>>,
    /// SHA-256 of the source and of those texts, in hexadecimal.
    pub digest: String,
}

/// Name of the flow that gathers the events of a flow's schedule.
pub fn listener_name(flow: &FlowRef) -> String {
    format!("{}/{}:{}{LISTENER_SUFFIX}", flow.namespace, flow.name, flow.version)
}

/// What a name that a flow calls stands for.
pub enum Function {
    BuiltIn(&'static functions::Function),
    Table(pack::TableSource),
    Script(pack::ScriptSource),
    /// The world is asked: the answer comes when the outbox has it.
    Operation {
        connector: String,
        operation: String,
        expires_us: i64,
    },
    /// An instance of its own; what the function is called with is its input.
    Flow(FlowRef),
}

/// Makes the wall-clock limit of one script; a virtual clock gives one that never ends.
pub type ScriptDeadline = Arc<dyn Fn() -> Deadline + Send + Sync>;

#[derive(Clone)]
pub struct Catalog {
    pack: pack::Catalog,
    flows: BTreeMap<FlowRef, Flow>,
    /// The flows that gather the events of schedules, by [`listener_name`].
    listeners: BTreeMap<String, Flow>,
    interest: Interest,
    zone: jiff::tz::TimeZone,
    /// By the connector's name in the deployment.
    manifests: BTreeMap<String, Manifest>,
    callback_secrets: BTreeMap<String, String>,
    script_deadline: ScriptDeadline,
    /// Each set of the packs' calendars with the closures that were declared.
    calendars: Vec<Calendars>,
    operations: Vec<Open>,
    /// Number of the deployment that brought this content; 0 where it was never counted.
    edition: u64,
}

impl Catalog {
    /// `manifests`: those of the deployment's connectors, by the names it gives them.
    pub fn new(pack: pack::Catalog, manifests: &BTreeMap<String, Manifest>, script_deadline: ScriptDeadline) -> Self {
        let flows = pack
            .flows
            .iter()
            .map(|(name, flow)| {
                let reference = FlowRef {
                    namespace: name.namespace.clone(),
                    name: name.name.clone(),
                    version: name.version.clone(),
                };
                let digest = flow.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
                let (workflow, source) = (flow.workflow.clone(), flow.source.clone());
                (reference, Flow { workflow, source, resources: flow.resources.clone(), digest })
            })
            .collect();
        let zone = peygir_calendar::zone(&pack.deployment.zone).unwrap_or_else(peygir_calendar::tehran);
        let manifests = manifests.clone();
        let (listeners, interest) = (BTreeMap::new(), Interest::default());
        let callback_secrets = BTreeMap::new();
        let calendars = pack.contents.calendars().to_vec();
        let operations = Vec::new();
        let mut catalog = Self {
            pack,
            flows,
            listeners,
            interest,
            zone,
            manifests,
            callback_secrets,
            script_deadline,
            calendars,
            operations,
            edition: 0,
        };
        for (name, flow) in catalog.flows.clone() {
            catalog.note_events(&name, &flow);
        }
        catalog
    }

    /// Notes what a flow waits for, and makes the listener of its schedule.
    fn note_events(&mut self, name: &FlowRef, flow: &Flow) {
        self.interest.add(&flow.workflow);
        if schedule::listens(&flow.workflow)
            && let Some(listener) = listener_of(&flow.workflow)
        {
            let listener = Flow { workflow: Arc::new(listener), ..flow.clone() };
            self.listeners.insert(listener_name(name), listener);
        }
    }

    /// Events that some flow waits for.
    pub fn interest(&self) -> &Interest {
        &self.interest
    }

    /// Flows of the present deployment with a schedule that needs a stream of its own: of each name the newest version.
    pub fn scheduled(&self) -> Vec<FlowRef> {
        let mut newest: BTreeMap<(String, String), (semver::Version, FlowRef, bool)> = BTreeMap::new();
        for (name, flow) in &self.pack.flows {
            let Ok(version) = semver::Version::parse(&name.version) else { continue };
            let reference =
                FlowRef { namespace: name.namespace.clone(), name: name.name.clone(), version: name.version.clone() };
            let entry = (version, reference, schedule::needs_stream(&flow.workflow));
            let key = (name.namespace.clone(), name.name.clone());
            if newest.get(&key).is_none_or(|(known, _, _)| *known < entry.0) {
                newest.insert(key, entry);
            }
        }
        newest.into_values().filter(|(_, _, scheduled)| *scheduled).map(|(_, name, _)| name).collect()
    }

    /// The secret that a connector's peer has to name in its calls.
    pub fn with_callback_secret(mut self, connector: &str, secret: String) -> Self {
        self.callback_secrets.insert(connector.to_owned(), secret);
        self
    }

    /// Adds a flow that an earlier deployment had.
    pub fn with_earlier_flow(mut self, name: FlowRef, flow: Flow) -> Self {
        self.note_events(&name, &flow);
        self.flows.entry(name).or_insert(flow);
        self
    }

    pub fn flows(&self) -> impl Iterator<Item = (&FlowRef, &Flow)> {
        self.flows.iter()
    }

    pub fn flow(&self, name: &FlowRef) -> Option<&Flow> {
        self.flows.get(name).or_else(|| {
            let version = name.version.strip_suffix(LISTENER_SUFFIX)?;
            self.listeners.get(&listener_name(&FlowRef { version: version.to_owned(), ..name.clone() }))
        })
    }

    /// By `namespace/name:version`.
    pub fn flow_named(&self, name: &str) -> Option<&Flow> {
        if let Some(listener) = self.listeners.get(name) {
            return Some(listener);
        }
        let (namespace, rest) = name.split_once('/')?;
        let (name, version) = rest.split_once(':')?;
        self.flows.get(&FlowRef { namespace: namespace.to_owned(), name: name.to_owned(), version: version.to_owned() })
    }

    /// Flows of the present deployment that an event starts, each with its input.
    pub fn started_by(&self, event: &CloudEvent) -> Vec<(String, Value)> {
        self.pack
            .flows
            .iter()
            .filter_map(|(name, flow)| {
                Some((name.to_string(), peygir_core::decide::input_of_schedule(&flow.workflow, event)?))
            })
            .collect()
    }

    /// Other packs within the same deployment: its settings, secrets and connectors stay. No closures are in force in it, and
    /// it has no flows but its own.
    pub fn with_pack(&self, pack: &pack::Catalog) -> Self {
        let (deployment, secrets) = (self.pack.deployment.clone(), self.pack.secrets.clone());
        let pack = pack::Catalog { deployment, secrets, ..pack.clone() };
        let fresh = Self::new(pack, &self.manifests, self.script_deadline.clone());
        Self { callback_secrets: self.callback_secrets.clone(), ..fresh }
    }

    /// With the flows of an earlier catalog beside its own.
    pub fn with_flows_of(self, earlier: &Catalog) -> Self {
        let known = earlier.flows.iter();
        known.fold(self, |catalog, (name, flow)| match catalog.flows.contains_key(name) {
            true => catalog,
            false => catalog.with_earlier_flow(name.clone(), flow.clone()),
        })
    }

    /// What the packs come to.
    pub fn packs(&self) -> &pack::Catalog {
        &self.pack
    }

    /// The same content under the number of its deployment.
    pub fn with_edition(self, edition: u64) -> Self {
        Self { edition, ..self }
    }

    pub fn edition(&self) -> u64 {
        self.edition
    }

    /// What is in force in a place.
    pub fn content(&self, place: &Place) -> &pack::Content {
        self.pack.content(place)
    }

    /// Whether the same is in force in all places.
    pub fn is_uniform(&self) -> bool {
        self.pack.contents.is_uniform()
    }

    /// `NAME` or `NAME:VERSION@default`; which version answers is decided here, at the call, by what is in force where
    /// the case is. The input says which operation is meant where several share a name. Flows come last, those of the
    /// caller's namespace first.
    pub fn function(&self, name: &str, input: &Value, namespace: &str, place: &Place) -> Option<Function> {
        let content = self.pack.content(place);
        let bare = name.split([':', '@']).next().unwrap_or(name);
        functions::find(bare)
            .map(Function::BuiltIn)
            .or_else(|| content.tables.get(bare).cloned().map(Function::Table))
            .or_else(|| content.scripts.get(bare).cloned().map(Function::Script))
            .or_else(|| self.operation_called(bare, input))
            .or_else(|| self.flow_called(name, bare, namespace).map(Function::Flow))
    }

    fn flow_called(&self, name: &str, bare: &str, namespace: &str) -> Option<FlowRef> {
        let version = name[bare.len()..].strip_prefix(':').map(|rest| rest.split('@').next().unwrap_or(rest));
        let elsewhere = || {
            let named = |flow: &&FlowRef| flow.name == bare;
            self.flows.keys().find(named).map(|flow| flow.namespace.clone())
        };
        let here = self.flow_to_run(namespace, bare, version);
        let found = here.or_else(|| self.flow_to_run(&elsewhere()?, bare, version));
        found.map(|(flow, _)| flow.clone())
    }

    /// The flow of this name; of the newest version that is deployed where none is asked for. A flow that only an earlier
    /// deployment had is found last.
    pub fn flow_to_run(&self, namespace: &str, name: &str, version: Option<&str>) -> Option<(&FlowRef, &Flow)> {
        let deployed = |flow: &FlowRef| {
            let (namespace, name, version) = (flow.namespace.clone(), flow.name.clone(), flow.version.clone());
            self.pack.flows.contains_key(&FlowName { namespace, name, version })
        };
        let named = |(flow, _): &(&FlowRef, &Flow)| flow.namespace == namespace && flow.name == name;
        let wanted = |(flow, _): &(&FlowRef, &Flow)| version.is_none_or(|version| flow.version == version);
        let order = |flow: &FlowRef| (deployed(flow), semver::Version::parse(&flow.version).ok(), flow.version.clone());
        self.flows.iter().filter(named).filter(wanted).max_by_key(|(flow, _)| order(flow))
    }

    fn operation_called(&self, name: &str, input: &Value) -> Option<Function> {
        let offered = |(connector, manifest): (&String, &Manifest)| {
            let operation = manifest.operation_of(name, input)?;
            Some(Function::Operation {
                connector: connector.clone(),
                operation: operation.name.clone(),
                expires_us: micros(operation.expires_ms),
            })
        };
        self.manifests.iter().find_map(offered)
    }

    fn operation(&self, connector: &str, operation: &str) -> Option<&Operation> {
        self.manifests.get(connector)?.operation(operation)
    }

    /// Who is told of what happens to workflows.
    pub fn webhooks(&self) -> &[pack::WebhookUse] {
        &self.pack.deployment.webhooks
    }

    pub fn script_deadline(&self) -> Deadline {
        (self.script_deadline)()
    }

    pub fn policy(&self, connector: &str, operation: &str) -> Policy {
        self.operation(connector, operation).map_or(UNKNOWN, |operation| Policy {
            recognises: operation.dedup != Dedup::None,
            on_ambiguous: match operation.on_ambiguous {
                Ambiguous::Resend => OnAmbiguous::Resend,
                Ambiguous::Drop => OnAmbiguous::Drop,
                Ambiguous::Person => OnAmbiguous::Person,
            },
            attempts_max: operation.attempts_max,
            backoff_us_min: micros(operation.backoff_ms_min),
            backoff_us_max: micros(operation.backoff_ms_max),
        })
    }

    pub fn channel(&self, name: &str) -> Option<Channel> {
        let connector = self.pack.deployment.channels.get(name)?;
        let operation = self.operation(connector, SEND)?;
        Some(Channel { connector: connector.clone(), expires_us: micros(operation.expires_ms) })
    }

    /// Channels of which nothing leaves the house.
    pub fn unsent_channels(&self) -> Vec<String> {
        let deployment = &self.pack.deployment;
        deployment
            .channels
            .keys()
            .filter(|channel| deployment.connector_of_channel(channel).is_some_and(|used| used.kind == "outbox"))
            .cloned()
            .collect()
    }

    /// Whether a connector keeps what it is given instead of sending it.
    pub fn keeps(&self, connector: &str) -> bool {
        self.pack.deployment.connectors.get(connector).is_some_and(|used| used.kind == "outbox")
    }

    pub fn callback_secret(&self, connector: &str) -> Option<&str> {
        self.callback_secrets.get(connector).map(String::as_str)
    }

    pub fn province_of_line(&self, connector: &str, line: &str) -> Option<&str> {
        self.pack.deployment.province_of_line(connector, line)
    }

    pub fn limits(&self) -> &Limits {
        &self.pack.deployment.limits
    }

    pub fn secrets(&self) -> &Secrets {
        &self.pack.secrets
    }

    /// What the flows of a stream are told of the deployment.
    pub fn surroundings(&self, vault: &Vault, stream: Id) -> Surroundings {
        let secrets = self.secrets();
        let tokens = (!secrets.is_empty()).then(|| Data::from(secrets.tokens(vault, stream)));
        Surroundings { limits: self.limits().of_instances.clone(), secrets: tokens }
    }

    /// Those of a place, with the closures that are in force.
    pub fn calendars(&self, place: &Place) -> &Calendars {
        &self.calendars[self.pack.content(place).calendar_set]
    }

    /// The calendars of all places: those of the deployment's province first, and of the others what is not among them.
    pub fn all_calendars(&self) -> Vec<&Arc<Calendar>> {
        let home = self.calendars(&self.home_place());
        let mut all: BTreeMap<&str, &Arc<Calendar>> = BTreeMap::new();
        for calendar in home.iter().chain(self.calendars.iter().flat_map(Calendars::iter)) {
            all.entry(calendar.id()).or_insert(calendar);
        }
        all.into_values().collect()
    }

    /// What the deployed calendars were written as, by id, and by id and place where another holds.
    pub fn calendar_digests(&self) -> Digests {
        self.pack.contents.calendar_digests()
    }

    /// Operations that are under way: deadlines may still stand as they were before them.
    pub fn operations(&self) -> &[Open] {
        &self.operations
    }

    /// The same content with these closures in force and these operations under way.
    pub fn with_closures(&self, closures: &Closures, operations: Vec<Open>) -> Self {
        let in_force = closures.in_force();
        let calendars = self.pack.contents.calendars().iter().map(|set| set.with_closures(&in_force)).collect();
        Self { calendars, operations, ..self.clone() }
    }

    pub fn default_calendar(&self) -> &str {
        &self.pack.deployment.calendar
    }

    pub fn zone(&self) -> &jiff::tz::TimeZone {
        &self.zone
    }

    /// What the deployment's packs call their own things.
    pub fn known_titles(&self) -> &dyn peygir_explain::Titles {
        &self.pack
    }

    /// Whether some place of the deployment has a form of this id.
    pub fn knows_form(&self, id: &str) -> bool {
        self.pack.contents.places().any(|(_, content)| content.forms.contains_key(id))
    }

    /// Whether some place of the deployment has a template of this id.
    pub fn knows_template(&self, id: &str) -> bool {
        self.pack.contents.places().any(|(_, content)| content.templates.contains_key(id))
    }

    pub fn form(&self, id: &str, place: &Place) -> Option<&Form> {
        self.pack.content(place).forms.get(id).map(AsRef::as_ref)
    }

    pub fn template(&self, id: &str, place: &Place) -> Option<&Template> {
        self.pack.content(place).templates.get(id).map(AsRef::as_ref)
    }

    pub fn directory(&self) -> &Directory {
        &self.pack.directory
    }

    pub fn case_type(&self) -> &str {
        &self.pack.deployment.case_type
    }

    pub fn intake_flow(&self) -> String {
        self.pack.deployment.intake.to_string()
    }

    pub fn province(&self) -> &str {
        &self.pack.deployment.province
    }

    /// The place of a message that names none.
    pub fn home_place(&self) -> Place {
        self.pack.home_place()
    }

    pub fn name(&self) -> &str {
        &self.pack.deployment.name
    }

    /// Forms by id and flows by `namespace/name:version`, with what people call them.
    pub fn titles_of_content(&self) -> impl Iterator<Item = (String, String, String)> {
        let elsewhere = self.pack.contents.places().map(|(_, content)| content);
        let mut forms: BTreeMap<&String, &Arc<Form>> = BTreeMap::new();
        for (id, form) in std::iter::once(self.pack.home()).chain(elsewhere).flat_map(|content| &content.forms) {
            forms.entry(id).or_insert(form);
        }
        let forms = forms.into_values().map(|form| (form.id.clone(), form.title_fa.clone(), form.title_en.clone()));
        let flows = self.flows.iter().filter_map(|(name, flow)| {
            // The language gives a flow one title; English pages show it too.
            let title = flow.workflow.title.clone()?;
            Some((format!("{}/{}:{}", name.namespace, name.name, name.version), title.clone(), title))
        });
        forms.chain(flows)
    }

    /// Tables in force by id, with what people call them: the title that is nearest home, where places differ.
    pub fn titles_of_tables(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let elsewhere = self.pack.contents.places().map(|(_, content)| content);
        let mut titles = BTreeMap::new();
        for (id, table) in std::iter::once(self.pack.home()).chain(elsewhere).flat_map(|content| &content.tables) {
            if let Some(title) = table.table.title() {
                titles.entry(id.as_str()).or_insert((title.fa.as_str(), title.en.as_str()));
            }
        }
        titles.into_iter().map(|(id, (fa, en))| (id, fa, en))
    }

    /// Packs in force by name, with their titles.
    pub fn titles_of_packs(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.pack.packs.iter().map(|pack| (pack.name.as_str(), pack.title.fa.as_str(), pack.title.en.as_str()))
    }

    /// Titles in Persian and English.
    pub fn titles(&self) -> (&str, &str) {
        (&self.pack.deployment.title.fa, &self.pack.deployment.title.en)
    }
}

fn micros(millis: u64) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX / 1_000).saturating_mul(1_000)
}
