"""The samples as Markdown, and what was reached."""

import statistics

from measures import APPLY, DOWN, FILES, NOTHING, OURS, OURS_EACH, PLAIN, PLAIN_EACH, REFINERY, SQLX

# The contenders in the order of the table.
ORDER = (PLAIN, OURS, SQLX, REFINERY, PLAIN_EACH, OURS_EACH, FILES)
FLOOR = {OURS: PLAIN, SQLX: PLAIN, REFINERY: PLAIN, OURS_EACH: PLAIN_EACH}

APPLY_LIMIT = 1.3
REFINERY_LIMIT = 1.05
INSERTS_LIMIT = 1.2
NOTHING_LIMIT = 1.3
PEAK_LIMIT = 16  # MiB
GROWTH_LIMIT = 1.1  # of the time per revision, against the plain client's own growth
GRAPH_LIMIT = 0.150  # seconds
SCHEMA_LIMIT = 1.0  # seconds
CHECK_LIMIT = {"SQLite": 3, "PostgreSQL": 2, "MariaDB": 2}


def median(samples, field):
    return statistics.median(getattr(sample, field) for sample in samples)


def ratio(samples, others, field="wall"):
    """The median of the ratios of samples that were taken one after the other."""
    return statistics.median(
        getattr(sample, field) / max(getattr(other, field), 1e-6)
        for sample, other in zip(samples, others, strict=True)
    )


def milliseconds(seconds):
    return f"{seconds * 1e3:,.1f}" if seconds < 0.1 else f"{seconds * 1e3:,.0f}"


def show(table):
    """A table of Markdown."""
    head = ["operation", "contender", "wall ms", "fastest", "CPU ms", "× plain", "CPU × plain", "× sqlx-cli"]
    head += ["peak MiB", "µs CPU/rev."]
    lines = [f"### {table.title}\n", f"| {' | '.join(head)} |", "|---|---|" + "--:|" * (len(head) - 2)]
    for operation, contenders in table.samples.items():
        for contender in sorted(contenders, key=ORDER.index):
            samples = contenders[contender]
            floor = contenders.get(FLOOR.get(contender))
            sqlx = contenders.get(SQLX) if contender in (OURS, OURS_EACH) else None
            cells = [
                operation,
                contender,
                milliseconds(median(samples, "wall")),
                milliseconds(min(sample.wall for sample in samples)),
                milliseconds(median(samples, "cpu")),
                f"{ratio(samples, floor):.2f}" if floor else "",
                f"{ratio(samples, floor, 'cpu'):.2f}" if floor else "",
                f"{ratio(samples, sqlx):.2f}" if sqlx else "",
                f"{max(sample.peak for sample in samples):.1f}",
                f"{median(samples, 'cpu') / table.count * 1e6:,.0f}",
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def goals(tables):
    """Each goal with what was measured: (text, value, reached)."""
    for table in tables:
        samples = table.samples
        ours = {operation: contenders[OURS] for operation, contenders in samples.items() if OURS in contenders}

        def against(operation, other, limit, goal):
            if other in samples.get(operation, {}):
                value = ratio(ours[operation], samples[operation][other])
                yield f"{table.title}: {operation} {goal}", f"{value:.2f} ×", value <= limit

        if table.growth:
            continue  # hardly any work for the database: no ratio to it says anything
        if table.inserts:
            yield from against(APPLY, PLAIN, INSERTS_LIMIT, f"≤ {INSERTS_LIMIT} × plain client, in one transaction")
            continue
        for operation in (APPLY, DOWN):
            yield from against(operation, PLAIN, APPLY_LIMIT, f"≤ {APPLY_LIMIT} × plain client")
            yield from against(operation, SQLX, 1, "faster than sqlx-cli")
        yield from against(APPLY, REFINERY, REFINERY_LIMIT, f"≤ {REFINERY_LIMIT} × refinery -g")
        yield from against(NOTHING, PLAIN, NOTHING_LIMIT, f"≤ {NOTHING_LIMIT} × plain client")
        if APPLY not in ours:
            check = CHECK_LIMIT.get(table.database.split(",")[0])
            yield from against("check", PLAIN, check, f"≤ {check} × plain client's catalog queries")
            limit = SCHEMA_LIMIT if table.schema else GRAPH_LIMIT
            for operation, taken in ours.items():
                value = median(taken, "wall")
                text = f"{table.title}: {operation} ≤ {milliseconds(limit)} ms"
                yield text, f"{milliseconds(value)} ms", value <= limit
        if table.count <= 1_000 and not table.schema:
            peak, operation = max((sample.peak, operation) for operation in ours for sample in ours[operation])
            yield f"{table.title}: peak ≤ {PEAK_LIMIT} MiB", f"{peak:.1f} MiB ({operation})", peak <= PEAK_LIMIT
            if SQLX in samples.get(APPLY, {}):
                theirs = max(sample.peak for contenders in samples.values() for sample in contenders.get(SQLX, []))
                yield f"{table.title}: peak ≤ sqlx-cli's", f"{peak:.1f} MiB, {theirs:.1f} MiB", peak <= theirs
    yield from growth(tables)


def growth(tables):
    """How the time per revision grows from one number of revisions to the next, and how the plain client's does."""
    for smaller in tables:
        larger = [table for table in tables if table.database == smaller.database and table.count > smaller.count]
        if not larger:
            continue
        larger = min(larger, key=lambda table: table.count)
        # SQLite works in the process of its client, whose CPU time is the less noisy measure.
        field = "cpu" if larger.database.startswith("SQLite") else "wall"
        for operation in (APPLY, DOWN):
            if any(PLAIN not in table.samples.get(operation, {}) for table in (smaller, larger)):
                continue
            mine, plain = (
                median(larger.samples[operation][who], field) / larger.count
                / (median(smaller.samples[operation][who], field) / smaller.count)
                for who in (OURS, PLAIN)
            )
            numbers = f"from {smaller.count:,} to {larger.count:,}"
            text = f"{larger.database}, {operation}: {field} time per revision does not grow {numbers}"
            yield text, f"{mine:.2f} × (plain client {plain:.2f} ×)", mine <= max(plain, 1) * GROWTH_LIMIT


def show_goals(tables):
    lines = ["### Goals\n", "| goal | measured | |", "|---|--:|---|"]
    for text, value, reached in goals(tables):
        lines.append(f"| {text} | {value} | {'reached' if reached else '**not reached**'} |")
    return "\n".join(lines)
