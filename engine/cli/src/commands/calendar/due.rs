//! `peygir calendar due`: a deadline and why it falls there.

use peygir_calendar::{Ask, Deadline, Suspension};

use super::super::local::Lang;
use super::{Refusal, Which, ask, json};

/// Count a deadline and tell why it falls there, stretch by stretch.
///
/// Exit 1 where the calendar is not open long enough within ten years; exit 64 for wrong usage.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("term").required(true).args(["working_days", "working_hours", "within"])))]
pub struct Arguments {
    /// When it was received (1405/08/30 10:00, 2026-11-21T10:00+03:30); now where absent
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
    /// Open days after the day of receipt
    #[arg(long, value_name = "NUMBER")]
    working_days: Option<String>,
    /// Open time from the receipt on: 5, 5:30 or PT5H30M
    #[arg(long, value_name = "HOURS")]
    working_hours: Option<String>,
    /// Time as clocks count it: 3, 3:30, PT3H or P2D
    #[arg(long, value_name = "DURATION")]
    within: Option<String>,
    /// A stretch in which it does not run, as FROM/TO; may be given several times
    #[arg(long, value_name = "FROM/TO")]
    suspended: Vec<String>,
    #[command(flatten)]
    pub which: Which,
    /// As JSON: an object with `due` (RFC 3339) and `derivation`
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Result<(), Refusal> {
    let calendar = arguments.which.calendar()?;
    let zone = calendar.zone();
    let from = ask::instant("--from", arguments.from.as_deref(), zone)?;
    let Arguments { working_days, working_hours, within, .. } = arguments;
    let term = ask::term(working_days.as_deref(), working_hours.as_deref(), within.as_deref())?;
    let suspensions: Vec<Suspension> = ask::suspensions(&arguments.suspended, zone)?;
    let place = arguments.which.place();
    let deadline = calendar.derive(&Ask { from, term, place: &place, suspensions: &suspensions })?;
    if arguments.json {
        json(&deadline.to_json());
    } else {
        tell(&deadline, arguments.which.lang);
    }
    Ok(())
}

/// The date, why in a sentence, and every stretch on a line of its own.
fn tell(deadline: &Deadline, lang: Lang) {
    let language = lang.language();
    lang.line(&deadline.sentence(language));
    let zone = deadline.time_zone();
    for (number, stretch) in (1..).zip(&deadline.derivation) {
        let sign = if stretch.counted { '+' } else { ' ' };
        let number = lang.digits(&format!("{number:>3}"));
        lang.line(&format!("{number} {sign} {}", stretch.sentence(&zone, language)));
    }
}
