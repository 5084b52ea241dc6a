"""What is measured: which contender does what, in which order."""

import collections
import dataclasses

import workload
from databases import NO_OP
from process import Failed, measure

OURS, OURS_EACH = "cargo-alembic", "cargo-alembic, each"
PLAIN, PLAIN_EACH = "plain client", "plain client, each"
SQLX = "sqlx-cli"
REFINERY = "refinery -g"

FILES = "reading the files"

APPLY, FIRST, NOTHING, DOWN = "apply", "first no-op", "no-op", "downgrade base"
QUICK = 3  # samples in each run of what takes milliseconds


@dataclasses.dataclass
class Table:
    """The samples of one database and one number of revisions: operation → contender → samples."""

    title: str
    count: int
    database: str
    growth: bool = False  # measured only for how the time grows with the number of revisions
    schema: bool = False  # tables, not revisions
    inserts: bool = False  # rows, not revisions
    samples: dict = dataclasses.field(default_factory=dict)

    def add(self, operation, contender, sample):
        self.samples.setdefault(operation, collections.defaultdict(list))[contender].append(sample)


class Bench:
    """Where everything is, and how often it is measured."""

    def __init__(self, folder, binary, sqlx, refinery, runs, say):
        self.folder = folder
        self.binary = binary
        self.sqlx = sqlx
        self.refinery = refinery
        self.runs = runs
        self.say = say

    def alembic(self, *arguments):
        return [self.binary, "alembic", *arguments]

    def measure(self, command, **options):
        return measure(command, output=self.folder / "output", **options)

    def package(self, folder, made, settings=""):
        """A package with these revisions. Returns its lock, in which all are listed and none is sealed."""
        workload.write_package(folder, made, settings)
        self.measure(self.alembic("init"), cwd=folder)
        lock = folder / "migrations" / "alembic.lock"
        return lock, lock.read_bytes()

    # ---- Databases --------------------------------------------------------------------------------------------

    def database(self, database, count, tables_until=None):
        """Applies, does nothing, tells, and takes down.

        With `tables_until` the schema stays small, and only the plain client in one transaction is there to compare.
        """
        growth = tables_until is not None
        kind = f"{database.name}, changes of rows" if growth else database.name
        table = Table(f"{kind}, {count:,} revisions", count, kind, growth)
        home = self.folder / f"{kind}-{count}"
        made = workload.revisions(count, tables_until=tables_until)
        workload.write_plain(home / "plain", made)
        locks = [self.package(home / "package", made)]
        contenders = {PLAIN: "plain", OURS: "ours"}
        if not growth:
            locks.append(self.package(home / "each", made, 'transaction = "revision"\n'))
            contenders |= {PLAIN_EACH: "plain_each", OURS_EACH: "ours_each"}
            if self.sqlx:
                workload.write_sqlx(home / "sqlx", made)
                contenders[SQLX] = "sqlx"
                workload.write_refinery(home / "refinery", made)
                contenders[REFINERY] = "refinery"
        for run in range(self.runs):
            self.say(f"{table.title}, {run + 1} of {self.runs}")
            for name in contenders.values():
                database.create(name)
            for lock, unsealed in locks:
                lock.write_bytes(unsealed)
            if SQLX in contenders:
                database.prepare_sqlx(self.sqlx, contenders[SQLX])
                database.prepare_refinery(contenders[REFINERY])
            for operation, commands in self.operations(database, home).items():
                # Who comes first may have it harder: each time it is somebody else.
                turns = [contender for contender in contenders if contender in commands]
                turns = turns[run % len(turns) :] + turns[: run % len(turns)]
                for _ in range(1 if operation in (APPLY, FIRST, DOWN) else QUICK):
                    for contender in turns:
                        table.add(operation, contender, self.measure(**commands[contender]))
                if operation == APPLY:
                    found = {contender: database.tables(name) for contender, name in contenders.items()}
                    if len(set(found.values())) > 1:
                        raise Failed(f"{table.title}: the contenders made different numbers of tables: {found}")
        for name in contenders.values():
            database.drop(name)
        return table

    def operations(self, database, home):
        """Operation → contender → its command, in the order in which they are done."""

        def ours(*arguments, package="package", name="ours"):
            environment = {"DATABASE_URL": database.url(name)}
            return {"command": self.alembic(*arguments), "cwd": home / package, "environment": environment}

        def plain(command, file="/dev/null"):
            return {"command": command, "stdin": file, "environment": database.environment}

        def sqlx(*arguments):
            where = ["--source", home / "sqlx", "--no-dotenv", "--database-url", database.url("sqlx")]
            return {"command": [self.sqlx, "migrate", *arguments, *where]}

        def refinery(*arguments):
            # The URL is in a variable whose name is given.
            where = ["-e", "BENCH_REFINERY_URL", "-p", home / "refinery"]
            environment = {"BENCH_REFINERY_URL": database.url("refinery")}
            return {"command": [self.refinery, "migrate", *arguments, *where], "environment": environment}

        files = home / "plain"
        return {
            APPLY: {
                PLAIN: plain(database.script("plain"), files / "one.sql"),
                OURS: ours("upgrade"),
                SQLX: sqlx("run"),
                REFINERY: refinery("-g"),
                PLAIN_EACH: plain(database.script("plain_each"), files / "each.sql"),
                OURS_EACH: ours("upgrade", package="each", name="ours_each"),
            },
            # It reads every script, and keeps what it has verified; those after it do not.
            FIRST: {OURS: ours("upgrade")},
            NOTHING: {PLAIN: plain(database.query("plain", NO_OP)), OURS: ours("upgrade"), SQLX: sqlx("run")},
            "status": {OURS: ours("current"), SQLX: sqlx("info")},
            "history": {OURS: ours("history")},
            "heads": {OURS: ours("heads")},
            DOWN: {
                PLAIN: plain(database.script("plain"), files / "down.sql"),
                OURS: ours("downgrade", "base"),
                SQLX: sqlx("revert", "--target-version", "0"),
            },
        }

    # ---- Rows -------------------------------------------------------------------------------------------------

    def inserts(self, database, count):
        """One script of so many `INSERT`s, beside the plain client that executes them in one transaction."""
        table = Table(f"{database.name}, {count:,} INSERTs of one script", count, f"{database.name}, inserts", inserts=True)
        home = self.folder / f"inserts-{database.name}-{count}"
        revision = workload.many_rows(count)
        lock, unsealed = self.package(home / "package", [revision])
        create, *inserts = revision.up
        (home / "rows.sql").write_text(workload.sql((create, "BEGIN", *inserts, "COMMIT")))
        plain = {"stdin": home / "rows.sql", "environment": database.environment}
        environment = {"DATABASE_URL": database.url("ours")}
        for run in range(self.runs):
            self.say(f"{table.title}, {run + 1} of {self.runs}")
            database.create("plain")
            database.create("ours")
            lock.write_bytes(unsealed)
            table.add(APPLY, PLAIN, self.measure(database.script("plain"), **plain))
            ours = self.measure(self.alembic("upgrade"), cwd=home / "package", environment=environment)
            table.add(APPLY, OURS, ours)
        database.drop("plain")
        database.drop("ours")
        return table

    # ---- Schemas ----------------------------------------------------------------------------------------------

    def schema(self, database, count):
        """A database of so many tables, beside the plain client that dumps what it holds."""
        title = f"{database.name}, a schema of {count:,} tables"
        table = Table(title, count, f"{database.name}, schema", schema=True)
        home = self.folder / f"schema-{database.name}-{count}"
        workload.write_package(home, [], "")
        (home / "schema.sql").write_text(workload.wide_schema(count, database.identity))
        database.create("schema")
        script = {"stdin": home / "schema.sql", "environment": database.environment}
        self.measure(database.script("schema"), **script)
        environment = {"DATABASE_URL": database.url("schema")}

        def ours(*arguments):
            return self.measure(self.alembic(*arguments), cwd=home, environment=environment)

        (home / "src").mkdir(exist_ok=True)
        (home / "src" / "lib.rs").write_text("mod models;\n")
        ours("inspect", "--models")
        (home / "src" / "models.rs").write_bytes((self.folder / "output").read_bytes())
        for run in range(self.runs):
            self.say(f"{table.title}, {run + 1} of {self.runs}")
            table.add("inspect", OURS, ours("inspect"))
            table.add("inspect", PLAIN, self.measure(database.dump("schema"), environment=database.environment))
            table.add("check", OURS, ours("check"))
            table.add("check", PLAIN, self.measure(database.catalog("schema"), environment=database.environment))
        database.drop("schema")
        return table

    # ---- Graphs -----------------------------------------------------------------------------------------------

    def graph(self, database, count, parents):
        """The commands that look at the graph, on a history that was stamped."""
        kind = parents.__name__
        table = Table(f"Graph, {kind}, {count:,} revisions", count, f"graph, {kind}")
        home = self.folder / f"graph-{kind}-{count}"
        self.package(home, workload.revisions(count, parents))
        database.create("graph")
        environment = {"DATABASE_URL": database.url("graph")}

        def ours(*arguments):
            return self.measure(self.alembic(*arguments), cwd=home, environment=environment)

        ours("stamp", "heads")
        commands = {
            "heads": ["heads"],
            "history": ["history"],
            "status": ["current"],
            "upgrade --sql": ["upgrade", "base:heads", "--sql"],
            NOTHING: ["upgrade", "heads"],
        }
        for run in range(self.runs):
            self.say(f"{table.title}, {run + 1} of {self.runs}")
            for operation, arguments in commands.items():
                table.add(operation, OURS, ours(*arguments))
            table.add("floor", FILES, self.measure(["sh", "-c", f"cat {home}/migrations/*.sql"]))
        database.drop("graph")
        return table
