"""`json.loads` and `json.dumps` for text, without `re`, which `json` uses only for what C code does here."""

from __future__ import annotations

from gittrack.core.standard.later import json as standard
from gittrack.core.standard.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from json import dumps as dumps
    from json import loads as loads
    from json.encoder import encode_basestring as encode_basestring

    raw_decode = standard.JSONDecoder().raw_decode
else:
    try:
        from _json import encode_basestring, encode_basestring_ascii, make_encoder, make_scanner
    except ImportError:  # not CPython
        from json import JSONDecoder, dumps, loads
        from json.encoder import encode_basestring

        raw_decode = JSONDecoder().raw_decode
    else:
        _CONSTANTS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": -float("inf")}
        _BEGINNINGS = b'{["-0123456789ntf'

        class _Options:
            """What `json.loads` gives the same scanner."""

            strict = True
            object_hook = object_pairs_hook = None
            parse_float, parse_int, parse_constant = float, int, _CONSTANTS.__getitem__
            memo = None

        _scan = make_scanner(_Options)

        def raw_decode(text):
            """Return the value at the start of a text, and the position after it."""
            try:
                return _scan(text, 0)
            except StopIteration:
                return standard.JSONDecoder().raw_decode(text)

        def loads(text):
            """Return the value of JSON.  The real function answers for errors and for rare encodings."""
            plain = text
            if not isinstance(text, str):
                if text[:1] not in _BEGINNINGS or not text or 0 in text[:4]:
                    return standard.loads(text)
                plain = text.decode("utf-8", "surrogatepass")
            plain = plain.strip(" \t\n\r")
            try:
                value, end = _scan(plain, 0)
                if end == len(plain):
                    return value
            except (StopIteration, ValueError):
                pass
            return standard.loads(text)

        def _reject(value):
            return standard.JSONEncoder().default(value)

        def dumps(value, *, separators=(", ", ": "), sort_keys=False):
            """Return a value as JSON of ASCII characters."""
            if isinstance(value, str):
                return encode_basestring_ascii(value)
            between, after_key = separators
            options = (None, after_key, between, sort_keys, False, True)
            return "".join(make_encoder({}, _reject, encode_basestring_ascii, *options)(value, 0))
