//! What the capabilities name is what there is, and what they don't name is refused.

use std::collections::BTreeSet;

use carillon_app::commands::NAMES;
use serde_json::{Value, json};

use crate::desk::{CAPABILITY, Plan, context_with};

const MOBILE: &str = include_str!("../../../capabilities/mobile.json");

/// What a window needs of Tauri itself: to hear where it is led.
const OF_TAURI: [&str; 2] = ["core:event:allow-listen", "core:event:allow-unlisten"];

fn permission(command: &str) -> String {
    format!("allow-{}", command.replace('_', "-"))
}

#[test]
fn the_capabilities_name_every_command_and_nothing_else() {
    let wanted: BTreeSet<String> = NAMES
        .iter()
        .map(|command| permission(command))
        .chain(OF_TAURI.map(str::to_owned))
        .collect();
    for text in [CAPABILITY, MOBILE] {
        let capability: Value = serde_json::from_str(text).unwrap();
        let named = capability["permissions"].as_array().unwrap();
        let set: BTreeSet<String> = named
            .iter()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(set, wanted);
        assert_eq!(set.len(), named.len(), "nothing stands twice");
        assert_eq!(capability["windows"], json!(["main"]));
        assert!(capability.get("remote").is_none());
        assert!(capability.get("webviews").is_none());
    }
}

#[test]
fn the_page_may_do_nothing_but_show_itself_and_ask_the_core() {
    let config: Value = serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
    let app = &config["app"];
    assert_eq!(app["withGlobalTauri"], json!(false));
    let security = app["security"].as_object().unwrap();
    let mut names: Vec<&str> = security.keys().map(String::as_str).collect();
    names.sort_unstable();
    // No policy for development, no protocol for files, no modification of the policy left out.
    assert_eq!(names, ["capabilities", "csp", "freezePrototype"]);
    assert_eq!(security["freezePrototype"], json!(true));
    let policy = security["csp"].as_object().unwrap();
    assert_eq!(policy["default-src"], "'none'");
    assert_eq!(policy["script-src"], "'self'");
    let allowed = ["'none'", "'self'", "data:", "ipc:", "http://ipc.localhost"];
    for (directive, sources) in policy {
        for source in sources.as_str().unwrap().split(' ') {
            assert!(allowed.contains(&source), "{directive} allows {source}");
        }
    }
}

#[test]
fn the_app_asks_for_systems_whose_web_views_understand_its_page() {
    let vite = include_str!("../../../ui/vite.config.ts");
    assert!(vite.contains("target: ['safari16.4', 'chrome110']"));
    // The oldest systems with Safari 16.4.
    let mac: Value = serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
    assert_eq!(mac["bundle"]["macOS"]["minimumSystemVersion"], "13.0");
    let ios: Value = serde_json::from_str(include_str!("../../tauri.ios.conf.json")).unwrap();
    assert_eq!(ios["bundle"]["iOS"]["minimumSystemVersion"], "16.4");
}

#[test]
fn a_command_that_no_capability_names_is_refused_and_the_others_are_not() {
    for removed in NAMES {
        let plan = Plan {
            context: Some(context_with(|name| name != permission(removed))),
            ..Plan::new()
        };
        let desk = plan.open();
        // Wrong arguments are told by the command itself: whoever hears of them was let through.
        for command in [removed, "snapshot", "read_link"] {
            let answer = desk.invoke(command, json!({ "link": "none" }));
            let refused = answer.as_ref().err().and_then(Value::as_str);
            let refused = refused.is_some_and(|text| text.contains("not allowed"));
            assert_eq!(
                refused,
                command == *removed,
                "{command} without {removed}: {answer:?}"
            );
        }
        desk.close();
    }
}

#[test]
fn commands_of_tauri_and_its_plugins_are_refused() {
    let desk = Plan::new().open();
    for command in [
        "plugin:event|emit",
        "plugin:window|close",
        "plugin:webview|create_webview_window",
        "plugin:path|resolve_directory",
        "plugin:app|version",
        "plugin:notification|notify",
        "plugin:opener|open_url",
        "plugin:opener|open_path",
        "plugin:deep-link|get_current",
        "plugin:window-state|filename",
        "no_such_command",
    ] {
        let error = desk.invoke(command, json!({})).unwrap_err();
        let text = error.as_str().unwrap();
        assert!(
            text.contains("not allowed") || text.contains("not found"),
            "{command}: {text}"
        );
    }
    desk.close();
}
