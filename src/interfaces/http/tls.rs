//! TLS of its own: a certificate and its key from PEM files, which can be read again while
//! connections stay open.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::config::Server;

/// Why certificate and key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or holds nothing of the kind.
    #[error("{}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        error: pem::Error,
    },
    /// The key is not that of the certificate, or of a kind that is not supported.
    #[error("certificate and key")]
    Rejected(#[source] rustls::Error),
}

/// The certificate in use. Clones share it.
#[derive(Debug, Clone)]
pub struct Tls(Arc<Certificate>);

#[derive(Debug)]
struct Certificate {
    certificate_file: PathBuf,
    key_file: PathBuf,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Tls {
    /// Reads the files that the settings name; none when they name none.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn of(settings: &Server) -> Result<Option<Self>, TlsError> {
        if settings.tls_certificate.as_os_str().is_empty() {
            return Ok(None);
        }
        let (certificate, key) = (&settings.tls_certificate, &settings.tls_key);
        let current = read(certificate, key)?;
        Ok(Some(Self(Arc::new(Certificate {
            certificate_file: certificate.clone(),
            key_file: key.clone(),
            current: RwLock::new(Arc::new(current)),
        }))))
    }

    /// Reads the files again. Open connections go on with what they began with. Blocks.
    ///
    /// # Errors
    /// [`TlsError`]; what was in use stays in use.
    pub fn reload(&self) -> Result<(), TlsError> {
        let read = read(&self.0.certificate_file, &self.0.key_file)?;
        let mut current = self
            .0
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(read);
        Ok(())
    }

    /// What the server speaks TLS with: versions 1.2 and 1.3.
    ///
    /// # Errors
    /// The provider offers none of these versions.
    pub fn server_config(&self) -> Result<ServerConfig, rustls::Error> {
        let certificate = Arc::clone(&self.0) as Arc<dyn ResolvesServerCert>;
        Ok(ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(certificate))
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current))
    }
}

fn provider() -> CryptoProvider {
    ring::default_provider()
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let at = |file: &Path| {
        let file = file.to_owned();
        move |error| TlsError::File { file, error }
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(at(certificate))?;
    if chain.is_empty() {
        return Err(at(certificate)(pem::Error::NoItemsFound));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(at(key))?;
    CertifiedKey::from_der(chain, private, &provider()).map_err(TlsError::Rejected)
}
