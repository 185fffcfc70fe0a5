#include "screens/cli/command.h"

#include "api/base/clock.h"
#include "api/base/tr.h"
#include "api/plan/names.h"
#include "screens/cli/altering.h"
#include "screens/cli/event.h"
#include "screens/cli/out.h"
#include "screens/cli/session.h"
#include "screens/cli/slot_file.h"

#include <string.h>

/* What is done to a stream that is there: shown, consented to, done, and seen to have taken effect.
 */

struct deed {
    struct session *s;
    const struct options *o;
    struct alter_order order;
    const char *tables[ALTER_TABLES];
    struct arena mem;
    struct task *look;
    struct alter_plan plan;
    int64_t begun_ms;
};

/* --- the words --- */

static bool wrong(struct err *e, const char *why, const char *hint)
{
    err_set(e, ERR_INPUT, "%s", tr("Reading the command line"));
    err_why(e, "%s", why);
    return err_hint(e, "%s", hint);
}

/* a,b and a b alike. */
static void take_tables(struct deed *d)
{
    for (size_t i = 1; i < d->o->n_args; i++)
        for (const char *at = d->o->args[i]; *at; at += strspn(at, ",")) {
            size_t n = strcspn(at, ",");
            if (n && d->order.n_tables < ALTER_TABLES)
                d->tables[d->order.n_tables++] = arena_strn(&d->mem, at, n);
            at += n;
        }
    d->order.tables = d->tables;
}

static bool take_words(struct deed *d, struct err *e)
{
    const struct options *o = d->o;
    bool listed, one;

    if (o->n_args == 0)
        return wrong(e, tr("what is to be done to the stream is not said"),
                     tr("strom stream pause, resume, backfill, stop, recover, slot, password or "
                        "host"));
    d->order.kind = alter_by_name(o->args[0]);
    d->order.no_backfill = o->no_backfill;
    d->order.undo = o->undo;
    listed = d->order.kind == ALTER_BACKFILL || d->order.kind == ALTER_STOP;
    one = d->order.kind == ALTER_SLOT || d->order.kind == ALTER_HOST;
    if (listed)
        take_tables(d);
    else if (o->n_args > (one ? 2 : 1))
        return wrong(e,
                     arena_printf(&d->mem, tr("'%s' is one word too many"), o->args[one ? 2 : 1]),
                     arena_printf(&d->mem, "strom stream %s%s", o->args[0], one ? " NAME" : ""));
    if (listed && d->order.n_tables == 0)
        return wrong(e, tr("no table is named"),
                     arena_printf(&d->mem, tr("strom stream %s TABLE,TABLE; or: all"), o->args[0]));
    if (one && o->n_args == 2 && d->order.kind == ALTER_SLOT)
        d->order.slot = o->args[1];
    else if (one && o->n_args == 2)
        d->order.host = o->args[1];
    if (d->order.kind == ALTER_SLOT && d->order.slot == NULL)
        return wrong(e, tr("the new slot is not named"),
                     tr("strom stream slot NAME; --dry-run shows the migration that makes it"));
    return true;
}

/* --- before --- */

static void ask_password(struct deed *d)
{
    struct live *live = &d->s->live;
    char answer[256] = "";

    if (!d->plan.needs_password || !secret_is_empty(live->db_password))
        return;
    if (live->password_where[0])
        out_talk("%s", live->password_where);
    if (!out_can_ask(d->o))
        return;
    out_talk(tr("%s logs in to the database with a password; it is not shown and not kept"),
             d->plan.seen->target.db_user);
    if (out_ask(d->s->live.net, tr("Password:"), answer, sizeof answer, true) && answer[0])
        live_type_password(live, answer);
    secret_wipe(answer, sizeof answer);
}

static void show(const struct deed *d)
{
    struct str text = {0};

    alter_text(&d->plan, &text);
    out_talk_lines(str_text(&text));
    str_done(&text);
}

/* What Terraform manages is named: --yes does not mean it. */
static bool consent_by_name(struct deed *d, struct err *e)
{
    const char *stream = d->plan.seen->stream;
    char answer[128] = "";

    if (str_eq(d->o->confirm, stream))
        return true;
    if (d->o->confirm || d->o->yes || !out_can_ask(d->o)) {
        show(d);
        err_set(e, ERR_INPUT, "%s (%s)", tr(alter_type(d->plan.kind)->title), stream);
        err_reason(e, "NOT_OURS");
        err_resource(e, stream);
        err_why(e, d->o->confirm ? tr("%s; --confirm is another name") : "%s", d->plan.seen->maker);
        return err_hint(
            e,
            tr("the change of its code stands above; --confirm %s does it all the same, "
               "until Terraform runs again"),
            stream);
    }
    show(d);
    bool typed = out_ask(d->s->live.net,
                         tr("Terraform manages it. Type the stream's name to do it all the same:"),
                         answer, sizeof answer, false);
    return (typed && str_eq(answer, stream)) || out_declined(e);
}

static bool consent(struct deed *d, struct err *e)
{
    char answer[16] = "";

    if (d->plan.named)
        return consent_by_name(d, e);
    if (d->o->yes)
        return true;
    if (!out_can_ask(d->o)) {
        err_set(e, ERR_INPUT, "%s", tr("Asking for consent"));
        err_why(e, "%s", tr("there is no terminal to ask at"));
        return err_hint(e, "%s", tr("add --yes; --dry-run shows what would be done"));
    }
    show(d);
    if (out_ask(d->s->live.net, tr("Do this? [y/N]"), answer, sizeof answer, false) && answer[0] &&
        strchr("yYjJ", answer[0]))
        return true;
    return out_declined(e);
}

static bool look(struct deed *d, struct err *e)
{
    struct session *s = d->s;
    const struct alter_wanted w = {s->live.google, s->live.store, s->live.pg, &s->target,
                                   s->live.repo};

    task_clear(&d->look);
    d->look = alter_look(s->live.net, &w);
    if (!session_wait(s, d->look, e))
        return false;
    alter_plan(alter_seen(d->look), &d->order, &d->mem, &d->plan);
    return true;
}

static int dry(struct deed *d)
{
    struct str text = {0};

    if (d->o->json)
        alter_json(&d->plan, &text);
    else
        alter_text(&d->plan, &text);
    if (d->o->json)
        out_result(&text);
    else
        out_lines(str_text(&text));
    str_done(&text);
    if (!d->plan.possible && !d->o->json)
        out_error(d->o, &d->plan.why);
    return d->plan.possible && d->plan.nothing                  ? OUT_FINE
           : !d->plan.possible && d->plan.why.kind == ERR_INPUT ? OUT_WRONG
                                                                : OUT_NOT_YET;
}

/* The last line; returns the exit code. */
static int end(const struct deed *d, bool ok, const struct err *e)
{
    const char *result = ok && d->plan.nothing        ? "unchanged"
                         : ok && d->plan.undo         ? "undone"
                         : ok                         ? alter_type(d->order.kind)->result
                         : e->kind == ERR_INTERRUPTED ? "interrupted"
                                                      : "failed";

    if (ok && !d->o->json)
        for (size_t i = 0; i < d->plan.n_lines; i++)
            if (d->plan.lines[i].said == ALTER_AFTER)
                out_talk("-> %s", d->plan.lines[i].text);
    out_last(d->o, result, d->s->target.stream, d->begun_ms, ok ? NULL : e);
    if (!ok && !d->plan.possible && d->plan.migration && !d->o->json)
        out_talk_lines(d->plan.migration);
    return ok ? OUT_FINE : out_code(e);
}

/* The run was stopped so that it be put back. Always false: what was wanted is not so. */
static bool put_back(struct deed *d, struct err *e)
{
    enum stopping said;

    out_talk("%s", tr("putting back what this run has changed"));
    d->order.undo = true;
    if (!look(d, e))
        return false;
    if (!d->plan.possible) {
        *e = d->plan.why;
        return false;
    }
    if (!altering(d->s, &d->plan, &said, e))
        return false;
    err_set(e, ERR_INTERRUPTED, "%s", tr(alter_type(d->order.kind)->title));
    err_why(e, "%s", tr("it was put back: the stream is as it was before"));
    return false;
}

static bool carry_out(struct deed *d, struct err *e)
{
    enum stopping said;
    bool ok = altering(d->s, &d->plan, &said, e);

    return said == STOPPING_UNDO && (ok || e->kind == ERR_INTERRUPTED) ? put_back(d, e) : ok;
}

/* What it reads now stands in the plan file, too: it was shown, and consented to. Where nothing
 * else is to be done, it is asked for by itself. */
static bool file_follows(struct deed *d, struct err *e)
{
    const struct alter_plan *p = &d->plan;
    const char *slot = p->undo ? p->was.slot : p->value;
    char answer[16] = "";

    if (d->order.file == NULL || slot == NULL || str_eq(d->s->file.source.slot, slot) ||
        (p->undo && p->going_on == NULL))
        return true;
    if (p->nothing && !d->o->yes) {
        if (!out_can_ask(d->o))
            return true;
        out_talk(tr("%s names the slot %s; the stream reads %s"), d->order.file,
                 d->s->file.source.slot, slot);
        if (!out_ask(d->s->live.net, tr("Write it there? [y/N]"), answer, sizeof answer, false) ||
            !answer[0] || !strchr("yYjJ", answer[0]))
            return true;
    }
    return slot_file_follow(d->s, slot, e);
}

static int run(struct deed *d)
{
    struct err e;

    names_complete(&d->s->target);
    d->order.file = d->order.kind == ALTER_SLOT ? slot_file(d->s) : NULL;
    bool ok = look(d, &e);
    if (ok && d->o->dry_run)
        return dry(d);
    if (ok && !d->plan.possible) {
        e = d->plan.why;
        ok = false;
    }
    if (ok && d->plan.undo && !d->plan.going_on)
        show(d);
    if (ok && d->plan.going_on)
        out_talk("%s", d->plan.going_on);
    if (ok && !d->plan.nothing)
        ask_password(d);
    if (ok && (!d->plan.nothing || d->plan.going_on))
        ok = (d->plan.nothing || consent(d, &e)) && carry_out(d, &e);
    ok = ok && file_follows(d, &e);
    return end(d, ok, &e);
}

int command_stream(const struct options *o)
{
    struct session s;
    struct deed d = {.s = &s, .o = o, .begun_ms = clock_mono_ms()};
    struct err e;
    int code;

    if (!take_words(&d, &e)) {
        code = out_error(o, &e);
        arena_done(&d.mem);
        return code;
    }
    if (session_open(&s, o,
                     SESSION_FILE | SESSION_CLUSTER | SESSION_SOURCE | SESSION_PROJECT |
                         SESSION_ONLY_APP,
                     &code))
        code = run(&d);
    task_drop(d.look);
    arena_done(&d.mem);
    session_close(&s);
    return code;
}
