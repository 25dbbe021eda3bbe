//! Tests of the other functions: views of strings, comparison, server metadata.

use super::*;

#[test]
fn server_metadata_lives_as_long_as_the_registrar() {
    let registrar = compile("");
    let mut views = [Str::ABSENT; 2];
    // SAFETY: the registrar is live until it is freed below, once.
    unsafe {
        for view in &mut views {
            let status = gatepost_server_metadata(registrar, view, ptr::null_mut());
            assert_eq!(status, Status::Ok);
        }
        assert_eq!(views[0].ptr, views[1].ptr);
        assert!(text(views[0]).is_some_and(|text| text.starts_with('{')));
        gatepost_registrar_free(registrar);
    }
}

#[test]
fn a_text_is_viewed_and_freed() {
    let made = Box::into_raw(Box::new(Text::new("192.0.2.0/24".into())));
    // SAFETY: the text is live until it is freed below, once.
    unsafe {
        assert_eq!(text(gatepost_text_view(made)), Some("192.0.2.0/24"));
        assert_eq!(text(gatepost_text_view(ptr::null())), None);
        gatepost_text_free(made);
    }
}

#[test]
fn redirect_uris_are_compared() {
    let loopback = Str::view("http://127.0.0.1/cb");
    let broken = Str {
        ptr: c"\xff".as_ptr(),
        len: 1,
    };
    for (registered, requested, expected) in [
        (loopback, loopback, 1),
        (loopback, Str::view("http://127.0.0.1:1/cb"), 1),
        (loopback, Str::view("http://127.0.0.1/other"), 0),
        (Str::ABSENT, Str::ABSENT, 0),
        (broken, broken, 0),
    ] {
        // SAFETY: the texts are literals.
        let found = unsafe { gatepost_redirect_uri_matches(registered, requested) };
        assert_eq!(found, expected);
    }
}

#[test]
fn handles_cross_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Registrar>();
    shared::<Context>();
    shared::<Request>();
    shared::<Text>();
    shared::<crate::decision::Decision>();
    shared::<Error>();
}
