"""The door: what waitress, gunicorn and `flask` open."""

from app import create_app

app = create_app()
