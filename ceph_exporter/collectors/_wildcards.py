"""Names of buckets and images that an operator chooses with the wildcards `*` and `?`."""

import re
from fnmatch import translate
from functools import lru_cache


class Names:
    """Decides which buckets are exported.

    include, exclude: patterns, separated by commas. A pattern with a slash is for TENANT/BUCKET.
    """

    def __init__(self, include: str, exclude: str) -> None:
        self._include = _patterns(include)
        self._exclude = _patterns(exclude)

    def shows(self, name: str, tenant: str | None) -> bool:
        """Return whether the bucket is exported; without its tenant it could be another one."""
        if tenant is None:
            return False
        full = f"{tenant}/{name}" if tenant else name
        return _any(self._include, name, full) and not _any(self._exclude, name, full)


@lru_cache(maxsize=100)
def _patterns(text: str) -> tuple[re.Pattern[str], ...]:
    # What `translate` returns takes linear time, as it never goes back to an earlier wildcard.
    return tuple(re.compile(translate(part.strip())) for part in text.split(",") if part.strip())


def _any(patterns: tuple[re.Pattern[str], ...], *names: str) -> bool:
    return any(pattern.match(name) for pattern in patterns for name in names)
