#include "screens/cli/command.h"

#include "api/checks/gather.h"
#include "api/plan/rights.h"
#include "api/plan/wanted.h"
#include "screens/cli/out.h"
#include "screens/cli/session.h"

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
                               .wanted = &wanted,
                               .repo = s->live.repo,
                               .ahead = &rights_for_checks};
    struct task *t = gather(s->live.net, &o);
    if (!session_wait(s, t, &e)) {
        code = out_error(s->o, &e);
    } else if (s->o->json) {
        check_json(gathered(t), &text);
        str_addc(&text, '\n');
        out_result(&text);
        code = check_exit(gathered(t));
    } else {
        check_text(gathered(t), &text);
        out_result(&text);
        code = check_exit(gathered(t));
    }
    task_drop(t);
    str_done(&text);
    return code;
}

int command_check(const struct options *o)
{
    return session_run(o, SESSION_FILE | SESSION_CLUSTER | SESSION_SOURCE | SESSION_ONLY_APP, run);
}
