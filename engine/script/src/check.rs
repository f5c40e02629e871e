//! What can be told about a compiled script without running it: the entry function, what it calls, what it leaves outside.

use peygir_source::{Diagnostic, Help, Span, suggest};
use rhai::{AST, ASTFlags, ASTNode, Expr, FnCallExpr, Ident, Position, Stmt};

use crate::{
    complaint::{forbidden, sized, too_large},
    engine::{FORBIDDEN, FUNCTION_NAMES},
    fault::span_of,
    limits::ARGUMENTS_MAX,
};

/// Most findings of a walk that are told with what was meant: names near to a wrong one are sought among all.
const FINDINGS_MAX: usize = 50;

/// Parameters of the entry function, by position.
const ENTRY_PARAMETERS: [&str; 3] = ["req", "now", "args"];

/// The name of the function that a script answers with: its own name, or `main`.
pub(crate) fn entry(ast: &AST, name: &str) -> Result<String, Diagnostic> {
    let own = name.rsplit('/').next().unwrap_or(name).replace('-', "_");
    let found = [own.as_str(), "main"].into_iter().find_map(|wanted| {
        ast.iter_functions().find(|function| function.name == wanted).map(|function| (wanted, function.params.len()))
    });
    match found {
        Some((wanted, count)) if count == ENTRY_PARAMETERS.len() => Ok(wanted.to_owned()),
        Some((wanted, count)) => Err(Diagnostic::error(
            "PG-S003",
            first_line(),
            format!("the function {wanted} takes {count} parameters, not 3"),
            format!("تابع {wanted} {count} پارامتر دارد، نه ۳"),
        )
        .with_help(
            format!("write fn {wanted}(req, now, args) {{ … }}"),
            format!("بنویسید fn {wanted}(req, now, args) {{ … }}"),
        )),
        None => Err(Diagnostic::error(
            "PG-S003",
            first_line(),
            format!("the script has no function {own} to begin with"),
            format!("اسکریپت تابع آغازین {own} را ندارد"),
        )
        .with_help(
            format!("write fn {own}(req, now, args) {{ … }}"),
            format!("بنویسید fn {own}(req, now, args) {{ … }}"),
        )),
    }
}

fn first_line() -> Span {
    Span { line: 1, column: 1, length: 0 }
}

/// Findings of a walk over everything that can run. Errors refuse the script; warnings are told beside it.
pub(crate) fn calls(ast: &AST) -> Vec<Diagnostic> {
    let own: Vec<&str> = ast.iter_functions().map(|function| function.name).collect();
    let mut findings = Vec::new();
    ast.walk(&mut |path| {
        let has_few = findings.len() < FINDINGS_MAX;
        match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, position)) | ASTNode::Stmt(Stmt::FnCall(call, position))) => {
                findings.extend(crowded(call, *position));
                findings.extend(of_call(call, *position, &own, (true, has_few)));
            }
            Some(ASTNode::Expr(Expr::MethodCall(call, position))) => {
                findings.extend(crowded(call, *position));
                findings.extend(of_call(call, *position, &own, (false, has_few)));
            }
            Some(ASTNode::Stmt(Stmt::Share(captured))) => {
                findings.extend(captured.iter().map(|(name, _)| capture(name)))
            }
            _ => {}
        }
        true
    });
    findings.sort_by_key(|finding: &Diagnostic| (finding.span.line, finding.span.column));
    findings.dedup();
    findings
}

/// A captured variable is a cell shared by value and closure. A value that holds a closure which captured it deadlocks on
/// its own lock as soon as rhai compares or prints it, and no limit of a run can end that.
fn capture(name: &Ident) -> Diagnostic {
    let word = name.name.as_str();
    Diagnostic::error(
        "PG-S009",
        sized(span_of(name.pos), word),
        format!("this closure captures the variable \"{word}\" from outside"),
        format!("این تابع بی‌نام متغیر «{word}» را از بیرون خود می‌گیرد"),
    )
    .with_help(
        "a for loop sees the variables around it: use one instead of the closure",
        "حلقهٔ for متغیرهای گرد خود را می‌بیند: به جای تابع بی‌نام آن را به کار ببرید",
    )
}

/// A call of more arguments than any function takes, be it by name or of a function in a variable.
fn crowded(call: &FnCallExpr, position: Position) -> Option<Diagnostic> {
    let count = call.args.len();
    let what = (
        format!("a call with {count} arguments, at most {ARGUMENTS_MAX}: hand a map over"),
        format!("فراخوانی با {count} آرگومان، حداکثر {ARGUMENTS_MAX}: یک نگاشت بدهید"),
    );
    (count > ARGUMENTS_MAX).then(|| too_large(sized(span_of(position), call.name.as_str()), &what))
}

/// `is_function`: it is called by its name alone. `has_few`: few enough were found that a name of nothing is told with what is near to it.
fn of_call(
    call: &FnCallExpr,
    position: Position,
    own: &[&str],
    (is_function, has_few): (bool, bool),
) -> Option<Diagnostic> {
    let name = call.name.as_str();
    let is_word = name.starts_with(|c: char| c.is_alphabetic() || c == '_') && !name.contains('$');
    // The parser refuses a written `curry`; the one met here is how rhai builds a capturing closure.
    if !is_word || call.op_token.is_some() || name == "curry" {
        return None;
    }
    let span = sized(span_of(position), name);
    if FORBIDDEN.contains(&name) {
        return Some(forbidden(span, name));
    }
    if own.contains(&name) || FUNCTION_NAMES.contains(name) {
        return None;
    }
    // What refuses nothing is told as often as anybody reads it.
    if !has_few && !is_function {
        return None;
    }
    let (message, message_fa) =
        (format!("there is no function \"{name}\""), format!("تابعی به نام «{name}» وجود ندارد"));
    // A method may be a function kept in a map, which only the run can tell.
    let finding = if is_function {
        Diagnostic::error("PG-S006", span, message, message_fa)
    } else {
        Diagnostic::warning("PG-S006", span, message, message_fa)
    };
    let known = || own.iter().copied().chain(FUNCTION_NAMES.iter().map(String::as_str));
    Some(match has_few.then(|| suggest(name, known())).flatten() {
        Some(known) => finding.helped(Help::did_you_mean(known, '"')),
        None => finding,
    })
}

/// Statements outside functions never run, except constants, which functions read as `global::NAME`.
pub(crate) fn top_level(ast: &AST) -> Vec<Diagnostic> {
    let misplaced = ast.statements().iter().filter(|statement| !is_constant(statement));
    misplaced
        .map(|statement| {
            Diagnostic::error(
                "PG-S008",
                span_of(statement.position()),
                "this statement stands outside every function and would never run",
                "این دستور بیرون از همهٔ تابع‌هاست و هرگز اجرا نمی‌شود",
            )
            .with_help(
                "put it into a function; only const NAME = … may stand outside, read as global::NAME",
                "آن را در یک تابع بگذارید؛ بیرون تنها const NAME = … می‌آید که با global::NAME خوانده می‌شود",
            )
        })
        .collect()
}

fn is_constant(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Noop(_))
        || matches!(statement, Stmt::Var(_, flags, _) if flags.contains(ASTFlags::CONSTANT))
}
