//! Handshakes in memory with a server that has a self-signed certificate for `shop.test`, made
//! for these tests alone.

use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{CertificateError, ClientConnection, ServerConfig, ServerConnection};

use super::*;

const CERTIFICATE: &[u8] = include_bytes!("self_signed.crt.der");
const KEY: &[u8] = include_bytes!("self_signed.key.der");

fn server() -> ServerConnection {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(CERTIFICATE)],
            PrivatePkcs8KeyDer::from(KEY).into(),
        )
        .unwrap();
    ServerConnection::new(Arc::new(config)).unwrap()
}

/// Shakes hands; the client's error if it refuses.
fn shake_hands(certificates: Certificates) -> Result<(), Error> {
    let name = ServerName::try_from("shop.test").unwrap();
    let config = Arc::new(config(certificates)?);
    let mut client = ClientConnection::new(config, name)?;
    let mut server = server();
    while client.is_handshaking() {
        let mut wire = Vec::new();
        client.write_tls(&mut wire).unwrap();
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets().unwrap();
        let mut wire = Vec::new();
        server.write_tls(&mut wire).unwrap();
        client.read_tls(&mut wire.as_slice()).unwrap();
        client.process_new_packets()?;
    }
    Ok(())
}

#[test]
fn a_self_signed_certificate_is_believed_only_where_any_is() {
    assert_eq!(shake_hands(Certificates::Any), Ok(()));
    let refused = shake_hands(Certificates::Trusted);
    let Err(Error::InvalidCertificate(reason)) = refused else {
        panic!("not refused for the certificate: {refused:?}");
    };
    assert_ne!(reason, CertificateError::NotValidForName, "{reason:?}");
}
