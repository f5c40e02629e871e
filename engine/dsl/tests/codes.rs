//! Every code that the reader and the YAML parser use has a page, and every page of theirs is used.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn codes_in(text: &str) -> BTreeSet<String> {
    let starts = text.match_indices("\"PG-").map(|(start, _)| start + 1);
    starts.filter_map(|start| text.get(start..start + 7)).map(str::to_owned).collect()
}

fn codes_below(folder: &Path, codes: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes_below(&path, codes);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            codes.extend(codes_in(&fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut used = BTreeSet::new();
    codes_below(&root.join("src"), &mut used);
    codes_below(&root.join("../source/src"), &mut used);
    let pages: BTreeSet<String> = fs::read_dir(root.join("../../docs/errors"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().trim_end_matches(".md").to_owned())
        .filter(|code| code.starts_with("PG-Y") || code.starts_with("PG-D"))
        .collect();
    assert_eq!(used, pages);
    for code in &pages {
        let page = fs::read_to_string(root.join(format!("../../docs/errors/{code}.md"))).unwrap();
        for part in [&format!("# {code} ")[..], "## Cause", "## Fix", "## Example", "## فارسی"] {
            assert!(page.contains(part), "{code} lacks {part}");
        }
    }
}
