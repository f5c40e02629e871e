//! What authors and their editors are told of the functions that a script can call, from the one list of them.
//!
//! Owns the page `docs/scripts-api.md` and the definition file `docs/peygir.d.rhai`; a test says when they are behind.

use std::fmt::Write;

use crate::{
    engine::{FORBIDDEN, FUNCTION_NAMES, SCRIPTS},
    library::{ACTIONS, Function, Group, LIBRARY},
};

/// How the page begins.
const HEAD: &str = "\
# Functions of scripts — تابع‌های اسکریپت

<!-- Made from the list of functions. To bring it up to date: PEYGIR_WRITE=1 cargo test -p peygir-script --test reference -->

What a script can call besides the functions that it defines itself; how scripts are written is told in
[scripts.md](scripts.md). Each line with an arrow is run as a test. An editor that knows rhai reads the same from
[peygir.d.rhai](peygir.d.rhai). `?` stands for a value of several types.

<div dir=\"rtl\">

آنچه اسکریپت، جز تابع‌های خودش، می‌تواند فرا بخواند. راهنمای نوشتن اسکریپت در [scripts.md](scripts.md) است. هر سطر پیکان‌دار
یک آزمون است. نشانهٔ `?` یعنی مقداری از چند نوع.

</div>
";

/// Functions of a script that return an action, and the built-in function that each asks for.
pub fn actions() -> &'static [(&'static str, &'static str)] {
    ACTIONS
}

/// Names of all functions that a script can call without defining them, in their order.
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTION_NAMES.iter().map(String::as_str)
}

/// The page for authors, in Markdown: each function in English and Persian with its examples.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for group in LIBRARY {
        of_group(&mut page, group);
    }
    let own: Vec<&str> = LIBRARY.iter().flat_map(|group| group.functions).map(|function| function.name).collect();
    let is_word = |name: &str| name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.contains('$');
    let words = |name: &&str| is_word(name) && !own.contains(name);
    let language: Vec<String> =
        names().filter(words).filter(|name| !FORBIDDEN.contains(name)).map(|name| format!("`{name}`")).collect();
    page.push_str(
        "\n## The language's own — تابع‌های خود زبان\n\nFor texts, lists, maps, numbers and functions, as the language of scripts (rhai) has them:\n\n",
    );
    page.push_str(&language.join(", "));
    page.push_str(".\n");
    page
}

fn of_group(page: &mut String, group: &Group) {
    let Group { en, fa, about_en, about_fa, functions } = group;
    let _ = writeln!(page, "\n## {en} — {fa}");
    if !about_en.is_empty() {
        let _ = writeln!(page, "\n{about_en}\n\n<div dir=\"rtl\">\n\n{about_fa}\n\n</div>");
    }
    for function in *functions {
        of_function(page, function);
    }
}

fn of_function(page: &mut String, function: &Function) {
    let Function { name, signatures, en, fa, examples, .. } = function;
    let _ = writeln!(page, "\n### {name}\n\n```rust");
    for signature in *signatures {
        let _ = writeln!(page, "{signature}");
    }
    let _ = writeln!(page, "```\n\n{en}\n\n<div dir=\"rtl\">\n\n{fa}\n\n</div>\n\n```rust");
    for (expression, equal) in *examples {
        let _ = writeln!(page, "{expression} → {equal}");
    }
    page.push_str("```\n");
}

/// The definition file for editors that know rhai: our own functions with their documentation, the language's own without.
pub fn definitions() -> String {
    let all = SCRIPTS.definitions();
    let texts = [all.builtin_functions(), all.static_module()];
    let mut file = "module static;\n".to_owned();
    for block in texts.iter().flat_map(|text| blocks(text)).filter(|block| !is_left_out(block)) {
        let is_own = LIBRARY.iter().flat_map(|group| group.functions).any(|function| block.contains(function.en));
        let told = if is_own { block.as_str() } else { block.lines().last().unwrap_or_default() };
        file.push_str(if is_own { "\n" } else { "" });
        file.push_str(told);
        file.push('\n');
    }
    file
}

/// A definition with the comments above it.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("module")) {
        let last = blocks.last_mut().expect("there is a block from the beginning on");
        last.push_str(line);
        if line.trim_start().starts_with("//") {
            last.push('\n');
        } else {
            blocks.push(String::new());
        }
    }
    blocks.retain(|block| block.lines().any(|line| !line.trim_start().starts_with("//")));
    blocks
}

/// What no script can call, and our replacements of rhai's own, which are defined beside them once more.
fn is_left_out(block: &str) -> bool {
    let definition = block.lines().last().unwrap_or_default();
    // Comparisons of values of different kinds come without names and types.
    if definition.contains("EvalAltResult") || definition.ends_with("-> ;") {
        return true;
    }
    let name = definition.strip_prefix("fn ").and_then(|rest| rest.split('(').next());
    name.is_some_and(|name| FORBIDDEN.contains(&name))
}
