//! Extensions: lists that run before and after the tasks of a type.
//!
//! An activation of its own stands around the task, and the lists and the task run below it, one after the other: the
//! `before` lists from the outermost extension inwards, the task, the `after` lists outwards. What the lists put out is
//! dropped, with one exception: a `before` list that leaves by `exit` gives the raw output of the task, which is then left
//! out, as are the lists of this extension and of those inside it. Filters, exports and `then` of the task hold as ever.

use peygir_dsl::lookup::{AFTER, BEFORE};
use peygir_dsl::model::{Extended, Kind, Task, Then};

use super::scope::Scope;
use super::turn::Turn;
use super::walk::Starting;
use crate::state::{Activation, ActivationNumber, ExtensionPhase as Phase, Progress};
use crate::{Data, Error, Event};

/// Ends the key of a task that stands within extensions.
pub(super) const TASK: &str = "@task";

/// Names of the extensions that run around a task that is about to start, the outermost first.
pub(super) fn around(turn: &Turn<'_>, task: &Task, starting: &Starting) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    if turn.definition.extensions.is_empty() || starting.path.iter().any(|part| is_of_extension(part)) {
        return Ok(names);
    }
    for extension in &turn.definition.extensions {
        if !covers(extension.extend, &task.kind) || extension.before.is_none() && extension.after.is_none() {
            continue;
        }
        if let Some(when) = &extension.when {
            let scope = Scope::of_start(starting.parent, &starting.path, &starting.raw_input, turn.at)
                .with("task", turn.extended_task(&starting.path, &starting.raw_input));
            if !turn.test(&scope, when, &starting.raw_input)? {
                continue;
            }
        }
        names.push(extension.name.clone());
    }
    Ok(names)
}

fn is_of_extension(part: &str) -> bool {
    part.starts_with(BEFORE) || part.starts_with(AFTER)
}

fn covers(extended: Extended, kind: &Kind) -> bool {
    let own = match kind {
        Kind::Call(_) => Extended::Call,
        Kind::Do(_) | Kind::Fork(_) => Extended::Composite,
        Kind::Emit(_) => Extended::Emit,
        Kind::For(_) => Extended::For,
        Kind::Listen(_) => Extended::Listen,
        Kind::Raise(_) => Extended::Raise,
        Kind::Run(_) => Extended::Run,
        Kind::Set(_) => Extended::Set,
        Kind::Switch(_) => Extended::Switch,
        Kind::Try(_) => Extended::Try,
        Kind::Wait(_) => Extended::Wait,
        Kind::Refused(_) => return false,
    };
    extended == Extended::All || extended == own
}

pub(super) fn start(turn: &mut Turn<'_>, extensions: Vec<String>, starting: Starting) {
    let progress = Progress::Extended { extensions, phase: Phase::Before(0), output: None, then: None };
    let number = turn.open_part(starting, progress);
    advance(turn, number, Some(Phase::Before(0)), None, None);
}

/// The task itself ended.
pub(super) fn task_ended(turn: &mut Turn<'_>, number: ActivationNumber, output: Data, then: Option<&Then>) {
    if let Some(Progress::Extended { extensions, .. }) = turn.progress(number) {
        let next = following(Phase::Task, extensions.len());
        advance(turn, number, next, Some(output), then.map(written));
    }
}

/// A list of an extension ended.
pub(super) fn list_ended(turn: &mut Turn<'_>, owner: &Activation, list_output: Data, by_exit: bool) {
    let Progress::Extended { extensions, phase, output, then } = &owner.progress else {
        return;
    };
    match phase {
        Phase::Before(index) if by_exit => stand_in(turn, owner, *index, list_output),
        _ => {
            let next = following(*phase, extensions.len());
            advance(turn, owner.number, next, output.clone(), then.clone());
        }
    }
}

/// The `before` list of the extension `index` left by `exit`: its output stands for that of the task.
fn stand_in(turn: &mut Turn<'_>, owner: &Activation, index: u32, raw_output: Data) {
    let Some(task) = turn.definition.task(&owner.path) else {
        return;
    };
    match turn.filter(task, owner, raw_output, None) {
        Ok(output) => {
            let next = following(Phase::After(index), 0);
            advance(turn, owner.number, next, Some(output), task.then.as_ref().map(written));
        }
        Err(error) => turn.raise(owner.number, error),
    }
}

/// What comes after a phase; None where the task is through.
fn following(phase: Phase, extensions: usize) -> Option<Phase> {
    let last = u32::try_from(extensions).unwrap_or(u32::MAX).checked_sub(1);
    match phase {
        Phase::Before(index) if Some(index) == last => Some(Phase::Task),
        Phase::Before(index) => Some(Phase::Before(index.saturating_add(1))),
        Phase::Task => last.map(Phase::After),
        Phase::After(index) => index.checked_sub(1).map(Phase::After),
    }
}

/// Goes to `phase`, or to the next one after it that has something to run.
fn advance(
    turn: &mut Turn<'_>,
    number: ActivationNumber,
    mut phase: Option<Phase>,
    output: Option<Data>,
    then: Option<String>,
) {
    let Some(owner) = turn.instance.activations.get(&number).cloned() else {
        return;
    };
    let Progress::Extended { extensions, phase: current, .. } = &owner.progress else {
        return;
    };
    while let Some(empty) = phase.filter(|phase| *phase != Phase::Task && segment(turn, extensions, *phase).is_none()) {
        phase = following(empty, extensions.len());
    }
    let Some(phase) = phase else {
        return turn.close(number, output.unwrap_or_else(|| owner.raw_input.clone()), then.map(read).as_ref());
    };
    let input = output.clone().unwrap_or_else(|| owner.raw_input.clone());
    if phase != *current {
        turn.emit(Event::ExtensionAdvanced { activation: number, phase, output, then });
    }
    match (segment(turn, extensions, phase), owner.path.last()) {
        (Some(segment), _) => turn.open_list(&owner, &segment, input),
        (None, Some(name)) => turn.owe(number, name, input),
        (None, None) => {}
    }
}

/// Segment of the list that runs in a phase; None where there is none.
fn segment(turn: &Turn<'_>, extensions: &[String], phase: Phase) -> Option<String> {
    let extension = |index: u32| turn.definition.extension(extensions.get(index as usize)?);
    match phase {
        Phase::Before(index) => {
            extension(index).filter(|one| one.before.is_some()).map(|one| format!("{BEFORE}{}", one.name))
        }
        Phase::After(index) => {
            extension(index).filter(|one| one.after.is_some()).map(|one| format!("{AFTER}{}", one.name))
        }
        Phase::Task => None,
    }
}

/// A directive as it is kept while the `after` lists run.
fn written(then: &Then) -> String {
    match then {
        Then::Continue => "continue".to_owned(),
        Then::Exit => "exit".to_owned(),
        Then::End => "end".to_owned(),
        Then::Task(name) => name.clone(),
    }
}

fn read(then: String) -> Then {
    match then.as_str() {
        "continue" => Then::Continue,
        "exit" => Then::Exit,
        "end" => Then::End,
        _ => Then::Task(then),
    }
}
