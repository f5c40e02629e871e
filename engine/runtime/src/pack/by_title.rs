//! Titles where ids are wanted: whoever writes «گاز» in a cell of topics means `gas`.
//!
//! Owns: finding the id by what the directory calls it, for the help of findings. Deliberately takes no title for an id: what is
//! written stays wrong.

use peygir_casework::content::{Directory, Named};
use peygir_casework::text::search_key;
use peygir_source::{Diagnostic, Diagnostics, Help};

use super::laid::Laid;

/// A cell asks for what its input never is.
const NEVER: &str = "PG-T019";

/// The id of a topic, a place or an agency with this title in one of the languages.
pub(super) fn id_of<'d>(directory: &'d Directory, title: &str) -> Option<&'d str> {
    let title = search_key(title);
    let is_it = |names: [&str; 2]| names.iter().any(|name| search_key(name) == title);
    let entry = |one: &'d Named| is_it([one.fa.as_str(), one.en.as_str()]).then_some(one.id.as_str());
    let lists = [&directory.topics, &directory.provinces, &directory.counties];
    let agencies = || {
        let mut all = directory.agencies.iter();
        all.find(|agency| is_it([agency.fa.as_str(), agency.en.as_str()])).map(|agency| agency.id.as_str())
    };
    lists.into_iter().flatten().find_map(entry).or_else(agencies)
}

/// Gives findings on cells of overlays the id whose title was written, where some table knows that value.
pub(super) fn hint(laid: &[Laid], directory: &Directory, found: &mut Diagnostics) {
    let inputs = || laid.iter().flat_map(|layer| layer.tables.values()).flat_map(|table| table.value.inputs());
    let is_known = |id: &str| inputs().any(|input| input.values.iter().any(|value| value == id));
    for one in found.list.iter_mut().filter(|one| one.code == NEVER) {
        let id = written(laid, one).and_then(|title| id_of(directory, &title)).filter(|id| is_known(id));
        if let Some(id) = id {
            one.help = Some(Help::did_you_mean(id, '"').into());
        }
    }
}

/// What stands at the place of a finding.
fn written(laid: &[Laid], one: &Diagnostic) -> Option<String> {
    let overlays = laid.iter().flat_map(|layer| &layer.overlays);
    let file = overlays.map(|overlay| &overlay.file).find(|file| file.name == one.file)?;
    let at = |number: u32| usize::try_from(number.saturating_sub(1)).ok();
    let line = file.text.split('\n').nth(at(one.span.line)?)?;
    let length = usize::try_from(one.span.length).ok()?;
    let text: String = line.chars().skip(at(one.span.column)?).take(length).collect();
    Some(text.trim_matches(['\'', '"']).to_owned())
}
