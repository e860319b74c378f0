//! Elements of a reply.

use std::fmt::Display;

use quick_xml::escape::escape;

/// `<name>text</name>`, the text escaped.
pub(super) fn text(name: &str, text: impl Display) -> String {
    format!("<{name}>{}</{name}>", escape(text.to_string()))
}

/// The element if there is a text for it, else nothing.
pub(super) fn optional(name: &str, value: Option<impl Display>) -> String {
    value.map(|value| text(name, value)).unwrap_or_default()
}

/// `<name>children</name>`.
pub(super) fn node(name: &str, children: &[String]) -> String {
    format!("<{name}>{}</{name}>", children.concat())
}

/// `<name><item>...</item>...</name>` from the children of each item.
pub(super) fn list(name: &str, item: &str, items: impl IntoIterator<Item = Vec<String>>) -> String {
    let items: Vec<String> = items.into_iter().map(|children| node(item, &children)).collect();
    node(name, &items)
}

/// A whole document: `<name xmlns="namespace">children</name>`.
pub(super) fn document(name: &str, namespace: &str, children: &[String]) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{name} xmlns=\"{namespace}\">{}</{name}>",
        children.concat()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_elements_nest() {
        let items =
            [vec![text("k", "a<b"), optional("v", Some(1))], vec![optional("v", None::<u8>)]];
        assert_eq!(
            list("set", "item", items),
            "<set><item><k>a&lt;b</k><v>1</v></item><item></item></set>"
        );
    }
}
