//! `catch` that takes every error and leaves no trace of it.

use peygir_source::Diagnostics;

use super::{Flow, below, message};
use crate::model::{Kind, TaskList};

pub(super) fn check(flow: &Flow<'_>, list: &TaskList, found: &mut Diagnostics) {
    for task in list.iter() {
        if let Kind::Try(try_) = &task.kind {
            let catch = &try_.catch;
            let filtered = catch.errors.is_some() || catch.when.is_some() || catch.except_when.is_some();
            let answered = catch.retry.is_some() || catch.tasks.is_some() || catch.then.is_some();
            if !filtered && !answered && !flow.is_astray(task) {
                found.push(message::swallows(task.span, &task.name));
            }
        }
        below(task).into_iter().for_each(|list| check(flow, list, found));
    }
}
