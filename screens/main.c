/* Arguments; wizard or command. */

#include "api/base/log.h"
#include "api/base/secret.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/cli/commands.h"
#include "screens/cli/config_file.h"
#include "screens/cli/options.h"
#include "screens/cli/out.h"
#include "screens/cli/practice.h"
#include "screens/live.h"
#include "screens/plain.h"
#include "screens/wizard.h"
#include "screens/words.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static int complain(const struct err *e, int code)
{
    fprintf(stderr, "strom: %s: %s\n", e->what, e->why);
    if (e->hint[0])
        fprintf(stderr, "       %s\n", e->hint);
    return code;
}

static int tell(const struct options *o)
{
    struct str text = {0};

    if (o->version)
        str_add(&text, "strom " STROM_VERSION "\n");
    else
        options_help(o->command, &text);
    fputs(str_text(&text), stdout);
    str_done(&text);
    return fflush(stdout) == 0 ? 0 : 1;
}

/* *practise: the person chose to go on in the sandbox. */
static int walk(const struct options *o, bool *practise)
{
    struct live live;
    struct err e;
    int code;

    bool ok = live_open(&live, o, &e) && live_find_password(&live, &e);
    if (ok && live.team_trouble.kind != ERR_NONE) { /* what they raise must not go unseen */
        e = live.team_trouble;
        ok = false;
    }
    if (!ok)
        code = complain(&e, e.kind == ERR_INPUT ? 2 : 1);
    else
        code = plain_wanted(o) ? plain_run(&live) : wizard_run(&live);
    *practise = live.practise;
    live_close(&live);
    return code;
}

static int practise(struct options *o, const char *argv0)
{
    struct practice p;
    bool again;
    int code = 1;

    o->sandbox = true;
    if (practice_begin(&p, argv0, o->scenario ? o->scenario : "fresh"))
        code = walk(o, &again);
    practice_end(&p);
    return code;
}

static int run(struct options *o, const char *argv0)
{
    bool wants_sandbox = false;
    struct err e;

    if ((o->verbose || o->log) && !log_open(o->verbose ? o->verbose : 2, o->log, &e)) {
        out_error(o, &e);
        return OUT_WRONG;
    }
    if (o->sandbox)
        return practise(o, argv0);
    if (o->command)
        return command_run(o);
    int code = walk(o, &wants_sandbox);
    return wants_sandbox ? practise(o, argv0) : code;
}

int main(int argc, char **argv)
{
    struct config_file user;
    struct options o;
    struct err e;
    int code;

    secret_forbid_dumps();
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C"); /* numbers in JSON and SQL have a point */
    if (!options_parse(argc, argv, &o, &e))
        return out_error(&o, &e);
    bool well = config_file_read(&user, &e);
    if (well)
        config_fill_options(&user, &o);
    tr_language(o.lang ? o.lang : "auto");
    words_of_toolkit();
    if (o.version || o.help)
        code = tell(&o);
    else
        code = well ? run(&o, argv[0]) : out_error(&o, &e);
    config_file_done(&user);
    return code;
}
