//! The forms of a page, as far as this program's own pages need it.

/// Where the first form of a page is sent, and the fields that are filled in already.
pub(super) struct Form {
    pub(super) action: String,
    pub(super) fields: Vec<(String, String)>,
}

impl Form {
    /// The first form of a page that has a field or a button of this name.
    pub(super) fn with(page: &str, name: &str) -> Option<Self> {
        let has = format!("name=\"{name}\"");
        let forms = page.split("<form").skip(1);
        let form = forms
            .filter_map(|rest| rest.split("</form>").next())
            .find(|form| form.contains(&has))?;
        let (tag, inside) = form.split_once('>')?;
        let fields = inside.split("<input").skip(1).filter_map(|rest| {
            let input = rest.split('>').next()?;
            attribute(input, "type").filter(|kind| kind == "hidden")?;
            Some((attribute(input, "name")?, attribute(input, "value")?))
        });
        Some(Self {
            action: attribute(tag, "action")?,
            fields: fields.collect(),
        })
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = format!(" {name}=\"");
    let value = tag.split_once(&start)?.1.split('"').next()?;
    Some(unescape(value))
}

/// Undoes what templates do to text in an attribute.
fn unescape(text: &str) -> String {
    let mut plain = text.to_owned();
    for (escaped, character) in [
        ("&#38;", "&"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ] {
        plain = plain.replace(escaped, character);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let page = r#"<form action="/search" method="get"><input name="q"></form>
            <form class="x" action="/auth/sign-in" method="post">
            <input type="hidden" name="next" value="/a?b=1&#38;c=&#34;2">
            <input id="name" type="text" name="name"><button name="go" value="1">Go</button></form>"#;
        let form = Form::with(page, "name").expect("there is one");
        assert_eq!(form.action, "/auth/sign-in");
        assert_eq!(
            form.fields,
            [("next".to_owned(), "/a?b=1&c=\"2".to_owned())]
        );
        assert_eq!(
            Form::with(page, "q").map(|form| form.action),
            Some("/search".into())
        );
        assert!(Form::with(page, "other").is_none());
        assert!(Form::with("no page", "name").is_none());
    }
}
