//! HTTP as bytes: a request is exactly what is written here, and an answer is read as it comes.

use std::io::{BufRead, BufReader, Read};

/// A registration with these header lines beside the usual ones.
pub fn registration(headers: &[&str], body: &str) -> Vec<u8> {
    request("POST", "/auth/register", headers, body)
}

/// A request with a JSON body and these header lines, one of which may say that it is something else.
pub fn request(method: &str, path: &str, headers: &[&str], body: &str) -> Vec<u8> {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    if !headers
        .iter()
        .any(|line| line.to_ascii_lowercase().starts_with("content-type:"))
    {
        request.push_str("Content-Type: application/json\r\n");
    }
    for line in headers {
        request.push_str(line);
        request.push_str("\r\n");
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    request.into_bytes()
}

/// One HTTP answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// Reads as much as `Content-Length` says.
    pub fn read(stream: &mut impl Read) -> Self {
        Self::try_read(stream).unwrap_or_else(|| panic!("the connection ended without an answer"))
    }

    /// Reads an answer that has no body, whatever its length is said to be.
    pub fn read_head(stream: &mut impl Read) -> Self {
        Self::try_read_head(&mut BufReader::new(stream))
            .unwrap_or_else(|| panic!("the connection ended without an answer"))
    }

    pub fn try_read(stream: &mut impl Read) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut answer = Self::try_read_head(&mut reader)?;
        let length = answer
            .header("content-length")
            .map_or(0, |length| length.parse().expect("a length is a number"));
        reader.take(length).read_to_string(&mut answer.body).ok()?;
        Some(answer)
    }

    fn try_read_head(reader: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let status = line.split(' ').nth(1)?.parse().ok()?;
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Some(Self {
            status,
            headers,
            body: String::new(),
        })
    }

    /// The value of a header that may be there once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self
            .headers
            .iter()
            .filter(|(header, _)| header == name)
            .map(|(_, value)| value.as_str());
        let value = values.next();
        assert_eq!(values.next(), None, "{name} is there twice");
        value
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error} in the body of {self:?}"))
    }

    pub fn client_id(&self) -> String {
        assert_eq!(self.status, 201, "{self:?}");
        self.json()["client_id"]
            .as_str()
            .expect("a client id")
            .to_owned()
    }
}
