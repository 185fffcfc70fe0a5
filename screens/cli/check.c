#include "screens/cli/command.h"

#include "api/base/tr.h"
#include "api/checks/gather.h"
#include "api/plan/wanted.h"
#include "screens/cli/out.h"
#include "screens/cli/session.h"

#include <string.h>

/* Every line of it stands in as the others do, and no empty one ends it. */
static void print_remedy(const struct check *c)
{
    const char *text = c->remedy.text;

    out_line("         %s (%s)", tr("to do:"), check_remedy_name(c->remedy.kind));
    while (*text) {
        int n = (int)strcspn(text, "\n");
        if (n)
            out_line("             %.*s", n, text);
        text += n;
        text += *text == '\n';
    }
}

static void print(const struct check_list *l)
{
    struct check_summary n = check_summary(l);

    for (int i = 0; i < CHECK_IDS; i++) {
        const struct check *c = &l->at[i];
        out_line("%-8s %-28s %s", check_result_name(c->result), check_name(c->id), c->found);
        if (c->result == CHECK_PASS)
            continue;
        if (c->needed[0])
            out_line("         %s %s", tr("needed:"), c->needed);
        if (c->why[0])
            out_line("         %s %s", tr("why:"), c->why);
        if (c->remedy.text[0])
            print_remedy(c);
    }
    out_line(tr("%zu pass, %zu warn, %zu fail, %zu unknown"), n.pass, n.warn, n.fail, n.unknown);
}

static int run(struct session *s)
{
    struct source_wanted wanted;
    struct str text = {0};
    struct err e;
    int code;

    selection_wanted(s->has_file ? &s->file : NULL, &s->target, &s->mem, &wanted);
    struct gather_options o = {.google = s->live.google,
                               .pg = s->live.pg,
                               .pg_trouble = s->pg_trouble,
                               .nowhere = s->nowhere,
                               .target = &s->target,
                               .wanted = &wanted};
    struct task *t = gather(s->live.net, &o);
    if (!session_wait(s, t, &e)) {
        code = out_error(s->o, &e);
    } else if (s->o->json) {
        check_json(gathered(t), &text);
        str_addc(&text, '\n');
        out_result(&text);
        code = check_exit(gathered(t));
    } else {
        print(gathered(t));
        code = check_exit(gathered(t));
    }
    task_drop(t);
    str_done(&text);
    return code;
}

int command_check(const struct options *o)
{
    struct session s;
    int code;

    if (session_open(&s, o, SESSION_FILE | SESSION_CLUSTER | SESSION_SOURCE | SESSION_ONLY_APP,
                     &code))
        code = run(&s);
    session_close(&s);
    return code;
}
