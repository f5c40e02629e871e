//! Who uses the system: citizens whose programs ask again under the same key until they are answered, staff who take what
//! comes, administrators who declare closures and interfere.
//!
//! Owns: what was asked and not answered yet, and what was answered; both outlive every process.
//! Statement: the same question gets the same answer, and what was answered is found again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use peygir_core::Id;
use peygir_runtime::access::{Grant, Principal, Scope};
use peygir_runtime::desk::{
    Bilingual, Desk, FieldView, InstanceAction, InstanceFilter, NewClosure, NewMessage, PageRequest, Party, Refusal,
    ScopeView, Source, TaskFilter, TaskView, WorkflowName,
};
use serde_json::{Map, Value, json};

use crate::content::{FLOWS, NAMESPACE};
use crate::dice::Dice;
use crate::finding::{Finding, Findings, found};
use crate::trace::Trace;
use crate::wall::Wall;

const STATEMENT: &str = "answers";
/// Items of a list that a person looks at.
const LIST_ITEMS: usize = 50;
const TEXTS: [&str; 6] = [
    "در ادارهٔ ثبت احوال همدان هیچ کارمندی پشت باجه نیست و کسی پاسخ نمی‌دهد",
    "آب محلهٔ ما سه روز است قطع شده و کسی پاسخ نمی‌دهد",
    "برق خیابان شهید بهشتی هر شب قطع می‌شود",
    "وام ازدواج ما را بانک پرداخت نمی‌کند",
    "شهرداری زبالهٔ کوچه را جمع نمی‌کند",
    "سلام. خسته نباشید",
];

/// A question that is asked again until it is answered.
#[derive(Debug, Clone)]
pub enum Question {
    /// By a program, under an idempotency key.
    Submit {
        key: String,
        message: Box<NewMessage>,
    },
    /// By a gateway, under its id of the message.
    Sms {
        key: String,
        message: Box<NewMessage>,
    },
    Start {
        key: String,
        flow: &'static str,
    },
    Event {
        key: String,
    },
    Close {
        key: String,
        closure: Box<NewClosure>,
    },
}

impl Question {
    pub fn key(&self) -> &str {
        let (Self::Submit { key, .. }
        | Self::Sms { key, .. }
        | Self::Start { key, .. }
        | Self::Event { key }
        | Self::Close { key, .. }) = self;
        key
    }
}

#[derive(Debug, Default)]
struct Book {
    asked: u64,
    open: BTreeMap<String, Question>,
    answered: BTreeMap<String, (Question, String)>,
    tasks_done: u64,
}

pub struct Clients {
    pub dice: Dice,
    wall: Wall,
    trace: Arc<Trace>,
    findings: Arc<Findings>,
    book: Mutex<Book>,
}

/// Somebody with these roles everywhere.
fn person(id: &str, roles: &[&str]) -> Principal {
    let grants = roles.iter().map(|role| Grant { role: (*role).to_owned(), scope: Scope::Nation }).collect();
    Principal { id: id.to_owned(), name: id.to_owned(), grants }
}

fn administrator() -> Principal {
    person("admin", &["administrator", "inspection-centre", "operator"])
}

impl Clients {
    pub fn new(dice: Dice, wall: Wall, trace: Arc<Trace>, findings: Arc<Findings>) -> Arc<Self> {
        Arc::new(Self { dice, wall, trace, findings, book: Mutex::default() })
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn tasks_done(&self) -> u64 {
        self.book().tasks_done
    }

    pub fn answered(&self) -> u64 {
        self.book().answered.len() as u64
    }

    /// Questions without an answer.
    pub fn open(&self) -> Vec<Question> {
        self.book().open.values().cloned().collect()
    }

    /// A new question, or one that was asked before: still open, or answered and asked once more.
    pub fn question(&self) -> Question {
        let mut book = self.book();
        let again: Vec<Question> = match self.dice.below(4) {
            0 => book.open.values().cloned().collect(),
            1 => book.answered.values().map(|(question, _)| question.clone()).collect(),
            _ => Vec::new(),
        };
        if let Some(question) = self.dice.pick(&again) {
            return question.clone();
        }
        book.asked += 1;
        let question = self.draw(book.asked);
        book.open.insert(question.key().to_owned(), question.clone());
        question
    }

    fn draw(&self, number: u64) -> Question {
        let key = format!("q{number}");
        match self.dice.below(12) {
            0..=3 => Question::Submit { message: Box::new(self.message(number, None)), key },
            4..=5 => {
                let source = Source { connector: "sms".into(), id: key.clone(), line: "6133".into() };
                Question::Sms { message: Box::new(self.message(number, Some(source))), key }
            }
            6..=8 => Question::Start { key, flow: FLOWS[self.dice.below(FLOWS.len() as u64) as usize] },
            9..=10 => Question::Event { key },
            _ => Question::Close { closure: Box::new(self.closure()), key },
        }
    }

    fn message(&self, number: u64, source: Option<Source>) -> NewMessage {
        let text = TEXTS[self.dice.below(TEXTS.len() as u64) as usize];
        // Now and then somebody writes the same again.
        let mobile = format!("0999{:07}", self.dice.below(4) + number * 7);
        NewMessage {
            channel: if source.is_some() { "sms".to_owned() } else { "web".to_owned() },
            from: Party { mobile: Some(mobile), ..Party::default() },
            on_behalf_of: None,
            text: text.to_owned(),
            topic: None,
            agency: None,
            province: None,
            county: None,
            source,
        }
    }

    /// One day, or the rest of one, soon.
    fn closure(&self) -> NewClosure {
        let day = self.wall.now().to_jiff().to_zoned(peygir_calendar::tehran()).date();
        let day = day.saturating_add(jiff::Span::new().days(self.dice.below(8) as i64));
        let from = self.dice.once_in(3).then(|| "11:00".to_owned());
        NewClosure {
            calendar: Some("ir-working".to_owned()),
            scope: ScopeView::default(),
            date: peygir_calendar::Jalali::from_gregorian(day).to_string(),
            until: None,
            from,
            hours: None,
            name: Bilingual { fa: "آلودگی هوا".to_owned(), en: "Air".to_owned() },
        }
    }

    /// Asks, and keeps the answer.
    pub async fn ask(&self, desk: &Desk, question: Question) {
        let key = question.key().to_owned();
        let answer = self.answer_of(desk, &question).await;
        self.trace.note(self.wall.now(), &format!("{key} -> {}", told(&answer)));
        match answer {
            Ok(answer) => self.keep(question, answer),
            // Nobody knows whether it was done: asked again.
            Err(Refusal::Unavailable(_) | Refusal::Internal(_) | Refusal::NotFound) => {}
            Err(refusal) => {
                let mut book = self.book();
                book.open.remove(&key);
                if book.answered.contains_key(&key) {
                    self.findings.add(found(STATEMENT, format!("{key} was answered and is refused now: {refusal}")));
                }
            }
        }
    }

    fn keep(&self, question: Question, answer: String) {
        let mut book = self.book();
        book.open.remove(question.key());
        match book.answered.get(question.key()) {
            Some((_, before)) if *before != answer => {
                let what = format!("{} was answered {before} and now {answer}", question.key());
                self.findings.add(found(STATEMENT, what));
            }
            Some(_) => {}
            None => {
                book.answered.insert(question.key().to_owned(), (question, answer));
            }
        }
    }

    async fn answer_of(&self, desk: &Desk, question: &Question) -> Result<String, Refusal> {
        match question {
            Question::Submit { key, message } => {
                let by = person("portal", &["operator"]);
                let done = desk.submit_message(&by, (**message).clone(), Some(key)).await?;
                Ok(done.tracking_code)
            }
            Question::Sms { message, .. } => {
                let by = person("connector:sms", &["connector"]);
                Ok(desk.submit_message(&by, (**message).clone(), None).await?.tracking_code)
            }
            Question::Start { key, flow } => {
                let name = WorkflowName { namespace: NAMESPACE.into(), name: (*flow).into(), version: None };
                Ok(desk.start_instance(&administrator(), &name, json!({}), Some(key)).await?.id)
            }
            Question::Event { key } => {
                let event =
                    json!({ "specversion": "1.0", "id": key, "source": "urn:sim", "type": "sim.go", "data": {} });
                desk.submit_event(&administrator(), event).await.map(|taken| taken.id)
            }
            Question::Close { key, closure } => {
                Ok(desk.declare_closure_once(&administrator(), closure, key).await?.0.closure)
            }
        }
    }

    /// A member of the staff takes one of the tasks that are there, if any. True where there was one.
    pub async fn work(&self, desk: &Desk) -> Result<bool, Refusal> {
        let page = PageRequest { limit: Some(LIST_ITEMS), ..PageRequest::default() };
        let filter = TaskFilter { list: Some("all".to_owned()), case: None, page };
        let tasks = desk.tasks(&administrator(), &filter).await?.items;
        let tasks: Vec<&TaskView> = tasks.iter().filter(|task| task.status != "scheduled").collect();
        let Some(task) = self.dice.pick(&tasks) else { return Ok(false) };
        let Some(id) = Id::parse(&task.id) else { return Ok(false) };
        let holder = format!("staff-{}", task.role);
        let by = person(&holder, &[&task.role, "operator"]);
        desk.claim(&by, id).await?;
        let answer = match task.kind.as_str() {
            "verification-call" => self.call(),
            _ => Value::Object(task.form.fields.iter().filter_map(|field| self.field(field)).collect::<Map<_, _>>()),
        };
        desk.complete(&by, id, answer).await?;
        self.book().tasks_done += 1;
        Ok(true)
    }

    fn call(&self) -> Value {
        match self.dice.below(5) {
            0 => json!({ "outcome": "unreached" }),
            1 => json!({ "outcome": "unsolved", "satisfaction": 1 }),
            _ => json!({ "outcome": "solved", "satisfaction": 5 }),
        }
    }

    fn field(&self, field: &FieldView) -> Option<(String, Value)> {
        let value = match field.kind.as_str() {
            "text" | "line" => {
                json!("رسیدگی شد. ".repeat(1 + usize::try_from(field.min.unwrap_or(0)).ok()?.div_ceil(10)).trim())
            }
            "choice" => json!(self.dice.pick(&field.options)?.id),
            "boolean" => json!(self.dice.once_in(2)),
            _ => json!(field.min.unwrap_or(1).max(1)),
        };
        Some((field.name.clone(), value))
    }

    /// A person does something to a deadline of an open task.
    pub async fn move_deadline(&self, desk: &Desk) -> Result<(), Refusal> {
        let page = PageRequest { limit: Some(LIST_ITEMS), ..PageRequest::default() };
        let filter = TaskFilter { list: Some("all".to_owned()), case: None, page };
        let tasks = desk.tasks(&administrator(), &filter).await?.items;
        let Some(id) = self.dice.pick(&tasks).and_then(|task| Id::parse(&task.id)) else { return Ok(()) };
        let by = person("mover", &["inspection-centre", "inspector", "operator", "agency-head", "duty-manager"]);
        match self.dice.below(4) {
            0 => {
                let due = self.wall.now().plus_micros(1 + self.dice.below(5 * 86_400_000_000) as i64);
                desk.set_deadline(&by, id, due, "تصمیم").await?;
            }
            1 => {
                desk.resume_deadline(&by, id).await?;
            }
            _ => {
                desk.suspend_deadline(&by, id, "منتظر شهروند", None).await?;
            }
        }
        Ok(())
    }

    /// A person does something to an instance.
    pub async fn control(&self, desk: &Desk) -> Result<(), Refusal> {
        let page = PageRequest { limit: Some(LIST_ITEMS), ..PageRequest::default() };
        let filter = InstanceFilter { page, ..InstanceFilter::default() };
        let instances = desk.instances(&administrator(), &filter).await?.items;
        let Some(id) = self.dice.pick(&instances).and_then(|found| Id::parse(&found.id)) else { return Ok(()) };
        let reason = "نیاز به بررسی".to_owned();
        let action = match self.dice.below(8) {
            0 => InstanceAction::Cancel { reason },
            1..=3 => InstanceAction::Suspend { reason },
            4 | 5 => InstanceAction::Resume,
            _ => InstanceAction::Retry,
        };
        desk.act_on_instance(&administrator(), id, action).await
    }

    /// Whatever is suspended goes on. For the end of a run.
    pub async fn resume_all(&self, desk: &Desk) -> Result<(), Refusal> {
        let mut page = PageRequest::default();
        loop {
            let filter = InstanceFilter { page: page.clone(), ..InstanceFilter::default() };
            let found = desk.instances(&administrator(), &filter).await?;
            for instance in found.items.iter().filter(|instance| instance.status == "suspended") {
                if let Some(id) = Id::parse(&instance.id) {
                    desk.act_on_instance(&administrator(), id, InstanceAction::Resume).await?;
                }
            }
            let Some(next) = found.next else { return Ok(()) };
            page.after = Some(next);
        }
    }

    /// A person deals with an open incident. True where there was one.
    pub async fn settle(&self, desk: &Desk) -> Result<bool, Refusal> {
        let page = PageRequest { limit: Some(LIST_ITEMS), ..PageRequest::default() };
        let incidents = desk.incidents(&administrator(), &page).await?.items;
        let open: Vec<_> = incidents.iter().filter(|incident| incident.status == "open").collect();
        let Some(id) = self.dice.pick(&open).and_then(|found| Id::parse(&found.id)) else { return Ok(false) };
        if self.dice.once_in(2) {
            desk.retry_incident(&administrator(), id).await?;
        } else {
            desk.settle_incident(&administrator(), id, "رسیدگی شد").await?;
        }
        Ok(true)
    }

    /// Takes back one of the closures.
    pub async fn withdraw(&self, desk: &Desk) -> Result<(), Refusal> {
        let closures = desk.closures(&administrator()).await?;
        let Some(id) = self.dice.pick(&closures).and_then(|found| Id::parse(&found.id)) else { return Ok(()) };
        desk.withdraw_closure(&administrator(), id, "اشتباه بود").await.map(drop)
    }

    /// What was answered is found again.
    pub async fn check(&self, desk: &Desk) -> Result<(), Finding> {
        let answered: Vec<(Question, String)> = self.book().answered.values().cloned().collect();
        for (question, answer) in answered {
            let lost =
                |refusal: Refusal| found(STATEMENT, format!("{} was answered {answer}: {refusal}", question.key()));
            match &question {
                Question::Submit { .. } | Question::Sms { .. } => {
                    desk.track(&answer).await.map_err(lost)?;
                }
                Question::Start { .. } => {
                    let id = Id::parse(&answer).ok_or_else(|| found(STATEMENT, "an id that is none"))?;
                    desk.instance(&administrator(), id).await.map_err(lost)?;
                }
                Question::Close { .. } => {
                    let closures = desk.closures(&administrator()).await.map_err(lost)?;
                    if !closures.iter().any(|closure| closure.id == answer) {
                        return Err(found(STATEMENT, format!("the closure {answer} is gone")));
                    }
                }
                Question::Event { .. } => {}
            }
        }
        Ok(())
    }
}

fn told(answer: &Result<String, Refusal>) -> String {
    match answer {
        Ok(answer) => answer.clone(),
        Err(refusal) => format!("refused: {refusal}"),
    }
}
