//! The scan held against `serde_json`.

use proptest::prelude::*;

use super::*;

fn accepts(json: &str) -> bool {
    let mut scan = Scan::new(json);
    scan.skip(0).is_ok() && scan.is_at_end()
}

#[test]
fn it_takes_what_serde_json_takes() {
    for json in [
        "null",
        " true ",
        "false",
        "0",
        "-0",
        "10",
        "1.5",
        "1e9",
        "-2.5E-3",
        "1e999",
        "\"\"",
        "\"a\\n\\u0041\\/\"",
        "[]",
        "{}",
        "[[],{}]",
        "{\"a\":[1,{\"b\":null}],\"c\":\"\u{7f}ö\"}",
        "",
        "nul",
        "01",
        "1.",
        ".5",
        "-",
        "1e",
        "+1",
        "\"",
        "\"\\x\"",
        "\"\\u00g0\"",
        "\"\n\"",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "[1 2]",
        "{}}",
        "]",
        "{\"a\":1]",
        "\"\\",
        "\"\\u12",
        "{\"a\" : 1 }",
        "[1",
        "{\"a\":1",
        "truex",
        "\u{a0}1",
    ] {
        let expected = serde_json::from_str::<serde::de::IgnoredAny>(json).is_ok();
        assert_eq!(accepts(json), expected, "{json:?}");
    }
}

#[test]
fn it_goes_as_deep_as_the_limit_and_no_deeper() {
    for (levels, expected) in [(MAX_DEPTH, Ok(())), (MAX_DEPTH + 1, Err(Broken::TooDeep))] {
        let json = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(Scan::new(&json).skip(0), expected, "{levels}");
    }
    let deep = format!("{}{}", "[ ".repeat(4000), "]".repeat(4000));
    assert_eq!(Scan::new("[]").skip(MAX_DEPTH), Err(Broken::TooDeep));
    assert_eq!(Scan::new(&deep).skip(0), Err(Broken::TooDeep));
}

proptest! {
    #[test]
    fn any_text_is_judged_as_serde_json_judges_it(
        json in r#"[\[\]{}:,"\\u0e1.\-tnrfalse \n]{0,12}|\PC{0,12}"#,
    ) {
        let expected = serde_json::from_str::<serde::de::IgnoredAny>(&json).is_ok();
        prop_assert_eq!(accepts(&json), expected);
    }

    #[test]
    fn damaged_documents_are_judged_as_serde_json_judges_them(at in 0_usize..120, with in "\\PC|[\"\\\\{},0]") {
        let json = r#"{"a":"text with \"quotes\" and more of it","b":[1.5,-2e3,{"c":null,"d":[true,false]}],"ö":"\u00e9"}"#;
        let mut damaged: Vec<char> = json.chars().collect();
        let at = at % damaged.len();
        damaged.splice(at..=at, with.chars());
        let damaged: String = damaged.into_iter().collect();
        let expected = serde_json::from_str::<serde::de::IgnoredAny>(&damaged).is_ok();
        prop_assert_eq!(accepts(&damaged), expected);
    }

    #[test]
    fn a_stop_is_found_wherever_it_stands(text in "[a-z\u{80}-\u{ff}\u{7f}]{0,30}", stop in 0_u8..0x20) {
        for stop in [b'"', b'\\', stop] {
            let mut bytes = text.clone().into_bytes();
            let expected = bytes.len();
            bytes.push(stop);
            bytes.extend_from_slice(b"more\"text");
            prop_assert_eq!(plain(&bytes), expected);
        }
    }
}
