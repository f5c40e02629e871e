//! In which order packs lie over each other: the same for the same packs, whoever deployed which of them first.
//!
//! What holds everywhere lies below what holds in a province, that below what holds in a county, and that below what holds
//! in an agency. Of packs of one breadth those that others lie `over` come first, then those whose name comes first.

use peygir_calendar::Place;

use super::manifest::Manifest;
use super::places::own_place;

/// What the order of a pack hangs on.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    pub name: String,
    pub place: Place,
    /// Names of packs that lie below it.
    pub over: Vec<String>,
}

impl Standing {
    /// The narrowest part that `for` names, and how many it names.
    fn breadth(&self) -> (usize, usize) {
        let parts = [&self.place.province, &self.place.county, &self.place.agency];
        let narrowest = parts.iter().rposition(|part| part.is_some()).map_or(0, |index| index + 1);
        (narrowest, parts.into_iter().flatten().count())
    }
}

/// What the order of a pack hangs on, by its manifest.
pub fn of(manifest: &Manifest) -> Standing {
    let over = manifest.over.iter().map(|over| over.name.clone()).collect();
    Standing { name: manifest.name.clone(), place: own_place(&manifest.scope), over }
}

/// Puts packs in their order, the lowest first. Packs that lie over each other in a circle come by breadth and name, and
/// whoever reads them says what is wrong.
pub fn lowest_first<T>(packs: Vec<T>, standing: impl Fn(&T) -> Standing) -> Vec<T> {
    let mut left: Vec<(Standing, T)> = packs.into_iter().map(|pack| (standing(&pack), pack)).collect();
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waits = |one: &Standing| {
            let below = |name: &String| *name != one.name && left.iter().any(|(other, _)| other.name == *name);
            one.over.iter().any(below)
        };
        let key = |one: &Standing| (waits(one), one.breadth(), one.name.clone());
        let next = (0..left.len()).min_by_key(|index| key(&left[*index].0)).unwrap_or(0);
        ordered.push(left.remove(next).1);
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `NAME province/county/agency over,over`.
    fn standing(text: &str) -> Standing {
        let mut words = text.split(' ');
        let name = words.next().unwrap().to_owned();
        let mut parts =
            words.next().unwrap_or_default().split('/').map(|part| (!part.is_empty()).then(|| part.to_owned()));
        let mut part = || parts.next().flatten();
        let place = Place { province: part(), county: part(), agency: part() };
        let over = words.next().unwrap_or_default().split(',').filter(|name| !name.is_empty());
        Standing { name, place, over: over.map(str::to_owned).collect() }
    }

    #[test]
    fn the_order_hangs_on_the_packs_and_not_on_who_came_first() {
        let expected = [
            "base",
            "words base,",
            "add // words",
            "yazd yazd//",
            "taft yazd/taft/",
            "any-gas //gas",
            "gas yazd//gas",
            "taft-gas yazd/taft/gas",
        ];
        let expected: Vec<&str> = expected.map(|text| text.split(' ').next().unwrap()).to_vec();
        let texts = ["taft-gas yazd/taft/gas", "add // words", "gas yazd//gas", "base", "any-gas //gas", "yazd yazd//"];
        let mut texts: Vec<&str> = texts.into_iter().chain(["words // base", "taft yazd/taft/"]).collect();
        for _ in 0..texts.len() {
            texts.rotate_left(1);
            let names = |texts: &[&str]| -> Vec<String> {
                let ordered = lowest_first(texts.to_vec(), |text| standing(text));
                ordered.into_iter().map(|text| text.split(' ').next().unwrap().to_owned()).collect()
            };
            assert_eq!(names(&texts), expected);
            let reversed: Vec<&str> = texts.iter().rev().copied().collect();
            assert_eq!(names(&reversed), expected);
        }
    }

    #[test]
    fn what_lies_over_each_other_in_a_circle_is_put_in_some_order_all_the_same() {
        let ordered = lowest_first(vec!["b // a", "a // b", "c // c"], |text| standing(text));
        assert_eq!(ordered, ["c // c", "a // b", "b // a"]);
    }
}
