//! Cookies of one session: what a balancer in front of several servers knows its client by.

use http::{HeaderMap, HeaderValue, header};

/// Balancers set one or two. What is beyond is left out.
const MOST: usize = 16;

/// Names and values, without what a browser would ask of them: they live as long as the session and go to no other
/// server.
#[derive(Default)]
pub(super) struct Cookies(Vec<(Vec<u8>, Vec<u8>)>);

impl Cookies {
    /// Those the caller sends by itself.
    pub(super) fn new(sent: Option<&HeaderValue>) -> Self {
        let mut cookies = Self::default();
        for pair in sent
            .into_iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
        {
            cookies.set(pair);
        }
        cookies
    }

    /// Keeps what an answer sets; true if there was something.
    pub(super) fn keep(&mut self, answer: &HeaderMap) -> bool {
        let mut some = false;
        for value in answer.get_all(header::SET_COOKIE) {
            let pair = value.as_bytes().split(|byte| *byte == b';').next();
            self.set(pair.unwrap_or_default());
            some = true;
        }
        some
    }

    /// The header that sends them back.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        let pairs: Vec<_> = self
            .0
            .iter()
            .map(|(name, value)| [name.as_slice(), value].join(&b'='))
            .collect();
        if pairs.is_empty() {
            return None;
        }
        let mut header = HeaderValue::from_bytes(&pairs.join(b"; ".as_slice())).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    fn set(&mut self, pair: &[u8]) {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        let (Some(name), Some(value)) = (parts.next(), parts.next()) else {
            return;
        };
        let (name, value) = (name.trim_ascii(), value.trim_ascii());
        if let Some((_, kept)) = self.0.iter_mut().find(|(kept, _)| kept == name) {
            *kept = value.to_vec();
        } else if !name.is_empty() && self.0.len() < MOST {
            self.0.push((name.to_vec(), value.to_vec()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(cookies: &[&'static str]) -> HeaderMap {
        cookies
            .iter()
            .map(|cookie| (header::SET_COOKIE, HeaderValue::from_static(cookie)))
            .collect()
    }

    #[test]
    fn what_was_set_is_sent_beside_what_the_caller_sends() {
        let mut cookies = Cookies::new(Some(&HeaderValue::from_static("own=1")));
        assert!(!cookies.keep(&HeaderMap::new()));
        assert!(cookies.keep(&answer(&[
            "io=a; Path=/; HttpOnly",
            " lb = b=c ",
            "",
            "none",
            "=x"
        ])));
        assert_eq!(cookies.header().unwrap(), "own=1; io=a; lb=b=c");
        assert!(cookies.keep(&answer(&["io=z; Max-Age=3"])));
        assert_eq!(cookies.header().unwrap(), "own=1; io=z; lb=b=c");
    }

    #[test]
    fn none_is_none_and_many_are_few() {
        assert!(Cookies::new(None).header().is_none());
        let mut cookies = Cookies::default();
        for n in 0..100 {
            cookies.set(format!("c{n}=1").as_bytes());
        }
        assert_eq!(cookies.0.len(), MOST);
    }
}
