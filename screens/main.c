/* Arguments; wizard or command. */

#include "api/base/arena.h"
#include "api/base/fds.h"
#include "api/base/log.h"
#include "api/base/secret.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/base/utf8.h"
#include "screens/cli/commands.h"
#include "screens/cli/config_file.h"
#include "screens/cli/options.h"
#include "screens/cli/out.h"
#include "screens/cli/practice.h"
#include "screens/live.h"
#include "screens/plain.h"
#include "screens/wizard.h"
#include "screens/words.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int complain(const struct err *e, int code)
{
    out_talk("strom: %s: %s", e->what, e->why);
    if (e->hint[0])
        out_talk("       %s", e->hint);
    return code;
}

static int tell(const struct options *o)
{
    struct str text = {0};

    if (o->version)
        str_add(&text, "strom " STROM_VERSION "\n");
    else
        options_help(o->command, &text);
    out_result(&text);
    str_done(&text);
    if (out_arrived() && errno != EBADF) /* said to nobody is not done */
        return 0;
    out_talk(tr("strom: the result could not be written: %s"), strerror(errno));
    return 1;
}

/* What the person chose to go on with when the wizard has ended. */
struct after {
    bool practise;
    struct arena mem;
    char **words; /* of a command that did not end; NULL: none */
    const char *folder;
};

static void take_again(struct after *a, const struct live *live)
{
    int n = 0;

    if (live->again == NULL)
        return;
    while (live->again[n])
        n++;
    a->words = arena_array(&a->mem, char *, (size_t)n + 1);
    for (int i = 0; i < n; i++)
        a->words[i] = arena_str(&a->mem, live->again[i]);
    a->folder = arena_str(&a->mem, live->again_in);
}

static int walk(const struct options *o, struct after *after)
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
    after->practise = live.practise;
    take_again(after, &live);
    live_close(&live);
    return code;
}

static int practise(struct options *o, const char *argv0)
{
    struct practice p;
    struct after none = {0};
    int code = 1;

    o->sandbox = true;
    if (practice_begin(&p, argv0, o->scenario ? o->scenario : "fresh"))
        code = walk(o, &none);
    practice_end(&p);
    arena_done(&none.mem);
    return code;
}

/* The command that did not end, as it was given then. */
static int go_on(const struct after *a, const struct options *wizard)
{
    struct options o;
    struct err e;
    int n = 0;

    while (a->words[n])
        n++;
    if (!options_parse(n, a->words, &o, &e))
        return out_error(&o, &e);
    if (o.command == NULL || chdir(a->folder) != 0) {
        err_set(&e, ERR_SYSTEM, "Going on with a command in %s", a->folder);
        err_why(&e, "it is not there any more");
        return out_error(&o, &e);
    }
    if (wizard->user)
        config_fill_options(wizard->user, &o);
    return command_run(&o);
}

static int after_walk(struct options *o, const char *argv0)
{
    struct after a = {0};
    int code = walk(o, &a);

    if (a.practise)
        code = practise(o, argv0);
    else if (a.words)
        code = go_on(&a, o);
    arena_done(&a.mem);
    return code;
}

static int run(struct options *o, const char *argv0)
{
    struct err e;

    if ((o->verbose || o->log) && !log_open(o->verbose ? o->verbose : 2, o->log, &e)) {
        out_error(o, &e);
        return OUT_WRONG;
    }
    if (o->sandbox)
        return practise(o, argv0);
    if (o->command)
        return command_run(o);
    return after_walk(o, argv0);
}

/* What is wrong with the command line is told in the language that it, or the user file, asks for.
 */
static int tell_wrong_words(int argc, char **argv, const struct options *o, struct err *e)
{
    struct options again;

    options_parse(argc, argv, &again, e);
    return out_error(o, e);
}

int main(int argc, char **argv)
{
    struct config_file user;
    struct options o;
    struct err e, wrong;
    int code;

    fds_open_standard();
    secret_forbid_dumps();
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C"); /* numbers in JSON and SQL have a point */
    bool parsed = options_parse(argc, argv, &o, &wrong);
    bool well = config_file_read(&user, &e);
    if (well)
        config_fill_options(&user, &o);
    tr_language(o.lang ? o.lang : "auto");
    if (!utf8_is_locale() && isatty(STDOUT_FILENO))
        tr_plain_letters();
    words_of_toolkit();
    if (!parsed)
        code = tell_wrong_words(argc, argv, &o, &wrong);
    else if (o.version || o.help)
        code = tell(&o);
    else
        code = well ? run(&o, argv[0]) : out_error(&o, &e);
    config_file_done(&user);
    return code;
}
