/* datastream: connection profiles. One for PostgreSQL is tested when it is made or changed, again
 * and again for some two and a half minutes while nothing answers. */

#include "tests/sandbox/google/datastream.h"

#include <string.h>

enum { TEST_SECONDS = 10, GIVE_UP_SECONDS = 150, AGAIN_SECONDS = 5 };

static void keep_password(struct google *g, const char *name, const char *password)
{
    struct thing *t = thing_find(g, "profile-password", name);
    if (t == NULL)
        t = thing_new(g, "profile-password", name, val_text_new(""));
    val_free(t->doc);
    t->doc = val_text_new(password);
}

static void complete(struct google *g, struct thing *t, const struct val *body)
{
    const char *password = val_text(body, "postgresqlProfile.password");
    val_merge(t->doc, body);
    val_put(t->doc, "postgresqlProfile.password", NULL); /* never answered */
    if (val_get(t->doc, "postgresqlProfile") != NULL &&
        val_int(t->doc, "postgresqlProfile.port", 0) == 0)
        val_put_int(t->doc, "postgresqlProfile.port", 5432);
    if (val_text(t->doc, "privateConnectivity.privateConnection") != NULL) {
        char full[320];
        resource_resolve(val_text(t->doc, "privateConnectivity.privateConnection"), full);
        val_put_text(t->doc, "privateConnectivity.privateConnection", full);
    }
    if (!str_is_empty(password))
        keep_password(g, t->name, password);
}

struct thing *profile_make(struct google *g, const char *id, const struct val *body,
                           const char *password)
{
    char name[320];
    snprintf(name, sizeof name,
             "projects/" SANDBOX_PROJECT "/locations/" SANDBOX_REGION "/connectionProfiles/%.60s",
             id);
    struct thing *t = thing_new(g, "profile", name, val_object());
    resource_complete(t->doc, name);
    complete(g, t, body);
    if (password != NULL)
        keep_password(g, name, password);
    return t;
}

/* --- what a body must be --- */

static bool connectivity_fits(struct call *c, const struct val *body)
{
    char name[320];
    const char *wanted = val_text(body, "privateConnectivity.privateConnection");
    if (val_member(body, "postgresqlProfile") == NULL || wanted == NULL)
        return true;
    resource_resolve(wanted, name);
    const struct thing *t = thing_find(c->g, "private-connection", name);
    char here[320];
    resource_name(c, "privateConnections", "", here);
    if (t != NULL && !str_starts(name, here))
        call_refuse_field(c, "connection_profile.private_connectivity.private_connection",
                          "The private connection must be in the location of the profile.");
    else if (t == NULL)
        call_refuse(c, 404, NULL, "Resource '%s' was not found", name);
    else if (!str_eq(val_text(t->doc, "state"), "CREATED"))
        call_refuse(c, 400, "FAILED_PRECONDITION",
                    "The private connection '%s' is in state %s; it must be CREATED.", name,
                    val_text_or(t->doc, "state", ""));
    else
        return true;
    return false;
}

static bool password_fits(struct call *c, const struct val *body)
{
    bool given = !str_is_empty(val_text(body, "postgresqlProfile.password"));
    bool stored = !str_is_empty(val_text(body, "postgresqlProfile.secretManagerStoredPassword"));
    if (given && stored)
        call_refuse_field(c, "connection_profile.postgresql_profile",
                          "Only one of password and secret_manager_stored_password can be set.");
    else if (!given && !stored)
        call_refuse_field(
            c, "connection_profile.postgresql_profile.password",
            "Required field 'connection_profile.postgresql_profile.password' is missing");
    else
        return true;
    return false;
}

static bool body_fits(struct call *c, const struct val *body)
{
    bool source = val_member(body, "postgresqlProfile") != NULL;
    bool destination = val_member(body, "bigqueryProfile") != NULL;
    if (source == destination) {
        call_refuse_field(c, "connection_profile",
                          "Exactly one profile type must be set for a connection profile.");
        return false;
    }
    return destination || (password_fits(c, body) && connectivity_fits(c, body));
}

/* --- the test --- */

static struct val *test_result(const struct source_fault *why)
{
    struct val *result = val_object(), *list = val_array();
    val_add(list, validation_line("POSTGRES_VALIDATE_CONNECTIVITY",
                                  "Validates that Datastream can connect",
                                  why != NULL ? "FAILED" : "PASSED", why != NULL ? why->code : "",
                                  why != NULL ? why->message : NULL));
    val_put(result, "validations", list);
    return result;
}

/* True when it is settled either way; false: it is tried again later. */
static bool tested(struct google *g, struct operation *op, struct thing *t, const struct val *doc)
{
    struct source_fault why = {0};
    if (val_member(doc, "postgresqlProfile") == NULL || val_truth(op->input, "force"))
        return true;
    if (source_login(g, t->name, doc, &why)) {
        val_put(op->metadata, "validationResult", test_result(NULL));
        return true;
    }
    if (why.timeout && clock_mono_ms() < val_int(op->input, "until", 0)) {
        op->done = false;
        op->due_ms = google_later(g, AGAIN_SECONDS);
        return false;
    }
    val_put(op->metadata, "validationResult", test_result(&why));
    operation_fail(op, "FAILED_PRECONDITION", "Connection validation failed: %s: %s", why.code,
                   why.message);
    return true;
}

static void drop_profile(struct google *g, struct thing *t)
{
    struct thing *password = thing_find(g, "profile-password", t->name);
    if (password != NULL)
        thing_drop(g, password);
    thing_drop(g, t);
}

static void created(struct google *g, struct operation *op)
{
    struct thing *t = thing_find(g, "profile", val_text_or(op->input, "thing", op->target));
    const struct val *body = val_member(op->input, "body");
    if (t == NULL)
        return;
    const char *password = val_text(body, "postgresqlProfile.password");
    if (!str_is_empty(password))
        keep_password(g, t->name, password);
    if (!tested(g, op, t, body))
        return;
    bool kept = op->error == NULL && !val_truth(op->input, "validateOnly");
    if (kept) {
        complete(g, t, body);
        t->hidden = false;
    }
    op->response = op->error == NULL ? val_copy(t->doc) : NULL;
    if (op->response != NULL)
        resource_type(op->response, "ConnectionProfile");
    if (!kept)
        drop_profile(g, t);
}

static struct val *work(struct call *c, struct val *body)
{
    struct val *input = val_object();
    val_put(input, "body", body);
    val_put_bool(input, "force", call_query_bool(c, "force"));
    val_put_bool(input, "validateOnly", call_query_bool(c, "validateOnly"));
    val_put_int(input, "until", google_later(c->g, GIVE_UP_SECONDS));
    return input;
}

static void create(struct call *c)
{
    char name[320];
    const char *id = call_query(c, "connectionProfileId");
    if (operation_again(c) || !resource_location_fits(c) ||
        !resource_id_fits(c, "connection_profile_id", id) || !body_fits(c, c->body))
        return;
    resource_name(c, "connectionProfiles", id, name);
    if (thing_find(c->g, "profile", name) != NULL) {
        call_refuse_exists(c, name);
        return;
    }
    static unsigned trials;
    bool trial = call_query_bool(c, "validateOnly"); /* in nobody's way, not even its own */
    char place[400];
    snprintf(place, sizeof place, "%s", name);
    if (trial)
        snprintf(place, sizeof place, "%s#%u", name, ++trials);
    struct thing *t = thing_new(c->g, "profile", place, val_object()); /* seen, but empty as yet */
    struct val *input = work(c, val_copy(c->body));
    resource_complete(t->doc, name);
    t->hidden = trial;
    val_put_text(input, "thing", place);
    operation_start(c, "create", name, TEST_SECONDS, created, input);
}

/* --- the rest --- */

static void get(struct call *c)
{
    thing_get(c, "profile");
}

static void list(struct call *c)
{
    list_answer(c, "connectionProfiles", thing_below(c, "profile"), 50, 1000, NULL);
}

/* Who reads through it logs in anew: its next look begins again where the file stands. */
static void let_go(struct google *g, const char *profile)
{
    for (struct stream *s = g->streams; s != NULL; s = s->next)
        if (str_eq(val_text(s->doc, "sourceConfig.sourceConnectionProfile"), profile))
            stream_halt(g, s);
}

static void updated(struct google *g, struct operation *op)
{
    struct thing *t = thing_find(g, "profile", op->target);
    const struct val *body = val_member(op->input, "body");
    if (t == NULL)
        return;
    struct thing *kept = thing_find(g, "profile-password", t->name);
    struct val *before = kept != NULL ? val_copy(kept->doc) : NULL;
    const char *password = val_text(body, "postgresqlProfile.password");
    if (!str_is_empty(password))
        keep_password(g, t->name, password);
    bool settled = tested(g, op, t, body);
    bool keep = settled && op->error == NULL && !val_truth(op->input, "validateOnly");
    if (!keep && before != NULL)
        keep_password(g, t->name, before->text);
    val_free(before);
    if (!settled || op->error != NULL)
        return;
    if (keep) {
        complete(g, t, body);
        resource_touch(t->doc);
        let_go(g, t->name);
    }
    op->response = val_copy(t->doc);
    resource_type(op->response, "ConnectionProfile");
}

static void patch(struct call *c)
{
    const char *mask = call_query(c, "updateMask");
    if (operation_again(c))
        return;
    const struct thing *t = thing_asked(c, "profile");
    if (t == NULL)
        return;
    struct val *wanted = val_copy(t->doc);
    mask_apply(wanted, c->body, mask);
    if (strstr(mask, "postgresqlProfile.password") != NULL &&
        str_is_empty(val_text(c->body, "postgresqlProfile.password"))) {
        call_refuse_field(c, "connection_profile.postgresql_profile.password",
                          "The password must not be empty.");
        val_free(wanted);
        return;
    }
    if (!connectivity_fits(c, wanted)) {
        val_free(wanted);
        return;
    }
    operation_start(c, "update", t->name, TEST_SECONDS, updated, work(c, wanted));
}

static void deleted(struct google *g, struct operation *op)
{
    struct thing *t = thing_find(g, "profile", op->target);
    if (t != NULL)
        drop_profile(g, t);
}

static void drop(struct call *c)
{
    if (operation_again(c))
        return;
    const struct thing *t = thing_asked(c, "profile");
    if (t == NULL)
        return;
    for (struct stream *s = c->g->streams; s != NULL; s = s->next)
        if (str_eq(val_text(s->doc, "sourceConfig.sourceConnectionProfile"), t->name) ||
            str_eq(val_text(s->doc, "destinationConfig.destinationConnectionProfile"), t->name)) {
            call_refuse(
                c, 400, "FAILED_PRECONDITION",
                "The connection profile '%s' is in use by the stream '%s' and cannot be deleted.",
                t->name, s->name);
            return;
        }
    operation_start(c, "delete", t->name, 5, deleted, NULL);
}

static const struct shape CREATE_QUERY[] = {NEED("connectionProfileId", STRING),
                                            F("requestId", UUID), F("force", BOOL),
                                            F("validateOnly", BOOL), END};
static const struct shape PATCH_QUERY[] = {F("updateMask", MASK), F("requestId", UUID),
                                           F("force", BOOL), F("validateOnly", BOOL), END};

#define PROFILES "v1/projects/{}/locations/{}/connectionProfiles"
const struct route profile_routes[] = {
    {"POST", PROFILES ":discover", profile_discover, "datastream.connectionProfiles.discover", NULL,
     discover_shape, NULL, 0},
    {"POST", PROFILES, create, "datastream.connectionProfiles.create", CREATE_QUERY,
     connection_profile_shape, "connection_profile", 0},
    {"GET", PROFILES, list, "datastream.connectionProfiles.list", datastream_list_query, NULL, NULL,
     0},
    {"GET", PROFILES "/{}", get, "datastream.connectionProfiles.get", NULL, NULL, NULL, 0},
    {"PATCH", PROFILES "/{}", patch, "datastream.connectionProfiles.update", PATCH_QUERY,
     connection_profile_shape, "connection_profile", ROUTE_NEEDS_MASK},
    {"DELETE", PROFILES "/{}", drop, "datastream.connectionProfiles.delete",
     datastream_delete_query, NULL, NULL, 0},
    {0},
};
