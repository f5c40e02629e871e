//! Tables and decisions as they are told: what a routing owner gets to read, word for word, in both languages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use peygir_calendar::{Jalali, Name, Place};
use peygir_decision::{Layer, Overlay, Table};
use peygir_explain::table::{self, Asked, Caveat, Recorded};
use peygir_explain::{Function, Language, NoTitles, Title, Titles};
use peygir_source::{Node, yaml};
use serde_json::{Value, json};

const CELLS: &str = include_str!("tables/cells.table.yaml");
const BOTH: [(Language, &str); 2] = [(Language::Persian, "fa"), (Language::English, "en")];

fn key(text: &str) -> String {
    text.replace('\u{200c}', " ").to_lowercase()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn node(path: &str) -> Node {
    let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    yaml::parse(&text).unwrap_or_else(|found| panic!("{path}: {found:?}"))
}

fn read(node: &Node) -> Table {
    Table::read(node, key).unwrap_or_else(|found| panic!("{found:#?}")).0
}

fn cells() -> Table {
    read(&yaml::parse(CELLS).unwrap())
}

/// The national table with the overlays of the example's packs, each under its pack's name.
fn samad(packs: &[(&str, &str)]) -> Table {
    let base = read(&node("rules/routing/samad-routing.table.yaml")).with_pack("national", "base");
    let overlays: Vec<Overlay> = packs
        .iter()
        .map(|(pack, file)| {
            let node = node(&format!("examples/three-provinces/{pack}/rules/routing/{file}.overlay.yaml"));
            Overlay::read(&node, key).unwrap_or_else(|found| panic!("{found:#?}")).0
        })
        .collect();
    let layers: Vec<Layer<'_>> =
        packs.iter().zip(&overlays).map(|((pack, file), overlay)| Layer::new(overlay, pack, file)).collect();
    base.merge(&layers).unwrap_or_else(|found| panic!("{found:#?}")).0
}

/// Names of the shipped directory, as a deployment has them.
struct Shipped(BTreeMap<(u8, String), Name>);

fn list(what: Title) -> Option<(u8, &'static str)> {
    Some(match what {
        Title::Topic => (0, "topics"),
        Title::Role => (1, "roles"),
        Title::Agency => (2, "agencies"),
        Title::County => (3, "counties"),
        Title::Province => (4, "provinces"),
        Title::Pack => (5, "packs"),
        Title::Form | Title::Calendar | Title::Flow => return None,
    })
}

impl Shipped {
    fn read() -> Self {
        let mut names = BTreeMap::new();
        let text = |node: &Node, name: &str| node.get(name).and_then(Node::as_str).unwrap_or_default().to_owned();
        let name = |node: &Node| Name { fa: text(node, "fa"), en: text(node, "en") };
        let provinces = ["isfahan", "khorasan-razavi", "golestan"];
        let mut files = vec!["rules/directory/national.yaml".to_owned()];
        files.extend(provinces.map(|id| format!("examples/three-provinces/{id}/rules/directory/{id}.yaml")));
        for file in files {
            let file = node(&file);
            for kind in [Title::Topic, Title::Role, Title::Agency, Title::County] {
                let (number, member) = list(kind).unwrap();
                for entry in file.get(member).and_then(Node::items).unwrap_or_default() {
                    names.insert((number, text(entry, "id")), name(entry));
                }
            }
            if let Some(province) = file.get("province") {
                names.insert((4, text(province, "id")), name(province));
            }
        }
        for pack in ["isfahan", "khorasan-razavi", "mashhad"] {
            let manifest = node(&format!("examples/three-provinces/{pack}/pack.yaml"));
            names.insert((5, pack.to_owned()), name(manifest.get("title").unwrap()));
        }
        Self(names)
    }
}

impl Titles for Shipped {
    fn function(&self, _: &str) -> Option<Function> {
        None
    }

    fn title(&self, what: Title, id: &str) -> Option<Name> {
        self.0.get(&(list(what)?.0, id.to_owned())).cloned()
    }

    fn ids(&self, what: Title) -> Vec<String> {
        let number = list(what).map(|(number, _)| number);
        self.0.keys().filter(|(kind, _)| Some(*kind) == number).map(|(_, id)| id.clone()).collect()
    }
}

fn lines(table: &Table, titles: &dyn Titles, language: Language, asked: &Asked) -> String {
    let told = table::table(table, titles, language, asked);
    let mut lines = vec![told.heading];
    lines.extend(told.about);
    lines.extend(told.rules.iter().map(|rule| format!("{}. {}", rule.number, rule.text)));
    lines.extend(told.changes);
    lines.iter().map(|line| marked(line) + "\n").collect()
}

/// Isolates shown as ‹ ›.
fn marked(text: &str) -> String {
    text.replace('\u{2068}', "‹").replace('\u{2069}', "›")
}

/// Compares with a file beside those of flows; `EXPLAIN_WRITE=1` writes it anew.
fn check(name: &str, text: &str) {
    let path = format!("{}/tests/told/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("EXPLAIN_WRITE").is_some() {
        std::fs::write(&path, text).expect("the folder of the test can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    for (line, (found, expected)) in text.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "{name}, line {}", line + 1);
    }
    assert_eq!(text.lines().count(), expected.lines().count(), "{name}");
}

#[test]
fn every_kind_of_cell_is_a_sentence() {
    for (language, code) in BOTH {
        check(&format!("cells.{code}"), &lines(&cells(), &NoTitles, language, &Asked::default()));
    }
}

#[test]
fn the_national_routing_and_what_the_layers_of_mashhad_change() {
    let names = Shipped::read();
    let mashhad = samad(&[("khorasan-razavi", "samad-routing"), ("mashhad", "samad-routing")]);
    for (language, code) in BOTH {
        check(&format!("samad.{code}"), &lines(&samad(&[]), &names, language, &Asked::default()));
        check(&format!("mashhad.{code}"), &lines(&mashhad, &names, language, &Asked::default()));
    }
}

#[test]
fn a_place_fills_what_is_known_of_it_and_a_day_says_what_is_in_force() {
    let names = Shipped::read();
    let table = samad(&[("isfahan", "samad-routing"), ("isfahan", "winter-air")]);
    let place = Place { province: Some("isfahan".into()), county: Some("kashan".into()), agency: None };
    let asked = |on: &str| Asked { place: place.clone(), on: Some(on.parse().unwrap()) };
    let told = table::table(&table, &names, Language::Persian, &asked("1405/09/01"));
    let rule = |id: &str| told.rules.iter().filter(|rule| rule.id == id).collect::<Vec<_>>();
    assert!(marked(&rule("street")[0].text).contains("به ‹شهرداری کاشان›"), "{}", rule("street")[0].text);
    let [winter, before] = rule("environment")[..] else { panic!("{told:#?}") };
    assert!(winter.text.starts_with("از ۱ آذر ۱۴۰۵ تا ۲۹ اسفند ۱۴۰۵: اگر"), "{}", winter.text);
    assert!(before.text.starts_with("جز از ۱ آذر ۱۴۰۵ تا ۲۹ اسفند ۱۴۰۵: اگر"), "{}", before.text);
    assert!(winter.in_force && !before.in_force && before.text.contains("در این روز اجرا نمی‌شود"));
    assert!(
        told.changes.iter().any(|line| line.contains("وام بانک ملی") && line.contains("برداشته")),
        "{:?}",
        told.changes
    );
    let winter = "‹بستهٔ اصفهان› در «آلودگی هوا در زمستان» «‹محیط زیست و آلودگی›» را تغییر داده.";
    assert!(told.changes.iter().any(|line| marked(line) == winter), "{:?}", told.changes);
    assert!(told.about.iter().any(|line| line.contains("یکشنبه ۱ آذر ۱۴۰۵")), "{:?}", told.about);
}

/// Input, the rule that is asked about, and why it did not answer.
const FAILED: &[(&str, &str, &str, &str)] = &[
    ("topic: gas", "one", "موضوع «‹gas›» است، نه «‹water›».", "The topic is “‹gas›”, not “‹water›”."),
    (
        "{}",
        "three",
        "موضوع معلوم نیست و این قاعده یکی از «‹water›»، «‹gas›» یا «‹street›» می‌خواهد.",
        "The topic is not known, and this rule asks for one of “‹water›”, “‹gas›” or “‹street›”.",
    ),
    (
        "topic: water",
        "not-one",
        "موضوع «‹water›» است و این قاعده آن را کنار می‌گذارد.",
        "The topic is “‹water›”, which this rule leaves out.",
    ),
    ("{}", "known", "دستگاه معلوم نیست.", "The agency is not known."),
    ("agency: y", "unknown", "دستگاه «‹y›» است.", "The agency is “‹y›”."),
    (
        "agency: y",
        "prefix",
        "شناسهٔ دستگاه با «‹bank-›» آغاز نمی‌شود.",
        "The id of the agency does not begin with “‹bank-›”.",
    ),
    (
        "agency: bank-melli",
        "no-prefix",
        "شناسهٔ دستگاه با «‹bank-›» یا «‹sabt-›» آغاز می‌شود.",
        "The id of the agency begins with “‹bank-›” or “‹sabt-›”.",
    ),
    (
        "text: x",
        "contains",
        "در متن پیام «‹بی‌آب›» یا «‹قطع، آب›» نیامده است.",
        "The text of the message does not contain “‹بی‌آب›” or “‹قطع، آب›”.",
    ),
    ("{}", "words", "متن پیام معلوم نیست.", "The text of the message is not known."),
    ("text: زائر", "no-words", "در متن پیام واژهٔ «‹زائر›» آمده است.", "The text of the message has the word “‹زائر›”."),
    ("text: x", "exactly", "متن پیام «‹سلام›» نیست.", "The text of the message is not “‹سلام›”."),
    ("repeats: 1", "at-least", "دفعات تکرار ۱ است، نه دست‌کم ۲.", "The times it was told before is 1, not at least 2."),
    ("rate: 0.7", "less", "‹rate› ۰٫۷ است، نه حداکثر ۰٫۵.", "‹rate› is 0.7, not at most 0.5."),
    ("urgent: false", "flag", "فوری نادرست است، نه درست.", "The urgency is false, not true."),
    (
        "text: x",
        "code",
        "عبارت ‹text.contains(\"a\") || repeats > 3› برقرار نیست.",
        "The expression ‹text.contains(\"a\") || repeats > 3› does not hold.",
    ),
    (
        "{}",
        "dated",
        "در آن روز اجرا نمی‌شد (از ۱ آذر ۱۴۰۵ تا ۲۹ اسفند ۱۴۰۵).",
        "It was not in force on that day (from 1 Azar 1405 to 29 Esfand 1405).",
    ),
];

/// The table with all rules gone but one and the catch-all.
fn only(rule: &str) -> Table {
    let is_kept = |line: &&str| match line.strip_prefix("  - { id: ") {
        Some(rest) => rest.starts_with(&format!("{rule},")) || rest.starts_with("rest,"),
        None => true,
    };
    let text: Vec<&str> = CELLS.lines().filter(is_kept).collect();
    read(&yaml::parse(&text.join("\n")).unwrap())
}

fn decided(table: &Table, given: &str, language: Language) -> (String, Vec<String>, Vec<String>) {
    let given = yaml::parse(given).unwrap().to_json();
    let given: BTreeMap<String, Value> = given.as_object().unwrap().clone().into_iter().collect();
    let on: Jalali = "1405/02/01".parse().unwrap();
    let decision = table.decide(&given, on).unwrap();
    let told = table::decision(table, &decision, on, &decision.inputs, &NoTitles, language);
    let looked_at = told.inputs.iter().filter(|input| input.looked_at).map(|input| input.name.clone());
    (marked(&told.sentence), told.not_fired.iter().map(|text| marked(text)).collect(), looked_at.collect())
}

#[test]
fn why_a_rule_did_not_answer_names_the_value_it_met() {
    for (given, rule, fa, en) in FAILED {
        let table = only(rule);
        assert_eq!(decided(&table, given, Language::Persian).1, [*fa], "{rule}");
        assert_eq!(decided(&table, given, Language::English).1, [*en], "{rule}");
    }
}

#[test]
fn why_a_rule_answered_names_what_it_saw() {
    for (given, rule, reason) in [
        ("topic: gas", "three", "چون موضوع «‹gas›» است"),
        ("topic: gas", "not-one", "چون موضوع «‹gas›» است، نه «‹water›»"),
        ("agency: y", "known", "چون دستگاه «‹y›» است"),
        ("agency: bank-x", "prefix", "چون شناسهٔ دستگاه با «‹bank-›» آغاز می‌شود"),
        ("repeats: 3", "at-least", "چون دفعات تکرار ۳ است (دست‌کم ۲)"),
        ("text: زائر آمد", "words", "چون در متن پیام واژهٔ «‹زائر›» آمده است"),
        ("repeats: 4", "code", "چون عبارت ‹text.contains(\"a\") || repeats > 3› برقرار است"),
        ("topic: x", "rest", "چون هیچ قاعدهٔ دیگری برقرار نبود"),
    ] {
        let given = if rule == "not-one" { "{ topic: gas, agency: z }" } else { given };
        let given = if rule == "code" { "{ text: b, repeats: 4 }" } else { given };
        let (sentence, ..) = decided(&only(rule), given, Language::Persian);
        assert!(sentence.contains(reason), "{rule}: {sentence}");
    }
}

#[test]
fn only_what_the_rules_looked_at_mattered() {
    let looked_at = |rule: &str, given: &str| decided(&only(rule), given, Language::English).2;
    assert_eq!(looked_at("less", "{ repeats: 5, rate: 0.1, topic: x }"), ["repeats"], "the first cell stopped it");
    assert_eq!(looked_at("less", "{ repeats: 1, rate: 0.1, topic: x }"), ["repeats", "rate"]);
    assert_eq!(looked_at("not-one", "{ topic: gas, agency: z, text: q }"), ["topic", "agency"], "the answer is filled");
    assert_eq!(looked_at("code", "{ text: b, agency: z }"), ["text", "repeats"], "an expression names others");
}

/// The text of a message is two inputs of the table, for rules that ask two things of it.
#[test]
fn what_is_read_from_one_place_is_told_once() {
    let table = read(&node("rules/routing/samad-topic.table.yaml"));
    let (.., looked_at) = decided(&table, "{ text: وام ازدواج, also: وام ازدواج }", Language::Persian);
    assert_eq!(looked_at, ["text"]);
}

/// The flow hands the proposed topic on: what routing does not know would stop each such message there.
#[test]
fn what_the_topics_table_proposes_the_routing_takes() {
    let (proposing, routing) =
        (node("rules/routing/samad-topic.table.yaml"), node("rules/routing/samad-routing.table.yaml"));
    let (proposing, routing) = (read(&proposing), read(&routing));
    let proposed = &proposing.outputs().iter().find(|output| output.name == "topic").unwrap().values;
    let taken = &routing.inputs().iter().find(|input| input.name == "topic").unwrap().values;
    assert!(!proposed.is_empty() && proposed == taken, "an overlay may propose no other: {proposed:?}");
}

#[test]
fn a_decision_of_a_case_is_one_sentence() {
    let names = Shipped::read();
    let table = samad(&[("khorasan-razavi", "samad-routing"), ("mashhad", "samad-routing")]);
    let given = json!({ "topic": "street", "county": "mashhad", "province": "khorasan-razavi", "text": "چاله" });
    let given: BTreeMap<String, Value> = given.as_object().unwrap().clone().into_iter().collect();
    let on: Jalali = "1405/09/01".parse().unwrap();
    let decision = table.decide(&given, on).unwrap();
    let told = |language| table::decision(&table, &decision, on, &decision.inputs, &names, language);
    check("decision.fa", &(marked(&told(Language::Persian).sentence) + "\n"));
    check("decision.en", &(marked(&told(Language::English).sentence) + "\n"));
    // A rule that a layer changed is told with whose it is and with who changed it.
    let given = json!({ "topic": "transport", "county": "mashhad", "province": "khorasan-razavi", "text": "اتوبوس" });
    let given: BTreeMap<String, Value> = given.as_object().unwrap().clone().into_iter().collect();
    let changed = table.decide(&given, on).unwrap();
    for (language, whose) in [
        (Language::Persian, "از بستهٔ ‹national›، با تغییری که ‹بستهٔ خراسان رضوی› داده است)."),
        (Language::English, "from the pack ‹national›, as changed by “‹Pack of Razavi Khorasan›”)."),
    ] {
        let sentence = marked(&table::decision(&table, &changed, on, &changed.inputs, &names, language).sentence);
        assert!(sentence.ends_with(whose), "{sentence}");
    }
    let at = decision.not_fired.iter().position(|not| not.rule == "shrine-district").unwrap();
    assert_eq!(marked(&told(Language::Persian).not_fired[at]), "در متن پیام «‹حرم›» یا «‹آستان قدس›» نیامده است.");
}

/// A rule that a layer took out stands nowhere in the table any more, and yet it is why another one answered.
#[test]
fn what_a_layer_took_out_and_since_when_it_changed_a_rule_is_told_with_the_decision() {
    let names = Shipped::read();
    let table = samad(&[("isfahan", "samad-routing"), ("isfahan", "winter-air")]);
    let told = |given: Value, on: &str, language| {
        let given: BTreeMap<String, Value> = given.as_object().unwrap().clone().into_iter().collect();
        let on: Jalali = on.parse().unwrap();
        let decision = table.decide(&given, on).unwrap();
        marked(&table::decision(&table, &decision, on, &decision.inputs, &names, language).sentence)
    };
    let loan = |text: &str| json!({ "topic": "bank-loan", "text": text, "province": "isfahan" });
    let melli = |language| told(loan("وام از بانک ملی"), "1405/08/01", language);
    let out = "‹بستهٔ اصفهان› در «ارجاع سامد در اصفهان» قاعدهٔ «‹وام بانک ملی›» را که این‌جا برقرار می‌بود برداشته است: ‹the council of banks";
    assert!(melli(Language::Persian).contains(out), "{}", melli(Language::Persian));
    let out = "“‹Pack of Isfahan›” by “SAMAD routing of Isfahan” has taken out the rule “‹Loan of Bank Melli›”, which would have held: ‹the council of banks";
    assert!(melli(Language::English).contains(out), "{}", melli(Language::English));
    // One that holds, but stood below the rule that answers, would have made no difference.
    for text in ["وام خرد", "بانک کشاورزی و بانک مسکن"] {
        let sentence = told(loan(text), "1405/08/01", Language::English);
        assert!(!sentence.contains("taken out"), "{sentence}");
    }
    let air = json!({ "topic": "environment", "text": "دود", "province": "isfahan" });
    let sentence = told(air.clone(), "1405/09/01", Language::Persian);
    let whose =
        "با تغییری که ‹بستهٔ اصفهان› در «آلودگی هوا در زمستان» داده است، که از ۱ آذر ۱۴۰۵ تا ۲۹ اسفند ۱۴۰۵ اجرا می‌شود)";
    assert!(sentence.contains(whose), "{sentence}");
    let sentence = told(air, "1405/08/01", Language::English);
    assert!(sentence.contains(", in force except "), "{sentence}");
}

#[test]
fn what_is_on_record_alone_says_so() {
    let outputs = json!({ "agency": "abfa", "unit": "customers", "workingDays": 3 });
    let record = Recorded {
        table: "samad",
        version: "1.0.0",
        rule: "water",
        pack: Some("mashhad"),
        changed_by: None,
        outputs: &outputs,
    };
    let names = Shipped::read();
    assert_eq!(
        marked(&table::recorded(&record, &names, Language::Persian)),
        "جدول «‹samad›» نسخهٔ ‹1.0.0› چنین پاسخ داد: به ‹abfa›، واحد ‹customers›، با مهلت ۳ روز کاری (قاعدهٔ «‹water›» از ‹بستهٔ شهرستان مشهد›)."
    );
    let changed = Recorded { pack: Some("khorasan-razavi"), changed_by: Some("mashhad"), ..record };
    let told = marked(&table::recorded(&changed, &names, Language::Persian));
    let whose = "(قاعدهٔ «‹water›» از ‹بستهٔ خراسان رضوی›، با تغییری که ‹بستهٔ شهرستان مشهد› داده است).";
    assert!(told.ends_with(whose), "{told}");
    let outputs = json!([{ "topic": "water" }]);
    let record = Recorded { outputs: &outputs, pack: None, ..record };
    assert_eq!(
        marked(&table::recorded(&record, &NoTitles, Language::English)),
        "Table “‹samad›” ‹1.0.0› answered: topic: “‹water›” (rule “‹water›”)."
    );
    for caveat in [Caveat::TableGone, Caveat::AnswersElse, Caveat::Erased] {
        for (language, _) in BOTH {
            let text = table::caveat(caveat, language);
            assert!(text.ends_with('.') && !text.starts_with("caveat"), "{text}");
        }
    }
}

#[test]
fn the_hit_policies_tell_what_held_and_did_not_answer() {
    let text = |hit: &str, priorities: [&str; 2]| {
        let [a, b] = priorities;
        format!(
            "kind: decision-table\nid: t\nversion: 1.0.0\nhit: {hit}\ninputs: {{ x: {{ type: integer }} }}\noutputs: {{ o: {{ type: string }} }}\nrules:\n  - {{ id: a, {a} when: {{ x: '> 1' }}, then: {{ o: a }} }}\n  - {{ id: b, {b} when: {{ x: '> 2' }}, then: {{ o: b }} }}\n  - {{ id: z, last: true, then: {{}} }}\n"
        )
    };
    let priority = read(&yaml::parse(&text("priority", ["priority: 1,", "priority: 2,"])).unwrap());
    let (sentence, not, _) = decided(&priority, "x: 5", Language::English);
    assert_eq!(not, ["It held, but a rule of a higher priority answered."], "{sentence}");
    let told = table::table(&priority, &NoTitles, Language::Persian, &Asked::default());
    assert!(told.rules[1].text.ends_with("(اولویت ۲)."), "{}", told.rules[1].text);
    let collect = read(&yaml::parse(&text("collect", ["", ""])).unwrap());
    let (sentence, ..) = decided(&collect, "x: 5", Language::English);
    assert_eq!(
        sentence,
        "Table “‹t›” answered: ‹o›: ‹a›, because ‹x› is 5 (more than 1) (rule “‹a›”); and ‹o›: ‹b›, because ‹x› is 5 (more than 2) (rule “‹b›”)."
    );
    let (sentence, ..) = decided(&collect, "x: 0", Language::English);
    assert_eq!(sentence, "Table “‹t›” answered: nothing is answered, because no other rule held (rule “‹z›”).");
}

/// A message without words would show its id.
#[test]
fn no_id_of_a_message_shows() {
    let names = Shipped::read();
    for (language, _) in BOTH {
        let text = lines(&cells(), &NoTitles, language, &Asked::default())
            + &lines(&samad(&[("mashhad", "samad-routing")]), &names, language, &Asked::default());
        for start in ["cell-", "noun-", "answer-", "rule-", "mark-", "table-", "layer-", "days-", "pack-", "column-"] {
            let shown = text.split([' ', '(', '“', '«', '\n']).find(|word| word.starts_with(start));
            assert_eq!(shown, None, "{language:?}");
        }
        assert!(!text.contains("{ $"));
    }
}
