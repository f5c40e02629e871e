//! Records that are not whole, or that nothing agrees with any more.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use peygir_core::{Data, Id, Moment};
use peygir_store::MemoryStore;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::past::Made;
use super::told;
use crate::catalog::Catalog;
use crate::desk::view::{Again, DecisionView};
use crate::engine::Engine;
use crate::stream::Stream;
use crate::vault::{Keys, Vault};

/// 2026-11-21T06:30:00Z.
const NOW: Moment = Moment(1_795_242_600_000_000);
const PERSON: Id = Id([6; 16]);

fn engine() -> Engine {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/one-province");
    let (pack, _) = crate::pack::load(&folder).unwrap_or_else(|found| panic!("{found:#?}"));
    let catalog = Catalog::new(pack, &BTreeMap::new(), Arc::new(peygir_script::Deadline::never));
    let vault = Vault::new(Arc::new(Keys::in_memory()));
    vault.create(PERSON, Zeroizing::new([4; 32])).unwrap();
    Engine::new(Arc::new(MemoryStore::new()), vault, catalog, Arc::new(|| [7; 32]))
}

fn made(provenance: Value, outputs: Value) -> Made {
    Made {
        at: NOW,
        flow: "ir-foad/foad-128:1.0.0".to_owned(),
        step: "route".to_owned(),
        outputs: Data::from(outputs),
        provenance: Data::from(provenance),
        past: Stream::new(Id([5; 16])),
    }
}

/// As journals were written before they named layers, rules' places and editions.
fn of_before(version: &str, rule: &str) -> Value {
    json!({
        "table": "foad-routing", "version": version, "rule": rule,
        "inputs": { "topic": "no-officer", "agency": "shahrdari-hamedan", "province": "hamedan", "repeats": 0 },
    })
}

fn answer() -> Value {
    json!({ "agency": "shahrdari-hamedan", "unit": "administration", "managerRole": "duty-manager" })
}

fn told(provenance: Value, outputs: Value) -> DecisionView {
    told::view(&engine(), &made(provenance, outputs))
}

#[test]
fn a_journal_of_before_is_explained_by_the_table_of_its_version() {
    let view = told(of_before("1.1.2", "no-officer"), answer());
    assert_eq!((view.again, view.edition, view.layers.len(), view.caveat), (Again::Same, None, 0, None));
    assert_eq!((view.rules[0].rule.as_str(), view.rules[0].layer), ("no-officer", None));
    assert!(view.not_fired.iter().any(|rule| rule.rule == "conduct"), "{:#?}", view.not_fired);
    assert!(view.sentence.fa.contains("نبود کارمند"), "topics have their names: {}", view.sentence.fa);
}

#[test]
fn what_can_not_be_made_again_is_told_from_the_record() {
    for (version, rule, outputs, again, caveat) in [
        ("0.9.0", "no-officer", answer(), Again::TableGone, "not to be had"),
        ("1.1.2", "delay", answer(), Again::Differs, "answers something else"),
        ("1.1.2", "no-officer", json!({ "agency": "x", "unit": "y" }), Again::Differs, "answers something else"),
    ] {
        let view = told(of_before(version, rule), outputs.clone());
        assert_eq!(view.again, again, "{version} {rule}");
        assert!(view.caveat.as_ref().is_some_and(|told| told.en.contains(caveat)), "{:?}", view.caveat);
        assert_eq!((view.not_fired.len(), view.outputs), (0, outputs));
        assert!(view.sentence.en.contains(rule) && view.sentence.en.contains(version), "{}", view.sentence.en);
        assert_eq!(view.inputs.len(), 4);
        assert!(view.inputs.iter().all(|input| !input.looked_at), "nobody knows what was looked at");
    }
    let unknown = told(json!({ "table": "gone", "version": "1.0.0", "rule": "a" }), json!({ "topic": "water" }));
    assert_eq!((unknown.again, unknown.title.en.as_str()), (Again::TableGone, "gone"));
}

/// A record with layers is not explained by a table without them, though their base is the same.
#[test]
fn other_layers_are_another_table() {
    let mut layered = of_before("1.1.2", "no-officer");
    layered["layers"] = json!([
        { "pack": "national", "version": "1.0.0" },
        { "pack": "yazd", "version": "1.0.0", "overlay": "foad-routing" },
    ]);
    (layered["layer"], layered["changedBy"]) = (json!(0), json!(1));
    let view = told(layered, answer());
    assert_eq!((view.again, view.layers.len()), (Again::TableGone, 2));
    assert_eq!(view.layers[1].overlay.as_deref(), Some("foad-routing"));
    assert!(view.sentence.fa.contains("\u{2068}بستهٔ ملی\u{2069}، با تغییری که"), "{}", view.sentence.fa);
    assert!(view.sentence.fa.contains("yazd"), "{}", view.sentence.fa);
    let en = &view.sentence.en;
    assert!(en.contains("National pack") && en.contains("as changed by the pack \u{2068}yazd\u{2069}"), "{en}");
}

#[test]
fn what_was_sealed_is_opened_for_deciding_and_numbers_in_it_are_masked() {
    let engine = engine();
    // What a citizen wrote is sealed as JSON where the case had it.
    let text = "در بانک ملی کسی نیست، 09991234567".to_owned();
    let sealed = engine.vault.seal(PERSON, &json!(text).to_string(), &[5; 32]).unwrap();
    let number = engine.vault.seal(PERSON, "+989991234567", &[8; 32]).unwrap();
    let provenance = json!({
        "table": "propose-agency", "version": "1.1.2", "rule": "bank-melli",
        "inputs": { "text": sealed, "province": "hamedan" },
    });
    let outputs = json!({ "agency": "bank-melli-hamedan" });
    let view = told::view(&engine, &made(provenance.clone(), outputs.clone()));
    assert_eq!(view.again, Again::Same);
    assert!(view.sentence.en.contains("contains “\u{2068}بانک ملی\u{2069}”"), "{}", view.sentence.en);
    assert!(view.inputs.iter().any(|input| input.value == json!(text)), "who reads the case reads its text");

    let mut with_number = provenance.clone();
    with_number["inputs"]["province"] = json!(number);
    let view = told::view(&engine, &made(with_number, outputs.clone()));
    assert!(!serde_json::to_string(&view).unwrap().contains("9991234567"), "{view:#?}");

    engine.vault.erase(PERSON).unwrap();
    let view = told::view(&engine, &made(provenance, outputs));
    assert_eq!((view.again, view.not_fired.len()), (Again::Erased, 0));
    assert!(view.caveat.is_some_and(|caveat| caveat.fa.contains("حذف")));
}
