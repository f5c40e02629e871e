//! What every Rust file has: a first line that says what it is for, and a size that a reader can hold.

use std::fs;
use std::path::Path;

use crate::{none, root};

/// A file past this usually holds a second idea.
const LINES_MAX: usize = 800;
/// Folders of Rust code.
const CODE: &[&str] = &["engine", "connectors", "tests"];

/// A Rust file by its path from the top.
#[derive(Debug, Clone)]
pub struct Source {
    pub path: String,
    pub text: String,
    /// Whether it is built for tests only.
    pub for_tests: bool,
}

impl Source {
    /// Places `path:line` of code that holds the text. Comments and the tests inside a file are no code here.
    pub fn lines_with(&self, needle: &str) -> Vec<String> {
        let lines = self.code_lines().into_iter().filter(|(_, line)| line.contains(needle));
        lines.map(|(number, _)| format!("{}:{number}", self.path)).collect()
    }

    fn code_lines(&self) -> Vec<(usize, &str)> {
        if self.for_tests {
            return Vec::new();
        }
        let numbered = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        let product = numbered.take_while(|(_, line)| line.trim() != "#[cfg(test)]" || !self.ends_with_tests());
        product.map(|(number, line)| (number, line.split("//").next().unwrap_or(line))).collect()
    }

    /// Whether the file's `#[cfg(test)]` begins its last part.
    fn ends_with_tests(&self) -> bool {
        self.text.contains("#[cfg(test)]\nmod tests {")
    }
}

/// A file as it lies there. Outside of `src` there are only tests; in it, see [`mark_tests`].
pub fn source(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned(), for_tests: !path.contains("/src/") }
}

/// All Rust files below a folder, by path.
pub fn of_folder(root: &Path, folder: &str) -> Vec<Source> {
    let mut sources = below(root, folder);
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    mark_tests(&mut sources);
    sources
}

fn below(root: &Path, folder: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    for entry in entries {
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            sources.extend(below(root, &path));
        } else if path.ends_with(".rs") {
            let text = fs::read_to_string(entry.path()).expect("sources are UTF-8");
            sources.push(source(&path, &text));
        }
    }
    sources
}

/// Modules that their parents declare for tests only.
fn mark_tests(sources: &mut [Source]) {
    let declared: Vec<String> = sources.iter().flat_map(test_modules).collect();
    for source in sources {
        let below = |parent: &String| source.path.starts_with(&format!("{}/", parent.trim_end_matches(".rs")));
        source.for_tests |= declared.contains(&source.path) || declared.iter().any(below);
    }
}

/// Files of the modules that stand behind `#[cfg(test)]` here.
fn test_modules(parent: &Source) -> Vec<String> {
    let Some((folder, file)) = parent.path.rsplit_once('/') else { return Vec::new() };
    let folder = match file {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => parent.path.trim_end_matches(".rs").to_owned(),
    };
    let after = parent.text.split("#[cfg(test)]\nmod ").skip(1);
    after.filter_map(|rest| Some(format!("{folder}/{}.rs", rest.lines().next()?.strip_suffix(';')?))).collect()
}

/// All Rust files of the repository.
pub fn all() -> Vec<Source> {
    let sources: Vec<Source> = CODE.iter().flat_map(|folder| of_folder(&root(), folder)).collect();
    assert!(sources.len() > 100, "the sources were not found");
    sources
}

#[test]
fn every_module_says_what_it_is_for() {
    none("files without `//!` in the first line", &nameless(&all()));
}

#[test]
fn no_file_is_too_long() {
    none("files over the limit", &too_long(&all()));
}

fn nameless(sources: &[Source]) -> Vec<String> {
    // The tests of a module, in a file beside it, are named by the module.
    let modules = sources.iter().filter(|source| !(source.for_tests && source.path.ends_with("/tests.rs")));
    modules.filter(|source| !source.text.starts_with("//! ")).map(|source| source.path.clone()).collect()
}

fn too_long(sources: &[Source]) -> Vec<String> {
    let counted = sources.iter().map(|source| (source, source.text.lines().count()));
    counted.filter(|(_, lines)| *lines > LINES_MAX).map(|(source, lines)| format!("{}: {lines}", source.path)).collect()
}

#[test]
fn a_module_without_a_first_line_is_seen() {
    let mut sources = [
        source("a/src/x.rs", "use y;\n"),
        source("a/src/y.rs", "//! Why.\n#[cfg(test)]\nmod tests;\n"),
        source("a/src/y/tests.rs", "use z;\n"),
        source("a/src/tests.rs", "use z;\n"),
    ];
    mark_tests(&mut sources);
    assert_eq!(nameless(&sources), ["a/src/x.rs", "a/src/tests.rs"]);
}

#[test]
fn a_long_file_is_seen() {
    let text = |lines: usize| "x\n".repeat(lines);
    assert_eq!(too_long(&[source("a", &text(LINES_MAX + 1)), source("b", &text(LINES_MAX))]), ["a: 801"]);
}

#[test]
fn comments_and_tests_are_no_code() {
    let text = "a();\n// b()\n#[cfg(test)]\nfn c() {}\n#[cfg(test)]\nmod tests {\n d();\n}\n";
    assert_eq!(source("e/src/x.rs", text).lines_with("a()"), ["e/src/x.rs:1"]);
    assert!(source("e/src/x.rs", text).lines_with("b()").is_empty());
    assert!(source("e/src/x.rs", text).lines_with("d()").is_empty());
    // A test module that lies elsewhere hides nothing of what follows it.
    let elsewhere = "#[cfg(test)]\nmod tests;\na();\n";
    assert_eq!(source("e/src/x.rs", elsewhere).lines_with("a()"), ["e/src/x.rs:3"]);
    let mut of_tests = [source("e/src/lib.rs", elsewhere), source("e/src/tests.rs", "a();\n")];
    mark_tests(&mut of_tests);
    assert!(of_tests[1].lines_with("a()").is_empty());
    assert_eq!(source("e/src/tests.rs", "a();\n").lines_with("a()").len(), 1);
}
