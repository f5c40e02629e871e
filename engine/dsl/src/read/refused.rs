//! What the language has and this engine refuses to run: calls over gRPC, AsyncAPI, A2A and MCP, and containers.
//!
//! Their members are looked at as loosely as the official schema does, so that a slip in them is told too. What
//! expressions in them say is not looked at: nothing evaluates them.

use peygir_source::{Entry, Node, Value};

use super::fields::Known;
use super::{Reader, message};
use crate::model::{Kind, Refused};

/// What a member must be.
enum Shape {
    Text,
    Number,
    Mapping,
    List,
    /// A text, or a mapping.
    TextOrMapping,
    Duration,
    Word(&'static [&'static str]),
    /// Members, and which of them are needed.
    Of(&'static [(&'static str, Shape)], &'static [&'static str]),
}

use Shape::{Duration, List, Mapping, Number, Of, Text, TextOrMapping, Word};

const RESOURCE: Shape = Of(&[("name", Text), ("endpoint", TextOrMapping)], &["endpoint"]);
const MESSAGE: Shape = Of(&[("payload", Mapping), ("headers", Mapping)], &[]);

const GRPC: Shape = Of(
    &[
        ("proto", RESOURCE),
        (
            "service",
            Of(&[("name", Text), ("host", Text), ("port", Number), ("authentication", Mapping)], &["name", "host"]),
        ),
        ("method", Text),
        ("arguments", Mapping),
    ],
    &["proto", "service", "method"],
);

const ASYNCAPI_PROTOCOLS: [&str; 19] = [
    "amqp",
    "amqp1",
    "anypointmq",
    "googlepubsub",
    "http",
    "ibmmq",
    "jms",
    "kafka",
    "mercure",
    "mqtt",
    "mqtt5",
    "nats",
    "pulsar",
    "redis",
    "sns",
    "solace",
    "sqs",
    "stomp",
    "ws",
];

const ASYNCAPI: Shape = Of(
    &[
        ("document", RESOURCE),
        ("channel", Text),
        ("operation", Text),
        ("server", Of(&[("name", Text), ("variables", Mapping)], &["name"])),
        ("protocol", Word(&ASYNCAPI_PROTOCOLS)),
        ("message", MESSAGE),
        (
            "subscription",
            Of(
                &[
                    ("filter", Text),
                    ("consume", Of(&[("for", Duration), ("amount", Number), ("while", Text), ("until", Text)], &[])),
                    (
                        "foreach",
                        Of(
                            &[("item", Text), ("at", Text), ("do", List), ("output", Mapping), ("export", Mapping)],
                            &[],
                        ),
                    ),
                ],
                &["consume"],
            ),
        ),
        ("authentication", Mapping),
    ],
    &["document"],
);

const A2A_METHODS: [&str; 11] = [
    "message/send",
    "message/stream",
    "tasks/get",
    "tasks/list",
    "tasks/cancel",
    "tasks/resubscribe",
    "tasks/pushNotificationConfig/set",
    "tasks/pushNotificationConfig/get",
    "tasks/pushNotificationConfig/list",
    "tasks/pushNotificationConfig/delete",
    "agent/getAuthenticatedExtendedCard",
];

const A2A: Shape = Of(
    &[
        ("agentCard", RESOURCE),
        ("server", TextOrMapping),
        ("method", Word(&A2A_METHODS)),
        ("parameters", TextOrMapping),
    ],
    &["method"],
);

const MCP_METHODS: [&str; 7] = [
    "tools/list",
    "tools/call",
    "prompts/list",
    "prompts/get",
    "resources/list",
    "resources/read",
    "resources/templates/list",
];

const MCP: Shape = Of(
    &[
        ("protocolVersion", Text),
        ("method", Word(&MCP_METHODS)),
        ("parameters", TextOrMapping),
        ("timeout", Duration),
        (
            "transport",
            Of(
                &[
                    ("http", Of(&[("endpoint", TextOrMapping), ("headers", Mapping)], &["endpoint"])),
                    ("stdio", Of(&[("command", Text), ("arguments", List), ("environment", Mapping)], &["command"])),
                    ("options", Mapping),
                ],
                &[],
            ),
        ),
        ("client", Of(&[("name", Text), ("version", Text)], &["name", "version"])),
    ],
    &["method", "transport"],
);

const CONTAINER: Shape = Of(
    &[
        ("image", Text),
        ("name", Text),
        ("command", Text),
        ("ports", Mapping),
        ("volumes", Mapping),
        ("environment", Mapping),
        ("stdin", Text),
        ("arguments", List),
        ("lifetime", Of(&[("cleanup", Word(&["always", "never", "eventually"])), ("after", Duration)], &["cleanup"])),
        ("pullPolicy", Word(&["ifNotPresent", "always", "never"])),
    ],
    &["image"],
);

impl<'n> Reader<'n> {
    /// The call, if it is one of those that are refused; what is wrong with it is told besides.
    pub(super) fn refused_call(&mut self, function: &'n Node, name: &str, task: &'n Node) -> Option<Kind> {
        let feature = message::REFUSED.into_iter().find(|(feature, _)| feature.strip_prefix("call: ") == Some(name))?;
        let shape = match name {
            "grpc" => GRPC,
            "asyncapi" => ASYNCAPI,
            "a2a" => A2A,
            _ => MCP,
        };
        self.push(message::not_run(feature, function.span));
        if let Some(with) = self.needed(task, "with", feature.0, function.span) {
            self.shape(with, "with", &shape);
        }
        Some(Kind::Refused(Refused { feature: feature.0, span: function.span }))
    }

    pub(super) fn refused_container(&mut self, container: &'n Entry) -> Option<Kind> {
        let feature = message::CONTAINER;
        self.push(message::not_run(feature, container.key_span));
        self.shape(&container.node, "run.container", &CONTAINER);
        Some(Kind::Refused(Refused { feature: feature.0, span: container.key_span }))
    }

    fn shape(&mut self, node: &'n Node, what: &str, shape: &Shape) {
        match shape {
            Text => drop(self.text(node, what)),
            Number => drop(self.count(node, what)),
            Mapping => drop(self.entries(node, what)),
            List => drop(self.items(node, what)),
            Duration => drop(self.duration(node, what)),
            Word(words) => drop(self.choice(node, what, words)),
            TextOrMapping if matches!(node.value, Value::String(_) | Value::Mapping(_)) => {}
            TextOrMapping => self.push(message::wrong_type(node, what, message::DATA_PATH)),
            Of(members, needed) => {
                let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
                if self.members(node, &Known { what, names: &names }).is_none() {
                    return;
                }
                for name in *needed {
                    self.needed(node, name, what, node.span);
                }
                for (name, shape) in *members {
                    if let Some(member) = node.get(name) {
                        self.shape(member, &format!("{what}.{name}"), shape);
                    }
                }
            }
        }
    }
}
