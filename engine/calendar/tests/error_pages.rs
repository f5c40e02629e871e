//! Every code of the reader has a page, and the page's examples do what it says.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use peygir_calendar::{Calendars, read};
use peygir_source::{Diagnostics, yaml};

const CODES: u8 = 26;

fn page(code: &str) -> String {
    let path = pages().join(format!("{code}.md"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn pages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors")
}

/// Of all files of an example; `---` stands between two.
fn codes_of(text: &str) -> BTreeSet<&'static str> {
    let mut found = Diagnostics::default();
    let mut sheets = Vec::new();
    for (index, file) in text.split("---\n").enumerate() {
        match read::sheet(&yaml::parse(file).unwrap()) {
            Ok((sheet, warnings)) => {
                sheets.push((index.to_string(), sheet));
                found.extend(warnings);
            }
            Err(errors) => found.extend(errors),
        }
    }
    found.extend(Calendars::resolve(sheets).1);
    found.list.iter().map(|diagnostic| diagnostic.code).collect()
}

fn examples(page: &str) -> Vec<&str> {
    page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn pages_show_their_error_and_its_mending() {
    for number in 1..=CODES {
        let code = format!("PG-C{number:03}");
        let page = page(&code);
        assert!(page.starts_with(&format!("# {code} ")), "{code}");
        for section in ["\n## Cause\n", "\n## Fix\n", "\n## Example\n", "\n## فارسی\n"] {
            assert!(page.contains(section), "{code} has no {section}");
        }
        let examples = examples(&page);
        assert_eq!(examples.len(), 2, "{code}");
        assert_eq!(codes_of(examples[0]), BTreeSet::from([code.as_str()]), "wrong one of {code}");
        let right: BTreeSet<&str> = codes_of(examples[1]);
        assert!(!right.contains(code.as_str()), "right one of {code}");
        assert!(right.is_subset(&BTreeSet::from(["PG-C013"])), "right one of {code}: {right:?}");
    }
}

#[test]
fn no_code_is_without_a_page_in_the_sources() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut codes = BTreeSet::new();
    for folder in [sources.clone(), sources.join("read"), sources.join("resolve")] {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                let text = std::fs::read_to_string(path).unwrap();
                let found = text.match_indices("PG-C").map(|(at, _)| text[at..at + 7].to_owned());
                codes.extend(found);
            }
        }
    }
    let paged: BTreeSet<String> = (1..=CODES).map(|number| format!("PG-C{number:03}")).collect();
    assert_eq!(codes, paged);
}
