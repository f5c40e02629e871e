//! Every code that a person may see has its page, and every page a code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::sources::{Source, all, source};
use crate::{none, root};

/// What a page tells.
const SECTIONS: &[&str] = &["Cause", "Fix", "Example", "## فارسی"];

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    none("codes and pages", &unmatched(&all(), &pages()));
}

#[test]
fn every_page_tells_cause_fix_and_example_in_two_languages() {
    none("pages under docs/errors", &incomplete(&pages()));
}

/// Pages by their code.
fn pages() -> BTreeMap<String, String> {
    let entries = fs::read_dir(root().join("docs/errors")).expect("the folder of pages exists").flatten();
    let pages: BTreeMap<String, String> = entries
        .filter_map(|entry| {
            let code = entry.file_name().to_string_lossy().strip_suffix(".md")?.to_owned();
            Some((code, fs::read_to_string(entry.path()).expect("pages are UTF-8")))
        })
        .collect();
    assert!(!pages.is_empty());
    pages
}

fn unmatched(sources: &[Source], pages: &BTreeMap<String, String>) -> Vec<String> {
    let product = sources.iter().filter(|source| !source.for_tests);
    let used: BTreeSet<String> = product.flat_map(|source| codes_in(&source.text)).collect();
    let without_page = used.iter().filter(|code| !pages.contains_key(*code)).map(|code| format!("{code} has no page"));
    let without_code =
        pages.keys().filter(|code| !used.contains(*code)).map(|code| format!("{code} has a page and is never said"));
    without_page.chain(without_code).collect()
}

fn incomplete(pages: &BTreeMap<String, String>) -> Vec<String> {
    let mut complaints = Vec::new();
    for (code, text) in pages {
        if !text.starts_with(&format!("# {code} ")) {
            complaints.push(format!("{code}: the first line is not its code and title"));
        }
        let missing = SECTIONS.iter().filter(|section| !text.contains(**section));
        complaints.extend(missing.map(|section| format!("{code}: there is no {section}")));
    }
    complaints
}

/// `PG-`, a capital letter, three digits.
fn codes_in(text: &str) -> Vec<String> {
    let starts = text.match_indices("PG-").map(|(start, _)| &text[start..]);
    starts.filter_map(|rest| rest.get(..7)).filter(|code| is_code(code)).map(str::to_owned).collect()
}

fn is_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes[3].is_ascii_uppercase() && bytes[4..].iter().all(u8::is_ascii_digit)
}

#[test]
fn a_code_without_a_page_and_a_page_without_a_code_are_seen() {
    let code = |letter: char, number: u32| format!("PG-{letter}{number:03}");
    let sources = [
        source("engine/x/src/a.rs", &format!("say(\"{}\"); // `PG-X…`", code('X', 1))),
        source("engine/x/tests/a.rs", &format!("say(\"{}\")", code('X', 9))),
    ];
    let page = |number| (code('X', number), String::new());
    assert!(unmatched(&sources, &BTreeMap::from([page(1)])).is_empty());
    assert_eq!(
        unmatched(&sources, &BTreeMap::from([page(2)])),
        [format!("{} has no page", code('X', 1)), format!("{} has a page and is never said", code('X', 2))]
    );
}

#[test]
fn an_incomplete_page_is_seen() {
    let good = "# PG-X A title\n\n**Cause** a\n\n**Fix** b\n\n**Example** c\n\n## فارسی\n";
    let seen = |text: &str| incomplete(&BTreeMap::from([("PG-X".to_owned(), text.to_owned())])).len();
    assert_eq!(seen(good), 0);
    assert_eq!(seen(&good.replace("Fix", "")), 1);
    assert_eq!(seen(&good.replace("# PG-X A title", "# Other")), 1);
    assert_eq!(seen(""), 5);
}
