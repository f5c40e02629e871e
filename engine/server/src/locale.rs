//! Which language a reader gets: the one asked for in the address, else the one chosen before, else the browser's, else
//! Persian.

use axum::http::{HeaderMap, header};
use peygir_calendar::Language;

/// Cookie that remembers the choice.
pub const LOCALE_COOKIE: &str = "peygir_lang";
/// Languages of an `Accept-Language` header that are looked at.
const ACCEPTED_MAX: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locale {
    Fa,
    En,
}

impl Locale {
    pub const ALL: [Locale; 2] = [Locale::Fa, Locale::En];

    pub fn code(self) -> &'static str {
        match self {
            Locale::Fa => "fa",
            Locale::En => "en",
        }
    }

    /// Base direction of a page.
    pub fn direction(self) -> &'static str {
        match self {
            Locale::Fa => "rtl",
            Locale::En => "ltr",
        }
    }

    pub fn language(self) -> Language {
        match self {
            Locale::Fa => Language::Persian,
            Locale::En => Language::English,
        }
    }

    /// The one of the two names that this reader reads; the other where one is empty.
    pub fn pick<'a>(self, fa: &'a str, en: &'a str) -> &'a str {
        match self {
            Locale::Fa if !fa.is_empty() => fa,
            Locale::En if en.is_empty() => fa,
            _ => en,
        }
    }

    /// `fa`, `fa-IR`, `en`, `en-GB`; anything else is none of ours.
    pub fn parse(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.trim().to_ascii_lowercase().as_str() {
            "fa" => Some(Locale::Fa),
            "en" => Some(Locale::En),
            _ => None,
        }
    }

    /// What the reader of this request gets; `asked` is the address's `lang`.
    pub fn of_request(asked: Option<&str>, headers: &HeaderMap) -> Self {
        asked
            .and_then(Locale::parse)
            .or_else(|| cookie(headers, LOCALE_COOKIE).as_deref().and_then(Locale::parse))
            .unwrap_or_else(|| Locale::accepted(headers))
    }

    /// The better of our two in `Accept-Language`, by its weights; Persian where neither stands there.
    pub fn accepted(headers: &HeaderMap) -> Self {
        let Some(header) = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) else {
            return Locale::Fa;
        };
        let mut best = (0u16, Locale::Fa);
        for range in header.split(',').take(ACCEPTED_MAX) {
            let (tag, weight) = range.split_once(';').map_or((range, 1000), |(tag, rest)| (tag, thousandths(rest)));
            if let Some(locale) = Locale::parse(tag)
                && weight > best.0
            {
                best = (weight, locale);
            }
        }
        best.1
    }
}

/// `q=0.8` as 800; 0 where it is not a weight.
fn thousandths(parameter: &str) -> u16 {
    let weight = parameter.trim().strip_prefix("q=").and_then(|text| text.parse::<f32>().ok());
    weight.filter(|weight| (0.0..=1.0).contains(weight)).map_or(0, |weight| (weight * 1000.0) as u16)
}

/// A cookie of the request.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_language_is_asked_for_then_remembered_then_accepted_then_persian() {
        let cases: [(Option<&str>, &str, &str, Locale); 9] = [
            (None, "", "", Locale::Fa),
            (None, "", "en-GB,en;q=0.9", Locale::En),
            (None, "", "de,en;q=0.5,fa;q=0.8", Locale::Fa),
            (None, "", "de", Locale::Fa),
            (None, "", "en;q=x", Locale::Fa),
            (None, "a=b; peygir_lang=en", "fa", Locale::En),
            (Some("fa"), "peygir_lang=en", "en", Locale::Fa),
            (Some("xx"), "", "en", Locale::En),
            (None, "", "en;q=0", Locale::Fa),
        ];
        for (asked, cookies, accepted, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_str(cookies).unwrap());
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(accepted).unwrap());
            assert_eq!(Locale::of_request(asked, &headers), expected, "{asked:?} {cookies} {accepted}");
        }
    }
}
