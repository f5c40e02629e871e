//! Query strings: decoded to bytes for connectors, to checked parameters for the API, leniently for pages.

use crate::problem::{Code, Problem};

/// Parameters of one query or form that are read at most; the rest is refused.
pub const PAIRS_MAX: usize = 128;
/// Rows of a list that one request may ask for.
pub const PAGE_ROWS_MAX: usize = 200;

/// The pairs of a query, names as text and values as the bytes that were sent: a gateway may send UTF-16.
pub fn raw_pairs(query: &str) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    let mut pairs = Vec::new();
    for part in parts {
        if pairs.len() == PAIRS_MAX {
            return Err(Problem::new(Code::QueryInvalid));
        }
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = String::from_utf8(decode(name)).map_err(|_| Problem::new(Code::NotUtf8))?;
        pairs.push((name, decode(value)));
    }
    Ok(pairs)
}

/// The same with values as text.
pub fn text_pairs(query: &str) -> Result<Vec<(String, String)>, Problem> {
    let pairs = raw_pairs(query)?.into_iter();
    pairs
        .map(|(name, value)| match String::from_utf8(value) {
            Ok(value) => Ok((name, value)),
            Err(_) => Err(Problem::new(Code::NotUtf8)),
        })
        .collect()
}

/// `%XX` and `+`; a `%` that begins no pair of hexadecimal digits stands for itself.
fn decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let pair = bytes.get(index + 1..index + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = pair.filter(|pair| pair.bytes().all(|b| b.is_ascii_hexdigit()));
        match (bytes[index], byte.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                index += 3;
                continue;
            }
            (b'+', _) => decoded.push(b' '),
            (byte, _) => decoded.push(byte),
        }
        index += 1;
    }
    decoded
}

/// The parameters of an API call. What is not taken is refused by [`Params::finish`]: a misspelt filter must not list
/// everything.
pub struct Params(Vec<(String, String)>);

impl Params {
    pub fn of(query: Option<&str>) -> Result<Self, Problem> {
        Ok(Self(text_pairs(query.unwrap_or_default())?))
    }

    /// The value of a parameter; an empty one counts as absent.
    pub fn take(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let Some(index) = self.0.iter().position(|(key, _)| key == name) else { return Ok(None) };
        let (_, value) = self.0.swap_remove(index);
        if self.0.iter().any(|(key, _)| key == name) {
            return Err(Problem::field(Code::QueryInvalid, name, "given-twice"));
        }
        Ok(Some(value).filter(|value| !value.is_empty()))
    }

    /// One of the listed values.
    pub fn take_one_of(&mut self, name: &str, known: &[&str]) -> Result<Option<String>, Problem> {
        let value = self.take(name)?;
        if value.as_deref().is_some_and(|value| !known.contains(&value)) {
            return Err(Problem::field(Code::QueryInvalid, name, "not-an-option"));
        }
        Ok(value)
    }

    /// `after` and `limit`.
    pub fn take_page(&mut self) -> Result<peygir_runtime::desk::PageRequest, Problem> {
        let after = self.take("after")?;
        let limit = match self.take("limit")? {
            None => None,
            Some(text) => match text.parse::<usize>() {
                Ok(limit) if (1..=PAGE_ROWS_MAX).contains(&limit) => Some(limit),
                _ => return Err(Problem::field(Code::QueryInvalid, "limit", "out-of-range")),
            },
        };
        Ok(peygir_runtime::desk::PageRequest { after, limit })
    }

    pub fn finish(self) -> Result<(), Problem> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => Err(Problem::field(Code::QueryInvalid, name, "unknown-parameter")),
        }
    }
}

/// The query of a page: what it does not know it ignores, and a broken one counts as empty, for people come by links.
pub struct PageQuery(Vec<(String, String)>);

impl PageQuery {
    pub fn of(query: Option<&str>) -> Self {
        Self(text_pairs(query.unwrap_or_default()).unwrap_or_default())
    }

    /// The value of a parameter without blanks around it; None where empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
        value.filter(|value| !value.is_empty())
    }

    pub fn given(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_bytes_that_were_sent() {
        let check = |query: &str, expected: &[(&str, &[u8])]| {
            let expected: Vec<_> = expected.iter().map(|(name, value)| (name.to_string(), value.to_vec())).collect();
            assert_eq!(raw_pairs(query).unwrap(), expected, "{query}");
        };
        check("", &[]);
        check("a=1&b", &[("a", b"1"), ("b", b"")]);
        check("text=%06%34%06%A9&x=a+b", &[("text", b"\x06\x34\x06\xa9"), ("x", b"a b")]);
        check("t=%FF%00", &[("t", b"\xff\x00")]);
        check("t=100%&u=%zz&v=%4", &[("t", b"100%"), ("u", b"%zz"), ("v", b"%4")]);
        check("t=%D8%B3", &[("t", "س".as_bytes())]);
        assert!(raw_pairs(&"a=1&".repeat(PAIRS_MAX)).is_ok());
        assert!(raw_pairs(&"a=1&".repeat(PAIRS_MAX + 1)).is_err());
        assert_eq!(text_pairs("t=%FF").unwrap_err().code, Code::NotUtf8);
    }

    #[test]
    fn unknown_repeated_and_wild_parameters_are_refused() {
        let refused = |query: &str| {
            let mut params = Params::of(Some(query)).unwrap();
            let result = params
                .take_one_of("status", &["open", "closed"])
                .and_then(|_| params.take_page())
                .and_then(|_| params.finish());
            result.err().map(|problem| (problem.fields[0].pointer.clone(), problem.fields[0].code.clone()))
        };
        let expect = |name: &str, code: &str| Some((name.to_owned(), code.to_owned()));
        assert_eq!(refused("status=open&limit=5&after=x"), None);
        assert_eq!(refused("status=&limit="), None);
        assert_eq!(refused("status=opened"), expect("status", "not-an-option"));
        assert_eq!(refused("status=open&status=closed"), expect("status", "given-twice"));
        assert_eq!(refused("stauts=open"), expect("stauts", "unknown-parameter"));
        for limit in ["0", "201", "-1", "x", "99999999999999999999"] {
            assert_eq!(refused(&format!("limit={limit}")), expect("limit", "out-of-range"));
        }
    }
}
