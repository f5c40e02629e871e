//! What every drawing holds to, whatever the flow.

use peygir_calendar::Language::{English, Persian};
use peygir_dsl::model::{TaskList, Workflow};
use peygir_dsl::read::{self, AnyNames};
use proptest::prelude::*;

use super::drawing::{Drawing, Form, Rect};
use super::{draw, laid_out};
use crate::{NoTitles, narrate, sentences, step::Story};

fn flow(text: &str) -> Workflow {
    let root = peygir_source::yaml::parse(text).expect("the test's text is YAML");
    match read::workflow(&root, &AnyNames) {
        Ok((workflow, _)) => workflow,
        Err(found) => panic!("{text}\n{found:#?}"),
    }
}

fn story(workflow: &Workflow) -> Story {
    narrate::story(workflow, &NoTitles, English)
}

fn apart(a: Rect, b: Rect) -> bool {
    a.x + a.w <= b.x || b.x + b.w <= a.x || a.bottom() <= b.y || b.bottom() <= a.y
}

fn holds(outer: Rect, inner: Rect) -> bool {
    outer.x <= inner.x
        && outer.y <= inner.y
        && inner.x + inner.w <= outer.x + outer.w
        && inner.bottom() <= outer.bottom()
}

fn on_border(rect: Rect, (x, y): (i32, i32)) -> bool {
    let (right, bottom) = (rect.x + rect.w, rect.bottom());
    ((x == rect.x || x == right) && (rect.y..=bottom).contains(&y))
        || ((y == rect.y || y == bottom) && (rect.x..=right).contains(&x))
}

/// Whether a stretch goes through the inside.
fn crosses(rect: Rect, (x1, y1): (i32, i32), (x2, y2): (i32, i32)) -> bool {
    x1.max(x2) > rect.x && x1.min(x2) < rect.x + rect.w && y1.max(y2) > rect.y && y1.min(y2) < rect.bottom()
}

fn check(drawing: &Drawing) {
    let paper = Rect { x: 0, y: 0, w: drawing.w, h: drawing.h };
    let frame = |form: Form| matches!(form, Form::Frame | Form::Caught);
    for (index, shape) in drawing.shapes.iter().enumerate() {
        assert!(holds(paper, shape.rect), "{shape:?} leaves the paper {paper:?}");
        for other in &drawing.shapes[index + 1..] {
            let within = frame(shape.form) && holds(shape.rect, other.rect);
            assert!(within || apart(shape.rect, other.rect), "{shape:?} and {other:?} overlap");
        }
    }
    for line in &drawing.lines {
        let (from, to) = (drawing.shapes[line.from].rect, drawing.shapes[line.to].rect);
        assert!(on_border(from, line.points[0]), "{line:?} does not begin at {from:?}");
        assert!(on_border(to, *line.points.last().unwrap()), "{line:?} does not end at {to:?}");
        for pair in line.points.windows(2) {
            assert!(pair[0].0 == pair[1].0 || pair[0].1 == pair[1].1, "{line:?} is not straight");
            for (index, shape) in drawing.shapes.iter().enumerate().filter(|(_, shape)| !frame(shape.form)) {
                assert!(!crosses(shape.rect, pair[0], pair[1]), "{line:?} crosses {index}: {shape:?}");
            }
        }
    }
    for tag in &drawing.tags {
        assert!(holds(paper, tag.rect), "{tag:?} leaves the paper");
        for shape in drawing.shapes.iter().filter(|shape| !frame(shape.form)) {
            assert!(apart(tag.rect, shape.rect), "{tag:?} covers {shape:?}");
        }
    }
}

/// All paths of tasks, with those of functions and extensions as the sentences name them.
fn paths(workflow: &Workflow) -> Vec<Vec<String>> {
    use peygir_dsl::lookup::{AFTER, BEFORE, CATCH, FOREACH, ROUND, TRY};
    use peygir_dsl::model::Kind;
    fn walk(tasks: &TaskList, at: &[String], out: &mut Vec<Vec<String>>) {
        for task in tasks.iter() {
            let path: Vec<String> = at.iter().cloned().chain([task.name.clone()]).collect();
            let below = |segment: &str| path.iter().cloned().chain([segment.to_owned()]).collect::<Vec<_>>();
            match &task.kind {
                Kind::Do(tasks) => walk(tasks, &path, out),
                Kind::Fork(fork) => walk(&fork.branches, &path, out),
                Kind::For(for_) => walk(&for_.tasks, &below(ROUND), out),
                Kind::Try(try_) => {
                    walk(&try_.tasks, &below(TRY), out);
                    try_.catch.tasks.iter().for_each(|tasks| walk(tasks, &below(CATCH), out));
                }
                Kind::Listen(listen) => {
                    let tasks = listen.foreach.as_ref().and_then(|foreach| foreach.tasks.as_ref());
                    tasks.into_iter().for_each(|tasks| walk(tasks, &below(FOREACH), out));
                }
                _ => {}
            }
            out.push(path);
        }
    }
    let mut out = Vec::new();
    walk(&workflow.tasks, &[], &mut out);
    workflow.functions.iter().for_each(|(name, tasks)| walk(tasks, &[format!("@function:{name}")], &mut out));
    for extension in &workflow.extensions {
        let lists = [(BEFORE, &extension.before), (AFTER, &extension.after)];
        for (segment, tasks) in lists {
            tasks.iter().for_each(|tasks| walk(tasks, &[format!("{segment}{}", extension.name)], &mut out));
        }
    }
    out
}

fn check_flow(workflow: &Workflow) {
    let drawing = laid_out(&story(workflow));
    check(&drawing);
    let told = sentences(workflow, &NoTitles, Persian);
    for path in paths(workflow) {
        assert!(told.iter().any(|sentence| sentence.path == path), "no sentence for {path:?}");
        assert!(drawing.shapes.iter().any(|shape| shape.path.as_ref() == Some(&path)), "no shape for {path:?}");
    }
    for language in [Persian, English] {
        let svg = draw(&narrate::story(workflow, &NoTitles, language), language, &paths(workflow));
        assert_well_formed(&svg);
    }
}

/// Elements are closed in order, and nothing else begins with `<` or `&`.
fn assert_well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = svg.split_once("<style>").map_or(svg, |(before, _)| before).to_owned();
    rest.push_str(svg.split_once("</style>").map_or("", |(_, after)| after));
    for part in rest.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("a tag ends");
        assert!(!text.contains('>'), "{text}");
        for entity in text.split('&').skip(1) {
            assert!(["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|known| entity.starts_with(known)), "{entity}");
        }
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or("");
        match (tag.starts_with('/'), tag.ends_with('/')) {
            (true, _) => assert_eq!(open.pop(), Some(name), "{tag}"),
            (false, true) => {}
            (false, false) => open.push(part.split([' ', '>']).next().unwrap_or("")),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

const HEAD: &str = "document: { dsl: '1.0.3', namespace: t, name: t, version: '1.0.0' }\ndo:\n";

#[test]
fn shipped_flows_are_told_and_drawn_whole() {
    for text in [
        include_str!("../../../../workflows/foad-128/workflow.yaml"),
        include_str!("../../../../workflows/intake/workflow.yaml"),
        include_str!("../../../../workflows/duty-inspection/workflow.yaml"),
        include_str!("../../tests/flows/everything.yaml"),
    ] {
        check_flow(&flow(text));
    }
}

#[test]
fn an_active_task_is_marked_and_only_it() {
    let workflow = flow(include_str!("../../../../workflows/foad-128/workflow.yaml"));
    let drawn = |path: &[&str]| {
        let path = path.iter().map(|name| (*name).to_owned()).collect();
        crate::svg(&workflow, &NoTitles, English, &[path])
    };
    let marks = |svg: &str| svg.matches("pg-active\"").count();
    assert_eq!(marks(&drawn(&["solve"])), 1);
    assert!(drawn(&["solve"]).contains("(now here)</title>"));
    // Below a call of a function, the call is what is drawn.
    assert_eq!(marks(&drawn(&["solve", "within"])), 1);
    assert_eq!(marks(&drawn(&["nowhere"])), 0);
    assert_eq!(marks(&crate::svg(&workflow, &NoTitles, English, &[])), 0);
}

#[test]
fn what_authors_write_stays_text() {
    let workflow = flow(&format!("{HEAD}  - '<b>&\"x':\n      set: {{ '</text><script>': 1 }}\n"));
    let svg = crate::svg(&workflow, &NoTitles, Persian, &[]);
    assert_well_formed(&svg);
    assert!(!svg.contains("<script"));
}

#[test]
fn a_long_flow_and_a_wide_one_are_laid_out() {
    let long: String = (0..2_500).map(|at| format!("  - t{at}:\n      set: {{ n: 1 }}\n")).collect();
    assert_eq!(laid_out(&story(&flow(&format!("{HEAD}{long}")))).shapes.len(), 2_502);
    let wide: String = (0..200).map(|at| format!("          - b{at}:\n              wait: PT1S\n")).collect();
    let drawing = laid_out(&story(&flow(&format!("{HEAD}  - f:\n      fork:\n        branches:\n{wide}"))));
    assert_eq!(drawing.shapes.len(), 205);
}

/// A task as YAML at an indentation, with tasks that it may lead to.
fn tasks(depth: u32) -> BoxedStrategy<Vec<String>> {
    prop::collection::vec((task(depth), 0..4u8, any::<prop::sample::Index>(), any::<bool>()), 1..6)
        .prop_map(|list| {
            let count = list.len();
            list.into_iter()
                .enumerate()
                .flat_map(|(at, (body, then, target, conditional))| {
                    let target = target.index(count);
                    let mut lines = vec![format!("- t{at}:")];
                    lines.extend(
                        body.iter().map(|line| format!("    {}", line.replace("TARGET", &format!("t{target}")))),
                    );
                    lines.extend(conditional.then(|| "    if: .n > 3 and .topic != null".to_owned()));
                    lines.extend(match then {
                        0 => Some(format!("    then: t{target}")),
                        1 => Some("    then: exit".to_owned()),
                        2 => Some("    then: end".to_owned()),
                        _ => None,
                    });
                    lines
                })
                .collect()
        })
        .boxed()
}

fn task(depth: u32) -> BoxedStrategy<Vec<String>> {
    let one = |text: &str| Just(text.lines().map(str::to_owned).collect::<Vec<String>>());
    let leaf = prop_oneof![
        one("set: { a: 1 }"),
        one("wait: PT1H30M"),
        one("call: human-task\nwith: { form: a, assign: { role: operator }, due: { workingDays: 10, max: 15 } }"),
        one("emit: { event: { with: { source: 'urn:a', type: a.b.v1 } } }"),
        one("listen: { to: { any: [ { with: { type: a.v1 } }, { with: { type: b.v1 } } ] } }"),
        one("raise: { error: { type: 'https://a.b/c', status: 500 } }"),
        one("switch:\n  - x: { when: .a == 1, then: TARGET }\n  - y: { when: .b, then: end }\n  - z: { then: exit }"),
        one("switch:\n  - x: { when: .outcome == \"solved\", then: TARGET }"),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let within = |head: &'static str, indent: &'static str, tail: &'static str| {
        tasks(depth - 1).prop_map(move |inner| {
            let mut lines: Vec<String> = head.lines().map(str::to_owned).collect();
            lines.extend(inner.into_iter().map(|line| format!("{indent}{line}")));
            lines.extend(tail.lines().map(str::to_owned));
            lines
        })
    };
    let tried = (tasks(depth - 1), tasks(depth - 1)).prop_map(|(body, handler)| {
        let mut lines = vec!["try:".to_owned()];
        lines.extend(body.into_iter().map(|line| format!("  {line}")));
        lines.extend(["catch:".to_owned(), "  retry: { delay: PT3S, limit: { attempt: { count: 5 } } }".to_owned()]);
        lines.push("  do:".to_owned());
        lines.extend(handler.into_iter().map(|line| format!("    {line}")));
        lines
    });
    let branches = prop::collection::vec(task(depth - 1), 1..4).prop_map(|branches| {
        let mut lines = vec!["fork:".to_owned(), "  branches:".to_owned()];
        for (at, branch) in branches.into_iter().enumerate() {
            lines.push(format!("    - b{at}:"));
            // A branch leads nowhere but to its own list.
            lines.extend(
                branch.into_iter().map(|line| format!("        {}", line.replace("TARGET", &format!("b{at}")))),
            );
        }
        lines
    });
    prop_oneof![
        3 => leaf,
        1 => within("do:", "  ", ""),
        1 => within("for: { each: x, in: .items }\ndo:", "  ", ""),
        1 => within("listen:\n  to: { any: [] }\nforeach:\n  item: e\n  do:", "    ", ""),
        1 => tried,
        1 => branches,
    ]
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn boxes_never_overlap_and_edges_end_at_boxes(lines in tasks(3)) {
        let text = format!("{HEAD}{}\n", lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"));
        let root = peygir_source::yaml::parse(&text).expect("generated text is YAML");
        match read::workflow(&root, &AnyNames) {
            Ok((workflow, _)) => check_flow(&workflow),
            Err(found) => return Err(TestCaseError::reject(format!("{:?}", found.list.first().map(|d| &d.message)))),
        }
    }
}
