//! What no layer may do: change, disable or precede a locked rule, or take the catch-all from its place. Where the order does not
//! say who answers, that a rule takes nothing from a locked one has to be proven, for the inputs that there are where the overlay holds.

use super::{
    Stage,
    rules::{Changes, Inserted, Replaced},
};
use crate::{
    analysis,
    complaint::overlay as complaints,
    model::{Hit, Rule, Table},
    overlay::{Named, Side},
};

impl Stage<'_> {
    /// `table` is the table below with the overlay's limits: what rules ask is judged against it.
    pub(super) fn guard(&mut self, changes: &Changes, table: &Table) {
        for named in &changes.disabled {
            self.guard_disabled(named);
        }
        for replaced in &changes.replaced {
            self.guard_replaced(replaced, table);
        }
        for inserted in &changes.inserted {
            self.guard_inserted(inserted, table);
        }
    }

    fn below(&self, id: &str) -> Option<&Rule> {
        self.below.rules.iter().find(|rule| rule.id == id)
    }

    fn guard_disabled(&mut self, named: &Named) {
        let Some(rule) = self.below(&named.name) else { return };
        let finding = if rule.locked {
            complaints::locked(named.span, &named.name, &self.below.layers[rule.layer])
        } else if rule.last {
            complaints::catch_all_disabled(named.span, &named.name)
        } else {
            return;
        };
        self.reader.push(finding);
    }

    fn guard_replaced(&mut self, replaced: &Replaced, table: &Table) {
        let named = &replaced.named;
        let Some(rule) = self.below(&named.name) else { return };
        if !replaced.asks_anew {
            return;
        }
        if rule.last {
            return self.reader.push(complaints::catch_all_asks(named.span, &named.name));
        }
        let before = |locked: &Rule, at: usize, place: usize| match self.below.hit {
            Hit::First => at < place,
            Hit::Unique => true,
            Hit::Collect => false,
            Hit::Priority => rule.priority > locked.priority || (rule.priority == locked.priority && at < place),
        };
        let touched = self.locked().find(|(place, locked)| {
            replaced.rows.iter().any(|(at, new)| before(locked, *at, *place) && !self.is_apart(new, locked, table))
        });
        let finding = touched.map(|(_, locked)| complaints::takes_from_locked(named.span, &named.name, &locked.id));
        self.reader.findings.list.extend(finding);
    }

    fn guard_inserted(&mut self, inserted: &Inserted, table: &Table) {
        let Inserted { rule, side, anchor } = inserted;
        let at = self.place(*side, anchor);
        let anchored = self.below(&anchor.name).is_some_and(|rule| rule.last);
        if anchored && *side == Side::After {
            return self.reader.push(complaints::after_catch_all(anchor.span, &anchor.name));
        }
        let touched = match self.below.hit {
            Hit::First | Hit::Collect => self.locked().find(|(place, _)| at <= *place),
            Hit::Priority => self.locked().find(|(_, locked)| rule.priority >= locked.priority),
            Hit::Unique => self.locked().find(|(_, locked)| !self.is_apart(rule, locked, table)),
        };
        let finding = touched.map(|(_, locked)| match self.below.hit {
            Hit::First | Hit::Collect => {
                let (last, takers) = self.first_free_place(rule, table);
                complaints::precedes_locked(anchor.span, &rule.id, &locked.id, (last, &takers))
            }
            Hit::Priority => complaints::outranks_locked(rule.span, &rule.id, &locked.id, locked.priority),
            Hit::Unique => complaints::takes_from_locked(rule.span, &rule.id, &locked.id),
        });
        self.reader.findings.list.extend(finding);
    }

    /// Whether nothing that comes here lets both rules hold.
    fn is_apart(&self, rule: &Rule, locked: &Rule, table: &Table) -> bool {
        analysis::disjoint_within(rule, locked, table, self.place) == Some(true)
    }

    /// The locked rule behind which every rule may stand, and the rules that leave nothing there to this one.
    fn first_free_place<'s>(&'s self, rule: &'s Rule, table: &Table) -> (&'s str, Vec<&'s Rule>) {
        let Some((place, last)) = self.locked().last() else { return Default::default() };
        let takers = match self.below.hit {
            Hit::First => analysis::taken_by(rule, &self.below.rules[..=place], table),
            _ => Vec::new(),
        };
        (&last.id, takers)
    }

    /// The locked rules below with their places. A catch-all only stays last: everything may stand before it.
    fn locked(&self) -> impl Iterator<Item = (usize, &Rule)> {
        self.below.rules.iter().enumerate().filter(|(_, rule)| rule.locked && !rule.last)
    }

    /// Where an inserted rule would stand among the rules below.
    fn place(&self, side: Side, anchor: &Named) -> usize {
        let mut rows = self.below.rules.iter().enumerate().filter(|(_, rule)| rule.id == anchor.name).map(|(at, _)| at);
        match side {
            Side::Before => rows.next().unwrap_or_default(),
            Side::After => rows.next_back().map_or(0, |at| at + 1),
        }
    }
}
