/* What the command line, the environment and the user file say of the target. */
#include "screens/live.h"

#include "api/base/str.h"
#include "api/nais/lookups.h"
#include "api/plan/names.h"
#include "api/plan/names_valid.h"
#include "screens/cli/config_file.h"

#include <stdlib.h>

struct named {
    const char *option;
    char *field;
    size_t room;
    const char *value;
};

/* Never cut: half a name is another one. */
static bool take_names(const struct named *names, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (str_is_empty(names[i].value))
            continue;
        if (!str_copy(names[i].field, names[i].room, names[i].value)) {
            err_set(e, ERR_INPUT, "Reading --%s", names[i].option);
            err_why(e, "'%.40s...' is too long", names[i].value);
            return err_hint(e, "%zu bytes at most", names[i].room - 1);
        }
    }
    return true;
}

static const char *either(const char *first, const char *second)
{
    return str_is_empty(first) ? second : first;
}

/* What the line says, not what was kept half typed. */
static bool google_takes(const struct options *o, struct err *e)
{
    struct target said = {0};

    str_copy(said.region, sizeof said.region, o->location ? o->location : "");
    str_copy(said.stream, sizeof said.stream, o->stream ? o->stream : "");
    str_copy(said.dataset, sizeof said.dataset, o->dataset ? o->dataset : "");
    return names_valid(&said, e);
}

static void fill(char *field, size_t room, const char *value)
{
    if (field[0] == '\0' && !str_is_empty(value))
        str_copy(field, room, value);
}

void live_fill_from_cluster(struct target *t, const struct nais_source *n)
{
    fill(t->project, sizeof t->project, n->project);
    fill(t->region, sizeof t->region, n->region);
    fill(t->instance, sizeof t->instance, n->instance);
    fill(t->database, sizeof t->database,
         n->database[0] || n->n_databases != 1 ? n->database : n->databases[0]);
    if (!str_is_empty(n->user))
        str_copy(t->db_user, sizeof t->db_user, n->user);
}

bool live_fill_target(const struct live *l, struct target *t, struct err *e)
{
    const struct options *o = l->options;
    const char *project =
        either(o->project, either(t->project, either(getenv("CLOUDSDK_CORE_PROJECT"),
                                                     getenv("GOOGLE_CLOUD_PROJECT"))));
#define NAMED(option, field, value)                                                                \
    {                                                                                              \
        option, t->field, sizeof t->field, value                                                   \
    }
    const struct named names[] = {NAMED("app", app, o->app),
                                  NAMED("context", context, o->context),
                                  NAMED("namespace", namespace_, o->namespace_),
                                  NAMED("project", project, project),
                                  NAMED("location", region, o->location),
                                  NAMED("instance", instance, o->instance),
                                  NAMED("database", database, o->database),
                                  NAMED("db-user", db_user, o->db_user),
                                  NAMED("publication", publication, o->publication),
                                  NAMED("slot", slot, o->slot),
                                  NAMED("stream", stream, o->stream),
                                  NAMED("dataset", dataset, o->dataset)};
#undef NAMED
    if (!take_names(names, sizeof names / sizeof *names, e) || !google_takes(o, e))
        return false;
    if (o->freshness) {
        t->freshness_seconds = options_seconds(o->freshness);
        t->freshness_chosen = true;
    }
    config_fill_target(o->user, t);
    if (o->naming == NULL && o->stream)
        names_recognise(o->stream, t);
    if (str_eq(o->naming, "nav-module"))
        t->naming = TARGET_NAV_MODULE;
    else if (o->naming && !str_eq(o->naming, "procedure")) {
        err_set(e, ERR_INPUT, "Reading --naming");
        err_why(e, "'%s' is no family of names", o->naming);
        return err_hint(e, "procedure or nav-module");
    }
    if (t->freshness_seconds < 0) {
        err_set(e, ERR_INPUT, "Reading --freshness");
        err_why(e, "'%s' is no time", o->freshness);
        return err_hint(e, "for example 900s, 15m or 1h; at most 31d");
    }
    return true;
}
