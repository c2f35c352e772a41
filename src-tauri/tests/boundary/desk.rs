//! An app on Tauri's own mock of a window, with the real core: everything but the pixels.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use carillon_app::notifier::Bell;
use carillon_app::setup::Setup;
use carillon_app::state::{Browser, Core, Ports};
use carillon_app::vault::Asked;
use carillon_contract::settings::Settings;
use carillon_contract::view::{AccountView, Batch, Snapshot};
use carillon_contract::{Account, ApiError, ConnectionState, UiEvent};
use carillon_engine::engine::Overrides;
use carillon_engine::home::Home;
use carillon_engine::parts::{MemoryVault, Policy, TokenVault};
use carillon_gateway::{Config, Handle, To};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody, InvokeResponseBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::utils::acl::capability::Capability;
use tauri::utils::acl::manifest::Manifest;
use tauri::utils::acl::resolved::Resolved;
use tauri::utils::platform::Target;
use tauri::webview::InvokeRequest;
use tauri::{App, Context, Manager as _, WebviewWindow, WebviewWindowBuilder};
use tempfile::TempDir;

use crate::doubles::{Bells, Pages};

/// No step of these tests takes this long; what does has failed.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// What the window may call on a desktop.
pub(crate) const CAPABILITY: &str = include_str!("../../../capabilities/main.json");

/// An app with one window.
pub(crate) struct Desk {
    /// Lives as long as its window.
    _app: App<MockRuntime>,
    /// Is there as long as the app: the last plan that knows it may be gone.
    _folder: Arc<TempDir>,
    pub(crate) webview: WebviewWindow<MockRuntime>,
    pub(crate) core: Arc<Core>,
    pub(crate) bells: Arc<Bells>,
    pub(crate) pages: Arc<Pages>,
    /// Everything that crossed to the window, as text.
    crossed: Arc<Mutex<Vec<String>>>,
    batches: Receiver<Batch>,
    next_callback: std::cell::Cell<u32>,
}

/// What an app is made with.
pub(crate) struct Plan {
    pub(crate) folder: Arc<TempDir>,
    pub(crate) asked: Asked,
    /// Whether the start asks for the demo.
    pub(crate) is_demo: bool,
    /// Instead of what the capability says.
    pub(crate) context: Option<Context<MockRuntime>>,
}

impl Plan {
    /// A fresh folder, and a vault in memory.
    pub(crate) fn new() -> Self {
        Self::with(Arc::new(MemoryVault::new()))
    }

    /// A fresh folder, and this vault.
    pub(crate) fn with(vault: Arc<dyn TokenVault>) -> Self {
        Self {
            folder: Arc::new(tempfile::tempdir().unwrap()),
            asked: Asked::Given(vault),
            is_demo: false,
            context: None,
        }
    }

    pub(crate) fn again(&self) -> Self {
        Self {
            folder: Arc::clone(&self.folder),
            asked: self.asked.clone(),
            is_demo: self.is_demo,
            context: None,
        }
    }

    pub(crate) fn home(&self) -> Home {
        Home::new(self.folder.path().join("home"))
    }

    /// Starts the app and its engine.
    pub(crate) fn open(self) -> Desk {
        // What a failed start says of its reasons; a log that another test has set up does as well.
        let _ = tracing_subscriber::fmt().with_test_writer().try_init();
        let setup = Setup {
            home: self.home(),
            asked: self.asked.clone(),
            overrides: Overrides {
                policy: Some(impatient()),
                largest_event: None,
            },
            is_demo: self.is_demo,
            is_usual: false,
        };
        let (bells, pages) = (Arc::<Bells>::default(), Arc::<Pages>::default());
        let ports = Ports {
            bell: Arc::clone(&bells) as Arc<dyn Bell>,
            browser: Arc::clone(&pages) as Arc<dyn Browser>,
        };
        let core = Core::new(setup, ports);
        let crossed = Arc::<Mutex<Vec<String>>>::default();
        let (sender, batches) = mpsc::channel();
        let heard = Arc::clone(&crossed);
        let builder = mock_builder().channel_interceptor(move |_, _, _, body| {
            let InvokeResponseBody::Json(text) = body else {
                panic!("the channel carries JSON");
            };
            note(&heard, text.clone());
            // Nobody may listen any more at a test's end.
            let _ = sender.send(serde_json::from_str(text).unwrap());
            true
        });
        let context = self
            .context
            .unwrap_or_else(|| tauri::generate_context!(test = true));
        let app = carillon_app::with_core(builder).build(context).unwrap();
        app.manage(Arc::clone(&core));
        let webview = WebviewWindowBuilder::new(&app, "main", Default::default())
            .build()
            .unwrap();
        core.begin();
        Desk {
            _app: app,
            _folder: self.folder,
            webview,
            core,
            bells,
            pages,
            crossed,
            batches,
            next_callback: std::cell::Cell::new(1),
        }
    }
}

impl Desk {
    /// A fresh one.
    pub(crate) fn new() -> Self {
        Plan::new().open()
    }

    /// Calls a command as the window would; gives the answer or the error as JSON.
    pub(crate) fn invoke(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let callback = self.next_callback.get();
        self.next_callback.set(callback + 2);
        let request = InvokeRequest {
            cmd: command.to_owned(),
            callback: CallbackFn(callback),
            error: CallbackFn(callback + 1),
            url: "tauri://localhost".parse().unwrap(),
            body: InvokeBody::Json(arguments),
            headers: Default::default(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        let answer = get_ipc_response(&self.webview, request).map(|body| match body {
            InvokeResponseBody::Json(text) => text,
            InvokeResponseBody::Raw(_) => panic!("{command} answers JSON"),
        });
        match answer {
            Ok(text) => {
                note(&self.crossed, text.clone());
                Ok(serde_json::from_str(&text).unwrap())
            }
            Err(error) => {
                note(&self.crossed, error.to_string());
                Err(error)
            }
        }
    }

    /// Calls a command that succeeds.
    pub(crate) fn call<T: DeserializeOwned>(&self, command: &str, arguments: Value) -> T {
        let answer = self
            .invoke(command, arguments)
            .unwrap_or_else(|error| panic!("{command} failed: {error}"));
        serde_json::from_value(answer)
            .unwrap_or_else(|error| panic!("{command} answered something else: {error}"))
    }

    /// Calls a command that fails.
    pub(crate) fn fail(&self, command: &str, arguments: Value) -> ApiError {
        match self.invoke(command, arguments) {
            Ok(answer) => panic!("{command} succeeded: {answer}"),
            Err(error) => serde_json::from_value(error.clone())
                .unwrap_or_else(|_| panic!("{command} failed in another way: {error}")),
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.call("snapshot", json!({}))
    }

    /// Opens the channel.
    pub(crate) fn listen(&self) {
        let callback = self.next_callback.get();
        self.next_callback.set(callback + 2);
        self.call::<()>("listen", json!({ "channel": format!("__CHANNEL__:{callback}") }));
    }

    /// The next batch.
    pub(crate) fn batch(&self) -> Batch {
        self.batches
            .recv_timeout(LIMIT)
            .expect("a batch was waited for in vain")
    }

    /// Waits for an event that is looked for.
    pub(crate) fn hear<T>(&self, what: &str, mut find: impl FnMut(&UiEvent) -> Option<T>) -> T {
        let until = Instant::now() + LIMIT;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(batch) = self.batches.recv_timeout(left) else {
                panic!("waited in vain for {what}");
            };
            if let Some(found) = batch.events.iter().find_map(&mut find) {
                return found;
            }
        }
    }

    /// Waits until an account is signed in and has caught up.
    pub(crate) fn wait_until_online(&self, account: &Account) {
        self.hear("the account to be online", |event| match event {
            UiEvent::Connection {
                account: whose,
                status,
            } if *whose == account.id
                && status.state == ConnectionState::Connected
                && !status.catching_up =>
            {
                Some(())
            }
            _ => None,
        });
    }

    /// Adds `alice` of a gateway.
    pub(crate) fn sign_in(&self, gateway: &Handle) -> Account {
        self.call(
            "sign_in",
            json!({
                "platform": "guesslyfe",
                "server": gateway.url(),
                "username": "alice",
                "password": "demo-alice",
                "clearText": false,
            }),
        )
    }

    /// Listens, adds `alice` and waits until she is online.
    pub(crate) fn alice(&self, gateway: &Handle) -> Account {
        self.listen();
        let account = self.sign_in(gateway);
        self.wait_until_online(&account);
        account
    }

    /// The settings, changed.
    pub(crate) fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.snapshot().settings;
        change(&mut settings);
        self.call::<()>("set_settings", json!({ "settings": settings }));
    }

    /// Everything that crossed to the window so far.
    pub(crate) fn crossed(&self) -> Vec<String> {
        self.crossed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Stops the core, as leaving the app does.
    pub(crate) fn close(self) {
        block_on(self.core.stop());
    }
}

fn note(crossed: &Mutex<Vec<String>>, text: String) {
    crossed.lock().unwrap_or_else(PoisonError::into_inner).push(text);
}

/// Waits for a future from a test's thread, at most for [`LIMIT`].
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tauri::async_runtime::block_on(async { tokio::time::timeout(LIMIT, future).await })
        .expect("something did not end in time")
}

/// What the app is built with, but for what the window may call: that is said here.
pub(crate) fn context_with(permissions: impl Fn(&str) -> bool) -> Context<MockRuntime> {
    let mut context: Context<MockRuntime> = tauri::generate_context!(test = true);
    let manifests = include_str!(concat!(env!("OUT_DIR"), "/acl-manifests.json"));
    let manifests: BTreeMap<String, Manifest> = serde_json::from_str(manifests).unwrap();
    let mut capability: Capability = serde_json::from_str(CAPABILITY).unwrap();
    capability
        .permissions
        .retain(|entry| permissions(entry.identifier().get()));
    let capabilities = BTreeMap::from([(capability.identifier.clone(), capability)]);
    let resolved = Resolved::resolve(&manifests, capabilities, Target::current()).unwrap();
    *context.runtime_authority_mut() = tauri::runtime_authority!(manifests, resolved);
    context
}

/// A policy that waits for milliseconds where the platform's waits for seconds.
fn impatient() -> Policy {
    Policy {
        attempts: 50,
        delay: Duration::from_millis(50),
        factor: 1.2,
        cap: Duration::from_millis(200),
        slow: Duration::from_millis(300),
        stable: Duration::from_millis(500),
        ..Policy::default()
    }
}

/// A quiet gateway.
pub(crate) fn gateway() -> Handle {
    carillon_gateway::start(Config::for_tests()).unwrap()
}

/// To `alice`.
pub(crate) fn alice() -> Option<To> {
    Some(To::Username("alice".to_owned()))
}

/// Emits an event to `alice`.
pub(crate) fn emit(gateway: &Handle, event: &str, data: Value) {
    block_on(gateway.emit(event, data, alice())).unwrap();
}

/// Waits until an account is connected, which it may be already.
pub(crate) fn until_connected(desk: &Desk, account: &Account) {
    let is_connected = |view: &AccountView| {
        view.account.id == account.id && view.connection.state == ConnectionState::Connected
    };
    if !desk.snapshot().accounts.iter().any(is_connected) {
        desk.hear("the connection", |event| match event {
            UiEvent::Connection {
                account: whose,
                status,
            } => (*whose == account.id && status.state == ConnectionState::Connected).then_some(()),
            _ => None,
        });
    }
}

/// All bytes of the files in a folder.
pub(crate) fn files(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            bytes.extend(files(&path));
        } else {
            bytes.extend(std::fs::read(&path).unwrap_or_default());
        }
    }
    bytes
}
