//! Use cases: who may, in which transaction, with which effects.
