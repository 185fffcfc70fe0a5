"""At rest: processor time on Monitor, wake-ups on the screens that wait for keys; five of each side
by side, as nothing but their own work is counted."""
import os
import shutil
import statistics
import time

import world

AT_MONITOR_S, WAITING_S = 30, 10
# The stream is the last row of Home; opened it leads to Monitor.
SCREENS = {'monitor': ('End Enter', 'Slot'), 'home': ('Down Up', 'What do you want to do'),
           'tables': (world.TO_TABLES, 'innstilling')}


def tasks(tty, pid):
    return [f'/proc/{p}/task/{t}' for p in tty.tree(pid) for t in tty.os.listdir(f'/proc/{p}/task')]


def wakes(tty, pid):
    n = 0
    for task in tasks(tty, pid):
        with open(f'{task}/status') as f:
            n += sum(int(row.split()[1]) for row in f if 'ctxt_switches' in row)
    return n


def pump(terminals, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for t in terminals:
            t.pump(0)
        terminals[0].pump(min(0.05, max(0, end - time.monotonic())))


def shown(tty, t, text):
    return text.encode() in tty.STRIP.sub(b'', bytes(t.out))


def start(tty, home, google, screen):
    """Five of them that show the screen, settled."""
    keys, ready = SCREENS[screen]
    env = world.environment(home / screen)
    env.update(google['env'])
    world.walk(env, keys)
    found = []
    for i in range(world.ROUNDS):
        copy = home / f'{screen}-{i}'
        shutil.copytree(home / screen, copy)
        t = tty.Term([world.STROM, *world.NAMES], 120, 40, dict(env, XDG_STATE_HOME=str(copy)), None, 'xterm-256color')
        end = time.monotonic() + 60
        while not shown(tty, t, ready):
            t.pump(1)
            if t.eof or time.monotonic() > end:
                raise SystemExit(f'rest: {screen} was not reached')
        found.append(t)
    for t in found:
        t.until_quiet(2, 3, 30)
    return found


def main():
    if not os.path.isdir('/proc/self/task'):
        world.skip('no /proc here: wake-ups cannot be counted')
    tty = world.harness()
    with world.folder() as home, world.sandbox(home, 'running') as google:
        on = {screen: start(tty, home, google, screen) for screen in SCREENS}
        everyone = sum(on.values(), [])
        pump(everyone, 5)
        before = {s: [wakes(tty, t.pid) for t in ts] for s, ts in on.items()}
        used = [tty.cpu_ns(t.pid) for t in on['monitor']]
        drawn = [len(t.out) for t in on['monitor']]
        pump(everyone, WAITING_S)
        after = {s: [wakes(tty, t.pid) for t in ts] for s, ts in on.items()}
        pump(everyone, AT_MONITOR_S - WAITING_S)
        used = [(tty.cpu_ns(t.pid) - u) / 1e9 / AT_MONITOR_S * 100 for t, u in zip(on['monitor'], used)]
        if any(len(t.out) == n for t, n in zip(on['monitor'], drawn)):
            raise SystemExit('rest: Monitor did not look again')
        for t in everyone:
            t.close([b'q'])
    world.bound('rest', 'CPU on Monitor', statistics.median(used), 0.1, '%', 'of a core')
    for screen in ('home', 'tables'):
        n = max(b - a for a, b in zip(before[screen], after[screen]))
        world.bound('rest', f'wake-ups in {WAITING_S} s on {screen.capitalize()}', n, 0, '')


main()
