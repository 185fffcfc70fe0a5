#include "api/nais/application.h"
#include "api/base/tr.h"

#include "api/nais/items.h"

static bool names_user(const struct json *instance, const char *db_user)
{
    for
        json_each(database, json_get(instance, "databases"))
            for
                json_each(user, json_get(database, "users")) if (
                    str_eq(json_string(user, "name"), db_user)) return true;
    return false;
}

void application_read(struct arena *a, const struct json *item, const char *db_user,
                      struct application *out)
{
    const struct json *instances = json_get(item, "spec.gcp.sqlInstances");
    *out = (struct application){.seen = item ? APPLICATION_FOUND : APPLICATION_ABSENT,
                                .instance = "",
                                .postgres = item_text(a, item, "spec.postgres.clusterName"),
                                .state = item_text(a, item, "status.synchronizationState")};
    for
        json_each(instance, instances)
        {
            out->has_user = out->has_user || names_user(instance, db_user);
            if (*out->instance)
                continue;
            out->instance = item_text(a, instance, "name");
            if (!*out->instance) /* the platform's default */
                out->instance = item_text(a, item, "metadata.name");
        }
}

void application_explain(const struct application *app, const char *name, const char *ns,
                         struct err *e)
{
    if (app->seen == APPLICATION_ABSENT) {
        err_why(e, tr("there is no application %s in the namespace %s"), name, ns);
        err_hint(e, tr("check app, namespace (-n) and context (--context)"));
    } else if (app->seen == APPLICATION_UNKNOWN) {
        err_why(e, tr("no SQL instance has the label app=%s in the namespace %s"), name, ns);
        err_hint(e,
                 tr("check app, namespace (-n) and context (--context); an app with the in-cluster "
                    "Postgres has no Cloud SQL instance, and Datastream does not reach it"));
    } else if (*app->instance) {
        err_why(e,
                tr("its manifest asks for the instance %s, and the platform has not made it (%s)"),
                app->instance, *app->state ? app->state : tr("no state is told"));
        err_hint(e, tr("look at the app's events: Nais console, or kubectl describe app %s -n %s"),
                 name, ns);
    } else if (*app->postgres) {
        err_why(e, tr("it uses the in-cluster Postgres %s, which is no Cloud SQL"), app->postgres);
        err_hint(e, tr("Datastream does not reach it: copy with a Naisjob, or over Kafka"));
    } else {
        err_why(e, tr("its manifest has no database (spec.gcp.sqlInstances)"));
        err_hint(e, tr("is it another app's database? Name that app with --app"));
    }
}
