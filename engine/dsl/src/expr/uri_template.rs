//! URI templates of RFC 6570, level 1: `{name}` is the member of that name of the input, and nothing else.
//!
//! Owns: which templates there are, and how a value becomes part of an address. A name is taken as it is written:
//! `{pet.id}` is the member `pet.id`. A missing member and null leave nothing; a list or a mapping is an error.

use serde_json::Value;

use super::template::{Template, TextPart};
use super::{Error, SOURCE_BYTES_MAX};

/// Signs that begin an expression of a higher level.
const OPERATORS: &str = "+#./;?&=,!@|";
/// Bytes that stand in an address as they are.
const UNRESERVED: &[u8] = b"-._~";

impl Template {
    /// Compiles a URI template. The offset of an error is within the text.
    pub fn compile_uri(text: &str) -> Result<Self, Error> {
        if text.len() > SOURCE_BYTES_MAX {
            return Err(Error::new(format!("the address is longer than {SOURCE_BYTES_MAX} bytes")));
        }
        let mut parts = Vec::new();
        let mut rest = 0;
        while let Some(start) = text[rest..].find(['{', '}']).map(|position| position + rest) {
            if start > rest {
                parts.push(TextPart::Literal(text[rest..start].to_owned()));
            }
            let name = name_at(text, start)?;
            parts.push(TextPart::Member(name.to_owned()));
            rest = start + name.len() + 2;
        }
        if parts.is_empty() {
            return Ok(Self::Literal(text.into()));
        }
        if rest < text.len() {
            parts.push(TextPart::Literal(text[rest..].to_owned()));
        }
        Ok(Self::Text(parts))
    }
}

/// The name between the braces that open at byte `start`.
fn name_at(text: &str, start: usize) -> Result<&str, Error> {
    let inside = text[start..].strip_prefix('{').and_then(|inside| inside.split_once('}'));
    let Some((name, _)) = inside else {
        return Err(Error::at("a brace has no partner", start));
    };
    if name.starts_with(|sign| OPERATORS.contains(sign)) || name.contains(['*', ':', ',']) {
        return Err(Error::at(format!("`{{{name}}}` is of a higher level than `{{name}}`"), start));
    }
    let named = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | '.' | '-' | '%');
    if name.is_empty() || !name.chars().all(named) {
        return Err(Error::at(format!("`{{{name}}}` holds no name"), start));
    }
    Ok(name)
}

/// What a member of the input becomes in an address.
pub(super) fn expand(name: &str, input: &Value) -> Result<String, Error> {
    match input.get(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(percent_encoded(text)),
        Some(scalar @ (Value::Number(_) | Value::Bool(_))) => Ok(percent_encoded(&scalar.to_string())),
        Some(Value::Array(_)) => Err(Error::new(format!("`{{{name}}}` is a list and cannot stand in an address"))),
        Some(Value::Object(_)) => Err(Error::new(format!("`{{{name}}}` is a mapping and cannot stand in an address"))),
    }
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || UNRESERVED.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_filled_from_the_input() {
        let input = json!({
            "petId": 7, "name": "سگ/1 ?", "pet.id": "dotted", "pet": {"id": 8}, "yes": true, "none": null, "half": 0.5,
            "tilde": "a-b._~", "braces": "{petId}${ .petId }",
        });
        for (template, expected) in [
            ("https://h/pet/{petId}", "https://h/pet/7"),
            ("https://h/pet/{name}?q={yes}&r={half}", "https://h/pet/%D8%B3%DA%AF%2F1%20%3F?q=true&r=0.5"),
            ("https://h/{pet.id}", "https://h/dotted"),
            ("https://h/{none}{missing}/x", "https://h//x"),
            ("https://h/{tilde}", "https://h/a-b._~"),
            ("https://h/{braces}", "https://h/%7BpetId%7D%24%7B%20.petId%20%7D"),
            ("https://h/plain", "https://h/plain"),
        ] {
            let filled = Template::compile_uri(template).unwrap().eval(&input, &[]).unwrap();
            assert_eq!(filled, json!(expected), "{template}");
        }
        let filled = Template::compile_uri("https://h/{a}").unwrap().eval(&json!("no object"), &[]);
        assert_eq!(filled.unwrap(), json!("https://h/"));
    }

    #[test]
    fn lists_and_mappings_are_errors() {
        for (template, told) in [("https://h/{pet}", "`{pet}` is a mapping"), ("https://h/{all}", "`{all}` is a list")]
        {
            let error = Template::compile_uri(template).unwrap().eval(&json!({"pet": {"id": 8}, "all": [1]}), &[]);
            let message = error.unwrap_err().message;
            assert!(message.contains(told), "{message}");
        }
    }

    #[test]
    fn other_levels_and_loose_braces_are_refused() {
        for (template, offset, told) in [
            ("https://h/{+path}", 10, "higher level"),
            ("https://h/{?q}", 10, "higher level"),
            ("https://h/{a,b}", 10, "higher level"),
            ("https://h/{a*}", 10, "higher level"),
            ("https://h/{a:3}", 10, "higher level"),
            ("https://h/{}", 10, "no name"),
            ("https://h/{a b}", 10, "no name"),
            ("https://h/{a", 10, "partner"),
            ("https://h/a}", 11, "partner"),
            ("https://h/{{a}}", 10, "no name"),
        ] {
            let error = Template::compile_uri(template).unwrap_err();
            assert_eq!(error.offset, Some(offset), "{template}: {error}");
            assert!(error.message.contains(told), "{template}: {error}");
        }
        assert!(Template::compile_uri(&"x".repeat(SOURCE_BYTES_MAX + 1)).is_err());
    }
}
