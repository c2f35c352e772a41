//! What the web view lets a page do, in the real window: nothing but what the app itself needs.
#![cfg(target_os = "linux")]

mod person;

use anyhow::{Result, ensure};
use carillon_gateway::{Config, start};
use person::{Person, at_a_desktop};
use serde_json::json;

/// Notes what the page's policy refuses from now on, and tries what a foreign script would.
const TRIES: &str = r#"(() => {
    document.refused = [];
    document.addEventListener("securitypolicyviolation", (event) => document.refused.push(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "document.foreign = true";
    document.head.append(script);
    const style = document.createElement("style");
    style.textContent = "body { opacity: 0 }";
    document.head.append(style);
    const frame = document.createElement("iframe");
    frame.src = arguments[0];
    document.body.append(frame);
    fetch(arguments[0]).then(() => { document.foreign = true }, () => {});
    try { new Function("document.foreign = true")() } catch { document.refused.push("eval") }
    return true;
})()"#;

const REFUSED: &str = r#"["connect-src", "eval", "frame-src", "script-src-elem", "style-src-elem"]
    .every((directive) => document.refused.includes(directive)) && document.refused.join(" ")"#;

#[tokio::test]
async fn nothing_but_the_app_s_own_code_runs_and_it_reaches_no_server() -> Result<()> {
    at_a_desktop("policy", async |person: &mut Person| {
        let gateway = start(Config::for_tests())?;
        let window = person.opens_the_app().await?;
        window.sees("Many bells, one keyboard.").await?;
        ensure!(
            window.ask("Object.isFrozen(Object.prototype)").await? == json!(true),
            "The prototypes can be changed"
        );
        // Nothing of the app's own was refused while it was loaded.
        let own = r#"(() => {
            const observer = new ReportingObserver(() => {}, { buffered: true });
            observer.observe();
            return observer.takeRecords().map((record) => JSON.stringify(record.body));
        })()"#;
        ensure!(window.ask(own).await? == json!([]), "The page's own was refused");
        let tries = TRIES.replace("arguments[0]", &json!(gateway.url()).to_string());
        window.ask(&tries).await?;
        window
            .wait_for("everything foreign to be refused", REFUSED, &[])
            .await?;
        ensure!(
            window.ask("document.foreign ?? null").await?.is_null(),
            "Foreign code ran"
        );
        window.quit().await
    })
    .await
}
