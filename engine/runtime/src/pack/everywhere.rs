//! Findings about an overlay that hold it to nothing unless every table that is made with it has them: a test that it names under
//! `supersedes` need not come to something else beside all the other overlays that lie over the table in one place or another.
//!
//! Owns: counting the tables and the findings. Deliberately does not know what a table or a place is.

use std::collections::BTreeMap;

use peygir_source::{Diagnostic, Diagnostics};

/// Codes of such findings.
const CODES: [&str; 1] = ["PG-T052"];

/// Where a finding stands, and its code.
type At = (String, u32, u32, &'static str);

#[derive(Debug, Default)]
pub(super) struct Everywhere {
    /// Tables made with an overlay, by its file.
    tables: BTreeMap<String, usize>,
    found: BTreeMap<At, (usize, Diagnostic)>,
}

impl Everywhere {
    /// Takes these findings out of those of one table; they are told at the end. `overlays`: the files of those that it is made
    /// with.
    pub fn without<'o>(&mut self, mut found: Diagnostics, overlays: impl Iterator<Item = &'o str>) -> Diagnostics {
        for file in overlays {
            *self.tables.entry(file.to_owned()).or_default() += 1;
        }
        let (kept, rest) = found.list.into_iter().partition(|one| CODES.contains(&one.code));
        found.list = rest;
        let kept: Vec<Diagnostic> = kept;
        for one in kept {
            let at = (one.file.clone(), one.span.line, one.span.column, one.code);
            self.found.entry(at).or_insert_with(|| (0, one)).0 += 1;
        }
        found
    }

    /// Those that every table has.
    pub fn found(self) -> impl Iterator<Item = Diagnostic> {
        let Self { tables, found } = self;
        let all = move |(at, (count, one)): (At, (usize, Diagnostic))| {
            (tables.get(&at.0).is_none_or(|tables| count >= *tables)).then_some(one)
        };
        found.into_iter().filter_map(all)
    }
}

#[cfg(test)]
mod tests {
    use peygir_source::Span;

    use super::*;

    #[test]
    fn what_one_table_of_two_has_is_not_told() {
        let finding = |code, line| {
            let mut one = Diagnostic::warning(code, Span { line, column: 1, length: 1 }, "en", "fa");
            "a.overlay.yaml".clone_into(&mut one.file);
            one
        };
        let of = |list: Vec<Diagnostic>| Diagnostics { list };
        let mut everywhere = Everywhere::default();
        let rest = everywhere.without(
            of(vec![finding("PG-T052", 3), finding("PG-T052", 4), finding("PG-T051", 3)]),
            ["a.overlay.yaml"].into_iter(),
        );
        assert_eq!(rest.list.iter().map(|one| one.code).collect::<Vec<_>>(), ["PG-T051"]);
        everywhere.without(of(vec![finding("PG-T052", 4)]), ["a.overlay.yaml", "b.overlay.yaml"].into_iter());
        everywhere.without(of(Vec::new()), ["b.overlay.yaml"].into_iter());
        assert_eq!(everywhere.found().map(|one| one.span.line).collect::<Vec<_>>(), [4]);
    }
}
