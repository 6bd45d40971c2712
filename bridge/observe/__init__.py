"""Who listens: the log and the metrics, from which no secret and no prompt gets out."""
