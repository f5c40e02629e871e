//! A call that can't be understood, told in Persian: which word is wrong, and what was meant or is missing.
//!
//! Owns: the words. What English readers are told is the library's own. Knows no command.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error};

/// The sentence and where to look; none for what is no mistake, such as a call for help.
pub fn in_persian<C: CommandFactory>(error: &Error) -> Option<String> {
    if !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return None;
    }
    let of = |kind| shown(error.get(kind));
    let word = of(ContextKind::InvalidArg);
    let told = match error.kind() {
        ErrorKind::UnknownArgument => format!("گزینهٔ {word} شناخته نیست"),
        ErrorKind::InvalidSubcommand => format!("فرمان {} شناخته نیست", of(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => "زیرفرمان نوشته نشده است".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("لازم است و نوشته نشده: {word}"),
        ErrorKind::ArgumentConflict => format!("{word} با {} نمی‌آید", of(ContextKind::PriorArg)),
        ErrorKind::NoEquals => format!("{word} مقدارش را پس از ‎=‎ می‌خواهد"),
        ErrorKind::InvalidValue if of(ContextKind::InvalidValue).is_empty() => format!("{word} مقدار می‌خواهد"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("{} برای {word} پذیرفته نیست", of(ContextKind::InvalidValue))
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("شمار مقدارهای {word} درست نیست")
        }
        _ => "این فراخوانی فهمیده نشد".to_owned(),
    };
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let near = near.map(of).into_iter().find(|near| !near.is_empty()).map(|near| format!("؛ منظورتان {near} بود؟"));
    let allowed = Some(of(ContextKind::ValidValue)).filter(|values| !values.is_empty());
    let allowed = allowed.map(|values| format!("؛ یکی از این‌ها: {values}")).unwrap_or_default();
    let name = C::command().get_name().to_owned();
    Some(format!("{name}: {told}{}{allowed}\nراهنما: \u{2066}{name} --help\u{2069}", near.unwrap_or_default()))
}

/// As it was typed, set apart from the Persian around it.
fn shown(value: Option<&ContextValue>) -> String {
    let apart = |text: &str| format!("\u{2066}{text}\u{2069}");
    match value {
        Some(ContextValue::String(text)) => apart(text),
        Some(ContextValue::Strings(texts)) if !texts.is_empty() => apart(&texts.join(", ")),
        _ => String::new(),
    }
}
