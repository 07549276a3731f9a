"""A city on its way to another database, or into a backup and out of it again."""
