//! One decision: made again where that can be done, and told.

use std::collections::BTreeMap;
use std::sync::Arc;

use peygir_calendar::{Jalali, Language, Name};
use peygir_casework::view as record_view;
use peygir_decision::{Decision, Input, NotFired, Table, WhyNot};
use peygir_explain::table::{self as words, Caveat, DecisionTold, Recorded};
use peygir_explain::{Title, Titles};
use serde_json::{Map, Value};

use super::super::names::instant;
use super::super::scripts::mask::Masks;
use super::super::view::{
    Again, Bilingual, DecisionInput, DecisionLayer, DecisionRule, DecisionView, Stopped, StoppedRule,
};
use super::past::Made;
use crate::catalog::Catalog;
use crate::engine::Engine;
use crate::pack;
use crate::resources::TurnResources;
use crate::vault::{is_closed, is_sealed, replace_sealed};

type Inputs = BTreeMap<String, Value>;

/// A decision with what is needed to tell it.
struct Telling<'a> {
    made: &'a Made,
    /// What names are taken from: what was in force then, or else now.
    titles: &'a dyn Titles,
    masks: Masks,
}

/// The decision made again.
struct Remade {
    table: Arc<Table>,
    decision: Decision,
    on: Jalali,
}

pub(super) fn view(engine: &Engine, made: &Made) -> DecisionView {
    let present = engine.catalog();
    let then = content_then(engine, &present, made);
    let table = then.as_ref().and_then(|pack| table_then(pack, &present, made));
    let opened = opened(engine, made, table.as_deref());
    let clear =
        record_view::case_in_clear(&made.past.records, &TurnResources::new(&present, &engine.vault, &made.past));
    let mut masks = Masks::of_case(&clear);
    let given = made.said("inputs").cloned().unwrap_or_default();
    masks.add_sealed(&given, &opened.iter().map(|(name, value)| (name.clone(), value.clone())).collect());
    let titles: &dyn Titles = then.as_deref().unwrap_or(present.packs());
    let telling = Telling { made, titles, masks };
    let remade = table.ok_or(Again::TableGone).and_then(|table| remade(&present, made, table, &opened));
    match remade {
        Ok(remade) => telling.explained(&remade, &telling.shown(&remade.decision.inputs)),
        Err(again) => telling.recorded(again, &telling.shown(&opened)),
    }
}

/// What was in force: of the edition on record, else of the one that counted then, else what is in force now.
fn content_then(engine: &Engine, present: &Catalog, made: &Made) -> Option<Arc<pack::Catalog>> {
    let counted = || engine.editions().and_then(|(all, _)| all.in_force_at(made.at).map(|edition| edition.number));
    let now = || Arc::new(present.packs().clone());
    match made.number("edition").filter(|number| *number > 0).or_else(counted) {
        Some(number) if number == present.edition() => Some(now()),
        Some(number) => engine.catalog_of_edition(number).ok(),
        None => Some(now()),
    }
}

/// The table where the case was, or else wherever it has the layers that are on record.
fn table_then(pack: &pack::Catalog, present: &Catalog, made: &Made) -> Option<Arc<Table>> {
    let place = made.past.place(present);
    let here = std::iter::once(pack.content(&place));
    let elsewhere = pack.contents.places().map(|(_, content)| content);
    let tables = here.chain(elsewhere).filter_map(|content| content.tables.get(made.text("table")));
    tables.map(|source| &source.table).find(|table| is_it(table, made)).cloned()
}

fn is_it(table: &Table, made: &Made) -> bool {
    let layers = made.list("layers");
    let same = |(layer, said): (&peygir_decision::LayerRef, &Value)| {
        let text = |name: &str| said.get(name).and_then(Value::as_str);
        text("version") == Some(layer.version.as_str())
            && text("pack") == Some(layer.pack.as_str())
            && text("overlay").is_none_or(|overlay| overlay == layer.id)
    };
    let fits =
        layers.is_empty() || (layers.len() == table.layers().len() && table.layers().iter().zip(layers).all(same));
    table.version().to_string() == made.text("version") && fits
}

/// The inputs on record in clear, as far as their keys are left.
fn opened(engine: &Engine, made: &Made, table: Option<&Table>) -> Inputs {
    let given = made.said("inputs").and_then(Value::as_object).cloned().unwrap_or_default();
    let open = |(name, value): (String, Value)| {
        let clear = replace_sealed(&value, &|token| engine.vault.open(token));
        let input = table.and_then(|table| table.inputs().iter().find(|input| input.name == name));
        let value = match value.as_str().filter(|text| is_sealed(text)) {
            Some(_) => unwrapped(clear, input),
            None => clear,
        };
        (name, value)
    };
    given.into_iter().map(open).collect()
}

/// What was sealed as a whole was sealed as JSON; what came sealed is a text of its own.
fn unwrapped(clear: Value, input: Option<&Input>) -> Value {
    let parsed = clear.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let fits = |value: &Value| input.map_or(value.is_string(), |input| input.value_type.holds(value));
    parsed.filter(fits).unwrap_or(clear)
}

fn is_erased(value: &Value) -> bool {
    match value {
        Value::String(text) => is_closed(text),
        Value::Array(items) => items.iter().any(is_erased),
        Value::Object(members) => members.values().any(is_erased),
        _ => false,
    }
}

/// Decides again. What comes out otherwise explains nothing.
fn remade(present: &Catalog, made: &Made, table: Arc<Table>, inputs: &Inputs) -> Result<Remade, Again> {
    let erased = if inputs.values().any(is_erased) { Some(Again::Erased) } else { None };
    let on = Jalali::from_gregorian(present.zone().to_datetime(made.at.to_jiff()).date());
    let decision = table.decide(inputs, on).map_err(|_| erased.unwrap_or(Again::Differs))?;
    let same = decision.rule == *made.text("rule") && decision.outputs == *made.outputs.value();
    match erased {
        // The same answer may come of other reasons than then.
        Some(erased) => Err(erased),
        None if same => Ok(Remade { table, decision, on }),
        None => Err(Again::Differs),
    }
}

impl Telling<'_> {
    fn shown(&self, inputs: &Inputs) -> Inputs {
        inputs.iter().map(|(name, value)| (name.clone(), self.masks.value(value))).collect()
    }

    /// What both ways have in common.
    fn head(&self, title: Option<&Name>, again: Again) -> DecisionView {
        let made = self.made;
        let id = made.text("table");
        let known = self.titles.function(id).and_then(|function| function.title);
        DecisionView {
            at: instant(made.at),
            flow: made.flow.clone(),
            step: made.step.clone(),
            table: id.to_owned(),
            title: title.cloned().or(known).map_or_else(|| plain(id), both),
            version: made.text("version").to_owned(),
            edition: made.number("edition").filter(|number| *number > 0),
            layers: made.list("layers").iter().map(|layer| self.layer(layer)).collect(),
            rules: self.rules(),
            outputs: self.masks.value(made.outputs.value()),
            inputs: Vec::new(),
            not_fired: Vec::new(),
            sentence: Bilingual::default(),
            again,
            caveat: None,
        }
    }

    fn layer(&self, layer: &Value) -> DecisionLayer {
        let text = |name: &str| layer.get(name).and_then(Value::as_str).map(str::to_owned);
        let pack = text("pack").unwrap_or_default();
        DecisionLayer {
            title: self.titles.title(Title::Pack, &pack).map_or_else(|| plain(&pack), both),
            pack,
            pack_version: text("packVersion"),
            overlay: text("overlay"),
            version: text("version").unwrap_or_default(),
        }
    }

    fn rules(&self) -> Vec<DecisionRule> {
        let place =
            |of: &Value, name: &str| of.get(name).and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
        let rule = |of: &Value| DecisionRule {
            rule: of.get("rule").and_then(Value::as_str).unwrap_or_default().to_owned(),
            title: None,
            layer: place(of, "layer"),
            changed_by: place(of, "changedBy"),
        };
        let several = self.made.list("rules");
        if !several.is_empty() {
            return several.iter().map(rule).collect();
        }
        let said = ["rule", "layer", "changedBy"].map(|name| (name.to_owned(), self.made.said(name).cloned()));
        let members: Map<String, Value> = said.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        vec![rule(&Value::Object(members))]
    }

    fn explained(&self, remade: &Remade, shown: &Inputs) -> DecisionView {
        let Remade { table, decision, on } = remade;
        let tell = |language| words::decision(table, decision, *on, shown, self.titles, language);
        let (fa, en) = (tell(Language::Persian), tell(Language::English));
        let mut view = self.head(table.title(), Again::Same);
        for rule in &mut view.rules {
            rule.title = title_of(table, &rule.rule);
        }
        let stopped = decision.not_fired.iter().zip(fa.not_fired.iter().zip(&en.not_fired));
        view.not_fired = stopped.map(|(rule, (fa, en))| stopped_rule(table, rule, fa, en)).collect();
        view.inputs = inputs(&fa, &en, shown);
        view.sentence = Bilingual { fa: fa.sentence, en: en.sentence };
        view
    }

    fn recorded(&self, again: Again, shown: &Inputs) -> DecisionView {
        let mut view = self.head(None, again);
        let rule = view.rules.first();
        let pack = |at: Option<usize>| at.and_then(|at| view.layers.get(at)).map(|layer| layer.pack.as_str());
        let record = Recorded {
            table: &view.table,
            version: &view.version,
            rule: self.made.text("rule"),
            pack: pack(rule.and_then(|rule| rule.layer)),
            changed_by: pack(rule.and_then(|rule| rule.changed_by)),
            outputs: &view.outputs,
        };
        let tell = |language| words::recorded(&record, self.titles, language);
        let sentence = Bilingual { fa: tell(Language::Persian), en: tell(Language::English) };
        let caveat = match again {
            Again::Same => None,
            Again::Differs => Some(Caveat::AnswersElse),
            Again::TableGone => Some(Caveat::TableGone),
            Again::Erased => Some(Caveat::Erased),
        };
        view.caveat = caveat.map(|caveat| Bilingual {
            fa: words::caveat(caveat, Language::Persian),
            en: words::caveat(caveat, Language::English),
        });
        let input = |(name, value): (&String, &Value)| DecisionInput {
            name: name.clone(),
            title: plain(name),
            shown: plain(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
            value: value.clone(),
            looked_at: false,
        };
        view.inputs = shown.iter().map(input).collect();
        view.sentence = sentence;
        view
    }
}

fn stopped_rule(table: &Table, rule: &NotFired, fa: &str, en: &str) -> StoppedRule {
    let (why, asked) = match &rule.why {
        WhyNot::Cell { input, cell, .. } => (Stopped::Cell, Some((input.to_string(), cell.to_string()))),
        WhyNot::NotInForce => (Stopped::NotInForce, None),
        WhyNot::Outranked => (Stopped::Outranked, None),
        WhyNot::Faulted => (Stopped::Faulted, None),
    };
    let (input, cell) = asked.unzip();
    StoppedRule {
        rule: rule.rule.to_string(),
        title: title_of(table, &rule.rule),
        layer: rule.layer,
        why,
        input,
        cell,
        text: Bilingual { fa: fa.to_owned(), en: en.to_owned() },
    }
}

fn inputs(fa: &DecisionTold, en: &DecisionTold, shown: &Inputs) -> Vec<DecisionInput> {
    let both = fa.inputs.iter().zip(&en.inputs);
    let input = |(fa, en): (&words::InputTold, &words::InputTold)| DecisionInput {
        name: fa.name.clone(),
        title: Bilingual { fa: fa.title.clone(), en: en.title.clone() },
        value: shown.get(&fa.name).cloned().unwrap_or_default(),
        shown: Bilingual { fa: fa.value.clone(), en: en.value.clone() },
        looked_at: fa.looked_at,
    };
    both.map(input).collect()
}

fn title_of(table: &Table, rule: &str) -> Option<Bilingual> {
    table.rule(rule)?.title.clone().map(both)
}

fn both(name: Name) -> Bilingual {
    Bilingual { fa: name.fa, en: name.en }
}

fn plain(text: &str) -> Bilingual {
    Bilingual { fa: text.to_owned(), en: text.to_owned() }
}
