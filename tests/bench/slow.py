"""Servers that keep one waiting."""
import http.client
import http.server
import socket
import threading

PAUSE = 0.1


class Deaf:
    """Takes connections and says nothing."""

    def __init__(self):
        self.socket = socket.create_server(('127.0.0.1', 0), backlog=512)
        self.port = self.socket.getsockname()[1]


class Full:
    """Does not even take connections: its queue is full, and the system drops what else would come."""

    def __init__(self):
        self.socket = socket.create_server(('127.0.0.1', 0), backlog=0)
        self.port = self.socket.getsockname()[1]
        self.filler = [socket.socket() for _ in range(16)]
        for s in self.filler:
            s.setblocking(False)
            s.connect_ex(('127.0.0.1', self.port))


class Trickle:
    """Answers by the byte, now and then one, for ever; but lets a server behind it give tokens."""

    def __init__(self, behind=None):
        trickle = self
        self.behind, self.asked, self.end = behind, 0, threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def answer(self):
                body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
                if trickle.behind and 'token' in self.path:
                    trickle.hand_on(self, body)
                else:
                    trickle.drip(self)
            do_GET = do_POST = do_PATCH = do_DELETE = answer

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def hand_on(self, request, body):
        there = http.client.HTTPConnection('127.0.0.1', self.behind)
        there.request(request.command, request.path, body, dict(request.headers))
        said = there.getresponse()
        text = said.read()
        request.send_response(said.status)
        request.send_header('Content-Type', said.headers.get('Content-Type', ''))
        request.send_header('Content-Length', str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    def drip(self, request):
        self.asked += 1
        request.send_response(200)
        request.send_header('Content-Type', 'application/json')
        request.send_header('Content-Length', '1000000')
        request.end_headers()
        try:
            while not self.end.wait(PAUSE):
                request.wfile.write(b' ')
        except OSError:
            request.close_connection = True
