//! Counting what a text declares while it is parsed. rhai compares each parameter of a function, and each variable, with all before it:
//! thousands of them would take it many seconds to read.
//!
//! Owns: that a function with more parameters than any call hands over, and a text with very many variables, are refused at the first
//! one too many. Deliberately knows nothing of what else a text says.

use std::cell::RefCell;

use rhai::{AST, Engine, LexError, ParseError, Token};

use crate::limits::{ARGUMENTS_MAX, DECLARATIONS_MAX};

/// What stands in an error in place of the parser's own words.
const PARAMETERS: &str = "too many parameters";
const VARIABLES: &str = "too many variables";

thread_local! {
    /// A text is parsed on one thread, token by token.
    static PARSED: RefCell<Parsed> = const { RefCell::new(BEGUN) };
}

const BEGUN: Parsed = Parsed { place: Place::Elsewhere { is_operand: false }, variables: 0 };

/// What was parsed so far.
struct Parsed {
    place: Place,
    variables: usize,
}

/// Where the parser is.
#[derive(Clone, Copy)]
enum Place {
    /// `is_operand`: a sign that follows stands between two values, and begins no closure.
    Elsewhere { is_operand: bool },
    /// Behind `fn`.
    Name,
    /// Between the brackets of a function, or the bars of a closure.
    Parameters { count: usize },
}

/// Lets the engine count while it parses.
pub(crate) fn register(engine: &mut Engine) {
    #[expect(
        deprecated,
        reason = "rhai marks the interface as volatile, not as deprecated; its version is pinned by the lock file"
    )]
    engine.on_parse_token(|token, _, _| PARSED.with_borrow_mut(|parsed| parsed.step(token)));
}

/// Reads a text from its beginning: where the one before it ended is forgotten.
pub(crate) fn compile(engine: &Engine, source: &str) -> Result<AST, ParseError> {
    PARSED.set(BEGUN);
    engine.compile(source)
}

/// What a text was refused for here, in both languages.
pub(crate) fn too_many(error: &LexError) -> Option<(String, String)> {
    let LexError::Runtime(told) = error else { return None };
    match told.as_str() {
        PARAMETERS => Some((
            format!("a function with more than {ARGUMENTS_MAX} parameters: hand a map over"),
            format!("تابعی با بیش از {ARGUMENTS_MAX} پارامتر: یک نگاشت بدهید"),
        )),
        VARIABLES => Some((
            format!("more than {DECLARATIONS_MAX} variables and constants: keep them in a map or a list"),
            format!("بیش از {DECLARATIONS_MAX} متغیر و ثابت: آن‌ها را در یک نگاشت یا فهرست نگه دارید"),
        )),
        _ => None,
    }
}

impl Parsed {
    fn step(&mut self, token: Token) -> Token {
        self.place = self.place.step(&token);
        self.variables += usize::from(matches!(token, Token::Let | Token::Const));
        let refused = |told: &str| Token::LexError(Box::new(LexError::Runtime(told.to_owned())));
        match self.place {
            Place::Parameters { count } if count > ARGUMENTS_MAX => refused(PARAMETERS),
            _ if self.variables > DECLARATIONS_MAX => refused(VARIABLES),
            _ => token,
        }
    }
}

impl Place {
    fn step(self, token: &Token) -> Self {
        match (self, token) {
            (_, Token::Fn) => Self::Name,
            (Self::Name, Token::LeftParen) | (Self::Elsewhere { is_operand: false }, Token::Pipe) => {
                Self::Parameters { count: 0 }
            }
            (Self::Name, _) => Self::Name,
            (Self::Parameters { count }, Token::Identifier(_)) => Self::Parameters { count: count + 1 },
            (Self::Parameters { .. }, Token::Comma) => self,
            (Self::Parameters { .. }, _) => Self::Elsewhere { is_operand: false },
            (Self::Elsewhere { .. }, token) => Self::Elsewhere { is_operand: ends_a_value(token) },
        }
    }
}

/// A block is none: what follows it may begin with a closure.
fn ends_a_value(token: &Token) -> bool {
    matches!(
        token,
        Token::Identifier(_)
            | Token::Reserved(_)
            | Token::IntegerConstant(_)
            | Token::DecimalConstant(_)
            | Token::StringConstant(_)
            | Token::InterpolatedString(_)
            | Token::CharConstant(_)
            | Token::True
            | Token::False
            | Token::RightParen
            | Token::RightBracket
    )
}
