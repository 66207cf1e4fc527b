//! The connection to a provider.

use std::io::Read as _;
use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// The largest answer of a provider.
const MAX_BYTES: u64 = 1 << 20;
const TIMEOUT: Duration = Duration::from_secs(10);

/// Sends requests to a provider.
pub(super) struct Http {
    agent: Agent,
}

impl Http {
    /// `authority`: that of the certificate of the provider in PEM, when it is not a public one.
    pub(super) fn new(authority: Option<&[u8]>) -> Self {
        let mut tls = TlsConfig::builder();
        if let Some(pem) = authority {
            let authorities: Vec<Certificate<'static>> = parse_pem(pem)
                .filter_map(Result::ok)
                .filter_map(|item| match item {
                    PemItem::Certificate(certificate) => Some(certificate),
                    _ => None,
                })
                .collect();
            tls = tls.root_certs(RootCerts::new_with_certs(&authorities));
        }
        let config = Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            // A provider has no reason to send the archive elsewhere.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(TIMEOUT))
            .tls_config(tls.build());
        Self {
            agent: config.build().into(),
        }
    }

    /// Sends a request. Blocks.
    pub(super) fn call(&self, request: HttpRequest) -> Result<HttpResponse, std::io::Error> {
        let (head, body) = request.into_parts();
        let request = ureq::http::Request::from_parts(head, body);
        let answer = self.agent.run(request).map_err(std::io::Error::other)?;
        let (head, body) = answer.into_parts();
        let mut bytes = Vec::new();
        body.into_reader().take(MAX_BYTES).read_to_end(&mut bytes)?;
        Ok(HttpResponse::from_parts(head, bytes))
    }
}
