//! Whom a channel trusts: the machine's authorities, or only those of its `ca_file`.
//!
//! One provider of cryptography (ring) and one reading of the machine's authorities serve HTTP, mail and Redis.

use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, OnceLock};

/// Most certificates of a `ca_file`: a chain has three or four.
pub const CERTIFICATES_MAX: usize = 64;

/// Certificates of authorities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorities(Vec<CertificateDer<'static>>);

impl Authorities {
    /// Reads PEM.
    ///
    /// # Errors
    /// With what is wrong and what to give.
    pub fn parse(pem: &[u8]) -> Result<Authorities, String> {
        let certificates: Result<Vec<_>, _> =
            CertificateDer::pem_slice_iter(pem).take(CERTIFICATES_MAX + 1).collect();
        let certificates = certificates.map_err(|error| format!("is no PEM: {error}"))?;
        let mut store = RootCertStore::empty();
        for certificate in &certificates {
            store
                .add(certificate.clone())
                .map_err(|error| format!("holds what is no certificate: {error}"))?;
        }
        match certificates.len() {
            1..=CERTIFICATES_MAX => Ok(Authorities(certificates)),
            n => Err(format!("holds {n} certificates; give a PEM file with 1 to {CERTIFICATES_MAX}")),
        }
    }
}

/// How a channel encrypts.
#[derive(Clone, Debug)]
pub struct Tls {
    /// For HTTP and Redis.
    pub config: Arc<ClientConfig>,
    only: Option<Authorities>,
}

impl Tls {
    /// Trusts the machine's authorities, or only those given.
    ///
    /// # Errors
    /// If nobody is trusted.
    pub fn trusting(only: Option<&Authorities>) -> Result<Tls, String> {
        let config = match only {
            None => of_machine()?,
            Some(Authorities(given)) => {
                let mut store = RootCertStore::empty();
                store.add_parsable_certificates(given.iter().cloned());
                config(store)?
            }
        };
        Ok(Tls { config, only: only.cloned() })
    }

    /// The same for lettre, which upgrades a connection by itself.
    ///
    /// # Errors
    /// If the host's name cannot stand in a certificate.
    pub fn for_mail(&self, host: &str) -> Result<TlsParameters, String> {
        let mut builder = TlsParameters::builder(host.to_owned());
        if let Some(Authorities(given)) = &self.only {
            builder = builder.certificate_store(CertificateStore::None);
            for certificate in given {
                let certificate = Certificate::from_der(certificate.to_vec());
                builder = builder.add_root_certificate(certificate.map_err(|error| error.to_string())?);
            }
        }
        builder.build_rustls().map_err(|error| error.to_string())
    }
}

/// A host as it stands in a certificate.
pub fn server_name(host: &str) -> Result<ServerName<'static>, String> {
    ServerName::try_from(host.to_owned()).map_err(|_| format!("{host} cannot stand in a certificate"))
}

fn of_machine() -> Result<Arc<ClientConfig>, String> {
    static READ: OnceLock<Result<Arc<ClientConfig>, String>> = OnceLock::new();
    let read = || {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if store.is_empty() {
            return Err(
                "this machine trusts no authority: install ca-certificates, or give ca_file".to_owned()
            );
        }
        config(store)
    };
    READ.get_or_init(read).clone()
}

fn config(store: RootCertStore) -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| error.to_string())?;
    Ok(Arc::new(builder.with_root_certificates(store).with_no_client_auth()))
}
