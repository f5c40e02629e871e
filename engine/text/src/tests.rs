use super::*;

#[test]
fn national_ids_hold_their_checksum() {
    for valid in ["9990000018", "9990000107", "9990000379", "9991234561", "۹۹۹۰۰۰۰۰۱۸", "999-000001-8"] {
        assert!(national_id(valid).is_some(), "{valid}");
    }
    let invalid = [
        "9990000019",
        "9990000000",
        "1234567890",
        "1111111111",
        "0000000000",
        "9999999999",
        "1230000000",
        "123",
        "",
        "999000001a",
        "99900000180",
    ];
    for id in invalid {
        assert_eq!(national_id(id), None, "{id}");
    }
}

#[test]
fn a_short_national_id_is_padded() {
    let padded = (0..10).map(|check| format!("00123456{check}")).find_map(|id| national_id(&id));
    let padded = padded.expect("one of ten check digits is right");
    assert_eq!(padded.len(), 10);
    assert!(padded.starts_with("000123456"));
}

#[test]
fn mobiles_become_e164() {
    let typed = [
        "09121234567",
        "۰۹۱۲۱۲۳۴۵۶۷",
        "٠٩١٢١٢٣٤٥٦٧",
        "+98 912 123 4567",
        "0098-912-1234567",
        "989121234567",
        "9121234567",
        "+989121234567\u{202C}",
        "(0912) 123.4567",
    ];
    for number in typed {
        assert_eq!(mobile(number).as_deref(), Some("+989121234567"), "{number}");
    }
    for number in ["02188386289", "0912123456", "091212345678", "", "6133", "+14155550100", "0912123456x"] {
        assert_eq!(mobile(number), None, "{number}");
    }
}

#[test]
fn text_has_a_stored_form_and_a_key() {
    let cases = [
        ("علي كاظمي", "علی کاظمی", "علی کاظمی"),
        ("می\u{200C}\u{200C}روم ", "می\u{200C}روم", "می روم"),
        ("كتاب\u{200C}هاي ٤٥٦", "کتاب\u{200C}های ٤٥٦", "کتاب های 456"),
        ("۱۲۳٤٥6", "۱۲۳٤٥6", "123456"),
        ("خانۀ ما", "خانۀ ما", "خانه ما"),
        ("ﻻ اله", "ﻻ اله", "لا اله"),
        ("ســـلام", "ســـلام", "سلام"),
        ("\u{200F}سلام\u{200C} \u{200C}دنیا\u{FEFF}", "سلام دنیا", "سلام دنیا"),
        ("می\u{00AC}شود", "می\u{200C}شود", "می شود"),
        ("مسؤول أداره", "مسؤول أداره", "مسوول اداره"),
        ("Bank  MELLI", "Bank  MELLI", "bank melli"),
        ("س\u{0}ل\u{1B}ا\u{7F}م\u{85}\u{9F}", "سلام", "سلام"),
        ("\u{7}یک\r\n\tدو\u{8}", "یک\n\tدو", "یک دو"),
        ("\u{0}\u{1F}", "", ""),
    ];
    for (typed, stored, key) in cases {
        assert_eq!(stored_form(typed), stored, "stored form of {typed}");
        assert_eq!(stored_form(stored), stored, "the stored form of {stored} is itself");
        assert_eq!(search_key(typed), key, "key of {typed}");
        assert_eq!(search_key(key), key, "the key of {key} is itself");
    }
}

#[test]
fn digits_fold_both_ways() {
    assert_eq!(ascii_digits("۱۴۰۵/٠٨ a"), "1405/08 a");
    assert_eq!(persian_digits("1405/08 a"), "۱۴۰۵/۰۸ a");
}

#[test]
fn damm_agrees_with_its_published_example() {
    assert_eq!(damm("572"), 4);
    assert_eq!(damm("5724"), 0);
}

#[test]
fn a_tracking_code_catches_one_wrong_digit_and_swapped_neighbours() {
    for digits in ["4821907365", "0000000000", "9876543210", "1122334455"] {
        let code = tracking_code(digits).expect("ten digits");
        assert_eq!(parse_tracking_code(&code).as_ref(), Some(&code));
        for place in 0..code.len() {
            for digit in b'0'..=b'9' {
                let mut wrong = code.clone().into_bytes();
                let same = wrong[place] == digit;
                wrong[place] = digit;
                let wrong = String::from_utf8(wrong).unwrap();
                assert_eq!(parse_tracking_code(&wrong).is_some(), same, "{wrong}");
            }
        }
        for place in 1..code.len() {
            let mut swapped = code.clone().into_bytes();
            swapped.swap(place - 1, place);
            let swapped = String::from_utf8(swapped).unwrap();
            assert_eq!(parse_tracking_code(&swapped).is_some(), swapped == code, "{swapped}");
        }
    }
}

#[test]
fn tracking_codes_are_read_as_people_write_them() {
    let code = tracking_code("4821907365").unwrap();
    let grouped = format!("{} {}-{}", &code[..4], &code[4..8], &code[8..]);
    assert_eq!(parse_tracking_code(&grouped).as_ref(), Some(&code));
    assert_eq!(parse_tracking_code(&persian_digits(&code)).as_ref(), Some(&code));
    for text in ["", "123", "abcdefghijk", "48219073651234"] {
        assert_eq!(parse_tracking_code(text), None);
    }
    assert_eq!(tracking_code("123"), None);
    assert_eq!(tracking_code("12345678ab"), None);
}

#[test]
fn masks_hide_the_middle() {
    assert_eq!(mask_mobile("+989121234567"), "+98912***4567");
    assert_eq!(mask_national_id("9990000018"), "99******18");
    assert_eq!(mask_mobile("6133"), "****");
    assert_eq!(mask_national_id(""), "");
}

#[test]
fn landlines_need_their_area_code() {
    for typed in ["021-88776655", "۰۲۱۸۸۷۷۶۶۵۵", "+98 21 8877 6655", "00982188776655", "982188776655"] {
        assert_eq!(landline(typed).as_deref(), Some("+982188776655"), "{typed}");
    }
    for typed in
        ["88776655", "2188776655", "09121234567", "0218877665", "021887766555", "+1 212 555 0100", "", "021a8776655"]
    {
        assert_eq!(landline(typed), None, "{typed}");
    }
}

#[test]
fn words_are_found_whole_and_in_order() {
    assert_eq!(words("آب، بَرق؛ گاز!"), ["اب", "برق", "گاز"].map(search_key).to_vec());
    for (text, phrase, found) in [
        ("قطع آب در کوچهٔ ما", "قطع آب", true),
        ("قطع آب در کوچهٔ ما", "آب قطع", false),
        ("آبان", "آب", false),
        ("تلفن ٠۲۱ پاسخ نمي‌دهد", "تلفن 021", true),
        ("اب قطع است", "آب", true),
        ("آبِ شُرب نَداریم", "اب شرب", true),
        ("خیابان پائین‌تر از مدرسة ما", "پایین‌تر از مدرسه", true),
        ("شعبهٔ بانکملی بسته است", "بانک ملی", true),
        ("شعبهٔ بانک\u{200C}ملی بسته است", "بانک ملی", true),
        ("شعبهٔ بانـک ملي بسته است", "بانكملی", true),
        ("کنار چهل ستون", "چهلستون", true),
        ("کنار چهل\u{200C}ستون", "چهلستون", true),
        ("میدان نقشجهان", "نقش‌جهان", true),
        ("میدان نقش جهان اصفهان", "نقشجهان", true),
        ("گازنشت می\u{200C}کند", "گاز نشت", true),
        ("آدرس دهنده", "دهن", false),
        ("دهنده", "دهن", false),
        ("دار و ندارم", "دارو", false),
        ("ما در اداره بودیم", "مادر", false),
        ("نوا محله", "وام", false),
        ("بانکملیت", "بانک ملی", false),
        ("شبانکملی", "بانک ملی", false),
        ("آب", "", false),
        ("", "آب", false),
    ] {
        assert_eq!(contains_words(text, phrase), found, "{text}: {phrase}");
    }
}

#[test]
fn spellings_of_one_word_have_one_key() {
    for (one, other) in [("آب", "اب"), ("پایین", "پائین"), ("مدرسة", "مدرسه"), ("كيف", "کیف"), ("ســلام", "سَلام")]
    {
        assert_eq!(search_key(one), search_key(other), "{one}, {other}");
    }
}

/// A hundred thousand words against half of them: with a look at each pair this would be five thousand million.
#[test]
fn long_phrases_are_sought_in_one_pass() {
    let text = "ا ".repeat(100_000);
    assert!(!contains_words(&text, &format!("{} ب", "ا ".repeat(50_000))));
    assert!(contains_words(&text, &"ا ".repeat(50_000)));
    let long = "اا ".repeat(50_000);
    assert!(!contains_words(&long, &format!("{} ااااب", "اا ".repeat(20_000))));
}
