//! Proxies that others wrote, run as an administrator runs them, but for the ports and the places of files.

use std::fs::{self, File, Permissions};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::common::text;

/// The name that the certificate is for, and that the examples use.
pub const NAME: &str = "mail.example.com";

/// A program that passes requests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    Nginx,
    Apache,
    Caddy,
    Haproxy,
}

/// A certificate for [`NAME`] and its key, in files where the programs can read them.
pub struct Certificate(TempDir);

impl Certificate {
    pub fn make() -> Self {
        let made = Self(TempDir::new().expect("the temporary folder can be written"));
        let output = Command::new("openssl")
            .current_dir(made.0.path())
            .args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"])
            .args(["-pkeyopt", "ec_paramgen_curve:P-256", "-subj"])
            .arg(format!("/CN={NAME}"))
            .arg("-addext")
            .arg(format!("subjectAltName=DNS:{NAME}"))
            .args(["-addext", "basicConstraints=CA:FALSE"])
            .args(["-out", "certificate.pem", "-keyout", "key.pem"])
            .output()
            .expect("openssl is installed");
        assert!(output.status.success(), "{}", text(&output.stderr));
        let parts = ["certificate.pem", "key.pem"].map(|part| {
            let read = fs::read_to_string(made.0.path().join(part));
            read.expect("it was just made")
        });
        fs::write(made.0.path().join("both.pem"), parts.concat()).expect("the folder is ours");
        made
    }

    pub fn file(&self) -> PathBuf {
        self.0.path().join("certificate.pem")
    }

    /// An example with the paths of these files.
    pub fn placed(&self, example: &str) -> String {
        let path = |name: &str| self.0.path().join(name).display().to_string();
        example
            .replace("/etc/ssl/mail.example.com.both.pem", &path("both.pem"))
            .replace("/etc/ssl/mail.example.com.pem", &path("certificate.pem"))
            .replace("/etc/ssl/mail.example.com.key", &path("key.pem"))
    }
}

/// A running proxy. It ends when this goes out of scope.
pub struct Proxy {
    pub address: SocketAddr,
    child: Child,
    folder: TempDir,
}

impl Proxy {
    /// Starts a program with the example of the manual, in front of a server.
    pub fn start(
        program: Program,
        example: &str,
        certificate: &Certificate,
        server: SocketAddr,
    ) -> Self {
        let folder = TempDir::new().expect("the temporary folder can be written");
        // Some of the programs do their work as another user.
        let open = Permissions::from_mode(0o755);
        fs::set_permissions(folder.path(), open).expect("the folder is ours");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("there is a free port");
        let placed = certificate
            .placed(example)
            .replace("127.0.0.1:8080", &server.to_string())
            .replace("127.0.0.1:8443", &server.to_string());
        let mut command = program.command(folder.path(), &placed, address);
        let log = File::create(folder.path().join("said")).expect("the folder is ours");
        let child = command
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("it is a file"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|_| panic!("scripts/install-peers installs {program:?}"));
        let mut proxy = Self {
            address,
            child,
            folder,
        };
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(address).is_err() {
            let ended = proxy.child.try_wait().expect("it is a child");
            assert!(
                ended.is_none() && Instant::now() < deadline,
                "{program:?} does not listen:\n{}",
                proxy.said()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        proxy
    }

    fn said(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.folder.path().join(name));
        read("said").unwrap_or_default() + &read("log").unwrap_or_default()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the proxy said:\n{}", self.said());
        }
        // It ends its own processes.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

impl Program {
    /// What runs it with this part of its settings, in the foreground. What an example leaves to the rest of
    /// the file is here, and the port that an example has is another.
    fn command(self, folder: &Path, example: &str, address: SocketAddr) -> Command {
        let path = folder.display();
        let (settings, mut command) = match self {
            Self::Nginx => {
                let served = replaced(
                    example,
                    "listen 443 ssl;",
                    &format!("listen {address} ssl;"),
                );
                let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                    .map(|kind| format!("{kind}_temp_path {path}/{kind};\n"));
                let settings = format!(
                    "daemon off;\npid {path}/pid;\nevents {{}}\n\
                     http {{\naccess_log off;\n{}{served}}}\n",
                    temporary.concat()
                );
                let mut command = Command::new("nginx");
                command.arg("-p").arg(folder);
                command.arg("-e").arg(folder.join("log"));
                command.arg("-c");
                (settings, command)
            }
            Self::Apache => {
                let host = format!("<VirtualHost {address}>");
                let served = replaced(example, "<VirtualHost *:443>", &host);
                let modules = [
                    "mpm_event",
                    "authz_core",
                    "ssl",
                    "headers",
                    "proxy",
                    "proxy_http",
                ];
                let modules = modules.map(|name| {
                    format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n")
                });
                let settings = format!(
                    "ServerRoot {path}\nServerName {NAME}\nPidFile {path}/pid\nErrorLog {path}/log\n\
                     DefaultRuntimeDir {path}\nMutex file:{path} default\n{}\
                     User www-data\nGroup www-data\nListen {address}\n{served}",
                    modules.concat()
                );
                let mut command = Command::new("apache2");
                command.arg("-DFOREGROUND").arg("-d").arg(folder).arg("-f");
                (settings, command)
            }
            Self::Caddy => {
                let settings = format!(
                    "{{\nadmin off\nauto_https disable_redirects\nskip_install_trust\n\
                     default_bind {}\nhttps_port {}\n}}\n{example}",
                    address.ip(),
                    address.port()
                );
                let mut command = Command::new("caddy");
                for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
                    command.env(variable, folder);
                }
                command.args(["run", "--adapter", "caddyfile", "--config"]);
                (settings, command)
            }
            Self::Haproxy => {
                let served = replaced(example, "bind :443", &format!("bind {address}"));
                let settings = format!(
                    "defaults\ntimeout connect 5s\ntimeout client 60s\ntimeout server 60s\n{served}"
                );
                let mut command = Command::new("haproxy");
                command.args(["-db", "-f"]);
                (settings, command)
            }
        };
        let file = folder.join("settings");
        fs::write(&file, settings).expect("the folder is ours");
        command.arg(file);
        command
    }
}

/// An example with another line in it, which has to be there.
pub fn replaced(example: &str, line: &str, other: &str) -> String {
    assert!(example.contains(line), "{line} is not in\n{example}");
    example.replace(line, other)
}
