//! TLS to the server, as libpq reads `sslmode` and `sslrootcert` of an address.
//!
//! Two things differ. Without `sslmode`, a server on this machine is asked in plain, for nothing is
//! won there, and one elsewhere must prove that it is the one in the address. And without
//! `sslrootcert`, `verify-ca` and `verify-full` believe what the system trusts, where libpq looks
//! for a file of the user's.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::StoreError;

/// What an address asks of TLS.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    mode: Option<Mode>,
    roots: Option<Roots>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// Who signs servers' certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Roots {
    System,
    File(String),
}

/// Divides an address into what it asks of TLS and the rest, which the client library reads.
pub(super) fn divided(url: &str) -> Result<(String, Asked), StoreError> {
    let mut asked = Asked::default();
    let Some((place, query)) = url.split_once('?') else {
        return Ok((url.to_owned(), asked));
    };
    let mut rest = Vec::new();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslmode", mode)) => asked.mode = Some(Mode::read(mode)?),
            Some(("sslrootcert", "system")) => asked.roots = Some(Roots::System),
            Some(("sslrootcert", file)) => {
                let file = percent_decode_str(file).decode_utf8();
                let file = file.map_err(|error| StoreError::engine("read sslrootcert", error))?;
                asked.roots = Some(Roots::File(file.into_owned()));
            }
            Some(_) | None => rest.push(pair),
        }
    }
    let separator = if rest.is_empty() { "" } else { "?" };
    Ok((format!("{place}{separator}{}", rest.join("&")), asked))
}

impl Mode {
    fn read(text: &str) -> Result<Self, StoreError> {
        match text {
            "disable" => Ok(Self::Disable),
            "prefer" => Ok(Self::Prefer),
            "require" => Ok(Self::Require),
            "verify-ca" => Ok(Self::VerifyCa),
            "verify-full" => Ok(Self::VerifyFull),
            _ => Err(StoreError::Unavailable {
                reason: "sslmode is disable, prefer, require, verify-ca or verify-full",
            }),
        }
    }
}

impl Asked {
    /// How far TLS goes with a server at these hosts.
    fn mode(&self, hosts: &[Host]) -> Result<Mode, StoreError> {
        // A socket has no other end to be sure of.
        if !hosts.iter().any(|host| matches!(host, Host::Tcp(_))) {
            return Ok(Mode::Disable);
        }
        match (self.mode, &self.roots) {
            (Some(Mode::VerifyFull) | None, Some(Roots::System)) => Ok(Mode::VerifyFull),
            (Some(_), Some(Roots::System)) => Err(StoreError::Unavailable {
                reason: "sslrootcert=system needs sslmode=verify-full",
            }),
            (Some(Mode::Prefer | Mode::Require), Some(Roots::File(_))) => Ok(Mode::VerifyCa),
            (Some(mode), Some(Roots::File(_)) | None) => Ok(mode),
            (None, None) if hosts.iter().all(is_here) => Ok(Mode::Disable),
            // Across a network nobody is believed unless that is asked for.
            (None, Some(Roots::File(_)) | None) => Ok(Mode::VerifyFull),
        }
    }

    /// Prepares connections to a server at these hosts: what the client library is told, and its
    /// TLS if there is any.
    pub(super) fn prepared(
        &self,
        hosts: &[Host],
    ) -> Result<(SslMode, Option<MakeRustlsConnect>), StoreError> {
        let mode = self.mode(hosts)?;
        let (ssl_mode, belief) = match mode {
            Mode::Disable => return Ok((SslMode::Disable, None)),
            Mode::Prefer => (SslMode::Prefer, Belief::Any),
            Mode::Require => (SslMode::Require, Belief::Any),
            Mode::VerifyCa => (SslMode::Require, Belief::Signed(self.verifier()?)),
            Mode::VerifyFull => (SslMode::Require, Belief::SignedForHost(self.verifier()?)),
        };
        let config = config(belief).map_err(|error| StoreError::engine("set up TLS", error))?;
        Ok((ssl_mode, Some(MakeRustlsConnect::new(config))))
    }

    fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>, StoreError> {
        let provider = Arc::new(ring::default_provider());
        let Some(Roots::File(file)) = &self.roots else {
            let system = rustls_platform_verifier::Verifier::new(provider);
            let system = system
                .map_err(|error| StoreError::engine("find the certificates to trust", error))?;
            return Ok(Arc::new(system));
        };
        let unreadable = |error| StoreError::engine("read sslrootcert", error);
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(file).map_err(unreadable)? {
            let added = roots.add(certificate.map_err(unreadable)?);
            added.map_err(|error| StoreError::engine("read sslrootcert", error))?;
        }
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
        let verifier = verifier.build();
        Ok(verifier.map_err(|error| StoreError::engine("read sslrootcert", error))?)
    }
}

/// Returns whether it is this machine.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            let address = name.parse::<std::net::IpAddr>();
            name == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

fn config(belief: Belief) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(Verifier {
        belief,
        provider: Arc::clone(&provider),
    });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(config)
}

/// Which certificates are believed.
#[derive(Debug)]
enum Belief {
    /// Every one: who listens is shut out, who pretends to be the server is not.
    Any,
    /// One that the roots have signed, for whomever.
    Signed(Arc<dyn ServerCertVerifier>),
    /// One that the roots have signed for this host.
    SignedForHost(Arc<dyn ServerCertVerifier>),
}

/// Checks the server's certificate as far as was asked, and the handshake's signature always.
#[derive(Debug)]
struct Verifier {
    belief: Belief,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let check = |roots: &Arc<dyn ServerCertVerifier>| {
            roots.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        match &self.belief {
            Belief::Any => Ok(ServerCertVerified::assertion()),
            Belief::SignedForHost(roots) => check(roots),
            // The name is looked at last.
            Belief::Signed(roots) => match check(roots) {
                Err(Error::InvalidCertificate(
                    CertificateError::NotValidForName
                    | CertificateError::NotValidForNameContext { .. },
                )) => Ok(ServerCertVerified::assertion()),
                other => other,
            },
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How an address is understood: the rest, and how far TLS goes or why it does not.
    fn understood(url: &str) -> String {
        let told = divided(url).and_then(|(rest, asked)| {
            let config: tokio_postgres::Config = rest.parse().unwrap();
            Ok(format!("{rest} {:?}", asked.mode(config.get_hosts())?))
        });
        told.unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn an_address_says_how_far_tls_goes() {
        let addresses = [
            "postgres://a:p@db/pay",
            "postgres://a:p@localhost/pay",
            "postgres://a:p@127.0.0.1:5433/pay?application_name=x",
            "postgres://a:p@localhost/pay?sslmode=prefer",
            "postgres://a@db/pay?sslmode=disable&application_name=x",
            "postgres://a@db/pay?application_name=x&sslmode=require&connect_timeout=3",
            "postgres://a@db/pay?sslmode=require&sslrootcert=%2Fetc%2Fca.pem",
            "postgres://a@db/pay?sslmode=verify-ca",
            "postgres://a@db/pay?sslmode=verify-full&sslrootcert=/etc/ca.pem",
            "postgres://a@db/pay?sslrootcert=/etc/ca.pem",
            "postgres://a@db/pay?sslrootcert=system",
            "postgres://a@db/pay?sslmode=require&sslrootcert=system",
            "postgres://a@%2Frun%2Fpostgresql/pay?sslmode=verify-full",
            "postgres://a@db/pay?sslmode=allow",
        ];
        let told: Vec<String> = addresses.into_iter().map(understood).collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn a_file_of_roots_is_named_as_a_file() {
        let (_rest, asked) = divided("postgres://a@db/pay?sslrootcert=%2Fetc%2Fca.pem").unwrap();
        assert_eq!(asked.roots, Some(Roots::File("/etc/ca.pem".to_owned())));
    }
}
