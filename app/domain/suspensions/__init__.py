"""Hours that do not count: the city declares them in public, and the promises of matching reports run on after them."""
