//! A browser as far as these tests need one: cookies, forms, and no scripts.

use std::collections::BTreeMap;

use super::{Answer, Host};

/// The name of the first account.
pub const DEMO: &str = "admin@example.org";

/// RFC 7636 appendix B
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub struct Browser<'h> {
    host: &'h Host,
    pub cookies: BTreeMap<String, String>,
    /// Header lines that are sent with each form.
    pub lines: Vec<String>,
    /// What a proxy takes away at the beginning of each path.
    pub stripped: &'static str,
}

impl<'h> Browser<'h> {
    pub fn new(host: &'h Host) -> Self {
        Self {
            host,
            cookies: BTreeMap::new(),
            lines: Vec::new(),
            stripped: "",
        }
    }

    /// One in which somebody has signed in.
    pub fn signed_in(host: &'h Host, name: &str, password: &str) -> Self {
        let mut browser = Self::new(host);
        let page = browser.get("/auth/sign-in?next=/account");
        let answer = browser.submit(
            &page,
            "/auth/sign-in",
            &[("name", name), ("password", password)],
        );
        assert_eq!(answer.status, 303, "{answer:?}");
        assert_eq!(answer.header("location"), Some("/account"));
        browser
    }

    pub fn get(&mut self, path: &str) -> Answer {
        let path = self.passed_on(path);
        let head = format!("GET {path} HTTP/1.1\r\nAccept: text/html\r\n");
        self.send(head, "")
    }

    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let path = self.passed_on(path);
        let mut head = format!(
            "POST {path} HTTP/1.1\r\nAccept: text/html,*/*;q=0.8\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n"
        );
        for line in &self.lines {
            head.push_str(&format!("{line}\r\n"));
        }
        self.send(head, &form(fields))
    }

    /// Sends the form of a page that leads there, with what it hides and these fields.
    pub fn submit(&mut self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let hidden = hidden(&page.body, action);
        let mut all: Vec<(&str, &str)> = hidden
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        all.extend(fields);
        self.post(action, &all)
    }

    /// Asks for authorization, and answers the page that asks back.
    pub fn authorize(&mut self, query: &str, answer: &str) -> Answer {
        let page = self.get(&format!("/auth/authorize?{query}"));
        assert_eq!(page.status, 200, "{page:?}");
        self.submit(&page, "/auth/authorize", &[("answer", answer)])
    }

    /// The same browser in another window.
    pub fn window(&self) -> Self {
        Self {
            host: self.host,
            cookies: self.cookies.clone(),
            lines: self.lines.clone(),
            stripped: self.stripped,
        }
    }

    /// The code that a client is given.
    pub fn code(&mut self, query: &str) -> String {
        let answer = self.authorize(query, "allow");
        location(&answer)
            .remove("code")
            .unwrap_or_else(|| panic!("no code in {answer:?}"))
    }

    /// Goes to the administration's pages. Nobody has to agree to what they are.
    pub fn enter(&mut self) -> Result<Answer, Answer> {
        let path = |answer: &Answer| answer.header("location").expect("a redirect").to_owned();
        let entrance = self.get("/admin/");
        assert_eq!(path(&entrance), "/admin/enter", "{entrance:?}");
        let sent_on = self.get("/admin/enter");
        let let_in = self.get(&path(&sent_on));
        if let_in.status != 303 {
            return Err(let_in);
        }
        let callback = path(&let_in);
        let (_, callback) = callback.split_once("/admin/").expect("the pages' own");
        let inside = self.get(&format!("/admin/{callback}"));
        assert_eq!(path(&inside), "/admin/", "{inside:?}");
        Ok(self.get("/admin/"))
    }

    fn passed_on<'p>(&self, path: &'p str) -> &'p str {
        path.strip_prefix(self.stripped).unwrap_or(path)
    }

    fn send(&mut self, mut head: String, body: &str) -> Answer {
        head.push_str(&format!("Host: {}\r\n", self.host.address));
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            head.push_str(&format!("Cookie: {}\r\n", cookies.join("; ")));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        let answer = self.host.send(head.as_bytes());
        for (name, value) in &answer.headers {
            if name != "set-cookie" {
                continue;
            }
            assert!(value.contains("; HttpOnly; SameSite=Lax"), "{value}");
            let (name, rest) = value.split_once('=').expect("a cookie has a name");
            let (value, _) = rest.split_once(';').expect("a cookie has attributes");
            match value {
                "" => self.cookies.remove(name),
                value => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        answer
    }
}

/// What a client sends to an endpoint, with these header lines.
pub fn ask(host: &Host, path: &str, lines: &[&str], fields: &[(&str, &str)]) -> Answer {
    let body = form(fields);
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n"
    );
    for line in lines {
        request.push_str(&format!("{line}\r\n"));
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    host.send(request.as_bytes())
}

pub fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// HTTP Basic as clients use it (RFC 6749 §2.3.1).
pub fn basic(client_id: &str, secret: &str) -> String {
    use base64::Engine;
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let (id, secret): (String, String) = (encoded(client_id), encoded(secret));
    let both = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    format!("Authorization: Basic {both}")
}

/// The parameters that an answer takes back to the client.
pub fn location(answer: &Answer) -> BTreeMap<String, String> {
    let address = led_to(answer);
    let (_, query) = address.split_once('?').expect("it has a query");
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

/// Where an answer has the browser go: by a redirect, or by a page that leads to a program on the device.
pub fn led_to(answer: &Answer) -> String {
    if answer.status == 303 {
        let location = answer.header("location").expect("it leads somewhere");
        return location.to_owned();
    }
    assert_eq!(answer.status, 200, "{answer:?}");
    let after = |text: &str| {
        let (_, rest) = answer.body.split_once(text)?;
        Some(unescaped(rest.split_once('"')?.0))
    };
    let refresh = after("http-equiv=\"refresh\" content=\"0;url=").expect("it leads somewhere");
    let link = after("<a class=\"button\" href=\"");
    assert_eq!(link.as_ref(), Some(&refresh), "the link leads there too");
    refresh
}

/// What a page's form hides.
pub fn hidden(html: &str, action: &str) -> Vec<(String, String)> {
    let start = html
        .find(&format!("action=\"{action}\""))
        .unwrap_or_else(|| panic!("no form leads to {action} in\n{html}"));
    let end = html[start..].find("</form>").expect("the form ends") + start;
    html[start..end]
        .split("<input type=\"hidden\" ")
        .skip(1)
        .map(|input| {
            let of = |name: &str| {
                let (_, rest) = input.split_once(name)?;
                let (value, _) = rest.split_once('"')?;
                Some(unescaped(value))
            };
            let name = of("name=\"").expect("a field has a name");
            (name, of("value=\"").unwrap_or_default())
        })
        .collect()
}

fn unescaped(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
}

/// The first account's password, as the first start made it.
pub fn demo_password(host: &Host) -> String {
    host.first_start
        .lines()
        .find_map(|line| {
            line.strip_prefix("administrator account:")?
                .split_once("password:")
        })
        .unwrap_or_else(|| panic!("no account in:\n{}", host.first_start))
        .1
        .trim()
        .to_owned()
}

/// An authorization request with these parameters beside the usual ones, which they replace.
pub fn query(client_id: &str, redirect_uri: &str, others: &[(&str, &str)]) -> String {
    let usual = [
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", redirect_uri),
        ("state", "s t&te"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let usual = usual
        .iter()
        .filter(|(name, _)| !others.iter().any(|(other, _)| other == name));
    let all: Vec<(&str, &str)> = usual.chain(others).copied().collect();
    form(&all)
}
