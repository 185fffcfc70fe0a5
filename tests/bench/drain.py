"""Draining a slot into SQLite: bench_drain's own words as lines."""
import re
import subprocess

import world


def main():
    said = subprocess.run([str(world.BUILD / 'bench_drain')], stdout=subprocess.PIPE, text=True, check=True).stdout
    times = dict(re.findall(r'(decoding alone|into SQLite|own subscriber) (\d+) ms', said))
    ours = f"{times['into SQLite']} ms"
    for ratio, than, goal in re.findall(r'([\d.]+) x ([a-z ]+) \(goal ([\d.]+)\)', said):
        name = {'decoding alone': 'pg_recvlogical', 'own subscriber': 'subscriber'}[than]
        world.line('drain', f'into SQLite, beside {than}', ours, f'{name} {times[than]} ms', float(ratio), float(goal))


main()
