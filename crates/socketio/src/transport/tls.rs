//! TLS with rustls: the system decides which certificates are good.

use std::{io, sync::Arc};

use rustls::{ClientConfig, crypto::ring, pki_types::ServerName};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};
use url::Host;

use crate::ConnectError;

/// TLS settings that trust what the system trusts.
///
/// The provider is named: ring needs no more than a C compiler to build, and a process in which two crates
/// bring two providers has no default one.
///
/// On Android the verifier first has to be given the Java side (`rustls_platform_verifier::android`).
///
/// # Errors
/// The system's certificates can't be used.
pub fn platform_tls() -> Result<Arc<ClientConfig>, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    // WebSockets open over HTTP/1.1; a server that prefers HTTP/2 has to be told.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Makes a TCP connection a secure one, to the host it was dialled for.
pub(super) async fn secure(
    stream: TcpStream,
    host: &Host<String>,
    config: Arc<ClientConfig>,
) -> Result<TlsStream<TcpStream>, ConnectError> {
    let name = match host {
        Host::Domain(name) => ServerName::try_from(name.clone())
            .map_err(|_| ConnectError::Dial(io::ErrorKind::InvalidInput.into()))?,
        Host::Ipv4(address) => ServerName::from(std::net::IpAddr::from(*address)),
        Host::Ipv6(address) => ServerName::from(std::net::IpAddr::from(*address)),
    };
    TlsConnector::from(config)
        .connect(name, stream)
        .await
        .map_err(|error| {
            match error
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<rustls::Error>())
            {
                Some(refused) => ConnectError::Tls(refused.clone()),
                None => ConnectError::Dial(error),
            }
        })
}
