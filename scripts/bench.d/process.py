"""Runs a command and tells its wall time, CPU time and peak memory."""

import ctypes
import dataclasses
import os
import signal
import subprocess
import time

PR_SET_CHILD_SUBREAPER = 36

# The peak memory of a process begins with that of the process it was forked from, and this Python is larger than most
# of what is measured here. So a small shell forks what becomes the command, and ends; the orphan comes to us, as its
# subreaper. It waits for a line before it becomes the command: then the clock runs.
LAUNCHER = """
exec 3<&0
input=$1 output=$2
shift 2
{ read -r _; exec "$@" <"$input" 3<&-; } <&3 >"$output" 2>&1 &
echo "$!"
"""


@dataclasses.dataclass(frozen=True)
class Sample:
    """What one run of a command took."""

    wall: float  # seconds
    cpu: float  # seconds, user and system
    peak: float  # MiB


class Failed(Exception):
    """A measured command failed."""


def prepare():
    """Makes this process the parent of orphans, and faster than others where it may be. Returns its nice value."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "cannot become a subreaper (Linux only)")
    try:
        os.setpriority(os.PRIO_PROCESS, 0, min(-10, os.getpriority(os.PRIO_PROCESS, 0)))
    except PermissionError:
        pass
    return os.getpriority(os.PRIO_PROCESS, 0)


def measure(command, output, cwd=None, environment=None, stdin="/dev/null"):
    """Runs `command` to its end, with what it prints in the file `output`."""
    words = ["/bin/sh", "-c", LAUNCHER, "sh", str(stdin), str(output), *map(str, command)]
    environment = {**os.environ, **(environment or {})}
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, cwd=cwd, env=environment) as shell:
        pid = int(shell.stdout.readline())
        shell.wait()
        begin = time.perf_counter()
        shell.stdin.write(b"\n")
        shell.stdin.close()
        try:
            _, status, usage = os.wait4(pid, 0)
        except KeyboardInterrupt:
            os.kill(pid, signal.SIGKILL)  # the shell has made it deaf to Ctrl-C
            raise
    wall = time.perf_counter() - begin
    if status:
        with open(output, encoding="utf-8", errors="replace") as file:
            said = file.read()[-2000:]
        raise Failed(f"{' '.join(words[6:])}\nended with {os.waitstatus_to_exitcode(status)}:\n{said}")
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
