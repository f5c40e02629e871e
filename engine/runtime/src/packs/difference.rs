//! How two versions of a pack differ: files that came and went, and the lines that changed with a few around them.

use std::fmt::Write as _;

use crate::pack::Bundle;

/// Lines around a change that are shown with it.
const AROUND: usize = 3;
/// Longest stretch that is compared line by line, as a product of both sides' lines; beyond it the one stands as removed and
/// the other as added.
const CELLS_MAX: usize = 1 << 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDifference {
    pub path: String,
    pub change: Change,
    pub hunks: Vec<Hunk>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Added,
    Removed,
    Changed,
}

impl Change {
    pub fn as_str(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Changed => "changed",
        }
    }
}

/// A stretch of lines with a change in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Number of its first line in the earlier and in the later text, from 1 on.
    pub from_line: usize,
    pub to_line: usize,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub kind: Kind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Same,
    Removed,
    Added,
}

impl Kind {
    pub fn sign(self) -> char {
        match self {
            Kind::Same => ' ',
            Kind::Removed => '-',
            Kind::Added => '+',
        }
    }
}

/// Files that differ, in the order of their paths.
pub fn between(earlier: &Bundle, later: &Bundle) -> Vec<FileDifference> {
    let paths: std::collections::BTreeSet<&String> = earlier.files.keys().chain(later.files.keys()).collect();
    let differs = |path: &&String| earlier.files.get(*path) != later.files.get(*path);
    let difference = |path: &String| {
        let (before, after) = (earlier.files.get(path), later.files.get(path));
        let change = match (before, after) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ => Change::Changed,
        };
        let text = |text: Option<&String>| text.map(String::as_str).unwrap_or_default().to_owned();
        FileDifference { path: path.clone(), change, hunks: hunks(&text(before), &text(after)) }
    };
    paths.into_iter().filter(differs).map(difference).collect()
}

/// As programs that show differences write them.
pub fn to_text(differences: &[FileDifference], from: &str, to: &str) -> String {
    let mut text = String::new();
    for file in differences {
        let nothing = "/dev/null".to_owned();
        let name = |label: &str| format!("{label}/{}", file.path);
        let (before, after) = match file.change {
            Change::Added => (nothing, name(to)),
            Change::Removed => (name(from), nothing),
            Change::Changed => (name(from), name(to)),
        };
        let _ = writeln!(text, "--- {before}\n+++ {after}");
        for hunk in &file.hunks {
            let count = |kind: Kind| hunk.lines.iter().filter(|line| line.kind != kind).count();
            let (before, after) = (count(Kind::Added), count(Kind::Removed));
            let _ = writeln!(text, "@@ -{},{before} +{},{after} @@", hunk.from_line, hunk.to_line);
            for line in &hunk.lines {
                let _ = writeln!(text, "{}{}", line.kind.sign(), line.text);
            }
        }
    }
    text
}

fn hunks(before: &str, after: &str) -> Vec<Hunk> {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let all = compare(&lines(before), &lines(after));
    let changed: Vec<usize> = (0..all.len()).filter(|index| all[*index].kind != Kind::Same).collect();
    let mut hunks = Vec::new();
    let mut next = 0;
    while next < changed.len() {
        let first = changed[next].saturating_sub(AROUND);
        let mut last = changed[next];
        while next < changed.len() && changed[next] <= last + 2 * AROUND {
            last = changed[next];
            next += 1;
        }
        let end = (last + AROUND + 1).min(all.len());
        let before = |kind: Kind| 1 + all[..first].iter().filter(|line| line.kind != kind).count();
        hunks.push(Hunk {
            from_line: before(Kind::Added),
            to_line: before(Kind::Removed),
            lines: all[first..end].to_vec(),
        });
    }
    hunks
}

/// Every line of both, those that stayed once.
pub(crate) fn compare(before: &[String], after: &[String]) -> Vec<Line> {
    let same = before.iter().zip(after).take_while(|(one, other)| one == other).count();
    let (rest_before, rest_after) = (&before[same..], &after[same..]);
    let tail = rest_before.iter().rev().zip(rest_after.iter().rev()).take_while(|(one, other)| one == other).count();
    let middle_before = &rest_before[..rest_before.len() - tail];
    let middle_after = &rest_after[..rest_after.len() - tail];
    let mut all = lines(Kind::Same, &before[..same]);
    if middle_before.len().saturating_mul(middle_after.len()) > CELLS_MAX {
        all.extend(lines(Kind::Removed, middle_before));
        all.extend(lines(Kind::Added, middle_after));
    } else {
        all.extend(longest_common(middle_before, middle_after));
    }
    all.extend(lines(Kind::Same, &rest_before[rest_before.len() - tail..]));
    all
}

fn lines(kind: Kind, texts: &[String]) -> Vec<Line> {
    texts.iter().map(|text| Line { kind, text: text.clone() }).collect()
}

/// The lines of a longest common subsequence stay.
fn longest_common(before: &[String], after: &[String]) -> Vec<Line> {
    let width = after.len() + 1;
    let mut length = vec![0_u32; (before.len() + 1) * width];
    for (row, one) in before.iter().enumerate().rev() {
        for (column, other) in after.iter().enumerate().rev() {
            let (down, right) = (length[(row + 1) * width + column], length[row * width + column + 1]);
            let both = length[(row + 1) * width + column + 1] + 1;
            length[row * width + column] = if one == other { both } else { down.max(right) };
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut all = Vec::with_capacity(before.len() + after.len());
    while row < before.len() || column < after.len() {
        let (kind, text) = if row < before.len() && column < after.len() && before[row] == after[column] {
            (Kind::Same, &before[row])
        } else if column == after.len()
            || (row < before.len() && length[(row + 1) * width + column] >= length[row * width + column + 1])
        {
            (Kind::Removed, &before[row])
        } else {
            (Kind::Added, &after[column])
        };
        row += usize::from(kind != Kind::Added);
        column += usize::from(kind != Kind::Removed);
        all.push(Line { kind, text: text.clone() });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(version: &str, more: &[(&str, &str)]) -> Bundle {
        let manifest = format!("kind: pack\nname: a\nversion: {version}\ntitle: {{ fa: ا, en: A }}\n");
        let files = [("pack.yaml", manifest.as_str())].into_iter().chain(more.iter().copied());
        Bundle::of_texts(files.map(|(path, text)| (path.to_owned(), text.to_owned())).collect()).unwrap()
    }

    #[test]
    fn what_changed_is_shown_with_the_lines_around_it() {
        let earlier = bundle("1.0.0", &[("rules/a.yaml", "1\n2\n3\n4\n5\n6\n7\n8\n9\n"), ("rules/gone.yaml", "x\n")]);
        let later =
            bundle("1.1.0", &[("rules/a.yaml", "1\n2\n3\n4\nfive\n6\n7\n8\n9\nten\n"), ("rules/new.yaml", "y\n")]);
        let found = between(&earlier, &later);
        let kinds: Vec<(&str, &str)> = found.iter().map(|file| (file.path.as_str(), file.change.as_str())).collect();
        assert_eq!(
            kinds,
            [
                ("pack.yaml", "changed"),
                ("rules/a.yaml", "changed"),
                ("rules/gone.yaml", "removed"),
                ("rules/new.yaml", "added")
            ]
        );
        let text = to_text(&found, "a@1.0.0", "a@1.1.0");
        assert!(text.contains("-version: 1.0.0\n+version: 1.1.0\n"), "{text}");
        let expected = "@@ -2,8 +2,9 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n 9\n+ten\n";
        assert!(text.contains(expected), "{text}");
        assert!(text.contains("--- /dev/null\n+++ a@1.1.0/rules/new.yaml\n@@ -1,0 +1,1 @@\n+y\n"), "{text}");
        assert_eq!(between(&earlier, &earlier), []);
    }

    /// Whatever is compared, both texts can be read off the outcome.
    #[test]
    fn both_texts_stand_in_the_outcome() {
        let texts = ["", "a", "a\nb\nc\nd", "b\nd", "d\nc\nb\na", "x\na\nb\ny\nd\nz", "a\na\na\nb", "a\nb\na"];
        let split = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        for before in texts {
            for after in texts {
                let all = compare(&split(before), &split(after));
                let side = |other: Kind| -> Vec<String> {
                    all.iter().filter(|line| line.kind != other).map(|line| line.text.clone()).collect()
                };
                assert_eq!((side(Kind::Added), side(Kind::Removed)), (split(before), split(after)));
            }
        }
    }

    #[test]
    fn what_is_too_long_to_compare_is_shown_as_it_was_and_is() {
        let text = |word: &str| (0..1_100).map(|n| format!("{word} {n}\n")).collect::<String>();
        let found = hunks(&text("a"), &text("b"));
        assert_eq!((found.len(), found[0].lines.len()), (1, 2_200));
    }
}
