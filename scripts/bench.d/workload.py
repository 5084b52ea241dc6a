"""The revisions that are applied: always the same for the same number, and the first of a longer history."""

import dataclasses
import hashlib
import random

PLAIN_TABLE = "schema_version"  # where the plain client records what it applied


@dataclasses.dataclass(frozen=True)
class Revision:
    """A revision, its parents by their indexes."""

    index: int
    parents: tuple
    message: str
    up: tuple
    down: tuple

    @property
    def id(self):
        return revision_id(self.index)

    @property
    def version(self):
        """A number of fourteen digits, as sqlx has them."""
        return f"{20240101000000 + self.index}"


def revision_id(index):
    return hashlib.sha256(b"revision %d" % index).hexdigest()[:12]


def create_table(index):
    name = f"t{index:05}"
    columns = (
        "id INTEGER PRIMARY KEY, name VARCHAR(80) NOT NULL, email VARCHAR(120), "
        "amount NUMERIC(12, 2) NOT NULL DEFAULT 0, active BOOLEAN NOT NULL DEFAULT TRUE, created_at TIMESTAMP"
    )
    up = (f"CREATE TABLE {name} ({columns})", f"CREATE INDEX {name}_name_idx ON {name} (name)")
    return f"Create {name}", up, (f"DROP TABLE {name}",)


def add_column(index, table):
    name, column = f"t{table:05}", f"c{index:05}"
    up = (f"ALTER TABLE {name} ADD COLUMN {column} INTEGER",)
    return f"Add {column} to {name}", up, (f"ALTER TABLE {name} DROP COLUMN {column}",)


def insert_rows(index, table):
    name = f"t{table:05}"
    first = index * 10
    rows = ", ".join(f"({first + row}, 'name {row}', 'user{row}@example.org', {row}.5)" for row in range(5))
    up = (
        f"INSERT INTO {name} (id, name, email, amount) VALUES {rows}",
        f"UPDATE {name} SET amount = amount + 1 WHERE id BETWEEN {first} AND {first + 4}",
    )
    return f"Fill {name}", up, (f"DELETE FROM {name} WHERE id BETWEEN {first} AND {first + 4}",)


def wide_schema(count, identity):
    """So many tables of ten columns, with two indexes and a foreign key each."""
    columns = (
        "name VARCHAR(80) NOT NULL, email VARCHAR(120), amount NUMERIC(12, 2) NOT NULL DEFAULT 0, "
        "active BOOLEAN NOT NULL DEFAULT TRUE, created_at TIMESTAMP NULL, n1 INTEGER, n2 INTEGER DEFAULT 7, note VARCHAR(200)"
    )
    statements = []
    for index in range(count):
        name, parent = f"t{index:05}", f"t{max(index - 1, 0):05}"
        key = f"CONSTRAINT {name}_fk FOREIGN KEY (parent) REFERENCES {parent} (id)"
        statements.append(f"CREATE TABLE {name} (id {identity}, {columns}, parent BIGINT, {key})")
        statements.append(f"CREATE INDEX {name}_name_idx ON {name} (name)")
        statements.append(f"CREATE INDEX {name}_n_idx ON {name} (n1, n2)")
    return "BEGIN;\n" + "".join(f"{statement};\n" for statement in statements) + "COMMIT;\n"


def branchy(index):
    """The parents where every fourth revision begins a branch, which is merged again."""
    back = {0: (1,), 1: (1,), 2: (2,), 3: (1, 2)}[index % 4] if index else ()
    return tuple(index - step for step in back)


def linear(index):
    return (index - 1,) if index else ()


def revisions(count, parents=linear, tables_until=None):
    """Half of them create a table, three in ten add a column, two in ten change rows; after `tables_until`, all do."""
    rng = random.Random(20240101)
    tables = []
    made = []
    for index in range(count):
        chance = rng.random() if tables_until is None or index < tables_until else 1
        if chance < 0.5 or not tables:
            message, up, down = create_table(index)
            tables.append(index)
        elif chance < 0.8:
            message, up, down = add_column(index, rng.choice(tables))
        else:
            message, up, down = insert_rows(index, rng.choice(tables))
        made.append(Revision(index, parents(index), message, up, down))
    return made


def many_rows(count):
    """A revision that inserts so many rows one by one."""
    create = "CREATE TABLE many (id INTEGER PRIMARY KEY, name VARCHAR(80) NOT NULL, note VARCHAR(200))"
    rows = (f"INSERT INTO many (id, name, note) VALUES ({row}, 'name {row}', 'about {row}')" for row in range(count))
    return Revision(0, (), "Many rows", (create, *rows), ("DROP TABLE many",))


def sql(statements):
    return "".join(f"{statement};\n" for statement in statements)


# ---- The same revisions as each tool wants them ---------------------------------------------------------------


def write_package(folder, made, settings=""):
    """A package with the scripts, for cargo alembic."""
    migrations = folder / "migrations"
    migrations.mkdir(parents=True)
    (folder / "Cargo.toml").write_text('[package]\nname = "bench"\nversion = "0.1.0"\nedition = "2024"\n')
    (folder / "alembic.toml").write_text(settings)
    for revision in made:
        parents = ", ".join(map(revision_id, revision.parents))
        slug = revision.message.lower().replace(" ", "_")
        (migrations / f"20240101_{revision.index:06}_{revision.id}_{slug}.sql").write_text(
            f"-- {revision.message}\n--\n-- Revision: {revision.id}\n"
            + (f"-- Revises: {parents}\n" if parents else "")
            + f"-- Created: 2024-01-01T00:00:00Z\n\n-- alembic: upgrade\n{sql(revision.up)}\n"
            + f"-- alembic: downgrade\n{sql(revision.down)}"
        )


def write_sqlx(folder, made):
    """The same scripts for sqlx-cli."""
    folder.mkdir(parents=True)
    for revision in made:
        stem = f"{revision.version}_{revision.message.lower().replace(' ', '_')}"
        (folder / f"{stem}.up.sql").write_text(sql(revision.up))
        (folder / f"{stem}.down.sql").write_text(sql(revision.down))


def write_refinery(folder, made):
    """The same scripts for refinery, which has no way down."""
    folder.mkdir(parents=True)
    for revision in made:
        name = f"V{revision.index + 1}__{revision.message.lower().replace(' ', '_')}.sql"
        (folder / name).write_text(sql(revision.up))


def write_plain(folder, made):
    """Files for a plain client: up in one transaction, up in one for each revision, down in one."""
    folder.mkdir(parents=True)
    create = f"CREATE TABLE {PLAIN_TABLE} (version VARCHAR(32) NOT NULL PRIMARY KEY);\n"
    ups = [
        sql((*revision.up, f"INSERT INTO {PLAIN_TABLE} (version) VALUES ('{revision.version}')"))
        for revision in made
    ]
    downs = [
        sql((*revision.down, f"DELETE FROM {PLAIN_TABLE} WHERE version = '{revision.version}'"))
        for revision in reversed(made)
    ]
    begin, commit = "BEGIN;\n", "COMMIT;\n"
    (folder / "one.sql").write_text(begin + create + "".join(ups) + commit)
    (folder / "each.sql").write_text(create + "".join(begin + up + commit for up in ups))
    (folder / "down.sql").write_text(begin + "".join(downs) + commit)
