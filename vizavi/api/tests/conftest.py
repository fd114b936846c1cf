from vizavi.api.tests.calls import api_of, known_tokens  # noqa: F401
