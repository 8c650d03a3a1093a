"""Runs the cases of a file: a command, what it prints, its exit status.

    # a sentence that names the case
    $ scrawl frobnicate
    ! scrawl: there is no verb 'frobnicate'; see scrawl --help
    ? 2

"> " is a line of standard output, "! " one of standard error, "? " the exit status (0 where none stands). A case that
says nothing of an output expects it to be empty; "> ..." stands for any lines, and {{x}} within a line for the regular
expression x. Commands run in a shell, in an empty folder, with scrawl and $DRAWN (pictures made beforehand) at hand.
"""
import os, re, subprocess, sys, tempfile


def read_cases(path):
    cases, name = [], None
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        mark, text = line[:2], line[2:]
        if mark == "# ":
            name = text
        elif mark == "$ ":
            cases.append({"name": name, "command": text, "out": [], "err": [], "status": 0})
        elif mark == "> ":
            cases[-1]["out"].append(text)
        elif mark == "! ":
            cases[-1]["err"].append(text)
        elif mark == "? ":
            cases[-1]["status"] = int(text)
        elif line not in ("", "#"):
            sys.exit(f"{path}:{number}: what is '{line}'?")
    return cases


def pattern(lines):
    parts = []
    for line in lines:
        if line == "...":
            parts.append(r"(?:.*\n)*?")
            continue
        bits = re.split(r"\{\{(.*?)\}\}", line)
        parts.append("".join(b if i % 2 else re.escape(b) for i, b in enumerate(bits)) + "\n")
    return re.compile("".join(parts) + r"\Z")


def main():
    path, scrawl, drawn = sys.argv[1], os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3])
    environment = dict(os.environ, PATH=os.path.dirname(scrawl) + ":" + os.environ["PATH"], HOME="/nonexistent",
                       XDG_CACHE_HOME="/nonexistent", LC_ALL="C.UTF-8", DRAWN=drawn)
    cases = read_cases(path)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        print(f"1..{len(cases)}")
        for i, case in enumerate(cases, 1):
            ran = subprocess.run(case["command"], shell=True, cwd=folder, env=environment, capture_output=True,
                                 stdin=subprocess.DEVNULL, timeout=300)
            out, err = ran.stdout.decode(errors="replace"), ran.stderr.decode(errors="replace")
            good = (ran.returncode == case["status"] and pattern(case["out"]).match(out)
                    and pattern(case["err"]).match(err))
            failed += not good
            print(f"{'ok' if good else 'not ok'} {i} - {case['name']}: {case['command']}".replace("#", "\\#"))
            if not good:
                for line in [f"status {ran.returncode}, expected {case['status']}", "stdout:", *out.splitlines(),
                             "stderr:", *err.splitlines()]:
                    print("# " + line)
    return failed > 0


sys.exit(main())
