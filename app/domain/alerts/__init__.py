"""Hearing of new reports in a ward or around a place: who asks for it, what they are told, and when."""
