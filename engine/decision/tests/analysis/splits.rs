//! What an overlay takes for some values of one input: what is said is so, and what is so is said.

use std::collections::BTreeSet;

use peygir_calendar::Jalali;
use peygir_decision::{
    Hit, Layer, Overlay, Table,
    analysis::{Analysis, Bounds, Finding, Fixed, Here, SHARES_MAX, Split, analyse, analyse_here, analyse_over},
    cell::Cell,
};
use peygir_source::yaml;
use serde_json::Value;

use super::random::{Dice, Sample};
use super::{Point, key, variable};

const CASES: u64 = 600;
const POINTS_MAX: usize = 12_000;
const VALUES_MAX: usize = 4;

pub fn table(text: &str) -> Table {
    Table::read(&yaml::parse(text).unwrap(), key).unwrap_or_else(|found| panic!("{text}{found:#?}")).0
}

pub fn over(below: &Table, overlay: &str) -> Option<Table> {
    let overlay = Overlay::read(&yaml::parse(overlay).unwrap(), key).unwrap_or_else(|e| panic!("{overlay}{e:#?}")).0;
    Some(below.merge(&[Layer::new(&overlay, "p", "f")]).ok()?.0)
}

/// A table, the same with an overlay, and an input with some of its values.
struct Asked {
    below: Table,
    merged: Table,
    input: String,
    values: BTreeSet<String>,
    /// Whether the input always has a value.
    is_given: bool,
    is_usual: bool,
    was: Analysis,
    is: Analysis,
}

impl Asked {
    fn new(sample: &Sample, dice: &mut Dice) -> Option<Self> {
        let below = table(&sample.table);
        let merged = over(&below, sample.overlay.as_ref()?)?;
        let (input, _) = sample.text(dice)?;
        let values = (0..VALUES_MAX).filter_map(|_| Some(sample.text(dice)?.1)).collect();
        let (is_given, is_usual) = (dice.one_in(2), dice.one_in(2));
        let was = analyse(&below);
        let is = analyse_over(&merged, Some((&below, &was)), Bounds::default());
        Some(Self { below, merged, input, values, is_given, is_usual, was, is })
    }

    fn found(&self) -> Vec<Finding> {
        let from = format!("input.{}", self.input);
        let values = self.values.iter().map(|value| (value.clone(), Fixed::new())).collect();
        let splits = [Split { from: from.clone(), values, is_usual: self.is_usual }];
        let (fixed, pairs) = (Fixed::new(), BTreeSet::from([(1, 0), (1, 1)]));
        let given: BTreeSet<String> = self.is_given.then_some(from).into_iter().collect();
        let here = Here { given: &given, splits: &splits, ..Here::new(&fixed, &pairs) };
        analyse_here(&[(&self.below, &self.was), (&self.merged, &self.is)], here, Bounds::default()).findings
    }

    /// Whether a row that the overlay writes asks for the value on this day and comes before the rule.
    fn asks_above(&self, rule: &str, value: &str, day: Jalali) -> bool {
        let rows = self.merged.rules().iter().take_while(|row| row.id != *rule).filter(|row| row.is_in_force(day));
        let mut own = rows.filter(|row| row.layer == 1 || row.changed_by.is_some());
        let given = Value::from(value);
        own.any(|row| {
            let mut parts =
                row.when().iter().filter(|part| part.input == *self.input && !matches!(part.cell, Cell::Any));
            parts.any(|part| self.merged.cell_holds(part, Some(&given)) == Some(true))
        })
    }
}

fn fired(table: &Table, (inputs, on): &Point) -> Vec<String> {
    let decision = table.decide(inputs, *on);
    decision.map(|one| one.fired.iter().map(|fired| fired.rule.to_string()).collect()).unwrap_or_default()
}

#[test]
fn what_an_overlay_takes_for_some_values_is_taken() {
    let (seed, cases) = (variable("PEYGIR_SEED", 1), variable("PEYGIR_CASES", CASES));
    let (mut some, mut every, mut whole, mut given, mut told) = (0, 0, 0, 0, 0);
    for case in seed..seed + cases {
        let mut dice = Dice::new(case);
        let sample = Sample::new(&mut dice);
        let Some(asked) = Asked::new(&sample, &mut dice) else { continue };
        let context = format!(
            "case {case}, {} of {:?}, given: {}\n{}{}",
            asked.input,
            asked.values,
            asked.is_given,
            sample.table,
            sample.overlay.as_deref().unwrap_or_default()
        );
        let mut points = sample.points(&mut dice, POINTS_MAX);
        let is_complete = points.len() < POINTS_MAX;
        points.retain(|(inputs, _)| !asked.is_given || inputs.contains_key(&asked.input));
        let of = |value: &str| -> Vec<&Point> {
            points.iter().filter(|(inputs, _)| inputs.get(&asked.input) == Some(&Value::from(value))).collect()
        };
        let found = asked.found();
        for finding in &found {
            let Finding::Hidden { taker, rules, witness, on, days, only, .. } = finding else { continue };
            let is_told = |day: Jalali| days.is_empty() || days.iter().any(|window| window.contains(day));
            let at: Vec<&Point> = match only {
                Some(only) => only.values.iter().flat_map(|value| of(value)).collect(),
                None => points.iter().collect(),
            };
            for rule in rules {
                let shown = at.iter().find(|point| is_told(point.1) && fired(&asked.merged, point).contains(rule));
                assert!(shown.is_none(), "{rule} answers {shown:?}: {found:?}\n{context}");
            }
            let witness = (witness.clone(), *on);
            assert!(is_told(*on) && fired(&asked.below, &witness).contains(&rules[0]), "{finding:?}\n{context}");
            assert!(fired(&asked.merged, &witness).contains(taker), "{finding:?}\n{context}");
            assert!(!asked.is_given || witness.0.contains_key(&asked.input), "{finding:?}\n{context}");
            given += usize::from(asked.is_given);
            let Some(only) = only else { continue };
            let shown = witness.0[&asked.input].as_str().map(key);
            assert!(only.values.iter().any(|value| Some(key(value)) == shown), "{finding:?}\n{context}");
            assert!(!only.is_every || only.values.len() == asked.values.len(), "{finding:?}\n{context}");
            if only.is_whole && !only.is_every {
                let rows = || asked.merged.rules().iter().filter(|row| row.id == *taker.as_str());
                let lets =
                    |point: &&&Point| rows().any(|row| row.is_in_force(point.1) && asked.merged.lets(row, &point.0));
                let is_effective = |day: Jalali| asked.merged.effective().is_none_or(|days| days.contains(day));
                let mut on_days = at.iter().filter(|point| is_told(point.1) && is_effective(point.1));
                let left = on_days.find(|point| !lets(point));
                assert!(left.is_none(), "{taker} leaves {left:?}: {finding:?}\n{context}");
            }
            some += 1;
            every += usize::from(only.is_every);
            whole += usize::from(only.is_whole);
        }
        let is_blind = |one: &Finding| matches!(one, Finding::NotAnalysed { .. });
        if asked.merged.hit() != Hit::First || !is_complete || asked.is.findings.iter().any(is_blind) {
            continue;
        }
        if asked.was.findings.iter().any(is_blind) {
            continue;
        }
        let own = |id: &str| {
            asked.merged.rules().iter().any(|row| row.id == *id && (row.layer == 1 || row.changed_by.is_some()))
        };
        let stands =
            |id: &str, day: Jalali| asked.merged.rules().iter().any(|row| row.id == *id && row.is_in_force(day));
        for rule in asked.below.rules().iter().filter(|rule| !rule.unexpected && !own(&rule.id)) {
            for value in &asked.values {
                let at = of(value);
                let days: BTreeSet<Jalali> = at.iter().map(|(_, on)| *on).collect();
                for day in days.into_iter().filter(|day| stands(&rule.id, *day)) {
                    let answers = |table: &Table| {
                        at.iter().any(|point| point.1 == day && fired(table, point).contains(&rule.id.to_string()))
                    };
                    let is_asked = asked.asks_above(&rule.id, value, day);
                    if !is_asked || !answers(&asked.below) || answers(&asked.merged) {
                        continue;
                    }
                    let says = |one: &Finding| match one {
                        Finding::Hidden { rules, days, only, .. } => {
                            rules.contains(&rule.id.to_string())
                                && (days.is_empty() || days.iter().any(|window| window.contains(day)))
                                && only.as_ref().is_none_or(|only| only.values.contains(value))
                        }
                        _ => false,
                    };
                    assert!(
                        found.iter().any(says),
                        "{} is not told for {value} on {day}: {found:?}\n{context}",
                        rule.id
                    );
                    told += 1;
                }
            }
        }
    }
    eprintln!(
        "{cases} tables: {some} findings for some values, {every} for every one, {whole} of rules that take all, {given} where the input is given; {told} had to be told"
    );
    assert!(cases < CASES || some > 0 && every > 0 && whole > 0 && given > 0 && told > 0);
}

/// A table of a nation, and as many places as there are rules for them.
fn of_places(count: usize) -> (Table, Table, Split) {
    let mut text = "kind: decision-table\nid: t\nversion: 1.0.0\nhit: first\ninputs: { place: { type: string }, topic: { type: string } }\noutputs: { o: { type: integer, default: 0 } }\nrules:\n".to_owned();
    for rule in 0..60 {
        text += &format!("  - {{ id: r{rule}, when: {{ topic: t{rule} }}, then: {{}} }}\n");
    }
    text += "  - { id: z, last: true, then: {} }\n";
    let below = table(&text);
    let mut overlay =
        "kind: decision-table-overlay\nextends: { id: t, version: '^1.0' }\nversion: 1.0.0\ninsert:\n".to_owned();
    for place in 0..count {
        overlay += &format!(
            "  - {{ before: r0, rule: {{ id: i{place}, when: {{ place: p{place}, topic: t7 }}, then: {{ o: {place} }} }} }}\n"
        );
    }
    let merged = over(&below, &overlay).unwrap();
    let values = (0..2 * count).map(|place| (format!("p{place}"), Fixed::new())).collect();
    (below, merged, Split { from: "input.place".to_owned(), values, is_usual: true })
}

/// Of places that all rules see alike one stands for all; of others as many are asked about as the limit says, and that some were
/// left is told.
#[test]
fn no_more_places_are_asked_about_than_the_limit_says() {
    for (count, is_left) in [(SHARES_MAX, false), (SHARES_MAX + 1, true)] {
        let (below, merged, split) = of_places(count);
        let was = analyse(&below);
        let is = analyse_over(&merged, Some((&below, &was)), Bounds::default());
        let (fixed, pairs, splits) = (Fixed::new(), BTreeSet::from([(1, 0), (1, 1)]), [split]);
        let here = Here { splits: &splits, ..Here::new(&fixed, &pairs) };
        let found = analyse_here(&[(&below, &was), (&merged, &is)], here, Bounds::default());
        let hidden = found.findings.iter().filter(|one| matches!(one, Finding::Hidden { only: Some(_), .. })).count();
        let left =
            found.findings.iter().filter(|one| matches!(one, Finding::NotAnalysed { is_limit: true, .. })).count();
        eprintln!("{count} places: {} steps, {} to find what is told everywhere", found.steps, is.steps + was.steps);
        assert_eq!((hidden, left), (SHARES_MAX, usize::from(is_left)), "{:?}", found.findings);
        assert!(found.steps < 1_000_000, "{} steps", found.steps);
    }
}
