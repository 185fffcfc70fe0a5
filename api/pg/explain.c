#include "api/pg/explain.h"

#include "api/pg/internal.h"

#include <stdlib.h>
#include <string.h>

static const PQconninfoOption *found(const PQconninfoOption *list, const char *keyword)
{
    for (; list && list->keyword; list++)
        if (str_eq(list->keyword, keyword))
            return list;
    return NULL;
}

static bool is_said(const PQconninfoOption *list, const char *keyword)
{
    const PQconninfoOption *o = found(list, keyword);
    return o && !str_is_empty(o->val);
}

static void explain(const PQconninfoOption *o, bool said, bool service, struct arena *a,
                    struct pg_explained *out)
{
    bool variable = o->envvar && !str_is_empty(getenv(o->envvar));
    bool built_in = str_is_empty(o->val) || str_eq(o->val, o->compiled);

    out->value = str_is_empty(o->val) ? NULL : arena_str(a, o->val);
    out->variable = o->envvar ? arena_str(a, o->envvar) : NULL;
    if (said)
        out->origin = PG_FROM_OPTION;
    else if (service && !built_in && !(variable && str_eq(getenv(o->envvar), o->val)))
        out->origin = PG_FROM_SERVICE; /* libpq lets a service go before the environment */
    else
        out->origin = variable && out->value ? PG_FROM_ENVIRONMENT : PG_FROM_DEFAULT;
}

/* libpq tells of a connection what came of its service, not which one it was. */
static void explain_service(const PQconninfoOption *said, struct arena *a, struct pg_explained *out)
{
    const char *variable = getenv("PGSERVICE");

    if (said && !str_is_empty(said->val)) {
        out->value = arena_str(a, said->val);
        out->origin = PG_FROM_OPTION;
    } else if (!str_is_empty(variable)) {
        out->value = arena_str(a, variable);
        out->origin = PG_FROM_ENVIRONMENT;
        out->variable = "PGSERVICE";
    }
}

bool pg_explain(const struct pg_options *o, struct arena *a, struct pg_explained out[PG_EXPLAINED],
                struct err *e)
{
    static const char *const keywords[PG_EXPLAINED] = {"host",   "hostaddr", "port",    "user",
                                                       "dbname", "sslmode",  "service", "passfile"};

    if (!pg_dsn_check(o->dsn, e))
        return false;
    PQconninfoOption *said = str_is_empty(o->dsn) ? NULL : PQconninfoParse(o->dsn, NULL);
    PQconninfoOption *list = pg_effective(o, str_is_empty(o->dsn) ? NULL : o->dsn);
    bool service = is_said(said, "service") || !str_is_empty(getenv("PGSERVICE"));
    for (size_t i = 0; list && i < PG_EXPLAINED; i++) {
        const PQconninfoOption *is = found(list, keywords[i]);
        bool named = str_eq(keywords[i], "dbname") && !str_is_empty(o->database);
        out[i] = (struct pg_explained){.keyword = keywords[i], .origin = PG_FROM_DEFAULT};
        if (is && str_eq(keywords[i], "service"))
            explain_service(found(said, "service"), a, &out[i]);
        else if (is)
            explain(is, named || is_said(said, keywords[i]), service, a, &out[i]);
    }
    PQconninfoFree(said);
    PQconninfoFree(list);
    if (list)
        return true;
    err_set(e, ERR_INPUT, "could not read the connection's options");
    return err_why(e, "libpq does not take them together");
}
