//! The directory: topics, roles, agencies and people of a deployment, and who holds a role for a place.

use std::collections::BTreeMap;

use peygir_source::{Diagnostic, Diagnostics, Help, Node, Span, suggest};

use super::form::{Choice, OptionsFrom};
use super::read::Reader;

mod reading;

/// The role that manages an agency's referrals where nothing names another.
pub const MANAGER_ROLE: &str = "duty-manager";

/// Most entries of one list in one file.
pub const ENTRIES_MAX: usize = 5_000;

/// A thing with its names in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    pub id: String,
    pub fa: String,
    pub en: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agency {
    pub id: String,
    pub fa: String,
    pub en: String,
    /// Id of an agency kind: `bank`, `municipality`.
    pub kind: Option<String>,
    pub province: Option<String>,
    pub county: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: String,
    pub fa: String,
    pub en: String,
    /// E.164.
    pub mobile: Option<String>,
    pub mail: Option<String>,
    pub roles: Vec<Holding>,
}

/// A role and where it is held; nowhere named, it is held for the nation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holding {
    pub role: String,
    pub province: Option<String>,
    pub county: Option<String>,
    pub agency: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directory {
    /// The one that a province's pack names as its own; of several the last.
    pub province: Option<Named>,
    /// All that are known, with those that packs name as their own.
    pub provinces: Vec<Named>,
    pub counties: Vec<Named>,
    pub topics: Vec<Named>,
    pub roles: Vec<Named>,
    pub agency_kinds: Vec<Named>,
    pub agencies: Vec<Agency>,
    pub people: Vec<Person>,
}

/// A name that one entry uses of another: checked when all layers are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub kind: ReferenceKind,
    pub name: String,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceKind {
    Role,
    AgencyKind,
    Agency,
    County,
    Province,
    Topic,
}

/// One file of a directory and the names it uses.
#[derive(Debug, Clone, Default)]
pub struct DirectoryFile {
    pub directory: Directory,
    pub references: Vec<Reference>,
}

impl Directory {
    /// Reads one file. Names of other entries are not checked yet: they may stand in another layer.
    pub fn read(root: &Node) -> Result<(DirectoryFile, Diagnostics), Diagnostics> {
        let mut reader = Reader::default();
        let file = reading::directory(&mut reader, root);
        reader.finish(file)
    }

    /// Lays another directory over this one: an entry with the same id replaces, others are added.
    pub fn lay_over(&mut self, later: Directory) {
        self.province = later.province.or(self.province.take());
        lay(&mut self.provinces, later.provinces, |entry| &entry.id);
        lay(&mut self.counties, later.counties, |entry| &entry.id);
        lay(&mut self.topics, later.topics, |entry| &entry.id);
        lay(&mut self.roles, later.roles, |entry| &entry.id);
        lay(&mut self.agency_kinds, later.agency_kinds, |entry| &entry.id);
        lay(&mut self.agencies, later.agencies, |entry| &entry.id);
        lay(&mut self.people, later.people, |entry| &entry.id);
    }

    pub fn agency(&self, id: &str) -> Option<&Agency> {
        self.agencies.iter().find(|agency| agency.id == id)
    }

    pub fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    pub fn province(&self, id: &str) -> Option<&Named> {
        self.provinces.iter().find(|province| province.id == id)
    }

    pub fn topic(&self, id: &str) -> Option<&Named> {
        self.topics.iter().find(|topic| topic.id == id)
    }

    pub fn role(&self, id: &str) -> Option<&Named> {
        self.roles.iter().find(|role| role.id == id)
    }

    pub fn county(&self, id: &str) -> Option<&Named> {
        self.counties.iter().find(|county| county.id == id)
    }

    /// Everybody who holds the role for the place, those of the narrowest scope first: agency, county, province,
    /// nation; within one scope by id.
    pub fn holders(
        &self,
        role: &str,
        province: Option<&str>,
        county: Option<&str>,
        agency: Option<&str>,
    ) -> Vec<&Person> {
        self.ranked(role, province, county, agency).into_iter().map(|(_, person)| person).collect()
    }

    /// Those of [`Directory::holders`] whose scope is the narrowest: whom to write to when a role is told something.
    pub fn nearest_holders(
        &self,
        role: &str,
        province: Option<&str>,
        county: Option<&str>,
        agency: Option<&str>,
    ) -> Vec<&Person> {
        let ranked = self.ranked(role, province, county, agency);
        let narrowest = ranked.first().map(|(breadth, _)| *breadth);
        ranked.into_iter().filter(|(breadth, _)| Some(*breadth) == narrowest).map(|(_, person)| person).collect()
    }

    /// Whether people answer for agencies by this role: it is held for one, whatever its name. Of a province those count that are
    /// held there or everywhere.
    pub fn is_of_agencies(&self, role: &str, province: Option<&str>) -> bool {
        let within =
            |held: &Holding| held.province.is_none() || province.is_none() || held.province.as_deref() == province;
        let is_held = |held: &Holding| held.role == role && held.agency.is_some() && within(held);
        role == MANAGER_ROLE || self.people.iter().flat_map(|person| &person.roles).any(is_held)
    }

    /// Whether this person answers for an agency, by whatever role.
    pub fn is_an_agencys(&self, person: &str) -> bool {
        self.person(person).is_some_and(|person| person.roles.iter().any(|held| held.agency.is_some()))
    }

    /// The options that a choice takes from here.
    pub fn options(&self, from: OptionsFrom) -> Vec<Choice> {
        let choice = |id: &str, fa: &str, en: &str| Choice { value: id.into(), fa: fa.into(), en: en.into() };
        let named = |list: &[Named]| list.iter().map(|entry| choice(&entry.id, &entry.fa, &entry.en)).collect();
        match from {
            OptionsFrom::Topics => named(&self.topics),
            OptionsFrom::Counties => named(&self.counties),
            OptionsFrom::Agencies => {
                self.agencies.iter().map(|agency| choice(&agency.id, &agency.fa, &agency.en)).collect()
            }
        }
    }

    fn ranked(
        &self,
        role: &str,
        province: Option<&str>,
        county: Option<&str>,
        agency: Option<&str>,
    ) -> Vec<(u8, &Person)> {
        let mut ranked: Vec<(u8, &Person)> = self
            .people
            .iter()
            .filter_map(|person| {
                let breadth = person
                    .roles
                    .iter()
                    .filter(|holding| holding.role == role && holding.covers(province, county, agency))
                    .map(Holding::breadth)
                    .min()?;
                Some((breadth, person))
            })
            .collect();
        ranked.sort_by(|(breadth, person), (other_breadth, other)| {
            breadth.cmp(other_breadth).then_with(|| person.id.cmp(&other.id))
        });
        ranked
    }
}

impl Holding {
    /// Whether the role is held for a place: every part that the holding names must be the place's own.
    pub fn covers(&self, province: Option<&str>, county: Option<&str>, agency: Option<&str>) -> bool {
        let within =
            |held: &Option<String>, asked: Option<&str>| held.as_deref().is_none_or(|held| asked == Some(held));
        within(&self.province, province) && within(&self.county, county) && within(&self.agency, agency)
    }

    /// 0 for an agency, 1 for a county, 2 for a province, 3 for the nation.
    pub fn breadth(&self) -> u8 {
        match (&self.agency, &self.county, &self.province) {
            (Some(_), _, _) => 0,
            (None, Some(_), _) => 1,
            (None, None, Some(_)) => 2,
            (None, None, None) => 3,
        }
    }
}

impl Reference {
    /// What is wrong with it, if the directory has no such entry.
    pub fn check(&self, directory: &Directory) -> Option<Diagnostic> {
        let (known, en, fa) = self.candidates(directory);
        if known.contains(&self.name.as_str()) {
            return None;
        }
        let mut diagnostic = Diagnostic::error(
            "PG-P020",
            self.span,
            format!("the directory has no {en} \"{}\"", self.name),
            format!("در دفتر راهنما {fa} «{}» نیست", self.name),
        );
        diagnostic.help = suggest(&self.name, known).map(|near| Help::did_you_mean(near, '"').into());
        Some(diagnostic)
    }

    fn candidates<'d>(&self, directory: &'d Directory) -> (Vec<&'d str>, &'static str, &'static str) {
        let ids = |list: &'d [Named]| list.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>();
        match self.kind {
            ReferenceKind::Role => (ids(&directory.roles), "role", "نقش"),
            ReferenceKind::AgencyKind => (ids(&directory.agency_kinds), "kind of agency", "نوع دستگاه"),
            ReferenceKind::County => (ids(&directory.counties), "county", "شهرستان"),
            ReferenceKind::Topic => (ids(&directory.topics), "topic", "موضوع"),
            ReferenceKind::Province => (ids(&directory.provinces), "province", "استان"),
            ReferenceKind::Agency => {
                (directory.agencies.iter().map(|entry| entry.id.as_str()).collect(), "agency", "دستگاه")
            }
        }
    }
}

fn lay<T>(base: &mut Vec<T>, later: Vec<T>, id: impl Fn(&T) -> &String) {
    let places: BTreeMap<String, usize> =
        base.iter().enumerate().map(|(place, entry)| (id(entry).clone(), place)).collect();
    for entry in later {
        match places.get(id(&entry)) {
            Some(&place) => base[place] = entry,
            None => base.push(entry),
        }
    }
}

#[cfg(test)]
mod tests;
