"""What the figures share: throwaway servers, an environment that leads nowhere, one form of line.

A figure prints lines of one form, and `ok` or `missed` is the last word of each."""
import contextlib
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / '.build/release'
STROM = str(BUILD / 'strom')
HARNESS = pathlib.Path(os.environ.get('TTYBENCH', ROOT.parent / 'shared/tools/ttybench.py'))
ROUNDS = 5
SKIPPED = 77
NAMES = ['--project', 'aap-dev-ab12', '--location', 'europe-north1', '--instance', 'postmottak-backend']


def skip(why):
    print(why, file=sys.stderr)
    raise SystemExit(SKIPPED)


def line(figure, what, ours, theirs, ratio, goal):
    """ours and theirs are texts with their unit; ratio is held against goal."""
    verdict = 'ok' if ratio <= goal else 'missed'
    print(f'{figure:<9} {what:<34} {ours:>11}  {theirs:<24} {ratio:>6.2f} x  goal <= {goal:g} x  {verdict}', flush=True)


def bound(figure, what, value, goal, unit, more=''):
    """A figure that stands alone: its goal is what it is compared with."""
    part = value / goal if goal else 0.0
    verdict = 'ok' if value <= goal else 'missed'
    print(f'{figure:<9} {what:<34} {value:>8.3g} {unit:<2}  {more:<24} {part:>6.2f} of the goal, {goal:g} {unit}  {verdict}', flush=True)


# --- folders and the environment -----------------------------------------------------------------

def environment(home, **more):
    """Of a person who has nothing: no login, no cluster, no database."""
    keep = {k: os.environ[k] for k in ('PATH', 'TMPDIR', 'LD_LIBRARY_PATH', 'STROM_SANDBOX_PG_BINDIR') if k in os.environ}
    return dict(keep, HOME=str(home), XDG_STATE_HOME=str(home), XDG_CONFIG_HOME=str(home), LC_ALL='C.UTF-8',
                TERM='xterm-256color', KUBECONFIG=f'{home}/none', STROM_GCP_ENDPOINT='http://127.0.0.1:1', **more)


@contextlib.contextmanager
def folder():
    path = pathlib.Path(tempfile.mkdtemp(prefix='strom-bench-'))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


# --- servers -------------------------------------------------------------------------------------

@contextlib.contextmanager
def leashed(command, env=None):
    """A program that prints one line of JSON when it is ready, and ends when its stdin does."""
    with tempfile.TemporaryFile('w+') as words:
        p = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words, text=True, env=env)
        try:
            text = p.stdout.readline()
            if not text:
                status = p.wait() or 1
                words.seek(0)
                sys.stderr.write(words.read())
                raise SystemExit(status)
            yield json.loads(text)
        finally:
            p.stdin.close()
            p.wait()
            p.stdout.close()


def server():
    return leashed([str(BUILD / 'bench_server')])


def sandbox(home, scenario, *more):
    command = [str(BUILD / 'strom-sandbox'), 'up', scenario, '--foreground', '--json', '--name', 'bench', *more]
    return leashed(command, dict(environment(home)))


BIG = """
SET client_min_messages = error;
CREATE ROLE datastream;
CREATE PUBLICATION ds_publication FOR ALL TABLES;
DO $$
DECLARE types text[] := '{text,varchar(40),integer,timestamptz,boolean,"numeric(10,2)",uuid,jsonb,date}';
        columns text;
BEGIN
 FOR t IN 0 .. @TABLES@ - 1 LOOP
  columns := 'id bigint PRIMARY KEY';
  FOR c IN 1 .. @COLUMNS@ - 1 LOOP
   columns := columns || format(', kolonne_%s_%s %s', c, (t * 7 + c) % 97, types[1 + (t + c) % 9]);
  END LOOP;
  EXECUTE format('CREATE TABLE tabell_%s (%s)', lpad(t::text, 5, '0'), columns);
  IF t % 3 = 0 THEN EXECUTE format('GRANT SELECT ON tabell_%s TO datastream', lpad(t::text, 5, '0')); END IF;
  IF t % 50 = 49 THEN COMMIT; END IF;
 END LOOP;
END $$;
VACUUM ANALYZE pg_catalog.pg_class, pg_catalog.pg_attribute, pg_catalog.pg_type, pg_catalog.pg_index,
 pg_catalog.pg_description;
"""


def fill(where, tables, columns):
    sql = BIG.replace('@TABLES@', str(tables)).replace('@COLUMNS@', str(columns))
    subprocess.run(['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', where['socket'], '-p', str(where['port']),
                    '-U', 'cloudsqladmin', 'bench'], input=sql, text=True, check=True)


def login(where):
    """The personal login of the throwaway server."""
    return {'PGHOST': '127.0.0.1', 'PGPORT': str(where['port']), 'PGUSER': 'kari.nordmann@nav.no',
            'PGDATABASE': 'bench', 'PGSSLMODE': 'disable'}


# --- strom ---------------------------------------------------------------------------------------

def walk(env, keys, *options):
    """Plays keys, each once nothing is in flight: what stays is the journey in the state folder."""
    with tempfile.NamedTemporaryFile('w', suffix='.keys') as f:
        f.write('\n'.join(keys.split()) + '\n')
        f.flush()
        subprocess.run([STROM, '--keys', f.name, *NAMES, *options], env=env, check=True, timeout=300)


TO_TABLES = 'Enter Enter Enter Enter'  # Home, Connect, Prerequisites, Access


# --- the harness ---------------------------------------------------------------------------------

def harness():
    if not HARNESS.exists():
        skip(f'no {HARNESS} (TTYBENCH names another place): skipped')
    spec = importlib.util.spec_from_file_location('ttybench', HARNESS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def need(*programs):
    for p in programs:
        if shutil.which(p) is None:
            skip(f'no {p} here: skipped')


def side_by_side(home, cases, rounds=ROUNDS):
    """Interleaved runs of all cases; their summaries by name."""
    harness()
    file = pathlib.Path(home) / 'cases.json'
    file.write_text(json.dumps(cases))
    said = subprocess.run([sys.executable, str(HARNESS), '--cases', str(file), '--rounds', str(rounds), '--no-floor'],
                          stdout=subprocess.PIPE, text=True, check=True, env=environment(home))
    return {c['name']: c for c in json.loads(said.stdout)['cases']}
