"""The databases, and the plain client of each."""

import os
import pathlib
import re
import shutil
import subprocess
import urllib.parse

from workload import PLAIN_TABLE

NO_OP = f"SELECT max(version) FROM {PLAIN_TABLE}"


def text_of(*command, **options):
    """What a command prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout.strip()


def newest_sqlite3():
    """The newest sqlite3 in PATH, and its version."""
    found = []
    for folder in dict.fromkeys(os.get_exec_path()):
        for path in pathlib.Path(folder).glob("sqlite3*"):
            if re.fullmatch(r"sqlite3(-[\d.]+)?", path.name) and os.access(path, os.X_OK):
                found.append((sqlite_version(path), str(path)))
    if not found:
        raise SystemExit("error: there is no sqlite3 in PATH (Debian: apt-get install sqlite3)")
    return max(found)[1]


def sqlite_version(path):
    return tuple(int(part) for part in text_of(path, "--version").split()[0].split("."))


class Sqlite:
    """A file for each contender."""

    name = "SQLite"

    def __init__(self, folder, client):
        self.folder = folder / "sqlite"
        self.folder.mkdir(parents=True)
        self.client = client

    def versions(self, binary):
        bundled = re.search(rb"(3\.[4-9]\d\.\d{1,2})\0", pathlib.Path(binary).read_bytes())
        theirs = ".".join(map(str, sqlite_version(self.client)))
        ours = bundled[1].decode() if bundled else "its own"
        return (
            f"SQLite: {self.client} is {theirs}, in cargo-alembic is {ours}. Where they differ, so may the time that "
            "SQLite itself needs, most of all for dropping tables. sqlx-cli creates its file in WAL mode, the others "
            "have a rollback journal."
        )

    def create(self, name):
        """An empty database: for SQLite, no file."""
        for path in self.folder.glob(f"{name}.db*"):
            path.unlink()

    def prepare_sqlx(self, sqlx, name):
        """`migrate run` wants a file; this is how sqlx-cli makes it."""
        text_of(sqlx, "database", "create", "--no-dotenv", "--database-url", self.url(name))

    def prepare_refinery(self, name):
        """It needs a file too, and does not create it."""
        (self.folder / f"{name}.db").touch()

    def drop(self, name):
        self.create(name)

    def url(self, name):
        return f"sqlite://{self.folder}/{name}.db"

    def script(self, name):
        """The command that runs a file of SQL given as its input."""
        return [self.client, "-batch", "-bail", f"{self.folder}/{name}.db"]

    def query(self, name, sql):
        return [self.client, "-batch", f"{self.folder}/{name}.db", sql]

    def tables(self, name):
        """How many tables the revisions have made."""
        sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name LIKE 't0____'"
        return int(text_of(*self.query(name, sql)))

    def dump(self, name):
        return self.query(name, "SELECT sql FROM sqlite_master")

    def catalog(self, name):
        """The command that asks for all columns, indexes and keys."""
        questions = ("table_xinfo(m.name)", "index_list(m.name) i, pragma_index_xinfo(i.name)", "foreign_key_list(m.name)")
        asked = (f"SELECT * FROM sqlite_master m, pragma_{question} WHERE m.type = 'table'" for question in questions)
        return self.query(name, "; ".join(asked))

    environment = {}
    identity = "INTEGER PRIMARY KEY"


class Server:
    """A database server, by its URL."""

    def __init__(self, url):
        self.parts = urllib.parse.urlsplit(url)
        self.prefix = f"bench_{os.getpid()}_"

    def url(self, name):
        return urllib.parse.urlunsplit(self.parts._replace(path=f"/{self.prefix}{name}"))

    def prepare_sqlx(self, sqlx, name):
        pass

    def prepare_refinery(self, name):
        pass

    def create(self, name):
        self.drop(name)
        self.administer(f"CREATE DATABASE {self.prefix}{name}")

    def drop(self, name):
        self.administer(f"DROP DATABASE IF EXISTS {self.prefix}{name}")

    def tables(self, name):
        where = f"table_name LIKE 't0____' AND '{self.prefix}{name}' IN (table_catalog, table_schema)"
        return int(self.administer(f"SELECT count(*) FROM information_schema.tables WHERE {where}", name))

    def administer(self, sql, name=None):
        command = self.query(name, sql)
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **self.environment})
        if done.returncode:
            raise SystemExit(f"error: {self.name}: {done.stderr.strip()}")
        return done.stdout.strip()


def real_psql():
    """psql itself: Debian's is a script in Perl, which takes longer to start than psql."""
    found = shutil.which("psql")
    if not found:
        raise SystemExit("error: there is no psql in PATH (Debian: apt-get install postgresql-client)")
    if pathlib.Path(found).resolve().name == "pg_wrapper":
        versions = pathlib.Path("/usr/lib/postgresql").glob("*/bin/psql")
        return str(max(versions, key=lambda path: int(path.parts[-3]), default=found))
    return found


class Postgresql(Server):
    name = "PostgreSQL"
    environment = {"PGOPTIONS": "-c client_min_messages=warning"}
    identity = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"

    def __init__(self, url):
        super().__init__(url)
        self.client = real_psql()

    def versions(self, _binary):
        settings = ["server_version", "fsync", "synchronous_commit"]
        version, fsync, commit = (self.administer(f"SHOW {setting}") for setting in settings)
        return (
            f"PostgreSQL: server {version} (fsync {fsync}, synchronous_commit {commit}: the same for all), "
            f"{self.client} is {text_of(self.client, '--version')}."
        )

    def script(self, name):
        return [self.client, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.url(name)]

    def dump(self, name):
        return [str(pathlib.Path(self.client).with_name("pg_dump")), "--schema-only", "-d", self.url(name)]

    def catalog(self, name):
        columns = (
            "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, "
            "pg_get_expr(d.adbin, d.adrelid) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d "
            "ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' "
            "AND a.attnum > 0 AND NOT a.attisdropped"
        )
        constraints = (
            "SELECT conrelid, conname, contype, conkey, confrelid, confkey FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace"
        )
        indexes = (
            "SELECT i.indrelid, c.relname, i.indisunique, i.indkey FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "WHERE c.relnamespace = 'public'::regnamespace"
        )
        return self.query(name, f"{columns}; {constraints}; {indexes}")

    def query(self, name, sql):
        url = urllib.parse.urlunsplit(self.parts) if name is None else self.url(name)
        return [self.client, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]


class Mariadb(Server):
    name = "MariaDB"
    identity = "BIGINT AUTO_INCREMENT PRIMARY KEY"

    def __init__(self, url):
        super().__init__(url)
        self.environment = {"MYSQL_PWD": urllib.parse.unquote(self.parts.password or "")}
        self.client = shutil.which("mariadb") or shutil.which("mysql") or "mariadb"

    def versions(self, _binary):
        version = self.administer("SELECT version()")
        return f"MariaDB: server {version}. Its DDL commits by itself, so transactions save nothing."

    def script(self, name):
        host, port = self.parts.hostname, self.parts.port or 3306
        command = [self.client, "--no-defaults", "-h", host, "-P", str(port), "-u", self.parts.username]
        command += ["--batch", "--skip-column-names"]
        return command + ([f"{self.prefix}{name}"] if name else [])

    def query(self, name, sql):
        return [*self.script(name), "-e", sql]

    def dump(self, name):
        program = shutil.which("mariadb-dump") or shutil.which("mysqldump") or "mariadb-dump"
        host, port = self.parts.hostname, self.parts.port or 3306
        login = ["--no-defaults", "-h", host, "-P", str(port), "-u", self.parts.username]
        return [program, *login, "--no-data", f"{self.prefix}{name}"]

    def catalog(self, name):
        tables = ("columns", "statistics", "key_column_usage", "referential_constraints")
        schema = {"referential_constraints": "constraint_schema"}
        asked = (
            f"SELECT * FROM information_schema.{table} WHERE {schema.get(table, 'table_schema')} = '{self.prefix}{name}'"
            for table in tables
        )
        return self.query(name, "; ".join(asked))
