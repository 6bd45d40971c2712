"""The steps from one shape of the tables to the next, run by Alembic."""

HEAD = "0003"
"""The newest revision; a database that says so needs no Alembic."""
