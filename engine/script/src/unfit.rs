//! What is wrong with a value by its JSON Schema, in both languages.
//!
//! Owns: the words. Values are left out: they may be what a citizen wrote. Names of members and the limits of the schema are
//! the author's own, and are told.

use jsonschema::{
    ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind},
    types::JsonType,
};
use serde_json::Value;

/// Problems named in one fault; more are only counted.
const PROBLEMS_MAX: usize = 5;

/// All that is wrong with a value, as far as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problems {
    pub en: String,
    pub fa: String,
}

/// What is wrong with a value, each with its place in it.
pub(crate) fn problems(validator: &Validator, value: &Value) -> Result<(), Problems> {
    let mut problems: Vec<(String, String)> = each(validator, value).iter().map(Problem::told).collect();
    problems.sort();
    if problems.is_empty() {
        return Ok(());
    }
    let more = problems.len().saturating_sub(PROBLEMS_MAX);
    problems.truncate(PROBLEMS_MAX);
    let (en, fa): (Vec<String>, Vec<String>) = problems.into_iter().unzip();
    let (mut en, mut fa) = (en.join("; "), fa.join("؛ "));
    if more > 0 {
        en.push_str(&format!("; and {more} more"));
        fa.push_str(&format!("؛ و {more} مورد دیگر"));
    }
    Err(Problems { en, fa })
}

/// One thing that is wrong with a value.
pub(crate) struct Problem {
    /// Where in the value, as a JSON pointer; empty for all of it.
    pub place: String,
    pub about: About,
    en: String,
    fa: String,
}

/// What it hangs on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// A member that has to be there.
    Missing,
    /// These members must not be there.
    Unknown(Vec<String>),
    /// What the value is.
    Value,
}

impl Problem {
    /// In both languages, with its place.
    pub fn told(&self) -> (String, String) {
        let Self { place, en, fa, .. } = self;
        let place = if place.is_empty() { "/" } else { place };
        (format!("{place}: {en}"), format!("\u{2066}{place}\u{2069}: {fa}"))
    }
}

/// All that is wrong with a value, in no order.
pub(crate) fn each(validator: &Validator, value: &Value) -> Vec<Problem> {
    let one = |problem: ValidationError<'_>| Problem {
        place: problem.instance_path().to_string(),
        about: about(&problem),
        en: problem.masked().to_string(),
        fa: persian(&problem),
    };
    validator.iter_errors(value).map(one).collect()
}

fn about(problem: &ValidationError<'_>) -> About {
    use ValidationErrorKind as K;
    match problem.kind() {
        K::Required { .. } => About::Missing,
        K::AdditionalProperties { unexpected } | K::UnevaluatedProperties { unexpected } => {
            About::Unknown(unexpected.clone())
        }
        _ => About::Value,
    }
}

fn persian(problem: &ValidationError<'_>) -> String {
    use ValidationErrorKind as K;
    match problem.kind() {
        K::Required { property } => format!("عضو {property} لازم است"),
        K::AdditionalProperties { unexpected } | K::UnevaluatedProperties { unexpected } => {
            format!("عضو ناشناخته: {}", unexpected.join("، "))
        }
        K::Type { kind } => format!("باید {} باشد", types(kind)),
        K::Enum { options } => format!("باید یکی از این‌ها باشد: {options}"),
        K::Constant { expected_value } => format!("باید {expected_value} باشد"),
        K::Minimum { limit } => format!("باید دست‌کم {limit} باشد"),
        K::Maximum { limit } => format!("باید حداکثر {limit} باشد"),
        K::ExclusiveMinimum { limit } => format!("باید بیش از {limit} باشد"),
        K::ExclusiveMaximum { limit } => format!("باید کمتر از {limit} باشد"),
        K::MultipleOf { multiple_of } => format!("باید مضربی از {multiple_of} باشد"),
        K::MinLength { limit } => format!("متن باید دست‌کم {limit} حرف داشته باشد"),
        K::MaxLength { limit } => format!("متن باید حداکثر {limit} حرف داشته باشد"),
        K::MinItems { limit } => format!("فهرست باید دست‌کم {limit} عضو داشته باشد"),
        K::MaxItems { limit } => format!("فهرست باید حداکثر {limit} عضو داشته باشد"),
        K::AdditionalItems { limit } => format!("فهرست باید {limit} عضو داشته باشد"),
        K::MinProperties { limit } => format!("باید دست‌کم {limit} عضو داشته باشد"),
        K::MaxProperties { limit } => format!("باید حداکثر {limit} عضو داشته باشد"),
        K::UniqueItems => "عضوهای فهرست نباید تکراری باشند".to_owned(),
        K::Contains => "فهرست عضوی را که طرح می‌خواهد ندارد".to_owned(),
        K::Pattern { pattern } => format!("با الگوی \u{2066}{pattern}\u{2069} نمی‌خواند"),
        K::Format { format } => format!("به شکل {format} نیست"),
        K::AnyOf { .. } | K::OneOfNotValid { .. } => "با هیچ‌یک از شکل‌های طرح نمی‌خواند".to_owned(),
        K::OneOfMultipleValid { .. } => "با بیش از یک شکل طرح می‌خواند".to_owned(),
        K::Not { .. } => "به شکلی است که طرح نمی‌پذیرد".to_owned(),
        K::FalseSchema => "طرح هیچ مقداری را این‌جا نمی‌پذیرد".to_owned(),
        // What no schema of an author says as a rule is told by the keyword that was not met.
        other => format!("با «{}» در طرح نمی‌خواند", other.keyword()),
    }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => named(*one).to_owned(),
        TypeKind::Multiple(several) => several.into_iter().map(named).collect::<Vec<_>>().join(" یا "),
    }
}

fn named(of: JsonType) -> &'static str {
    match of {
        JsonType::Array => "فهرست",
        JsonType::Boolean => "درست یا نادرست",
        JsonType::Integer => "عدد صحیح",
        JsonType::Null => "تهی",
        JsonType::Number => "عدد",
        JsonType::Object => "نگاشت",
        JsonType::String => "متن",
    }
}
