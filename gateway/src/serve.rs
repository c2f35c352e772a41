//! Starting and stopping an instance: one thread, one current-thread runtime, one listener.
//!
//! On a runtime with several threads the events of one socket can be handled out of order: socketioxide gives
//! each its own task. On one thread tasks that do not wait run in the order in which they were made.

use std::{net::SocketAddr, sync::Arc, thread, time::Duration};

use socketioxide::{SocketIo, layer::SocketIoLayer};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Config, Handle, Secret, StartError,
    auth::{Directory, RefreshStore, TokenAuthority},
    control::Control,
    database::Database,
    fanout::Fanout,
    http,
    instance::{Buckets, Instance},
    log::Log,
    net::{Carriers, Listener, Peer},
    publish::Publisher,
    stats::Stats,
};

/// How long a stop waits for requests and sessions that are still going on.
const STOP_WITHIN: Duration = Duration::from_secs(3);

/// Passwords hashed at the same time: each takes 19 MiB and a core for as long as it lasts.
const HASHERS: usize = 2;

/// Bytes of a secret that HS256 makes full use of.
const STRONG_SECRET: usize = 32;

/// The pause between two looks for rate limits that nobody uses any more.
const FORGET_IDLE_EVERY: Duration = Duration::from_secs(60);

/// Starts an instance on a thread of its own and returns once it listens.
///
/// # Errors
/// If the address is taken, the data file cannot be used, or an account is not in order.
pub fn start(config: Config) -> Result<Handle, StartError> {
    let stop = CancellationToken::new();
    let (started, answer) = std::sync::mpsc::sync_channel(1);
    let ended = CancellationToken::new();
    let (for_thread, on_end) = (stop.clone(), ended.clone().drop_guard());
    let thread = thread::Builder::new()
        .name(format!("gateway-{}", config.platform.name()))
        .spawn(move || {
            let _on_end = on_end;
            let mut builder = tokio::runtime::Builder::new_current_thread();
            let runtime = match builder.enable_all().max_blocking_threads(HASHERS).build() {
                Ok(runtime) => runtime,
                Err(error) => {
                    let _ = started.send(Err(StartError::Thread(error)));
                    return;
                }
            };
            runtime.block_on(async move {
                match Running::start(config, for_thread).await {
                    Ok(running) => {
                        let _ = started.send(Ok((running.address, running.control.clone())));
                        running.serve().await;
                    }
                    Err(error) => {
                        let _ = started.send(Err(error));
                    }
                }
            });
            // A task that still waits on a client must not keep the thread.
            runtime.shutdown_timeout(Duration::from_millis(200));
        })
        .map_err(StartError::Thread)?;
    let (address, control) = answer.recv().map_err(|_| StartError::EndedEarly)??;
    Ok(Handle {
        address,
        control,
        stop,
        ended,
        thread: Some(thread),
    })
}

/// An instance that listens.
struct Running {
    address: SocketAddr,
    listener: Listener,
    router: axum::Router,
    io: SocketIo,
    control: Control,
    database: Database,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Running {
    async fn start(config: Config, stop: CancellationToken) -> Result<Self, StartError> {
        let secret = signing_secret(config.jwt_secret.as_ref())?;
        let directory = Directory::new(&config.accounts)?;
        let database = Database::open(&config.data).await?;
        let log = Log::open(database.pool.clone()).await?;
        let listen = |source| StartError::Listen {
            address: config.bind,
            source,
        };
        let tcp = TcpListener::bind(config.bind).await.map_err(listen)?;
        let address = tcp.local_addr().map_err(listen)?;

        let tasks = TaskTracker::new();
        let carriers = Carriers::default();
        let stats = Arc::new(Stats::default());
        let (layer, io) = socket_io(&config);
        let fanout = Fanout {
            io: io.clone(),
            carriers: carriers.clone(),
            stats: Arc::clone(&stats),
            wire: config.platform.wire(),
            extensions: config.extensions,
            double_delivery: config.double_delivery,
        };
        let publisher = Publisher::start(
            log.clone(),
            fanout.clone(),
            config.retention,
            &tasks,
            stop.clone(),
        );
        let instance = Arc::new(Instance {
            log,
            publisher,
            fanout,
            carriers: carriers.clone(),
            directory,
            tokens: TokenAuthority::new(
                &secret,
                config.previous_jwt_secret.as_ref(),
                config.access_lifetime,
            ),
            refresh: RefreshStore::new(
                database.pool.clone(),
                config.refresh_lifetime,
                config.refresh_reuse_grace,
            ),
            stats,
            buckets: Buckets::new(&config.limits),
            limits: config.limits.clone(),
            trusted_proxies: config.trusted_proxies.clone(),
            extensions: config.extensions,
        });
        tasks.spawn(forget_idle(Arc::clone(&instance), stop.clone()));
        let platform = config.platform.mount(&io, &instance, &tasks, &stop).await?;
        let control = Control { instance, platform };
        let router = http::router(
            control.clone(),
            config.platform.name(),
            layer,
            &config.cors_origins,
            config.dev_enabled(),
        )?;
        tracing::info!(%address, platform = config.platform.name(), "Listening");
        Ok(Self {
            address,
            listener: Listener { tcp, carriers },
            router,
            io,
            control,
            database,
            tasks,
            stop,
        })
    }

    /// Serves until `stop` is cancelled, then lets go of everything in order.
    async fn serve(self) {
        let Self {
            address,
            listener,
            router,
            io,
            control,
            database,
            tasks,
            stop,
        } = self;
        drop(control);
        let service = router.into_make_service_with_connect_info::<Peer>();
        let closing = {
            let (stop, io, tasks) = (stop.clone(), io.clone(), tasks.clone());
            async move {
                stop.cancelled().await;
                // What was accepted is written and sent before the sessions are closed.
                tasks.close();
                tasks.wait().await;
                io.close().await;
            }
        };
        let serving = axum::serve(listener, service).with_graceful_shutdown(closing);
        let serving = std::pin::pin!(serving.into_future());
        let deadline = async {
            stop.cancelled().await;
            tokio::time::sleep(STOP_WITHIN).await;
        };
        tokio::select! {
            served = serving => {
                if let Err(error) = served {
                    tracing::error!(%error, "The listener failed");
                }
            }
            () = deadline => tracing::debug!("Some connections did not end in time"),
        }
        database.pool.close().await;
        tracing::info!(%address, "Stopped");
    }
}

fn socket_io(config: &Config) -> (SocketIoLayer, SocketIo) {
    let options = &config.socket;
    SocketIo::builder()
        .ping_interval(options.ping_interval)
        .ping_timeout(options.ping_timeout)
        .connect_timeout(options.connect_timeout)
        .max_buffer_size(options.send_buffer)
        .max_payload(u64::try_from(options.max_message).unwrap_or(u64::MAX))
        // The library's own default is 64 MiB for every client.
        .ws_max_message_size(options.max_message)
        .ws_max_frame_size(options.max_message)
        .build_layer()
}

/// The configured secret, or a random one that ends with the process.
fn signing_secret(configured: Option<&Secret>) -> Result<Secret, StartError> {
    match configured {
        Some(secret) if secret.expose().is_empty() => Err(StartError::EmptySecret),
        Some(secret) => {
            if secret.expose().len() < STRONG_SECRET {
                tracing::warn!("The signing secret is short: use at least 32 random bytes");
            }
            Ok(secret.clone())
        }
        None => {
            let mut bytes = [0_u8; 32];
            getrandom::fill(&mut bytes)?;
            Ok(Secret::new(base64::Engine::encode(
                &base64::prelude::BASE64_STANDARD,
                bytes,
            )))
        }
    }
}

async fn forget_idle(instance: Arc<Instance>, stop: CancellationToken) {
    let mut every = tokio::time::interval(FORGET_IDLE_EVERY);
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            _ = every.tick() => instance.buckets.forget_idle(),
        }
    }
}
