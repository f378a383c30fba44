//! SQL, transactions and migrations for SQLite and PostgreSQL. No HTTP, no rules.
