//! Data of users: JSON kept as text, parsed only when somebody looks into it.

use std::sync::{Arc, OnceLock};

use serde_json::Value;

/// Immutable JSON. Cheap to clone; holds the text, the parsed value, or both.
#[derive(Clone)]
pub struct Data(Arc<Inner>);

#[derive(Default)]
struct Inner {
    text: OnceLock<Box<str>>,
    value: OnceLock<Value>,
}

impl Data {
    /// Takes JSON text as it is. Errors where it is no JSON.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        let value: Value = serde_json::from_str(text)?;
        let inner = Inner::default();
        let _ = inner.text.set(text.into());
        let _ = inner.value.set(value);
        Ok(Self(Arc::new(inner)))
    }

    /// Text that this system wrote itself: parsed when touched. Text that is damaged all the same reads as null; the
    /// frame's checksum is what guards it.
    pub(crate) fn from_trusted_json(text: &str) -> Self {
        let inner = Inner::default();
        let _ = inner.text.set(text.into());
        Self(Arc::new(inner))
    }

    pub fn null() -> Self {
        Value::Null.into()
    }

    /// `{}`: the input of a run that was given none.
    pub fn empty() -> Self {
        Value::Object(serde_json::Map::new()).into()
    }

    pub fn value(&self) -> &Value {
        self.0
            .value
            .get_or_init(|| self.0.text.get().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null))
    }

    /// Whether arrays and objects stand more than `levels` deep within each other.
    pub fn is_deeper_than(&self, levels: usize) -> bool {
        // Each level takes two brackets: short text is not looked through.
        if self.json().len() <= levels.saturating_mul(2) {
            return false;
        }
        let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
        for byte in self.json().bytes() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'"' => in_string = !in_string,
                b'[' | b'{' if !in_string => depth += 1,
                b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > levels {
                return true;
            }
        }
        false
    }

    pub fn json(&self) -> &str {
        self.0.text.get_or_init(|| self.0.value.get().unwrap_or(&Value::Null).to_string().into())
    }
}

impl From<Value> for Data {
    fn from(value: Value) -> Self {
        let inner = Inner::default();
        let _ = inner.value.set(value);
        Self(Arc::new(inner))
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.value() == other.value()
    }
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.json())
    }
}

impl<C> minicbor::Encode<C> for Data {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.bytes(self.json().as_bytes())?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Data {
    fn decode(decoder: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let text = std::str::from_utf8(decoder.bytes()?).map_err(minicbor::decode::Error::custom)?;
        Ok(Self::from_trusted_json(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_counted_in_brackets_that_are_none_of_a_texts() {
        let nested = |levels: usize| Data::from_json(&format!("{}{}", "[".repeat(levels), "]".repeat(levels)));
        assert!(!nested(100).expect("JSON").is_deeper_than(100));
        assert!(nested(101).expect("JSON").is_deeper_than(100));
        let text = Data::from(Value::from(format!("\"{}", "[".repeat(300))));
        assert!(!text.is_deeper_than(0));
        let wide = Data::from_json(&format!("[{}1]", "[2],".repeat(300))).expect("JSON");
        assert!(!wide.is_deeper_than(2) && wide.is_deeper_than(1));
    }
}
