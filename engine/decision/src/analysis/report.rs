//! A finding as a sentence for those who write tables, at the place in the file that it is about.

mod example;
mod hidden;
mod let_go;
mod only;

use peygir_calendar::Jalali;
use peygir_source::{Diagnostic, Help, Severity, Span};

use super::{Dead, Finding, Inputs, here::layer_of, inputs_in_words, inputs_in_words_fa};
use crate::model::{BASE, Hit, LayerRef, Rule, Table};

/// Most rules that a sentence names.
const NAMED_MAX: usize = 6;

pub(super) struct Report<'a> {
    pub table: &'a Table,
}

impl Report<'_> {
    /// The sentence. None where reading has told it already.
    pub fn tell(&self, finding: &Finding) -> Option<Diagnostic> {
        let (span, file) = match finding {
            Finding::NeverFires { rule, .. } | Finding::OutsideLimits { rule, .. } => self.place(rule),
            Finding::Overlap { first, second, .. } => self.place(self.upper(first, second)),
            // What the last of them writes is the one that counts; the others are named.
            Finding::WrittenTwice { rule, layers, .. } => self.place_in(rule, layers.last().copied().unwrap_or(BASE)),
            Finding::Unfilled { rules, .. } => self.place(rules.first().map_or("", String::as_str)),
            Finding::NotAnalysed { rule, input, .. } => self.cell(rule, input.as_deref()),
            Finding::NoTruth { rule, input, .. } => self.cell(rule, Some(input)),
            Finding::DeadOverride { rule, layer, .. } | Finding::LetGo { rule, layer, .. } => {
                self.place_in(rule, *layer)
            }
            Finding::Hidden { taker, .. } => self.place(taker),
            Finding::Gap { .. } => self.table.rules.last().map(|rule| (rule.span, rule.file.as_str()))?,
            Finding::NotBegun => self.table.rules.first().map(|rule| (rule.span, rule.file.as_str()))?,
            Finding::MoreOverlaps { .. } => return None,
        };
        let mut told = match finding {
            Finding::NeverFires { rule, because }
                if self.is_told(rule, because) || self.is_taken_by_overlay(rule, because) =>
            {
                return None;
            }
            Finding::NeverFires { rule, because } => self.never_fires(span, rule, because),
            Finding::Overlap { first, second, witness, on } => self.overlap(span, (first, second), witness, *on),
            Finding::Hidden { taker, layer, rules, witness, on, days, is_for_good, only } => {
                let only = only.as_ref();
                self.hidden(span, (taker, *layer), rules, (witness, *on), (days, *is_for_good), only)
            }
            Finding::Gap { witness, on } => self.gap(self.table.rules.last()?, witness, *on),
            Finding::DeadOverride { rule, why: Dead::NeverFires(because), .. }
                if self.is_taken_by_overlay(rule, because) =>
            {
                return None;
            }
            Finding::DeadOverride { rule, layer, why } => self.dead(span, rule, *layer, why),
            Finding::LetGo { rule, layer, to, asked, witness, on } => {
                self.let_go(span, (rule, *layer), to.as_deref(), asked, (witness, *on))
            }
            Finding::WrittenTwice { rule, output, layers, why, .. } => {
                self.written_twice(span, (rule, output), layers, why.as_deref())
            }
            Finding::OutsideLimits { rule, output, value, .. } => self.outside(span, rule, output, value),
            Finding::Unfilled { input, rules, is_certain, .. } => self.unfilled(span, input, rules, *is_certain),
            Finding::MoreOverlaps { .. } | Finding::NotAnalysed { is_limit: true, .. } => return None,
            Finding::NotBegun => self.not_begun(span),
            Finding::NotAnalysed { rule, input, .. } => not_analysed(span, rule, input.as_deref()),
            Finding::NoTruth { rule, input, found, found_fa, witness, on } => {
                let (en, fa) = self.witness(witness, &[rule], *on);
                no_truth(span, (rule, input), (found, found_fa), (&en, &fa))
            }
        };
        if let Some((en, fa)) = self.example(finding) {
            told.message.push_str(&en);
            told.message_fa = format!("{}{fa}", told.message_fa).into();
        }
        file.clone_into(&mut told.file);
        Some(told)
    }

    /// Where a rule is written: where the last overlay changed it, else where it was born.
    pub fn place(&self, id: &str) -> (Span, &str) {
        let Some(rule) = self.table.rules.iter().find(|rule| rule.id == *id) else { return Default::default() };
        match (rule.changed_by, rule.changed_at) {
            (Some(layer), Some(span)) => (span, self.table.file(layer)),
            _ => (rule.span, &rule.file),
        }
    }

    /// The rule that the higher layer wrote: what it lies over was right without it. Of one layer the second.
    fn upper<'r>(&self, first: &'r str, second: &'r str) -> &'r str {
        let layer = |id: &str| self.table.rules.iter().find(|row| row.id == *id).map(layer_of);
        if layer(first) > layer(second) { first } else { second }
    }

    /// Where a layer speaks of a rule.
    fn place_in(&self, id: &str, layer: usize) -> (Span, &str) {
        (self.table.spoken_at(id, layer).unwrap_or_default(), self.table.file(layer))
    }

    fn cell(&self, id: &str, input: Option<&str>) -> (Span, &str) {
        // A dated overlay makes two rows of one rule: the cell that is meant is the one that can't be looked into.
        let rows = self.table.rules.iter().filter(|row| row.id == *id);
        let parts: Vec<_> = rows.flat_map(|row| &row.when).filter(|part| Some(part.input.as_str()) == input).collect();
        let part = parts.iter().find(|part| !part.cell.is_analysed()).or(parts.first());
        part.map_or_else(|| self.place(id), |part| (part.span, self.table.file(part.layer)))
    }

    /// Reading warns of every rule below one that asks nothing.
    fn is_told(&self, rule: &str, because: &[String]) -> bool {
        let [above] = because else { return false };
        let row = |id: &str| self.table.rules.iter().find(|rule| rule.id == *id);
        let (Some(above), Some(rule)) = (row(above), row(rule)) else { return false };
        self.table.hit == Hit::First && above.asks_nothing() && above.effective.is_none() && above.layer == rule.layer
    }

    /// Whether a rule of a higher layer is among those that take everything from this one: that is asked where the overlay
    /// holds, and told there.
    fn is_taken_by_overlay(&self, rule: &str, because: &[String]) -> bool {
        let row = |id: &str| self.table.rules.iter().find(|row| row.id == *id);
        let Some(own) = row(rule).map(layer_of) else { return false };
        because.iter().any(|id| row(id).is_some_and(|row| layer_of(row) > own))
    }

    fn never_fires(&self, span: Span, rule: &str, because: &[String]) -> Diagnostic {
        if because.is_empty() {
            return Diagnostic::warning(
                "PG-T020",
                span,
                format!("rule \"{rule}\" never answers: its own cells or dates leave nothing"),
                format!("قاعدهٔ «{rule}» هرگز پاسخ نمی‌دهد: خانه‌ها یا تاریخ‌های خودش چیزی باقی نمی‌گذارند"),
            );
        }
        let (en, fa) = (self.rules_in_words(because, false), self.rules_in_words(because, true));
        Diagnostic::warning(
            "PG-T020",
            span,
            format!("rule \"{rule}\" never answers: all that it holds for goes to {en}"),
            format!("قاعدهٔ «{rule}» هرگز پاسخ نمی‌دهد: هر چه در آن می‌گنجد به {fa} می‌رسد"),
        )
        .with_help(
            "move it up, narrow the rules above it, or take it out",
            "آن را بالاتر ببرید، قاعده‌های بالاتر را تنگ‌تر کنید یا آن را بردارید",
        )
    }

    fn overlap(&self, span: Span, (first, second): (&str, &str), witness: &Inputs, on: Jalali) -> Diagnostic {
        let (en, fa) = self.witness(witness, &[first, second], on);
        if self.table.hit == Hit::Unique {
            return Diagnostic::error(
                "PG-T021",
                span,
                format!("rules \"{first}\" and \"{second}\" both hold, and only one may: {en}"),
                format!("قاعده‌های «{first}» و «{second}» با هم برقرارند و تنها یکی مجاز است: {fa}"),
            )
            .with_help(
                "narrow one of them so that they have nothing in common",
                "یکی را چنان تنگ‌تر کنید که چیز مشترکی نداشته باشند",
            );
        }
        Diagnostic::warning(
            "PG-T022",
            span,
            format!("rules \"{first}\" and \"{second}\" have one priority, both hold and answer differently: {en}"),
            format!("قاعده‌های «{first}» و «{second}» یک اولویت دارند، با هم برقرارند و پاسخشان یکی نیست: {fa}"),
        )
        .with_help(
            format!("\"{first}\" answers, since it is written first: say so by its priority"),
            format!("«{first}» پاسخ می‌دهد چون بالاتر نوشته شده است: آن را با اولویت روشن کنید"),
        )
    }

    fn gap(&self, catch_all: &Rule, witness: &Inputs, on: Jalali) -> Diagnostic {
        let asked: Vec<&str> = self.table.rules.iter().map(|rule| rule.id.as_str()).collect();
        let (en, fa) = self.witness(witness, &asked, on);
        let mut finding = Diagnostic::error(
            "PG-T023",
            catch_all.span,
            format!("only \"{}\" answers where {en}", catch_all.id),
            format!("تنها «{}» پاسخ می‌دهد در حالتی که {fa}", catch_all.id),
        );
        if catch_all.unexpected {
            return finding.with_help(
                "the catch-all is said to be unexpected: add a rule for these inputs",
                "قاعدهٔ فراگیر unexpected خوانده شده است: برای این ورودی‌ها قاعده‌ای بیفزایید",
            );
        }
        finding.severity = Severity::Information;
        finding
    }

    fn dead(&self, span: Span, rule: &str, layer: usize, why: &Dead) -> Diagnostic {
        let (by, by_fa) = (self.layer(layer, false), self.layer(layer, true));
        let (reason, reason_fa) = match why {
            Dead::OnPurpose { by: later, why } => {
                return Diagnostic::information(
                    "PG-T024",
                    span,
                    format!(
                        "what {by} says of rule \"{rule}\" has no effect: {} writes it again or takes it out, and says why: {why}",
                        self.layer(*later, false)
                    ),
                    format!(
                        "آنچه {by_fa} دربارهٔ قاعدهٔ «{rule}» می‌گوید اثری ندارد: {} آن را دوباره نوشته یا برداشته است و می‌گوید چرا: {why}",
                        self.layer(*later, true)
                    ),
                );
            }
            Dead::OverriddenBy(later) => (
                format!("{} writes all of it again", self.layer(*later, false)),
                format!("{} همهٔ آن را دوباره نوشته است", self.layer(*later, true)),
            ),
            Dead::NeverFires(because) if because.is_empty() => (
                "its own cells or dates leave nothing".to_owned(),
                "خانه‌ها یا تاریخ‌های خودش چیزی باقی نمی‌گذارند".to_owned(),
            ),
            Dead::NeverFires(because) => (
                format!("all that it holds for goes to {}", self.rules_in_words(because, false)),
                format!("هر چه در آن می‌گنجد به {} می‌رسد", self.rules_in_words(because, true)),
            ),
        };
        Diagnostic::warning(
            "PG-T024",
            span,
            format!("what {by} says of rule \"{rule}\" has no effect: {reason}"),
            format!("آنچه {by_fa} دربارهٔ قاعدهٔ «{rule}» می‌گوید اثری ندارد: {reason_fa}"),
        )
        .helped(self.dead_help(why))
    }

    /// Nothing may stand above a locked rule.
    fn dead_help(&self, why: &Dead) -> Help {
        let is_locked = |id: &String| self.table.rules.iter().any(|row| row.id == *id && row.locked);
        match why {
            Dead::OverriddenBy(_) | Dead::OnPurpose { .. } => Help::new(
                "take it out here, or let the later overlay leave it as it is",
                "آن را از این‌جا بردارید، یا بگذارید روکش بعدی به آن دست نزند",
            ),
            Dead::NeverFires(because) if because.is_empty() => Help::new(
                "take it out, or give it cells and dates that can hold together",
                "آن را بردارید، یا خانه‌ها و تاریخ‌هایی به آن بدهید که با هم برقرار شوند",
            ),
            Dead::NeverFires(because) if because.iter().any(is_locked) => Help::new(
                "take it out, or let it ask for something that these rules leave to it: one of them is locked, and nothing may stand \
                 above it",
                "آن را بردارید، یا چیزی بخواهد که این قاعده‌ها برایش می‌گذارند: یکی از آن‌ها قفل شده است و چیزی بالای آن نمی‌نشیند",
            ),
            Dead::NeverFires(because) => {
                let first = because.first().map_or("", String::as_str);
                Help::new(
                    format!("where it is inserted, let it stand before \"{first}\"; else take it out"),
                    format!("اگر افزوده شده است پیش از «{first}» (before) بنشیند؛ وگرنه آن را بردارید"),
                )
            }
        }
    }

    /// Said with its reason, it is meant.
    fn written_twice(
        &self,
        span: Span,
        (rule, output): (&str, &str),
        layers: &[usize],
        why: Option<&str>,
    ) -> Diagnostic {
        let names = |fa: bool| -> Vec<String> { layers.iter().map(|layer| self.layer(*layer, fa)).collect() };
        let last = layers.last().copied().unwrap_or_default();
        let (en, fa) = (
            format!("\"{output}\" of rule \"{rule}\" is written by {}", names(false).join(" and ")),
            format!("«{output}» در قاعدهٔ «{rule}» را {} نوشته‌اند", names(true).join(" و ")),
        );
        if let Some(why) = why {
            let (en, fa) =
                (format!("{en}, and the last of them says why: {why}"), format!("{fa} و آخرین می‌گوید چرا: {why}"));
            return Diagnostic::information("PG-T025", span, en, fa);
        }
        Diagnostic::warning("PG-T025", span, en, fa).with_help(
            format!(
                "what {} writes counts; if that is meant, say so beside it: {rule}: {{ …, why: TEXT }}; otherwise take one of them out",
                self.layer(last, false)
            ),
            format!(
                "نوشتهٔ {} به شمار می‌آید؛ اگر همین منظور است کنارش بنویسید چرا: \u{2066}{rule}: {{ …, why: TEXT }}\u{2069}؛ وگرنه یکی را بردارید",
                self.layer(last, true)
            ),
        )
    }

    fn outside(&self, span: Span, rule: &str, output: &str, value: &serde_json::Value) -> Diagnostic {
        let column = self.table.outputs.iter().find(|column| column.name == *output);
        let limit = column.and_then(|column| column.domain().passed(value));
        let (en, fa) = limit.map_or_else(Default::default, |limit| (limit.to_string(), limit.to_persian()));
        Diagnostic::error(
            "PG-T026",
            span,
            format!("rule \"{rule}\" answers {value} in \"{output}\", which must be {en}"),
            format!("قاعدهٔ «{rule}» در «{output}» پاسخ {value} می‌دهد که باید {fa} باشد"),
        )
    }

    fn unfilled(&self, span: Span, input: &str, rules: &[String], is_certain: bool) -> Diagnostic {
        let (en, fa) = (self.rules_in_words(rules, false), self.rules_in_words(rules, true));
        if is_certain {
            return Diagnostic::error(
                "PG-T029",
                span,
                format!("{en} answers with {{{input}}} where \"{input}\" has no value: that is always a fault"),
                format!("{fa} با {{{input}}} پاسخ می‌دهد، درست جایی که «{input}» مقدار ندارد: این همیشه خطاست"),
            )
            .with_help("write the answer out", "پاسخ را بی جای خالی بنویسید");
        }
        Diagnostic::warning(
            "PG-T029",
            span,
            format!("where \"{input}\" has no value, a decision is a fault: it fills the answers of {en}"),
            format!("اگر «{input}» مقدار نداشته باشد تصمیم با خطا پایان می‌یابد: پاسخ {fa} با آن پر می‌شود"),
        )
        .with_help(
            format!("give \"{input}\" a default, or ask in the rules for {{ present: true }} and answer otherwise below"),
            format!("برای «{input}» مقدار پیش‌فرض بگذارید، یا در قاعده {{ present: true }} بخواهید و پایین‌تر پاسخی دیگر بدهید"),
        )
    }

    fn not_begun(&self, span: Span) -> Diagnostic {
        let id = &self.table.id;
        let over =
            |fa: bool| -> Vec<String> { (1..self.table.layers.len()).map(|layer| self.layer(layer, fa)).collect() };
        let (en, fa) = match self.table.layers.len() {
            0 | 1 => Default::default(),
            _ => (format!(" with {}", over(false).join(" and ")), format!(" با {}", over(true).join(" و "))),
        };
        let mut finding = Diagnostic::warning(
            "PG-T027",
            span,
            format!(
                "not analysed: the tables that lie over each other are so large together that the search reached its limit before \"{id}\"{en}"
            ),
            format!("تحلیل نشد: جدول‌هایی که روی هم می‌نشینند چنان بزرگ‌اند که جست‌وجو پیش از «{id}»{fa} به حد خود رسید"),
        );
        finding.severity = Severity::Information;
        finding
    }

    /// The witness, as far as these rules ask about it; the day where the table knows days.
    fn witness(&self, witness: &Inputs, rules: &[&str], on: Jalali) -> (String, String) {
        let rows = self.table.rules.iter().filter(|rule| rules.contains(&rule.id.as_str()));
        let asked: Vec<&str> = rows.flat_map(|rule| rule.when.iter().map(|part| part.input.as_str())).collect();
        self.inputs(witness, &asked, on)
    }

    /// What some inputs have, and the day where any rule has one.
    fn inputs(&self, witness: &Inputs, asked: &[&str], on: Jalali) -> (String, String) {
        let is_dated = |rule: &Rule| rule.effective.is_some() || !rule.except.is_empty();
        let day = self.table.rules.iter().any(is_dated).then_some(on);
        (inputs_in_words(self.table, witness, asked, day), inputs_in_words_fa(self.table, witness, asked, day))
    }

    /// `"a" and "b" of Yazd`: rules with the overlays they come from.
    pub fn rules_in_words(&self, ids: &[String], persian: bool) -> String {
        let shown = |id: &String| {
            let row = self.table.rules.iter().find(|rule| rule.id == *id);
            let layer = row.map_or(0, |rule| rule.changed_by.unwrap_or(rule.layer));
            match (layer, persian) {
                (0, false) => format!("\"{id}\""),
                (0, true) => format!("«{id}»"),
                (layer, false) => format!("\"{id}\" of {}", self.layer(layer, false)),
                (layer, true) => format!("«{id}» از {}", self.layer(layer, true)),
            }
        };
        let mut names: Vec<String> = ids.iter().take(NAMED_MAX).map(shown).collect();
        if ids.len() > NAMED_MAX {
            names.push("…".to_owned());
        }
        names.join(if persian { " و " } else { " and " })
    }

    /// What a layer is called; of two that are called alike, with the file.
    fn layer(&self, layer: usize, persian: bool) -> String {
        let unnamed = LayerRef::default();
        let called = |layer: &LayerRef| {
            let title = layer.title.as_ref().map(|title| if persian { &title.fa } else { &title.en });
            title.unwrap_or(if layer.pack.is_empty() { &layer.id } else { &layer.pack }).clone()
        };
        let name = called(self.table.layers.get(layer).unwrap_or(&unnamed));
        let alike = self.table.layers.iter().filter(|other| called(other) == name).count();
        match self.table.file(layer) {
            file if alike < 2 || file.is_empty() => name,
            file if persian => format!("{name} (\u{2066}{file}\u{2069})"),
            file => format!("{name} ({file})"),
        }
    }
}

fn no_truth(span: Span, (rule, input): (&str, &str), found: (&str, &str), witness: (&str, &str)) -> Diagnostic {
    let (found, found_fa) = found;
    let (en, fa) = witness;
    Diagnostic::error(
        "PG-T033",
        span,
        format!("the cell \"{input}\" of rule \"{rule}\" answers with {found} and not with true or false ({en})"),
        format!("خانهٔ «{input}» در قاعدهٔ «{rule}» به جای درست یا نادرست، {found_fa} پاسخ می‌دهد ({fa})"),
    )
    .with_help("compare it with something: text.len() > 20", "آن را با چیزی بسنجید: ‎text.len() > 20")
}

fn not_analysed(span: Span, rule: &str, input: Option<&str>) -> Diagnostic {
    let (message, message_fa) = match input {
        Some(input) => (
            format!("not analysed: the cell \"{input}\" of rule \"{rule}\" can't be looked into"),
            format!("تحلیل نشد: به درون خانهٔ «{input}» در قاعدهٔ «{rule}» نمی‌توان نگریست"),
        ),
        None => (
            format!("not analysed: whether rule \"{rule}\" ever answers could not be decided"),
            format!("تحلیل نشد: معلوم نشد که قاعدهٔ «{rule}» هرگز پاسخ می‌دهد یا نه"),
        ),
    };
    let mut finding = Diagnostic::warning("PG-T027", span, message, message_fa);
    finding.severity = Severity::Information;
    finding
}
