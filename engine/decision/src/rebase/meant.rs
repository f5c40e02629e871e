//! Whether a change is the one that the new version of the base means.
//!
//! Owns: what "just this way" is where all rules that hold answer. Deliberately does not know how changes are found.

use serde_json::Value;

use crate::analysis::Outcome;

type Pair<'o> = (&'o Outcome, &'o Outcome);
type Answer<'o> = (&'o str, &'o Value);

/// `below`: what the base makes of the inputs in its old and its new version; `here`: what comes of both with the layers.
pub(super) fn is_meant(below: Pair<'_>, here: Pair<'_>) -> bool {
    let is_same = below.0.is_alike(here.0) && below.1.is_alike(here.1);
    is_same || comes_and_goes(below, here).unwrap_or(false)
}

/// Whether the same answers come, and of those that go below the ones that were given here. None where an outcome is no list.
fn comes_and_goes(below: Pair<'_>, here: Pair<'_>) -> Option<bool> {
    let (old, new, before, after) = (below.0.each()?, below.1.each()?, here.0.each()?, here.1.each()?);
    let (come, go) = (without(&new, &old), without(&old, &new));
    let go: Vec<Answer> = go.into_iter().filter(|answer| before.contains(answer)).collect();
    let is_some = !come.is_empty() || !go.is_empty();
    Some(is_some && come == without(&after, &before) && go == without(&before, &after))
}

fn without<'o>(answers: &[Answer<'o>], others: &[Answer<'o>]) -> Vec<Answer<'o>> {
    answers.iter().filter(|answer| !others.contains(answer)).copied().collect()
}
