//! Editions: what each deployment brought, and which versions of packs are in force at an instant.
//!
//! An edition names only the packs that it brings or takes away. What is in force is the outcome of all editions whose date
//! has come, in the order of their dates and numbers: one that is still to come changes the packs it names and no others,
//! whatever was deployed since. No edition is dated before its own deployment, so what an edition put in force never changes
//! afterwards.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use peygir_core::Moment;

use crate::command::Recorded;

/// A version of a pack, and what tells its content from any other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct PackRef {
    #[n(0)]
    pub name: String,
    #[n(1)]
    pub version: String,
    /// SHA-256 in hexadecimal.
    #[n(2)]
    pub digest: String,
}

impl PackRef {
    /// `NAME@VERSION`.
    pub fn label(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

/// One deployment, as it stands in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Edition {
    /// 1, 2, 3, … in the order of deploying.
    #[n(0)]
    pub number: u64,
    #[n(1)]
    pub at: Moment,
    /// Not before `at`.
    #[n(2)]
    pub effective_from: Moment,
    /// A person's id, `token:NAME`, or [`super::FOLDER`].
    #[n(3)]
    pub author: String,
    #[n(4)]
    pub note: String,
    /// What it brings.
    #[n(5)]
    pub packs: Vec<PackRef>,
    /// Names of packs that it takes away.
    #[n(6)]
    pub removed: Vec<String>,
    /// It was taken back before its date had come: nothing of it is ever in force.
    #[n(7)]
    pub withdrawn: Option<Withdrawn>,
}

/// Who took back an edition that was still to come, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Withdrawn {
    #[n(0)]
    pub at: Moment,
    /// A person's id or `token:NAME`.
    #[n(1)]
    pub by: String,
    #[n(2)]
    pub reason: String,
}

impl Edition {
    pub(super) fn order(&self) -> (Moment, u64) {
        (self.effective_from, self.number)
    }

    /// Whether it comes into force once its date has come.
    pub fn counts(&self) -> bool {
        self.withdrawn.is_none()
    }

    /// Whether it says anything of a pack.
    pub fn concerns(&self, name: &str) -> bool {
        self.packs.iter().any(|pack| pack.name == name) || self.removed.iter().any(|removed| removed == name)
    }
}

/// All editions of a store: the records of their stream.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Editions {
    pub all: BTreeMap<u64, Edition>,
}

impl Editions {
    /// Number of the edition that was deployed last; 0 before the first.
    pub fn last(&self) -> u64 {
        self.all.keys().next_back().copied().unwrap_or(0)
    }

    /// How many of them were withdrawn.
    pub fn withdrawn(&self) -> u64 {
        self.all.values().filter(|edition| !edition.counts()).count() as u64
    }

    /// Those that count, in the order in which they come into force.
    pub fn in_order(&self) -> Vec<&Edition> {
        let mut all: Vec<&Edition> = self.all.values().filter(|edition| edition.counts()).collect();
        all.sort_by_key(|edition| edition.order());
        all
    }

    /// The time of editions, which never runs backwards: a machine whose clock was set back, or stands wrong after a power
    /// cut, must not bring back what was replaced.
    pub fn not_before(&self, now: Moment) -> Moment {
        let withdrawn = self.all.values().filter_map(|edition| Some(edition.withdrawn.as_ref()?.at));
        self.all.values().map(|edition| edition.at).chain(withdrawn).fold(now, Moment::max)
    }

    /// The edition that counts at an instant: the last whose date has come.
    pub fn in_force_at(&self, at: Moment) -> Option<&Edition> {
        self.in_order().into_iter().rfind(|edition| edition.effective_from <= at)
    }

    /// Those whose date is behind an instant, the next one first.
    pub fn to_come(&self, at: Moment) -> Vec<&Edition> {
        self.in_order().into_iter().filter(|edition| edition.effective_from > at).collect()
    }

    /// What an edition brought that is in force with a later one, its own changes aside: an edition changes the packs that it names and
    /// no others. `present`: the number of the one that counts now.
    pub fn standing(&self, edition: &Edition, present: u64) -> Vec<PackRef> {
        let Some(last) = self.all.get(&present).filter(|last| edition.counts() && edition.order() <= last.order())
        else {
            return Vec::new();
        };
        let names = |other: &Edition, name: &String| {
            other.packs.iter().any(|pack| pack.name == *name) || other.removed.contains(name)
        };
        let between = |other: &&Edition| other.order() > edition.order() && other.order() <= last.order();
        let later: Vec<&Edition> = self.in_order().into_iter().filter(between).collect();
        let stands = |pack: &&PackRef| !later.iter().any(|other| names(other, &pack.name));
        edition.packs.iter().filter(stands).cloned().collect()
    }

    /// All packs that an edition leaves in force once its date has come; in the order in which they were first deployed.
    /// None of an edition that was withdrawn.
    pub fn packs_of(&self, number: u64) -> Vec<PackRef> {
        let Some(last) = self.all.get(&number).filter(|edition| edition.counts()) else { return Vec::new() };
        let mut packs: Vec<PackRef> = Vec::new();
        for edition in self.in_order().into_iter().filter(|edition| edition.order() <= last.order()) {
            packs.retain(|pack| !edition.removed.contains(&pack.name));
            for new in &edition.packs {
                match packs.iter_mut().find(|pack| pack.name == new.name) {
                    Some(pack) => pack.clone_from(new),
                    None => packs.push(new.clone()),
                }
            }
        }
        packs
    }

    /// What is in force at an instant.
    pub fn packs_at(&self, at: Moment) -> Vec<PackRef> {
        self.in_force_at(at).map(|edition| self.packs_of(edition.number)).unwrap_or_default()
    }

    /// The edition that last said something of a pack, of those whose date has come.
    pub fn concerning(&self, name: &str, at: Moment) -> Option<&Edition> {
        self.in_order().into_iter().rfind(|edition| edition.effective_from <= at && edition.concerns(name))
    }

    /// The version of a pack that was in force before the one that is, going back over what was rolled back: who goes back
    /// twice comes to the version before that one.
    pub fn version_before(&self, name: &str, present: u64) -> Option<&PackRef> {
        let versions = self.up_to(present).into_iter().filter(|edition| edition.concerns(name));
        let versions = versions.map(|edition| edition.packs.iter().find(|pack| pack.name == name));
        gone_through(versions).into_iter().rev().skip(1).flatten().next()
    }

    /// The edition that was in force before the one that is, in the same way.
    pub fn edition_before(&self, present: u64) -> Option<u64> {
        let sorted = |edition: &Edition| {
            let mut packs = self.packs_of(edition.number);
            packs.sort();
            packs
        };
        let all: Vec<(u64, Vec<PackRef>)> =
            self.up_to(present).into_iter().map(|edition| (edition.number, sorted(edition))).collect();
        let before = gone_through(all.iter().map(|(_, packs)| packs)).into_iter().rev().nth(1)?;
        all.iter().rfind(|(_, packs)| packs == before).map(|(number, _)| *number)
    }

    /// Editions that have come into force, up to this one.
    fn up_to(&self, number: u64) -> Vec<&Edition> {
        let Some(last) = self.all.get(&number) else { return Vec::new() };
        self.in_order().into_iter().filter(|edition| edition.order() <= last.order()).collect()
    }

    /// A version that was ever deployed.
    pub fn version(&self, name: &str, version: &str) -> Option<&PackRef> {
        self.versions(name).into_iter().map(|(_, pack)| pack).find(|pack| pack.version == version)
    }

    /// Every version of a pack as often as it was deployed, the first deployment first.
    pub fn versions(&self, name: &str) -> Vec<(&Edition, &PackRef)> {
        let all = self.all.values().flat_map(|edition| edition.packs.iter().map(move |pack| (edition, pack)));
        all.filter(|(_, pack)| pack.name == name).collect()
    }

    /// The same with one more.
    pub fn with(&self, edition: Edition) -> Self {
        let mut all = self.all.clone();
        all.insert(edition.number, edition);
        Self { all }
    }

    /// The same without one that is still to come.
    pub fn without(&self, number: u64, withdrawn: Withdrawn) -> Self {
        let mut all = self.all.clone();
        if let Some(edition) = all.get_mut(&number) {
            edition.withdrawn = Some(withdrawn);
        }
        Self { all }
    }

    pub(crate) fn apply(&mut self, event: &Recorded) {
        match event {
            Recorded::PacksDeployed(edition) => {
                self.all.insert(edition.number, edition.clone());
            }
            Recorded::EditionWithdrawn { edition, withdrawn } => {
                if let Some(edition) = self.all.get_mut(edition) {
                    edition.withdrawn = Some(withdrawn.clone());
                }
            }
            _ => {}
        }
    }
}

/// The way from the first to the last, without the turns that led back to where it had been.
fn gone_through<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.fold(Vec::new(), |mut way, one| {
        match way.iter().position(|known| *known == one) {
            Some(back) => way.truncate(back + 1),
            None => way.push(one),
        }
        way
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition(number: u64, from: i64, packs: &[&str], removed: &[&str]) -> Edition {
        let pack = |label: &&str| {
            let (name, version) = label.split_once('@').unwrap();
            PackRef { name: name.to_owned(), version: version.to_owned(), digest: (*label).to_owned() }
        };
        Edition {
            number,
            at: Moment(number as i64),
            effective_from: Moment(from),
            author: "a".to_owned(),
            note: String::new(),
            packs: packs.iter().map(pack).collect(),
            removed: removed.iter().map(|name| (*name).to_owned()).collect(),
            withdrawn: None,
        }
    }

    fn editions(all: Vec<Edition>) -> Editions {
        Editions { all: all.into_iter().map(|edition| (edition.number, edition)).collect() }
    }

    fn labels(packs: &[PackRef]) -> Vec<String> {
        packs.iter().map(PackRef::label).collect()
    }

    #[test]
    fn what_is_to_come_changes_only_what_it_names() {
        let all = editions(vec![
            edition(1, 1, &["a@1", "b@1"], &[]),
            edition(2, 100, &["a@2"], &[]),
            edition(3, 3, &["b@2"], &[]),
            edition(4, 50, &["c@1"], &["b"]),
        ]);
        for (at, number, packs) in [
            (0, None, vec![]),
            (1, Some(1), vec!["a@1", "b@1"]),
            (2, Some(1), vec!["a@1", "b@1"]),
            (3, Some(3), vec!["a@1", "b@2"]),
            (49, Some(3), vec!["a@1", "b@2"]),
            (50, Some(4), vec!["a@1", "c@1"]),
            (100, Some(2), vec!["a@2", "c@1"]),
        ] {
            assert_eq!(all.in_force_at(Moment(at)).map(|edition| edition.number), number, "{at}");
            assert_eq!(labels(&all.packs_at(Moment(at))), packs, "{at}");
        }
        let to_come: Vec<u64> = all.to_come(Moment(3)).into_iter().map(|edition| edition.number).collect();
        assert_eq!(to_come, [4, 2]);
        assert_eq!(all.concerning("b", Moment(60)).map(|edition| edition.number), Some(4));
        assert_eq!(all.version("b", "2").map(|pack| pack.digest.as_str()), Some("b@2"));
        assert_eq!(all.versions("a").into_iter().map(|(edition, _)| edition.number).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn what_was_withdrawn_never_counts() {
        let all = editions(vec![
            edition(1, 1, &["a@1"], &[]),
            edition(2, 10, &["a@2", "b@1"], &[]),
            edition(3, 20, &["a@3"], &[]),
        ]);
        let withdrawn = Withdrawn { at: Moment(4), by: "p".to_owned(), reason: "r".to_owned() };
        let all = all.without(2, withdrawn);
        assert_eq!(all.in_force_at(Moment(10)).map(|edition| edition.number), Some(1));
        assert_eq!(labels(&all.packs_at(Moment(20))), ["a@3"]);
        assert_eq!(all.to_come(Moment(4)).len(), 1);
        assert_eq!((all.last(), all.withdrawn(), all.packs_of(2).len()), (3, 1, 0));
        assert_eq!(all.concerning("b", Moment(30)), None);
        assert!(all.version("b", "1").is_some(), "its texts stay, and its version never changes");
        assert_eq!(all.not_before(Moment(1)), Moment(4), "the withdrawal came at four");
    }

    #[test]
    fn who_goes_back_twice_does_not_come_to_what_was_left() {
        let mut all = editions(vec![
            edition(1, 1, &["a@1", "b@1"], &[]),
            edition(2, 2, &["a@2"], &[]),
            edition(3, 3, &["a@3"], &[]),
            edition(4, 4, &["b@2"], &[]),
            edition(5, 900, &["a@9"], &[]),
        ]);
        let version = |all: &Editions, name: &str, present: u64| all.version_before(name, present).map(PackRef::label);
        assert_eq!(version(&all, "a", 4).as_deref(), Some("a@2"));
        assert_eq!((version(&all, "b", 3), all.edition_before(1), all.edition_before(4)), (None, None, Some(3)));
        all = all.with(edition(6, 6, &["a@2"], &[]));
        assert_eq!(version(&all, "a", 6).as_deref(), Some("a@1"), "the third version was left");
        all = all.with(edition(7, 7, &["a@1"], &[]));
        assert_eq!(version(&all, "a", 7), None);
        all = all.with(edition(8, 8, &[], &["a"]));
        assert_eq!(version(&all, "a", 8).as_deref(), Some("a@1"), "what was taken away comes back");
        let whole = editions(vec![
            edition(1, 1, &["a@1"], &[]),
            edition(2, 2, &["a@2"], &[]),
            edition(3, 3, &["a@1"], &[]),
            edition(4, 4, &["a@3"], &[]),
        ]);
        assert_eq!((whole.edition_before(4), whole.edition_before(3)), (Some(3), None));
    }

    #[test]
    fn of_two_editions_of_one_instant_the_later_deployed_counts() {
        let all = editions(vec![edition(1, 10, &["a@1"], &[]), edition(2, 10, &["a@2"], &[])]);
        assert_eq!(labels(&all.packs_at(Moment(10))), ["a@2"]);
    }
}
