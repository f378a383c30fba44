//! TLS to a server of the test's own, with a certificate of an authority of the test's own.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use sql::{Database, Options, StoreError};

use super::Store;
use crate::cluster::OwnCluster;

/// An authority's certificate, and that and the key of a server that is called `localhost`.
struct Certificates {
    authority: String,
    server: String,
    key: String,
}

fn certificates() -> Certificates {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let pem = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    Certificates {
        authority: pem,
        server: server.signed_by(&key, &issuer).unwrap().pem(),
        key: key.serialize_pem(),
    }
}

/// Returns whether a store opens there, and whether its connections are encrypted.
async fn encrypted(url: &str) -> Result<bool, StoreError> {
    const ENCRYPTED: &str = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    let store = Store::open(Options {
        lanes: 1,
        readers: 1,
        ..Options::new(Database::Postgres {
            url: url.to_owned(),
        })
    })
    .await?;
    let encrypted = store
        .read(|conn| conn.query_one(ENCRYPTED, &[], |row| row.get::<bool>(0)))
        .await;
    store.close().await;
    encrypted
}

/// Addresses that open, each with the file of the authority, and whether they are encrypted.
fn opens(roots: &str) -> Vec<(&'static str, String, bool)> {
    vec![
        ("localhost", String::new(), false),
        ("localhost", "?sslmode=disable".to_owned(), false),
        ("localhost", "?sslmode=prefer".to_owned(), true),
        ("127.0.0.1", "?sslmode=require".to_owned(), true),
        (
            "127.0.0.1",
            format!("?sslmode=require&sslrootcert={roots}"),
            true,
        ),
        (
            "127.0.0.1",
            format!("?sslmode=verify-ca&sslrootcert={roots}"),
            true,
        ),
        (
            "localhost",
            format!("?sslmode=verify-full&sslrootcert={roots}"),
            true,
        ),
    ]
}

/// Addresses that do not: another host, another authority, and files that are none.
fn refused(roots: &str, others: &str, broken: &str) -> Vec<(&'static str, String)> {
    vec![
        (
            "127.0.0.1",
            format!("?sslmode=verify-full&sslrootcert={roots}"),
        ),
        (
            "localhost",
            format!("?sslmode=verify-full&sslrootcert={others}"),
        ),
        (
            "localhost",
            format!("?sslmode=verify-ca&sslrootcert={others}"),
        ),
        (
            "localhost",
            format!("?sslmode=require&sslrootcert={others}"),
        ),
        (
            "localhost",
            format!("?sslmode=verify-full&sslrootcert={broken}"),
        ),
        (
            "localhost",
            format!("?sslmode=verify-full&sslrootcert={roots}.gone"),
        ),
        // What the system trusts has not signed this one.
        ("localhost", "?sslmode=verify-full".to_owned()),
    ]
}

#[tokio::test]
async fn connections_are_encrypted_as_far_as_the_address_asks() {
    let own = certificates();
    let folder = tempfile::TempDir::with_prefix("altyn-test-").unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let roots = file("roots.pem", &own.authority);
    let others = file("others.pem", &certificates().authority);
    let broken = file("broken.pem", "no certificate");
    let cluster = OwnCluster::start(&[
        ("server.crt", &own.server),
        ("server.key", &own.key),
        ("postgresql.auto.conf", "ssl = on\n"),
    ]);
    let port = cluster.port();
    let at = |host: &str, query: &str| format!("postgres://altyn@{host}:{port}/postgres{query}");

    for (host, query, expected) in opens(&roots) {
        let told = encrypted(&at(host, &query)).await;
        assert_eq!(told.unwrap(), expected, "{host} {query}");
    }
    for (host, query) in refused(&roots, &others, &broken) {
        let told = encrypted(&at(host, &query)).await;
        assert!(
            matches!(told, Err(StoreError::Engine { .. })),
            "{query}: {told:?}"
        );
    }

    cluster.set("ssl", "off").await;
    assert!(
        !encrypted(&at("localhost", "?sslmode=prefer"))
            .await
            .unwrap()
    );
    let told = encrypted(&at("localhost", "?sslmode=require")).await;
    assert!(matches!(told, Err(StoreError::Engine { .. })), "{told:?}");
}
