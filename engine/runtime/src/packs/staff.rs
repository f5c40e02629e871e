//! Directory files for readers who may not see whom they name: people's names, numbers and addresses are masked.
//!
//! Lines stay where they are, so that a difference can be told by its lines. What can't be masked with certainty is
//! withheld as a whole: the masked text is read again, and a person of it who still has a name or a number is one too many.

use std::collections::BTreeMap;

use peygir_source::{Node, Span, yaml};

use super::difference::{FileDifference, Kind};
use crate::pack::Bundle;

/// What stands in place of a name, a number, an address.
pub const MASK: &str = "'***'";
const MASKED: &str = "***";
const WITHHELD: &str = "# withheld: this file names people";
/// Members of a person that are masked.
const PERSONAL: [&str; 4] = ["fa", "en", "mobile", "mail"];
/// Digits in a row that may be somebody's number, wherever they stand in the file.
const NUMBER_DIGITS_MIN: usize = 7;

/// The files of a version of which something is masked, as they may be read.
pub fn masked(bundle: &Bundle) -> BTreeMap<String, String> {
    let masked = |(path, text): (&String, &String)| Some((path.clone(), mask(text)?));
    bundle.files.iter().filter_map(masked).collect()
}

/// The same differences with the lines of masked files as they may be read.
pub fn mask_differences(found: &mut [FileDifference], earlier: &Bundle, later: &Bundle) {
    let (before, after) = (masked(earlier), masked(later));
    for file in found {
        let (before, after) = (before.get(&file.path), after.get(&file.path));
        if before.is_none() && after.is_none() {
            continue;
        }
        let line = |text: Option<&String>, number: usize| {
            text.and_then(|text| text.lines().nth(number.checked_sub(1)?)).unwrap_or(MASKED).to_owned()
        };
        for hunk in &mut file.hunks {
            let (mut from, mut to) = (hunk.from_line, hunk.to_line);
            for one in &mut hunk.lines {
                // A side that names nobody has nothing to hide.
                match one.kind {
                    Kind::Removed if before.is_some() => one.text = line(before, from),
                    Kind::Added | Kind::Same if after.is_some() => one.text = line(after, to),
                    Kind::Same => one.text = line(before, from),
                    _ => {}
                }
                from += usize::from(one.kind != Kind::Added);
                to += usize::from(one.kind != Kind::Removed);
            }
        }
    }
}

/// A directory as it may be read; None where the text is none, or names nobody.
pub fn mask(text: &str) -> Option<String> {
    let root = yaml::parse(text).ok()?;
    if root.get("kind").and_then(Node::as_str) != Some("directory") {
        return None;
    }
    let people = root.entry("people")?;
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut places: Vec<Span> = personal(&people.node).map(|node| node.span).collect();
    // From the end of each line on, so that places stay right.
    places.sort_by_key(|place| std::cmp::Reverse((place.line, place.column)));
    places.dedup();
    // What a person is called by stands elsewhere in the file, under a name of its own.
    if places.iter().any(|place| letter_at(&lines, *place) == Some('*')) {
        return Some(withheld(text));
    }
    for place in places {
        put_mask(&mut lines, place);
    }
    for line in lines.iter_mut().skip(people.key_span.line.saturating_sub(1) as usize) {
        cut_comment(line);
    }
    let mut masked = lines.iter().map(|line| without_numbers(line)).collect::<Vec<_>>().join("\n");
    if text.ends_with('\n') {
        masked.push('\n');
    }
    let names_nobody = yaml::parse(&masked).is_ok_and(|root| {
        root.get("people").is_some_and(|people| personal(people).all(|node| node.as_str() == Some(MASKED)))
    });
    Some(if names_nobody { masked } else { withheld(text) })
}

fn withheld(text: &str) -> String {
    format!("{WITHHELD}{}", "\n".repeat(text.lines().count()))
}

/// What people are called and reached by.
fn personal(people: &Node) -> impl Iterator<Item = &Node> {
    let people = people.items().unwrap_or_default().iter();
    people.flat_map(|person| PERSONAL.into_iter().filter_map(|member| person.get(member)))
}

fn letter_at(lines: &[String], place: Span) -> Option<char> {
    let line = lines.get((place.line as usize).checked_sub(1)?)?;
    line.chars().nth((place.column as usize).checked_sub(1)?)
}

fn put_mask(lines: &mut [String], place: Span) {
    let Some(line) = (place.line as usize).checked_sub(1).and_then(|line| lines.get_mut(line)) else { return };
    let start = (place.column as usize).saturating_sub(1);
    let letters: Vec<char> = line.chars().collect();
    let end = (start + place.length.max(1) as usize).min(letters.len());
    let (before, after) = (letters.iter().take(start), letters.iter().skip(end));
    *line = before.copied().chain(MASK.chars()).chain(after.copied()).collect();
}

/// What stands in a comment among people may name them too.
fn cut_comment(line: &mut String) {
    let mut quote = None;
    let mut before = ' ';
    let comment = line.char_indices().find_map(|(at, letter)| {
        let begins = letter == '#' && quote.is_none() && before.is_whitespace();
        match letter {
            '"' | '\'' if quote == Some(letter) => quote = None,
            '"' | '\'' if quote.is_none() && !before.is_alphanumeric() => quote = Some(letter),
            _ => {}
        }
        before = letter;
        begins.then_some(at)
    });
    if let Some(at) = comment {
        line.truncate(at);
        line.push_str("# …");
    }
}

/// Numbers as long as a telephone's, and addresses of mail, are masked in the whole file.
fn without_numbers(line: &str) -> String {
    let mut letters: Vec<char> = line.chars().collect();
    let between = |letter: char| matches!(letter, ' ' | '-' | '(' | ')' | '.' | '\u{200c}');
    let mut run: Vec<usize> = Vec::new();
    let mut runs = Vec::new();
    for (at, letter) in letters.iter().enumerate() {
        if letter.is_numeric() {
            run.push(at);
        } else if !between(*letter) {
            runs.push(std::mem::take(&mut run));
        }
    }
    runs.push(run);
    let numbers = runs.into_iter().filter(|run| run.len() >= NUMBER_DIGITS_MIN).flatten();
    let numbers: Vec<usize> = numbers.collect();
    numbers.into_iter().for_each(|at| letters[at] = '*');
    let text: String = letters.into_iter().collect();
    let is_part = |letter: char| letter.is_alphanumeric() || "._%+-@".contains(letter);
    let mut masked = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('@').filter(|at| rest[..*at].ends_with(is_part)) {
        let start = rest[..at].rfind(|letter| !is_part(letter));
        let start = start.map_or(0, |at| at + rest[at..].chars().next().map_or(1, char::len_utf8));
        let end = rest[at..].find(|letter| !is_part(letter)).map_or(rest.len(), |length| at + length);
        masked.push_str(&rest[..start]);
        masked.push_str(MASKED);
        rest = &rest[end..];
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packs::difference;

    fn directory(people: &str) -> String {
        format!("kind: directory\nprovince: {{ id: yazd, fa: یزد, en: Yazd }}\npeople:\n{people}")
    }

    #[test]
    fn people_are_masked_and_the_rest_stays() {
        let text = directory(concat!(
            "  # مریم نمونه، داخلی ۱۲۳\n",
            "  - id: op-a\n    fa: مریم نمونه\n    en: 'Maryam N.'\n    mobile: '+989990000101' # her own\n",
            "    mail: a@b.example\n    roles: [ { role: operator, province: yazd } ]\n",
            "  - { id: op-b, fa: \"رضا \\u0628\", en: Reza, mobile: +989990000102, mail: r@b.example, roles: [] }\n",
        ));
        let masked = mask(&text).expect("it is a directory");
        for clear in ["مریم", "Maryam", "0000101", "a@b", "رضا", "Reza", "0000102", "r@b", "her own", "۱۲۳"] {
            assert!(!masked.contains(clear), "{clear}: {masked}");
        }
        for kept in ["fa: یزد", "id: op-a", "role: operator", "{ id: op-b, fa: '***', en: '***', mobile: '***'"] {
            assert!(masked.contains(kept), "{kept}: {masked}");
        }
        assert_eq!(masked.lines().count(), text.lines().count());
        assert!(yaml::parse(&masked).is_ok());
    }

    #[test]
    fn what_can_not_be_masked_with_certainty_is_withheld() {
        let anchored =
            "kind: directory\nprovince: { id: y, fa: &name مریم, en: Y }\npeople:\n  - { id: a, fa: *name, en: A }\n";
        let folded = directory("  - id: a\n    fa: >\n      مریم\n      نمونه\n    en: A\n");
        let plain = directory("  - id: a\n    fa: مریم\n      نمونه\n    en: A\n");
        for text in [anchored.to_owned(), folded, plain] {
            let masked = mask(&text).expect("it is a directory");
            assert!(!masked.contains("مریم") && !masked.contains("نمونه"), "{masked}");
            assert_eq!(masked.lines().count(), text.lines().count());
        }
    }

    #[test]
    fn numbers_stand_nowhere_in_a_directory() {
        let text = "kind: directory\n# call 0999 000 0101, or a@b.example\ncounties: []\npeople: []\n";
        let masked = mask(text).expect("it is a directory");
        assert!(masked.contains("call **** *** ****, or ***"), "{masked}");
        assert_eq!(mask("kind: decision-table\npeople: [ { mobile: '+989990000101' } ]\n"), None);
        assert_eq!(mask("kind: directory\ntopics: []\n"), None);
        assert_eq!(mask("not: [ yaml"), None);
    }

    #[test]
    fn a_difference_keeps_its_lines_and_tells_nobody() {
        let of = |version: &str, mobile: &str| {
            let manifest = format!("kind: pack\nname: a\nversion: {version}\ntitle: {{ fa: ا, en: A }}\n");
            let people =
                directory(&format!("  - id: a\n    fa: مریم\n    en: A\n    mobile: '{mobile}'\n    roles: []\n"));
            let files = [("pack.yaml".to_owned(), manifest), ("rules/d.yaml".to_owned(), people)];
            Bundle::of_texts(files.into_iter().collect()).unwrap()
        };
        let (earlier, later) = (of("1.0.0", "+989990000101"), of("1.1.0", "+989990000102"));
        let mut found = difference::between(&earlier, &later);
        mask_differences(&mut found, &earlier, &later);
        let text = difference::to_text(&found, "a", "b");
        assert!(text.contains("-    mobile: '***'\n+    mobile: '***'\n"), "{text}");
        assert!(text.contains("-version: 1.0.0\n+version: 1.1.0\n"), "{text}");
        assert!(!text.contains("0000101") && !text.contains("0000102") && !text.contains("مریم"), "{text}");
    }
}
