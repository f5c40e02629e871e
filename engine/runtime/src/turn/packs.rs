//! The stream of editions: packs that were checked become one.

use super::{Refused, Turn};
use crate::command::Recorded;
use crate::packs::{Deploy, EDITIONS_MAX, Edition, Refused as Bad, TO_COME_MAX, Withdraw, Withdrawn};
use crate::stream::RowName;

impl Turn<'_> {
    /// What was checked beside other editions than there are now was not checked.
    pub(super) fn deploy_packs(&mut self, deploy: &Deploy) -> Result<(), Refused> {
        let editions = &self.stream.editions;
        if editions.last() != deploy.after || editions.withdrawn() != deploy.withdrawn.unwrap_or(0) {
            return Err(Bad::Raced.into());
        }
        if editions.all.len() >= EDITIONS_MAX {
            return Err(Bad::TooMany.into());
        }
        let at = editions.not_before(self.at);
        let effective_from = deploy.effective_from.unwrap_or(at).max(at);
        if effective_from > at && editions.to_come(at).len() >= TO_COME_MAX {
            return Err(Bad::TooManyToCome.into());
        }
        for pack in &deploy.packs {
            let known = editions.version(&pack.name, &pack.version);
            if known.is_some_and(|known| known.digest != pack.digest) {
                return Err(Bad::Changed(pack.label()).into());
            }
        }
        let number = deploy.after + 1;
        let edition = Edition {
            number,
            at,
            effective_from,
            author: self.actor.to_owned(),
            note: deploy.note.clone(),
            packs: deploy.packs.clone(),
            removed: deploy.removed.clone(),
            withdrawn: None,
        };
        self.touch(RowName::Edition(number));
        self.claims.extend(deploy.claims.iter().cloned());
        self.listed.extend(deploy.rows.iter().map(|(key, row)| (key.clone(), Some(row.clone()))));
        let event = Recorded::PacksDeployed(edition);
        self.stream.apply(&event, self.at);
        self.events.push(event);
        Ok(())
    }

    /// An edition whose date has not come is taken back: what it would have brought is never in force.
    pub(super) fn withdraw_edition(&mut self, withdraw: &Withdraw) -> Result<(), Refused> {
        let editions = &self.stream.editions;
        let at = editions.not_before(self.at);
        let edition = editions.all.get(&withdraw.edition).ok_or(Bad::Unknown)?;
        if !edition.counts() {
            return Err(Bad::Withdrawn.into());
        }
        if edition.effective_from <= at {
            return Err(Bad::InForce.into());
        }
        if (editions.last(), editions.withdrawn()) != (withdraw.after, withdraw.withdrawn) {
            return Err(Bad::Raced.into());
        }
        let withdrawn = Withdrawn { at, by: self.actor.to_owned(), reason: withdraw.reason.clone() };
        self.touch(RowName::Edition(withdraw.edition));
        self.listed.extend(withdraw.rows.iter().cloned());
        let event = Recorded::EditionWithdrawn { edition: withdraw.edition, withdrawn };
        self.stream.apply(&event, self.at);
        self.events.push(event);
        Ok(())
    }
}
