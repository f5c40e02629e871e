//! `case-mark`: notes a milestone with the case, such as that it passed the legal maximum. Scripts and flows name them.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Function;
use crate::event::Event;
use crate::host::{Context, Fault, Reply, input};
use crate::records::CallRef;

/// Longest name of a milestone, in letters.
pub const MILESTONE_LETTERS_MAX: usize = 64;
/// Most milestones of one case: a flow that marks in a loop is wrong.
pub const MILESTONES_MAX: usize = 500;

pub const FUNCTION: Function = Function {
    name: "case-mark",
    input: r#"{"type":"object","required":["milestone"],"additionalProperties":false,
        "properties":{"milestone":{"type":"string","maxLength":64,"pattern":"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"}}}"#,
    output: r#"{"type":"object","required":["milestone"],"properties":{"milestone":{"type":"string"}}}"#,
    call,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    milestone: String,
}

fn call(context: &mut Context<'_>, call: &CallRef, with: &Value) -> Result<Reply, Fault> {
    let Input { milestone } = input(with)?;
    let case = context.records.case.as_ref().ok_or_else(|| Fault::State("there is no case to mark".to_owned()))?;
    if !is_name(&milestone) {
        return Err(Fault::Input(format!(
            "a milestone is named with small letters, digits and single hyphens, at most {MILESTONE_LETTERS_MAX} of them"
        )));
    }
    if case.milestones.len() >= MILESTONES_MAX {
        return Err(Fault::State(format!("the case has {MILESTONES_MAX} milestones, and may have no more")));
    }
    let answer = json!({ "milestone": milestone });
    Ok(Reply::answered(call, vec![Event::MilestoneMarked(milestone)], answer))
}

fn is_name(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    };
    text.len() <= MILESTONE_LETTERS_MAX
        && text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text.split('-').all(plain)
}

#[cfg(test)]
mod tests {
    use super::{MILESTONE_LETTERS_MAX, is_name};

    #[test]
    fn milestones_are_small_words_with_hyphens() {
        assert!(["overdue", "legal-maximum-passed", "round-2"].into_iter().all(is_name));
        assert!(is_name(&"a".repeat(MILESTONE_LETTERS_MAX)));
        let long = "a".repeat(MILESTONE_LETTERS_MAX + 1);
        assert!(!["", "Overdue", "-a", "a-", "a--b", "2nd", "a b", "مهلت", &long].into_iter().any(is_name));
    }
}
