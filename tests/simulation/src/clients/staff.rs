//! Staff who take what comes, and people who interfere: with deadlines, instances, incidents and closures.

use peygir_core::Id;
use peygir_runtime::desk::{
    Desk, FieldView, InstanceAction, InstanceFilter, PageRequest, Refusal, TaskFilter, TaskView,
};
use serde_json::{Map, Value, json};

use super::{Clients, administrator, person};

/// Items of a list that a person looks at.
const LIST_ITEMS: usize = 50;

impl Clients {
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
}
