//! A plugin that misbehaves costs its own request, and no other.

use std::time::{Duration, Instant};

use gatepost_plugin::Source;
use rustix::process::Signal;

use crate::common::{Answer, Folder, Host};
use crate::hostile;

#[test]
fn a_fault_is_a_clean_error_and_the_next_request_works() {
    for flags in [&[][..], &["--isolate"]] {
        let host = start(flags);
        for fault in [
            "panic",
            "loop",
            "memory",
            "recursion",
            "utf-8",
            "outside",
            "effect",
            "amplify",
        ] {
            let answer = host.register(&[], fault);
            assert_fault(&answer, fault);
            assert_eq!(host.register(&[], "fine").status, 201, "after {fault}");
        }
    }
}

#[test]
fn plugins_that_hang_do_not_keep_the_host_from_answering() {
    let host = start(&[]);
    std::thread::scope(|scope| {
        let hanging: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| host.register(&[], "loop")))
            .collect();
        // Some are hanging by now, more than there are threads to serve with on a small machine.
        std::thread::sleep(Duration::from_millis(200));
        let started = Instant::now();
        assert_eq!(host.get("/healthz").status, 200);
        let took = started.elapsed();
        for answer in hanging {
            assert_fault(&answer.join().expect("it is answered"), "loop");
        }
        assert!(took < Duration::from_millis(700), "it took {took:?}");
    });
}

#[test]
fn a_plugin_that_is_written_half_leaves_the_old_one_in_force() {
    let host = start(&[]);
    let whole = component();
    for part in [
        &whole[..0],
        &whole[..8],
        &whole[..whole.len() / 2],
        &whole[..whole.len() - 1],
    ] {
        host.folder.write("log", "");
        host.folder.write(FILE, part);
        host.signal(Signal::HUP);
        host.wait_for_line("not reloaded, the old settings stay in force");
        assert_eq!(host.register(&[], "fine").status, 201, "{}", part.len());
    }
    host.folder.write(FILE, &whole);
    host.signal(Signal::HUP);
    host.wait_for_line("reloaded: the new settings are in force");
    assert_eq!(host.register(&[], "fine").status, 201);
}

/// The file of the plugin.
const FILE: &str = "hostile.wasm";

fn component() -> Vec<u8> {
    match hostile::registrar() {
        Source::Component(component) => component.into_owned(),
        _ => panic!("it is made in memory"),
    }
}

fn start(flags: &[&str]) -> Host {
    let folder = Folder::new();
    let plugin = folder.write(FILE, component());
    let plugin = plugin.to_str().expect("the path is text").to_owned();
    let mut all = vec!["--plugin", &plugin];
    all.extend(flags);
    Host::start_in(folder, "", &all)
}

fn assert_fault(answer: &Answer, fault: &str) {
    assert_eq!(answer.status, 500, "{fault}: {answer:?}");
    assert_eq!(answer.json()["error"], "server_error", "{fault}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{fault}");
}
