//! A component that misbehaves gives a typed error, and the next call is answered.

mod hostile;

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use gatepost_plugin::{
    Activity, Endpoint, Limits, LoadError, Options, Plugin, PluginError, Request, Source, Swap,
};
use hostile::{context, from_text};

#[test]
fn a_call_fails_and_the_next_one_is_answered() {
    type Expected = fn(&PluginError) -> bool;
    let cases: [(&str, &[u8], Expected); 8] = [
        (
            "panics",
            b"panic",
            |error| matches!(error, PluginError::Trapped(text) if text.contains("unreachable") && text.contains("misbehave")),
        ),
        (
            "loops",
            b"loop",
            |error| matches!(error, PluginError::Deadline(deadline) if *deadline == limits().deadline),
        ),
        (
            "eats memory",
            b"memory",
            |error| matches!(error, PluginError::Memory { asked, allowed } if asked > allowed),
        ),
        ("recurses", b"recursion", |error| {
            matches!(error, PluginError::Stack)
        }),
        ("body not UTF-8", b"utf-8", |error| {
            matches!(error, PluginError::Trapped(_))
        }),
        ("body outside of its memory", b"outside", |error| {
            matches!(error, PluginError::Trapped(_))
        }),
        ("effect unknown", b"effect", |error| {
            matches!(error, PluginError::Trapped(_))
        }),
        ("headers without end", b"amplify", |error| {
            matches!(error, PluginError::Trapped(_))
        }),
    ];
    for isolate in [false, true] {
        let plugin = load(&hostile::registrar(), "", isolate).expect("the component loads");
        for (name, metadata, expected) in cases {
            let error = plugin.register(&context(), metadata).expect_err(name);
            assert!(expected(&error), "{name}: {error:?}");
            assert!(!error.is_busy(), "{name}");
            let next = plugin.register(&context(), b"healthy").expect(name);
            assert_eq!(next.response.status, 201, "{name}");
        }
    }
}

#[test]
fn every_operation_fails_alike() {
    let plugin = load(&hostile::registrar(), "", false).expect("the component loads");
    let request = Request {
        endpoint: Endpoint::Token,
        authorization: None,
        parameters: b"client_id=a".into(),
        jwks: None,
    };
    let context = context();
    let activity = Activity::default();
    type Operation<'a> = &'a dyn Fn() -> Result<(), PluginError>;
    let operations: [(&str, Operation<'_>); 22] = [
        ("provision", &|| {
            plugin.provision(&context, None, b"").map(drop)
        }),
        ("read", &|| plugin.read(&context, "a").map(drop)),
        ("update", &|| plugin.update(&context, "a", b"").map(drop)),
        ("rotate-secret", &|| {
            plugin.rotate_secret(&context, "a").map(drop)
        }),
        ("rotate-registration-access-token", &|| {
            let decision = plugin.rotate_registration_access_token(&context, "a");
            decision.map(drop)
        }),
        ("disable", &|| plugin.disable(&context, "a").map(drop)),
        ("enable", &|| plugin.enable(&context, "a").map(drop)),
        ("approve", &|| plugin.approve(&context, "a").map(drop)),
        ("deny", &|| plugin.deny(&context, "a").map(drop)),
        ("remove", &|| plugin.remove(&context, "a").map(drop)),
        ("identify", &|| plugin.identify(&request).map(drop)),
        ("authorize", &|| {
            plugin.authorize(&context, &request).map(drop)
        }),
        ("authenticate", &|| {
            plugin.authenticate(&context, &request).map(drop)
        }),
        ("usable", &|| plugin.usable(&context, "a", None).map(drop)),
        ("review", &|| plugin.review(&context, "a").map(drop)),
        ("review-draft", &|| {
            plugin.review_draft(&context, b"").map(drop)
        }),
        ("lifecycle", &|| {
            plugin.lifecycle(&context, "a", &activity).map(drop)
        }),
        ("client-document", &|| {
            plugin.client_document(&context, "a", None).map(drop)
        }),
        ("network", &|| plugin.network("panic").map(drop)),
        ("wider-network", &|| plugin.wider_network("panic").map(drop)),
        ("check-terms", &|| plugin.check_terms("{}").map(drop)),
        ("redirect-uri-matches", &|| {
            plugin.redirect_uri_matches("a", "b").map(drop)
        }),
    ];
    for (name, operation) in operations {
        let error = operation().expect_err(name);
        assert!(
            matches!(error, PluginError::Trapped(_)),
            "{name}: {error:?}"
        );
        let next = plugin.register(&context, b"healthy").expect(name);
        assert_eq!(next.response.status, 201, "{name}");
    }
}

#[test]
fn a_component_that_fails_its_trial_does_not_load() {
    type Expected = fn(&PluginError) -> bool;
    let cases: [(&str, &str, Expected); 4] = [
        ("panics", "panic", |error| {
            matches!(error, PluginError::Trapped(_))
        }),
        ("loops", "loop", |error| {
            matches!(error, PluginError::Deadline(_))
        }),
        ("eats memory", "memory", |error| {
            matches!(error, PluginError::Memory { .. })
        }),
        ("recurses", "recursion", |error| {
            matches!(error, PluginError::Stack)
        }),
    ];
    for (name, settings, expected) in cases {
        match load(&hostile::registrar(), settings, false) {
            Err(LoadError::Trial(error)) => assert!(expected(&error), "{name}: {error:?}"),
            Err(error) => panic!("{name}: {error:?}"),
            Ok(_) => panic!("{name}: it loaded"),
        }
    }
}

#[test]
fn what_is_no_registrar_does_not_load() {
    type Expected = fn(&LoadError) -> bool;
    let cases: [(&str, &str, Expected); 5] = [
        (
            "imports a function",
            r#"(component (import "wasi:random/random@0.2.0" (instance
                (export "get-random-u64" (func (result u64))))))"#,
            |error| matches!(error, LoadError::UnexpectedImport(name) if name == "wasi:random/random@0.2.0"),
        ),
        (
            "imports nothing but a name",
            r#"(component (import "gatepost:registration/types@1.0.0" (instance)))"#,
            |error| matches!(error, LoadError::UnexpectedImport(name) if name == "gatepost:registration/types@1.0.0"),
        ),
        ("exports nothing", "(component)", |error| {
            matches!(error, LoadError::MissingExport(_))
        }),
        (
            "exports another interface by the name",
            r#"(component (instance $empty)
                (export "gatepost:registration/registrar@1.0.0" (instance $empty)))"#,
            |error| matches!(error, LoadError::MissingExport(_)),
        ),
        ("is a core module", "(module)", |error| {
            matches!(error, LoadError::Invalid(_))
        }),
    ];
    for (name, component, expected) in cases {
        match load(&from_text(component), "", false) {
            Err(error) => assert!(expected(&error), "{name}: {error:?}"),
            Ok(_) => panic!("{name}: it loaded"),
        }
    }
}

#[test]
fn one_instance_more_than_there_may_be_is_busy() {
    let plugin = gatepost_plugin::load(
        &hostile::registrar(),
        "",
        &Options {
            limits: Limits {
                instances: 1,
                ..limits()
            },
            ..Options::default()
        },
    )
    .expect("the component loads");

    let looping = Arc::clone(&plugin);
    let looping = thread::spawn(move || {
        loop {
            match looping.register(&context(), b"loop") {
                Err(error) if error.is_busy() => {}
                answer => break answer,
            }
        }
    });
    let started = Instant::now();
    let busy = loop {
        match plugin.register(&context(), b"healthy") {
            Err(error) => break error,
            Ok(_) => assert!(started.elapsed() < Duration::from_secs(10), "never busy"),
        }
        thread::sleep(Duration::from_millis(1));
    };
    assert!(busy.is_busy(), "{busy:?}");
    assert!(matches!(
        looping.join().expect("the call does not panic"),
        Err(PluginError::Deadline(_))
    ));
    plugin
        .register(&context(), b"healthy")
        .expect("the instance is free again");
}

/// The one that hangs is still at it when the other has answered.
#[test]
fn a_call_that_hangs_delays_no_replacement() {
    let options = Options {
        limits: Limits {
            deadline: Duration::from_secs(3),
            ..limits()
        },
        ..Options::default()
    };
    let load = || gatepost_plugin::load(&hostile::registrar(), "", &options).expect("it loads");
    let (former, next) = (load(), load());
    let swap = Swap::new(former);
    let (sender, begun) = mpsc::channel();
    thread::scope(|scope| {
        let hanging = scope.spawn(|| {
            let plugin = swap.current();
            sender.send(()).expect("the test waits for it");
            plugin.register(&context(), b"loop")
        });
        begun.recv().expect("it has begun");
        swap.replace(next);
        let answer = swap.current().register(&context(), b"healthy");
        assert!(!hanging.is_finished());
        assert_eq!(answer.expect("it is healthy").response.status, 201);
        let hung = hanging.join().expect("the call does not panic");
        assert!(matches!(hung, Err(PluginError::Deadline(_))), "{hung:?}");
    });
}

fn load(source: &Source, settings: &str, isolate: bool) -> Result<Arc<dyn Plugin>, LoadError> {
    gatepost_plugin::load(
        source,
        settings,
        &Options {
            isolate,
            limits: limits(),
        },
    )
}

fn limits() -> Limits {
    Limits {
        deadline: Duration::from_millis(100),
        ..Limits::default()
    }
}
