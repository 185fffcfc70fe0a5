#include "api/google/datastream_profiles.h"

#include "api/base/tr.h"
#include "api/google/datastream_read.h"

#include <stdio.h>

#define PROFILES DATASTREAM_LOCATION "connectionProfiles"

enum {
    DEFAULT_PORT = 5432,
    PROFILE_TIMEOUT_MS = 180000
}; /* it is tested while we wait: facts/gcp.md I */

static void read_profile(struct arena *a, const struct json *j, struct datastream_profile *p)
{
    const struct json *pg = json_get(j, "postgresqlProfile");
    p->name = rest_string(a, j, "name");
    p->id = rest_last(p->name);
    p->display_name = rest_string(a, j, "displayName");
    p->create_time = rest_string(a, j, "createTime");
    p->host = rest_string(a, pg, "hostname");
    p->user = rest_string(a, pg, "username");
    p->database = rest_string(a, pg, "database");
    p->port = (int)json_int64(pg, "port", 0);
    p->private_connection = rest_string(a, j, "privateConnectivity.privateConnection");
    if (json_is_object(pg))
        p->kind = DATASTREAM_PROFILE_POSTGRES;
    else if (json_is_object(json_get(j, "bigqueryProfile")))
        p->kind = DATASTREAM_PROFILE_BIGQUERY;
    rest_labels(a, json_get(j, "labels"), &p->labels);
}

static bool decode_profile(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    (void)e;
    read_profile(a, answer->json, out);
    return true;
}

static bool decode_profiles(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct datastream_profiles *list = out;
    (void)e;
    for
        json_each(j, json_get(answer->json, "connectionProfiles"))
            read_profile(a, j, rest_push(a, list->items, list->n));
    list->n_unreachable += json_count(json_get(answer->json, "unreachable"));
    return true;
}

struct task *datastream_profile_list(struct google *g, const char *project, const char *location)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", DATASTREAM, "Reading the connection profiles in %s", project);
    rest_resource(&c, "%s", project);
    rest_path(&c, PROFILES, project, location);
    datastream_paged(&c);
    rest_decode_with(&c, sizeof(struct datastream_profiles), decode_profiles);
    return rest_send(&c);
}

const struct datastream_profiles *datastream_profiles(const struct task *t)
{
    return rest_result(t, decode_profiles);
}

static void about(struct rest_call *c, const char *project, const char *location, const char *id)
{
    rest_resource(c, "projects/%s/locations/%s/connectionProfiles/%s", project, location, id);
    rest_look(c, PROFILES "/{}", project, location, id);
    rest_decode_with(c, sizeof(struct datastream_profile), decode_profile);
    c->timeout_ms = PROFILE_TIMEOUT_MS;
}

struct task *datastream_profile_get(struct google *g, const char *project, const char *location,
                                    const char *id)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", DATASTREAM, "Reading the connection profile %s", id);
    about(&c, project, location, id);
    rest_path(&c, PROFILES "/{}", project, location, id);
    return rest_send(&c);
}

const struct datastream_profile *datastream_profile(const struct task *t)
{
    return rest_result(t, decode_profile);
}

static enum rest_ready judge_profile(const void *out, int64_t sent_at, struct err *e)
{
    const struct datastream_profile *p = out;
    (void)sent_at;
    (void)e;
    return *p->display_name ? REST_READY
                            : REST_NOT_YET; /* listed before it is ready: domain.md 5 */
}

/* A new profile's own part, for create and for a discovery without one. */
static void put_source(struct json_out *o, const char *project, const char *location,
                       const struct datastream_source *source)
{
    json_open_object(o, "postgresqlProfile");
    json_put_string(o, "hostname", source->host);
    json_put_int(o, "port", source->port ? source->port : DEFAULT_PORT);
    json_put_string(o, "username", source->user);
    json_put_string(o, "password", secret_reveal(source->password));
    json_put_string(o, "database", source->database);
    json_close_object(o);
    json_open_object(o, "privateConnectivity");
    datastream_put_name(o, "privateConnection", project, location, "privateConnections",
                        source->private_connection);
    json_close_object(o);
}

static const char *const write_only[] = {"postgresqlProfile.password", NULL};

struct task *datastream_profile_create_postgres(struct google *g, const char *project,
                                                const char *location, const char *id,
                                                const char *display_name,
                                                const struct datastream_source *source,
                                                const struct google_labels *labels,
                                                const struct google_write *w)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", DATASTREAM, "Making the connection profile %s", id);
    about(&c, project, location, id);
    rest_path(&c, PROFILES, project, location);
    rest_query(&c, "connectionProfileId", id);
    c.secret_body = true;
    struct json_out *o = rest_body(&c);
    json_put_string(o, "displayName", display_name);
    rest_put_labels(o, labels);
    put_source(o, project, location, source);
    c.unseen = write_only;
    datastream_write(&c, w);
    c.judge = judge_profile;
    return rest_send(&c);
}

struct task *datastream_profile_create_bigquery(struct google *g, const char *project,
                                                const char *location, const char *id,
                                                const char *display_name,
                                                const struct google_labels *labels,
                                                const struct google_write *w)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", DATASTREAM, "Making the connection profile %s", id);
    about(&c, project, location, id);
    rest_path(&c, PROFILES, project, location);
    rest_query(&c, "connectionProfileId", id);
    struct json_out *o = rest_body(&c);
    json_put_string(o, "displayName", display_name);
    rest_put_labels(o, labels);
    json_open_object(o, "bigqueryProfile");
    json_close_object(o);
    datastream_write(&c, w);
    c.judge = judge_profile;
    return rest_send(&c);
}

/* An empty password must not be sent: it would overwrite the one that is there. */
static void put_source_change(struct rest_call *c, const struct datastream_source *ch,
                              struct str *mask)
{
    static const char *const names[] = {"hostname", "username", "database"};
    const char *const values[] = {ch->host, ch->user, ch->database};
    struct json_out *o = rest_body(c);
    json_open_object(o, "postgresqlProfile");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_is_empty(values[i]))
            continue;
        json_put_string(o, names[i], values[i]);
        str_printf(mask, "%spostgresqlProfile.%s", mask->bytes ? "," : "", names[i]);
    }
    if (ch->port) {
        json_put_int(o, "port", ch->port);
        str_printf(mask, "%spostgresqlProfile.port", mask->bytes ? "," : "");
    }
    if (!secret_is_empty(ch->password)) {
        json_put_string(o, "password", secret_reveal(ch->password));
        str_printf(mask, "%spostgresqlProfile.password", mask->bytes ? "," : "");
    }
    json_close_object(o);
}

struct task *datastream_profile_patch(struct google *g, const char *project, const char *location,
                                      const char *id, const struct datastream_source *change,
                                      const struct google_write *w)
{
    struct rest_call c;
    struct str mask = {0};
    rest_begin(&c, g, "PATCH", DATASTREAM, "Changing the connection profile %s", id);
    about(&c, project, location, id);
    rest_path(&c, PROFILES "/{}", project, location, id);
    c.secret_body = true;
    put_source_change(&c, change, &mask);
    if (!mask.bytes)
        datastream_refuse_no_change(&c);
    rest_query(&c, "updateMask", str_text(&mask));
    str_done(&mask);
    datastream_write(&c, w);
    if (!secret_is_empty(change->password)) /* which one it has, nobody is told */
        c.adopts = false;
    return rest_send(&c);
}

struct task *datastream_profile_delete(struct google *g, const char *project, const char *location,
                                       const char *id, const struct google_write *w)
{
    struct rest_call c;
    struct google_write plain = {.request_id = w ? w->request_id : NULL};
    rest_begin(&c, g, "DELETE", DATASTREAM, "Deleting the connection profile %s", id);
    rest_resource(&c, "projects/%s/locations/%s/connectionProfiles/%s", project, location, id);
    rest_path(&c, PROFILES "/{}", project, location, id);
    datastream_write(&c, &plain);
    return rest_send(&c);
}

/* --- discover --- */

static bool decode_discovered(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    (void)e;
    datastream_selection_read(a, json_get(answer->json, "postgresqlRdbms"), out);
    return true;
}

static struct task *discover(struct rest_call *c, struct json_out *o)
{
    c->repeat = REST_READ;
    c->timeout_ms = PROFILE_TIMEOUT_MS;
    c->advice = tr("Datastream did not get into the database: look at host, user and password");
    json_put_bool(o, "fullHierarchy", true);
    json_open_object(o, "postgresqlRdbms");
    json_close_object(o);
    rest_decode_with(c, sizeof(struct datastream_selection), decode_discovered);
    return rest_send(c);
}

struct task *datastream_discover(struct google *g, const char *project, const char *location,
                                 const char *profile)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", DATASTREAM, "Reading the tables that %s can see", profile);
    rest_resource(&c, "%s", profile);
    rest_path(&c, PROFILES ":discover", project, location);
    struct json_out *o = rest_body(&c);
    datastream_put_name(o, "connectionProfileName", project, location, "connectionProfiles",
                        profile);
    return discover(&c, o);
}

struct task *datastream_discover_source(struct google *g, const char *project, const char *location,
                                        const struct datastream_source *source)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", DATASTREAM, "Reading the tables that %s can see", source->user);
    rest_resource(&c, "%s", source->database);
    rest_path(&c, PROFILES ":discover", project, location);
    c.secret_body = true;
    struct json_out *o = rest_body(&c);
    json_open_object(o, "connectionProfile");
    json_put_string(o, "displayName", source->database);
    put_source(o, project, location, source);
    json_close_object(o);
    return discover(&c, o);
}

const struct datastream_selection *datastream_discovered(const struct task *t)
{
    return rest_result(t, decode_discovered);
}
