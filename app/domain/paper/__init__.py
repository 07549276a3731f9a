"""What we draw ourselves: the picture of a shared report, and posters. In our own letters, shapes and colours."""
