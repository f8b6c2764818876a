"""read-csv.py FILE: the records of a table, read as a spreadsheet's script would."""

import csv
import json
import sys

with open(sys.argv[1], encoding="utf-8-sig", newline="") as file:
    print(json.dumps(list(csv.reader(file, strict=True))))
