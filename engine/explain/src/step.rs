//! A flow told part by part: what both the sentences and the drawing are made from.

use crate::Sentence;

/// The whole flow.
pub(crate) struct Story {
    pub title: String,
    /// Of the drawing.
    pub description: String,
    /// What marks an active task.
    pub here: String,
    /// About the flow: its name, what it is for, what starts it.
    pub head: Vec<String>,
    /// What starts it, in a few words.
    pub start: String,
    pub end: String,
    pub steps: Vec<Step>,
    /// What it puts out, and what else is said after the tasks.
    pub tail: Vec<String>,
    /// Functions and extensions of the flow itself.
    pub sections: Vec<Section>,
}

/// A list of tasks that stands beside the flow.
pub(crate) struct Section {
    pub number: String,
    pub text: String,
    pub label: String,
    pub path: Vec<String>,
    pub steps: Vec<Step>,
}

pub(crate) struct Step {
    pub number: String,
    pub path: Vec<String>,
    pub icon: Icon,
    pub text: String,
    /// In a few words, for the drawing.
    pub label: String,
    pub detail: Option<String>,
    /// When it runs at all, in a few words.
    pub condition: Option<String>,
    /// Name in its list, to which `then` refers.
    pub name: String,
    pub ways: Vec<Way>,
    pub inner: Inner,
}

/// Where a task leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    pub to: To,
    pub label: Option<String>,
    /// Taken after an error.
    pub error: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum To {
    /// The next task of the list, or its end.
    Next,
    Task(String),
    /// The end of the list.
    Exit,
    /// The end of the flow.
    End,
}

pub(crate) enum Inner {
    Nothing,
    /// The cases of a switch.
    Cases(Vec<Line>),
    List(Vec<Step>),
    /// A list that runs again and again; the label says how long.
    Rounds {
        again: String,
        steps: Vec<Step>,
    },
    Branches {
        note: String,
        steps: Vec<Step>,
    },
    Try {
        steps: Vec<Step>,
        caught: Caught,
    },
}

/// What becomes of an error.
pub(crate) struct Caught {
    pub line: Line,
    pub label: String,
    pub steps: Vec<Step>,
    /// How often it is tried again, in a few words.
    pub retry: Option<String>,
}

pub(crate) struct Line {
    pub number: String,
    pub text: String,
}

/// What a task is at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Icon {
    Person,
    Message,
    Phone,
    Case,
    Table,
    Script,
    World,
    Function,
    Group,
    Emit,
    Loop,
    Fork,
    Listen,
    Raise,
    Run,
    Set,
    Switch,
    Try,
    Wait,
    Refused,
}

impl Story {
    pub fn sentences(&self) -> Vec<Sentence> {
        let mut out: Vec<Sentence> = self.head.iter().map(|text| unnumbered(text, &[])).collect();
        self.steps.iter().for_each(|step| step.tell(0, &mut out));
        out.extend(self.tail.iter().map(|text| unnumbered(text, &[])));
        for section in &self.sections {
            out.push(Sentence {
                number: section.number.clone(),
                depth: 0,
                text: section.text.clone(),
                path: section.path.clone(),
            });
            section.steps.iter().for_each(|step| step.tell(1, &mut out));
        }
        out
    }
}

impl Step {
    fn tell(&self, depth: usize, out: &mut Vec<Sentence>) {
        out.push(Sentence { number: self.number.clone(), depth, text: self.text.clone(), path: self.path.clone() });
        let line = |line: &Line| Sentence {
            number: line.number.clone(),
            depth: depth + 1,
            text: line.text.clone(),
            path: self.path.clone(),
        };
        match &self.inner {
            Inner::Nothing => {}
            Inner::Cases(cases) => out.extend(cases.iter().map(line)),
            Inner::List(steps) | Inner::Rounds { steps, .. } | Inner::Branches { steps, .. } => {
                steps.iter().for_each(|step| step.tell(depth + 1, out));
            }
            Inner::Try { steps, caught, .. } => {
                steps.iter().for_each(|step| step.tell(depth + 1, out));
                out.push(line(&caught.line));
                caught.steps.iter().for_each(|step| step.tell(depth + 2, out));
            }
        }
    }
}

fn unnumbered(text: &str, path: &[String]) -> Sentence {
    Sentence { number: String::new(), depth: 0, text: text.to_owned(), path: path.to_vec() }
}
