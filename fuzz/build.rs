//! Compiles the program in C that makes calls of the C library out of bytes, for the target `c_boundary`.

fn main() {
    for input in ["arbitrary.c", "arbitrary_promises.h", "arbitrary_words.h"] {
        println!("cargo::rerun-if-changed=../tests/c/{input}");
    }
    cc::Build::new()
        .file("../tests/c/arbitrary.c")
        .include("../include")
        .define("LIBFUZZER", None)
        // libFuzzer itself calls the Rust side.
        .define("LLVMFuzzerTestOneInput", "arbitrary_calls")
        .compile("arbitrary");
}
