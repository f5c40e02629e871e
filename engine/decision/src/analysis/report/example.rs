//! The example of a finding whose sentence does not speak of its inputs: `; for example, topic is water: "street" answers`.

use peygir_calendar::Jalali;

use super::Report;
use crate::{
    analysis::{Dead, Finding, Inputs, shown::Shown},
    model::{BASE, Rule},
    window::Window,
};

impl Report<'_> {
    /// What is put behind the sentence, in both languages. None where the sentence has its example, or where there can be none.
    pub(super) fn example(&self, finding: &Finding) -> Option<(String, String)> {
        let every_day = Window::default();
        match finding {
            Finding::NeverFires { rule, because } if !because.is_empty() => self.of_taken(rule, BASE),
            Finding::DeadOverride { rule, layer, why: Dead::NeverFires(because) } if !because.is_empty() => {
                self.of_taken(rule, *layer)
            }
            Finding::DeadOverride { rule, why: Dead::OverriddenBy(_) | Dead::OnPurpose { .. }, .. } => {
                self.of_rule(rule, every_day)
            }
            Finding::WrittenTwice { rule, days, .. } => self.of_rule(rule, *days),
            Finding::OutsideLimits { rule, witness: Some((inputs, on)), .. } => {
                Some(self.told(&faulty(inputs, *on), &[rule], &self.filled_with(rule)))
            }
            Finding::OutsideLimits { rule, witness: None, .. } => self.of_rule(rule, every_day),
            Finding::Unfilled { input, rules, witness, on, .. } => {
                Some(self.told(&faulty(witness, *on), &[rules.first()?], &[input]))
            }
            _ => None,
        }
    }

    /// Inputs that the rule's own cells hold for on these days. Of one that an overlay took out, its cells as they were.
    fn of_rule(&self, id: &str, days: Window) -> Option<(String, String)> {
        let rows = self.rows(id);
        let shown = Shown::of(self.table, rows, days)?;
        Some(self.told(&shown, &[id], &[]))
    }

    /// The same of a rule as this layer has it, from which others take all: they answer.
    fn of_taken(&self, id: &str, layer: usize) -> Option<(String, String)> {
        let is_of = |row: &&Rule| row.layer == layer || row.changed_by == Some(layer);
        let rows = self.rows(id).into_iter().filter(is_of);
        let shown = Shown::of(self.table, rows, Window::default())?;
        let is_taken = shown.by.iter().all(|by| by != id);
        is_taken.then(|| self.told(&shown, &[id], &[]))
    }

    fn rows(&self, id: &str) -> Vec<&Rule> {
        let taken = self.table.disabled.iter().filter(|taken| taken.id() == id).flat_map(|taken| &taken.rows);
        self.table.rules.iter().filter(|row| row.id == *id).chain(taken).collect()
    }

    fn filled_with(&self, id: &str) -> Vec<&str> {
        let rows = self.table.rules.iter().filter(|row| row.id == *id);
        rows.flat_map(|row| row.then.iter().flat_map(|(_, template)| template.inputs())).collect()
    }

    /// The inputs that these rules, and those that answer, ask for, with these beside them.
    fn told(&self, shown: &Shown, ids: &[&str], more: &[&str]) -> (String, String) {
        let is_meant = |row: &&Rule| ids.contains(&row.id.as_str()) || shown.by.iter().any(|id| row.id == *id);
        let rows = ids.iter().flat_map(|id| self.rows(id)).chain(self.table.rules.iter().filter(is_meant));
        let asked: Vec<&str> =
            rows.flat_map(|row| row.when.iter().map(|part| part.input.as_str())).chain(more.iter().copied()).collect();
        let (en, fa) = self.inputs(&shown.inputs, &asked, shown.on);
        if shown.by.is_empty() {
            return (format!("; for example where {en}"), format!("؛ نمونه: {fa}"));
        }
        let (by, by_fa) = (self.rules_in_words(&shown.by, false), self.rules_in_words(&shown.by, true));
        (format!("; for example where {en}, {by} answers"), format!("؛ نمونه: {fa}، که {by_fa} پاسخ می‌دهد"))
    }
}

/// The decision is a fault there.
fn faulty(witness: &Inputs, on: Jalali) -> Shown {
    Shown { inputs: witness.clone(), on, by: Vec::new() }
}
