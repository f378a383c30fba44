//! `altyn backup` and `altyn restore`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use store::{Database, Engine, Options, Store, StoreError};
use testkit::database::{TestDatabase, connect};
use tokio::runtime::Runtime;

use crate::altyn::{Place, postgres_place};

/// Takes a backup beside a running server and brings it back elsewhere.
fn round_trip(here: &Place, there: &Place) {
    let server = here.serve(&["--demo"]);
    let paid = server.paid("72");
    let backup = here.path("backup");
    let path = backup.to_str().unwrap();
    let hook = ["--url", "https://shop.example.com/hook"];
    let words = ["shop", "webhook", "add", "--shop", server.field("shop_id")];
    here.told(&[&words[..], &hook].concat());
    let taken = here.told(&["backup", path]);
    assert_eq!(taken["good"], true);
    let missing = taken["missing"][0].as_str().unwrap();
    let keys = here.keys().display().to_string();
    assert!(missing.contains(&keys), "{missing}");
    let kept = fs::read_to_string(here.keys()).unwrap();
    for file in files(&backup) {
        let bytes = fs::read(&file).unwrap();
        for line in kept.lines().filter(|line| !line.starts_with('#')) {
            let (_, key) = line.split_once(' ').unwrap();
            let found = bytes.windows(key.len()).any(|part| part == key.as_bytes());
            assert!(!found, "{}", file.display());
        }
    }
    let later = server.paid("73");
    let error = here.refused(&["backup", path]);
    assert!(error.contains("exists already"), "{error}");
    let error = here.refused(&["restore", path, "--force"]);
    assert!(error.contains("another server uses"), "{error}");
    let pass = server.told.clone();
    server.stop();

    let restored = there.told(&["restore", path]);
    assert_eq!(restored["good"], true);
    // The keys are in no backup, and no server starts without them.
    let advice = restored["advice"].as_str().unwrap();
    assert!(
        advice.contains("is sealed with key 1, and there is no"),
        "{advice}"
    );
    let error = there.refused(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(error.contains(advice), "{error}");
    assert!(!there.keys().exists());
    there.take_keys(here);
    let server = there.serve(&["--demo"]);
    assert_eq!(server.told["shop_id"], pass["shop_id"]);
    assert_eq!(server.told["secret_key"], pass["secret_key"]);
    let show = |payment: &serde_json::Value| {
        let line = format!("GET /v3/payments/{}", payment["id"].as_str().unwrap());
        server.ask_as_demo(&line, "")
    };
    assert_eq!(show(&paid).json(), paid);
    assert_eq!(show(&later).status, 404);
    // The sandbox's memory came with it: it knows the payment that is refunded.
    let refund = format!(
        r#"{{"payment_id":{},"amount":{{"value":"100.00","currency":"RUB"}}}}"#,
        paid["id"]
    );
    let refund = server.ask_as_demo("POST /v3/refunds", &refund).json();
    assert_eq!(refund["status"], "succeeded", "{refund}");
    server.stop();
    assert_eq!(there.told(&["audit"])["good"], true);
}

/// Changes a row without the books' noticing.
fn tamper(runtime: &Runtime, database: Database, sql: &'static str) {
    runtime.block_on(async {
        let store = Store::open(Options::new(database)).await.unwrap();
        let unit = move |tx: &mut store::Tx<'_>| tx.execute(sql, &[]);
        let changed: Result<u64, StoreError> = store.write_any_shop(unit).await;
        assert!(0 < changed.unwrap(), "{sql}");
        store.close().await;
    });
}

/// All files below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory)
        .unwrap()
        .map(|it| it.unwrap().path());
    let mut entries: Vec<PathBuf> = entries.collect();
    entries.sort();
    let below = |path: PathBuf| {
        if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        }
    };
    entries.into_iter().flat_map(below).collect()
}

fn copy_dir(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&file, target).unwrap();
    }
}

#[test]
fn a_backup_of_sqlite_is_a_whole_platform_and_what_it_replaces_is_kept() {
    let (here, there) = (Place::new(), Place::new());
    round_trip(&here, &there);
    let path = here.path("backup");
    let path = path.to_str().unwrap();
    let error = there.refused(&["restore", path]);
    assert!(error.contains("--force replaces it"), "{error}");
    let restored = there.told(&["restore", path, "--force"]);
    assert_eq!(restored["good"], true);
    // What came after the backup is gone again, and kept beside.
    assert_eq!(there.told(&["audit"])["refunds"], 0);
    let kept = restored["kept"][0].as_str().unwrap();
    let other = Place::new();
    other.make_data();
    other.take_keys(&there);
    fs::copy(there.path(kept), other.path("data/altyn.db")).unwrap();
    assert_eq!(other.told(&["audit"])["refunds"], 1);
    let dropped = there.told(&["restore", "--drop-replaced"]);
    assert_eq!(dropped["dropped"].as_array().unwrap().len(), 4, "{dropped}");
    assert!(!there.path(kept).exists());
    assert_eq!(there.told(&["audit"])["good"], true);
}

#[test]
fn a_backup_of_postgres_is_a_whole_platform_and_what_it_replaces_is_kept() {
    let runtime = Runtime::new().unwrap();
    let (here, _one, _url) = postgres_place(&runtime);
    let (there, other, url) = postgres_place(&runtime);
    round_trip(&here, &there);
    let path = here.path("backup");
    let path = path.to_str().unwrap();
    let error = there.refused(&["restore", path]);
    assert!(error.contains("--force replaces"), "{error}");
    assert_eq!(error.trim().lines().count(), 1, "{error}");
    assert_eq!(there.told(&["audit"])["refunds"], 1);

    // A server with another data directory uses it.
    let beside = Place::on_postgres(&url);
    beside.take_keys(&here);
    let server = beside.serve(&[]);
    let error = there.refused(&["restore", path, "--force"]);
    assert!(
        error.contains("somebody serves from this database"),
        "{error}"
    );
    server.stop();
    assert_eq!(there.told(&["audit"])["refunds"], 1);
    // No server starts while a restore is at work.
    let client = runtime.block_on(connect(other.database()));
    let lock = "set application_name = 'restoring'; select pg_advisory_lock(4707193012)";
    runtime.block_on(client.batch_execute(lock)).unwrap();
    let error = beside.refused(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(error.contains("being brought back"), "{error}");
    drop(client);

    // What a restore has moved aside is in no later backup.
    for name in ["second", "third"] {
        let restored = there.told(&["restore", path, "--force"]);
        assert_eq!(restored["good"], true);
        assert_eq!(there.told(&["audit"])["refunds"], 0);
        there.told(&["backup", there.path(name).to_str().unwrap()]);
    }
    let sizes = ["second", "third"].map(|name| there.path(name).join("altyn.dump"));
    let sizes = sizes.map(|path| fs::metadata(path).unwrap().len());
    assert!(sizes[0].abs_diff(sizes[1]) < 1_000, "{sizes:?}");
    let client = runtime.block_on(connect(other.database()));
    let kept = "select count(*) from pg_namespace where nspname like 'altyn_replaced_%'";
    let count = || {
        runtime
            .block_on(client.query_one(kept, &[]))
            .unwrap()
            .get::<_, i64>(0)
    };
    assert_eq!(count(), 2);
    there.told(&["restore", "--drop-replaced"]);
    assert_eq!(count(), 0);
    assert_eq!(there.told(&["audit"])["good"], true);
}

/// A database in which an extension has a table, and other programs have a schema, tables and a
/// view.
const NEIGHBOURS: &str = "
    create extension pg_trgm;
    create table spatial (id bigint);
    alter extension pg_trgm add table spatial;
    create table others (id bigint);
    create schema reports;
    create table reports.payment (id bigint);
    insert into spatial values (1);
    insert into others values (1), (2);
    insert into reports.payment values (1), (2), (3);
    create view reports.sums as select count(*) as number from public.payment;";

const OF_NEIGHBOURS: &str = "
    select (select count(*) from public.spatial) * 100
           + (select count(*) from public.others) * 10
           + (select count(*) from reports.payment)";

/// Runs statements beside the server.
fn run_sql(runtime: &Runtime, database: &TestDatabase, sql: &str) {
    let client = runtime.block_on(connect(database.database()));
    runtime.block_on(client.batch_execute(sql)).unwrap();
}

/// The number that a statement finds.
fn number(runtime: &Runtime, database: &TestDatabase, sql: &str) -> i64 {
    let client = runtime.block_on(connect(database.database()));
    runtime.block_on(client.query_one(sql, &[])).unwrap().get(0)
}

#[test]
fn what_others_have_in_the_database_is_neither_copied_nor_touched() {
    let runtime = Runtime::new().unwrap();
    let (here, database, _url) = postgres_place(&runtime);
    let server = here.serve(&["--demo"]);
    server.paid("72");
    server.stop();
    run_sql(&runtime, &database, NEIGHBOURS);
    let backup = here.path("backup");
    let path = backup.to_str().unwrap();
    assert_eq!(here.told(&["backup", path])["good"], true);
    let description = fs::read_to_string(backup.join("backup.json")).unwrap();
    assert!(!description.contains("spatial") && !description.contains("others"));
    let restored = here.told(&["restore", path, "--force"]);
    assert_eq!(restored["good"], true);
    assert_eq!(number(&runtime, &database, OF_NEIGHBOURS), 123);
    // A view keeps what was moved aside from being dropped.
    let error = here.refused(&["restore", "--drop-replaced"]);
    assert!(error.contains("depend"), "{error}");
    assert_eq!(
        number(&runtime, &database, "select number from reports.sums"),
        1
    );
    run_sql(&runtime, &database, "drop view reports.sums");
    here.told(&["restore", "--drop-replaced"]);
    assert_eq!(number(&runtime, &database, OF_NEIGHBOURS), 123);
}

#[test]
fn a_backup_comes_into_the_schema_that_is_searched_and_changes_nothing_else() {
    let runtime = Runtime::new().unwrap();
    let (here, _database, _url) = postgres_place(&runtime);
    let server = here.serve(&["--demo"]);
    server.paid("72");
    server.stop();
    let backup = here.path("backup");
    let path = backup.to_str().unwrap();
    here.told(&["backup", path]);

    // Beside tables of the same names.
    let (there, database, _url) = postgres_place(&runtime);
    let prepare = "
        create table public.payment (id bigint);
        insert into public.payment values (1);
        create schema pay;
        do $$ begin
          execute format('alter database %I set search_path = pay', current_database());
        end $$";
    run_sql(&runtime, &database, prepare);
    assert_eq!(there.told(&["restore", path])["good"], true);
    there.take_keys(&here);
    let server = there.serve(&["--demo"]);
    server.paid("73");
    server.stop();
    assert_eq!(there.told(&["audit"])["good"], true);
    assert_eq!(
        number(&runtime, &database, "select count(*) from public.payment"),
        1
    );
    assert_eq!(
        number(&runtime, &database, "select count(*) from pay.payment"),
        2
    );

    // A restore whose commit fails has changed nothing and leaves no note.
    let refuse = "
        create table public.made (id bigint);
        create function public.refuse() returns trigger language plpgsql
          as $$ begin raise 'not today'; end $$;
        create constraint trigger refuse after insert on public.made
          deferrable initially deferred for each row execute function public.refuse();
        create function public.note() returns event_trigger language plpgsql
          as $$ begin insert into public.made values (1); end $$;
        create event trigger noted on ddl_command_end when tag in ('CREATE TABLE')
          execute function public.note()";
    run_sql(&runtime, &database, refuse);
    let error = there.refused(&["restore", path, "--force"]);
    assert!(error.contains("not today"), "{error}");
    for name in ["restore-unfinished", "restoring"] {
        assert!(!there.data().join(name).exists(), "{name}");
    }
    run_sql(&runtime, &database, "drop event trigger noted");
    assert_eq!(there.told(&["audit"])["good"], true);

    a_newer_program_is_not_replaced(&runtime, &database, (&there, path));

    // Other programs have tables with our names.
    let (taken, database, _url) = postgres_place(&runtime);
    run_sql(&runtime, &database, "create table payment (id bigint)");
    let error = taken.refused(&["restore", path, "--force"]);
    assert!(error.contains("have the names of ours"), "{error}");
    assert_eq!(
        number(&runtime, &database, "select count(*) from public.payment"),
        0
    );
}

/// Not all tables of a newer program are known here, so it cannot be told whose they are.
fn a_newer_program_is_not_replaced(
    runtime: &Runtime,
    database: &TestDatabase,
    (there, path): (&Place, &str),
) {
    let newer = "
        create table pay.newer (id bigint);
        insert into pay.migration values (999, 'newer', 'newer', 0)";
    run_sql(runtime, database, newer);
    let error = there.refused(&["backup", there.path("newer").to_str().unwrap()]);
    assert!(error.contains("newer than this program"), "{error}");
    for words in [&["restore", path][..], &["restore", path, "--force"]] {
        let error = there.refused(words);
        assert!(
            error.contains("the database is of a newer program"),
            "{error}"
        );
        assert_eq!(error.trim().lines().count(), 1, "{error}");
    }
    let aside = "select count(*) from pg_namespace where nspname like 'altyn\\_replaced%'";
    assert_eq!(number(runtime, database, aside), 0);
    run_sql(
        runtime,
        database,
        "delete from pay.migration where number = 999; drop table pay.newer",
    );
    assert_eq!(there.told(&["audit"])["good"], true);
}

/// Backups in which one bit is flipped, or a file is empty or missing, replace nothing.
fn damaged_ones_replace_nothing(place: &Place, backup: &Path, flips: u64) {
    let before = place.told(&["audit"]);
    let damaged = place.path("damaged");
    let refused = |what: &str| {
        let error = place.refused(&["restore", damaged.to_str().unwrap(), "--force"]);
        assert_eq!(error.trim().lines().count(), 1, "{what}: {error}");
    };
    // The numbers are not random, so that a failure can be repeated.
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |bound: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % bound
    };
    copy_dir(backup, &damaged);
    let all = files(&damaged);
    for number in 0..flips {
        let file = &all[usize::try_from(number).unwrap() % all.len()];
        let good = fs::read(file).unwrap();
        if good.is_empty() {
            continue;
        }
        let mut bad = good.clone();
        let at = usize::try_from(below(u64::try_from(good.len()).unwrap())).unwrap();
        bad[at] ^= 1 << below(8);
        fs::write(file, bad).unwrap();
        refused(&format!("byte {at} of {}", file.display()));
        fs::write(file, good).unwrap();
    }
    for file in &all {
        let good = fs::read(file).unwrap();
        fs::remove_file(file).unwrap();
        refused(&format!("no {}", file.display()));
        if !good.is_empty() {
            fs::write(file, "").unwrap();
            refused(&format!("empty {}", file.display()));
        }
        fs::write(file, good).unwrap();
    }
    assert_eq!(place.told(&["audit"]), before);
    let whole = ["restore", damaged.to_str().unwrap(), "--force"];
    assert_eq!(place.told(&whole)["good"], true);
}

#[test]
fn a_damaged_backup_never_replaces_good_data() {
    let place = Place::new();
    let server = place.serve(&["--demo"]);
    server.paid("72");
    server.stop();
    let backup = place.path("backup");
    place.told(&["backup", backup.to_str().unwrap()]);
    damaged_ones_replace_nothing(&place, &backup, 60);
    let runtime = Runtime::new().unwrap();
    let (place, _database, _url) = postgres_place(&runtime);
    let server = place.serve(&["--demo"]);
    server.paid("72");
    server.stop();
    let backup = place.path("backup");
    place.told(&["backup", backup.to_str().unwrap()]);
    damaged_ones_replace_nothing(&place, &backup, 20);
}

#[test]
fn a_backup_with_wrong_books_never_replaces_good_data() {
    let runtime = Runtime::new().unwrap();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let new = || match engine {
            Engine::Sqlite => (Place::new(), None),
            Engine::Postgres => {
                let (place, database, _url) = postgres_place(&runtime);
                (place, Some(database))
            }
        };
        let ((here, database), (there, _database)) = (new(), new());
        let server = here.serve(&["--demo"]);
        server.paid("72");
        server.stop();
        let at = database.as_ref().map(|it| it.database().clone());
        let at = at.unwrap_or_else(|| Database::Sqlite {
            path: here.path("data/altyn.db"),
        });
        tamper(
            &runtime,
            at,
            "update account set balance_minor = balance_minor + 1 where name = 'available'",
        );
        let backup = here.path("backup");
        let backup = backup.to_str().unwrap();
        let output = here.run(&["backup", backup]);
        assert_eq!(output.status.code(), Some(1), "its books are wrong");
        assert!(Path::new(backup).exists());

        let server = there.serve(&["--demo"]);
        server.paid("72");
        server.stop();
        let before = there.told(&["audit"]);
        let error = there.refused(&["restore", backup, "--force"]);
        assert!(
            error.contains("findings), so it replaces nothing"),
            "{error}"
        );
        assert_eq!(there.told(&["audit"]), before);
        // If there is nothing to replace, it is brought back, so that it can be examined.
        let (empty, _database) = new();
        assert_eq!(empty.run(&["restore", backup]).status.code(), Some(1));
        assert_eq!(empty.run(&["audit"]).status.code(), Some(1));
    }
}

#[test]
fn what_a_killed_backup_or_restore_left_does_not_stop_the_next() {
    let place = Place::new();
    let server = place.serve(&["--demo"]);
    server.paid("72");
    let backup = place.path("backup");
    let path = backup.to_str().unwrap();
    // Those of a killed process, of one at work, and of the older program.
    for left in ["backup.part-1", "backup.part-2", "backup.part"] {
        fs::create_dir(place.path(left)).unwrap();
        fs::write(place.path(left).join("altyn.db"), "half").unwrap();
    }
    let alive = File::open(place.path("backup.part-2")).unwrap();
    alive.lock().unwrap();
    assert_eq!(place.told(&["backup", path])["good"], true);
    assert!(!place.path("backup.part-1").exists());
    assert!(place.path("backup.part-2").exists());
    let private = files(&backup)
        .into_iter()
        .all(|file| crate::altyn::mode(&file) == 0o600);
    assert!(private, "a backup is its owner's alone");
    let all = files(&place.data()).into_iter();
    let open: Vec<_> = all
        .filter(|file| crate::altyn::mode(file) != 0o600)
        .collect();
    assert_eq!(open, Vec::<PathBuf>::new(), "files that others may read");
    // The same database, another data directory.
    let other = Place::new();
    let database = place.data().join("altyn.db");
    let words = [
        "restore",
        path,
        "--force",
        "--database",
        database.to_str().unwrap(),
    ];
    let error = other.refused(&words);
    assert!(
        error.contains("somebody serves from this database"),
        "{error}"
    );
    server.stop();
    fs::create_dir(place.data().join("restoring")).unwrap();
    fs::write(place.data().join("altyn.db.restoring"), "half").unwrap();
    fs::write(place.data().join("altyn.db.restoring-wal"), "half").unwrap();
    assert_eq!(place.told(&["restore", path, "--force"])["good"], true);

    // A restore that was interrupted is finished before anything else is done.
    fs::write(place.data().join("restore-unfinished"), "").unwrap();
    for words in [&["serve"][..], &["audit"]] {
        let error = place.refused(words);
        assert!(error.contains("was cut off: run it again"), "{error}");
    }
    // A data directory that others may enter.
    use std::os::unix::fs::PermissionsExt as _;
    for mode in [0o750, 0o701] {
        fs::set_permissions(place.data(), fs::Permissions::from_mode(mode)).unwrap();
        for words in [&["serve"][..], &["restore", path, "--force"]] {
            let error = place.refused(words);
            let mend = format!("chmod 700 {}", place.data().display());
            assert!(error.contains(&mend), "{error}");
        }
    }
    fs::set_permissions(place.data(), fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(place.told(&["restore", path, "--force"])["good"], true);
    let restoring = File::open(place.data().join("altyn.db.lock")).unwrap();
    restoring.lock().unwrap();
    let error = place.refused(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(error.contains("being brought back"), "{error}");
    drop(restoring);
    // The sandbox's memory is named if it is not in a backup.
    fs::remove_dir_all(place.data().join("sandbox")).unwrap();
    let bare = place.path("bare");
    let told = place.told(&["backup", bare.to_str().unwrap()]);
    assert_eq!(told["missing"][0], "the sandbox register's memory");
    let told = place.told(&["restore", bare.to_str().unwrap(), "--force"]);
    assert_eq!(told["missing"][0], "the sandbox register's memory");
}

#[test]
fn an_end_of_a_book_that_was_cut_off_is_missed() {
    let runtime = Runtime::new().unwrap();
    let (postgres, _database, _url) = postgres_place(&runtime);
    for place in [Place::new(), postgres] {
        let server = place.serve(&["--demo"]);
        server.paid("72");
        server.stop();
        let first = place.path("first");
        place.told(&["backup", first.to_str().unwrap()]);
        let server = place.serve(&["--demo"]);
        server.paid("73");
        server.stop();
        let second = place.path("second");
        place.told(&["backup", second.to_str().unwrap()]);
        // Everything about the second payment is gone, and the rest agrees.
        let restored = place.told(&["restore", first.to_str().unwrap(), "--force"]);
        assert_eq!(place.told(&["audit"])["good"], true);
        let description = second.join("backup.json");
        let output = place.run(&["audit", "--against", description.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1));
        let kept = restored["kept"].as_array().unwrap();
        let mut kept = kept.iter().map(|kept| kept.as_str().unwrap());
        let heads = kept.find(|kept| kept.contains("heads.json")).unwrap();
        let known = place.data().join("heads.json");
        fs::rename(place.path(heads), &known).unwrap();
        let cut = |words: &[&str]| {
            let output = place.run(words);
            assert_eq!(output.status.code(), Some(1), "{words:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        let text = cut(&["audit"]);
        assert!(
            text.contains("book: it was known to go up to transfer 2"),
            "{text}"
        );
        // A running server does not forget it, and neither do the payments that follow.
        let server = place.serve(&["--demo"]);
        server.paid("74");
        server.paid("75");
        server.stop();
        cut(&["audit"]);
        cut(&["backup", place.path("third").to_str().unwrap()]);
        fs::remove_file(known).unwrap();
        assert_eq!(place.told(&["audit"])["good"], true);
    }
}

#[test]
fn what_is_no_backup_is_refused() {
    let place = Place::new();
    let error = place.refused(&["restore", "nowhere"]);
    assert!(error.contains("nowhere is not a backup"), "{error}");
    let other = place.path("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("backup.json"), r#"{"format": 1}"#).unwrap();
    let error = place.refused(&["restore", other.to_str().unwrap()]);
    assert!(error.contains("another version"), "{error}");
}
