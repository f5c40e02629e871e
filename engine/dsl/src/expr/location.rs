//! `$__loc__`: where in the source it stands, written out on tokens as the object that it is.

use jaq_core::load::lex::{StrPart, Tok, Token};

use super::parse;

const NAME: &str = "$__loc__";
/// What jq calls a source that is no file.
const FILE: &str = "<top-level>";

pub(super) fn written_out<'s>(source: &'s str, tokens: Vec<Token<&'s str>>, in_object: bool) -> Vec<Token<&'s str>> {
    let mut written: Vec<Token<&'s str>> = Vec::with_capacity(tokens.len());
    for Token(text, token) in tokens {
        if text == NAME && matches!(token, Tok::Var) {
            let before = written.last().map(|token| token.0);
            if in_object && matches!(before, None | Some(",")) {
                written.extend([Token("__loc__", Tok::Word), Token(":", Tok::Sym)]);
            }
            written.push(location(source, text));
            continue;
        }
        let token = match token {
            Tok::Block(tokens) => Tok::Block(written_out(source, tokens, text.starts_with('{'))),
            Tok::Str(parts) => Tok::Str(parts.into_iter().map(|part| part_written_out(source, part)).collect()),
            other => other,
        };
        written.push(Token(text, token));
    }
    written
}

fn part_written_out<'s>(source: &'s str, part: StrPart<&'s str, Token<&'s str>>) -> StrPart<&'s str, Token<&'s str>> {
    match part {
        StrPart::Term(Token(text, Tok::Block(tokens))) => {
            StrPart::Term(Token(text, Tok::Block(written_out(source, tokens, false))))
        }
        other => other,
    }
}

/// `{file: "<top-level>", line: ("7" | tonumber)}`: a number of our own has no place in the source to be a part of.
fn location<'s>(source: &str, name: &'s str) -> Token<&'s str> {
    let start = parse::offset(source, name).unwrap_or(0);
    let line = source[..start].matches('\n').count() + 1;
    let digits = line.to_string().chars().map(StrPart::Char).collect();
    let line =
        vec![Token("\"\"", Tok::Str(digits)), Token("|", Tok::Sym), Token("tonumber", Tok::Word), Token(")", Tok::Sym)];
    let members = vec![
        Token("file", Tok::Word),
        Token(":", Tok::Sym),
        Token("\"\"", Tok::Str(vec![StrPart::Str(FILE)])),
        Token(",", Tok::Sym),
        Token("line", Tok::Word),
        Token(":", Tok::Sym),
        Token("(", Tok::Block(line)),
        Token("}", Tok::Sym),
    ];
    Token("{", Tok::Block(members))
}
