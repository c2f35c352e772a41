//! Cleans what is about to be emitted (G117).

use serde_json::Value;

/// Removes from every text what no reader should be shown: control characters other than line breaks and
/// tabs, and the marks that turn the direction of writing, with which one name can be made to look like another.
/// Markup is left as it is: escaping belongs to whoever renders it.
pub(crate) fn sanitize(value: &mut Value) {
    match value {
        Value::String(text) => {
            if text.chars().any(unwanted) {
                text.retain(|c| !unwanted(c));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(sanitize),
        Value::Object(fields) => fields.values_mut().for_each(sanitize),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn unwanted(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn controls_and_direction_marks_go_and_the_rest_stays() {
        let mut value = json!({ "title": "a\u{0}b\u{202E}c\n\td <b>", "list": ["\u{7}x", 1, null], "n": 5 });
        sanitize(&mut value);
        assert_eq!(
            value,
            json!({ "title": "abc\n\td <b>", "list": ["x", 1, null], "n": 5 })
        );
    }
}
