"""read-svg.py FILE…: what is in drawings: how many of each element, and their texts."""

import collections
import json
import sys
import xml.etree.ElementTree

drawings = []
for path in sys.argv[1:]:
    elements = list(xml.etree.ElementTree.parse(path).iter())
    names = [element.tag.rpartition("}")[2] for element in elements]
    texts = ["".join(element.itertext()) for element, name in zip(elements, names) if name == "text"]
    drawings.append({"elements": collections.Counter(names), "texts": texts})
print(json.dumps(drawings))
