#!/usr/bin/env python3
"""Differential oracle: run REAL alembic on an in-memory revision graph.

stdin: one JSON document (default) or JSON lines (--jsonl); stdout likewise.
The format is described in alembic-core/tests/graph/README.md.  Needs only
`alembic` and `sqlalchemy`.

The real ``alembic.command`` functions are called.  Only two things are
replaced: where revision files are loaded from (memory instead of a folder)
and the body of env.py (an in-memory SQLite connection holding the version
table, or a string buffer for --sql).
"""
import io
import json
import logging
import pathlib
import shutil
import sys
import tempfile
import types
import warnings
from unittest import mock

import alembic
from alembic import command, util
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import HeadMaintainer
from alembic.script import ScriptDirectory
from alembic.script.base import Script
from alembic.script.revision import RevisionError
from sqlalchemy import create_engine, text

LIBRARY = ("map", "iterate", "get_revision", "get_revisions", "lineage")
logging.disable(logging.CRITICAL)
TMP = pathlib.Path(tempfile.mkdtemp(prefix="alembic-oracle-"))
shutil.copy(
    pathlib.Path(alembic.__file__).parent / "templates/generic/script.py.mako",
    TMP,
)


def scalar(value):
    """[] -> None, [x] -> x, else tuple: what a revision file would hold."""
    if value is None or isinstance(value, str):
        return value
    value = tuple(value)
    return None if not value else value[0] if len(value) == 1 else value


class MemScripts(ScriptDirectory):
    """ScriptDirectory whose files are the JSON document's revisions."""

    def __init__(self, doc, rows):
        super().__init__(TMP, messaging_opts={"quiet": True})
        self.doc = doc
        self.steps, self.table_ops, self.listed = [], [], []
        self.sql_out = io.StringIO()
        # the version table; no primary key, so row order = insertion order
        self.engine = create_engine("sqlite://")
        self.conn = self.engine.connect()
        self.conn.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
        for row in rows:
            self.conn.execute(
                text("INSERT INTO alembic_version VALUES (:v)"), {"v": row}
            )
        self.conn.commit()

    def _load_revisions(self):
        for rec in self.doc["revisions"]:
            mod = types.ModuleType("rev")
            mod.__doc__ = rec.get("doc", "")
            mod.down_revision = scalar(rec.get("down_revision"))
            mod.depends_on = scalar(rec.get("depends_on"))
            mod.branch_labels = scalar(rec.get("branch_labels"))
            mod.upgrade = lambda **kw: None
            mod.downgrade = lambda **kw: None
            mod.upgrade.__name__, mod.downgrade.__name__ = "upgrade", "downgrade"
            yield Script(mod, rec["revision"], "%s.py" % rec["revision"])

    def get_rows(self):
        rows = self.conn.execute(text("SELECT version_num FROM alembic_version"))
        return [r[0] for r in rows]

    def close(self):
        self.conn.close()
        self.engine.dispose()
        shutil.rmtree(TMP / "versions", ignore_errors=True)

    def applied(self, step, heads, **kw):
        """on_version_apply callback: called after every step."""
        rec = {"dir": "up" if step.is_upgrade else "down"}
        if step.is_stamp:
            rec["stamp"] = True
            rec["from"] = sorted(step.source_revision_ids)
            rec["to"] = sorted(step.destination_revision_ids)
        else:
            rec["rev"] = step.up_revision_id
        rec["heads"] = sorted(heads)
        if self.doc.get("trace"):
            rec["table"] = self.table_ops
        self.table_ops = []
        self.steps.append(rec)

    def run_env(self):
        """What env.py does."""
        env = self.env
        kw = dict(on_version_apply=self.applied, version_table_pk=False)
        if env.is_offline_mode():
            env.configure(
                dialect_name="sqlite", output_buffer=self.sql_out, **kw
            )
        else:
            env.configure(connection=self.conn, **kw)
        with env.begin_transaction():
            env.run_migrations()


def names(revs):
    return [getattr(r, "revision", r) for r in revs]


def describe(rmap):
    """Everything alembic derives from the graph, per revision."""
    rmap._revision_map
    out = {
        "heads": list(rmap.heads),
        "real_heads": list(rmap._real_heads),
        "bases": list(rmap.bases),
        "real_bases": list(rmap._real_bases),
        "revisions": {},
    }
    for key, rev in rmap._revision_map.items():
        if rev is None or key != rev.revision:
            continue  # None, (), or a branch label
        out["revisions"][key] = {
            "next": sorted(rev.nextrev),
            "all_next": sorted(rev._all_nextrev),
            "down": list(rev._versioned_down_revisions),
            "resolved_deps": sorted(rev._resolved_dependencies),
            "normalized_deps": sorted(rev._normalized_resolved_dependencies),
            "labels": sorted(rev.branch_labels),
            "flags": [
                n
                for n, v in (
                    ("head", rev.is_head),
                    ("real_head", rev._is_real_head),
                    ("base", rev.is_base),
                    ("real_base", rev._is_real_base),
                    ("branchpoint", rev.is_branch_point),
                    ("mergepoint", rev.is_merge_point),
                )
                if v
            ],
        }
    return out


def run_command(scripts, cfg, cmd):
    """Run one command with the real alembic.command function."""
    kind, rmap = cmd["cmd"], scripts.revision_map
    fix = lambda v: tuple(v) if isinstance(v, list) else v
    tgt, sql = fix(cmd.get("target")), bool(cmd.get("sql"))

    # --- commands that move the database
    if kind == "upgrade":
        command.upgrade(cfg, tgt, sql=sql)
    elif kind == "downgrade":
        command.downgrade(cfg, tgt, sql=sql)
    elif kind == "stamp":
        command.stamp(cfg, cmd["targets"], sql=sql, purge=bool(cmd.get("purge")))
    # --- listings
    elif kind == "show":
        command.show(cfg, tgt)
    elif kind == "history":
        command.history(
            cfg,
            cmd.get("range"),
            indicate_current=bool(cmd.get("indicate_current")),
        )
    elif kind == "heads":
        command.heads(cfg, resolve_dependencies=bool(cmd.get("resolve_dependencies")))
    elif kind == "branches":
        command.branches(cfg)
        return {
            "branches": [
                {"rev": sc.revision, "next": sorted(sc.nextrev)}
                for sc in scripts.walk_revisions()
                if sc.is_branch_point
            ]
        }
    elif kind == "current":
        command.current(cfg, check_heads=bool(cmd.get("check_heads")))
        scripts.listed.sort()  # the real order is that of a Python set
    elif kind == "bases":
        return {"revs": scripts.get_bases()}
    # --- new files
    elif kind in ("revision", "merge"):
        if kind == "revision":
            sc = command.revision(
                cfg,
                message="m",
                head=cmd.get("head"),
                splice=bool(cmd.get("splice")),
                branch_label=cmd.get("branch_label"),
                depends_on=cmd.get("depends_on"),
                rev_id=cmd["rev_id"],
            )
        else:
            sc = command.merge(
                cfg,
                cmd["revisions"],
                message="m",
                branch_label=cmd.get("branch_label"),
                rev_id=cmd["rev_id"],
                splice=bool(cmd.get("splice")),
            )
        return {
            "down_revision": list(util.to_tuple(sc.down_revision, default=())),
            "depends_on": list(util.to_tuple(sc.dependencies, default=())),
            "branch_labels": sorted(sc._orig_branch_labels),
            "heads": sorted(rmap.heads),
        }
    # --- library level (RevisionMap), unwrapped errors
    elif kind == "map":
        return describe(rmap)
    elif kind == "iterate":
        upper, lower = cmd.get("upper"), cmd.get("lower")
        kw = {
            k: cmd[k]
            for k in (
                "inclusive",
                "implicit_base",
                "select_for_downgrade",
                "assert_relative_length",
            )
            if k in cmd
        }
        return {"revs": names(rmap.iterate_revisions(fix(upper), fix(lower), **kw))}
    elif kind == "get_revision":
        return {"revs": names([rmap.get_revision(tgt)])}
    elif kind == "get_revisions":
        return {"revs": names(rmap.get_revisions(tgt))}
    elif kind == "lineage":
        return {
            "revs": names(
                rmap.filter_for_lineage(
                    cmd["targets"],
                    cmd["against"],
                    include_dependencies=bool(cmd.get("include_dependencies")),
                )
            )
        }
    else:
        raise SystemExit("unknown command %r" % kind)

    if kind in ("upgrade", "downgrade", "stamp"):
        out = {"steps": scripts.steps}
        if sql and cmd.get("text"):
            out["text"] = scripts.sql_out.getvalue()
        return out
    out = {"revs": scripts.listed}
    if cmd.get("text"):
        out["text"] = cfg.stdout.getvalue()
    return out


def run_one(scripts, cmd):
    cfg = Config(stdout=io.StringIO())
    cfg.set_main_option("script_location", str(TMP))

    real_enter = EnvironmentContext.__enter__

    def enter(env):
        scripts.env = env
        return real_enter(env)

    def listing(name):
        real = getattr(Script, name)
        fn = real.fget if isinstance(real, property) else real

        def record(self, *a, **kw):
            scripts.listed.append(self.revision)
            return fn(self, *a, **kw)

        return property(record) if isinstance(real, property) else record

    def table_op(name, label):
        real = getattr(HeadMaintainer, name)

        def record(self, *a):
            scripts.table_ops.append([label, *a])
            return real(self, *a)

        return mock.patch.object(HeadMaintainer, name, record)

    out = {"cmd": cmd}
    with warnings.catch_warnings(record=True) as caught, mock.patch.object(
        ScriptDirectory, "from_config", lambda config: scripts
    ), mock.patch.object(EnvironmentContext, "__enter__", enter), mock.patch.object(
        Script, "cmd_format", listing("cmd_format")
    ), mock.patch.object(Script, "log_entry", listing("log_entry")), table_op(
        "_insert_version", "insert"
    ), table_op("_delete_version", "delete"), table_op("_update_version", "update"):
        warnings.simplefilter("always")
        try:
            out.update(run_command(scripts, cfg, cmd))
            out["ok"] = True
            scripts.conn.commit()
        except Exception as err:
            scripts.conn.rollback()
            cause = err.__cause__
            out["ok"] = False
            out["error"] = {
                "class": type(err).__name__,
                "message": str(err),
                "cause": type(cause).__name__ if cause else None,
                # False: a message for the user; True: a traceback (a bug or
                # an unchecked case in alembic; no need to imitate it)
                "crash": not isinstance(
                    err, RevisionError if cmd["cmd"] in LIBRARY else util.CommandError
                ),
            }
            if scripts.steps:
                out["steps"] = scripts.steps
    notes = sorted({str(w.message) for w in caught if w.category is UserWarning})
    if notes:
        out["warnings"] = notes
    if cmd["cmd"] in ("upgrade", "downgrade", "stamp") and not cmd.get("sql"):
        out["rows"] = sorted(scripts.get_rows())
    return out


def run_doc(doc):
    """Run every command of a document; each from doc["heads"] unless
    doc["sequential"] is true."""
    results, rows = [], doc.get("heads", [])
    for cmd in doc["commands"]:
        scripts = MemScripts(doc, rows)
        results.append(run_one(scripts, cmd))
        if doc.get("sequential"):
            rows = scripts.get_rows()
        scripts.close()
    out = {"alembic": alembic.__version__, "results": results}
    if "id" in doc:
        out["id"] = doc["id"]
    return out


def main():
    try:
        if "--jsonl" in sys.argv[1:]:
            for line in sys.stdin:
                if line.strip():
                    print(json.dumps(run_doc(json.loads(line)), sort_keys=True))
        else:
            json.dump(run_doc(json.load(sys.stdin)), sys.stdout, indent=1, sort_keys=True)
            print()
    finally:
        shutil.rmtree(TMP, ignore_errors=True)


if __name__ == "__main__":
    main()
