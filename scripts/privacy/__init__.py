"""How well what betrays people is found, in words and on photos: `python -m privacy`, figures in docs/privacy.md."""
