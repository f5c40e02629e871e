//! What an edition changes: files line by line, and the rules of tables as sentences, before and after.
//!
//! The rules are those of merged tables, for each place whose table differs: that is what decides. A place is not named
//! where the same changes hold in a wider one already.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use peygir_calendar::{Language, Place};
use peygir_decision::Table;
use peygir_explain::table::{self as words, Asked, TableTold};

use super::super::refusal::Refusal;
use super::super::view::{Bilingual, EditionChanges, PackChange, RuleChange, TableChange};
use super::super::{Desk, blocking};
use super::{Sight, both, concerns, file_view, scope, title, version_to_go_back_to};
use crate::access::Principal;
use crate::pack::{Bundle, Catalog};
use crate::packs::difference::{self, Kind};
use crate::packs::{Edition, Editions, Plan};

/// Lines of differences that are told of one edition; files beyond are named without them.
pub const DIFFERENCE_LINES_MAX: usize = 4_000;
/// Rules of one edition that are told.
pub const RULE_CHANGES_MAX: usize = 1_000;

/// The packs' contents before an edition and with it.
struct Around {
    before: Arc<Catalog>,
    after: Arc<Catalog>,
}

impl Desk {
    /// One edition, and what changes with it.
    pub async fn edition_changes(&self, by: &Principal, number: u64) -> Result<EditionChanges, Refusal> {
        let (editions, present) = self.editions_or_none();
        let sight = self.sight(by, &editions).await?;
        let edition = editions.all.get(&number).ok_or(Refusal::NotFound)?;
        if !concerns(edition, &sight) {
            return Err(Refusal::Forbidden);
        }
        let previous = before(&editions, edition);
        let packs = self.pack_changes(by, (&editions, present), edition, previous, &sight).await?;
        // One that was withdrawn changes nothing.
        let around = self.around(previous.filter(|_| edition.counts()), number).await?;
        let readable = |place: &Place| self.reads_place(by, place);
        let tables = around.as_ref().map(|around| tables(around, &readable));
        Ok(EditionChanges {
            edition: self.edition_view(&editions, present, edition, &sight),
            previous,
            packs,
            rules_compared: tables.is_some(),
            tables: tables.unwrap_or_default(),
        })
    }

    async fn pack_changes(
        &self,
        by: &Principal,
        (editions, present): (&Editions, u64),
        edition: &Edition,
        previous: Option<u64>,
        sight: &Sight,
    ) -> Result<Vec<PackChange>, Refusal> {
        let earlier = sight.filter(&previous.map(|number| editions.packs_of(number)).unwrap_or_default());
        let version_before =
            |name: &str| earlier.iter().find(|pack| pack.name == name).map(|pack| pack.version.clone());
        let brought = sight.filter(&edition.packs).into_iter().map(|pack| (pack.name, Some(pack.version)));
        let removed = edition.removed.iter().map(|name| (name.clone(), None));
        let mut lines_left = DIFFERENCE_LINES_MAX;
        let mut changes = Vec::new();
        for (name, to) in brought.chain(removed) {
            let from = version_before(&name);
            let Some(shown) = to.as_ref().or(from.as_ref()) else { continue };
            let bundle = self.stored(&name, shown).await?;
            let mut change = PackChange {
                title: title(&bundle),
                scope: scope(&bundle.place),
                before: version_to_go_back_to(editions, present, &name, sight),
                name,
                from: from.clone(),
                to: to.clone(),
                files: Vec::new(),
                cut: false,
            };
            if let (Some(from), Some(_)) = (&from, &to) {
                let earlier = self.stored(&change.name, from).await?;
                self.tell_files(by, &earlier, &bundle, &mut change, &mut lines_left);
            }
            changes.push(change);
        }
        Ok(changes)
    }

    fn tell_files(&self, by: &Principal, earlier: &Bundle, later: &Bundle, change: &mut PackChange, left: &mut usize) {
        for mut file in self.differences(by, earlier, later) {
            let lines = file.hunks.iter().map(|hunk| hunk.lines.len()).sum::<usize>();
            if lines > *left {
                file.hunks.clear();
                change.cut = true;
            } else {
                *left -= lines;
            }
            change.files.push(file_view(file));
        }
    }

    /// What a plan would change in the tables, against what is in force at its date without it; none where that is nothing.
    pub(in crate::desk) async fn planned_changes(
        &self,
        by: &Principal,
        plan: &Plan,
    ) -> Result<Option<Vec<TableChange>>, Refusal> {
        let (editions, _) = self.editions_or_none();
        let now = editions.not_before(self.host.clock.now());
        let at = plan.deploy.effective_from.map_or(now, |from| from.max(now));
        let (Some(before), Some(planned)) = (editions.in_force_at(at), plan.outcomes.first()) else { return Ok(None) };
        let (engine, number, after) = (self.host.engine.clone(), before.number, planned.catalog.clone());
        let before = blocking(move || Ok(engine.catalog_of_edition(number).ok())).await?;
        let readable = |place: &Place| self.reads_place(by, place);
        Ok(before.map(|before| tables(&Around { before, after }, &readable)))
    }

    /// None for the first edition, and where one of the two can't be made any more.
    async fn around(&self, previous: Option<u64>, number: u64) -> Result<Option<Around>, Refusal> {
        let Some(previous) = previous else { return Ok(None) };
        let engine = self.host.engine.clone();
        let both = blocking(move || {
            let made = |number| engine.catalog_of_edition(number).ok();
            Ok(made(previous).zip(made(number)))
        });
        Ok(both.await?.map(|(before, after)| Around { before, after }))
    }
}

/// The edition whose date comes before it: what was in force, or will be, until then.
fn before(editions: &Editions, edition: &Edition) -> Option<u64> {
    let order = |edition: &Edition| (edition.effective_from, edition.number);
    let earlier = editions.in_order().into_iter().rfind(|one| order(one) < order(edition));
    earlier.map(|edition| edition.number)
}

/// Tables of both sides, by their ids.
type Sides<'c> = BTreeMap<&'c str, (Option<&'c Arc<Table>>, Option<&'c Arc<Table>>)>;
/// What two merged tables came to, told once for all places that share them.
type Told = BTreeMap<(usize, usize), Vec<RuleChange>>;

fn tables(around: &Around, readable: &dyn Fn(&Place) -> bool) -> Vec<TableChange> {
    let (mut told, mut changes, mut left) = (Told::new(), Vec::<TableChange>::new(), RULE_CHANGES_MAX);
    // What each place's table came to: an index of the changes, by table and place.
    let mut seen: BTreeMap<(String, Place), Option<usize>> = BTreeMap::new();
    for place in places(around).into_iter().filter(|place| readable(place)) {
        for (id, (before, after)) in sides(around, &place) {
            let rules = told.entry((address(before), address(after))).or_insert_with(|| rules(around, before, after));
            if rules.is_empty() {
                seen.insert((id.to_owned(), place.clone()), None);
                continue;
            }
            let known = changes.iter().position(|change| change.table == id && change.rules == *rules);
            let at = known.unwrap_or_else(|| {
                rules.truncate(left);
                left -= rules.len();
                changes.push(change_of(id, before, after, rules.clone()));
                changes.len() - 1
            });
            if around_of(&seen, id, &place) != Some(at) {
                changes[at].places.push(scope(&place));
            }
            seen.insert((id.to_owned(), place.clone()), Some(at));
        }
    }
    changes.retain(|change| !change.rules.is_empty());
    changes
}

/// Every place that one of the sides tells from others, the widest first.
fn places(around: &Around) -> Vec<Place> {
    let all = around.before.contents.places().chain(around.after.contents.places());
    let all: BTreeSet<Place> = all.map(|(place, _)| place.clone()).chain([Place::default()]).collect();
    let mut all: Vec<Place> = all.into_iter().collect();
    all.sort_by_key(|place| (parts(place), place.clone()));
    all
}

fn parts(place: &Place) -> usize {
    [&place.province, &place.county, &place.agency].into_iter().flatten().count()
}

fn sides<'c>(around: &'c Around, place: &Place) -> Sides<'c> {
    let mut sides = Sides::new();
    for (id, table) in &around.before.content(place).tables {
        sides.entry(id.as_str()).or_default().0 = Some(&table.table);
    }
    for (id, table) in &around.after.content(place).tables {
        sides.entry(id.as_str()).or_default().1 = Some(&table.table);
    }
    sides
}

fn address(table: Option<&Arc<Table>>) -> usize {
    table.map_or(0, |table| Arc::as_ptr(table) as usize)
}

/// What the nearest wider place came to.
fn around_of(seen: &BTreeMap<(String, Place), Option<usize>>, id: &str, place: &Place) -> Option<usize> {
    let holds = |wide: &Option<String>, narrow: &Option<String>| wide.is_none() || wide == narrow;
    let wider = seen.iter().filter(|((table, wide), _)| {
        table == id
            && wide != place
            && holds(&wide.province, &place.province)
            && holds(&wide.county, &place.county)
            && holds(&wide.agency, &place.agency)
    });
    wider.max_by_key(|((_, wide), _)| parts(wide)).and_then(|(_, at)| *at)
}

fn change_of(id: &str, before: Option<&Arc<Table>>, after: Option<&Arc<Table>>, rules: Vec<RuleChange>) -> TableChange {
    let version = |table: Option<&Arc<Table>>| table.map(|table| table.version().to_string());
    let title = after.or(before).and_then(|table| table.title().cloned()).map(both);
    TableChange {
        table: id.to_owned(),
        title: title.unwrap_or_else(|| Bilingual { fa: id.to_owned(), en: id.to_owned() }),
        from: version(before),
        to: version(after),
        places: Vec::new(),
        rules,
    }
}

/// The sentences of one side in both languages.
struct Side {
    fa: TableTold,
    en: TableTold,
}

impl Side {
    fn of(table: &Table, catalog: &Catalog) -> Self {
        let tell = |language| words::table(table, catalog, language, &Asked::default());
        Self { fa: tell(Language::Persian), en: tell(Language::English) }
    }

    /// The sentences by their rules; a rule that stands twice has its later ones numbered.
    fn sentences(&self) -> Vec<(String, Bilingual)> {
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        let both = self.fa.rules.iter().zip(&self.en.rules);
        both.map(|(fa, en)| {
            let times = count.entry(&fa.id).or_default();
            *times += 1;
            let id = if *times == 1 { fa.id.clone() } else { format!("{}#{times}", fa.id) };
            (id, Bilingual { fa: fa.text.clone(), en: en.text.clone() })
        })
        .collect()
    }
}

fn rules(around: &Around, before: Option<&Arc<Table>>, after: Option<&Arc<Table>>) -> Vec<RuleChange> {
    if before.map(Arc::as_ptr) == after.map(Arc::as_ptr) {
        return Vec::new();
    }
    let before = before.map(|table| Side::of(table, &around.before)).map(|side| side.sentences()).unwrap_or_default();
    let after = after.map(|table| Side::of(table, &around.after)).map(|side| side.sentences()).unwrap_or_default();
    compared(&before, &after)
}

/// In the order of the later table, what was taken out where it stood.
fn compared(before: &[(String, Bilingual)], after: &[(String, Bilingual)]) -> Vec<RuleChange> {
    let ids = |side: &[(String, Bilingual)]| side.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    let find = |side: &[(String, Bilingual)], id: &str| {
        side.iter().find(|(other, _)| other == id).map(|(_, sentence)| sentence.clone())
    };
    let mut changes = Vec::new();
    for line in difference::compare(&ids(before), &ids(after)) {
        let (was, is) = (find(before, &line.text), find(after, &line.text));
        let change = match (line.kind, &was, &is) {
            (Kind::Removed, _, None) => "removed",
            // It stands elsewhere, and is told where it stands now.
            (Kind::Removed, _, Some(_)) => continue,
            (Kind::Added, None, _) => "added",
            (_, was, is) if was != is => "changed",
            (Kind::Added, ..) => "moved",
            (Kind::Same, ..) => continue,
        };
        changes.push(RuleChange { rule: line.text, change: change.to_owned(), before: was, after: is });
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_compared_by_their_ids_and_their_order() {
        let side = |rules: &[(&str, &str)]| -> Vec<(String, Bilingual)> {
            let rule = |(id, text): &(&str, &str)| {
                ((*id).to_owned(), Bilingual { fa: (*text).to_owned(), en: (*text).to_owned() })
            };
            rules.iter().map(rule).collect()
        };
        let before = side(&[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"), ("rest", "0")]);
        let after = side(&[("d", "4"), ("a", "1"), ("new", "5"), ("c", "three"), ("rest", "0")]);
        let told: Vec<(String, String)> =
            compared(&before, &after).into_iter().map(|change| (change.rule, change.change)).collect();
        let expected = [("d", "moved"), ("b", "removed"), ("new", "added"), ("c", "changed")];
        let expected: BTreeSet<(String, String)> =
            expected.iter().map(|(rule, change)| ((*rule).to_owned(), (*change).to_owned())).collect();
        assert_eq!(told.iter().cloned().collect::<BTreeSet<_>>(), expected, "{told:?}");
        assert_eq!(compared(&after, &after), []);
        assert_eq!(compared(&[], &after).len(), 5);
    }
}
