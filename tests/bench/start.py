"""exec -> first frame (Home), beside htop."""
import world


def main():
    world.need('htop')
    with world.folder() as home:
        env = world.environment(home)
        world.walk(env, 'Down Up')  # the state folder is there, as on every day but the first
        cases = [dict(name='strom', cmd=world.STROM, ready='What do you want to do', env=env, count=0),
                 dict(name='htop', cmd='htop', ready='F10', env=env, count=0)]
        found = world.side_by_side(home, cases, rounds=15)
        ours, theirs = (found[n]['start']['painted']['p50'] for n in ('strom', 'htop'))
        world.line('start', 'exec -> first frame (Home)', f'{ours:.1f} ms', f'htop {theirs:.1f} ms', ours / theirs, 0.5)


main()
