#include "screens/cli/manual.h"

const struct manual_row manual_exits[] = {
    {"0", "Done, and the answer is \"fine\": nothing fails, nothing to change, healthy."},
    {"1", "Could not do it; stderr says what, why and what to do next. Also when a question was "
          "answered \"no\"."},
    {"2", "The command line, the plan file or the user file is wrong."},
    {"3", "Done, and the answer is \"not yet\": a check fails, the plan has changes, the stream is "
          "not healthy, a slot was left behind."},
    {"4", "Refused: a sensitive column is included without an acknowledgement, or the live state "
          "changed since the plan was made."},
    {"129", "Hung up: as 130."},
    {"130", "Interrupted; what was begun is recorded and the same command continues."},
    {"143", "Terminated: as 130."},
    {0},
};

const struct manual_row manual_environment[] = {
    {"STROM_REPO", "The app's repository; --repo goes before it."},
    {"STROM_DB_PASSWORD",
     "The database user's password, where nobody can be asked; --password-file goes before it."},
    {"STROM_DEPLOY_COMMAND",
     "Where it is set, Prerequisites offers a key that runs it. The sandbox sets it."},
    {"STROM_GCP_ENDPOINT", "One origin for every Google API; plain http is taken for loopback "
                           "addresses only. The sandbox sets it."},
    {"STROM_POLL_FLOOR", "The shortest interval between two questions, in seconds (default 1)."},
    {"STROM_ACCESSIBLE", "As --plain."},
    {"ACCESSIBLE", "As --plain."},
    {"PGHOST", "With PGHOSTADDR, PGPORT, PGUSER, PGDATABASE, PGSSLMODE and the others: as libpq "
               "reads them."},
    {"PGHOSTADDR", "See PGHOST."},
    {"PGDATABASE", "See PGHOST."},
    {"PGSSLMODE", "Without it, and without sslmode elsewhere, verify-full beyond this machine."},
    {"PGSERVICE", "A service of PGSERVICEFILE or ~/.pg_service.conf, as libpq reads it."},
    {"KUBECONFIG", "The kubeconfig files, separated by colons."},
    {"GOOGLE_APPLICATION_CREDENTIALS", "The credentials file of Google's client libraries."},
    {"CLOUDSDK_CONFIG", "The folder of gcloud: its credentials and its active configuration."},
    {"CLOUDSDK_ACTIVE_CONFIG_NAME", "Which configuration of gcloud is the active one."},
    {"CLOUDSDK_CORE_PROJECT", "The project, where no option names one."},
    {"GOOGLE_CLOUD_PROJECT", "The same, behind CLOUDSDK_CORE_PROJECT."},
    {"GOOGLE_CLOUD_QUOTA_PROJECT", "The project that Google's quota is counted for."},
    {"GCE_METADATA_HOST", "The metadata server, where there is one."},
    {"NO_GCE_CHECK", "No metadata server is looked for."},
    {"HTTPS_PROXY", "With NO_PROXY: as curl reads them. A password in it is never shown."},
    {"https_proxy", "As HTTPS_PROXY, and before it."},
    {"BROWSER", "One program, that opens what the key o leads to; over SSH and without DISPLAY or "
                "WAYLAND_DISPLAY the address is copied."},
    {"DISPLAY", "With WAYLAND_DISPLAY: there is a desktop, which has a browser and a clipboard."},
    {"SSH_CONNECTION", "With SSH_TTY: that desktop is not where you sit, and is left alone."},
    {"SSL_CERT_FILE", "The certificate authorities to trust; SSL_CERT_DIR, a folder of them."},
    {"XDG_CONFIG_HOME", "Where the user file is (default ~/.config); on macOS, too."},
    {"XDG_STATE_HOME", "Where choices and runs are kept (default ~/.local/state)."},
    {"XDG_CACHE_HOME", "What can be had again (default ~/.cache)."},
    {"XDG_RUNTIME_DIR", "What ends with the login."},
    {"NO_COLOR", "Any text: no colour. --color goes before it."},
    {"CLICOLOR_FORCE", "With FORCE_COLOR: colour also where no terminal is. NO_COLOR goes before."},
    {"TMUX", "With STY and TERM: how what is copied reaches the terminal."},
    {"TERM", "The terminal; dumb, empty or not set: as --plain."},
    {"TERM_PROGRAM", "Which terminal it is, for what only some can do."},
    {"ESCDELAY", "How long an Esc may be the beginning of a key, in milliseconds (default 25)."},
    {"COLUMNS", "The width of lines with --plain."},
    {"LC_ALL", "With LC_MESSAGES and LANG: the language. nb, nn and no are Norwegian."},
    {"PATH", "Where git, the cluster's login program, the clipboard's and strom-sandbox are "
             "found."},
    {"HOME", "Where the folders above have their defaults."},
    {"TMPDIR", "Where there is no XDG_RUNTIME_DIR."},
    {"USER", "Who signs an acknowledgement, where Google's login has no e-mail address."},
    {0},
};

const struct manual_row manual_files[] = {
    {"replication.json", "The plan file of a repository: see strom-plan(5)."},
    {"sensitivity.json", "A team's own rules, in its repository."},
    {"~/.config/strom/config",
     "The user file: lines of key = value; strom config --explain names the keys."},
    {"~/.local/state/strom/", "What was chosen and begun, in SQLite, readable by its owner alone. "
                              "No password and no value of a table is in it."},
    {"~/.pgpass", "Passwords of databases, as libpq reads them."},
    {"~/.kube/config", "The kubeconfig, where KUBECONFIG names none."},
    {"~/.config/gcloud/", "gcloud's own folder: read, never written."},
    {0},
};

const struct manual_row manual_examples[] = {
    {"strom --sandbox", "The wizard, with a database and a cloud of its own."},
    {"strom check --app postmottak-backend && strom plan -f replication.json",
     "What is missing, and what would be "
     "made."},
    {"strom create postmottak-backend datastream --include-tables regel_evaluering --yes",
     "A running stream with one line."},
    {"strom status --watch --json", "An object at every change."},
    {0},
};
