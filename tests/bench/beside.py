"""Beside tig, htop, ncdu and pspg in one harness: the first frame, a key, its bytes, rest, memory.

Every program shows a list of its own kind: tables, commits, processes, folders, rows. The goal is
the best of the four, and a tenth more."""
import json
import os
import subprocess

import world

PEERS = ('tig', 'htop', 'ncdu', 'pspg')
COMMITS, FEW, REST_S, QUIET_MS = 10000, 20, 10, 2500
GOAL = 1.1
# a processor at rest is measured in steps of a tick: below this nobody can be told from another
REST_FLOOR = 0.02


def repository(path, commits):
    """A history of that length, without files."""
    lines = []
    for i in range(commits):
        lines += ['commit refs/heads/main', f'committer Kari <kari@example.org> {1700000000 + 60 * i} +0000',
                  'data <<E', f'endring {i}', 'E', '']
    env = dict(os.environ, HOME=str(path.parent), GIT_CONFIG_NOSYSTEM='1')
    subprocess.run(['git', 'init', '-q', '-b', 'main', str(path)], check=True, env=env)
    subprocess.run(['git', '-C', str(path), 'fast-import', '--quiet'], input='\n'.join(lines), text=True, check=True, env=env)


def folders(path, n):
    """What ncdu reads: n folders."""
    root = [{'name': '/database', 'asize': 4096, 'dsize': 4096}]
    for t in range(n):
        root.append([{'name': f'tabell_{t:05d}', 'asize': 4096, 'dsize': 4096},
                     {'name': 'data', 'asize': (t * 7) % 9000, 'dsize': 4096}])
    path.write_text(json.dumps([1, 2, {'progname': 'ncdu', 'progver': '1.18', 'timestamp': 1700000000}, root]))


def rows(path, n):
    path.write_text('schema,table,rows,bytes\n' + ''.join(f'public,tabell_{t:05d},0,{t * 7 % 9000}\n' for t in range(n)))


def peers(home, n, suffix, **more):
    """The four, each with n things to show; htop shows what there is."""
    folders(home / f'{n}.json', n)
    rows(home / f'{n}.csv', n)
    if not (home / f'history-{n}').exists():
        repository(home / f'history-{n}', n)
    commands = {'tig': dict(cmd='tig', cwd=str(home / f'history-{n}'), ready='endring'),
                'htop': dict(cmd='htop -d 100', ready='F10'),
                'ncdu': dict(cmd=f"ncdu -f '{home}/{n}.json'", ready='tabell_0'),
                'pspg': dict(cmd=f"pspg --csv -f '{home}/{n}.csv'", ready='Quit')}
    return [dict(c, name=name + suffix, **more) for name, c in commands.items()]


def resting(case):
    """Measured once nothing was drawn for a while: strom looks at values first."""
    return dict(case, count=0, quiet=QUIET_MS, idle=REST_S)


def compare(what, unit, ours, theirs, floor=0.0):
    best = min(theirs, key=theirs.get)
    base = max(theirs[best], floor)
    world.line('beside', what, f'{ours:g} {unit}', f'best: {best} {theirs[best]:g} {unit}', max(ours, floor) / base, GOAL)


def beside(w):
    world.need(*PEERS)
    home_env = w.env('beside-home')
    world.walk(home_env, 'Down Up')
    found = world.side_by_side(w.home, [
        dict(name='strom-start', cmd=world.STROM, ready='What do you want to do', env=home_env, count=0),
        *peers(w.home, FEW, '-start', count=0),
        w.case('beside', 'DOWN', 100), *peers(w.home, COMMITS, '', keys='DOWN', count=100),
        resting(w.case('beside-rest', '', 0)), *map(resting, peers(w.home, FEW, '-rest'))])

    def each(read, suffix=''):
        return {p: read(found[p + suffix]) for p in PEERS}

    def start(c):
        return c['start']['painted']['p50']
    compare('exec -> first frame', 'ms', start(found['strom-start']), each(start, '-start'))
    compare('key -> frame, p50', 'ms', found['beside']['key']['last']['p50'], each(lambda c: c['key']['last']['p50']))
    compare('bytes of a key', 'B', found['beside']['key']['bytes']['p50'], each(lambda c: c['key']['bytes']['p50']))
    compare('CPU at rest', '%', found['beside-rest']['idle_cpu_pct'], each(lambda c: c['idle_cpu_pct'], '-rest'), REST_FLOOR)
    compare('memory', 'MB', round(found['beside']['rss_kb'] / 1024, 1), each(lambda c: round(c['rss_kb'] / 1024, 1)))
