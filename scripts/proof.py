#!/usr/bin/env python3
"""Checks the archive of a case that was handed over to collection, with Python 3 and without any code of dunwell: the check sum
of every file, and every proof that a file is in the journal (RFC 6962). --root is the journal's root as known from elsewhere.

    scripts/proof.py case.zip [--root BASE64]
"""
import argparse
import base64
import hashlib
import json
import sys
import zipfile


def demand(true, otherwise):
    true or sys.exit(otherwise)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(leaf, index, size, path):
    """RFC 9162 2.1.3.2, which spells out the algorithm for the proofs of RFC 6962 2.1.1."""
    fn, sn, node = index, size - 1, leaf
    for sibling in path:
        demand(sn > 0, "the path is too long")
        if fn & 1 or fn == sn:
            node = sha256(b"\x01", sibling, node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = sha256(b"\x01", node, sibling)
        fn, sn = fn >> 1, sn >> 1
    demand(sn == 0, "the path is too short")
    return node


def record(entry):
    names = "merchant", "seq", "kind", "subject", "sha256", "payload", "happened"
    return b"".join(b"%d:%s\n" % (len(f), f) for f in [b"dunwell journal 1"] + [str(entry[n]).encode() for n in names])


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("archive"), parser.add_argument("--root", metavar="BASE64")
arguments = parser.parse_args()
case = zipfile.ZipFile(arguments.archive)
sums = dict(reversed(line.split("  ", 1)) for line in case.read("sha256sums.txt").decode().splitlines())
demand(sorted([*sums, "sha256sums.txt"]) == sorted(case.namelist()), "sha256sums.txt names other files than there are")
for name, want in sums.items():
    demand(sha256(case.read(name)).hex() == want, f"{name} has another check sum")
head = json.loads(case.read("proofs/head.json"))
proofs = {name: json.loads(case.read(name)) for name in sums if name.startswith("proofs/") and name != "proofs/head.json"}
for name, proof in proofs.items():
    demand(sums[proof["file"]] == proof["entry"]["sha256"], f"{name}: {proof['file']} is not what was sealed")
    leaf = sha256(b"\x00", record(proof["entry"]))
    root = root_of(leaf, proof["entry"]["seq"] - 1, head["size"], [base64.b64decode(h) for h in proof["path"]])
    demand(base64.b64encode(root).decode() == head["root"], f"{name} does not lead to the root")
demand(arguments.root in (None, head["root"]), "the root is another")
print(f"{len(sums)} check sums and {len(proofs)} proofs are right; the journal had {head['size']} entries and the root {head['root']}")
