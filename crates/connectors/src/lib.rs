//! Everything outside the process: acquirers and notification delivery, real and sandbox.
