//! One declared setting: the closed part of JSON Schema that manifests may use for settings.

use serde_json::Value;

/// Keywords that the schema of a setting may have.
pub const KEYWORDS: [&str; 12] = [
    "type",
    "title",
    "description",
    "secret",
    "default",
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "items",
    "additionalProperties",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Integer,
    Flag,
    TextList,
    /// A mapping of names to texts.
    TextMap,
}

/// A setting as its manifest declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    pub name: String,
    pub kind: Kind,
    pub secret: bool,
    pub default: Option<Value>,
    pub choices: Vec<Value>,
    pub minimum: i64,
    pub maximum: i64,
    pub chars_min: u64,
    pub chars_max: u64,
}

/// Characters of a setting where its manifest gives no `maxLength`.
const CHARS_MAX: u64 = 4_096;

/// Why a value or a schema is refused, in English and in Persian.
pub type Reason = (String, String);

impl Declared {
    /// Reads one property.
    pub fn read(name: &str, schema: &Value) -> Result<Self, Reason> {
        let kind = match schema["type"].as_str() {
            Some("string") => Kind::Text,
            Some("integer") => Kind::Integer,
            Some("boolean") => Kind::Flag,
            Some("array") if schema["items"]["type"] == "string" => Kind::TextList,
            Some("object") if schema["additionalProperties"]["type"] == "string" => Kind::TextMap,
            _ => {
                return Err((
                    "`type` must be string, integer, boolean, array with `items: {type: string}`, or object with \
                     `additionalProperties: {type: string}`"
                        .into(),
                    "`type` باید string یا integer یا boolean یا آرایه‌ای با `items: {type: string}` یا نگاشتی با `additionalProperties: {type: string}` باشد".into(),
                ));
            }
        };
        let declared = Self {
            name: name.to_owned(),
            kind,
            secret: schema["secret"] == true,
            default: schema.get("default").cloned(),
            choices: schema["enum"].as_array().cloned().unwrap_or_default(),
            minimum: schema["minimum"].as_i64().unwrap_or(i64::MIN),
            maximum: schema["maximum"].as_i64().unwrap_or(i64::MAX),
            chars_min: schema["minLength"].as_u64().unwrap_or(0),
            chars_max: schema["maxLength"].as_u64().unwrap_or(CHARS_MAX),
        };
        declared.consistent().map(|()| declared)
    }

    fn consistent(&self) -> Result<(), Reason> {
        if self.secret && (self.kind != Kind::Text || self.default.is_some() || !self.choices.is_empty()) {
            return Err((
                "a secret is text without `default` and `enum`".into(),
                "راز، متنی است بدون `default` و `enum`".into(),
            ));
        }
        match &self.default {
            Some(value) => {
                self.accepts(value).map_err(|(en, fa)| (format!("its default: {en}"), format!("پیش‌فرض آن: {fa}")))
            }
            None => Ok(()),
        }
    }

    /// All settings of a manifest's schema, in the order of the names. The manifest was checked when it was read.
    pub fn all(schema: &Value) -> Vec<Self> {
        let properties = schema["properties"].as_object();
        properties.into_iter().flatten().filter_map(|(name, schema)| Self::read(name, schema).ok()).collect()
    }

    /// Whether a plain value may stand here.
    pub fn accepts(&self, value: &Value) -> Result<(), Reason> {
        let fits = match self.kind {
            Kind::Text => value.as_str().is_some_and(|text| self.fits_length(text)),
            Kind::Integer => value.as_i64().is_some_and(|number| (self.minimum..=self.maximum).contains(&number)),
            Kind::Flag => value.is_boolean(),
            Kind::TextList => value
                .as_array()
                .is_some_and(|items| items.iter().all(|item| item.as_str().is_some_and(|text| self.fits_length(text)))),
            Kind::TextMap => value.as_object().is_some_and(|members| {
                members.values().all(|item| item.as_str().is_some_and(|text| self.fits_length(text)))
            }),
        };
        if fits && (self.choices.is_empty() || self.choices.contains(value)) { Ok(()) } else { Err(self.expected()) }
    }

    fn fits_length(&self, text: &str) -> bool {
        (self.chars_min..=self.chars_max).contains(&(text.chars().count() as u64))
    }

    fn expected(&self) -> Reason {
        if !self.choices.is_empty() {
            let list = self.choices.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
            return (format!("must be one of {list}"), format!("باید یکی از {list} باشد"));
        }
        match self.kind {
            Kind::Text | Kind::TextList | Kind::TextMap => {
                let (low, high) = (self.chars_min, self.chars_max);
                let (what, what_fa) = match self.kind {
                    Kind::TextList => ("a list of texts", "فهرستی از متن‌ها"),
                    Kind::TextMap => ("a mapping of names to texts", "نگاشتی از نام به متن"),
                    _ => ("text", "متن"),
                };
                (
                    format!("must be {what} of {low} to {high} characters (numbers and phone numbers in quotes)"),
                    format!("باید {what_fa} با {low} تا {high} نویسه باشد (عدد و شمارهٔ تلفن درون گیومه)"),
                )
            }
            Kind::Integer => (
                format!("must be a whole number from {} to {}", self.minimum, self.maximum),
                format!("باید عدد صحیحی از {} تا {} باشد", self.minimum, self.maximum),
            ),
            Kind::Flag => ("must be true or false".into(), "باید true یا false باشد".into()),
        }
    }
}
