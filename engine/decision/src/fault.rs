//! Why a table gave no decision. Every one comes out the same at each replay.

use peygir_calendar::Jalali;

use crate::{domain::Limit, window::Window};

/// A decision that could not be made: a fault of the flow that asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fault {
    #[error("input \"{input}\" must be of type {expected}, got {got}")]
    InputType { input: String, expected: &'static str, got: String },
    #[error("input \"{input}\" is longer than {bytes_max} bytes")]
    InputSize { input: String, bytes_max: usize },
    #[error("the table has no input \"{input}\"")]
    UnknownInput { input: String },
    #[error("input \"{input}\" must be {limit}")]
    InputDomain { input: String, limit: Limit },
    #[error("the cell \"{input}\" of rule \"{rule}\" failed: {fault}")]
    Cell { rule: String, input: String, fault: peygir_script::Fault },
    #[error("output \"{output}\" of rule \"{rule}\" names the input \"{input}\", which has no value")]
    Placeholder { rule: String, output: String, input: String },
    #[error("output \"{output}\" of rule \"{rule}\" came out as {got}, which is none of its values")]
    OutputValue { rule: String, output: String, got: String },
    #[error("the rules \"{first}\" and \"{second}\" both hold, and only one may")]
    Overlap { first: String, second: String },
    #[error("table \"{table}\" is not in force on {on}: its days are {window}")]
    NotInForce { table: String, on: Jalali, window: Window },
}

impl Fault {
    /// The stable code, with a page under `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InputType { .. } | Self::InputSize { .. } | Self::UnknownInput { .. } | Self::InputDomain { .. } => {
                "PG-T101"
            }
            Self::Cell { .. } => "PG-T102",
            Self::Placeholder { .. } | Self::OutputValue { .. } => "PG-T103",
            Self::Overlap { .. } => "PG-T104",
            Self::NotInForce { .. } => "PG-T105",
        }
    }

    /// The rule that failed; of two that hold at once, the second.
    pub fn rule(&self) -> Option<&str> {
        match self {
            Self::Cell { rule, .. } | Self::Placeholder { rule, .. } | Self::OutputValue { rule, .. } => Some(rule),
            Self::Overlap { second, .. } => Some(second),
            Self::InputType { .. }
            | Self::InputSize { .. }
            | Self::UnknownInput { .. }
            | Self::InputDomain { .. }
            | Self::NotInForce { .. } => None,
        }
    }

    /// The sentence without any value of the decision, for journals and logs: what a cell says and what came out may
    /// hold what a citizen wrote.
    pub fn without_values(&self) -> String {
        match self {
            Self::Cell { rule, input, fault } => {
                format!("the cell \"{input}\" of rule \"{rule}\" failed: {}", fault.without_values())
            }
            Self::OutputValue { rule, output, .. } => {
                format!("output \"{output}\" of rule \"{rule}\" came out as none of its values")
            }
            Self::InputType { .. }
            | Self::InputSize { .. }
            | Self::UnknownInput { .. }
            | Self::InputDomain { .. }
            | Self::Placeholder { .. }
            | Self::Overlap { .. }
            | Self::NotInForce { .. } => self.to_string(),
        }
    }

    /// The sentence in Persian.
    pub fn message_fa(&self) -> String {
        match self {
            Self::InputType { input, expected, got } => {
                let fa = |name: &str| kind_fa(name).unwrap_or(name).to_owned();
                format!("ورودی «{input}» باید {} باشد، نه {}", fa(expected), fa(got))
            }
            Self::InputSize { input, bytes_max } => {
                format!("ورودی «{input}» از {bytes_max} بایت بلندتر است")
            }
            Self::InputDomain { input, limit } => {
                format!("مقدار ورودی «{input}» از دامنهٔ اعلام‌شده بیرون است؛ باید {} باشد", limit.to_persian())
            }
            Self::UnknownInput { input } => format!("جدول ورودی «{input}» ندارد"),
            Self::Cell { rule, input, fault } => {
                format!("خانهٔ «{input}» در قاعدهٔ «{rule}» خطا داد: {}", fault.message_fa())
            }
            Self::Placeholder { rule, output, input } => {
                format!("خروجی «{output}» در قاعدهٔ «{rule}» به ورودی «{input}» نیاز دارد که مقدار ندارد")
            }
            Self::OutputValue { rule, output, got } => {
                format!("خروجی «{output}» در قاعدهٔ «{rule}» مقدار {got} گرفت که جزو مقدارهای مجاز نیست")
            }
            Self::Overlap { first, second } => {
                format!("قاعده‌های «{first}» و «{second}» هر دو برقرارند و فقط یکی مجاز است")
            }
            Self::NotInForce { table, on, window } => {
                let on = peygir_calendar::digits::to_persian(&on.to_string());
                format!("جدول «{table}» در {on} اجرا نمی‌شود؛ روزهای اجرای آن: {}", window.to_persian())
            }
        }
    }
}

/// What a value is, or should be, by the name that tables give it.
fn kind_fa(name: &str) -> Option<&'static str> {
    Some(match name {
        "string" => "یک نام یا کد",
        "text" => "متن",
        "integer" => "عدد صحیح",
        "number" => "عدد",
        "boolean" => "درست یا نادرست",
        "list" => "فهرستی از متن‌ها",
        "object" => "نگاشت",
        "nothing" => "هیچ",
        _ => return None,
    })
}
