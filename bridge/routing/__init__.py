"""Who gets the job, in what order: who may, who keeps most of it, who is well."""
