//! A network of its own, in which the server is `https://mail.example.org` and a webmail can be
//! `https://webmail.example.org`.

use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::common::apart::apart;
use crate::common::browser::{DEMO, demo_password};
use crate::common::{Folder, Host, peers, program, text};
use crate::table;

pub const ISSUER: &str = "https://mail.example.org";
pub const MAIL: &str = "urn:ietf:params:oauth:scope:mail";

/// Names that the world looks up elsewhere.
const HOSTS: &str = "127.0.0.1 localhost mail.example.org\n127.0.0.2 webmail.example.org\n";

/// Runs a test on a server with the settings that the client's row of the table has.
pub fn inside(name: &str, client: &str, test: impl FnOnce(&Place)) {
    let hosts = Folder::new();
    let script = format!(
        "ip link set lo up && mount --bind {} /etc/hosts",
        hosts.write("hosts", HOSTS).display()
    );
    apart(name, &["--net"], &script, || test(&Place::new(client)));
}

/// A server with TLS, and all that a program on its user's machine finds there.
pub struct Place {
    pub host: Host,
    authority: PathBuf,
}

impl Place {
    fn new(client: &str) -> Self {
        let folder = Folder::new();
        let authority = certify(&folder);
        let settings = table::settings(client);
        let config = folder.write(
            "gatepost.toml",
            format!(
                "server.public-url = {ISSUER:?}\nserver.tls-certificate = {:?}\nserver.tls-key = {:?}\n\
                 limits.requests-per-minute = 0\n{settings}",
                folder.path("server.pem"),
                folder.path("server.key"),
            ),
        );
        let mut command = program();
        command
            .args(["serve", "--listen", "127.0.0.1:443", "--config"])
            .arg(config)
            .arg("--data")
            .arg(folder.data());
        let host = Host::spawn(&mut command, folder);
        let place = Self { host, authority };
        place.furnish();
        place
    }

    /// The scripts beside what they import, and a browser by the names under which programs start one.
    fn furnish(&self) {
        let folder = &self.host.folder;
        for script in fs::read_dir(peers::scripts()).expect("the scripts are there") {
            let script = script.expect("the folder can be read").path();
            let name = script.file_name().expect("it was listed");
            fs::copy(&script, folder.path(name)).expect("the folder can be written");
        }
        symlink(
            peers::folder().join("node_modules"),
            folder.path("node_modules"),
        )
        .expect("the folder can be written");
        fs::create_dir(folder.path("bin")).expect("the folder can be written");
        let user = folder.write("user.json", self.knowledge().to_string());
        let browser = format!(
            "#!/bin/sh\nnode {:?} \"$(cat {user:?})\" \"$1\" --go > {:?} 2>&1 < /dev/null &\n",
            folder.path("user.mjs"),
            folder.path("browser.log"),
        );
        for name in ["bin/open", "bin/xdg-open"] {
            let file = folder.write(name, &browser);
            let executable = fs::Permissions::from_mode(0o755);
            fs::set_permissions(file, executable).expect("the file is ours");
        }
    }

    /// What a script has to know.
    pub fn knowledge(&self) -> Value {
        json!({
            "issuer": ISSUER,
            "account": DEMO,
            "password": demo_password(&self.host),
            "registration_key": self.host.first_key("registration"),
            "mail": MAIL,
        })
    }

    /// Runs a script of `tests/peers`, and gives back what it says.
    pub fn run(&self, script: &str, knowledge: &Value) -> String {
        let interpreter = match script.ends_with(".py") {
            true => peers::folder().join("venv/bin/python"),
            false => PathBuf::from("node"),
        };
        // A client that waits for ever has failed.
        let mut command = self.command("timeout");
        command
            .arg("120")
            .arg(interpreter)
            .arg(self.host.folder.path(script));
        peers::tell(command, knowledge)
    }

    /// A program as its user starts it, who trusts the server's authority.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let folder = &self.host.folder;
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::split_paths(&path);
        let path = env::join_paths([folder.path("bin")].into_iter().chain(path))
            .expect("it was split there");
        let mut command = Command::new(program.as_ref());
        command.env("PATH", path).env("HOME", folder.path(""));
        command.current_dir(folder.path(""));
        for variable in [
            "CURL_CA_BUNDLE",
            "NODE_EXTRA_CA_CERTS",
            "REQUESTS_CA_BUNDLE",
            "SSL_CERT_FILE",
        ] {
            command.env(variable, &self.authority);
        }
        command
    }

    /// Makes the server's authority one of those that Chromium trusts.
    pub fn trust_in_chromium(&self) {
        self.trust(".pki/nssdb");
    }

    /// Makes the server's authority one of those in this folder of the user's.
    pub fn trust(&self, folder: &str) {
        let authorities = self.host.folder.path(folder);
        fs::create_dir_all(&authorities).expect("the folder can be written");
        let database = format!("sql:{}", authorities.display());
        let new: &[&str] = &["-N", "--empty-password"];
        let trusted: &[&str] = &["-A", "-n", "authority", "-t", "C,,", "-i", "authority.pem"];
        for arguments in [new, trusted] {
            let mut certutil = self.command("certutil");
            certutil.args(["-d", &database]).args(arguments);
            let output = certutil.output().expect("libnss3-tools are installed");
            assert!(output.status.success(), "{}", text(&output.stderr));
        }
    }

    /// What the person at the browser does; the answer is where the browser is sent.
    pub fn agree(&self, address: &str) -> String {
        let mut user = self.command("node");
        user.arg(self.host.folder.path("user.mjs"));
        user.arg(self.knowledge().to_string()).arg(address);
        let output = user.output().expect("Node is installed");
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).trim().to_owned()
    }

    /// Registers a public client by hand.
    pub fn add_client(&self, id: &str, redirect_uri: &str) {
        let added = program()
            .args(["client", "add", "--id", id, "--redirect-uri", redirect_uri])
            .arg("--data")
            .arg(self.host.folder.data())
            .output()
            .expect("the program can be started");
        assert!(added.status.success(), "{}", text(&added.stderr));
    }

    /// Who the mailbox says that a token belongs to, or the status of its refusal.
    pub fn mailbox(&self, token: &str) -> Result<String, u16> {
        let answer = self.curl(&["--oauth2-bearer", token, &format!("{ISSUER}/jmap/session")]);
        match answer.status {
            200 => Ok(answer.json()["username"]
                .as_str()
                .expect("a name")
                .to_owned()),
            status => Err(status),
        }
    }

    pub fn curl(&self, arguments: &[&str]) -> crate::common::Answer {
        let output = self
            .command("curl")
            .args(["--silent", "--show-error", "--include", "--http1.1"])
            .args(arguments)
            .output()
            .expect("curl is installed");
        assert!(output.status.success(), "{}", text(&output.stderr));
        crate::common::Answer::read(&mut output.stdout.as_slice())
    }
}

/// Makes an authority, and a certificate by it for both names. Gives back the authority's certificate.
fn certify(folder: &Folder) -> PathBuf {
    let make = |name: &str, extensions: &[&str], authority: &[&str]| {
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"])
            .args(["-pkeyopt", "ec_paramgen_curve:P-256", "-subj"])
            .arg(format!("/CN={name}"))
            .args(extensions.iter().flat_map(|added| ["-addext", added]))
            .args(authority)
            .args(["-out", &format!("{name}.pem")])
            .args(["-keyout", &format!("{name}.key")])
            .current_dir(folder.path(""))
            .output()
            .expect("openssl is installed");
        assert!(made.status.success(), "{}", text(&made.stderr));
    };
    make("authority", &["keyUsage=critical,keyCertSign"], &[]);
    make(
        "server",
        &[
            "subjectAltName=DNS:mail.example.org,DNS:webmail.example.org",
            "basicConstraints=critical,CA:FALSE",
        ],
        &["-CA", "authority.pem", "-CAkey", "authority.key"],
    );
    folder.path("authority.pem")
}
