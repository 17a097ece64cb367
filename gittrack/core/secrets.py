"""What must not be recorded: secret values on command lines, in URLs and in notes."""

from __future__ import annotations

from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.functools import cache
from gittrack.core.standard.later import re
from gittrack.core.standard.typing import Any

HIDDEN = "***"

# Tokens that are recognized by their shape in any text, each after a text that every token of the
# kind contains.  Sources: the services' own documentation of their token formats.
TOKEN_SHAPES = (
    ("sk-", r"sk-(?:[a-z]+[0-9]*-)*(?=[A-Za-z0-9_-]*[0-9])[A-Za-z0-9_-]{20,}"),  # OpenAI, Anthropic
    ("k_", r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"),  # Stripe
    ("gh", r"gh[pousr]_[A-Za-z0-9]{20,}"),  # GitHub
    ("github_pat_", r"github_pat_[A-Za-z0-9_]{20,}"),
    ("glpat-", r"glpat-[A-Za-z0-9_-]{20,}"),  # GitLab
    ("hf_", r"hf_[A-Za-z0-9]{20,}"),  # Hugging Face
    ("wandb_v1_", r"wandb_v1_[A-Za-z0-9_]{20,}"),  # Weights & Biases
    ("AKIA", r"AKIA[A-Z0-9]{16}"),  # AWS
    ("ASIA", r"ASIA[A-Z0-9]{16}"),
    ("AIza", r"AIza[A-Za-z0-9_-]{35}"),  # Google
    ("ya29.", r"ya29\.[A-Za-z0-9_-]{20,}"),
    ("xox", r"xox[abeoprs]-[A-Za-z0-9-]{10,}"),  # Slack
    ("xapp-", r"xapp-[A-Za-z0-9-]{10,}"),
    ("npm_", r"npm_[A-Za-z0-9]{36}"),
    ("pypi-", r"pypi-[A-Za-z0-9_-]{50,}"),
    ("dapi", r"dapi[a-f0-9]{32}"),  # Databricks
    ("nvapi-", r"nvapi-[A-Za-z0-9_-]{20,}"),
    ("r8_", r"r8_[A-Za-z0-9]{30,}"),  # Replicate
    ("gsk_", r"gsk_[A-Za-z0-9]{40,}"),  # Groq
    ("SG.", r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),  # SendGrid
    ("eyJ", r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),  # JSON web token
    (
        "PRIVATE KEY-----",
        r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
    ),
)

_WORD = r"(?:[a-z0-9]*(?:token|key|secret|password|passwd|passphrase|credentials?))"
# Not compiled here, and only used on text that can match: most runs need none of these patterns.
_NAME = rf"(?i)(?:^|[-_.]){_WORD}(?:$|[-_.])|(?:^|(?<!no)[-_.])(?:auth|pwd)$"
# Each name that `_NAME` finds has one of these.
_NAME_PARTS = ("token", "key", "secret", "passw", "passphrase", "credential", "auth", "pwd")
_ASSIGNED = r"(?s)(--?[^=\s]+|\+{0,2}[A-Za-z_][A-Za-z0-9_.]*)=(.*)"
_USERINFO = r"(?i)([a-z][a-z0-9+.-]{0,40}://)[^/\s]+@"
_QUERY = r"([?&#])([\w.-]+)=([^&#\s\"']+)"
_SIGNATURES = ("sig", "signature", "x-amz-signature", "x-amz-credential", "x-goog-signature")
_HEADER = (
    r"(?i)\b((?:proxy-)?authorization|private-token|api-key|x-(?:[a-z]+-)*(?:key|token|secret))"
    r"(\s*:\s*)((?:(?:bearer|basic|token|digest|apikey)\s+)?)([^\s\"']+)"
)
_BEARER = r"(?i)\b(bearer\s+)(?=\S*[0-9])([\w.~+/=-]{12,})"
# Inside a longer text, such as `sh -c '...'`, only what cannot be ordinary code.
_INNER_OPTION = r"((?:^|\s)--([\w.-]+)[\s=]+)(?!-)(\"[^\"]*\"|'[^']*'|[^\s\"';|&]+)"
_INNER_VARIABLE = r"((?:^|[\s;&|])([A-Z][A-Z0-9_]*)=)(\"[^\"]*\"|'[^']*'|[^\s\"';|&]+)"
_PLAIN_ANSWERS = ("true", "false", "yes", "no", "on", "off", "none", "null", HIDDEN)


def redact_url(url: str) -> str:
    """Return the text with the secrets of every URL in it hidden.

    Hidden are user and password, and the values of a query whose names are those of secrets.
    """
    url = re.sub(_USERINFO, rf"\1{HIDDEN}@", url) if "://" in url and "@" in url else url
    has_query = "=" in url and any(mark in url for mark in "?&#")
    return re.sub(_QUERY, _hide_query, url) if has_query else url


def redact_text(text: str) -> str:
    """Return a text, such as a note, with everything that looks secret hidden.

    Hidden are secrets of URLs, of HTTP headers (``Authorization: Bearer X``), values of options and
    upper-case variables whose names are those of secrets, and tokens of well-known shapes.
    """
    text = redact_url(text)
    may_name_secret = _may_name_secret(text)
    if may_name_secret and ":" in text:
        text = re.sub(_HEADER, rf"\1\2\3{HIDDEN}", text)
    if "bearer" in text.lower():
        text = re.sub(_BEARER, rf"\1{HIDDEN}", text)
    if may_name_secret:
        text = re.sub(_INNER_OPTION, _hide_named, text) if "--" in text else text
        text = re.sub(_INNER_VARIABLE, _hide_named, text) if "=" in text else text
    if any(sign in text for sign, _ in TOKEN_SHAPES):
        text = _shapes().sub(HIDDEN, text)
    return text


def redact_command(argv: Sequence[str]) -> list[str]:
    """Return a command line with values that look secret hidden.

    Hidden are the value of ``--api-key X``, ``--api-key=X``, ``API_KEY=X`` and ``+api.key=X`` (any option
    whose name has a part ending in token, key, secret, password, passphrase or credential, or that
    ends in auth), and what `redact_text` hides in a word.
    """
    result: list[str] = []
    hide_next = False
    for word in argv:
        may_assign = "=" in word and (hide_next or _may_name_secret(word))
        assigned = re.fullmatch(_ASSIGNED, word) if may_assign else None
        if hide_next and not word.startswith("-"):
            result.append(word if word.lower() in _PLAIN_ANSWERS else HIDDEN)
        elif assigned and _is_secret_name(assigned[1].lstrip("-+")):
            plain = assigned[2].lower() in _PLAIN_ANSWERS
            result.append(word if plain else f"{assigned[1]}={HIDDEN}")
        else:
            result.append(redact_text(word))
        option = word.lstrip("-")
        named = word.startswith("-") and len(option) > 1 and "=" not in word
        hide_next = word == "Bearer" or (named and _is_secret_name(option) and " " not in word)
    return result


def redact_value(name: str, value: Any) -> Any:
    """Return the value of an argument, hidden if its name is that of a secret; also inside of it.

    A list of words, or a word such as ``+api.token=X``, is redacted as a part of a command, too.
    """
    if isinstance(value, dict):
        names = {key: name if _is_secret_name(name) else str(key) for key in value}
        return {key: redact_value(names[key], item) for key, item in value.items()}
    if isinstance(value, list):
        are_words = all(isinstance(item, str) for item in value)
        return [
            redact_value(name, item) for item in (redact_command(value) if are_words else value)
        ]
    if value is None or isinstance(value, bool):
        return value
    if _is_secret_name(name) and str(value).lower() not in _PLAIN_ANSWERS:
        return HIDDEN
    return redact_command([value])[0] if isinstance(value, str) else value


def _is_secret_name(name: str) -> bool:
    return _may_name_secret(name) and re.search(_NAME, name) is not None


def _may_name_secret(text: str) -> bool:
    """Return whether a text can have a name that `_NAME` finds; most texts need no pattern."""
    lower = text.lower()
    return not text.isascii() or any(part in lower for part in _NAME_PARTS)


def _hide_query(match: re.Match[str]) -> str:
    secret = _is_secret_name(match[2]) or match[2].lower() in _SIGNATURES
    return f"{match[1]}{match[2]}={HIDDEN}" if secret else match[0]


def _hide_named(match: re.Match[str]) -> str:
    plain = match[3].lower() in _PLAIN_ANSWERS
    return f"{match[1]}{HIDDEN}" if _is_secret_name(match[2]) and not plain else match[0]


@cache
def _shapes() -> re.Pattern[str]:
    """Return one pattern for all token shapes; compiled only if a text can contain a token."""
    whole = "|".join(shape.removeprefix("(?s)") for _, shape in TOKEN_SHAPES)
    return re.compile(rf"(?s)(?<![A-Za-z0-9_])(?:{whole})(?![A-Za-z0-9])")
