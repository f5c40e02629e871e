//! What a flow wants to be run, read and checked. No fault names a value.

use std::path::Path;

use peygir_connector::{Fault, FaultKind, Request};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::config::{Config, is_variable, language};

/// Most arguments, and most variables.
const PARTS_MAX: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptInput {
    language: String,
    code: Option<String>,
    source: Option<String>,
    #[serde(default)]
    arguments: Vec<Value>,
    #[serde(default)]
    environment: Map<String, Value>,
    #[serde(default)]
    stdin: Value,
    #[serde(default, rename = "return")]
    return_: Return,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShellInput {
    command: String,
    #[serde(default)]
    arguments: Vec<Value>,
    #[serde(default)]
    environment: Map<String, Value>,
    #[serde(default)]
    stdin: Value,
    #[serde(default, rename = "return")]
    return_: Return,
}

/// What of a program's end the flow wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Return {
    #[default]
    Stdout,
    Stderr,
    Code,
    All,
    None,
}

/// Ready to be run.
pub(crate) struct Asked<'c> {
    pub(crate) program: &'c Path,
    pub(crate) what: What,
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) stdin: Option<String>,
    pub(crate) return_: Return,
}

pub(crate) enum What {
    /// The text, and the name of the file that it is written to.
    Script {
        code: String,
        file: &'static str,
    },
    Command(String),
}

impl<'c> Asked<'c> {
    pub(crate) fn read(request: &Request, config: &'c Config) -> Result<Self, Fault> {
        match request.operation.as_str() {
            "run-script" => Self::script(&request.input, config),
            _ => Self::command(&request.input, config),
        }
    }

    fn script(input: &Value, config: &'c Config) -> Result<Self, Fault> {
        let input = ScriptInput::deserialize(input).map_err(|_| {
            refused(
                "the input is no script: it needs `language` and `code` or `source`, and may have `arguments`, \
                 `environment`, `stdin` and `return` (stdout, stderr, code, all or none)",
            )
        })?;
        if !config.scripts {
            return Err(not_allowed("the deployment does not allow scripts"));
        }
        let code = match (input.code, input.source) {
            (Some(code), None) => code,
            (None, Some(text)) if is_address(&text) => {
                return Err(not_allowed("`source` is an address and was not fetched: a script is run as text only"));
            }
            (None, Some(text)) => text,
            _ => return Err(refused("a script has either `code` or `source`")),
        };
        let program = config.interpreter(&input.language);
        let program =
            program.ok_or_else(|| not_allowed("the deployment has no interpreter for the script's language"))?;
        let what = What::Script { code, file: file_of(&input.language) };
        Self::ready(program, what, &input.arguments, &input.environment, input.stdin, input.return_)
    }

    fn command(input: &Value, config: &'c Config) -> Result<Self, Fault> {
        let input = ShellInput::deserialize(input).map_err(|_| {
            refused(
                "the input is no command: it needs `command`, and may have `arguments`, `environment`, `stdin` and \
                 `return` (stdout, stderr, code, all or none)",
            )
        })?;
        let shell = config.shell.as_deref().ok_or_else(|| not_allowed("the deployment allows no shell"))?;
        let what = What::Command(without_nul("command", input.command)?);
        Self::ready(shell, what, &input.arguments, &input.environment, input.stdin, input.return_)
    }

    fn ready(
        program: &'c Path,
        what: What,
        arguments: &[Value],
        environment: &Map<String, Value>,
        stdin: Value,
        return_: Return,
    ) -> Result<Self, Fault> {
        if arguments.len() > PARTS_MAX || environment.len() > PARTS_MAX {
            return Err(refused(format!("at most {PARTS_MAX} arguments and as many variables are taken")));
        }
        let arguments = arguments.iter().map(|value| without_nul("arguments", text(value)));
        let environment = environment.iter().map(|(name, value)| {
            if !is_variable(name) {
                return Err(refused("a name under `environment` is no name of a variable"));
            }
            Ok((name.clone(), without_nul("environment", text(value))?))
        });
        Ok(Self {
            program,
            what,
            arguments: arguments.collect::<Result<_, Fault>>()?,
            environment: environment.collect::<Result<_, Fault>>()?,
            stdin: (!stdin.is_null()).then(|| text(&stdin)),
            return_,
        })
    }
}

fn refused(message: impl Into<String>) -> Fault {
    Fault::permanent(FaultKind::Content, message)
}

fn not_allowed(message: &str) -> Fault {
    Fault::permanent(FaultKind::Configuration, message)
}

/// A text as it is, other data as JSON, null as nothing.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn without_nul(what: &str, text: String) -> Result<String, Fault> {
    if text.contains('\0') { Err(refused(format!("`{what}` holds a null byte"))) } else { Ok(text) }
}

/// One word with a scheme: no language has programs like that.
fn is_address(text: &str) -> bool {
    let text = text.trim();
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let is_scheme = scheme.chars().all(|sign| sign.is_ascii_alphanumeric() || "+-.".contains(sign));
    is_scheme && !scheme.is_empty() && !rest.contains(char::is_whitespace)
}

/// Some programs tell by the file's name what is in it.
fn file_of(name: &str) -> &'static str {
    match language(name).as_str() {
        "js" => "script.js",
        "python" => "script.py",
        _ => "script",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_scripts() {
        for text in ["https://h/x.js", " file:///x.py\n", "git+ssh://h/x"] {
            assert!(is_address(text), "{text}");
        }
        for text in ["", "print(1)", "fetch('https://h/x')", "# see https://h/x\nprint(1)", "a://b c", "://x"] {
            assert!(!is_address(text), "{text}");
        }
    }
}
