//! Door 1: the merchant API, JSON over HTTP.
