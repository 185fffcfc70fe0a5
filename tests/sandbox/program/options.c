#include "tests/sandbox/program/options.h"
#include "tests/sandbox/program/scenario.h"

#include "api/base/tr.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 32, SPEED_MAX = 100000 };

static const double default_speed = 20, default_idle_seconds = 8 * 3600.0;

const char options_help[] =
    "strom-sandbox - practise replication with a real PostgreSQL and no cloud\n"
    "\n"
    "  strom-sandbox up [SCENARIO]   start; lives until `down` or eight hours without a request\n"
    "  strom-sandbox down            end it and remove all of it\n"
    "  strom-sandbox status          is it running, and how is it\n"
    "  strom-sandbox env             the exports that point any strom command at it\n"
    "  strom-sandbox deploy          play the platform: manifest, users, migrations\n"
    "  strom-sandbox sql [QUERY]     ask the destination; without a query: its tables and their "
    "rows\n"
    "  strom-sandbox traffic [N]     let the app make N changes a second, 0 for none\n"
    "  strom-sandbox grant ROLE      play the one who may: gives you that role for two hours\n"
    "\n"
    "Scenarios\n"
    "  fresh    nothing prepared: the flag off, no user, no publication\n"
    "  ready    prepared as the procedure says, nothing made in the cloud (the default)\n"
    "  running  a stream of two tables with changes coming in\n"
    "  shared   another app's stream already uses the shared network\n"
    "  large    1 000 tables, 20 000 columns\n"
    "  trouble  a full catalogue of things that are wrong\n"
    "\n"
    "Options\n"
    "  --name NAME        another sandbox beside the first (default: default; where that one does\n"
    "                     not run, the only one that does, except for up and down)\n"
    "  --folder FOLDER    a running sandbox by its folder instead of its name\n"
    "  --foreground       stay; end with the caller: when stdin is a pipe and closes\n"
    "  --speed N|real     the cloud's clock runs N times as fast (default 20; real is 1)\n"
    "  --rate N           changes a second of the app (default: 5 in running, else 0)\n"
    "  --idle SECONDS     end after so long without a request (default 28800)\n"
    "  --lang en|nb       of what is told while it starts (default: as the environment says)\n"
    "  --json             one JSON document on stdout\n"
    "  --help, --version\n"
    "\n"
    "State lies in $XDG_STATE_HOME/strom/sandbox/NAME; the database in $TMPDIR, /dev/shm or /tmp.\n"
    "PostgreSQL is found on PATH and where packages put it; STROM_SANDBOX_PG_BINDIR names a "
    "folder.\n"
    "Exit codes: 0 done, 1 could not, 2 wrong command line, 3 not running.\n";

static bool complain(char why[256], const char *what, const char *value)
{
    snprintf(why, 256, "%s: %.100s", what, value);
    return false;
}

static bool take_number(const char *text, double from, double to, double *out)
{
    char *end = NULL;
    double number = strtod(text, &end);
    if (*text == '\0' || *end != '\0' || !isfinite(number) || number < from || number > to)
        return false;
    *out = number;
    return true;
}

/* It becomes a folder's name. */
static bool is_name(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && n <= NAME_MAX_BYTES && *name != '-' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == n;
}

static bool take_option(const char *name, const char *value, struct options *o, char why[256])
{
    if (value == NULL)
        return complain(why, "a value is missing after", name);
    if (strcmp(name, "--name") == 0) {
        o->name = value;
        o->named = true;
        return is_name(value) ||
               complain(why, "a name has up to 32 of a-z 0-9 - _ and does not begin with -", value);
    }
    if (strcmp(name, "--folder") == 0) {
        o->folder = value;
        return value[0] == '/' || complain(why, "the folder must be absolute", value);
    }
    if (strcmp(name, "--speed") == 0) {
        if (strcmp(value, "real") == 0) {
            o->speed = 1;
            return true;
        }
        return take_number(value, 0.1, SPEED_MAX, &o->speed) ||
               complain(why, "a speed is a number from 0.1 to 100000, or real", value);
    }
    if (strcmp(name, "--lang") == 0)
        return tr_language(value) || complain(why, "a language is en or nb", value);
    if (strcmp(name, "--rate") == 0)
        return take_number(value, 0, 2000, &o->rate) ||
               complain(why, "a rate is a number from 0 to 2000", value);
    return take_number(value, 1, 1e9, &o->idle_seconds) ||
           complain(why, "seconds are a number from 1 on", value);
}

static bool is_flag(const char *arg, struct options *o)
{
    if (strcmp(arg, "--foreground") == 0)
        o->foreground = true;
    else if (strcmp(arg, "--json") == 0)
        o->json = true;
    else if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0)
        o->verb = VERB_HELP;
    else if (strcmp(arg, "--version") == 0)
        o->verb = VERB_VERSION;
    else
        return false;
    return true;
}

static bool takes_value(const char *name)
{
    static const char *const names[] = {"--name", "--folder", "--speed",
                                        "--rate", "--idle",   "--lang"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

static bool take_verb(const char *word, struct options *o)
{
    static const char *const names[] = {
        [VERB_UP] = "up",           [VERB_DOWN] = "down",     [VERB_STATUS] = "status",
        [VERB_ENV] = "env",         [VERB_DEPLOY] = "deploy", [VERB_SQL] = "sql",
        [VERB_TRAFFIC] = "traffic", [VERB_GRANT] = "grant",   [VERB_HELP] = "help",
        [VERB_VERSION] = "version"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(word, names[i]) == 0) {
            o->verb = (enum verb)i;
            return true;
        }
    }
    return false;
}

static bool take_word(const char *word, struct options *o, char why[256])
{
    if (o->verb == VERB_UP) {
        if (scenario_find(word) == NULL)
            return complain(why, "no such scenario (fresh, ready, running, shared, large, trouble)",
                            word);
        o->scenario = word;
        return true;
    }
    if (o->verb == VERB_SQL && o->query == NULL) {
        o->query = word;
        return true;
    }
    if (o->verb == VERB_GRANT && o->query == NULL) {
        o->query = word;
        return strncmp(word, "roles/", 6) == 0 || complain(why, "a role begins with roles/", word);
    }
    if (o->verb == VERB_TRAFFIC)
        return take_number(word, 0, 2000, &o->rate) ||
               complain(why, "a rate is a number from 0 to 2000", word);
    return complain(why, "not understood", word);
}

bool options_parse(int argc, char **argv, struct options *o, char why[256])
{
    memset(o, 0, sizeof(*o));
    o->verb = VERB_HELP;
    o->name = "default";
    o->scenario = "ready";
    o->speed = default_speed;
    o->rate = -1;
    o->idle_seconds = default_idle_seconds;
    bool has_verb = false, words_only = false;
    (void)tr_language(NULL);
    for (int i = 1; i < argc; i++) {
        char name[32];
        const char *value = words_only ? NULL : strchr(argv[i], '=');
        size_t n = value != NULL ? (size_t)(value - argv[i]) : strlen(argv[i]);
        snprintf(name, sizeof(name), "%.*s", (int)(n < 31 ? n : 31), argv[i]);
        if (!words_only && strcmp(argv[i], "--") == 0) {
            words_only = true;
        } else if (!words_only && argv[i][0] == '-' && takes_value(name)) {
            bool joined = value != NULL;
            if (!take_option(name, joined ? value + 1 : i + 1 < argc ? argv[i + 1] : NULL, o, why))
                return false;
            i += !joined;
        } else if (!words_only && argv[i][0] == '-' && argv[i][1] != '\0') {
            if (!is_flag(argv[i], o))
                return complain(why, "no such option", argv[i]);
        } else if (!has_verb) {
            has_verb = take_verb(argv[i], o);
            if (!has_verb)
                return complain(why, "no such command", argv[i]);
        } else if (!take_word(argv[i], o, why)) {
            return false;
        }
    }
    return true;
}
