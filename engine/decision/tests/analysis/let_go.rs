//! What an overlay lets go of to rules that it does not write: what is said is so, and what is so is said.

use std::collections::BTreeSet;

use peygir_calendar::Jalali;
use peygir_decision::{
    Hit, Table,
    analysis::{Analysis, Bounds, Finding, Fixed, Here, Outcome, Split, analyse, analyse_here, analyse_over},
};
use serde_json::Value;

use super::random::{Dice, Sample};
use super::splits::{over, table};
use super::{Point, key, variable};

const CASES: u64 = 900;
const POINTS_MAX: usize = 12_000;
const VALUES_MAX: usize = 3;

/// A table and the same with an overlay, whose outputs come to something else, and an input with the values that it may have.
struct Asked {
    below: Table,
    merged: Table,
    input: Option<(String, BTreeSet<String>)>,
    was: Analysis,
    is: Analysis,
}

impl Asked {
    fn new(sample: &Sample, dice: &mut Dice) -> Option<Self> {
        let below = table(&sample.table);
        let merged = over(&below, sample.overlay.as_ref()?)?;
        let values = |dice: &mut Dice| (0..VALUES_MAX).filter_map(|_| Some(sample.text(dice)?.1)).collect();
        let input = sample.text(dice).map(|(input, _)| input).filter(|_| dice.one_in(2));
        let input = input.map(|input| (input, values(dice)));
        let was = analyse(&below);
        let is = analyse_over(&merged, Some((&below, &was)), Bounds::default());
        Some(Self { below, merged, input, was, is })
    }

    fn found(&self) -> Vec<Finding> {
        let split = |(input, values): &(String, BTreeSet<String>)| Split {
            from: format!("input.{input}"),
            values: values.iter().map(|value| (value.clone(), Fixed::new())).collect(),
            is_usual: true,
        };
        let splits: Vec<Split> = self.input.iter().map(split).collect();
        let (fixed, pairs) = (Fixed::new(), BTreeSet::from([(1, 0), (1, 1)]));
        let here = Here { splits: &splits, ..Here::new(&fixed, &pairs) };
        analyse_here(&[(&self.below, &self.was), (&self.merged, &self.is)], here, Bounds::default()).findings
    }

    /// Whether the inputs may be given; those that no rule asks for make no difference.
    fn is_possible(&self, (inputs, _): &Point) -> bool {
        let Some((input, values)) = &self.input else { return true };
        let given = inputs.get(input).and_then(Value::as_str);
        given.is_none_or(|given| values.iter().any(|value| key(value) == key(given)))
    }

    fn is_own(&self, id: &str, on: Jalali) -> bool {
        let mut rows = self.merged.rules().iter().filter(|row| row.id == *id && row.is_in_force(on));
        rows.any(|row| row.layer == 1 || row.changed_by.is_some())
    }

    /// The rule that answered the inputs, and the one to which they go and which the overlay does not write.
    fn lost(&self, (inputs, on): &Point) -> Option<(String, String)> {
        let before = self.below.decide(inputs, *on).ok()?;
        let after = self.merged.decide(inputs, *on).ok()?;
        let alike = Outcome::of(&self.below, inputs, *on).is_alike(&Outcome::of(&self.merged, inputs, *on));
        let is_lost = !alike && before.rule != after.rule && !self.is_own(&after.rule, *on);
        is_lost.then(|| (before.rule.to_string(), after.rule.to_string()))
    }
}

#[test]
fn what_an_overlay_lets_go_of_is_let_go_of() {
    let (seed, cases) = (variable("PEYGIR_SEED", 1), variable("PEYGIR_CASES", CASES));
    let (mut said, mut narrowed, mut told) = (0, 0, 0);
    for case in seed..seed + cases {
        let mut dice = Dice::new(case);
        let sample = Sample::new(&mut dice);
        let Some(asked) = Asked::new(&sample, &mut dice) else { continue };
        let overlay = sample.overlay.as_deref().unwrap_or_default();
        let context = format!("case {case}, {:?}\n{}{overlay}", asked.input, sample.table);
        let found = asked.found();
        for finding in &found {
            let Finding::LetGo { rule, to, witness, on, .. } = finding else { continue };
            let point = (witness.clone(), *on);
            assert!(asked.is_possible(&point), "{finding:?}\n{context}");
            if asked.merged.hit() == Hit::Collect {
                continue;
            }
            assert_eq!(
                asked.lost(&point),
                Some((rule.clone(), to.clone().unwrap_or_default())),
                "{finding:?}\n{context}"
            );
            said += 1;
            narrowed += usize::from(asked.merged.rules().iter().any(|row| row.id == *rule.as_str()));
        }
        let points = sample.points(&mut dice, POINTS_MAX);
        let is_blind = |one: &Finding| matches!(one, Finding::NotAnalysed { .. });
        let is_known = !asked.is.findings.iter().chain(&asked.was.findings).any(is_blind);
        if points.len() == POINTS_MAX || !is_known || !matches!(asked.merged.hit(), Hit::First | Hit::Priority) {
            continue;
        }
        for point in points.iter().filter(|point| asked.is_possible(point)) {
            let Some((rule, to)) = asked.lost(point) else { continue };
            let says = |one: &Finding| matches!(one, Finding::LetGo { rule: told, .. } if *told == rule);
            assert!(found.iter().any(says), "{rule} goes to {to} at {point:?}: {found:?}\n{context}");
            told += 1;
        }
    }
    eprintln!("{cases} tables: {said} rules let go of, {narrowed} of them narrowed; {told} points had to be told of");
    assert!(cases < CASES || said > 20 && narrowed > 5 && told > 0);
}
