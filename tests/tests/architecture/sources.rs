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
}

impl Source {
    /// Places `path:line` of code that holds the text. Comments and the tests inside a file are no code here.
    pub fn lines_with(&self, needle: &str) -> Vec<String> {
        let lines = self.code_lines().into_iter().filter(|(_, line)| line.contains(needle));
        lines.map(|(number, _)| format!("{}:{number}", self.path)).collect()
    }

    fn code_lines(&self) -> Vec<(usize, &str)> {
        if self.is_tests() {
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

    /// A file of tests beside the module that it tests: `x/tests.rs`, `x_test.rs`.
    pub fn is_tests(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.ends_with("_test.rs") || !self.path.contains("/src/")
    }
}

/// All Rust files below a folder, by path.
pub fn of_folder(root: &Path, folder: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    for entry in entries {
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            sources.extend(of_folder(root, &path));
        } else if path.ends_with(".rs") {
            let text = fs::read_to_string(entry.path()).expect("sources are UTF-8");
            sources.push(Source { path, text });
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
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
    let modules = sources.iter().filter(|source| !source.path.ends_with("/tests.rs"));
    modules.filter(|source| !source.text.starts_with("//! ")).map(|source| source.path.clone()).collect()
}

fn too_long(sources: &[Source]) -> Vec<String> {
    let counted = sources.iter().map(|source| (source, source.text.lines().count()));
    counted.filter(|(_, lines)| *lines > LINES_MAX).map(|(source, lines)| format!("{}: {lines}", source.path)).collect()
}

fn source(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned() }
}

#[test]
fn a_module_without_a_first_line_is_seen() {
    let sources =
        [source("a/src/x.rs", "use y;\n"), source("a/src/y.rs", "//! Why.\n"), source("a/src/y/tests.rs", "use z;\n")];
    assert_eq!(nameless(&sources), ["a/src/x.rs"]);
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
    assert!(source("e/src/x/tests.rs", "a();\n").lines_with("a()").is_empty());
}
