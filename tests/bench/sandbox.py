"""The sandbox: PostgreSQL's initdb and start, and the whole `up ready`."""
import statistics
import time

import world


def whole(home):
    began = time.perf_counter()
    with world.sandbox(home, 'ready'):
        return time.perf_counter() - began


def main():
    bare, up = [], []
    with world.folder() as home:
        for _ in range(world.ROUNDS):
            with world.server() as where:
                bare.append(where['ms'] / 1e3)
            up.append(whole(home))
    world.bound('sandbox', 'initdb and start', statistics.median(bare), 1.5, 's')
    world.bound('sandbox', 'up ready', statistics.median(up), 4, 's')


main()
