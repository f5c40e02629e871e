//! Rebasing against brute force: what is said to change changes, and what changes is said, for a table alone and for one that an
//! overlay lies over while its base moves on.

use peygir_decision::{
    Hit, Layer, Overlay, Table,
    analysis::Outcome,
    mutants::mutants,
    rebase::{Rebase, rebase},
};
use peygir_source::yaml;

use super::random::{Dice, Sample};
use super::{CASES, POINTS_MAX, Point, base, key, variable};

/// New versions of one base that are tried.
const VERSIONS: usize = 3;

/// What was compared, and how often.
#[derive(Default, Debug)]
struct Seen {
    changes: usize,
    /// Changes that the base alone does not make in just this way.
    silent: usize,
    conflicts: usize,
    /// Versions under which the overlay keeps all from changing, and those that change something without a conflict.
    still: usize,
    moved: usize,
}

#[test]
fn what_changes_below_an_overlay_is_what_is_told() {
    let (seed, cases) = (variable("PEYGIR_SEED", 1), variable("PEYGIR_CASES", CASES));
    let mut seen = Seen::default();
    for case in seed..seed + cases {
        let mut dice = Dice::new(case);
        let sample = Sample::new(&mut dice);
        let Some(written) = &sample.overlay else { continue };
        let (old, overlay) = (base(&sample), Overlay::read(&yaml::parse(written).unwrap(), key).unwrap().0);
        let layers = [Layer::new(&overlay, "p", "f")];
        let Ok((old_merged, _)) = old.merge(&layers) else { continue };
        let points = sample.points(&mut dice, POINTS_MAX);
        let versions = mutants(&old);
        for _ in 0..VERSIONS.min(versions.len()) {
            let version = dice.pick(&versions);
            let context = format!("case {case}, {}\n{}{written}", version.what, sample.table);
            let found = rebase(&old, &version.table, &layers);
            assert_eq!(found.invalid, [], "{context}");
            seen.conflicts += found.conflicts.len();
            let new_merged = match version.table.merge(&layers) {
                Ok((merged, _)) if found.conflicts.is_empty() => merged,
                Ok(_) => continue,
                Err(_) => {
                    assert!(!found.conflicts.is_empty(), "it can't be laid over, and nothing is said: {context}");
                    continue;
                }
            };
            check(&found, (&old_merged, &new_merged), &points, &context);
            for change in &found.changes {
                let alone = [&old, &version.table].map(|table| Outcome::of(table, &change.inputs, change.on));
                let is_same = alone[0].is_alike(&change.before) && alone[1].is_alike(&change.after);
                assert!(change.is_meant_below || !is_same, "{context}");
                assert!(!change.is_meant_below || !alone[0].is_alike(&alone[1]), "{change:?}\n{context}");
                seen.silent += usize::from(!change.is_meant_below);
            }
            seen.changes += found.changes.len();
            let counted = if found.changes.is_empty() { &mut seen.still } else { &mut seen.moved };
            *counted += 1;
        }
    }
    eprintln!("{seen:?}");
    let Seen { changes, silent, conflicts, still, moved } = seen;
    assert!(cases < CASES || [changes, silent, conflicts, still, moved].iter().all(|count| *count > 0));
}

/// Two versions of a table with nothing over them. Gives how many changes were told.
pub fn check_alone(old: &Table, new: &Table, points: &[Point], context: &str) -> usize {
    let found = rebase(old, new, &[]);
    check(&found, (old, new), points, context);
    assert!(found.changes.iter().all(|change| change.is_meant_below), "{context}");
    found.changes.len()
}

/// Every change is one; and where there is said to be no other, every point that differs goes from one rule to another
/// as some change does.
fn check(found: &Rebase, (old, new): (&Table, &Table), points: &[Point], context: &str) {
    for change in &found.changes {
        assert_eq!(change.before, Outcome::of(old, &change.inputs, change.on), "{context}");
        assert_eq!(change.after, Outcome::of(new, &change.inputs, change.on), "{context}");
        assert!(!change.before.is_alike(&change.after), "{context}");
    }
    let rule = |outcome: &Outcome| match outcome {
        Outcome::Answered { rule, .. } => rule.clone(),
        Outcome::Fault { code, .. } => (*code).to_owned(),
    };
    if !found.is_complete || old.hit() == Hit::Collect {
        return;
    }
    for (inputs, on) in points {
        let (before, after) = (Outcome::of(old, inputs, *on), Outcome::of(new, inputs, *on));
        let is_it = |(one, other): (&Outcome, &Outcome)| rule(one) == rule(&before) && rule(other) == rule(&after);
        let listed = found.changes.iter().any(|change| is_it((&change.before, &change.after)));
        assert!(before.is_alike(&after) || listed, "{inputs:?} on {on}: {before:?} {after:?}\n{context}");
    }
}
