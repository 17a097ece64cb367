"""What must not be recorded: values on command lines, users in URLs, files that hold keys."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

HIDDEN = "***"
_SECRET = r"(?:[a-z0-9]*(?:token|key|secret|password|passwd|credentials?))"
_NAME = re.compile(rf"(?:^|[-_.]){_SECRET}(?:$|[-_.])", re.I)
_ASSIGNED = re.compile(r"(?s)(--?[^=\s]+|\+{0,2}[A-Za-z_][A-Za-z0-9_.]*)=(.*)")
_USERINFO = re.compile(r"([a-z][a-z0-9+.-]*://)[^/\s]+@", re.I)

# Matched against the file's name and, where there is a slash, the path; lower case.
WITHHELD = (
    *(".env", ".envrc", ".env.*", "*.env", ".netrc", "_netrc", ".pypirc", ".npmrc", ".pgpass"),
    *("*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk"),
    *("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk"),
    *("kubeconfig", "kubeconfig.*", "*.kubeconfig", ".kube/config", "*/.kube/config"),
    *(".git-credentials", ".htpasswd", ".dockercfg", ".docker/config.json"),
    *("*/.docker/config.json", ".aws/credentials", "*/.aws/credentials"),
    *("credentials.json", "client_secret*.json", "service-account*.json", "secrets.y*ml"),
)
_NOT_SECRET = (".env.example", ".env.sample", ".env.template", ".env.dist", "*.example.env")


def redact_url(url: str) -> str:
    """Return the text with the user and password of every URL in it hidden."""
    return _USERINFO.sub(rf"\1{HIDDEN}@", url)


def redact_command(argv: Sequence[str]) -> list[str]:
    """Return a command line in which values that look secret are hidden.

    Hidden are the value of ``--api-key X``, ``--api-key=X``, ``API_KEY=X`` and ``+api.key=X`` (any option
    whose name has a part ending in token, key, secret, password or credential) and users in URLs.
    """
    result: list[str] = []
    hide_next = False
    for word in argv:
        assigned = _ASSIGNED.fullmatch(word)
        if hide_next and not word.startswith("-"):
            result.append(HIDDEN)
        elif assigned and _NAME.search(assigned[1].lstrip("-")):
            result.append(f"{assigned[1]}={HIDDEN}")
        else:
            result.append(redact_url(word))
        hide_next = word.startswith("--") and "=" not in word and bool(_NAME.search(word[2:]))
    return result


def is_withheld(path: str) -> bool:
    """Say whether a file, by its path, is of a kind that holds secrets and is never captured."""
    lower = path.lower()
    name = lower.rpartition("/")[2]
    if any(fnmatchcase(name, pattern) for pattern in _NOT_SECRET):
        return False
    return any(fnmatchcase(lower if "/" in pattern else name, pattern) for pattern in WITHHELD)
