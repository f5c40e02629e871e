//! Which names a template uses, and where: variables, filters, functions. Names that the template binds itself (`for`,
//! `set`) are left out. It reads words, not grammar; what is no template at all the compiler says.

use std::collections::BTreeSet;

const WORDS: [&str; 22] = [
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "in",
    "endfor",
    "recursive",
    "set",
    "endset",
    "with",
    "endwith",
    "not",
    "and",
    "or",
    "is",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
];

/// A name and the byte at which it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub kind: UseKind,
    pub name: String,
    pub offset: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseKind {
    /// A dotted path.
    Variable,
    Filter,
    Function,
}

pub fn scan(source: &str) -> Vec<Use> {
    let mut found = Vec::new();
    let mut bound: BTreeSet<String> = BTreeSet::from(["loop".to_owned()]);
    let mut at = 0;
    while let Some(start) = source[at..].find(['{']).map(|offset| at + offset) {
        let close = match source.as_bytes().get(start + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                at = start + 1;
                continue;
            }
        };
        let inner = start + 2;
        let end = source[inner..].find(close).map_or(source.len(), |offset| inner + offset);
        if close != "#}" {
            tag(&source[inner..end], inner, &mut bound, &mut found);
        }
        at = (end + close.len()).min(source.len());
    }
    found
}

/// What stood before a word, as far as its meaning hangs on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Pipe,
    /// After `is` or `is not`: the name of a test.
    Is,
    /// After `for`, `set` or `with`: a name is bound.
    Binding,
}

fn tag(inner: &str, base: usize, bound: &mut BTreeSet<String>, found: &mut Vec<Use>) {
    let mut before = Before::Nothing;
    let mut rest = inner;
    while let Some(character) = rest.chars().next() {
        let offset = base + inner.len() - rest.len();
        if character == '"' || character == '\'' {
            let body = &rest[1..];
            let end = body.find(character).map_or(body.len(), |end| end + 1);
            rest = &body[end..];
            before = Before::Nothing;
        } else if is_start(character) {
            let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
            let word = rest[..end].trim_end_matches('.');
            let called = rest[end..].trim_start().starts_with('(');
            before = note(word, called, offset, before, bound, found);
            rest = &rest[end..];
        } else {
            before = after_sign(character, before);
            rest = &rest[skipped(rest, character)..];
        }
    }
}

fn note(
    word: &str,
    called: bool,
    offset: usize,
    before: Before,
    bound: &mut BTreeSet<String>,
    found: &mut Vec<Use>,
) -> Before {
    match (word, before) {
        ("for" | "set" | "with", _) => return Before::Binding,
        ("is", _) | ("not", Before::Is) => return Before::Is,
        _ if WORDS.contains(&word) || before == Before::Is => return Before::Nothing,
        (_, Before::Binding) => {
            bound.insert(word.to_owned());
            return Before::Binding;
        }
        _ => {}
    }
    let root = word.split('.').next().unwrap_or(word);
    let kind = match before {
        Before::Pipe => UseKind::Filter,
        _ if bound.contains(root) => return Before::Nothing,
        _ if called => UseKind::Function,
        _ => UseKind::Variable,
    };
    found.push(Use { kind, name: word.to_owned(), offset });
    Before::Nothing
}

/// `set a, b = …` binds both names; spaces change nothing.
fn after_sign(sign: char, before: Before) -> Before {
    match sign {
        '|' => Before::Pipe,
        ' ' | '\n' | '\t' | '\r' => before,
        ',' | '(' if before == Before::Binding => before,
        _ => Before::Nothing,
    }
}

/// Length of a sign, or of a whole number, so that `1e3` has no name in it.
fn skipped(rest: &str, character: char) -> usize {
    if character.is_ascii_digit() {
        return rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
    }
    character.len_utf8()
}

fn is_start(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}

fn is_part(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '.'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str) -> Vec<(UseKind, String)> {
        scan(source).into_iter().map(|used| (used.kind, used.name)).collect()
    }

    #[test]
    fn names_are_found_by_what_they_are() {
        use UseKind::{Filter, Function, Variable};
        let cases: [(&str, &[(UseKind, &str)]); 8] = [
            ("no tags { here }", &[]),
            ("{{ case.code }}", &[(Variable, "case.code")]),
            ("{{ now|jalali | fa_digits }}", &[(Variable, "now"), (Filter, "jalali"), (Filter, "fa_digits")]),
            ("{{ 'case.x | y' }} {# now #}", &[]),
            ("{% if task is not none and task.due %}", &[(Variable, "task"), (Variable, "task.due")]),
            ("{% for it in args.list %}{{ it.name }}{{ loop.index }}{% endfor %}", &[(Variable, "args.list")]),
            ("{% set a = case.id %}{{ a }}{{ b }}", &[(Variable, "case.id"), (Variable, "b")]),
            ("{{ range(3) }}", &[(Function, "range")]),
        ];
        for (source, expected) in cases {
            let expected: Vec<_> = expected.iter().map(|(kind, name)| (*kind, (*name).to_owned())).collect();
            assert_eq!(names(source), expected, "{source}");
        }
    }

    #[test]
    fn offsets_point_at_the_name() {
        let source = "سلام {{ case.code }}";
        let used = &scan(source)[0];
        assert!(source[used.offset..].starts_with("case.code"));
    }
}
