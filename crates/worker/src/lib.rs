//! Jobs and reconcilers: expiry, lost answers, notifications.
