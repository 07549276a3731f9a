"""Photos: checked in the request, developed in a child process, masked, served and swept.

`check` looks without decoding, `develop` decodes apart from us, `store` keeps files and rows together.
"""
