//! Names that a flow, or a script with its actions, gives to built-ins: forms, templates, roles, agencies, calendars, flows,
//! channels. What is written out can be checked, of a script also what it returns in its tests; the rest is found when it runs.

use std::collections::BTreeSet;

use peygir_calendar::Scope;
use peygir_script::{Script, Written};
use peygir_source::{Diagnostic, Diagnostics, Help, Node, Span, suggest};
use serde_json::Value;

use super::catalog::Catalog;
use super::content::Content;
use super::places::{own_place, words};

/// What kind of thing a flow names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Form,
    Template,
    Role,
    Person,
    Calendar,
    Flow,
    Channel,
    Agency,
    Topic,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub kind: Kind,
    pub name: String,
    pub span: Span,
    /// Channels by which a template is sent, where they are written out beside it.
    pub channels: Vec<String>,
}

/// All uses in a flow, in the order of writing.
pub fn of_flow(root: &Node) -> Vec<Use> {
    let mut uses = Vec::new();
    if let Some(calendar) =
        root.get("document").and_then(|document| document.get("metadata")?.get("peygir")?.get("calendar"))
    {
        note(calendar, Kind::Calendar, &mut uses);
    }
    visit(root, &mut uses);
    uses
}

/// All uses in the actions that a script has written out, each where it stands.
pub fn of_script(script: &Script) -> Vec<Use> {
    let mut uses = Vec::new();
    for Written { function, members, .. } in script.written_actions() {
        of_call(&function, &members, &mut uses);
    }
    uses
}

/// All uses in the actions that a script returned, each at `at`: there is no place in the script that is theirs alone.
pub fn of_answer(answer: &Value, at: Span) -> Vec<Use> {
    let mut uses = Vec::new();
    for action in peygir_script::listed(answer).unwrap_or_default() {
        if let Some(function) = action.get("action").and_then(Value::as_str) {
            of_call(function, &Node::from_json(action), &mut uses);
        }
    }
    uses.iter_mut().for_each(|used| used.span = at);
    uses
}

fn visit(node: &Node, uses: &mut Vec<Use>) {
    if let (Some(function), Some(with)) = (node.get("call").and_then(Node::as_str), node.get("with")) {
        of_call(function, with, uses);
        return;
    }
    for entry in node.entries().unwrap_or_default() {
        visit(&entry.node, uses);
    }
    for item in node.items().unwrap_or_default() {
        visit(item, uses);
    }
}

fn of_call(function: &str, with: &Node, uses: &mut Vec<Use>) {
    match function.split([':', '@']).next().unwrap_or(function) {
        "notify" => message(with, "to", uses),
        "verification-call" => {
            member(with, "script", Kind::Form, uses);
            role(with.get("assign"), uses);
            timed(with, uses);
        }
        "human-task" => of_task(with, uses),
        "case-refer" => {
            if let Some(to) = with.get("to") {
                member(to, "agency", Kind::Agency, uses);
                member(to, "managerRole", Kind::Role, uses);
                member(to, "manager", Kind::Person, uses);
            }
        }
        "case-classify" => {
            member(with, "agency", Kind::Agency, uses);
            member(with, "topic", Kind::Topic, uses);
        }
        "wait-working" | "calendar-next" => member(with, "calendar", Kind::Calendar, uses),
        _ => {}
    }
}

fn of_task(with: &Node, uses: &mut Vec<Use>) {
    member(with, "form", Kind::Form, uses);
    role(with.get("assign"), uses);
    for copy in with.get("copyTo").and_then(Node::items).unwrap_or_default() {
        role(Some(copy), uses);
    }
    if let Some(tell) = with.get("notify") {
        message(tell, "to", uses);
    }
    timed(with, uses);
    if let Some(overdue) = with.get("onOverdue") {
        member(overdue, "flow", Kind::Flow, uses);
    }
}

/// The deadline of a task or a call, and its reminders.
fn timed(with: &Node, uses: &mut Vec<Use>) {
    if let Some(due) = with.get("due") {
        member(due, "calendar", Kind::Calendar, uses);
    }
    for reminder in with.get("reminders").and_then(Node::items).unwrap_or_default() {
        message(reminder, "tell", uses);
    }
}

/// A template, the channels it goes by, and whom it goes to.
fn message(node: &Node, whom: &str, uses: &mut Vec<Use>) {
    role(node.get(whom), uses);
    let mut channels = Vec::new();
    if let Some(by) = node.get("by") {
        let one = std::slice::from_ref(by);
        for channel in by.items().unwrap_or(one) {
            note(channel, Kind::Channel, uses);
            channels.extend(literal(channel).map(str::to_owned));
        }
    }
    if let Some(template) = node.get("template") {
        note(template, Kind::Template, uses);
        if let Some(last) = uses.last_mut().filter(|last| last.kind == Kind::Template) {
            last.channels = channels;
        }
    }
}

fn role(node: Option<&Node>, uses: &mut Vec<Use>) {
    if let Some(node) = node {
        member(node, "role", Kind::Role, uses);
        member(node, "person", Kind::Person, uses);
    }
}

fn member(node: &Node, key: &str, kind: Kind, uses: &mut Vec<Use>) {
    if let Some(value) = node.get(key) {
        note(value, kind, uses);
    }
}

fn note(node: &Node, kind: Kind, uses: &mut Vec<Use>) {
    if let Some(name) = literal(node) {
        uses.push(Use { kind, name: name.to_owned(), span: node.span, channels: Vec::new() });
    }
}

/// A text without expressions.
fn literal(node: &Node) -> Option<&str> {
    node.as_str().filter(|text| !text.contains("${"))
}

/// Says which of the names do not exist wherever the flow's pack holds. What holds in a place holds in all that lie
/// within it.
pub fn check(uses: &[Use], catalog: &Catalog, scope: &Scope, found: &mut Diagnostics) {
    let content = catalog.content(&own_place(scope));
    for used in uses {
        let known = known(used.kind, catalog, content);
        // Where a directory of neither kind was found, there is nothing to look them up in.
        if known.is_empty() && matches!(used.kind, Kind::Agency | Kind::Topic) {
            continue;
        }
        if !known.contains(used.name.as_str()) {
            found.push(missing(used, &known));
        } else if used.kind == Kind::Template {
            wordless(used, catalog, scope, found);
        } else if used.kind == Kind::Agency {
            found.list.extend(elsewhere(used, catalog, scope));
        }
    }
}

fn known(kind: Kind, catalog: &Catalog, content: &Content) -> BTreeSet<String> {
    match kind {
        Kind::Form => content.forms.keys().cloned().collect(),
        Kind::Template => content.templates.keys().cloned().collect(),
        Kind::Calendar => content.calendars.ids().map(str::to_owned).collect(),
        Kind::Flow => catalog.flows.keys().map(ToString::to_string).collect(),
        Kind::Role => catalog.directory.roles.iter().map(|role| role.id.clone()).collect(),
        Kind::Person => catalog.directory.people.iter().map(|person| person.id.clone()).collect(),
        Kind::Agency => catalog.directory.agencies.iter().map(|agency| agency.id.clone()).collect(),
        Kind::Topic => catalog.directory.topics.iter().map(|topic| topic.id.clone()).collect(),
        // The channels that there are, whether or not this deployment serves them.
        Kind::Channel => ["sms".to_owned(), "mail".to_owned()].into(),
    }
}

fn missing(used: &Use, known: &BTreeSet<String>) -> Diagnostic {
    let (code, en, fa) = match used.kind {
        Kind::Form => ("PG-P050", "form", "فرم"),
        Kind::Template => ("PG-P051", "template", "الگوی پیام"),
        Kind::Role => ("PG-P052", "role", "نقش"),
        Kind::Person => ("PG-P053", "person", "شخص"),
        Kind::Calendar => ("PG-P054", "calendar", "تقویم"),
        Kind::Flow => ("PG-P055", "flow", "گردش کار"),
        Kind::Channel => ("PG-P056", "channel", "کانال"),
        Kind::Agency => ("PG-P020", "agency", "دستگاه"),
        Kind::Topic => ("PG-P020", "topic", "موضوع"),
    };
    let mut diagnostic = Diagnostic::error(
        code,
        used.span,
        format!("there is no {en} \"{}\"", used.name),
        format!("{fa} «{}» وجود ندارد", used.name),
    );
    diagnostic.help =
        suggest(&used.name, known.iter().map(String::as_str)).map(|near| Help::did_you_mean(near, '"').into());
    diagnostic
}

/// An agency that is there, but of another province than the pack's.
fn elsewhere(used: &Use, catalog: &Catalog, scope: &Scope) -> Option<Diagnostic> {
    let here = scope.province.as_ref()?;
    let home = catalog.province_of_agency(&used.name).filter(|home| home != here)?;
    let diagnostic = Diagnostic::warning(
        "PG-P103",
        used.span,
        format!("in {here} an agency of another province is named: {} (of {home})", used.name),
        format!(
            "در \u{2066}{here}\u{2069} دستگاهی از استان دیگری نام برده می‌شود: \u{2066}{} ({home})\u{2069}",
            used.name
        ),
    );
    Some(diagnostic.with_help(
        "name the agency of the province itself; one that serves several provinces is listed in the directory without one",
        "دستگاه همان استان را بنویسید؛ دستگاهی که به چند استان خدمت می‌دهد در دفتر راهنما بی‌استان می‌آید",
    ))
}

/// A template that is sent by a channel for which it has no words, here or where a pack replaces it.
fn wordless(used: &Use, catalog: &Catalog, scope: &Scope, found: &mut Diagnostics) {
    let own = own_place(scope);
    for channel in &used.channels {
        let speaks = |content: &Content| content.templates.get(&used.name).is_none_or(|words| words.speaks(channel));
        let mut places = catalog.contents.places().filter(|(place, _)| scope.holds(place));
        let Some((place, _)) = places.find(|(_, content)| !speaks(content)) else { continue };
        let (en, fa) = match words(place).filter(|_| *place != own) {
            Some(place) => (format!(" (in {place})"), format!(" (در \u{2066}{place}\u{2069})")),
            None => Default::default(),
        };
        found.push(Diagnostic::error(
            "PG-P057",
            used.span,
            format!("the template \"{}\" has no words for {channel}{en}", used.name),
            format!("الگوی پیام «{}» برای {channel} متنی ندارد{fa}", used.name),
        ));
    }
}
