"""Times a command as a whole process: median wall time and peak memory of 21 runs (5 if one takes over a second).

RUN among the arguments stands for an empty folder of its own each time.
"""
import os, resource, statistics, subprocess, sys, tempfile, time


def once(command):
    with tempfile.TemporaryDirectory() as folder:
        command = [os.path.join(folder, "run") if a == "RUN" else a for a in command]
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(command)}: exit status {process.returncode}")
        return time.perf_counter() - start, usage.ru_maxrss / 1024


runs = [once(sys.argv[1:])]
count = 5 if runs[0][0] > 1 else 21
runs = [once(sys.argv[1:]) for _ in range(count)]
walls, memory = sorted(r[0] for r in runs), max(r[1] for r in runs)
print(f"{' '.join(sys.argv[1:])}: {statistics.median(walls) * 1e3:.1f} ms ({walls[0] * 1e3:.1f} to {walls[-1] * 1e3:.1f}), "
      f"{memory:.0f} MB at most")
