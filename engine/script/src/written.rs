//! The actions of a script as far as they are written out, found without running it: what stands in a branch that no row takes is
//! there all the same.
//!
//! Owns: reading literals out of the compiled form, each with its place, and where something is computed: nothing is claimed of
//! that. Deliberately does not know which names there are.

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
    pub(crate) form: Form,
    /// As `members`, with null for what is computed.
    shape: Node,
    /// Where that is so, as JSON pointers.
    computed: Vec<String>,
}

/// How an action is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// By its function, which gets all its members.
    Call,
    /// As a map that names it; the script may put more into it.
    Map,
    /// Such a map within another one: it may as well be data.
    Inner,
}

impl Written {
    fn new(function: &str, members: &Expr, form: Form) -> Option<Self> {
        let mut computed = Vec::new();
        let shape = shape(members, "", &mut computed);
        Some(Self { function: function.to_owned(), members: literal(members)?, form, shape, computed })
    }

    /// Where this member is named, be it written out or computed. Of what may as well be data nothing is told.
    pub fn names(&self, member: &str) -> Option<Span> {
        self.shape.entry(member).filter(|_| self.form != Form::Inner).map(|entry| entry.key_span)
    }

    /// What it is given, without its name.
    pub(crate) fn value(&self) -> serde_json::Value {
        let mut value = self.shape.to_json();
        if let Some(members) = value.as_object_mut().filter(|_| self.form != Form::Call) {
            members.remove(ACTION);
        }
        value
    }

    /// Whether what stands at this pointer, or a part of it, is computed.
    pub(crate) fn is_computed_within(&self, pointer: &str) -> bool {
        let within =
            |one: &String| one.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.computed.iter().any(within)
    }

    /// Where its name stands; where it is written by its function, the function.
    pub(crate) fn span_of_name(&self) -> Span {
        self.shape.get(ACTION).map_or(self.shape.span, |name| name.span)
    }

    pub(crate) fn span_at(&self, pointer: &str) -> Span {
        self.at(pointer).span
    }

    /// Where a member of what stands at this pointer is named.
    pub(crate) fn span_of_member(&self, pointer: &str, member: &str) -> Span {
        let node = self.at(pointer);
        node.entry(member).map_or(node.span, |entry| entry.key_span)
    }

    fn at(&self, pointer: &str) -> &Node {
        pointer.split('/').skip(1).fold(&self.shape, |node, part| {
            let item = || node.items()?.get(part.parse::<usize>().ok()?);
            node.get(&part.replace("~1", "/").replace("~0", "~")).or_else(item).unwrap_or(node)
        })
    }
}

/// All of them, in the order of writing.
pub(crate) fn actions(ast: &AST) -> Vec<Written> {
    let own: Vec<&str> = ast.iter_functions().map(|function| function.name).collect();
    let mut found = Vec::new();
    ast.walk(&mut |path| {
        found.extend(match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _))) => of_call(call, &own),
            Some(ASTNode::Expr(map @ Expr::Map(..))) => {
                let is_map = |node: &ASTNode<'_>| matches!(node, ASTNode::Expr(Expr::Map(..)));
                of_map(map, if path[..path.len() - 1].iter().any(is_map) { Form::Inner } else { Form::Map })
            }
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
    if own.contains(name) {
        return None;
    }
    // What is no map at all is computed, or told when it is run.
    literal(members)?.entries()?;
    Written::new(function, members, Form::Call)
}

/// A map that names its action itself.
fn of_map(map: &Expr, form: Form) -> Option<Written> {
    let members = literal(map)?;
    Written::new(members.get(ACTION)?.as_str()?, map, form)
}

/// An expression with null for all that has to be computed, which is noted with its pointer.
fn shape(expression: &Expr, pointer: &str, computed: &mut Vec<String>) -> Node {
    let span = span_of(expression.position());
    let value = match expression {
        Expr::Array(items, _) => {
            let item = |(at, item): (usize, &Expr)| shape(item, &format!("{pointer}/{at}"), computed);
            Value::Sequence(items.iter().enumerate().map(item).collect())
        }
        Expr::Map(members, _) => {
            let entry = |(name, expression): &(Ident, Expr)| {
                let key = name.name.to_string();
                let inner = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                let node = shape(expression, &inner, computed);
                Entry { key_span: sized(span_of(name.pos), &key), key, node }
            };
            Value::Mapping(members.0.iter().map(entry).collect())
        }
        _ => match literal(expression) {
            Some(node) => return node,
            None => {
                computed.push(pointer.to_owned());
                Value::Null
            }
        },
    };
    Node { span, value }
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

    /// What a schema says of actions as they are written, each as `line:column:length words`.
    fn foreseen(body: &str) -> Vec<String> {
        let source = format!("fn main(req, now, args) {{\n{body}\n}}\n");
        let script = Script::compile("t", &source).unwrap_or_else(|found| panic!("{source}{found:#?}"));
        let schema = r#"{"type":"object","required":["to","by"],"additionalProperties":false,"properties":{
            "to":{"anyOf":[{"type":"string"},{"type":"object","required":["role"],"properties":{"role":{"type":"string"}}}]},
            "by":{"type":"array","items":{"type":"string"}},"template":{"type":"string"},"args":{"type":"object"}}}"#;
        let actions = crate::Actions::new([("notify", schema)]).unwrap();
        let shown = |one: peygir_source::Diagnostic| {
            let peygir_source::Span { line, column, length } = one.span;
            format!("{line}:{column}:{length} {}", one.message)
        };
        actions.foresee(&script.written_actions()).into_iter().map(shown).collect()
    }

    #[test]
    fn what_can_not_be_carried_out_is_foreseen_where_it_is_written() {
        let wrong = |body: &str, expected: &[(&str, &str)]| {
            let told = foreseen(body);
            assert_eq!(told.len(), expected.len(), "{body}: {told:#?}");
            for (one, (place, part)) in told.iter().zip(expected) {
                assert!(one.starts_with(place) && one.contains(part), "{body}: {one}");
            }
        };
        wrong(
            "if req.x { return notify(#{ too: req.x, by: [\"sms\"], template: 5 }) }\n[]",
            &[("2:26:", "\"to\" is a required"), ("2:29:3 ", "'too' was unexpected"), ("2:64:", "/template")],
        );
        wrong("notify(#{ to: #{ rol: \"m\" }, by: [7, req.y], args: req.z })", &[("2:15:", "/to"), ("2:35:", "/by/0")]);
        wrong("[#{ action: \"notfy\" }]", &[("2:13:7 ", "did you mean \"notify\"")]);
        // A map may get its members later, and what is computed may be right.
        wrong("let told = #{ action: \"notify\" };\ntold.to = req.x;\n[told]", &[]);
        wrong("notify(#{ to: #{ role: req.x }, by: req.y, template: `a${req.z}` })", &[]);
        wrong("notify(#{ to: \"citizen\", by: [\"sms\"], args: #{ action: \"خرید\" } })", &[]);
        wrong("#{ action: req.x }", &[]);
    }

    #[test]
    fn what_is_no_action_or_computed_is_left() {
        assert_eq!(written("let members = #{ template: \"late\" }; notify(members)"), Vec::<String>::new());
        assert_eq!(written("#{ template: \"late\" }"), Vec::<String>::new());
        let own = "fn notify(members) { members }\nfn main(req, now, args) { notify(#{ template: \"late\" }) }\n";
        assert_eq!(Script::compile("t", own).map(|script| script.written_actions()), Ok(Vec::new()));
    }
}
