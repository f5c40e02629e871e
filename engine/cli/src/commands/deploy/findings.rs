//! The findings of a deployment: which of them are told, and how many at once.

use peygir_runtime::packs::covered::COVERED;
use peygir_source::{Diagnostic, Severity, render};

use super::Server;
use crate::answer::{line, say};
use crate::commands::local::Lang;

/// Findings that are printed where not all are asked for; of the rest it is told how many there are.
const TOLD_MAX: usize = 50;

/// Notes are left to `peygir check --notes`: they speak of every pack, also of those that were not deployed. What is said with
/// this deployment alone is told with it.
pub fn is_told(finding: &Diagnostic) -> bool {
    finding.severity != Severity::Information || finding.code == COVERED
}

/// As JSON all of them, a line each.
pub fn tell(findings: &[Diagnostic], server: &Server, all: bool) {
    if server.json {
        return findings.iter().for_each(|finding| line(&render::json(finding).to_string()));
    }
    let (told, left) = chosen(findings, all);
    for finding in told {
        let source = std::fs::read_to_string(&finding.file).ok();
        say(&render::human(finding, source.as_deref(), server.lang.render()));
    }
    if left > 0 {
        say(&more(left, server.lang));
    }
}

/// Those that are printed, and how many are not: notes are left out first.
fn chosen(findings: &[Diagnostic], all: bool) -> (Vec<&Diagnostic>, usize) {
    let mut told: Vec<&Diagnostic> = findings.iter().filter(|one| is_told(one)).collect();
    let left = told.len().saturating_sub(TOLD_MAX);
    if all || left == 0 {
        return (told, 0);
    }
    told.sort_by_key(|one| one.severity == Severity::Information);
    told.truncate(TOLD_MAX);
    (told, left)
}

fn more(left: usize, lang: Lang) -> String {
    let left = lang.digits(&left.to_string());
    match lang {
        Lang::En => format!("… and {left} more; --all prints them too"),
        Lang::Fa => format!("… و {left} یافتهٔ دیگر؛ با \u{2066}--all\u{2069} همه چاپ می‌شود"),
    }
}

#[cfg(test)]
mod tests {
    use peygir_source::Span;

    use super::*;

    #[test]
    fn of_many_findings_the_first_are_told_and_all_where_they_are_asked_for() {
        let found = |code, severity| Diagnostic { severity, ..Diagnostic::error(code, Span::default(), "x", "x") };
        let mut findings = vec![found(COVERED, Severity::Information), found("PG-T051", Severity::Information)];
        findings.extend((0..TOLD_MAX).map(|_| found("PG-T015", Severity::Error)));
        let (told, left) = chosen(&findings, false);
        assert_eq!((told.len(), left), (TOLD_MAX, 1));
        assert!(told.iter().all(|one| one.severity == Severity::Error), "a note is left out first");
        let (told, left) = chosen(&findings, true);
        assert_eq!((told.len(), left), (TOLD_MAX + 1, 0), "a note that is told elsewhere is not told here");
        assert_eq!(chosen(&findings[..9], false).1, 0);
        assert!(more(3, Lang::En).contains("3 more; --all") && more(3, Lang::Fa).contains("۳ یافته"));
    }
}
