//! How a parameter's value is written: `style` and `explode` of OpenAPI 3, `collectionFormat` of Swagger 2.0.

use peygir_connector::Fault;
use serde_json::Value;

use super::operation::Place;
use crate::endpoint::refused;
use crate::request::scalar;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    manner: Manner,
    explode: bool,
    /// Signs that addresses use themselves may stand as they are.
    reserved: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// `name=value` in queries, forms and cookies; the value alone in paths and headers.
    Plain,
    Label,
    Matrix,
    Deep,
    /// As [`Manner::Plain`], with another sign between the items: ready for an address.
    Between(&'static str),
}

impl Style {
    pub(super) fn of_swagger(format: Option<&str>) -> Option<Self> {
        let (manner, explode) = match format {
            None | Some("csv") => (Manner::Plain, false),
            Some("ssv") => (Manner::Between("%20"), false),
            Some("tsv") => (Manner::Between("%09"), false),
            Some("pipes") => (Manner::Between("%7C"), false),
            Some("multi") => (Manner::Plain, true),
            Some(_) => return None,
        };
        Some(Self { manner, explode, reserved: false })
    }

    pub(super) fn of_openapi(place: Place, value: &Value) -> Option<Self> {
        let in_query = place == Place::Query;
        let manner = match (value.get("style").and_then(Value::as_str), place) {
            (None, _)
            | (Some("simple"), Place::Path | Place::Header)
            | (Some("form"), Place::Query | Place::Cookie) => Manner::Plain,
            (Some("label"), Place::Path) => Manner::Label,
            (Some("matrix"), Place::Path) => Manner::Matrix,
            (Some("spaceDelimited"), Place::Query) => Manner::Between("%20"),
            (Some("pipeDelimited"), Place::Query) => Manner::Between("%7C"),
            (Some("deepObject"), Place::Query) => Manner::Deep,
            _ => return None,
        };
        // `form` writes each item apart unless it is told otherwise; all others join them.
        let by_default = manner == Manner::Plain && matches!(place, Place::Query | Place::Cookie);
        let explode = value.get("explode").and_then(Value::as_bool).unwrap_or(by_default);
        let reserved = in_query && value.get("allowReserved") == Some(&Value::Bool(true));
        Some(Self { manner, explode, reserved })
    }

    /// `name=value` once or several times, ready for an address or a form.
    pub(super) fn pairs(self, name: &str, value: &Value) -> Result<Vec<String>, Fault> {
        let read = Read::of(name, value)?;
        let encode = |text: &str| encoded(text, self.reserved);
        let key = encoded(name, false);
        let pair = |text: &str| format!("{key}={}", encode(text));
        Ok(match (read, self.manner) {
            (Read::One(text), _) => vec![pair(&text)],
            (Read::Members(members), Manner::Deep) => members
                .iter()
                .map(|(member, text)| format!("{key}%5B{}%5D={}", encoded(member, false), encode(text)))
                .collect(),
            (Read::Items(items), Manner::Plain | Manner::Deep) if self.explode => {
                items.iter().map(|text| pair(text)).collect()
            }
            (Read::Items(items), manner) if self.explode && manner != Manner::Plain => {
                items.iter().map(|text| pair(text)).collect()
            }
            (Read::Members(members), _) if self.explode => {
                members.iter().map(|(member, text)| format!("{}={}", encoded(member, false), encode(text))).collect()
            }
            (read, _) => {
                let texts: Vec<String> = read.flat().iter().map(|text| encode(text)).collect();
                if texts.is_empty() { Vec::new() } else { vec![format!("{key}={}", texts.join(self.between()))] }
            }
        })
    }

    /// A field of a form that encodes nothing, once or several times.
    pub(super) fn fields(self, name: &str, value: &Value) -> Result<Vec<String>, Fault> {
        match value {
            Value::Array(items) if self.explode => items.iter().map(|item| self.plain(name, item)).collect(),
            value => Ok(vec![self.plain(name, value)?]),
        }
    }

    /// A part of a path.
    pub(super) fn segment(self, name: &str, value: &Value) -> Result<String, Fault> {
        let read = Read::of(name, value)?;
        let encode = |text: &str| encoded(text, false);
        let texts = match &read {
            Read::Members(members) if self.explode => {
                members.iter().map(|(member, text)| format!("{}={}", encode(member), encode(text))).collect()
            }
            read => read.flat().iter().map(|text| encode(text)).collect::<Vec<String>>(),
        };
        let key = encoded(name, false);
        Ok(match self.manner {
            Manner::Label => format!(".{}", texts.join(if self.explode { "." } else { "," })),
            Manner::Matrix if self.explode && matches!(read, Read::Members(_)) => format!(";{}", texts.join(";")),
            Manner::Matrix if self.explode => texts.iter().map(|text| format!(";{key}={text}")).collect(),
            Manner::Matrix => format!(";{key}={}", texts.join(",")),
            _ => texts.join(self.between()),
        })
    }

    /// A header's value: nothing in it is encoded.
    pub(super) fn plain(self, name: &str, value: &Value) -> Result<String, Fault> {
        let texts = match Read::of(name, value)? {
            Read::Members(members) if self.explode => {
                members.into_iter().map(|(member, text)| format!("{member}={text}")).collect()
            }
            read => read.flat(),
        };
        let between = match self.manner {
            Manner::Between("%20") => " ",
            Manner::Between("%09") => "\t",
            Manner::Between("%7C") => "|",
            _ => ",",
        };
        Ok(texts.join(between))
    }

    fn between(self) -> &'static str {
        match self.manner {
            Manner::Between(sign) => sign,
            _ => ",",
        }
    }
}

/// A value as parameters can be: of one level.
enum Read {
    One(String),
    Items(Vec<String>),
    Members(Vec<(String, String)>),
}

impl Read {
    fn of(name: &str, value: &Value) -> Result<Self, Fault> {
        let text = |value: &Value| Ok(scalar(value, "parameters", name)?.unwrap_or_default());
        let nested = |_| refused(format!("`parameters.{name}` must be a text, or a list or mapping of texts"));
        match value {
            Value::Array(items) => {
                Ok(Self::Items(items.iter().map(text).collect::<Result<_, Fault>>().map_err(nested)?))
            }
            Value::Object(members) => {
                let read = members.iter().map(|(member, value)| Ok((member.clone(), text(value)?)));
                Ok(Self::Members(read.collect::<Result<_, Fault>>().map_err(nested)?))
            }
            one => Ok(Self::One(text(one)?)),
        }
    }

    fn flat(&self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text.clone()],
            Self::Items(items) => items.clone(),
            Self::Members(members) => {
                members.iter().flat_map(|(member, text)| [member.clone(), text.clone()]).collect()
            }
        }
    }
}

pub(super) fn encoded(text: &str, reserved: bool) -> String {
    let plain = |byte: u8| {
        byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || (reserved && b":/?@!$'()*,;".contains(&byte))
    };
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn three(place: Place, style: Value) -> Style {
        Style::of_openapi(place, &style).unwrap()
    }

    #[test]
    fn the_examples_of_the_specification() {
        // https://spec.openapis.org/oas/v3.1.0: the table of style values, with R, G, B.
        let (array, object) = (json!(["blue", "black", "brown"]), json!({"B": 150, "G": 200, "R": 100}));
        let path = |style: &str, explode: bool, value: &Value| {
            three(Place::Path, json!({"style": style, "explode": explode})).segment("color", value).unwrap()
        };
        for (style, explode, value, expected) in [
            ("simple", false, &json!("blue"), "blue"),
            ("simple", false, &array, "blue,black,brown"),
            ("simple", true, &array, "blue,black,brown"),
            ("simple", false, &object, "B,150,G,200,R,100"),
            ("simple", true, &object, "B=150,G=200,R=100"),
            ("label", false, &json!("blue"), ".blue"),
            ("label", true, &array, ".blue.black.brown"),
            ("label", true, &object, ".B=150.G=200.R=100"),
            ("matrix", false, &json!("blue"), ";color=blue"),
            ("matrix", false, &array, ";color=blue,black,brown"),
            ("matrix", true, &array, ";color=blue;color=black;color=brown"),
            ("matrix", false, &object, ";color=B,150,G,200,R,100"),
            ("matrix", true, &object, ";B=150;G=200;R=100"),
        ] {
            assert_eq!(path(style, explode, value), expected, "{style} {explode}");
        }
        let query = |style: Value, value: &Value| three(Place::Query, style).pairs("color", value).unwrap().join("&");
        for (style, value, expected) in [
            (json!({}), &json!("blue"), "color=blue"),
            (json!({}), &json!(""), "color="),
            (json!({}), &array, "color=blue&color=black&color=brown"),
            (json!({"explode": false}), &array, "color=blue,black,brown"),
            (json!({}), &object, "B=150&G=200&R=100"),
            (json!({"explode": false}), &object, "color=B,150,G,200,R,100"),
            (json!({"style": "spaceDelimited"}), &array, "color=blue%20black%20brown"),
            (json!({"style": "pipeDelimited"}), &array, "color=blue%7Cblack%7Cbrown"),
            (
                json!({"style": "deepObject", "explode": true}),
                &object,
                "color%5BB%5D=150&color%5BG%5D=200&color%5BR%5D=100",
            ),
            (json!({}), &json!([]), ""),
            (json!({"allowReserved": true}), &json!("a/b&c"), "color=a/b%26c"),
            (json!({}), &json!("a/b&c,سلام"), "color=a%2Fb%26c%2C%D8%B3%D9%84%D8%A7%D9%85"),
        ] {
            assert_eq!(query(style.clone(), value), expected, "{style}");
        }
        assert_eq!(Style::of_openapi(Place::Query, &json!({"style": "matrix"})), None);
        assert_eq!(three(Place::Header, json!({})).plain("x", &array).unwrap(), "blue,black,brown");
        assert_eq!(three(Place::Header, json!({"explode": true})).plain("x", &object).unwrap(), "B=150,G=200,R=100");
    }

    #[test]
    fn the_formats_of_swagger() {
        let array = json!(["a", "b,c"]);
        for (format, expected) in [
            (None, "x=a,b%2Cc"),
            (Some("csv"), "x=a,b%2Cc"),
            (Some("ssv"), "x=a%20b%2Cc"),
            (Some("tsv"), "x=a%09b%2Cc"),
            (Some("pipes"), "x=a%7Cb%2Cc"),
            (Some("multi"), "x=a&x=b%2Cc"),
        ] {
            let style = Style::of_swagger(format).unwrap();
            assert_eq!(style.pairs("x", &array).unwrap().join("&"), expected, "{format:?}");
        }
        assert_eq!(Style::of_swagger(Some("pipes")).unwrap().plain("x", &array).unwrap(), "a|b,c");
        assert_eq!(Style::of_swagger(Some("semicolons")), None);
    }

    #[test]
    fn what_is_nested_is_no_parameter() {
        for value in [json!([["secret"]]), json!({"a": {"b": "secret"}}), json!([{"a": "secret"}])] {
            let fault = three(Place::Query, json!({})).pairs("x", &value).unwrap_err();
            assert!(fault.message.contains("`parameters.x`") && !fault.message.contains("secret"), "{fault}");
        }
    }
}
