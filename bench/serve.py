"""How many readings a second `scrawl serve` gives, how long they take, and what they cost: serve.py BUILD [SECONDS]

One 28x28 PNG of MNIST's kind is read by lenet over and over, on loopback, the client on the same cores. Processor time
is the server's own, so it says what a quiet machine could do: others only make the clock's figures worse.
"""
import os, re, signal, struct, subprocess, sys, tempfile, zlib

build, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 5


def seven():
    rows = [[0] * 28 for _ in range(28)]
    for x in range(7, 21):
        rows[5][x] = rows[6][x] = 255
    for i in range(17):
        rows[7 + i][19 - i // 2] = rows[7 + i][18 - i // 2] = 255
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 28, 28, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + bytes(r) for r in rows))) + chunk(b"IEND", b""))


def memory_mb(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read())[1]) / 1024


def cpu_s(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


with tempfile.NamedTemporaryFile(suffix=".png") as picture:
    picture.write(seven())
    picture.flush()
    server = subprocess.Popen([f"{build}/scrawl", "serve", "-p", "0", "-q", "--model", "lenet"], stdout=subprocess.PIPE)
    port = re.search(r":(\d+)/", server.stdout.readline().decode())[1]

    def load(rate, time, connections=16):
        before = cpu_s(server.pid)
        said = subprocess.run([f"{build}/bench/load", port, "/v1/read?single=1", picture.name, str(rate), str(time), str(connections)],
                              capture_output=True, check=True).stdout.decode().strip()
        count = int(re.search(r"of (\d+) not", said)[1])
        return said, 1e6 * (cpu_s(server.pid) - before) / count, count

    load(0, 1)
    fastest = 0
    for connections in (4, 16, 64):
        said, cost, _ = load(0, seconds, connections)
        fastest = max(fastest, float(said.split()[0]))
        print(f"as fast as it can, {connections} connections: {said}; {cost:.0f} us of the server's processor time each")
    for rate in (2500, round(fastest / 2)):
        print(f"{rate} a second due: {load(rate, seconds)[0]}")
    total, first = 0, memory_mb(server.pid)
    while total < 100000:
        total += load(0, 5)[2]
    print(f"memory: {first:.1f} MB, after {total} more requests {memory_mb(server.pid):.1f} MB")
    server.send_signal(signal.SIGTERM)
    server.wait()
