//! The page and the definition file say what the engine has.

use std::{fs, path::PathBuf};

use peygir_script::reference;

/// With this variable set the files are written instead of compared.
const WRITE: &str = "PEYGIR_WRITE";

fn check(name: &str, made: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "docs/{name} is behind: {WRITE}=1 cargo test -p peygir-script --test reference");
}

#[test]
fn the_page_is_the_one_made_from_the_list() {
    check("scripts-api.md", &reference::page());
}

#[test]
fn the_definitions_are_those_of_the_engine() {
    check("peygir.d.rhai", &reference::definitions());
}

#[test]
fn each_function_has_its_documentation_in_the_definitions() {
    let definitions = reference::definitions();
    for (name, built_in) in reference::actions() {
        assert!(definitions.contains(&format!("fn {name}(")), "{name} asks for {built_in}");
    }
    for forbidden in ["fn sleep(", "fn eval(", "fn print(", "fn debug(", "fn curry("] {
        assert!(!definitions.contains(forbidden), "{forbidden}");
    }
    assert!(definitions.contains("/// The text with Persian digits"), "{definitions}");
    assert!(definitions.contains("متن با رقم‌های فارسی"), "{definitions}");
}

/// Whoever reads Persian reads names of the language as code, and nothing else in another language.
#[test]
fn persian_paragraphs_are_persian() {
    let page = reference::page();
    let names: Vec<&str> = reference::names().collect();
    let paragraphs: Vec<&str> =
        page.split("<div dir=\"rtl\">").skip(1).filter_map(|rest| rest.split("</div>").next()).collect();
    assert!(paragraphs.len() > 50, "{}", paragraphs.len());
    for paragraph in paragraphs {
        let linked = paragraph.replace("[scripts.md](scripts.md)", "");
        let told: String = linked.split('`').step_by(2).collect::<Vec<_>>().join(" ");
        let words = told.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
        let foreign: Vec<&str> = words
            .filter(|word| word.len() > 2 && word.starts_with(|first: char| first.is_ascii_lowercase()))
            .filter(|word| !names.contains(word))
            .collect();
        assert_eq!(foreign, [""; 0], "{paragraph}");
    }
}
