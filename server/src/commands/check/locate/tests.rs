use gatepost_plugin::Severity;

use super::*;

fn finding(code: &str, pointer: &str, message: &str) -> Diagnostic {
    Diagnostic {
        code: code.into(),
        pointer: pointer.into(),
        message: message.into(),
        reference: "RFC 8259".into(),
        severity: Severity::Error,
    }
}

/// Marks the place in the document with guillemets.
fn marked(document: &[u8], place: &Place) -> String {
    let part = |range: Range<usize>| String::from_utf8_lossy(&document[range]).into_owned();
    format!(
        "{}«{}»{}",
        part(0..place.span.start),
        part(place.span.clone()),
        part(place.span.end..document.len())
    )
}

#[test]
fn pointers() {
    let cases: &[(&str, &str, &str, Aim)] = &[
        ("a member", r#"{"a":«1»}"#, "/a", Aim::Target),
        ("its object", r#"{"a":«{"b":[]}»}"#, "/a", Aim::Target),
        ("an item", r#"{"a":["x", «"y"» ]}"#, "/a/1", Aim::Target),
        (
            "a member of an item",
            r#"{"jwks":{"keys":[{"d":1},{"d":«"x"»}]}}"#,
            "/jwks/keys/1/d",
            Aim::Target,
        ),
        (
            "white space everywhere",
            " {\n\t\"a\" :\r\n «true» , \"b\" : 1 } ",
            "/a",
            Aim::Target,
        ),
        (
            "brackets, quotes and commas in text",
            r#"{"x":"]}\"{[,:\\","a":«-1.5e3»}"#,
            "/a",
            Aim::Target,
        ),
        (
            "an escaped name",
            r#"{"\u0061\/b~c":«1»}"#,
            "/a~1b~0c",
            Aim::Target,
        ),
        (
            "a name that looks like an escape",
            r#"{"~1":«1»}"#,
            "/~01",
            Aim::Target,
        ),
        ("a number as a name", r#"{"0":«1»}"#, "/0", Aim::Target),
        ("an empty name", r#"{"":«1»}"#, "/", Aim::Target),
        (
            "a name beyond ASCII",
            r#"{"client_name#日本":«"é"»}"#,
            "/client_name#日本",
            Aim::Target,
        ),
        (
            "the last of several",
            r#"{"a":1,"a":«2»}"#,
            "/a",
            Aim::Target,
        ),
        ("an absent member", r#" «{»"b":1}"#, "/a", Aim::Enclosing),
        (
            "an absent member of a member",
            r#"{"a":«{»"b":1}}"#,
            "/a/c/d",
            Aim::Enclosing,
        ),
        ("an absent item", r#"{"a":«[»1]}"#, "/a/1", Aim::Enclosing),
        (
            "a pointer through text",
            r#"«{»"a":"b"}"#,
            "/a/0",
            Aim::Enclosing,
        ),
        ("no object at all", r#" «"a"» "#, "/a", Aim::Document),
        ("nothing at all", "«»", "/a", Aim::Document),
        (
            "broken behind it",
            r#"{"a":«"x"»,"b":}}}["#,
            "/a",
            Aim::Target,
        ),
        (
            "broken before it",
            r#"«{»"b" 1,"a":1}"#,
            "/a",
            Aim::Enclosing,
        ),
        ("text without an end", r#"{"a":«"x}»"#, "/a", Aim::Target),
        (
            "text that ends with its line",
            "{\"a\":\"x,\n\"b\":«1»}",
            "/b",
            Aim::Target,
        ),
        (
            "an escape without an end",
            r#"{"a":«"x\»"#,
            "/a",
            Aim::Target,
        ),
        (
            "an array without an end",
            r#"{"a":[1,«2»"#,
            "/a/1",
            Aim::Target,
        ),
        ("no value", r#"«{»"a":"#, "/a", Aim::Enclosing),
    ];
    for (name, expected, pointer, aim) in cases {
        let document = expected.replace(['«', '»'], "");
        let place = locate(
            document.as_bytes(),
            &finding("member-type", pointer, "Wrong."),
            0,
        );
        assert_eq!(marked(document.as_bytes(), &place), *expected, "{name}");
        assert_eq!(place.aim, *aim, "{name}");
    }
}

#[test]
fn duplicates() {
    let cases: &[(&str, &str, &str, usize)] = &[
        ("twice", r#"{"a":1,«"a"»:2}"#, "/a", 0),
        ("three times", r#"{"a":1,"a":2,«"a"»:3}"#, "/a", 1),
        (
            "in the second of two objects",
            r#"{"a":{"b":1},"a":{"b":1,«"b"»:2}}"#,
            "/a/b",
            0,
        ),
        ("by escape", r#"{"a":1,«"\u0061"»:2}"#, "/a", 0),
        ("more than there are", r#"«{»"a":1,"a":2}"#, "/a", 1),
    ];
    for (name, expected, pointer, earlier) in cases {
        let document = expected.replace(['«', '»'], "");
        let place = locate(
            document.as_bytes(),
            &finding(MEMBER_DUPLICATE, pointer, "Twice."),
            *earlier,
        );
        assert_eq!(marked(document.as_bytes(), &place), *expected, "{name}");
    }
}

#[test]
fn the_whole_document() {
    let cases: &[(&str, &[u8], &str)] = &[
        ("an object", b" {\"a\":1}", " «{»\"a\":1}"),
        ("an array", b"[{}]", "«[»{}]"),
        ("text", b"\"{}\" ", "«\"{}\"» "),
        ("null", b"null\n", "«null»\n"),
        ("nothing", b"", "«»"),
        ("garbage", b"}", "«»}"),
    ];
    for (name, document, expected) in cases {
        let place = locate(document, &finding("document-too-deep", "", "Too deep."), 0);
        assert_eq!(marked(document, &place), *expected, "{name}");
        assert_eq!(place.aim, Aim::Document, "{name}");
    }
}

#[test]
fn encodings() {
    let cases: &[(&str, &[u8], &str)] = &[
        ("byte order mark", b"\xef\xbb\xbf{}", "«\u{feff}»{}"),
        ("Latin-1", b"{\"a\":\"\xe4\"}", "{\"a\":\"«\u{fffd}»\"}"),
        ("cut off", b"{\"a\":\"\xe2\x82", "{\"a\":\"«\u{fffd}»"),
    ];
    for (name, document, expected) in cases {
        let place = locate(document, &finding(DOCUMENT_ENCODING, "", "Not UTF-8."), 0);
        assert_eq!(marked(document, &place), *expected, "{name}");
    }
}

#[test]
fn syntax() {
    let cases: &[(&str, &str, &str)] = &[
        ("trailing comma", "{\"a\":1,«}»", "trailing comma"),
        (
            "missing comma",
            "{\n \"a\": 1\n «\"»b\": 2\n}",
            "expected `,` or `}`",
        ),
        ("trailing text", "{}\n«{»}", "trailing characters"),
        ("single quotes", "{«'»a':1}", "key must be a string"),
        ("no end", "{\"a\":«»", "EOF while parsing a value"),
        (
            "no end, and an empty line",
            "{\"a\":1«\n»\n",
            "EOF while parsing an object",
        ),
        (
            "a newline in text",
            "{\"é\":\"x«\n»y\"}",
            "control character (\\u0000-\\u001F) found while parsing a string",
        ),
        ("nothing", "«»", "EOF while parsing a value"),
    ];
    for (name, expected, said) in cases {
        let document = expected.replace(['«', '»'], "");
        let error = serde_json::from_str::<serde_json::Value>(&document).unwrap_err();
        let message = format!(
            "The document is not JSON: it goes wrong in line {}, column {}.",
            error.line(),
            error.column()
        );
        let place = locate(
            document.as_bytes(),
            &finding("document-syntax", "", &message),
            0,
        );
        assert_eq!(marked(document.as_bytes(), &place), *expected, "{name}");
        assert_eq!(place.aim, Aim::Syntax(Some((*said).to_owned())), "{name}");
    }
}

#[test]
fn a_message_that_names_no_place_of_the_document() {
    for message in [
        "It goes wrong in line 9, column 1.",
        "It goes wrong in line x, column 1.",
        "It goes wrong in line 1.",
    ] {
        let place = locate(b"{}", &finding("document-syntax", "", message), 0);
        assert_eq!(place.aim, Aim::Document, "{message}");
    }
    let far = "It goes wrong in line 1, column 18446744073709551615.";
    let place = locate(b"{}", &finding("document-syntax", "", far), 0);
    assert_eq!(place.span, 2..2);
}

#[test]
fn lines_and_columns() {
    for (document, offset, expected) in [
        ("", 0, (1, 1)),
        ("ab", 1, (1, 2)),
        ("a\nb", 1, (1, 2)),
        ("a\nb", 2, (2, 1)),
        ("a\n\nb", 3, (3, 1)),
        ("日本x", 6, (1, 3)),
        ("a", 9, (1, 2)),
    ] {
        assert_eq!(
            line_and_column(document.as_bytes(), offset),
            expected,
            "{document:?} {offset}"
        );
    }
}

#[test]
fn deep_and_hostile_documents_are_only_scanned() {
    let deep = "[".repeat(1 << 20);
    let pointer = "/0".repeat(1000);
    let place = locate(deep.as_bytes(), &finding("x", &pointer, "Deep."), 0);
    assert_eq!(place.span, 128..deep.len());
}
