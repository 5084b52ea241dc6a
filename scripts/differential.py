#!/usr/bin/env python3
"""Compares our graph with the real Alembic on generated graphs and targets.

    cargo build --release -p alembic-core --example graph_answers
    python scripts/differential.py --cases 20000

The oracle beside this file runs the real library, and needs `alembic` and `sqlalchemy` for that. Plans are compared as sets, with the rows after
them; errors by their kind. Both plans must be topological orders. A difference is accepted only if a rule
in ACCEPTED says why.
"""
import argparse
import collections
import json
import pathlib
import random
import re
import subprocess
import sys


# --- documents


def generate(rng, number):
    """A graph of up to some hundred revisions, rows that it can have, and targets."""
    count = rng.choice([1, 3, 5, 8, 8, 12, 12, 20, 20, 40]) if rng.random() < 0.97 else rng.randint(100, 300)
    ids = ["%04x%s" % (rng.getrandbits(16), hex(i)[2:].zfill(3)) for i in range(count)]
    branching = rng.choice([0.05, 0.2, 0.4])
    with_dependencies = rng.random() < 0.5
    revisions, labels, heads = [], [], []
    for index, name in enumerate(ids):
        earlier = ids[:index]
        if not earlier or rng.random() < 0.08:
            parents = []
        elif rng.random() < branching:
            parents = [rng.choice(earlier)]
        elif len(heads) > 1 and rng.random() < 0.25:
            parents = rng.sample(heads, rng.choice([2, 2, min(3, len(heads))]))
        else:
            parents = [rng.choice(heads[-2:])]
        revision = {"revision": name, "down_revision": parents}
        if with_dependencies and earlier and rng.random() < 0.15:
            known = earlier + labels
            revision["depends_on"] = rng.sample(known, min(len(known), rng.choice([1, 1, 2])))
        if rng.random() < (0.5 if not parents else 0.06):
            label = "lib%c" % (97 + len(labels)) if len(labels) < 20 else "lib%d" % len(labels)
            revision["branch_labels"] = [label]
            labels.append(label)
        revisions.append(revision)
        heads = [head for head in heads if head not in parents] + [name]
    rows = maximal(revisions, closure(revisions, rng.sample(ids, rng.choice([0, 1, 1, 2, 3]) if count > 2 else 1)))
    rng.shuffle(rows)
    order = revisions[:]
    rng.shuffle(order)
    commands = [command(rng, ids, labels, rows) for _ in range(8)]
    return {"id": str(number), "revisions": order, "heads": rows, "commands": commands}


def command(rng, ids, labels, rows):
    def name():
        pool = [ids, ids, labels or ids, rows or ids]
        found = rng.choice(rng.choice(pool))
        return found[: rng.randint(4, len(found))] if rng.random() < 0.1 else found

    branch = (rng.choice(labels) if labels and rng.random() < 0.8 else rng.choice(ids)) + "@"
    steps = rng.choice("+-") + str(rng.choice([1, 1, 1, 2, 3, 7]))
    forms = [
        name, name, name, lambda: "head", lambda: "heads", lambda: "base", lambda: steps, lambda: steps,
        lambda: branch + "head", lambda: branch + "heads", lambda: branch + "base", lambda: branch + steps,
        lambda: branch + steps, lambda: branch + name(), lambda: name() + steps, lambda: "head" + steps, lambda: "nosuch",
    ]  # fmt: skip
    kind = rng.choice(["upgrade", "upgrade", "upgrade", "downgrade", "downgrade", "downgrade", "stamp", "show", "history", "map", "current"])
    if kind == "stamp":
        return {"cmd": kind, "targets": [rng.choice(forms)()]}
    if kind == "history":
        return {"cmd": kind, "range": rng.choice(["", name(), steps, "base", branch + "base"]) + ":" + rng.choice(["", name(), "head", "heads", branch + "head"])}
    if kind in ("map", "current"):
        return {"cmd": kind}
    return {"cmd": kind, "target": rng.choice(forms)()}


def needs(revisions):
    """For each revision what it needs directly, labels resolved."""
    owner = {label: r["revision"] for r in revisions for label in r.get("branch_labels", [])}
    return {
        r["revision"]: r.get("down_revision", []) + [owner.get(d, d) for d in r.get("depends_on", [])] for r in revisions
    }


def closure(revisions, names):
    direct, found, open_ = needs(revisions), set(), list(names)
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            open_.extend(direct[name])
    return found


def maximal(revisions, names):
    direct = needs(revisions)
    needed = {before for name in names for before in direct[name]}
    return sorted(names - needed)


# --- comparison


def cause(result):
    error = result["error"]
    return "crash" if error.get("crash") else error.get("cause") or error.get("class")


def essence(cmd, result):
    """What must be equal."""
    kind = cmd["cmd"]
    if not result["ok"]:
        return "error", cause(result), result.get("rows")
    if kind in ("upgrade", "downgrade"):
        return "ok", sorted((s["dir"], s["rev"]) for s in result["steps"]), result["rows"]
    if kind == "stamp":
        return "ok", result["rows"]
    if kind == "map":
        ends = [sorted(result[key]) for key in ("heads", "real_heads", "bases", "real_bases")]
        known = {
            name: {**entry, "normalized_deps": None, "resolved_deps": sorted(set(entry["resolved_deps"]))}
            for name, entry in result["revisions"].items()
        }
        return "ok", ends, known
    return "ok", sorted({revision for revision in result["revs"] if revision})


def ordered(document, result):
    """Whether the steps are a topological order."""
    direct = needs(document["revisions"])
    position = {step["rev"]: at for at, step in enumerate(result.get("steps", []))}
    up = all(step["dir"] == "up" for step in result.get("steps", []))
    return all(
        (position[before] < at) == up for name, at in position.items() for before in direct[name] if before in position
    )


def implied(document, rows):
    return maximal(document["revisions"], closure(document["revisions"], rows)) != sorted(rows)


def refused(result, *causes):
    return not result["ok"] and cause(result) in causes


# Why a difference is one on purpose: name, and a test of document, command, Alembic's result and ours.
ACCEPTED = [
    ("Alembic ends in a traceback", lambda d, c, a, o: refused(a, "crash")),
    ("Alembic leaves a row that another implies", lambda d, c, a, o: c["cmd"] == "downgrade" and implied(d, a.get("rows", []))),
    ("-N from several rows is refused", lambda d, c, a, o: c["cmd"] == "downgrade" and re.fullmatch(r"-\d+", c["target"])
        and len(d["heads"]) > 1 and refused(o, "RevisionError")),
    ("a downgrade checks that branch@rev is on the branch", lambda d, c, a, o: c["cmd"] == "downgrade"
        and "is not on branch" in o.get("error", {}).get("message", "")),
    ("a downgrade takes branch@head for the head of that branch", lambda d, c, a, o: c["cmd"] == "downgrade"
        and re.search("@heads?", c["target"]) and refused(a, "MultipleHeads", "RangeNotAncestorError")),
    ("targets that imply each other are no mistake", lambda d, c, a, o: "overlaps with other requested" in a.get("error", {}).get("message", "")),
    ("a branch that does not exist is an error for base too", lambda d, c, a, o: "@base" in c.get("target", "") and "there is no branch" in o.get("error", {}).get("message", "")),
    ("a stamp refuses -N, which Alembic counts from the heads", lambda d, c, a, o: c["cmd"] == "stamp"
        and re.search(r"(^|@)-\d", c["targets"][0]) and refused(o, "ResolutionError")),
    ("a stamp leaves what a move to the target would", lambda d, c, a, o: c["cmd"] == "stamp" and a["ok"] and o["ok"]),
    ("rev+N and rev-N are understood everywhere", lambda d, c, a, o: c["cmd"] in ("show", "stamp", "history")
        and refused(a, "ResolutionError") and re.search(r"\w[+-]\d+", c.get("target") or c.get("range") or c["targets"][0])),
    ("show takes any revision for a branch, and says when -N goes too far", lambda d, c, a, o: c["cmd"] == "show" and "-" in c["target"] and a["ok"]),
    ("in a history, -N counts from the range's end", lambda d, c, a, o: c["cmd"] == "history" and re.match(r"(\w+@)?-\d", c["range"])),
    ("in a range, branch@base means all that is before or after what names the branch", lambda d, c, a, o: c["cmd"] == "history"
        and "@base:" in c["range"] and a["ok"] and o["ok"]),
    ("of two mistakes in a range another is named", lambda d, c, a, o: c["cmd"] == "history" and not a["ok"] and not o["ok"]),
]  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000, help="how many commands to compare")
    parser.add_argument("--seed", type=int, default=1)
    here = pathlib.Path(__file__).resolve().parent
    parser.add_argument("--oracle", default=here / "graph_oracle.py", help="the program that asks the real Alembic")
    built = here.parent / "target/release/examples/graph_answers"
    parser.add_argument("--ours", default=built, help="the example graph_answers, built")
    parser.add_argument("--show", type=int, default=10, help="how many unexpected differences to print")
    options = parser.parse_args()

    rng = random.Random(options.seed)
    documents = [generate(rng, number) for number in range(-(-options.cases // 8))]
    text = "".join(json.dumps(document) + "\n" for document in documents)
    run = lambda program: [
        json.loads(line)["results"]
        for line in subprocess.run(program, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    ]
    theirs = run([sys.executable, options.oracle, "--jsonl"])
    ours = run([options.ours])

    compared, accepted, unexpected = collections.Counter(), collections.Counter(), []
    for document, our_results, their_results in zip(documents, ours, theirs, strict=True):
        for cmd, our, their in zip(document["commands"], our_results, their_results, strict=True):
            compared[cmd["cmd"]] += 1
            if not ordered(document, our):
                unexpected.append((document, cmd, their, our))
            elif essence(cmd, our) != essence(cmd, their):
                why = next((name for name, test in ACCEPTED if test(document, cmd, their, our)), None)
                if why:
                    accepted[why] += 1
                else:
                    unexpected.append((document, cmd, their, our))
    print(f"compared {sum(compared.values())}: {dict(compared)}")
    for why, number in accepted.most_common():
        print(f"accepted {number}: {why}")
    print(f"unexpected {len(unexpected)}")
    unexpected.sort(key=lambda found: len(found[0]["revisions"]))
    for document, cmd, their, our in unexpected[: options.show]:
        print()
        for revision in document["revisions"]:
            print("   ", {key: value for key, value in revision.items() if value})
        print("    rows", document["heads"], "command", cmd)
        print("    alembic", essence(cmd, their), their.get("error", {}).get("message", ""))
        print("    ours   ", essence(cmd, our), our.get("error", {}).get("message", ""))
    sys.exit(1 if unexpected else 0)


if __name__ == "__main__":
    main()
