//! All findings about a table as its authors are told them: one sentence each, and in place of too many a count.

use std::{cmp::Ordering, collections::BTreeMap};

use peygir_source::{Diagnostic, Diagnostics, Severity};

use super::{Analysis, Finding, TOLD_MAX, report::Report};
use crate::model::{Hit, Table};

impl Analysis {
    /// The findings as told to authors. Each carries the file that it is about, where one was named.
    pub fn to_diagnostics(&self, table: &Table) -> Diagnostics {
        let report = Report { table };
        let mut list = self.told(&report);
        list.extend(self.given_up(&report));
        list.extend(self.more_overlaps(&report));
        Diagnostics { list }
    }

    /// One sentence for each finding, and of each kind one for those that are too many to be read.
    fn told(&self, report: &Report<'_>) -> Vec<Diagnostic> {
        let mut kinds: BTreeMap<(&str, Severity), usize> = BTreeMap::new();
        let (mut told, mut first_left): (Vec<Diagnostic>, Vec<Diagnostic>) = (Vec::new(), Vec::new());
        for one in self.findings.iter().filter_map(|finding| report.tell(finding)) {
            let count = kinds.entry((one.code, one.severity)).or_default();
            *count += 1;
            match (*count).cmp(&(TOLD_MAX + 1)) {
                Ordering::Less => told.push(one),
                Ordering::Equal => first_left.push(one),
                Ordering::Greater => {}
            }
        }
        told.extend(first_left.into_iter().map(|one| {
            let more = kinds.get(&(one.code, one.severity)).map_or(0, |count| count - TOLD_MAX);
            and_more(&one, more, report.table.id())
        }));
        told
    }

    /// What was not looked into for want of steps, in one sentence.
    fn given_up(&self, report: &Report<'_>) -> Option<Diagnostic> {
        let mut rules: Vec<String> = Vec::new();
        for finding in &self.findings {
            if let Finding::NotAnalysed { rule, is_limit: true, .. } = finding
                && rules.last() != Some(rule)
            {
                rules.push(rule.clone());
            }
        }
        let (span, file) = report.place(rules.first()?);
        let (en, fa) = (report.rules_in_words(&rules, false), report.rules_in_words(&rules, true));
        let count = rules.len();
        let mut finding = Diagnostic::warning(
            "PG-T027",
            span,
            format!(
                "not analysed: the table is so large that the search reached its limit before all was known of {en} \
                 ({count} in all)"
            ),
            format!(
                "تحلیل نشد: جدول چنان بزرگ است که جست‌وجو پیش از روشن شدن همه‌چیز دربارهٔ {fa} به حد خود رسید \
                 (روی هم {count})"
            ),
        );
        finding.severity = Severity::Information;
        file.clone_into(&mut finding.file);
        Some(finding)
    }

    /// The pairs that were not looked at, at the last of those that were.
    fn more_overlaps(&self, report: &Report<'_>) -> Option<Diagnostic> {
        let pairs = self.findings.iter().find_map(|finding| match finding {
            Finding::MoreOverlaps { pairs } => Some(*pairs),
            _ => None,
        })?;
        let last = self.findings.iter().rev().find_map(|finding| match finding {
            Finding::Overlap { second, .. } => Some(second),
            _ => None,
        })?;
        let (span, file) = report.place(last);
        let (code, severity) = match report.table.hit {
            Hit::Unique => ("PG-T021", Severity::Error),
            _ => ("PG-T022", Severity::Warning),
        };
        let mut finding = Diagnostic::warning(
            code,
            span,
            format!("and {pairs} more pairs of rules were not looked at, since so many overlap"),
            format!("و {pairs} جفت دیگر از قاعده‌ها بررسی نشد، چون هم‌پوشانی‌ها بسیار است"),
        );
        finding.severity = severity;
        file.clone_into(&mut finding.file);
        Some(finding)
    }
}

/// Stands for findings that are not told one by one, at the place of the first of them.
fn and_more(first: &Diagnostic, more: usize, table: &str) -> Diagnostic {
    let code = first.code;
    let mut told = Diagnostic::warning(
        code,
        first.span,
        format!("and {more} more findings {code} in table \"{table}\""),
        format!("و {more} یافتهٔ دیگر {code} در جدول «{table}»"),
    );
    told.severity = first.severity;
    told.file.clone_from(&first.file);
    told
}
