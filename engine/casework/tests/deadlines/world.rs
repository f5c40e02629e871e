//! A stream without a host: records, calendars and a clock that is set by hand.

use peygir_calendar::{Calendars, ClosedHours, Declared, Name, Place, Plans, Scope, read};
use peygir_casework::content::{Directory, Form, Person, Template};
use peygir_casework::host::{Channel, Context, Fault, Rejection, Reply, Resources};
use peygir_casework::records::{CallRef, Case, Party, Task, Terms};
use peygir_casework::{Event, Records, apply, functions, outbox, tasks};
use peygir_core::id::Draws;
use peygir_core::{Id, Moment, Seed};
use peygir_source::{Entry, Node, Span, Value as Written};
use serde_json::{Value, json};

/// Saturday to Wednesday 07:30 to 14:30; Golestan has half a Thursday.
pub const OFFICES: &str = "ir-working";
pub const STREAM: Id = Id([7; 16]);
pub const INSTANCE: Id = Id([9; 16]);

pub struct World {
    pub records: Records,
    pub content: Content,
    /// Kept throughout, whatever is declared meanwhile.
    plans: Plans,
    pub at: Moment,
    /// Events in the order of their coming.
    pub journal: Vec<(Moment, Event)>,
    pub answers: Vec<(CallRef, Value)>,
    pub started: Vec<String>,
    seed: u8,
    calls: u64,
}

pub struct Content {
    pub base: Calendars,
    pub calendars: Calendars,
    pub directory: Directory,
    form: Form,
    template: Template,
    zone: jiff::tz::TimeZone,
}

pub fn at(text: &str) -> Moment {
    text.parse::<jiff::Timestamp>().expect("an instant").into()
}

impl World {
    /// A case of Qom, on Saturday 30 Aban 1405 at 10:00.
    pub fn new() -> Self {
        let content = Content::new();
        let at = at("2026-11-21T10:00+03:30");
        let mut world = Self {
            records: Records::default(),
            content,
            plans: Plans::default(),
            at,
            journal: Vec::new(),
            answers: Vec::new(),
            started: Vec::new(),
            seed: 0,
            calls: 0,
        };
        world.record(Event::CaseOpened(Box::new(case("qom", at))));
        world
    }

    pub fn in_province(province: &str) -> Self {
        let mut world = Self::new();
        let opened = case(province, world.at);
        world.record(Event::CaseOpened(Box::new(opened)));
        world
    }

    pub fn with<T>(&mut self, run: impl FnOnce(&mut Context<'_>) -> T) -> T {
        self.seed = self.seed.wrapping_add(1);
        let mut draws = Draws::new(Seed([self.seed; 16]), self.at);
        let mut context = Context {
            records: &self.records,
            resources: &self.content,
            plans: &self.plans,
            stream: STREAM,
            at: self.at,
            draws: &mut draws,
        };
        run(&mut context)
    }

    pub fn call(&mut self, function: &str, with: Value) -> Result<Vec<Event>, Fault> {
        let function = functions::find(function).expect("a built-in function");
        self.calls += 1;
        let call = CallRef { instance: INSTANCE, activation: self.calls, key: format!("call#{}", self.calls) };
        let reply = self.with(|context| (function.call)(context, &call, &with))?;
        Ok(self.absorb(reply))
    }

    /// Of the call that was made last.
    pub fn activation(&self) -> u64 {
        self.calls
    }

    pub fn task(&mut self, with: Value) -> Id {
        let events = self.call("human-task", with).expect("a task");
        match &events[0] {
            Event::TaskCreated(task) => task.id,
            other => panic!("{other:?}"),
        }
    }

    /// A task of the inspectors with this `due`, and what else is given.
    pub fn due(&mut self, due: Value, rest: Value) -> Id {
        let mut with = json!({ "form": "answer", "assign": { "role": "inspector" }, "due": due });
        for (name, value) in rest.as_object().into_iter().flatten() {
            with[name] = value.clone();
        }
        self.task(with)
    }

    pub fn absorb(&mut self, reply: Reply) -> Vec<Event> {
        for event in &reply.events {
            self.record(event.clone());
        }
        self.answers.extend(reply.answers);
        self.started.extend(reply.start.into_iter().map(|(flow, _)| flow));
        reply.events
    }

    pub fn record(&mut self, event: Event) {
        apply(&mut self.records, &event, self.at);
        self.journal.push((self.at, event));
    }

    pub fn person(
        &mut self,
        does: impl FnOnce(&mut Context<'_>) -> Result<Reply, Rejection>,
    ) -> Result<Vec<Event>, Rejection> {
        let reply = self.with(does)?;
        Ok(self.absorb(reply))
    }

    /// Time goes on to an instant; everything that is due on the way comes at its own.
    pub fn go(&mut self, until: Moment) {
        while let Some(due) = self.records.next_due().filter(|due| *due <= until) {
            self.at = self.at.max(due);
            let fired = self.with(tasks::fire_next);
            let Some(reply) = fired.or_else(|| self.with(outbox::expire_next)) else { break };
            self.absorb(reply);
        }
        self.at = self.at.max(until);
    }

    /// What is due at this instant comes.
    pub fn wake(&mut self) {
        self.go(self.at);
    }

    pub fn closures(&mut self, declared: &[Declared]) {
        self.content.calendars = self.content.base.with_closures(declared);
    }

    pub fn get(&self, task: Id) -> &Task {
        &self.records.tasks[&task]
    }

    pub fn terms(&self, task: Id) -> &Terms {
        self.get(task).terms.as_deref().expect("a task with terms")
    }

    pub fn due_at(&self, task: Id) -> Moment {
        self.get(task).due_at.expect("a deadline")
    }

    pub fn count(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.journal.iter().filter(|(_, event)| wanted(event)).count()
    }
}

/// A closure of whole days or from a minute on, by its dates: `1405/09/01`. No deadline that runs knew of it.
pub fn closure(id: &str, first: &str, last: &str, from: u16, scope: Scope) -> Declared {
    Declared {
        id: id.to_owned(),
        at: jiff::Timestamp::MAX,
        calendar: OFFICES.to_owned(),
        scope,
        first: first.parse().expect("a date"),
        last: last.parse().expect("a date"),
        hours: ClosedHours::From(from),
        name: Name { fa: "آلودگی هوا".to_owned(), en: "Air pollution".to_owned() },
    }
}

pub fn day_closed(id: &str, day: &str) -> Declared {
    closure(id, day, day, 0, Scope::default())
}

fn case(province: &str, at: Moment) -> Case {
    let citizen =
        Party { person: Id([3; 16]), national_id: None, mobile: Some("+98912".to_owned()), name: None, number: None };
    Case {
        id: STREAM,
        code: "12345678903".to_owned(),
        case_type: "general".to_owned(),
        channel: "phone".to_owned(),
        province: province.to_owned(),
        county: None,
        topic: None,
        agency: None,
        text: "sealed:text".to_owned(),
        citizen,
        on_behalf_of: None,
        closed: false,
        outcome: None,
        referral: None,
        round: 1,
        opened_at: at,
        closed_at: None,
        repeats: 0,
        satisfaction: None,
        earlier: None,
        about: None,
        rounds_max: None,
        line: None,
        milestones: Vec::new(),
        answers: None,
    }
}

impl Content {
    fn new() -> Self {
        let hours = json!(["07:30-14:30"]);
        let week =
            json!({ "sat": hours, "sun": hours, "mon": hours, "tue": hours, "wed": hours, "thu": [], "fri": [] });
        let offices = json!({
            "kind": "calendar", "id": OFFICES, "title": { "fa": "تقویم ادارات", "en": "Offices" }, "week": week,
        });
        let golestan = json!({
            "kind": "calendar", "id": "golestan", "title": { "fa": "گلستان", "en": "Golestan" }, "extends": OFFICES,
            "for": { "province": "golestan" }, "week": { "thu": ["07:30-11:30"] },
        });
        let always = json!({
            "kind": "calendar", "id": "ir-24x7", "title": { "fa": "پیوسته", "en": "Always" }, "always": true,
        });
        let sheets = [offices, golestan, always].map(|json| {
            let (sheet, _) = read::sheet(&node(&json)).expect("a calendar");
            (String::new(), sheet)
        });
        let (base, found) = Calendars::resolve(sheets.into());
        assert!(!found.has_errors(), "{found:#?}");
        let fields = json!([{ "name": "note", "kind": "text", "label": { "fa": "شرح", "en": "Note" } }]);
        let form =
            json!({ "kind": "form", "id": "answer", "title": { "fa": "پاسخ", "en": "Answer" }, "fields": fields });
        let template = json!({ "kind": "template", "id": "hurry", "sms": "{{ task.due }}" });
        let inspector = Person {
            id: "i1".to_owned(),
            fa: "بازرس".to_owned(),
            en: "Inspector".to_owned(),
            mobile: Some("+98911".to_owned()),
            mail: None,
            roles: vec![peygir_casework::content::Holding { role: "inspector".to_owned(), ..Default::default() }],
        };
        Self {
            calendars: base.clone(),
            base,
            directory: Directory { people: vec![inspector], ..Directory::default() },
            form: Form::read(&node(&form)).expect("a form").0,
            template: Template::read(&node(&template), "").expect("a template").0,
            zone: peygir_calendar::tehran(),
        }
    }
}

impl Resources for Content {
    fn calendars(&self, _: &Place) -> &Calendars {
        &self.calendars
    }

    fn default_calendar(&self) -> &str {
        OFFICES
    }

    fn zone(&self) -> &jiff::tz::TimeZone {
        &self.zone
    }

    fn form(&self, id: &str) -> Option<&Form> {
        Some(&self.form).filter(|form| form.id == id)
    }

    fn template(&self, id: &str) -> Option<&Template> {
        Some(&self.template).filter(|template| template.id == id)
    }

    fn directory(&self) -> &Directory {
        &self.directory
    }

    fn channel(&self, name: &str) -> Option<Channel> {
        (name == "sms").then(|| Channel { connector: "sms".to_owned(), expires_us: 86_400_000_000 })
    }

    fn case_type(&self) -> &str {
        "general"
    }

    fn open(&self, sealed: &str) -> String {
        sealed.strip_prefix("sealed:").unwrap_or(sealed).to_owned()
    }

    fn seal(&self, _person: Id, clear: &str, _draws: &mut Draws) -> String {
        format!("sealed:{clear}")
    }
}

/// A tree without a text.
fn node(json: &Value) -> Node {
    let value = match json {
        Value::Null => Written::Null,
        Value::Bool(flag) => Written::Bool(*flag),
        Value::Number(number) => Written::Number(number.clone()),
        Value::String(text) => Written::String(text.clone()),
        Value::Array(items) => Written::Sequence(items.iter().map(node).collect()),
        Value::Object(members) => Written::Mapping(members.iter().map(entry).collect()),
    };
    Node { span: Span::default(), value }
}

fn entry((key, value): (&String, &Value)) -> Entry {
    Entry { key: key.clone(), key_span: Span::default(), node: node(value) }
}
