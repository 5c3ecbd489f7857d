"""An HTTP server that misbehaves on request: server.py FOLDER LOG.

The first part of a path says how: /cut/REPOSITORY/resolve/REVISION/FILE is FOLDER/REPOSITORY/FILE, sent
over connections that break. Prints its port. A line of the log is a request that has ended: path,
first byte asked for, status, bytes sent. /quiet is answered, and not written down, when all have.
"""
import http.server
import os
import re
import sys
import threading
import time

folder, log_path = sys.argv[1:]
seen = {}
lock = threading.Condition()  # notified when a request has ended
at_work = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *unused):
        pass

    def note(self, begin, status, sent):
        with lock, open(log_path, "a") as log:
            log.write(f"{self.path} {begin} {status} {sent}\n")

    def answer(self, status, headers, begin=0):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", headers.get("Content-Length", "0"))
        self.end_headers()
        self.note(begin, status, 0)

    def do_GET(self):
        global at_work
        if self.path == "/quiet":
            with lock:
                lock.wait_for(lambda: at_work == 0)
            self.send_response(204)
            return self.end_headers()
        with lock:
            at_work += 1
        try:
            self.serve()
        finally:
            with lock:
                at_work -= 1
                lock.notify_all()

    def serve(self):
        how, _, rest = self.path[1:].partition("/")
        with lock:
            seen[self.path] = count = seen.get(self.path, 0) + 1
        if how == "404":
            return self.answer(404, {})
        if how == "refuse":
            return self.answer(403, {})
        if how == "busy" and count < 3 and rest.endswith(".safetensors"):
            return self.answer(503, {})
        if how == "redirect":
            return self.answer(302, {"Location": "/redirected/" + rest})
        if how == "loop":
            return self.answer(302, {"Location": self.path})
        self.send_file(how, re.sub("/resolve/[^/]*/", "/", rest), count)

    def send_file(self, how, name, count):
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        if how == "wrong":
            data = data[:-1] + bytes([data[-1] ^ 1])
        if how == "page" and name.endswith("config.json"):
            data = b"<html>Please log in.</html>\n"
        if how == "other" and name.endswith("config.json"):
            data += b"\n"
        asked = re.match(r"bytes=(\d+)-$", self.headers.get("Range", ""))
        begin = int(asked[1]) if asked and how != "norange" else 0
        if begin >= len(data) and begin:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(data)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return self.note(begin, 416, 0)
        body = data[begin:]
        status = 206 if begin else 200
        self.send_response(status)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
        if how == "endless":
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        sent = self.send_body(how, body, count)
        self.note(begin, status, sent)

    def send_body(self, how, body, count):
        if how == "cut" and len(body) > 500 or how == "norange" and count == 1 and len(body) > 5000:
            body, whole = body[: len(body) // 2 + 1], len(body)
        else:
            whole = len(body)
        if how == "endless":
            body = body + bytes(64 << 20)
        sent, step = 0, 16384 if how == "slow" else 1 << 20
        try:
            while sent < len(body):
                sent += self.wfile.write(body[sent : sent + step])
                self.wfile.flush()
                time.sleep(0.3 if how == "slow" else 0)
        except OSError:
            pass
        if sent != whole:
            self.close_connection = True
        return sent


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
server.handle_error = lambda *unused: None  # clients that were killed
print(server.server_address[1], flush=True)
server.serve_forever()
