#include "screens/prerequisites_inside.h"

#include "api/base/tr.h"
#include "api/checks/google_checks.h"
#include "api/google/serviceusage.h"

/* Turning on the APIs that are off: one question that names them, one call. Create does the same,
 * for those who go on without. */

enum { NOT_NOW, TURN_ON };

static const struct check *off(const struct prerequisites *self)
{
    const struct check_list *l = checks_look_list(&self->look);
    const struct check *c = l ? &l->at[CHECK_GOOGLE_APIS] : NULL;

    return c && c->result == CHECK_WARN ? c : NULL;
}

bool prerequisites_apis_are_off(const struct prerequisites *self)
{
    return off(self) != NULL && self->apis.turning == NULL;
}

void prerequisites_apis_ask(struct prerequisites *self, struct journey *j)
{
    static const struct dialog_option options[] = {
        [NOT_NOW] = {'k', "not now", false}, [TURN_ON] = {'t', "turn them on", false}};
    const struct check *apis = off(self);
    struct str text = {0};

    if (apis == NULL)
        return;
    str_printf(&text,
               tr("%s in %s. To turn them on costs nothing by itself; strom does not turn them off "
                  "again. Create does it, too, as its first step."),
               apis->found, j->target.project);
    arena_done(&self->apis.mem);
    dialog_open(&self->apis.dialog, tr("Turn the APIs on?"),
                arena_str(&self->apis.mem, str_text(&text)), options,
                sizeof options / sizeof *options, TURN_ON);
    j->discard_input = true;
    str_done(&text);
}

void prerequisites_apis_key(struct prerequisites *self, struct journey *j, int key)
{
    size_t n;

    if (dialog_key(&self->apis.dialog, key) != TURN_ON)
        return;
    const char *const *names = google_needed_apis(&n); /* harmless where they are on */
    self->apis.turning = serviceusage_enable(j->live->google, j->target.project, names, n);
}

void prerequisites_apis_news(struct prerequisites *self, struct journey *j)
{
    struct task *t = self->apis.turning;

    if (t == NULL || task_state(t) == TASK_RUNNING)
        return;
    if (task_state(t) == TASK_OK)
        journey_say(j, MARK_OK, "%s", tr("turned on; checking again"));
    else
        journey_say_err(j, task_error(t));
    task_clear(&self->apis.turning);
    checks_look_ask(&self->look, j);
}

void prerequisites_apis_drop(struct prerequisites *self)
{
    task_clear(&self->apis.turning);
    arena_done(&self->apis.mem);
}
