//! The actions of a script as far as they are written out, found without running it: what stands in a branch that no row takes is
//! there all the same.
//!
//! Owns: reading literals out of the compiled form, each with its place. What is computed is left out: nothing is claimed of it.
//! Deliberately does not know which names there are.

use peygir_source::{Entry, Node, Span, Value};
use rhai::{AST, ASTNode, Expr, FnCallExpr, Ident, Stmt};

use crate::{
    complaint::sized,
    fault::span_of,
    library::{ACTION, ACTIONS},
};

/// An action that the script may ask for: the built-in function, and the members that are written out.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    pub function: String,
    pub members: Node,
}

/// All of them, in the order of writing.
pub(crate) fn actions(ast: &AST) -> Vec<Written> {
    let own: Vec<&str> = ast.iter_functions().map(|function| function.name).collect();
    let mut found = Vec::new();
    ast.walk(&mut |path| {
        found.extend(match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _))) => of_call(call, &own),
            Some(ASTNode::Expr(map @ Expr::Map(..))) => of_map(map),
            _ => None,
        });
        true
    });
    found.sort_by_key(|one: &Written| (one.members.span.line, one.members.span.column));
    found
}

/// A call of a function that describes an action; one that the script has of that name is another.
fn of_call(call: &FnCallExpr, own: &[&str]) -> Option<Written> {
    let (name, function) = ACTIONS.iter().find(|(name, _)| *name == call.name.as_str())?;
    let [members] = call.args.as_slice() else { return None };
    let members = literal(members).filter(|_| !own.contains(name))?;
    Some(Written { function: (*function).to_owned(), members })
}

/// A map that names its action itself.
fn of_map(map: &Expr) -> Option<Written> {
    let members = literal(map)?;
    let function = members.get(ACTION)?.as_str()?.to_owned();
    Some(Written { function, members })
}

/// What an expression is whatever happens; none where it has to be computed. Of a list or a map the parts that are written out.
fn literal(expression: &Expr) -> Option<Node> {
    let span = span_of(expression.position());
    let value = match expression {
        Expr::StringConstant(text, _) => Value::String(text.to_string()),
        Expr::BoolConstant(flag, _) => Value::Bool(*flag),
        Expr::IntegerConstant(number, _) => Value::Number((*number).into()),
        Expr::Array(items, _) => Value::Sequence(items.iter().filter_map(literal).collect()),
        Expr::Map(members, _) => Value::Mapping(members.0.iter().filter_map(entry).collect()),
        _ => return None,
    };
    let length = match &value {
        // With its quotes.
        Value::String(text) => u32::try_from(text.chars().count() + 2).unwrap_or_default(),
        _ => 0,
    };
    Some(Node { span: Span { length, ..span }, value })
}

fn entry((name, expression): &(Ident, Expr)) -> Option<Entry> {
    let node = literal(expression)?;
    Some(Entry { key: name.name.to_string(), key_span: sized(span_of(name.pos), &name.name), node })
}

#[cfg(test)]
mod tests {
    use crate::Script;

    fn written(body: &str) -> Vec<String> {
        let source = format!("fn main(req, now, args) {{\n{body}\n}}\n");
        let script = Script::compile("t", &source).unwrap_or_else(|found| panic!("{source}{found:#?}"));
        let shown = |one: crate::Written| {
            let span = one.members.get("template").map(|node| node.span).unwrap_or_default();
            format!("{} {} {}:{}:{}", one.function, one.members.to_json(), span.line, span.column, span.length)
        };
        script.written_actions().into_iter().map(shown).collect()
    }

    #[test]
    fn what_is_written_out_is_found_wherever_it_stands() {
        let body = "if req.repeats > 9 {\n  return [notify(#{ to: #{ role: `mayor` }, by: [\"sms\", req.x], template: \"late\", args: #{ n: req.n } })];\n}\n\
                    let tell = |x| case_mark(#{ milestone: x });\nhuman_task(#{ form: req.form, assign: #{ role: \"chief\" } })";
        assert_eq!(
            written(body),
            [
                r#"notify {"args":{},"by":["sms"],"template":"late","to":{"role":"mayor"}} 3:75:6"#,
                "case-mark {} 0:0:0",
                r#"human-task {"assign":{"role":"chief"}} 0:0:0"#
            ]
        );
        assert_eq!(written("#{ action: \"notify\", template: \"late\" }").len(), 1);
    }

    #[test]
    fn what_is_no_action_or_computed_is_left() {
        assert_eq!(written("let members = #{ template: \"late\" }; notify(members)"), Vec::<String>::new());
        assert_eq!(written("#{ template: \"late\" }"), Vec::<String>::new());
        let own = "fn notify(members) { members }\nfn main(req, now, args) { notify(#{ template: \"late\" }) }\n";
        assert_eq!(Script::compile("t", own).map(|script| script.written_actions()), Ok(Vec::new()));
    }
}
