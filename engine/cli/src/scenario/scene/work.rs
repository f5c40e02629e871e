//! Who acts in a scene and on what: people, channels, "the case", its tasks, what was sent.

use std::sync::Arc;

use peygir_core::Id;
use peygir_runtime::access::Principal;
use peygir_runtime::desk::{CaseView, NewMessage, PageRequest, Submitted, TaskFilter, TaskView};
use peygir_runtime::sim::{Gateway, Sent};

use super::{Scene, Unmet, reader};

impl Scene<'_> {
    /// A person of the directory.
    pub fn person(&mut self, id: &str) -> Result<Principal, Unmet> {
        let world = self.world()?;
        let found = world.desk.person(id);
        found.ok_or_else(|| {
            let catalog = world.host().engine.catalog();
            let people = catalog.directory().people.iter().map(|person| person.id.as_str());
            let near = peygir_source::suggest(id, people).map(|near| format!("; did you mean {near}?"));
            Unmet::new(format!("{id} is a person of the directory"), format!("nobody{}", near.unwrap_or_default()))
        })
    }

    pub fn gateway(&mut self, channel: &str) -> Result<Arc<Gateway>, Unmet> {
        let gateways = &self.world()?.gateways;
        gateways.get(channel).cloned().ok_or_else(|| {
            let known: Vec<&str> = gateways.keys().map(String::as_str).collect();
            Unmet::new(format!("the deployment has a channel {channel}"), format!("it has {}", known.join(", ")))
        })
    }

    /// Everything that gateways took, in the order of sending.
    pub fn sent(&mut self) -> Result<Vec<Sent>, Unmet> {
        let mut sent: Vec<Sent> = self.world()?.gateways.values().flat_map(|gateway| gateway.sent()).collect();
        sent.sort_by_key(|message| message.at);
        Ok(sent)
    }

    pub fn touched(&mut self, submitted: &Submitted) {
        self.case = Id::parse(&submitted.case_id);
    }

    pub fn keep_sms(&mut self, message: NewMessage) {
        self.sms = Some(message);
    }

    pub fn kept_sms(&self) -> Option<NewMessage> {
        self.sms.clone()
    }

    /// The case that the scenario touched last, by its id.
    pub fn case_id(&self) -> Result<Id, Unmet> {
        self.case.ok_or_else(|| Unmet::new("a case was opened", "none was"))
    }

    /// The case that the scenario touched last.
    pub fn case(&mut self) -> Result<CaseView, Unmet> {
        let id = self.case_id()?;
        self.look(async |world| world.desk.case(&reader(), id, false).await)
    }

    /// Open tasks of all cases, oldest first.
    pub fn open_tasks(&mut self) -> Result<Vec<TaskView>, Unmet> {
        let mut tasks = Vec::new();
        let mut after = None;
        loop {
            let page = PageRequest { after: after.take(), limit: None };
            let filter = TaskFilter { list: Some("all".to_owned()), case: None, page };
            let page = self.look(async |world| world.desk.tasks(&reader(), &filter).await)?;
            tasks.extend(page.items);
            after = page.next;
            if after.is_none() {
                return Ok(tasks);
            }
        }
    }

    /// The newest open task of a form; of those that are equally new, the one of the case that was touched last.
    pub fn task(&mut self, form: &str) -> Result<TaskView, Unmet> {
        self.known_form(form)?;
        let mut tasks = self.open_tasks()?;
        let case = self.case.map(|id| id.to_string());
        let newness = |task: &TaskView| (task.created_at.clone(), Some(&task.case_id) == case.as_ref());
        let of_form = tasks.iter().enumerate().filter(|(_, task)| task.form.id == form);
        let newest = of_form.max_by_key(|(_, task)| newness(task)).map(|(index, _)| index);
        let open: Vec<&str> = tasks.iter().map(|task| task.form.id.as_str()).collect();
        let open = if open.is_empty() { "no task is open".to_owned() } else { format!("open: {}", open.join(", ")) };
        match newest {
            Some(index) => Ok(tasks.swap_remove(index)),
            None => Err(Unmet::new(format!("task {form} is open"), open)),
        }
    }

    /// The open verification call; the newest where there are several.
    pub fn call(&mut self) -> Result<TaskView, Unmet> {
        let mut tasks = self.open_tasks()?;
        let position = tasks.iter().rposition(|task| task.kind == "verification-call");
        position
            .map(|index| tasks.swap_remove(index))
            .ok_or_else(|| Unmet::new("a verification call is open", "none is"))
    }

    /// A step about a form that does not exist would hold for nothing.
    pub fn known_form(&mut self, form: &str) -> Result<(), Unmet> {
        let known = self.catalog()?.knows_form(form);
        Unmet::unless(known, format!("there is a form {form}"), "there is none of that id")
    }

    /// From a person who did something with a task, "the case" is its case.
    pub fn touch_task(&mut self, task: &TaskView) {
        self.case = Id::parse(&task.case_id).or(self.case);
    }
}
