//! `peygir test --mutants`: what the rows of tables would notice.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::json;

use peygir_decision::mutants::Kind;

use super::{Arguments, Testable, unreadable};
use crate::answer::line;
use crate::commands::local::Lang;
use crate::progress;
use crate::report::{self, FileReport};
use crate::rows::{self, Faults};

/// Exit 1 where a table has too few rows, or none could be looked at.
pub fn run(all: &[Testable], arguments: &Arguments) -> ExitCode {
    let bar = progress::bar(all.len() as u64, "putting faults in");
    let (mut tables, mut broken) = (Vec::new(), Vec::new());
    for testable in all {
        match faults(testable) {
            Some(Ok(faults)) => {
                bar.suspend(|| tell(&faults, arguments));
                tables.push(faults);
            }
            Some(Err(report)) => {
                bar.suspend(|| tell_broken(&report, arguments));
                broken.push(report);
            }
            None => {}
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let passed = broken.is_empty() && !tables.is_empty() && tables.iter().all(|one| one.reaches(arguments.least));
    summarise(&tables, broken.len(), passed, arguments);
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Of what is no table, none.
fn faults(testable: &Testable) -> Option<Result<Faults, FileReport>> {
    match testable {
        Testable::Table(file, root) => Some(
            rows::faults_of_table(file, root).map_err(|found| unreadable(&file.path, report::Kind::TableRows, found)),
        ),
        Testable::Merged(merged) => Some(rows::faults_of_merged(merged).map_err(|found| rows::broken(merged, found))),
        Testable::Broken(report) => Some(Err(report.clone())),
        Testable::Feature(_) | Testable::Script(..) | Testable::Untested(_) => None,
    }
}

fn tell(faults: &Faults, arguments: &Arguments) {
    if arguments.json {
        return line(&faults.to_json(arguments.least).to_string());
    }
    faults.lines(arguments.least, arguments.words()).iter().for_each(|told| line(told));
    faults.survivors(arguments.lang == super::Lang::Fa).iter().for_each(|told| line(told));
}

fn tell_broken(broken: &FileReport, arguments: &Arguments) {
    if arguments.json {
        return report::file_lines(broken).iter().for_each(|value| line(&value.to_string()));
    }
    line(&report::file_line(broken, arguments.words()));
    if let Some(why) = report::failures(broken, arguments.words()) {
        line(why.trim_end());
    }
}

fn summarise(tables: &[Faults], broken: usize, passed: bool, arguments: &Arguments) {
    let mut kinds = BTreeMap::new();
    tables.iter().for_each(|faults| faults.add_to(&mut kinds));
    let (caught, all) = kinds.values().fold((0, 0), |(caught, all), (one, of)| (caught + one, all + of));
    let per_mille = (caught * 1000_usize).checked_div(all).unwrap_or(1000);
    if arguments.json {
        let kinds: BTreeMap<&str, _> =
            kinds.iter().map(|(kind, (caught, of))| (kind.name(), json!({ "caught": caught, "of": of }))).collect();
        let summary = json!({
            "kind": "summary", "tables": tables.len(), "tablesUnreadable": broken, "caught": caught, "of": all,
            "perMille": per_mille, "least": arguments.least, "kinds": kinds, "passed": passed,
        });
        return line(&summary.to_string());
    }
    let (count, share) = (tables.len(), rows::percent(per_mille, arguments.words()));
    line(&match arguments.lang {
        Lang::En => {
            let of_kind = |(kind, (caught, of)): (&Kind, &(usize, usize))| format!("{} {caught}/{of}", kind.name());
            let kinds = kinds.iter().map(of_kind).collect::<Vec<_>>().join(", ");
            format!("{count} tables, {broken} unreadable: {caught} of {all} faults noticed, {share}; {kinds}")
        }
        Lang::Fa => {
            let of_kind =
                |(kind, (caught, of)): (&Kind, &(usize, usize))| format!("{} {caught} از {of}", rows::kind_fa(*kind));
            let kinds = kinds.iter().map(of_kind).collect::<Vec<_>>().join("، ");
            let told =
                format!("{count} جدول، {broken} ناخوانا: {caught} از {all} خطای کاشته دیده شد، {share}؛ {kinds}");
            report::numbered(told, arguments.words())
        }
    });
}
