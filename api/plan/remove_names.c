#include "api/plan/remove.h"

#include "api/base/json.h"
#include "api/base/str.h"
#include "api/plan/observe.h"
#include "api/plan/record.h"

#include <string.h>

/* Taking down goes on where it was interrupted: by the names that it had found then. */

/* Those that a stream leads to; the others follow from the target. */
static void take_names(const struct json *names, struct names *out)
{
    for
        json_each(item, names)
        {
            enum step_id step = step_by_id(json_key(item));
            const struct step_type *type = step < STEPS ? step_type(step) : NULL;
            if (type && type->followed && json_text(item))
                str_copy((char *)out + type->name, type->room, json_text(item));
        }
}

bool remove_names(struct store *s, const struct target *t, struct names *out)
{
    const struct journal_run *runs;
    char name[RECORD_NAME];
    struct arena a = {0};
    struct err e;
    size_t n = 0;

    names_of(t, out);
    record_name(name, t->project, t->region, out->stream);
    bool ok = s && journal_runs(s, name, 1, &a, &runs, &n, &e) && n == 1 &&
              runs[0].kind == JOURNAL_DELETE && !str_eq(runs[0].outcome, "removed") && runs[0].plan;
    struct json *doc = ok ? json_parse(runs[0].plan, strlen(runs[0].plan), &e) : NULL;
    if (doc)
        take_names(json_get(doc, "names"), out);
    json_free(doc);
    arena_done(&a);
    return doc != NULL;
}

struct task *remove_look(struct net *net, struct google *g, struct store *s, const struct target *t)
{
    struct names names;

    remove_names(s, t, &names);
    return observe_as(net, g, t, &names);
}
