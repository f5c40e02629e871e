//! Walking through a recorded run by commands, at a terminal or from a pipe.

use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal, Write};

use anyhow::Result;
use peygir_casework::text::ascii_digits;
use peygir_runtime::desk::ScriptStep;
use serde_json::Value;

use super::super::local::Lang;
use super::told::{Told, compact, shown, value_of};
use crate::answer::line;

/// Lines listed before and behind the present one.
const AROUND_LINES: u32 = 4;

/// What may be said, each with its other names: short, and Persian.
const COMMANDS: &[(Verb, &[&str], &str, &str)] = &[
    (Verb::Step, &["step", "s", "گام"], "to the next statement, into functions", "تا دستور بعد، به درون تابع‌ها"),
    (Verb::Next, &["next", "n", "بعدی"], "to the next statement, over functions", "تا دستور بعد، از روی تابع‌ها"),
    (Verb::Out, &["out", "o", "بیرون"], "until the function is left", "تا بیرون آمدن از تابع"),
    (Verb::Continue, &["continue", "c", "ادامه"], "to the next stop, or to the end", "تا ایست بعد، یا تا پایان"),
    (Verb::Back, &["back", "پس"], "one step back", "یک گام به پس"),
    (Verb::Restart, &["restart", "r", "ازنو"], "to the first statement", "تا نخستین دستور"),
    (
        Verb::Break,
        &["break", "b", "ایست"],
        "LINE: stop there; once more takes it away",
        "سطر: آنجا بایست؛ بار دوم برمی‌دارد",
    ),
    (
        Verb::Print,
        &["print", "p", "نشان"],
        "VAR: a value, also req.topic or list[0]",
        "نام: یک مقدار، نیز req.topic یا list[0]",
    ),
    (Verb::Variables, &["vars", "v", "مقدارها"], "all values of the function", "همهٔ مقدارهای تابع"),
    (Verb::List, &["list", "l", "فهرست"], "the lines around", "سطرهای پیرامون"),
    (Verb::Where, &["where", "w", "کجا"], "the calls that lead here", "فراخوانی‌هایی که به اینجا رسید"),
    (Verb::Help, &["help", "h", "?", "کمک"], "this", "همین"),
    (Verb::Quit, &["quit", "q", "پایان"], "", ""),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Step,
    Next,
    Out,
    Continue,
    Back,
    Restart,
    Break,
    Print,
    Variables,
    List,
    Where,
    Help,
    Quit,
}

/// Reads commands until there are no more; an empty line says the last movement again.
pub fn talk(told: &Told, lang: Lang) -> Result<()> {
    let mut session = Session { told, lang, at: 0, stops: BTreeSet::new(), last: String::new() };
    session.here().iter().for_each(|text| line(text));
    let at_terminal = std::io::stdin().is_terminal();
    let mut input = std::io::stdin().lock();
    loop {
        if at_terminal {
            let mut terminal = std::io::stdout().lock();
            write!(terminal, "({}) ", told.file)?;
            terminal.flush()?;
        }
        let mut said = String::new();
        if input.read_line(&mut said)? == 0 {
            return Ok(());
        }
        match session.obey(said.trim()) {
            Some(answer) => answer.iter().for_each(|text| line(text)),
            None => return Ok(()),
        }
    }
}

struct Session<'a> {
    told: &'a Told,
    lang: Lang,
    /// The step that is about to run; behind the last one, the run is over.
    at: usize,
    /// Lines to stop at.
    stops: BTreeSet<u32>,
    last: String,
}

impl Session<'_> {
    /// What is answered; None where the talk is over.
    fn obey(&mut self, said: &str) -> Option<Vec<String>> {
        let said = if said.is_empty() { self.last.clone() } else { said.to_owned() };
        let (word, about) = said.split_once(char::is_whitespace).unwrap_or((&said, ""));
        let about = about.trim();
        let Some(verb) = COMMANDS.iter().find(|(_, names, ..)| names.contains(&word)).map(|(verb, ..)| *verb) else {
            let unknown = self.lang.pick("there is no command", "چنین فرمانی نیست:");
            return Some(vec![format!("{unknown} {word} ({})", self.lang.pick("help", "کمک"))]);
        };
        let answer = match verb {
            Verb::Quit => return None,
            Verb::Step => self.to(self.at + 1),
            Verb::Next => self.to(self.find(|from, step| step.depth <= from.depth)),
            Verb::Out => self.to(self.find(|from, step| {
                // Where the function is being left already, the one that called it is meant.
                let deepest = if from.returned.is_some() { from.depth.saturating_sub(1) } else { from.depth };
                step.returned.is_some() && step.depth <= deepest
            })),
            Verb::Continue => {
                let stops = self.stops.clone();
                self.to(self.find(|_, step| step.returned.is_none() && stops.contains(&step.line)))
            }
            Verb::Back => self.to(self.at.saturating_sub(1)),
            Verb::Restart => self.to(0),
            Verb::Break => self.stop(about),
            Verb::Print => self.print(about),
            Verb::Variables => self.variables(),
            Verb::List => self.list(),
            Verb::Where => self.stack(),
            Verb::Help => self.help(),
        };
        let moves = matches!(verb, Verb::Step | Verb::Next | Verb::Out | Verb::Continue | Verb::Back);
        self.last = if moves { said } else { String::new() };
        Some(answer)
    }

    fn step(&self) -> Option<&ScriptStep> {
        self.told.steps.get(self.at)
    }

    /// The first step behind this one of which `is_it` holds; else the end.
    fn find(&self, is_it: impl Fn(&ScriptStep, &ScriptStep) -> bool) -> usize {
        let all = &self.told.steps;
        let Some(from) = self.step() else { return all.len() };
        (self.at + 1..all.len()).find(|index| is_it(from, &all[*index])).unwrap_or(all.len())
    }

    fn to(&mut self, index: usize) -> Vec<String> {
        let from = self.at;
        self.at = index.min(self.told.steps.len());
        let mut said = Vec::new();
        if self.at > from
            && let Some(step) = self.told.steps.get(from)
        {
            said.extend(step.gave.iter().map(|(name, value)| format!("  {name} → {}", compact(value))));
        }
        said.extend(self.here());
        said
    }

    /// Where it stands.
    fn here(&self) -> Vec<String> {
        let Some(step) = self.step() else { return self.end() };
        let digits = |number: usize| self.lang.digits(&number.to_string());
        let (number, count) = (digits(self.at + 1), digits(self.told.steps.len()));
        let (function, line) = (&step.function, self.lang.digits(&step.line.to_string()));
        let place = match self.lang {
            Lang::En => format!("{function}, line {line} (step {number} of {count})"),
            Lang::Fa => format!("{function}، سطر {line} (گام {number} از {count})"),
        };
        if let Some(returned) = &step.returned {
            let gives = self.lang.pick("gives", "می‌دهد");
            return vec![place, format!("↩ {} {gives} {}", step.function, compact(&returned.value))];
        }
        let mut said = vec![place];
        // Everything that a function begins with is told by `vars`.
        if self.at > 0 {
            let changed = self.told.changes(self.at).into_iter();
            said.extend(changed.map(|(name, value)| format!("  {name} = {}", compact(value))));
        }
        said.push(format!("→ {:>4} | {}", step.line, self.told.line(step.line)));
        said
    }

    fn end(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.told.steps_dropped > 0 {
            let dropped = self.lang.digits(&self.told.steps_dropped.to_string());
            said.push(match self.lang {
                Lang::En => format!("… {dropped} further steps are not kept"),
                Lang::Fa => format!("… {dropped} گام دیگر نگه داشته نشد"),
            });
        }
        said.extend(self.told.end.iter().cloned());
        said
    }

    fn stop(&mut self, about: &str) -> Vec<String> {
        let Ok(number) = ascii_digits(about).parse::<u32>() else {
            let stops: Vec<String> = self.stops.iter().map(|stop| self.lang.digits(&stop.to_string())).collect();
            let none = self.lang.pick("name a line: break 7; stops:", "سطری را نام ببرید: ایست ۷؛ ایست‌ها:");
            return vec![format!("{none} {}", stops.join(self.lang.pick(", ", "، ")))];
        };
        let shown = self.lang.digits(&number.to_string());
        if self.stops.remove(&number) {
            return vec![format!("{} {shown}", self.lang.pick("no stop any more at line", "دیگر نمی‌ایستد در سطر"))];
        }
        self.stops.insert(number);
        let comes = self.told.steps.iter().any(|step| step.line == number && step.returned.is_none());
        let said = if comes {
            self.lang.pick("stops at line", "می‌ایستد در سطر")
        } else {
            self.lang.pick("this run has no statement at line", "این اجرا دستوری ندارد در سطر")
        };
        vec![format!("{said} {shown}")]
    }

    /// The statement whose values are to be seen: of a function that is left, its last.
    fn seen(&self) -> Option<&ScriptStep> {
        let here = self.at.min(self.told.steps.len().checked_sub(1)?);
        let depth = self.told.steps[here].depth;
        self.told.steps[..=here].iter().rev().find(|step| step.returned.is_none() && step.depth == depth)
    }

    fn print(&self, about: &str) -> Vec<String> {
        let names = || self.seen().map(|step| step.variables.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
        let none = |what: &str| {
            let known = names().unwrap_or_default().join(", ");
            vec![format!("{} {what}; {known}", self.lang.pick("there is no value", "چنین مقداری نیست:"))]
        };
        let mut path = parts(about).into_iter();
        let Some(first) = path.next() else { return none("") };
        let Some(value) = self.seen().and_then(|step| value_of(step, &first)) else { return none(&first) };
        let found = path.try_fold(value, |value, part| member(value, &part));
        found.map_or_else(|| none(about), |value| vec![format!("{about} = {}", shown(value))])
    }

    fn variables(&self) -> Vec<String> {
        let variables = self.seen().map_or(&[][..], |step| &step.variables);
        variables.iter().map(|(name, value)| format!("  {name} = {}", compact(value))).collect()
    }

    fn list(&self) -> Vec<String> {
        let last = u32::try_from(self.told.source.len()).unwrap_or(u32::MAX);
        let at = self.step().map_or(last, |step| step.line);
        let (from, to) = (at.saturating_sub(AROUND_LINES).max(1), at.saturating_add(AROUND_LINES).min(last));
        let listed = (from..=to).map(|number| {
            let mark = if self.step().is_some() && number == at { '→' } else { ' ' };
            let stop = if self.stops.contains(&number) { '●' } else { ' ' };
            format!("{mark}{stop}{number:>4} | {}", self.told.line(number)).trim_end().to_owned()
        });
        listed.collect()
    }

    /// From the innermost call outward: where each function stands.
    fn stack(&self) -> Vec<String> {
        let Some(step) = self.step() else { return self.end() };
        let frame = |step: &ScriptStep| format!("  {}:{} {}", self.told.file, step.line, step.function);
        let mut said = vec![frame(step)];
        let mut depth = step.depth;
        for earlier in self.told.steps[..self.at].iter().rev().filter(|step| step.returned.is_none()) {
            if earlier.depth < depth && earlier.depth > 0 {
                depth = earlier.depth;
                said.push(frame(earlier));
            }
        }
        said
    }

    fn help(&self) -> Vec<String> {
        let told = COMMANDS.iter().map(|(_, names, en, fa)| {
            format!("  {:<24} {}", names.join(", "), self.lang.pick(en, fa)).trim_end().to_owned()
        });
        let again = self.lang.pick("An empty line moves once more.", "سطر تهی همان جابه‌جایی را بازمی‌گوید.");
        told.chain([format!("  {again}")]).collect()
    }
}

/// `req.list[0].x` as `req`, `list`, `0`, `x`.
fn parts(path: &str) -> Vec<String> {
    let parts = path.split(['.', '[', ']']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

fn member<'a>(value: &'a Value, part: &str) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.get(ascii_digits(part).parse::<usize>().ok()?),
        other => other.get(part),
    }
}

#[cfg(test)]
mod tests {
    use super::super::row;
    use super::*;

    const SOURCE: &str = "fn tell(req, now, args) {
    let role = pick(req.round);
    let all = [role, fa_digits(\"12\")];
    all
}
fn pick(round) {
    if round > 1 {
        return \"governor\";
    }
    \"centre\"
}
";
    const ROWS: &str = "- { name: again, req: { round: 2 }, expect: [governor, '۱۲'] }\n- { name: once, req: { round: 1 }, expect: [] }\n";

    fn told(test: &str, lang: Lang) -> Told {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tell.rhai");
        std::fs::write(&file, SOURCE).unwrap();
        std::fs::write(folder.path().join("tell.test.yaml"), ROWS).unwrap();
        row::run(&file.to_string_lossy(), test, lang).unwrap().unwrap()
    }

    /// Says each of the commands; what was answered to the last.
    fn after(told: &Told, lang: Lang, said: &[&str]) -> Vec<String> {
        let mut session = Session { told, lang, at: 0, stops: BTreeSet::new(), last: String::new() };
        said.iter().map(|said| session.obey(said).unwrap()).last().unwrap_or_else(|| session.here())
    }

    #[test]
    fn movements_go_into_over_and_out_of_functions() {
        let told = told("again", Lang::En);
        let check = |said: &[&str], expected: &str| {
            let answer = after(&told, Lang::En, said);
            assert!(answer.iter().any(|line| line.starts_with(expected)), "{said:?}: {answer:#?}");
        };
        check(&[], "→    2 |");
        check(&["step"], "→    7 |");
        check(&["step", ""], "→    8 |");
        check(&["next"], "→    3 |");
        check(&["n", ""], "→    4 |");
        check(&["s", "out"], "↩ pick gives \"governor\"");
        check(&["s", "out", "out"], "↩ tell gives");
        check(&["s", "out", "s"], "  role = \"governor\"");
        check(&["n", "n"], "  fa_digits → \"۱۲\"");
        check(&["s", "s", "back"], "→    7 |");
        check(&["n", "restart"], "→    2 |");
        check(&["break 8", "continue"], "→    8 |");
        check(&["ایست ۸", "ادامه"], "→    8 |");
        check(&["break 8", "break 8", "continue"], "answer: [\"governor\",\"۱۲\"]");
        check(&["break 10"], "this run has no statement at line 10");
        check(&["continue", "step", "next", "out"], "as the row expects");
        check(&["dance"], "there is no command dance");
    }

    #[test]
    fn values_lines_and_calls_are_told() {
        let told = told("again", Lang::En);
        let told_after = |said: &[&str]| after(&told, Lang::En, said).join("\n");
        assert_eq!(told_after(&["print req.round"]), "req.round = 2");
        assert_eq!(told_after(&["n", "n", "print all[1]"]), "all[1] = \"۱۲\"");
        assert_eq!(told_after(&["s", "print req"]), "there is no value req; round");
        assert_eq!(told_after(&["s", "vars"]), "  round = 2");
        assert_eq!(told_after(&["s", "where"]).lines().count(), 2);
        assert!(told_after(&["s", "where"]).ends_with(":2 tell"), "{}", told_after(&["s", "where"]));
        assert!(told_after(&["break 3", "list"]).contains(" ●   3 |") && told_after(&["list"]).contains("→    2 |"));
        assert!(told_after(&["help"]).contains("step, s, گام"));
    }

    #[test]
    fn what_a_row_expects_and_did_not_get_is_told_in_both_languages() {
        let english = after(&told("once", Lang::En), Lang::En, &["c"]);
        assert_eq!(english, ["answer: [\"centre\",\"۱۲\"]", "expected: []"]);
        let persian = after(&told("once", Lang::Fa), Lang::Fa, &["ادامه"]);
        assert_eq!(persian, ["پاسخ: [\"centre\",\"۱۲\"]", "انتظار: []"]);
    }

    #[test]
    fn paths_have_names_and_numbers() {
        assert_eq!(parts("req.list[0].x"), ["req", "list", "0", "x"]);
        assert!(parts(" ").is_empty());
    }
}
