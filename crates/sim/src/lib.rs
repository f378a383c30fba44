//! Seeded simulation of merchants, buyers, acquirer faults and crashes, with an auditor watching.
