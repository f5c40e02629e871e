//! Which province, county and agency a case may have where a pack holds, as far as directories say.

use std::collections::BTreeSet;

use peygir_calendar::Scope;
use peygir_casework::content::Directory;
use peygir_decision::analysis::{self, Within};

use super::homes::Homes;

/// Where tables read the parts of a case's place from.
const PARTS: [&str; 3] = ["case.province", "case.county", "case.agency"];

/// What a case may have of a kind.
pub(super) struct Possible<'d> {
    pub ids: BTreeSet<&'d str>,
    /// Whether it may have none.
    pub or_none: bool,
}

/// What a case may have of a kind where a pack holds; none where it may have any.
pub(super) fn possible<'d>(
    directory: &'d Directory,
    homes: &'d Homes,
    from: &str,
    scope: &'d Scope,
) -> Option<Possible<'d>> {
    let own =
        |part: &'d Option<String>| part.as_deref().map(|id| Possible { ids: BTreeSet::from([id]), or_none: false });
    let some = |ids: BTreeSet<&'d str>| Possible { ids, or_none: true };
    match from {
        "case.province" => own(&scope.province),
        "case.county" => own(&scope.county).or_else(|| homes.counties_of(scope.province.as_deref()?).map(some)),
        "case.agency" => own(&scope.agency).or_else(|| {
            let province = scope.province.as_ref()?;
            let is_here = |own: &Option<String>| own.as_ref().is_none_or(|own| own == province);
            let here = directory.agencies.iter().filter(|agency| is_here(&agency.province));
            Some(some(here.map(|agency| agency.id.as_str()).collect()))
        }),
        _ => None,
    }
}

/// All of it, as tables that are compared take it. Of what no directory lists anything is possible.
pub(super) fn within(directory: &Directory, homes: &Homes, scope: &Scope) -> Within {
    let part = |from: &str| {
        let Possible { ids, or_none } = possible(directory, homes, from, scope).filter(|one| !one.ids.is_empty())?;
        let values = ids.into_iter().map(str::to_owned).collect();
        Some((from.to_owned(), analysis::Possible { values, or_none }))
    };
    PARTS.iter().filter_map(|from| part(from)).collect()
}
