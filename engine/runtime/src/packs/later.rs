//! What the deployment comes to at an edition's date and at every later one that is planned, and what is wrong there.
//!
//! A finding says which planned edition it comes from and when that counts, and that it can be withdrawn: who deploys may know
//! nothing of it.

use jiff::tz::TimeZone;
use peygir_source::{Diagnostic, Diagnostics, Help, Severity};

use super::contrary::Told;
use super::covered::COVERED;
use super::edition::{Edition, Editions, PackRef};
use super::plan::{Bundles, Ground, Outcome, Unfit, outcome};

/// The deployment as it will be with each of these editions: the one that is planned, and all that come after it.
pub(super) fn outcomes(
    ground: &Ground<'_>,
    editions: &Editions,
    later: &[u64],
    known: &mut Bundles,
    found: &mut Diagnostics,
) -> Result<Vec<Outcome>, Unfit> {
    let zone = peygir_calendar::zone(&ground.settings.zone).unwrap_or_else(peygir_calendar::tehran);
    let mut outcomes: Vec<Outcome> = Vec::new();
    let first = later.first().and_then(|first| editions.all.get(first));
    let named = first.map_or(&[][..], |edition| &edition.packs);
    for number in later {
        let packs = editions.packs_of(*number);
        if outcomes.iter().any(|outcome| outcome.packs == packs) {
            continue;
        }
        let findings = match outcome(ground, packs.clone(), known)? {
            Ok(outcome) => {
                let findings = outcome.found.clone();
                outcomes.push(outcome);
                findings
            }
            Err(findings) => findings,
        };
        let is_first = later.first() == Some(number);
        if let Some(first) = first.filter(|_| is_first) {
            let own = findings.list.into_iter().filter(|one| !is_note(one) || is_of(one, named)).collect();
            found.list.extend(of_first(ground, (editions, first), own, known, &zone)?);
        } else if let Some(edition) = editions.all.get(number) {
            of_later(findings, (&packs, named), &Told::of(edition, &zone), found);
        }
    }
    Ok(outcomes)
}

fn is_note(finding: &Diagnostic) -> bool {
    finding.severity == Severity::Information
}

/// Whether a finding is about a file of one of these packs. Notes on others concern nobody who deploys.
pub(super) fn is_of(finding: &Diagnostic, packs: &[PackRef]) -> bool {
    finding.file.split_once('/').is_some_and(|(name, _)| packs.iter().any(|pack| pack.name == name))
}

/// What is wrong only with a later edition, said so; a file of another version than the one that is deployed carries it.
pub(super) fn of_later(
    findings: Diagnostics,
    (packs, named): (&[PackRef], &[PackRef]),
    edition: &Told,
    found: &mut Diagnostics,
) {
    // That a change is not seen is told with the deployment that brings it alone.
    for mut finding in findings.list.into_iter().filter(|one| !is_note(one) || one.code == COVERED) {
        if let Some((name, path)) = finding.file.split_once('/') {
            let other = packs.iter().find(|pack| pack.name == name && !named.contains(pack));
            if let Some(pack) = other.filter(|_| named.iter().any(|new| new.name == name)) {
                finding.file = format!("{}/{path}", pack.label());
            }
        }
        if found.list.contains(&finding) {
            continue;
        }
        found.push(said_with(finding, edition));
    }
}

/// What is wrong at the date itself. Errors that are there only by what planned editions bring until then say so; of an edition
/// that was planned before, all of them do.
fn of_first(
    ground: &Ground<'_>,
    (editions, first): (&Editions, &Edition),
    findings: Vec<Diagnostic>,
    known: &mut Bundles,
    zone: &TimeZone,
) -> Result<Vec<Diagnostic>, Unfit> {
    let is_error = |one: &Diagnostic| one.severity == Severity::Error;
    if !findings.iter().any(is_error) {
        return Ok(findings);
    }
    let is_new = !ground.editions.all.contains_key(&first.number);
    let planned = editions.to_come(ground.now).into_iter().rfind(|edition| edition.order() < first.order());
    let told = Told::of(planned.filter(|_| is_new).unwrap_or(first), zone);
    let without = match planned {
        Some(_) if is_new => match outcome(ground, at_once(ground, first), known)? {
            Ok(outcome) => outcome.found.list,
            Err(findings) => findings.list,
        },
        _ if is_new => return Ok(findings),
        _ => Vec::new(),
    };
    let is_by_plan = |one: &Diagnostic| is_error(one) && !without.contains(one);
    let one = |one: Diagnostic| if is_by_plan(&one) { said_with(one, &told) } else { one };
    Ok(findings.into_iter().map(one).collect())
}

/// The packs that would be in force if the edition counted at once.
fn at_once(ground: &Ground<'_>, edition: &Edition) -> Vec<PackRef> {
    let mut packs = ground.editions.packs_at(ground.now);
    packs.retain(|pack| !edition.concerns(&pack.name));
    packs.extend(edition.packs.iter().cloned());
    packs
}

/// The same with the edition and its date, and the way out.
fn said_with(mut finding: Diagnostic, edition: &Told) -> Diagnostic {
    let (number, when) = (&edition.number, &edition.when);
    finding.message = format!("{} (with edition {}, which is planned for {})", finding.message, number.en, when.en);
    finding.message_fa =
        format!("{} (با استقرار {} که برای {} در راه است)", finding.message_fa, number.fa, when.fa).into();
    let withdraw = edition.withdraw();
    let (en, fa) = (
        format!("what is deployed has to fit that edition too, or withdraw it first: `{withdraw}`"),
        format!("آنچه مستقر می‌شود باید با آن استقرار نیز بخواند، یا نخست پسش بگیرید: \u{2066}{withdraw}\u{2069}"),
    );
    let help = match finding.help.take() {
        Some(help) => Help::new(format!("{}; {en}", help.en), format!("{}؛ {fa}", help.fa)),
        None => Help::new(en, fa),
    };
    finding.helped(help)
}
