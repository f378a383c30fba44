//! Where settings can be given, and which of them wins.

use crate::altyn::{Place, errors};

#[test]
fn a_flag_counts_more_than_a_variable_and_a_variable_more_than_the_file() {
    let place = Place::new();
    let file = "data_dir = \"by-file\"\nlisten = \"127.0.0.1:1\"\nroles = [\"worker\"]\n\
                metrics_listen = \"off\"\n";
    std::fs::write(place.path("altyn.toml"), file).unwrap();
    let mut command = place.bare(&["serve", "--json", "--listen", "127.0.0.1:0"]);
    command.env("ALTYN_LISTEN", "127.0.0.1:2");
    command.env("ALTYN_ROLES", "api,worker");
    let server = place.server(command);
    assert_eq!(server.told["roles"], serde_json::json!(["api", "worker"]));
    assert_eq!(server.told["data_dir"], "by-file");
    assert!(server.told["metrics_url"].is_null());
    assert_eq!(server.get("/healthz").status, 200);
    server.stop();
    assert!(place.path("by-file").join("altyn.db").exists());
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let place = Place::new();
    let refused = |file: &str, variable: &str, words: &[&str]| {
        std::fs::write(place.path("altyn.toml"), file).unwrap();
        let mut command = place.bare(words);
        if !variable.is_empty() {
            command.env("ALTYN_LANES", variable);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        errors(&output)
    };
    let unknown = refused("\n\nlanez = 3\n", "", &["migrate"]);
    let expected =
        "altyn: altyn.toml, line 3: there is no key \"lanez\"; did you mean \"lanes\"?\n";
    assert_eq!(unknown, expected);
    let file = refused("lanes = 0\n", "", &["migrate"]);
    assert!(
        file.starts_with("altyn: altyn.toml, line 1: \"0\" is no"),
        "{file}"
    );
    let variable = refused("", "none", &["migrate"]);
    assert!(
        variable.starts_with("altyn: variable ALTYN_LANES: "),
        "{variable}"
    );
    let flag = refused("", "", &["migrate", "--lanes", "many"]);
    assert!(flag.starts_with("altyn: --lanes: "), "{flag}");
    assert!(!place.path("altyn-data").exists());
}

#[test]
fn the_help_tells_every_key() {
    let output = Place::new().bare(&["serve", "--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for flag in [
        "--data-dir",
        "--database",
        "--listen",
        "--roles",
        "--allow-loopback",
    ] {
        assert!(help.contains(flag), "{flag} is not in\n{help}");
    }
    assert!(help.contains("ALTYN_DATA_DIR"), "{help}");
}
