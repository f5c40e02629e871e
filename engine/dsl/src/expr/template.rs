//! JSON with `${ }` inside.

use serde_json::{Map, Value};

use super::{Error, Expr, SecretUse, Vars, uri_template};

/// JSON with `${ }` inside: a string that is wholly an expression gives its value with its type; inside other text
/// the results are put in as text and never evaluated again.
#[derive(Debug, Clone, PartialEq)]
pub enum Template {
    Literal(Value),
    Expr(Expr),
    Text(Vec<TextPart>),
    Array(Vec<Template>),
    Object(Vec<(String, Template)>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum TextPart {
    Literal(String),
    Expr(Expr),
    /// Of an address: the member of the input that has this name, percent-encoded.
    Member(String),
}

impl Template {
    /// Compiles a whole JSON value. `vars` are the names of variables its expressions may use, without `$`. The offset
    /// of an error is within the string that holds the expression.
    pub fn compile(value: &Value, vars: &[&str]) -> Result<Self, Error> {
        let template = match value {
            Value::String(text) => return Self::compile_text(text, vars),
            Value::Array(items) => {
                Self::array(items.iter().map(|item| Self::compile(item, vars)).collect::<Result<_, _>>()?)
            }
            Value::Object(members) => {
                let compile = |(key, value): (&String, &Value)| Ok((key.clone(), Self::compile(value, vars)?));
                Self::object(members.iter().map(compile).collect::<Result<_, _>>()?)
            }
            scalar => Self::Literal(scalar.clone()),
        };
        Ok(template)
    }

    /// Compiles one string of a value field.
    pub fn compile_text(text: &str, vars: &[&str]) -> Result<Self, Error> {
        if let Some((source, offset)) = whole(text)? {
            return Expr::compile_within(text, offset..offset + source.len(), vars).map(Self::Expr);
        }
        let mut parts = Vec::new();
        let mut rest = 0;
        while let Some((start, end)) = next_expression(text, rest)? {
            if start > rest {
                parts.push(TextPart::Literal(text[rest..start].to_owned()));
            }
            let expr = Expr::compile_within(&text[start..=end], 2..end - start, vars);
            parts.push(TextPart::Expr(expr.map_err(|error| error.shifted(start))?));
            rest = end + 1;
        }
        if parts.is_empty() {
            return Ok(Self::Literal(text.into()));
        }
        if rest < text.len() {
            parts.push(TextPart::Literal(text[rest..].to_owned()));
        }
        Ok(Self::Text(parts))
    }

    /// An array, literal where all its items are.
    pub(crate) fn array(items: Vec<Template>) -> Self {
        let literal: Option<Vec<Value>> = items.iter().map(Self::as_literal).map(|item| item.cloned()).collect();
        literal.map_or(Self::Array(items), |items| Self::Literal(items.into()))
    }

    /// An object, literal where all its members are.
    pub(crate) fn object(members: Vec<(String, Template)>) -> Self {
        let literal: Option<Map<String, Value>> =
            members.iter().map(|(key, value)| Some((key.clone(), value.as_literal()?.clone()))).collect();
        literal.map_or(Self::Object(members), |members| Self::Literal(members.into()))
    }

    /// The value, where it is the same on every input.
    pub fn as_literal(&self) -> Option<&Value> {
        match self {
            Self::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// The JSON it was compiled from, with `${ }` and the braces of an address as they were written.
    pub fn source(&self) -> Value {
        match self {
            Self::Literal(value) => value.clone(),
            Self::Expr(expr) => expr.written().into(),
            Self::Text(parts) => parts.iter().map(TextPart::source).collect::<String>().into(),
            Self::Array(items) => items.iter().map(Self::source).collect(),
            Self::Object(members) => {
                Value::Object(members.iter().map(|(key, value)| (key.clone(), value.source())).collect())
            }
        }
    }

    /// The secrets that evaluation would read.
    pub fn secrets(&self) -> SecretUse {
        let mut found = SecretUse::default();
        self.visit(&mut |expr| found.add(expr.secrets()));
        found
    }

    /// Whether a variable of this name (without `$`) occurs in an expression; see [`Expr::uses`].
    pub fn uses(&self, var: &str) -> bool {
        let mut used = false;
        self.visit(&mut |expr| used |= expr.uses(var));
        used
    }

    /// Visits every expression, in the order of writing.
    fn visit<'t>(&'t self, visit: &mut impl FnMut(&'t Expr)) {
        match self {
            Self::Literal(_) => {}
            Self::Expr(expr) => visit(expr),
            Self::Text(parts) => parts.iter().for_each(|part| match part {
                TextPart::Expr(expr) => visit(expr),
                TextPart::Literal(_) | TextPart::Member(_) => {}
            }),
            Self::Array(items) => items.iter().for_each(|item| item.visit(visit)),
            Self::Object(members) => members.iter().for_each(|(_, value)| value.visit(visit)),
        }
    }

    pub fn eval(&self, input: &Value, vars: &Vars<'_>) -> Result<Value, Error> {
        Ok(match self {
            Self::Literal(value) => value.clone(),
            Self::Expr(expr) => expr.eval(input, vars)?,
            Self::Text(parts) => Value::String(text(parts, input, vars)?),
            Self::Array(items) => {
                Value::Array(items.iter().map(|item| item.eval(input, vars)).collect::<Result<_, _>>()?)
            }
            Self::Object(members) => {
                let eval = |(key, value): &(String, Template)| Ok((key.clone(), value.eval(input, vars)?));
                Value::Object(members.iter().map(eval).collect::<Result<_, _>>()?)
            }
        })
    }
}

impl TextPart {
    fn source(&self) -> String {
        match self {
            Self::Literal(literal) => literal.clone(),
            Self::Expr(expr) => expr.written().to_owned(),
            Self::Member(name) => format!("{{{name}}}"),
        }
    }
}

fn text(parts: &[TextPart], input: &Value, vars: &Vars<'_>) -> Result<String, Error> {
    let mut text = String::new();
    for part in parts {
        match part {
            TextPart::Literal(literal) => text.push_str(literal),
            TextPart::Expr(expr) => match expr.eval(input, vars)? {
                Value::String(value) => text.push_str(&value),
                value => text.push_str(&value.to_string()),
            },
            TextPart::Member(name) => text.push_str(&uri_template::expand(name, input)?),
        }
    }
    Ok(text)
}

/// The source of an expression and its byte offset, if the text is one `${ }` and nothing else.
pub(crate) fn whole(text: &str) -> Result<Option<(&str, usize)>, Error> {
    let start = text.len() - text.trim_start().len();
    let end = text.trim_end().len();
    match next_expression(text, start)? {
        Some((first, last)) if first == start && last + 1 == end => Ok(Some((&text[first + 2..last], first + 2))),
        _ => Ok(None),
    }
}

/// The next `${ }` at or after byte `from`: offsets of its `$` and of its closing brace.
fn next_expression(text: &str, from: usize) -> Result<Option<(usize, usize)>, Error> {
    let Some(start) = text[from..].find("${").map(|position| position + from) else {
        return Ok(None);
    };
    match closing_brace(text, start + 2) {
        Some(end) => Ok(Some((start, end))),
        None => Err(Error::at("`${` is not closed", start)),
    }
}

/// Finds the brace that closes an expression whose code begins at byte `from`: brackets in jq's strings do not count,
/// those of code inside `\( )` in strings do.
fn closing_brace(text: &str, from: usize) -> Option<usize> {
    let mut open = vec![b'{'];
    let mut bytes = text.bytes().enumerate().skip(from);
    while let Some((offset, byte)) = bytes.next() {
        let in_string = open.last() == Some(&b'"');
        match byte {
            b'\\' if in_string => {
                if let Some((_, b'(')) = bytes.next() {
                    open.push(b'(');
                }
            }
            b'"' if in_string => {
                open.pop();
            }
            _ if in_string => {}
            b'"' | b'{' | b'(' | b'[' => open.push(byte),
            b'#' => {
                bytes.by_ref().find(|(_, byte)| *byte == b'\n')?;
            }
            b'}' | b')' | b']' => {
                open.pop();
            }
            _ => {}
        }
        if open.is_empty() {
            return (byte == b'}').then_some(offset);
        }
    }
    None
}
