//! What is too large is refused before anything is made of it, and limits that leave no room for a call
//! are found when a plugin is loaded.

use std::borrow::Cow;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use gatepost_plugin::{LoadError, Options, Plugin, Source};

/// The first bytes of every component.
const PREAMBLE: &[u8] = b"\0asm\x0d\0\x01\0";

#[test]
fn a_component_that_is_too_large_is_not_compiled() {
    let too_large = usize::try_from(Source::MAX_COMPONENT).expect("it fits in memory") + 1;
    let mut bytes = PREAMBLE.to_vec();
    bytes.resize(too_large, 0);
    let in_memory = Source::Component(Cow::Owned(bytes));
    assert!(matches!(
        load(&in_memory),
        Err(LoadError::TooLarge(Source::MAX_COMPONENT))
    ));
}

/// A terabyte without anything in it. To read it would take minutes, and there is no such memory.
#[test]
fn a_file_that_is_too_large_is_not_read_to_its_end() {
    let path = scratch("too-large.wasm");
    let mut file = File::create(&path).expect("the scratch folder can be written");
    file.write_all(PREAMBLE).expect("the disk has room");
    file.set_len(1 << 40).expect("the file has holes");
    let source = Source::recognise(path).expect("its first bytes are a component's");
    assert!(matches!(load(&source), Err(LoadError::TooLarge(_))));
}

#[test]
fn a_component_that_is_as_large_as_it_may_be_is_looked_at() {
    let mut bytes = PREAMBLE.to_vec();
    bytes.resize(
        usize::try_from(Source::MAX_COMPONENT).expect("it fits in memory"),
        0,
    );
    let in_memory = Source::Component(Cow::Owned(bytes));
    assert!(matches!(load(&in_memory), Err(LoadError::Invalid(_))));
}

#[cfg(feature = "embedded")]
mod embedded {
    use gatepost_plugin::{COMPONENT, Limits, PluginError, load};

    use super::*;

    #[test]
    fn limits_that_leave_no_room_are_found_when_it_is_loaded() {
        type Expected = fn(&PluginError) -> bool;
        let cases: [(&str, Limits, Expected); 3] = [
            (
                "no instances",
                Limits {
                    instances: 0,
                    ..Limits::default()
                },
                |error| error.is_busy(),
            ),
            (
                "no memory",
                Limits {
                    memory: 0,
                    ..Limits::default()
                },
                |error| matches!(error, PluginError::Memory { allowed: 0, .. }),
            ),
            (
                "too little memory",
                Limits {
                    memory: 512 << 10,
                    ..Limits::default()
                },
                |error| matches!(error, PluginError::Memory { asked, allowed } if asked > allowed && *allowed == 512 << 10),
            ),
        ];
        // It runs on the same code, which has to know their limits apart.
        let unharmed = super::load(&Source::default()).expect("the default limits are enough");
        for (name, limits, expected) in cases {
            let options = Options {
                limits,
                ..Options::default()
            };
            match load(&Source::default(), "", &options) {
                Err(LoadError::Trial(error)) => assert!(expected(&error), "{name}: {error:?}"),
                Err(error) => panic!("{name}: {error:?}"),
                Ok(_) => panic!("{name}: it loaded"),
            }
        }
        unharmed.server_metadata().expect("it answers");
    }

    #[test]
    fn settings_that_do_not_fit_its_memory_are_refused() {
        let settings = "#".repeat(Limits::default().memory);
        match load(&Source::default(), &settings, &Options::default()) {
            Err(LoadError::Trial(PluginError::Memory { asked, allowed })) => {
                assert!(asked > allowed, "{asked}");
            }
            Err(error) => panic!("{error:?}"),
            Ok(_) => panic!("it loaded"),
        }
    }

    #[test]
    fn the_same_component_in_a_file_is_the_same_plugin() {
        let path = scratch("embedded.wasm");
        std::fs::write(&path, COMPONENT).expect("the scratch folder can be written");
        let from_file = super::load(&Source::recognise(path).expect("it is a component"));
        let embedded = super::load(&Source::default());
        assert_eq!(
            from_file
                .expect("it loads")
                .server_metadata()
                .expect("it answers"),
            embedded
                .expect("it loads")
                .server_metadata()
                .expect("it answers"),
        );
    }

    /// Where there are not so many addresses, instances are set up one by one.
    #[test]
    fn it_runs_where_addresses_are_few() {
        const CHILD: &str = "GATEPOST_FEW_ADDRESSES";
        if std::env::var_os(CHILD).is_some() {
            let plugin = super::load(&Source::default()).expect("it loads");
            plugin.server_metadata().expect("it answers");
            return;
        }
        let this_test = std::env::current_exe().expect("it is running");
        let output = std::process::Command::new("sh")
            .args(["-c", "ulimit -v 4000000 && exec \"$0\" \"$@\""])
            .arg(this_test)
            .args(["--exact", "embedded::it_runs_where_addresses_are_few"])
            .env(CHILD, "")
            .output()
            .expect("there is a shell");
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{stdout}");
        assert!(stdout.contains("1 passed"), "{stdout}");
    }
}

fn load(source: &Source) -> Result<Arc<dyn Plugin>, LoadError> {
    gatepost_plugin::load(source, "", &Options::default())
}

fn scratch(name: &str) -> PathBuf {
    [env!("CARGO_TARGET_TMPDIR"), name].iter().collect()
}
