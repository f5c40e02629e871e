//! The functions that Peygir adds to rhai's own: one list, from which everything else about them follows.
//!
//! Owns: what each is called, its documentation in both languages, its examples and its code. The page for authors, the
//! editor's definition file ([`crate::reference`]) and the names that the checker knows come from this list; each example is a
//! test. Deliberately has no function with an effect: what looks like one returns a description of it.

mod actions;
mod dates;
mod given;
mod lists;
mod moments;
mod numbers;
mod people;
mod text;
mod working;

use rhai::{Engine, EvalAltResult, FuncRegistration, Position, RhaiNativeFunc};

pub(crate) use actions::{ACTION, ACTIONS, places as action_places};
pub(crate) use given::{LongNumber, Moment, Refusal, date_of, moment_of};

/// What a function of the library answers.
pub(crate) type Answer<T> = Result<T, Box<EvalAltResult>>;

/// One function, or one property of a value.
pub(crate) struct Function {
    pub name: &'static str,
    /// As authors write it: `add_days(date: Date, days: int) -> Date`, a property as `date.year: int`. One for each form.
    pub signatures: &'static [&'static str],
    /// What it does, in English: sentences.
    pub en: &'static str,
    /// The same in Persian.
    pub fa: &'static str,
    /// An expression and the one that it equals. Each is run by a test.
    pub examples: &'static [(&'static str, &'static str)],
    /// Adds a form for each signature, in their order.
    pub code: fn(&mut Forms<'_>),
}

/// Functions that belong together, under one heading of the page.
pub(crate) struct Group {
    pub en: &'static str,
    pub fa: &'static str,
    /// What holds for all of them, in both languages.
    pub about_en: &'static str,
    pub about_fa: &'static str,
    pub functions: &'static [Function],
}

/// All of them. A function that is not in this list does not exist.
pub(crate) const LIBRARY: &[Group] = &[
    text::GROUP,
    numbers::GROUP,
    lists::GROUP,
    dates::GROUP,
    moments::GROUP,
    working::GROUP,
    people::GROUP,
    actions::GROUP,
];

/// Takes the forms of one function into an engine, each with its documentation.
pub(crate) struct Forms<'a> {
    engine: &'a mut Engine,
    function: &'a Function,
    added: usize,
}

impl Forms<'_> {
    /// A form that is called.
    pub fn add<A: 'static, const N: usize, const X: bool, R, const F: bool>(
        &mut self,
        code: impl RhaiNativeFunc<A, N, X, R, F> + Send + Sync + 'static,
    ) -> &mut Self
    where
        R: rhai::Variant + Clone,
    {
        let parts = parts(self.next());
        self.documented(FuncRegistration::new(self.function.name))
            .with_params_info(parts)
            .register_into_engine(self.engine, code);
        self
    }

    /// A property that is read.
    pub fn get<A: 'static, const N: usize, const X: bool, R, const F: bool>(
        &mut self,
        code: impl RhaiNativeFunc<A, N, X, R, F> + Send + Sync + 'static,
    ) -> &mut Self
    where
        R: rhai::Variant + Clone,
    {
        let _ = self.next();
        self.documented(FuncRegistration::new_getter(self.function.name)).register_into_engine(self.engine, code);
        self
    }

    fn next(&mut self) -> &'static str {
        let signatures = self.function.signatures;
        self.added += 1;
        signatures.get(self.added - 1).expect("a signature is written for each form")
    }

    fn documented(&self, registration: FuncRegistration) -> FuncRegistration {
        let Function { en, fa, .. } = self.function;
        registration.with_comments([format!("/// {en}"), "///".to_owned(), format!("/// {fa}")])
    }
}

/// Adds the library, with what its values need to be compared and printed.
pub(crate) fn register(engine: &mut Engine) {
    given::register(engine);
    for function in LIBRARY.iter().flat_map(|group| group.functions) {
        let mut forms = Forms { engine, function, added: 0 };
        (function.code)(&mut forms);
        debug_assert_eq!(forms.added, function.signatures.len(), "{}", function.name);
    }
}

/// `name(a: T, b: U) -> V` as `["a: T", "b: U", "V"]`, as rhai wants it.
fn parts(signature: &str) -> Vec<&str> {
    let inside = signature.split_once('(').map_or("", |(_, rest)| rest);
    let (parameters, answer) = inside.split_once(')').unwrap_or((inside, ""));
    let answer = answer.trim().strip_prefix("->").map(str::trim);
    parameters.split(", ").filter(|part| !part.is_empty()).chain(answer).collect()
}

/// The fault of a function that was given what it can't take, in both languages. A script can catch it.
pub(crate) fn refused<T>(en: impl Into<String>, fa: impl Into<String>) -> Answer<T> {
    refusal(Refusal { en: en.into(), fa: fa.into(), is_of_input: false })
}

/// The same where the data that a run was given are at fault.
pub(crate) fn refused_input<T>(en: impl Into<String>, fa: impl Into<String>) -> Answer<T> {
    refusal(Refusal { en: en.into(), fa: fa.into(), is_of_input: true })
}

fn refusal<T>(refusal: Refusal) -> Answer<T> {
    Err(EvalAltResult::ErrorRuntime(rhai::Dynamic::from(refusal), Position::NONE).into())
}

#[cfg(test)]
mod tests;
