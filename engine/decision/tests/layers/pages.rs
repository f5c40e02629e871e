//! Every code of the crate has a page, and the examples of the pages on overlays do what these say.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use peygir_decision::Layer;
use peygir_source::Diagnostics;

use crate::kit::{national, overlay};

/// The codes of overlays that laying alone tells.
const OVERLAYS: [std::ops::RangeInclusive<u8>; 3] = [41..=54, 56..=56, 58..=58];

fn page(code: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors").join(format!("{code}.md"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn sources(folder: PathBuf) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(path) } else { vec![path] }).collect()
}

/// The codes that some overlays over the national table lead to; `---` stands between two.
fn codes_of(text: &str) -> BTreeSet<&'static str> {
    let read: Result<Vec<_>, Diagnostics> = text.split("---\n").map(overlay).collect();
    let found = match read {
        Ok(overlays) => {
            let layer = |overlay| Layer::new(overlay, "p", "f");
            match national().merge(&overlays.iter().map(layer).collect::<Vec<_>>()) {
                Ok((_, found)) | Err(found) => found,
            }
        }
        Err(found) => found,
    };
    found.list.iter().map(|one| one.code).collect()
}

#[test]
fn every_code_has_a_page_in_both_languages() {
    let mut codes = BTreeSet::new();
    for path in sources(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = std::fs::read_to_string(path).unwrap();
        let found = text.match_indices("\"PG-T").map(|(at, _)| text[at + 1..at + 8].to_owned());
        codes.extend(found);
    }
    assert!(codes.len() > 35, "{codes:?}");
    for code in codes {
        let page = page(&code);
        assert!(page.starts_with(&format!("# {code} ")), "{code}");
        for section in ["\n## Cause\n", "\n## Fix\n", "\n## Example\n", "\n## فارسی\n"] {
            assert!(page.contains(section), "{code} has no {section}");
        }
    }
}

#[test]
fn pages_on_overlays_show_their_finding_and_its_mending() {
    for number in OVERLAYS.into_iter().flatten() {
        let code = format!("PG-T{number:03}");
        let page = page(&code);
        let examples: Vec<&str> = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        let [wrong, right] = examples.as_slice() else { panic!("{code} has {} examples", examples.len()) };
        // A note on a test below may stand beside any change.
        let beside = |mut codes: BTreeSet<&'static str>| {
            codes.retain(|one| *one != "PG-T051" || code == *one);
            codes.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(beside(codes_of(wrong)), vec![code.as_str()], "wrong one of {code}");
        assert_eq!(beside(codes_of(right)), Vec::<&str>::new(), "right one of {code}");
    }
}
