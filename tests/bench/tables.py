"""What is measured on a database of 10 000 tables x 20 columns: keys, beside, choosing, busy, stall."""
import json
import shutil
import statistics
import sys

import slow
import world
from beside import beside

TABLES, COLUMNS = 10000, 20
WIZARD = str(world.BUILD / 'bench_wizard')


class World:
    """The database, and a state folder in which the journey stands at Tables."""

    def __init__(self, home, where):
        self.home, self.where = home, where
        world.fill(where, TABLES, COLUMNS)
        self.at_tables = self.env('start')
        world.walk(self.at_tables, world.TO_TABLES, '--database', 'bench')

    def env(self, name, **more):
        folder = self.home / name
        folder.mkdir()
        return world.environment(folder, **world.login(self.where), **more)

    def stand(self, name, at_tables=True):
        """The journey of that folder stands at Tables, or is none."""
        state = self.home / name / 'strom'
        shutil.rmtree(state, ignore_errors=True)
        if at_tables:
            shutil.copytree(self.home / 'start/strom', state)

    def case(self, name, keys, count, program=world.STROM, **more):
        """A wizard on Tables, its cursor on the first row."""
        env = self.env(name, **more)
        self.stand(name)
        return dict(name=name, cmd=program, env=env, ready=f'of {TABLES}', setup='HOME', keys=keys, count=count)


# --- keys ----------------------------------------------------------------------------------------

def ncdu_file(path):
    root = [{'name': '/database', 'asize': 4096, 'dsize': 4096}]
    for t in range(TABLES):
        table = {'name': f'tabell_{t:05d}', 'asize': 4096, 'dsize': 4096}
        root.append([table] + [{'name': f'kolonne_{c}_{(t * 7 + c) % 97}', 'asize': (t * 7 + c * 131) % 9000,
                                'dsize': 4096} for c in range(COLUMNS)])
    path.write_text(json.dumps([1, 2, {'progname': 'ncdu', 'progver': '1.18', 'timestamp': 1700000000}, root]))


def pspg_file(path):
    types = 'text varchar(40) integer timestamptz boolean numeric uuid jsonb date'.split()
    with open(path, 'w') as f:
        f.write('schema,table,column,type,rows,bytes\n')
        for t in range(TABLES):
            for c in range(COLUMNS):
                f.write(f'public,tabell_{t:05d},kolonne_{c}_{(t * 7 + c) % 97},{types[(t + c) % 9]},0,'
                        f'{(t * 7 + c * 131) % 9000}\n')


def keys(w):
    world.need('ncdu', 'pspg')
    ncdu_file(w.home / 'ncdu.json')
    pspg_file(w.home / 'rows.csv')
    ncdu = dict(cmd=f"ncdu -f '{w.home}/ncdu.json'", ready='tabell_0')
    pspg = dict(cmd=f"pspg --csv -f '{w.home}/rows.csv'", ready='Quit')
    found = world.side_by_side(w.home, [
        w.case('strom', 'DOWN', 100), dict(ncdu, name='ncdu', keys='DOWN', count=100),
        dict(pspg, name='pspg', keys='DOWN', count=100),
        w.case('strom-page', 'PGDN', 40), dict(pspg, name='pspg-page', keys='PGDN', count=40)])
    key = {n: c['key'] for n, c in found.items()}

    def compare(what, ours, theirs, part, p, unit, goal):
        a, b = key[ours][part][p], key[theirs][part][p]
        world.line('keys', what, f'{a:g} {unit}', f'{theirs} {b:g} {unit}', a / b, goal)
    compare('key -> frame on Tables, p50', 'strom', 'ncdu', 'last', 'p50', 'ms', 1.25)
    compare('key -> frame on Tables, p50', 'strom', 'pspg', 'last', 'p50', 'ms', 0.8)
    compare('key -> frame on Tables, p99', 'strom', 'ncdu', 'last', 'p99', 'ms', 2)
    compare('bytes of a cursor key', 'strom', 'ncdu', 'bytes', 'p50', 'B', 0.75)
    compare('bytes of a page', 'strom-page', 'pspg-page', 'bytes', 'p50', 'B', 0.6)


# --- choosing ------------------------------------------------------------------------------------

def choosing(w):
    """Every keystroke of a filter narrows 10 000 tables; Space takes all of their schema, or leaves them."""
    found = world.side_by_side(w.home, [
        dict(w.case('filter', 'k o l BS BS BS 9 6 BS BS', 100), setup='HOME /'),
        w.case('toggle', 'SPACE', 20)])
    for name, what, goal in (('filter', 'a letter of the filter -> frame', 30), ('toggle', 'Space on a schema -> frame', 16)):
        last = found[name]['key']['last']
        world.bound('choosing', f'{what}, p99', last['p99'], goal, 'ms', f"p50 {last['p50']:g} ms")


# --- busy ----------------------------------------------------------------------------------------

def busy(w):
    server = slow.Trickle()
    found = world.side_by_side(w.home, [
        w.case('idle', 'DOWN', 100, WIZARD),
        w.case('busy', 'DOWN', 100, WIZARD, STROM_BENCH_LOAD=str(server.port))])
    if found['busy']['exit'] != [0] or server.asked < 20 * world.ROUNDS:
        raise SystemExit(f"busy: the load did not last: exit {found['busy']['exit']}, {server.asked} requests")
    for p, goal in (('p50', 1.2), ('p99', 3)):
        a, b = (found[n]['key']['last'][p] for n in ('busy', 'idle'))
        world.line('busy', f'20 requests and a query, {p}', f'{a:g} ms', f'idle {b:g} ms', a / b, goal)


# --- stall ---------------------------------------------------------------------------------------

def login_files(folder, port):
    """A login and a cluster whose every question goes to a name, or to that port."""
    (folder / 'login.json').write_text(json.dumps({
        'type': 'authorized_user', 'client_id': 'c', 'client_secret': 's', 'refresh_token': 'r'}))
    (folder / 'login.json').chmod(0o600)
    at = f'127.0.0.1:{port}' if port else 'cluster.invalid'
    (folder / 'kube').write_text(
        'apiVersion: v1\nkind: Config\ncurrent-context: dev\n'
        f'clusters: [{{name: c, cluster: {{server: "https://{at}"}}}}]\n'
        'contexts: [{name: dev, context: {cluster: c, user: u, namespace: aap}}]\n'
        'users: [{name: u, user: {token: t}}]\n')
    (folder / 'kube').chmod(0o600)
    return {'GOOGLE_APPLICATION_CREDENTIALS': f'{folder}/login.json', 'KUBECONFIG': f'{folder}/kube'}


# Ask, give up, ask again: each key while the answers to the one before are awaited.
ROAD = 'ENTER C-r C-r ENTER ENTER r r ENTER r ESC r ESC C-r ESC ENTER C-r C-c q'
OVER_TABLES = 'r r r ESC ENTER r r DOWN r ESC ENTER r q'


def one_run(tty, command, env, road, ready):
    turns = env['STROM_BENCH_TURNS']
    t = tty.Term(command, 120, 40, dict(env), None, 'xterm-256color')
    end = tty.now() + 60
    while ready.encode() not in tty.STRIP.sub(b'', bytes(t.out)):
        t.pump(1)
        if t.eof or tty.now() > end:
            raise SystemExit(f'stall: the wizard did not show "{ready}"')
    for k in tty.parse_keys(road):
        t.send(k)
        t.until_quiet(0.06, 0.12, 1)
    t.close([b'q'])
    with open(turns) as f:
        return [int(x) / 1e3 for x in f.read().split()[-4:]]


def scenes(w, google):
    deaf, full, trickle = slow.Deaf(), slow.Full(), slow.Trickle(google['port'])
    dead = w.env('dead')
    dead.update(login_files(w.home / 'dead', None), PGHOST='database.invalid', STROM_BENCH_NO_NAMES='1',
                HTTPS_PROXY='http://proxy.invalid:3128')
    del dead['STROM_GCP_ENDPOINT']
    silent = w.env('silent')
    silent.update(login_files(w.home / 'silent', full.port), PGPORT=str(deaf.port),
                  STROM_GCP_ENDPOINT=f'http://127.0.0.1:{full.port}')
    cut = w.env('request')
    cut.update(google['env'], STROM_GCP_ENDPOINT=f'http://127.0.0.1:{trickle.port}')
    cut.update(world.login(w.where))
    query = w.case('query', '', 0)['env']
    home = 'What do you want to do'
    named = [WIZARD, *world.NAMES, '--database', 'bench']
    return [('dead DNS', 'dead', named, dead, ROAD, home), ('a silent host', 'silent', named, silent, ROAD, home),
            ('a cancelled query', 'query', [WIZARD], query, OVER_TABLES, f'of {TABLES}'),
            ('cancelled requests', 'request', named, cut, ROAD, home)], (deaf, full, trickle)


def stall(w):
    tty = world.harness()
    sandbox = w.home / 'sandbox'
    sandbox.mkdir()
    with world.sandbox(sandbox, 'ready') as google:
        all_scenes, (_, _, trickle) = scenes(w, google)
        found = {s[0]: [] for s in all_scenes}
        for _ in range(world.ROUNDS):
            for name, folder, command, env, road, ready in all_scenes:
                w.stand(folder, at_tables=folder == 'query')
                env['STROM_BENCH_TURNS'] = str(w.home / 'turns')
                found[name].append(one_run(tty, command, env, road, ready))
    if trickle.asked < world.ROUNDS:
        raise SystemExit('stall: there were no requests to cancel')
    for name, runs in found.items():
        wall, cpu, left, left_cpu = (statistics.median(r[i] for r in runs) for i in range(4))
        world.bound('stall', f'{name}: longest turn', wall, 30, 'ms', f'{cpu:.1f} ms of it working')
        world.bound('stall', f'{name}: leaving', left, 30, 'ms', f'{left_cpu:.1f} ms of it working')


FIGURES = {'keys': keys, 'beside': beside, 'choosing': choosing, 'busy': busy, 'stall': stall}


def main():
    chosen = sys.argv[2:] or list(FIGURES)
    if not shutil.which(WIZARD):
        world.skip('no bench_wizard: the linker here cannot wrap a call')
    world.harness()
    with world.folder() as home, world.server() as where:
        w = World(home, where)
        for figure in chosen:
            FIGURES[figure](w)


main()
