//! Laying overlays over a table: each layer is held against what stands below it, and all that is wrong is told at once.
//!
//! The outcome is a table like any other. Deciding does not know that there are layers; rules only remember where they
//! came from.

mod bounds;
mod brought;
mod guard;
mod rules;
mod verify;

use peygir_source::{Diagnostic, Diagnostics, Node, Severity};

use crate::{
    analysis::Fixed,
    complaint::overlay as complaints,
    label::Label,
    limits::{DAYS_MAX, RULES_MAX, TESTS_MAX},
    model::{LayerRef, Spoken, Table},
    overlay::{Insert, Layer, Named, Overlay},
    read::{fields::Reader, rules::Context, test_rows},
    window::Window,
};

impl Table {
    /// The table with overlays laid over it, the lowest first. The findings carry the overlays' files. Beside a table
    /// they are warnings, and notes on tests of the lower layers whose outcome an overlay changes on purpose.
    pub fn merge(&self, layers: &[Layer<'_>]) -> Result<(Self, Diagnostics), Diagnostics> {
        let (table, found) = self.lay(layers);
        match table {
            Some(table) if !found.has_errors() => Ok((table, found)),
            _ => Err(found),
        }
    }

    /// As [`Table::merge`], with the table also where nothing is wrong but that tests fail: what else is to be said of it
    /// can be said in the same breath. No table where an overlay could not be read as a whole.
    pub fn lay(&self, layers: &[Layer<'_>]) -> (Option<Self>, Diagnostics) {
        let (stages, found) = self.stages(layers);
        (stages.and_then(|mut stages| stages.pop()), found)
    }

    /// As [`Table::lay`], with the table as it is with none of the layers, with the first, and so on to all of them.
    pub fn stages(&self, layers: &[Layer<'_>]) -> (Option<Vec<Self>>, Diagnostics) {
        let mut found = Diagnostics::default();
        let is_of_test = |finding: &Diagnostic| complaints::OF_TESTS.contains(&finding.code);
        let mut table = self.clone();
        let mut place = Fixed::new();
        let mut stages = Vec::with_capacity(layers.len() + 1);
        let mut is_whole = true;
        for layer in layers {
            // What a test says of a table that could not be merged rightly would only mislead.
            is_whole &= layer.overlay.is_whole && !found.has_errors();
            place.extend(layer.place.into_iter().flatten().map(|(from, value)| (from.clone(), value.clone())));
            let mut stage = Stage::new(&table, layer, &place);
            let merged = stage.merge(is_whole);
            found.extend(stage.reader.findings.in_file(layer.file));
            stages.push(std::mem::replace(&mut table, merged));
        }
        stages.push(table);
        let mut errors = found.list.iter().filter(|finding| finding.severity == Severity::Error);
        let only_tests = errors.all(is_of_test);
        let all_read = layers.iter().all(|layer| layer.overlay.is_whole);
        ((only_tests && all_read).then_some(stages), found)
    }
}

/// One overlay over what stands below it.
struct Stage<'a> {
    below: &'a Table,
    overlay: &'a Overlay,
    pack: &'a str,
    file: Label,
    /// Index of the overlay among the layers.
    layer: usize,
    /// What inputs have for certain where all layers up to this one hold.
    place: &'a Fixed,
    reader: Reader,
}

impl<'a> Stage<'a> {
    fn new(below: &'a Table, layer: &Layer<'a>, place: &'a Fixed) -> Self {
        Self {
            below,
            overlay: layer.overlay,
            pack: layer.pack,
            file: layer.file.into(),
            layer: below.layers.len(),
            place,
            reader: Reader::default(),
        }
    }

    fn merge(&mut self, is_whole: bool) -> Table {
        let mut table = self.below.clone();
        self.name_layer(&mut table);
        if !self.fits() {
            return table;
        }
        table.outputs = self.tightened();
        let changes = self.changes(&table);
        self.guard(&changes, &table);
        table.rules = self.rules(changes, &mut table.disabled);
        table.seal();
        table.spoken.extend(self.spoken());
        self.check_bounds(&table);
        self.add_tests(&mut table);
        self.check_size(&table);
        if is_whole && !self.reader.findings.has_errors() {
            self.verify(&mut table);
        }
        table
    }

    /// Where the overlay speaks of rules.
    fn spoken(&self) -> Vec<Spoken> {
        let Overlay { replace, insert, disable, why, .. } = self.overlay;
        let id = |insert: &Insert| {
            let id = insert.rule.get("id")?;
            Some(Named { name: id.as_str()?.to_owned(), span: id.span })
        };
        let replaced = replace.iter().map(|replace| replace.rule.clone());
        let named = replaced.chain(disable.iter().cloned()).chain(insert.iter().filter_map(id));
        let spoken = |Named { name, span }: Named| {
            let why = why.get(&name).map(|why| why.as_str().into());
            Spoken { rule: name.into(), layer: self.layer, span, why }
        };
        named.map(spoken).collect()
    }

    fn name_layer(&self, table: &mut Table) {
        let Overlay { id, version, title, .. } = self.overlay;
        let layer =
            LayerRef { pack: self.pack.to_owned(), id: id.clone(), version: version.to_string(), title: title.clone() };
        table.layers = table.layers.iter().cloned().chain([layer]).collect();
        table.files.push(self.file.clone());
    }

    /// Whether the overlay was written for this table; otherwise nothing further in it would be told rightly.
    fn fits(&mut self) -> bool {
        let Overlay { extends, range, range_span, effective, root, .. } = self.overlay;
        let (id, version) = (&self.below.id, &self.below.version);
        if *id != extends.name {
            self.reader.push(complaints::other_base(extends.span, &extends.name, id));
            return false;
        }
        if !range.matches(version) {
            self.reader.push(complaints::base_out_of_range(*range_span, id, version, range));
            return false;
        }
        let days = effective.unwrap_or_default().meet(self.below.effective.unwrap_or_default());
        if days.is_none() {
            let span = root.get("effective").map_or(root.span, |window| window.span);
            self.reader.push(complaints::never_in_force(span, &self.below.effective.unwrap_or_default()));
        }
        true
    }

    /// The days of the overlay, where it has any.
    fn window(&self) -> Option<Window> {
        self.overlay.effective
    }

    fn context<'c>(&'c self, table: &'c Table) -> Context<'c> {
        Context {
            inputs: &table.inputs,
            outputs: &table.outputs,
            search_key: self.overlay.search_key,
            hit: table.hit,
            layer: self.layer,
            layers: &table.layers,
            file: &self.file,
        }
    }

    /// The overlay's own tests, read against the merged table.
    fn add_tests(&mut self, table: &mut Table) {
        let context = test_rows::Context::new(&table.inputs, &table.outputs, &table.rules, table.hit, self.layer);
        let mut rows = test_rows::read(&mut self.reader, &self.overlay.root, &context);
        let outside: Vec<Window> = self.window().map(|window| window.outside().collect()).unwrap_or_default();
        for row in rows.iter_mut().filter(|row| row.on.is_none()) {
            row.outside.clone_from(&outside);
        }
        let items = self.overlay.root.get("tests").and_then(Node::items).unwrap_or_default();
        for (row, item) in rows.iter_mut().zip(items) {
            brought::settled(row, item, table, self.place);
        }
        table.tests.extend(rows);
    }

    fn check_size(&mut self, table: &Table) {
        let span = self.overlay.root.span;
        if table.rules.len() > RULES_MAX {
            self.reader.push(crate::complaint::too_many(span, "rules", RULES_MAX));
        }
        if table.tests.len() > TESTS_MAX {
            self.reader.push(crate::complaint::too_many(span, "tests", TESTS_MAX));
        }
        if table.days().len() > DAYS_MAX {
            self.reader.push(crate::complaint::too_many_days(span, DAYS_MAX));
        }
    }
}
