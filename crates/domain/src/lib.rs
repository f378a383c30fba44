//! The rules: money, ledger, state machines. No I/O, SQL, JSON, clock or async.
