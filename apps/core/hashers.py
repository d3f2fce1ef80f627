"""Password and PIN hashing, sized for a small machine."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class SmallArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane: OWASP's smallest recommended setting.

    Django's own default takes 100 MiB for each login, which eight tills logging in at once would
    feel on the machine behind the counter.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
