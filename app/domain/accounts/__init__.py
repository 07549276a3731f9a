"""Accounts: sign up, sign in, letters with links, changes, and who works in which unit."""
