//! What a deployment's folder says at a start: it is the first author of packs.
//!
//! A version that the folder brings and nobody ever deployed becomes an edition. What was deployed by others stays in force
//! over the folder's older version. A version that is known with other content is refused, or stands under a version of its
//! own where whoever starts works on drafts.

use std::collections::BTreeSet;
use std::sync::Arc;

use peygir_core::Moment;
use semver::Version;

use super::edition::Editions;
use super::plan::{Wanted, Wish, reference};
use crate::hex::hex;
use crate::pack::{Bundle, Kinds};

/// The author of what a folder brings.
pub const FOLDER: &str = "folder";
/// Digits of the content's digest in the version of a draft.
const DRAFT_DIGITS: usize = 12;

/// The packs of a deployment's folder, the lowest first.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    pub bundles: Vec<Arc<Bundle>>,
    /// The connectors that the program knows.
    pub kinds: Option<Kinds>,
    pub edited: Edited,
}

/// What is done with a pack that has other content than its version had before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Edited {
    /// The start is refused: versions do not change.
    #[default]
    Refused,
    /// It stands under a version of its own, which says that it is a draft: for whoever writes packs.
    Draft,
}

/// What whoever starts is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The folder's packs are an edition.
    Deployed { edition: u64, packs: Vec<String> },
    /// Packs that the folder had and has no more are out of force with this edition.
    TakenOut { edition: u64, packs: Vec<String> },
    /// Another version is in force than the folder's; who deployed it, in which edition.
    Kept { folder: String, in_force: String, author: String, edition: u64 },
    /// The folder's pack was taken away in this edition.
    Removed { folder: String, author: String, edition: u64 },
    /// What the folder brings and an edition that is planned contradict each other.
    Contradicted { message: String, message_fa: String },
    /// What the folder changes below an overlay or a script that covers it, and where that stands.
    Covered { place: String, message: String, message_fa: String },
}

impl Notice {
    /// The label of a pack of the folder that stays out of force.
    pub fn left(&self) -> Option<&str> {
        match self {
            Self::Kept { folder, .. } | Self::Removed { folder, .. } => Some(folder),
            Self::Deployed { .. } | Self::TakenOut { .. } | Self::Contradicted { .. } | Self::Covered { .. } => None,
        }
    }
}

/// What the folder wants to be deployed, if anything.
pub(crate) fn wish(folder: &Folder, editions: &Editions, now: Moment) -> (Wish, Vec<Notice>) {
    let in_force = editions.packs_at(now);
    let mut notices = Vec::new();
    // A start is no time to ask: what contradicts a plan is told, and both stand.
    let mut wish = Wish { keep_planned: true, ..Wish::default() };
    for bundle in &folder.bundles {
        let bundle = if folder.edited == Edited::Draft { draft(bundle, editions) } else { bundle.clone() };
        let present = in_force.iter().find(|pack| pack.name == bundle.name);
        if present == Some(&reference(&bundle)) {
            continue;
        }
        let last = editions.concerning(&bundle.name, now);
        let other = last.filter(|edition| edition.author != FOLDER);
        let known = editions.version(&bundle.name, &bundle.version);
        match (other, present) {
            // With other content it is looked at all the same: the refusal names the files.
            _ if known.is_some_and(|known| *known != reference(&bundle)) => wish.packs.push(Wanted::New(bundle)),
            (Some(other), Some(present)) if known.is_some() || !is_newer(&bundle.version, &present.version) => {
                let (folder, in_force) = (bundle.label(), present.label());
                notices.push(Notice::Kept { folder, in_force, author: other.author.clone(), edition: other.number });
            }
            (Some(other), None) if known.is_some() => {
                let folder = bundle.label();
                notices.push(Notice::Removed { folder, author: other.author.clone(), edition: other.number });
            }
            _ => wish.packs.push(Wanted::New(bundle)),
        }
    }
    let named: BTreeSet<&str> = folder.bundles.iter().map(|bundle| bundle.name.as_str()).collect();
    let of_folder = |name: &str| editions.concerning(name, now).is_some_and(|edition| edition.author == FOLDER);
    let gone = in_force.iter().filter(|pack| !named.contains(pack.name.as_str()) && of_folder(&pack.name));
    wish.removed = gone.map(|pack| pack.name.clone()).collect();
    (wish, notices)
}

/// Whether a version is one that a draft stands under.
pub(super) fn is_draft(version: &str) -> bool {
    let build = version.split_once('+').map(|(_, build)| build);
    build.is_some_and(|build| build.split('.').any(|part| part == "draft"))
}

fn is_newer(version: &str, than: &str) -> bool {
    match (Version::parse(version), Version::parse(than)) {
        (Ok(version), Ok(than)) => version > than,
        _ => false,
    }
}

/// A pack that was edited under its version, under one of its own.
fn draft(bundle: &Arc<Bundle>, editions: &Editions) -> Arc<Bundle> {
    let known = editions.version(&bundle.name, &bundle.version);
    if known.is_none_or(|known| *known == reference(bundle)) {
        return bundle.clone();
    }
    let digits = hex(&bundle.digest);
    let mark = if bundle.version.contains('+') { '.' } else { '+' };
    Arc::new(bundle.under_version(&format!("{}{mark}draft.{}", bundle.version, &digits[..DRAFT_DIGITS])))
}

#[cfg(test)]
mod tests {
    use super::super::edition::{Edition, PackRef};
    use super::*;

    fn bundle(name: &str, version: &str, text: &str) -> Arc<Bundle> {
        let manifest = format!("kind: pack\nname: {name}\nversion: {version}\ntitle: {{ fa: ا, en: A }}\n");
        let files = [("pack.yaml", manifest.as_str()), ("rules/a.rhai", text)];
        Arc::new(
            Bundle::of_texts(files.map(|(path, text)| (path.to_owned(), text.to_owned())).into_iter().collect())
                .unwrap(),
        )
    }

    fn folder(bundles: &[&Arc<Bundle>]) -> Folder {
        Folder { bundles: bundles.iter().map(|bundle| (*bundle).clone()).collect(), ..Folder::default() }
    }

    fn after(editions: &Editions, author: &str, packs: &[&Arc<Bundle>], removed: &[&str]) -> Editions {
        let number = editions.last() + 1;
        let packs: Vec<PackRef> = packs.iter().map(|bundle| reference(bundle)).collect();
        let (at, author, note) = (Moment(number as i64), author.to_owned(), String::new());
        let removed = removed.iter().map(|name| (*name).to_owned()).collect();
        editions.with(Edition { number, at, effective_from: at, author, note, packs, removed, withdrawn: None })
    }

    fn wanted(folder: &Folder, editions: &Editions) -> (Vec<String>, Vec<String>, usize) {
        let (wish, notices) = wish(folder, editions, Moment(100));
        let label = |wanted: &Wanted| match wanted {
            Wanted::New(bundle) => bundle.label(),
            Wanted::Known { name, version } => format!("known {name}@{version}"),
        };
        (wish.packs.iter().map(label).collect(), wish.removed, notices.len())
    }

    #[test]
    fn the_folder_is_the_first_author_and_not_the_last() {
        let none = Editions::default();
        let [one, two, three] = ["1.0.0", "2.0.0", "3.0.0"].map(|version| bundle("a", version, version));
        let other = bundle("b", "1.0.0", "b");
        let nothing = (vec![], vec![], 0);
        assert_eq!(wanted(&folder(&[&one, &other]), &none), (vec!["a@1.0.0".into(), "b@1.0.0".into()], vec![], 0));
        let first = after(&none, FOLDER, &[&one, &other], &[]);
        assert_eq!(wanted(&folder(&[&one, &other]), &first), nothing);
        assert_eq!(wanted(&folder(&[&two, &other]), &first), (vec!["a@2.0.0".into()], vec![], 0));
        assert_eq!(wanted(&folder(&[&one]), &first), (vec![], vec!["b".into()], 0), "the folder goes on without it");

        let by_api = after(&first, "p", &[&two], &[]);
        assert_eq!(wanted(&folder(&[&one, &other]), &by_api), (vec![], vec![], 1), "the older one does not come back");
        assert_eq!(wanted(&folder(&[&two, &other]), &by_api), nothing);
        assert_eq!(wanted(&folder(&[&three, &other]), &by_api), (vec!["a@3.0.0".into()], vec![], 0));
        let older = bundle("a", "1.5.0", "x");
        assert_eq!(wanted(&folder(&[&older, &other]), &by_api), (vec![], vec![], 1));

        let back = after(&by_api, "p", &[&one], &[]);
        assert_eq!(wanted(&folder(&[&two, &other]), &back), (vec![], vec![], 1), "what was rolled back stays so");
        let gone = after(&by_api, "p", &[], &["b"]);
        assert_eq!(wanted(&folder(&[&two, &other]), &gone), (vec![], vec![], 1));
        // A folder that goes back to what it had is followed, as long as nobody else has spoken.
        let newer = after(&first, FOLDER, &[&two], &[]);
        assert_eq!(wanted(&folder(&[&one, &other]), &newer), (vec!["a@1.0.0".into()], vec![], 0));
    }

    #[test]
    fn an_edited_version_is_refused_or_a_draft() {
        let (one, edited) = (bundle("a", "1.0.0", "x"), bundle("a", "1.0.0", "y"));
        let first = after(&Editions::default(), FOLDER, &[&one], &[]);
        let mut edited = folder(&[&edited]);
        assert_eq!(wanted(&edited, &first).0, ["a@1.0.0"], "which the plan refuses, naming the file");
        edited.edited = Edited::Draft;
        let (packs, ..) = wanted(&edited, &first);
        assert!(packs[0].starts_with("a@1.0.0+draft."), "{packs:?}");
        let draft = draft(&edited.bundles[0], &first);
        let second = after(&first, FOLDER, &[&draft], &[]);
        assert_eq!(wanted(&edited, &second), (vec![], vec![], 0), "the same draft is not deployed twice");
        edited.bundles = vec![one];
        assert_eq!(wanted(&edited, &second).0, ["a@1.0.0"], "back to what it was");
    }
}
