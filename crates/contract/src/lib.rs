//! What leaves and enters as JSON: bodies, events, error codes.
