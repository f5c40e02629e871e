//! What of jq is not here, why, and what to write instead.

use jaq_core::load::lex::{Tok, Token};

/// The name, what it does that an expression must not, and what to write instead.
const NAMES: [(&str, &str, &str); 23] = [
    ("env", "reads the environment", "use `$secrets` or `$runtime`"),
    ("$ENV", "reads the environment", "use `$secrets` or `$runtime`"),
    ("input", "reads further inputs", "the one input is `.`"),
    ("inputs", "reads further inputs", "the one input is `.`"),
    ("input_filename", "reads further inputs", "the one input is `.`"),
    ("input_line_number", "reads further inputs", "the one input is `.`"),
    ("$__prog_args", "reads further inputs", "the one input is `.`"),
    ("debug", "writes to the log", "leave it out; what a task gives is kept in the journal"),
    ("stderr", "writes to the log", "leave it out; what a task gives is kept in the journal"),
    ("halt", "ends the program", "use the task `raise`, or `error(…)`"),
    ("halt_error", "ends the program", "use the task `raise`, or `error(…)`"),
    ("localtime", "reads the zone of the machine", "use `gmtime`"),
    ("mklocaltime", "reads the zone of the machine", "use `mktime`"),
    ("strflocaltime", "reads the zone of the machine", "use `strftime`"),
    ("import", "loads a module", "write the definition in the expression"),
    ("include", "loads a module", "write the definition in the expression"),
    ("module", "loads a module", "write the definition in the expression"),
    ("modulemeta", "loads a module", "write the definition in the expression"),
    ("get_search_list", "loads a module", "write the definition in the expression"),
    ("builtins", "asks about the interpreter", "leave it out"),
    ("get_jq_origin", "asks about the interpreter", "leave it out"),
    ("get_prog_origin", "asks about the interpreter", "leave it out"),
    ("$__prog_name", "asks about the interpreter", "leave it out"),
];

/// What to tell of a name that nobody defined, if it is one of jq's that are kept out.
pub(super) fn name(name: &str) -> Option<String> {
    let (_, does, instead) = NAMES.iter().find(|(refused, ..)| *refused == name)?;
    Some(format!("`{name}` is not here: it {does}; {instead}"))
}

/// The word of a directive that would load a module, where the text begins with one.
pub(super) fn directive<'s>(tokens: &[Token<&'s str>]) -> Option<&'s str> {
    match tokens {
        [Token(word @ ("import" | "include"), Tok::Word), Token(_, Tok::Str(_)), ..] => Some(word),
        [Token(word @ "module", Tok::Word), Token(_, Tok::Block(_)), ..] => Some(word),
        _ => None,
    }
}
