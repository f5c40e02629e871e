//! Whether what was answered is found again, and is what was asked for.

use peygir_core::Id;
use peygir_runtime::desk::{Desk, NewClosure, NewMessage, Refusal};

use super::{Clients, Question, STATEMENT, administrator};
use crate::finding::{Finding, found};

/// Digits of a number that a masked one still shows.
const DIGITS_SHOWN: usize = 4;

impl Clients {
    /// Looks every answer up.
    pub async fn check(&self, desk: &Desk) -> Result<(), Finding> {
        let answered: Vec<(Question, String)> = self.book().answered.values().cloned().collect();
        for (question, answer) in answered {
            let wrong = |what: String| found(STATEMENT, format!("{} was answered {answer}: {what}", question.key()));
            look_up(desk, &question, &answer).await.map_err(wrong)?;
        }
        Ok(())
    }
}

async fn look_up(desk: &Desk, question: &Question, answer: &str) -> Result<(), String> {
    let told = |refusal: Refusal| refusal.to_string();
    match question {
        Question::Submit { message, .. } | Question::Sms { message, .. } => {
            desk.track(answer).await.map_err(told)?;
            let case = desk.case_of_code(answer).map_err(told)?;
            let case = desk.case(&administrator(), case, false).await.map_err(told)?;
            is_of(message, &case.text, case.citizen.mobile.as_deref().unwrap_or_default())
        }
        Question::Start { flow, .. } => {
            let id = Id::parse(answer).ok_or("an id that is none")?;
            let started = desk.instance(&administrator(), id).await.map_err(told)?.summary.workflow.name;
            if started == *flow { Ok(()) } else { Err(format!("that is {started}, not {flow}")) }
        }
        Question::Close { closure, .. } => {
            let closures = desk.closures(&administrator()).await.map_err(told)?;
            let declared = closures.into_iter().find(|declared| declared.id == answer).ok_or("the closure is gone")?;
            is_declared(closure, &declared.date, declared.from.as_deref())
        }
        Question::Event { key } if key == answer => Ok(()),
        Question::Event { .. } => Err("that is another event".to_owned()),
    }
}

/// The case has the words and, as far as it shows, the number of who wrote.
fn is_of(message: &NewMessage, text: &str, mobile: &str) -> Result<(), String> {
    let number = message.from.mobile.as_deref().unwrap_or_default();
    let shown = |number: &str| number.chars().rev().take(DIGITS_SHOWN).collect::<String>();
    if text != message.text {
        return Err(format!("its case has other words, `{text}`"));
    }
    if shown(number) != shown(mobile) {
        return Err(format!("its case is that of {mobile}, not of {number}"));
    }
    Ok(())
}

fn is_declared(closure: &NewClosure, date: &str, from: Option<&str>) -> Result<(), String> {
    if (date, from) == (closure.date.as_str(), closure.from.as_deref()) {
        return Ok(());
    }
    Err(format!("that closes {date} from {from:?}, not {} from {:?}", closure.date, closure.from))
}
