//! Defects and their limits: what breaks one thing must not break another.

use std::sync::Arc;

use carillon_contract::item::Decoded;
use carillon_contract::rest::{RestRequest, RestResponse};
use carillon_contract::{ConnectionState, Frame, Identity, Secret, Topic};
use carillon_engine::parts::Platforms;
use carillon_engine::parts::platform::{
    Answer, Call, Claims, Platform, Profile, Request, SignInError, Tokens, TopicError, Welcome,
};
use carillon_gateway::To;
use carillon_tests::gateway::{Bench, Live, online, state, stored};
use serde_json::json;
use serde_json::value::RawValue;

/// The built-in platform with a defect: one title makes its adapter panic.
struct Defective(Arc<dyn Platform>);

impl Platform for Defective {
    #[expect(clippy::panic, reason = "the panic is what is tested")]
    fn decode(&self, frame: &Frame, me: &Identity) -> Decoded {
        if frame.payload().contains("a title that nobody thought of") {
            panic!("a defect");
        }
        self.0.decode(frame, me)
    }

    fn profile(&self) -> &Profile {
        self.0.profile()
    }
    fn identity(&self, claims: &Claims) -> Result<Identity, SignInError> {
        self.0.identity(claims)
    }
    fn login(&self, username: &str, password: &Secret) -> RestRequest {
        self.0.login(username, password)
    }
    fn refresh(&self, refresh: &Secret) -> RestRequest {
        self.0.refresh(refresh)
    }
    fn logout(&self, tokens: &Tokens) -> Option<RestRequest> {
        self.0.logout(tokens)
    }
    fn read_tokens(&self, response: &RestResponse) -> Result<Tokens, SignInError> {
        self.0.read_tokens(response)
    }
    fn welcome(&self, frame: &Frame) -> Option<Welcome> {
        self.0.welcome(frame)
    }
    fn refuses_token(&self, frame: &Frame) -> bool {
        self.0.refuses_token(frame)
    }
    fn is_auth_error(&self, message: &str) -> bool {
        self.0.is_auth_error(message)
    }
    fn topic(&self, topic: &Topic) -> Result<Topic, TopicError> {
        self.0.topic(topic)
    }
    fn encode(&self, request: &Request) -> Call {
        self.0.encode(request)
    }
    fn read_ack(&self, request: &Request, ack: &[Box<RawValue>]) -> Answer {
        self.0.read_ack(request, ack)
    }
}

#[tokio::test]
async fn a_panic_in_an_adapter_ends_the_session_and_not_the_account() -> anyhow::Result<()> {
    let mut bench = Bench::new()?;
    let built_in = Platforms::built_in().get(&carillon_contract::PlatformId::new("guesslyfe"));
    let Some(built_in) = built_in else {
        anyhow::bail!("the platform is built in")
    };
    bench.platforms = Platforms::of([Arc::new(Defective(built_in)) as Arc<dyn Platform>]);
    let Live {
        gateway,
        engine: _engine,
        mut listener,
        ..
    } = bench.live().await?;

    // Sent unlogged, so that it does not come again when the account catches up.
    let alice = To::Username("alice".to_owned());
    let bad = json!({"title": "a title that nobody thought of"});
    assert_eq!(gateway.raw(&alice, "notification", &[bad])?, 1);
    let cause = state(&mut listener, ConnectionState::Reconnecting).await?;
    assert!(cause.is_some_and(|cause| cause.contains("Carillon itself")));
    online(&mut listener).await?;
    gateway
        .emit("notification", json!({"title": "Good again"}), Some(alice))
        .await?;
    stored(&mut listener, 1).await?;
    Ok(())
}
