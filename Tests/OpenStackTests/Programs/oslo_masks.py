"""Says what oslo.utils masks.

Reads a JSON list of strings, writes a JSON object: the library's version, its keys, its patterns, and each string as
mask_password leaves it. The pattern for quotes inside of values is left out of the masking: it deletes the last quoted
text of a whole message, whatever that is.
"""
import importlib.metadata
import json
import sys

from oslo_utils import strutils

wildcards = {key: [] for key in strutils._SANITIZE_KEYS}
patterns = strutils._FORMAT_PATTERNS_1 + strutils._FORMAT_PATTERNS_2 + strutils._FORMAT_PATTERNS_WILDCARD
strutils._SANITIZE_PATTERNS_WILDCARD = wildcards
json.dump(
    {
        "version": importlib.metadata.version("oslo.utils"),
        "keys": strutils._SANITIZE_KEYS,
        "patterns": patterns,
        "masked": [strutils.mask_password(text) for text in json.load(sys.stdin)],
    },
    sys.stdout,
)
