"""What every test may ask for. The fixtures live in tests/support, a module per subject."""

pytest_plugins = [
    "tests.support.honest",
    "tests.support.databases",
    "tests.support.application",
    "tests.support.browser",
    "tests.support.redis",
    "tests.support.buckets",
    "tests.support.twins",
]
