"""How a job is run at any cloud: submit, wait, check, fetch, cancel, and name what failed."""
