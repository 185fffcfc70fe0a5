"""One look at a running stream, where one of the services that it asks is slow: all that can be asked at once
is asked at once, so that the whole takes little longer than that one answer."""
import http.client
import http.server
import statistics
import subprocess
import threading
import time

import world

SLOW_S, GOAL = 1.5, 1.2
# What each of them is asked for, as a part of its path.
ASKED = {'the token': '/token', 'the stream': '/streams/', 'Monitoring': '/timeSeries', 'Logging': 'entries:list',
         'BigQuery': '/queries', 'the tables': '/tables/', 'Cloud SQL': '/instances/postmottak',
         'Compute': '/aggregated/instances'}


class Relay:
    """Passes on, and keeps back the answers of one service."""

    def __init__(self, port):
        relay = self
        self.slow = None

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            wbufsize = 1 << 16  # an answer in one piece
            disable_nagle_algorithm = True

            def answer(self):
                body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
                there = http.client.HTTPConnection('127.0.0.1', port)
                there.request(self.command, self.path, body, dict(self.headers))
                said = there.getresponse()
                text = said.read()
                if relay.slow and relay.slow in self.path:
                    time.sleep(SLOW_S)
                self.send_response(said.status)
                self.send_header('Content-Type', said.headers.get('Content-Type', ''))
                self.send_header('Content-Length', str(len(text)))
                self.end_headers()
                self.wfile.write(text)
            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128  # of 5, as usual, some of a look's calls would knock again after a second

        server = Server(('127.0.0.1', 0), Handler)
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()


def look(env):
    begun = time.monotonic()
    done = subprocess.run([world.STROM, 'status', '--json', '--app', 'postmottak-backend', *world.NAMES],
                          env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr)
    return time.monotonic() - begun


def main():
    with world.folder() as home, world.sandbox(home, 'running', '--speed', '300') as google:
        env = world.environment(home)
        env.update(google['env'])
        relay = Relay(int(env['STROM_GCP_ENDPOINT'].rsplit(':', 1)[1].strip('/')))
        env['STROM_GCP_ENDPOINT'] = f'http://127.0.0.1:{relay.port}'
        plain = statistics.median(look(env) for _ in range(world.ROUNDS))
        worst, whose = 0, ''
        for name, part in ASKED.items():
            relay.slow = part
            took = statistics.median(look(env) for _ in range(3))
            if took > worst:
                worst, whose = took, name
    world.line('status', f'a look, while {whose} is slow', f'{worst:.2f} s', f'{SLOW_S} s, else {plain:.2f} s',
               worst / SLOW_S, GOAL)


main()
