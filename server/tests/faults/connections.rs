//! Many connections, slow clients and oversized bodies, all at once: the host goes on answering.

use std::io::Write;
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::common::{Answer, Host, NATIVE, registration, source};

const CONNECTIONS: usize = 10_000;

#[test]
#[ignore = "takes a while, and 10,000 open files; scripts/test-peers runs it"]
fn ten_thousand_connections_leave_the_host_answering() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, raised).expect("the soft limit can be raised");
    let host = Host::start(
        "[server]\nmax-connections = 11000\nhead-timeout = 600\nbody-timeout = 45\nrequest-timeout = 600\n[oauth.client-registration]\nanonymous = true\n",
    );
    let mut open: Vec<TcpStream> = Vec::with_capacity(CONNECTIONS);
    for number in 0..CONNECTIONS {
        // From ten networks: each holds a share at most.
        let from = Ipv4Addr::new(127, 0, 1, (number % 10) as u8);
        let mut stream =
            source::connect(from, host.address, Duration::from_secs(20)).expect("the host listens");
        let sent: &[u8] = match number % 4 {
            // Says nothing, begins a head, begins a body, and says that a body is far too long.
            0 => b"",
            1 => b"POST /auth/register HTTP/1.1\r\nHost: loc",
            2 => b"POST /auth/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{",
            _ => b"POST /auth/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n",
        };
        stream.write_all(sent).expect("it can be sent");
        open.push(stream);
    }
    let begun = Instant::now();
    for _ in 0..200 {
        assert_eq!(host.register(&[], NATIVE).status, 201);
        assert_eq!(host.get("/healthz").status, 200);
    }
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    let metrics = host.get("/metrics").body;
    let connections = metrics
        .lines()
        .find_map(|line| line.strip_prefix("gatepost_connections "))
        .and_then(|count| count.parse::<usize>().ok())
        .expect("connections are counted");
    assert!(connections > CONNECTIONS / 2, "{connections}");

    // A body that is too long is refused before it is there.
    let refused = open
        .iter_mut()
        .skip(3)
        .step_by(4)
        .take(50)
        .filter_map(Answer::try_read);
    assert!(
        refused
            .map(|answer| answer.status)
            .all(|status| status == 413)
    );
    // And one that never ends is given up.
    let mut slow = host.connect();
    let whole = registration(&[], NATIVE);
    slow.write_all(&whole[..whole.len() - 1])
        .expect("it can be sent");
    slow.set_read_timeout(Some(Duration::from_secs(90)))
        .expect("a time limit can be set");
    let answer = Answer::read(&mut slow);
    assert_eq!(answer.status, 408, "{answer:?}");
    drop(open);
    assert_eq!(host.register(&[], NATIVE).status, 201);
}
