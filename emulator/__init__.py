"""Every cloud's wire format over real HTTP, with faults on demand: for tests, load and demos."""
