"""`scrawl serve` over loopback, as its clients and its enemies see it: test_server.py SCRAWL DRAWN

Each test is a function whose name is the sentence. A server of its own is started for those that need other limits.
"""
import http.client, json, os, re, resource, signal, socket, ssl, struct, subprocess, sys, tempfile, threading, time, zlib

SCRAWL, DRAWN = map(os.path.abspath, sys.argv[1:3])
with open(SCRAWL, "rb") as program:
    SLOW = 5 if b"__asan_init" in program.read() else 1
PATIENCE_S = 90  # for what has to come but may take its time on a busy machine


def wait_until(holds):
    """Asks again and again; whether it held at last."""
    deadline = time.time() + PATIENCE_S
    while not (held := holds()) and time.time() < deadline:
        time.sleep(0.01)
    return held


class Server:
    def __init__(self, *options, tls=None):
        self.log = tempfile.TemporaryFile()
        environment = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"}  # or memory could not stay flat
        self.process = subprocess.Popen([SCRAWL, "serve", "-p", "0", *options], stdout=subprocess.PIPE, stderr=self.log, env=environment)
        self.url = self.process.stdout.readline().decode().strip()
        assert self.url, self.said()
        self.port, self.tls = int(re.search(r":(\d+)/$", self.url)[1]), tls

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        assert self.ended_well(), (self.process.returncode, self.said())

    def ended_well(self):
        """Waits for its end. GCC 12's leak checker now and then crashes itself while it looks, which is no leak: those it names."""
        return self.process.wait(PATIENCE_S) == 0 or "LeakSanitizer has encountered a fatal error" in self.said()

    def said(self):
        return os.pread(self.log.fileno(), 1 << 26, 0).decode()  # leaves the place alone at which the server writes

    def connect(self, timeout=PATIENCE_S):
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method, path, body=None, **headers):
        """(status, body, headers) of one request; underscores in names of headers are dashes."""
        connection = self.connect()
        connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content, answer.headers

    def read(self, picture, query="", **headers):
        return self.ask("POST", "/v1/read" + query, picture, Content_Type="image/png", **headers)

    def raw(self, data, wait=PATIENCE_S):
        """What the server answers to these bytes before it closes, or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as s:
            s.sendall(data)
            answer = b""
            try:
                while chunk := s.recv(65536):
                    answer += chunk
            except (TimeoutError, ConnectionResetError):
                pass
            return answer

    def metric(self, name):
        text = self.ask("GET", "/metrics")[1].decode()
        found = re.search(rf"^{re.escape(name)} ([0-9.e+-]+)$", text, re.M)
        return float(found[1]) if found else 0

    def memory_kb(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])


def drawn(name):
    with open(os.path.join(DRAWN, name), "rb") as file:
        return file.read()


def png(width, height, grey=255, rows=None):
    """A grey PNG; without `rows` it is plain, with fewer rows than `height` it lies about its size."""
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    lines = b"".join(b"\0" + bytes([grey]) * width for _ in range(height if rows is None else rows))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(lines, 1)) + chunk(b"IEND", b""))


def noisy(side):
    """A picture that takes a while to read: grain from rim to rim."""
    rows = b"".join(b"\0" + os.urandom(side) for _ in range(side))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b""))


SLOW_TO_READ = noisy(3000 if SLOW == 1 else 1000)
UNHURRIED = ["--deadline", "600"]  # where a reading may take its time


def error_of(answer):
    error = json.loads(answer[1])["error"]
    assert error["message"] and answer[2]["Content-Type"] == "application/json", answer
    return answer[0], error["code"]


# ---- what it is for ----

def the_page_comes_with_headers_that_lock_it_in(s):
    status, page, headers = s.ask("GET", "/")
    if status == 501:
        assert b"built without" in page
        return
    assert status == 200 and page.startswith(b"<!doctype html>") and headers["Content-Type"].startswith("text/html")
    assert headers["X-Content-Type-Options"] == "nosniff" and "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert b"default-src 'none'" in page and b"http://" not in page.replace(b"http://www.w3.org/", b"")
    assert s.ask("HEAD", "/")[1] == b""


def a_picture_is_read_as_the_command_line_reads_it(s):
    for name in ("number.png", "digit.png", "page.png"):
        if not os.path.exists(os.path.join(DRAWN, name)):
            continue
        status, text, headers = s.read(drawn(name))
        assert status == 200 and headers["Content-Type"] == "application/json"
        said = subprocess.run([SCRAWL, "read", "--json", name], cwd=DRAWN, capture_output=True, check=True).stdout
        expected, found = json.loads(said), json.loads(text)
        assert found.pop("image") == "body" and expected.pop("image") == name
        assert found == expected, (found, expected)


def options_stand_in_the_query(s):
    one = json.loads(s.read(drawn("digit.png"), "?single=true&model=lenet")[1])
    assert len(one["lines"]) == 1 and len(one["lines"][0]["digits"]) == 1
    for unknown in ("?singel=true", "?clean=1", "?single=1&%ff=2", "?=1"):
        assert error_of(s.read(drawn("digit.png"), unknown)) == (400, "argument"), unknown
    assert s.read(drawn("digit.png"), "?")[0] == 200
    assert error_of(s.read(drawn("digit.png"), "?single=maybe")) == (400, "argument")
    assert error_of(s.read(drawn("digit.png"), "?model=/etc/passwd")) == (400, "argument")
    assert error_of(s.read(drawn("digit.png"), "?model=nonesuch")) == (400, "argument")


def the_other_routes_answer(s):
    assert json.loads(s.ask("GET", "/healthz")[1]) == {"status": "ok"}
    assert "lenet" in [m["name"] for m in json.loads(s.ask("GET", "/v1/models")[1])["models"]]
    routes = json.loads(s.ask("GET", "/v1/openapi.json")[1])["paths"]
    for path, methods in routes.items():
        for method in methods:
            assert s.ask(method.upper(), path)[0] not in (404, 405), path
    assert error_of(s.ask("GET", "/nonesuch")) == (404, "path")
    status, _, headers = s.ask("GET", "/v1/read")
    assert status == 405 and headers["Allow"] == "POST"
    assert s.ask("DELETE", "/healthz")[2]["Allow"] == "GET, HEAD"


def misfit(value, schema, all):
    """Where a value is not as a schema of the OpenAPI file says, or holds what that does not tell; None where it is."""
    schema = all[schema["$ref"].split("/")[-1]] if "$ref" in schema else schema
    if value is None and schema.get("nullable"):
        return None
    kind = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float)}[schema["type"]]
    if not isinstance(value, kind):
        return f"{value!r} is no {schema['type']}"
    if kind is list:
        return next((m for m in (misfit(v, schema["items"], all) for v in value) if m), None)
    if kind is dict:
        lacking = set(schema.get("required", ())) - set(value)
        unknown = set(value) - set(schema["properties"])
        if lacking or unknown:
            return f"lacks {lacking}, is not told of {unknown}"
        return next((m for m in (misfit(v, schema["properties"][k], all) for k, v in value.items()) if m), None)
    return None


def answers_are_as_the_openapi_file_says(s):
    told = json.loads(s.ask("GET", "/v1/openapi.json")[1])
    answers = {"Reading": s.read(drawn("number.png")), "Models": s.ask("GET", "/v1/models"), "Error": s.read(b"x")}
    for name, (status, body, headers) in answers.items():
        wrong = misfit(json.loads(body), {"$ref": name}, told["components"]["schemas"])
        assert wrong is None, (name, wrong)
    assert answers["Error"][0] == 400 and "400" in told["paths"]["/v1/read"]["post"]["responses"]


def many_at_a_time_each_get_their_own_answer(s):
    pictures = [drawn("digit.png"), drawn("number.png"), png(60, 40)]
    alone = [s.read(p)[1] for p in pictures]
    wrong = []

    def client(first):
        connection = s.connect()
        for k in range(first, first + 12 // min(SLOW, 4)):
            connection.request("POST", "/v1/read", pictures[k % 3], {"Content-Type": "image/png"})
            if connection.getresponse().read() != alone[k % 3]:
                wrong.append(k)
        connection.close()

    threads = [threading.Thread(target=client, args=(i,)) for i in range(12)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def requests_that_wait_are_read_together(_):
    with Server("--threads", "1", *UNHURRIED) as s:
        slow = threading.Thread(target=lambda: s.read(SLOW_TO_READ))
        slow.start()
        assert wait_until(lambda: s.metric("scrawl_batches_total") == 1)
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(s.read(drawn("digit.png")))) for _ in range(6)]
        for t in threads:
            t.start()
        for t in threads + [slow]:
            t.join()
        assert len(answers) == 6 and all(a[:2] == answers[0][:2] and a[0] == 200 for a in answers)
        assert s.metric("scrawl_batched_requests_total") == 7 and s.metric("scrawl_batches_total") < 7


def it_redraws_and_writes_where_the_models_ship(s):
    ships = [m["name"] for m in json.loads(s.ask("GET", "/v1/models")[1])["models"]]
    status, picture, headers = s.ask("POST", "/v1/redraw?clean=1", drawn("number.png"), Content_Type="image/png")
    if "redraw" in ships:
        assert status == 200 and headers["Content-Type"] == "image/png" and picture.startswith(b"\x89PNG")
        assert s.ask("POST", "/v1/redraw", b"nonsense", Content_Type="image/png")[0] == 400
    else:
        assert status == 501 and json.loads(picture)["error"]["code"] == "unsupported"
    order = lambda text: s.ask("POST", "/v1/write", text, Content_Type="application/json")
    status, picture, headers = order(b'{"number": "2026", "style": 3, "height": 80}')
    if "writer" not in ships:
        assert status == 501 and json.loads(picture)["error"]["code"] == "unsupported"
        return
    assert status == 200 and headers["Content-Type"] == "image/png" and picture[20:24] == struct.pack(">I", 80)
    assert order(b'{"number": "2026", "style": 3, "height": 80}')[1] == picture
    assert order(b'{"number": "2026", "style": 4, "height": 80}')[1] != picture
    for wrong in (b"{}", b"[]", b"{", b'{"number": 5}', b'{"number": "12a"}', b'{"number": ""}', b'{"number": "1", "height": 1}', b'{"number": "1", "x": 1}',
                  b'{"number": "1", "number": "2"}', b'{"number": "' + b"1" * 201 + b'"}', b'{"number": "1", "seed": -1}', b'{"number": "1", "invert": 1}'):
        assert order(wrong)[0] == 400, wrong
    assert error_of(s.ask("POST", "/v1/write", b"{}", Content_Type="image/png")) == (415, "type")


# ---- who may ask ----

def a_foreign_host_is_refused(s):
    assert error_of(s.ask("GET", "/v1/models", Host="evil.example")) == (421, "host")
    assert error_of(s.ask("GET", "/", Host="localhost.evil.example")) == (421, "host")
    assert s.ask("GET", "/healthz", Host=f"localhost:{s.port}")[0] == 200
    assert s.raw(b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 4")
    with Server("--name", "scrawl.example,other.example") as named:
        assert named.ask("GET", "/healthz", Host="Other.example:80")[0] == 200
        assert named.ask("GET", "/healthz", Host="third.example")[0] == 421


def pages_from_elsewhere_may_not_ask(s):
    assert error_of(s.read(drawn("digit.png"), Origin="https://evil.example")) == (403, "origin")
    assert error_of(s.read(drawn("digit.png"), Origin="null")) == (403, "origin")
    assert s.read(drawn("digit.png"), Origin=f"http://127.0.0.1:{s.port}")[0] == 200
    for kind in ("text/plain", "multipart/form-data", "application/x-www-form-urlencoded", "image"):
        assert error_of(s.ask("POST", "/v1/read", drawn("digit.png"), Content_Type=kind)) == (415, "type")
    assert error_of(s.ask("POST", "/v1/read", drawn("digit.png"))) == (415, "type")


def a_token_is_wanted_where_there_is_one(_):
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("a-long-secret\n")
        file.flush()
        with Server("--token-file", file.name) as s:
            assert error_of(s.ask("GET", "/v1/models")) == (401, "token")
            assert s.ask("GET", "/v1/models")[2]["WWW-Authenticate"] == "Bearer"
            for wrong in ("Bearer a-long-secre", "Bearer a-long-secret2", "Bearer ", "Basic a-long-secret", "Bearer " + "a" * 5000):
                assert s.ask("GET", "/metrics", Authorization=wrong)[0] == 401, wrong
            assert s.read(drawn("digit.png"), Authorization="Bearer a-long-secret")[0] == 200
            assert s.ask("GET", "/healthz")[0] == 200


def it_serves_https(_):
    with tempfile.TemporaryDirectory() as folder:
        key, cert = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
                        "-out", cert, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
                       check=True, capture_output=True)
        with Server("--tls-cert", cert, "--tls-key", key, tls=ssl.create_default_context(cafile=cert)) as s:
            assert s.url.startswith("https://")
            assert s.read(drawn("digit.png"))[0] == 200
            assert b"ok" not in s.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", wait=2)
        for arguments in (["--tls-cert", cert], ["--tls-cert", key, "--tls-key", key]):
            failed = subprocess.run([SCRAWL, "serve", "-p", "0", *arguments], capture_output=True, timeout=60)
            assert failed.returncode == 1 and b"certificate" in failed.stderr and failed.stderr.count(b"\n") == 1


# ---- bad days ----

def malformed_requests_do_no_harm(s):
    heads = [b"", b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/1.1\r\nHost\r\n\r\n",
             b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: -5\r\n\r\n",
             b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 99999999999999999999\r\n\r\n",
             b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
             b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20000 + b"\r\n",
             b"GET /%00%ff/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"]
    for head in heads:
        with socket.create_connection(("127.0.0.1", s.port), timeout=10) as c:
            try:
                c.sendall(head)
                c.shutdown(socket.SHUT_WR)
                answer = c.recv(65536)
            except OSError: # cut while we send
                answer = b""
            assert not answer or answer.split(b" ")[1][:1] in (b"4", b"5"), (head[:60], answer[:60])
    for body in (b"x", b"\x89PNG\r\n\x1a\n", drawn("digit.png")[:200], png(9, 9, rows=3), os.urandom(3000), b"\xff\xd8\xff\xe0" + os.urandom(500)):
        assert s.read(body)[0] == 400
    assert error_of(s.read(b"")) == (400, "format")
    assert s.read(drawn("digit.png"))[0] == 200


def what_is_too_large_is_refused_before_it_is_held(_):
    with Server("--body", "1") as s:
        for _ in range(10):
            try:
                answer = s.read(b"x" * (2 << 20))
                break
            except OSError:  # refused before all was sent: what was said can be lost with the connection
                answer = None
        assert answer is None or error_of(answer) == (413, "limit")
        connection = s.connect()
        connection.putrequest("POST", "/v1/read")
        connection.putheader("Content-Type", "image/png")
        connection.putheader("Content-Length", str(1 << 40))
        connection.endheaders()
        assert connection.getresponse().status == 413
        chunks = (b"x" * 65536 for _ in range(40))
        connection = s.connect()
        connection.request("POST", "/v1/read", chunks, {"Content-Type": "image/png"}, encode_chunked=True)
        assert connection.getresponse().status == 413
        assert error_of(s.read(png(20000, 20000, rows=1))) == (413, "limit")
        assert s.memory_kb() < 400000 * SLOW


def who_sends_too_slowly_is_cut(_):
    with Server("--deadline", str(SLOW)) as s:
        begin = time.time()
        drips = [b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n", b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 5000\r\n\r\n"]
        clients = [socket.create_connection(("127.0.0.1", s.port), timeout=PATIENCE_S) for _ in range(20)]
        for i, c in enumerate(clients):
            c.sendall(drips[i % 2])
        cut = [False] * len(clients)
        while not all(cut) and time.time() - begin < PATIENCE_S:
            assert s.ask("GET", "/healthz")[0] == 200 # the others do not notice
            for i, c in enumerate(clients):
                if not cut[i]:
                    try:
                        c.sendall(b"X")
                        c.settimeout(0.02)
                        cut[i] = c.recv(1000) == b""
                    except TimeoutError:
                        pass
                    except OSError:
                        cut[i] = True
        assert all(cut), cut
        assert wait_until(lambda: s.metric("scrawl_connections") == 1)  # that which asks


def who_goes_away_leaves_nothing_behind(s):
    picture = drawn("number.png")
    head = b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n" % len(picture)
    reset = struct.pack("ii", 1, 0)
    for i in range(300):
        c = socket.create_connection(("127.0.0.1", s.port), timeout=10)
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        c.sendall(head + picture[:len(picture) * (i % 4) // 3])
        c.close()
    assert wait_until(lambda: s.metric("scrawl_connections") <= 3 and s.metric("scrawl_queue_length") == 0)
    assert s.read(picture)[0] == 200


def a_full_queue_says_so_at_once(_):
    with Server("--queue", "1", "--threads", "1", *UNHURRIED) as s:
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(s.read(SLOW_TO_READ))) for _ in range(2)]
        for t, full in zip(threads, ("scrawl_batches_total", "scrawl_queue_length")):
            t.start()
            assert wait_until(lambda: s.metric(full) == 1)
        busy = s.read(drawn("digit.png"))
        assert not answers and error_of(busy) == (503, "busy") and busy[2]["Retry-After"] == "1", (len(answers), busy)
        for t in threads:
            t.join()
        assert [a[0] for a in answers] == [200, 200]


def memory_stays_flat(s):
    picture, connection = drawn("digit.png"), s.connect()

    def ask(count):
        for _ in range(count):
            connection.request("POST", "/v1/read", picture, {"Content-Type": "image/png"})
            assert connection.getresponse().read()

    ask(100 // SLOW)
    before = s.memory_kb()
    ask(300 // SLOW)
    assert s.memory_kb() - before < 2000 * SLOW, (before, s.memory_kb())


def every_request_is_logged_and_counted(_):
    with Server() as s:  # which counts and logs a request when it is over: a little after its answer
        s.read(drawn("digit.png"))
        s.ask("GET", '/a"b\\c%0Ad')
        assert wait_until(lambda: s.metric('scrawl_requests_total{route="/v1/read",status="200"}') == 1)
        assert wait_until(lambda: s.metric('scrawl_requests_total{route="other",status="404"}') == 1)
        assert s.ask("POST", "/v1/write", b"7", Content_Type="text/plain")[0] == 415  # refused by its route
        assert wait_until(lambda: s.metric('scrawl_requests_total{route="/v1/write",status="415"}') == 1)
    lines = {x["path"]: x for x in map(json.loads, filter(lambda line: line.startswith("{"), s.said().splitlines()))}
    read, lost = lines["/v1/read"], lines["/a?b?c%0Ad"]
    assert (read["method"], read["status"], lost["method"], lost["status"]) == ("POST", 200, "GET", 404), lines
    assert read["in"] == len(drawn("digit.png")) and read["ms"] > 0 and read["from"] == "127.0.0.1"


def a_stop_finishes_what_has_begun(_):
    s = Server("--threads", "1", *UNHURRIED)
    answers = []
    reader = threading.Thread(target=lambda: answers.append(s.read(SLOW_TO_READ)))
    late = socket.create_connection(("127.0.0.1", s.port), timeout=PATIENCE_S)  # has begun to send
    picture = drawn("digit.png")
    late.sendall(b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n" % len(picture) + picture[:50])
    reader.start()
    assert wait_until(lambda: s.metric("scrawl_batches_total") == 1)
    s.process.send_signal(signal.SIGTERM)

    def refuses():
        try:
            socket.create_connection(("127.0.0.1", s.port), timeout=PATIENCE_S).close()
            return False
        except OSError:
            return True

    assert wait_until(refuses) and s.process.poll() is None  # at once, not only when it ends
    late.sendall(picture[50:])
    answer = late.recv(65536)
    reader.join()
    assert answers[0][0] == 200 and answer.startswith(b"HTTP/1.1 200") and b"Connection: close" in answer, (answers, answer)
    assert s.ended_well()


def a_server_that_cannot_be_is_told_in_a_sentence(s):
    for options in (["-p", str(s.port)], ["--address", "nowhere"], ["--token-file", "/nonexistent"], ["--model", "nonesuch"],
                    ["--name", ""], ["--tls-cert", "/nonexistent", "--tls-key", "/nonexistent"]):
        failed = subprocess.run([SCRAWL, "serve", "-p", "0", *options], capture_output=True, timeout=60)
        assert failed.returncode == 1 and failed.stderr.count(b"\n") == 1 and failed.stdout == b"", (options, failed)


def main():
    tests = [f for f in globals().values() if callable(f) and getattr(f, "__code__", None) and f.__code__.co_argcount == 1
             and f.__name__ not in ("drawn", "noisy", "wait_until", "error_of", "main")]
    print(f"1..{len(tests)}")
    failed = 0
    with Server(*UNHURRIED) as shared:
        for i, test in enumerate(tests, 1):
            try:
                test(shared)
                why = None
            except Exception as e: # a test says all that went wrong
                import traceback
                why = traceback.format_exc()
            failed += why is not None
            print(f"{'not ok' if why else 'ok'} {i} - {test.__name__.replace('_', ' ')}", flush=True)
            if why:
                print("# " + why.replace("\n", "\n# "))
    return failed > 0


sys.exit(main())
