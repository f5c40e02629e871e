//! Whatever happens to a deadline, it is what its terms give by the present calendars, and nobody is reminded twice.

use crate::world::{World, closure};
use peygir_calendar::Scope;
use peygir_casework::deadlines;
use peygir_casework::host::{Context, Rejection, Reply};
use peygir_casework::records::{Move, MoveWhy, RemindRule, Set, Task, Terms, Waiting};
use peygir_casework::{Event, Records, apply, tasks};
use peygir_core::{Id, Moment};
use proptest::prelude::*;
use serde_json::json;

const HOUR_US: i64 = 3_600_000_000;

/// Something that happens to a stream.
#[derive(Debug, Clone)]
enum Step {
    /// Closed from `day` of Azar on, so many days, from an hour on.
    Declare {
        day: u8,
        days: u8,
        from: u16,
    },
    Withdraw,
    Suspend {
        task: usize,
        hours: i64,
    },
    Resume {
        task: usize,
    },
    CitizenWrote,
    Set {
        task: usize,
        hours: i64,
    },
    Complete {
        task: usize,
    },
    Pass {
        hours: i64,
    },
    Again,
}

fn step() -> impl Strategy<Value = Step> {
    let task = 0..4_usize;
    prop_oneof![
        3 => (1..25_u8, 1..4_u8, prop_oneof![Just(0), Just(720), Just(600)])
            .prop_map(|(day, days, from)| Step::Declare { day, days, from }),
        2 => Just(Step::Withdraw),
        3 => (task.clone(), 0..200_i64).prop_map(|(task, hours)| Step::Suspend { task, hours }),
        2 => task.clone().prop_map(|task| Step::Resume { task }),
        1 => Just(Step::CitizenWrote),
        2 => (task.clone(), -5..400_i64).prop_map(|(task, hours)| Step::Set { task, hours }),
        1 => task.prop_map(|task| Step::Complete { task }),
        6 => (0..60_i64).prop_map(|hours| Step::Pass { hours }),
        1 => Just(Step::Again),
    ]
}

struct Story {
    world: World,
    tasks: Vec<Id>,
    declared: Vec<peygir_calendar::Declared>,
    operations: u8,
}

impl Story {
    fn new() -> Self {
        let mut world = World::new();
        let suspend = json!({ "max": "P6D", "times": 3 });
        let remind = |rule: serde_json::Value| {
            let mut remind = json!({ "tell": "task-owner", "by": "sms", "template": "hurry" });
            remind.as_object_mut().expect("an object").extend(rule.as_object().expect("an object").clone());
            remind
        };
        let reminders = json!({ "reminders": [
            remind(json!({ "after": { "workingHours": 3 } })),
            remind(json!({ "before": { "workingDays": 1 } })),
            remind(json!({ "after": "PT20H" })),
        ], "onOverdue": { "flow": "a/escalate:1.0.0" } });
        let tasks = [
            json!({ "workingDays": 4, "max": 9, "suspend": suspend }),
            json!({ "workingHours": 12, "suspend": suspend }),
            json!({ "within": "P5D", "suspend": suspend }),
            json!({ "workingDays": 2 }),
        ]
        .map(|due| world.due(due, reminders.clone()));
        world.call("wait-working", json!({ "workingDays": 6 })).expect("a wait");
        world.call("wait-working", json!({ "until": "last working day of next week" })).expect("a wait");
        Self { world, tasks: tasks.into(), declared: Vec::new(), operations: 0 }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Declare { day, days, from } => {
                let date = |day: u8| format!("1405/09/{day:02}");
                let id = format!("c{}", self.operations);
                let (first, last) = (date(*day), date(day + days));
                self.declared.push(closure(&id, &first, &last, *from, Scope::default()));
                self.operation();
            }
            Step::Withdraw => {
                self.declared.pop();
                self.operation();
            }
            Step::Suspend { task, hours } => {
                let until = (*hours > 0).then(|| self.world.at.plus_micros(hours * HOUR_US));
                self.person(*task, |context, task| deadlines::suspend(context, task, "i1", "why", until));
            }
            Step::Resume { task } => self.person(*task, |context, task| deadlines::resume(context, task, "i1")),
            Step::CitizenWrote => {
                let reply = self.world.with(deadlines::citizen_wrote);
                self.world.absorb(reply);
            }
            Step::Set { task, hours } => {
                let due = self.world.at.plus_micros(hours * HOUR_US);
                self.person(*task, |context, task| deadlines::set(context, task, "i1", due, "why"));
            }
            Step::Complete { task } => {
                self.person(*task, |context, task| tasks::complete(context, task, "i1", &json!({})));
            }
            Step::Pass { hours } => {
                let until = self.world.at.plus_micros(hours * HOUR_US);
                self.world.go(until);
            }
            Step::Again => self.operation(),
        }
    }

    fn person(&mut self, task: usize, does: impl FnOnce(&mut Context<'_>, Id) -> Result<Reply, Rejection>) {
        let task = self.tasks[task];
        // What is refused changes nothing, and that is as good a step as any.
        let _ = self.world.person(|context| does(context, task));
    }

    fn operation(&mut self) {
        let declared = self.declared.clone();
        self.world.closures(&declared);
        self.operations += 1;
        let operation = Id([self.operations; 16]);
        let rederive = |context: &mut Context<'_>| deadlines::rederive(context, operation, MoveWhy::Closure);
        let reply = self.world.with(rederive);
        self.world.absorb(reply);
        assert_eq!(self.world.with(rederive).events, [], "the second time nothing moves");
    }

    fn check(&self) {
        for task in self.world.records.tasks.values().filter(|task| task.is_open()) {
            self.check_task(task);
        }
        for wait in self.world.records.waits.values().filter(|wait| wait.is_open()) {
            if let Some(terms) = wait.terms.as_deref() {
                assert_eq!(terms.deadline, self.fresh(terms, terms.term));
                assert_eq!(wait.at, terms.deadline.due.into());
            }
        }
        for task in &self.tasks {
            for reminder in 0..3 {
                let sent = |event: &Event| matches!(event, Event::TaskReminded { task: of, reminder: index } if of == task && *index == reminder);
                assert!(self.world.count(sent) <= 1, "reminded twice");
            }
            assert!(self.world.count(|event| matches!(event, Event::TaskOverdue { task: of } if of == task)) <= 1);
        }
        let mut again = Records::default();
        self.world.journal.iter().for_each(|(at, event)| apply(&mut again, event, *at));
        assert_eq!(again, self.world.records, "the records are the fold of their journal");
    }

    fn check_task(&self, task: &Task) {
        let terms = task.terms.as_deref().expect("every task here has terms");
        let derived = self.fresh(terms, terms.term);
        let expected = match &terms.set {
            Some(set) => derived.with_set(set.date()).expect("it lies ahead"),
            None => derived,
        };
        assert_eq!(terms.deadline, expected);
        assert_eq!(task.due_at, Some(Moment::from(expected.due)));
        assert_eq!(terms.max_deadline, terms.max.map(|max| self.fresh(terms, max)));
        assert_eq!(task.max_at, terms.max_deadline.as_ref().map(|max| max.due.into()));
        let last = terms.moves.iter().rev().find(|moved: &&Move| moved.is_felt());
        assert!(last.is_none_or(|moved| Some(moved.to) == task.due_at), "the last move led here");
        for reminder in task.reminders.iter().filter(|reminder| reminder.sent_at.is_none()) {
            assert_eq!(reminder.at, self.reminder(terms, reminder.rule.expect("a rule")));
        }
        let waited: i64 = terms.suspensions.iter().map(|waiting: &Waiting| waiting.end().0 - waiting.from.0).sum();
        assert!(waited <= terms.suspend.as_ref().map_or(0, |rule| rule.max_us));
        assert!(terms.set.as_ref().is_none_or(|set: &Set| set.due > set.at));
    }

    fn reminder(&self, terms: &Terms, rule: RemindRule) -> Moment {
        let calendar = self.world.content.calendars.at(&terms.calendar, &terms.place).expect("a calendar");
        match rule {
            RemindRule::After(term) => self.fresh(terms, term).due.into(),
            RemindRule::Before(term) => {
                let mut at = calendar.before(terms.deadline.due, term, &terms.place).expect("an instant");
                let rests = terms.suspended();
                // Where one waiting ends another may begin at once.
                while let Some(rest) = rests.iter().find(|rest| rest.from <= at && at < rest.to) {
                    at = rest.to;
                }
                at.into()
            }
        }
    }

    /// The deadline as anybody derives it who has the terms and the calendars.
    fn fresh(&self, terms: &Terms, term: peygir_calendar::Term) -> peygir_calendar::Deadline {
        let calendar = self.world.content.calendars.at(&terms.calendar, &terms.place).expect("a calendar");
        let suspensions = terms.suspended();
        let ask =
            peygir_calendar::Ask { from: terms.from.to_jiff(), term, place: &terms.place, suspensions: &suspensions };
        calendar.derive(&ask).expect("a deadline")
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_deadline_is_what_its_terms_give(steps in prop::collection::vec(step(), 1..24)) {
        let mut story = Story::new();
        for step in &steps {
            story.take(step);
            story.check();
        }
    }
}
