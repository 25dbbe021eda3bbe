//! The document reader and all rules about metadata: nothing panics, and what is accepted is accepted
//! again, unchanged.

#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let (status, answer) = common::register(body);
    if status == 201 {
        let again = common::register(answer.to_string().as_bytes());
        assert_eq!((201, answer), again);
    } else {
        assert_eq!(status, 400);
    }
});
