/* Calls that are the same for every kind of thing. */

#include "tests/sandbox/google/inside.h"

#include <assert.h>
#include <string.h>

/* The template with its parameters in place, without the API's version, the project as its id. */
static void fill(const struct call *c, const char *end, char out[320])
{
    const char *at = strstr(c->route->path, "projects/");
    size_t n = 0;
    for (int i = 0; at < end && n + 1 < 320;) {
        if (strncmp(at, "{}", 2) != 0) {
            out[n++] = *at++;
            continue;
        }
        const char *value = i == 0 ? SANDBOX_PROJECT : c->param[i];
        n += (size_t)snprintf(out + n, 320 - n, "%.100s", value);
        at += 2;
        i++;
    }
    out[n < 320 ? n : 319] = '\0';
}

void call_target(const struct call *c, char out[320])
{
    const char *last = NULL;
    for (const char *at = c->route->path; (at = strstr(at, "{}")) != NULL; at += 2)
        last = at;
    assert(last != NULL); /* every resource stands below a project */
    fill(c, last + 2, out);
}

void call_collection(const struct call *c, char out[320])
{
    fill(c, c->route->path + strlen(c->route->path), out);
}

struct thing *thing_asked(struct call *c, const char *kind)
{
    char name[320];
    call_target(c, name);
    struct thing *t = thing_find(c->g, kind, name);
    if (t != NULL && !t->hidden)
        return t;
    call_refuse_missing(c, name);
    return NULL;
}

void thing_get(struct call *c, const char *kind)
{
    const struct thing *t = thing_asked(c, kind);
    if (t != NULL)
        call_answer(c, val_copy(t->doc));
}

void call_everywhere(char prefix[320])
{
    char *wild = strstr(prefix, "/locations/-/");
    if (wild != NULL)
        wild[strlen("/locations/")] = '\0';
}

struct val *thing_below(struct call *c, const char *kind)
{
    char prefix[320];
    call_collection(c, prefix);
    call_everywhere(prefix);
    return thing_list(c->g, kind, prefix);
}

static void dropped(struct google *g, struct operation *op)
{
    struct thing *t = thing_find(g, val_text(op->input, "kind"), op->target);
    if (t != NULL)
        thing_drop(g, t);
}

void thing_delete(struct call *c, const struct thing *t, double seconds)
{
    operation_start(c, "delete", t->name, seconds, dropped, val_make("{'kind':%s}", t->kind));
}
