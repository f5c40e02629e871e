//! What must hold after crashes, as rules over what clients were told, what the journal says and what the gateway saw.
//!
//! Each rule gives complaints in place of panics, so that the rules can be shown to see what is wrong.

use std::collections::{BTreeMap, BTreeSet};

/// A message that was answered with success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The idempotency key.
    pub key: String,
    pub case: String,
    pub code: String,
}

/// A case that the server lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub case: String,
    pub code: String,
}

/// Every accepted message is there once: one key, one case, one code, and no case that nobody asked for.
pub fn check_messages(accepted: &[Accepted], listed: &[Listed]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut by_key: BTreeMap<&str, &Accepted> = BTreeMap::new();
    let mut by_case: BTreeMap<&str, &Accepted> = BTreeMap::new();
    for one in accepted {
        let first = by_key.entry(&one.key).or_insert(one);
        if *first != one {
            complaints.push(format!("key {} was answered with {first:?} and with {one:?}", one.key));
        }
        let first = by_case.entry(&one.case).or_insert(one);
        if first.key != one.key {
            complaints.push(format!("case {} answers two messages, {} and {}", one.case, first.key, one.key));
        }
    }
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let mut codes = BTreeSet::new();
    for one in listed {
        if seen.insert(&one.case, &one.code).is_some() {
            complaints.push(format!("case {} is listed twice", one.case));
        }
        if !codes.insert(&one.code) {
            complaints.push(format!("tracking code {} is not unique", one.code));
        }
        if !by_case.contains_key(one.case.as_str()) {
            complaints.push(format!("case {} belongs to no accepted message", one.case));
        }
    }
    for one in by_key.values() {
        match seen.get(one.case.as_str()) {
            None => complaints.push(format!("message {} was accepted and case {} is lost", one.key, one.case)),
            Some(code) if *code != one.code => complaints.push(format!("case {} has another code", one.case)),
            Some(_) => {}
        }
    }
    complaints
}

/// What the journal says of an effect, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// The attempt with this number begins.
    Begun(u32),
    /// Its result: it was taken.
    Sent,
    /// Its result: it failed, and is tried again.
    FailedForNow,
    /// Its result: it failed for good.
    Failed,
    /// There is no result.
    Ambiguous {
        attempt: u32,
        policy: String,
        /// When it is sent again, in microseconds of 1970.
        next_at: Option<i64>,
        /// It was a start after a crash that found it so.
        at_start: bool,
    },
    /// It is over without an attempt: expired or withdrawn.
    Over,
}

/// A message to be sent, by the key that the gateway is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    pub key: String,
    pub connector: String,
    pub facts: Vec<Fact>,
}

/// How a connector's manifest wants lost results to be treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// `dedup: none`, `onAmbiguous: resend`.
    Resend,
    /// `dedup: key`: a repetition is recognised, so that nothing is ambiguous.
    Recognised,
}

/// The journal tells one story of each effect: an attempt is on record before it begins, each has one result or is
/// marked as having none, nothing is sent after a result. `until`: what was to be sent again before it has been begun.
pub fn check_effects(effects: &[Effect], treatments: &BTreeMap<&str, Treatment>, until: i64) -> Vec<String> {
    let mut complaints = Vec::new();
    for effect in effects {
        let mut complain = |what: String| complaints.push(format!("{}: {what}: {:?}", effect.key, effect.facts));
        let Some(treatment) = treatments.get(effect.connector.as_str()) else {
            complain(format!("connector {} is unknown", effect.connector));
            continue;
        };
        check_effect(effect, *treatment, until, &mut complain);
    }
    complaints
}

fn check_effect(effect: &Effect, treatment: Treatment, until: i64, complain: &mut impl FnMut(String)) {
    let (mut attempts, mut open, mut over) = (0, false, false);
    for (index, fact) in effect.facts.iter().enumerate() {
        match fact {
            Fact::Begun(number) => {
                if over {
                    complain(format!("attempt {number} comes after the result"));
                }
                if open {
                    complain(format!("attempt {attempts} has neither a result nor a mark"));
                }
                if *number != attempts + 1 {
                    complain(format!("attempt {number} follows attempt {attempts}"));
                }
                (attempts, open) = (*number, true);
                continue;
            }
            Fact::Over => over = true,
            _ if !open => complain(format!("{fact:?} belongs to no attempt")),
            Fact::Sent | Fact::Failed => over = true,
            Fact::FailedForNow => {}
            Fact::Ambiguous { attempt, policy, next_at, .. } => {
                if treatment == Treatment::Recognised {
                    complain("ambiguous, though the connector recognises repetitions".to_owned());
                } else if policy != "resend" || next_at.is_none() {
                    complain(format!("the manifest says resend, the journal {policy}"));
                }
                if *attempt != attempts {
                    complain(format!("the mark is on attempt {attempt}, not on {attempts}"));
                }
                let is_last = index + 1 == effect.facts.len();
                if is_last && next_at.is_some_and(|at| at < until) {
                    complain("it was to be sent again and was not".to_owned());
                }
            }
        }
        open = false;
    }
    if open {
        complain(format!("attempt {attempts} has neither a result nor a mark at the end"));
    }
}

/// The gateway saw what the journal says and nothing else: no call without an attempt on record, none missing where the
/// journal says that it was taken.
pub fn check_calls(effects: &[Effect], calls: &BTreeMap<String, usize>) -> Vec<String> {
    let mut complaints = Vec::new();
    let by_key: BTreeMap<&str, &Effect> = effects.iter().map(|effect| (effect.key.as_str(), effect)).collect();
    for (key, count) in calls {
        let begun = by_key
            .get(key.as_str())
            .map_or(0, |effect| effect.facts.iter().filter(|fact| matches!(fact, Fact::Begun(_))).count());
        if *count > begun {
            complaints.push(format!("{key}: {count} calls of the gateway, {begun} attempts on record"));
        }
    }
    for effect in effects {
        if effect.facts.contains(&Fact::Sent) && !calls.contains_key(&effect.key) {
            complaints.push(format!("{}: sent, says the journal; the gateway has not seen it", effect.key));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(key: &str, case: &str, code: &str) -> Accepted {
        Accepted { key: key.into(), case: case.into(), code: code.into() }
    }

    fn listed(case: &str, code: &str) -> Listed {
        Listed { case: case.into(), code: code.into() }
    }

    #[test]
    fn lost_doubled_and_mixed_up_messages_are_found() {
        let told = [accepted("k1", "a", "1"), accepted("k2", "b", "2"), accepted("k1", "a", "1")];
        let whole = [listed("a", "1"), listed("b", "2")];
        assert_eq!(check_messages(&told, &whole), Vec::<String>::new());

        let complaint = |told: &[Accepted], listed: &[Listed]| check_messages(told, listed).join("\n");
        assert!(complaint(&told, &whole[..1]).contains("case b is lost"));
        assert!(complaint(&told, &[listed("a", "1"), listed("b", "1")]).contains("not unique"));
        assert!(complaint(&told, &[&whole[..], &[listed("c", "3")]].concat()).contains("no accepted message"));
        assert!(complaint(&told, &[&whole[..], &whole[..1]].concat()).contains("listed twice"));
        assert!(complaint(&[accepted("k1", "a", "1"), accepted("k1", "b", "2")], &whole).contains("was answered with"));
        assert!(complaint(&[accepted("k1", "a", "1"), accepted("k2", "a", "1")], &whole[..1]).contains("two messages"));
        assert!(complaint(&told, &[listed("a", "9"), listed("b", "2")]).contains("another code"));
    }

    fn ambiguous(attempt: u32, policy: &str, next_at: Option<i64>) -> Fact {
        Fact::Ambiguous { attempt, policy: policy.into(), next_at, at_start: true }
    }

    fn complaint(connector: &str, facts: &[Fact]) -> String {
        let effect = Effect { key: "k".into(), connector: connector.into(), facts: facts.to_vec() };
        let treatments = [("sms", Treatment::Resend), ("outbox", Treatment::Recognised)].into();
        check_effects(&[effect], &treatments, 100).join("\n")
    }

    #[test]
    fn stories_of_effects_that_must_not_be_are_found() {
        use Fact::*;
        let again = ambiguous(1, "resend", Some(50));
        for good in [
            &[][..],
            &[Begun(1), Sent],
            &[Begun(1), FailedForNow, Begun(2), Failed],
            &[Begun(1), again.clone(), Begun(2), Sent],
            &[Begun(1), ambiguous(1, "resend", Some(500))],
            &[Over],
        ] {
            assert_eq!(complaint("sms", good), "", "{good:?}");
        }
        let bad: [(&str, &[Fact], &str); 10] = [
            ("sms", &[Begun(1), Sent, Begun(2), Sent], "after the result"),
            ("sms", &[Begun(1), Begun(2), Sent], "neither a result nor a mark"),
            ("sms", &[Begun(1)], "at the end"),
            ("sms", &[Begun(1), FailedForNow, Begun(3), Sent], "follows attempt 1"),
            ("sms", &[Sent], "belongs to no attempt"),
            ("sms", &[Begun(1), again.clone()], "was to be sent again"),
            ("sms", &[Begun(1), ambiguous(1, "drop", None)], "the manifest says resend"),
            ("sms", &[Begun(1), ambiguous(2, "resend", Some(500))], "the mark is on attempt 2"),
            ("outbox", &[Begun(1), again.clone(), Begun(2), Sent], "recognises repetitions"),
            ("fax", &[], "unknown"),
        ];
        for (connector, facts, expected) in bad {
            assert!(complaint(connector, facts).contains(expected), "{facts:?}: {}", complaint(connector, facts));
        }
    }

    #[test]
    fn calls_that_the_journal_does_not_know_are_found() {
        let effect = Effect { key: "k".into(), connector: "sms".into(), facts: vec![Fact::Begun(1), Fact::Sent] };
        let complaints = |calls: &[(&str, usize)]| {
            let calls = calls.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect();
            check_calls(std::slice::from_ref(&effect), &calls).join("\n")
        };
        assert_eq!(complaints(&[("k", 1)]), "");
        assert!(complaints(&[("k", 2)]).contains("2 calls of the gateway, 1 attempts"));
        assert!(complaints(&[("k", 1), ("x", 1)]).contains("x: 1 calls of the gateway, 0"));
        assert!(complaints(&[]).contains("has not seen it"));
    }
}
