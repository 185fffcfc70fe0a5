#include "api/google/credentials.h"

#include "api/base/json.h"
#include "api/base/path.h"
#include "api/base/tr.h"
#include "api/google/rest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 256 * 1024, MAX_SOURCES = 1 };

static const char default_name[] = "application_default_credentials.json";

/* Tokens are fetched from these only: a file that was tampered with cannot send them elsewhere. */
static const char *const token_hosts[] = {"oauth2.googleapis.com", "accounts.google.com",
                                          "www.googleapis.com", "iamcredentials.googleapis.com"};

const char *credentials_path(struct arena *a, const char *explicit_path, bool *must)
{
    const char *named = explicit_path ? explicit_path : getenv("GOOGLE_APPLICATION_CREDENTIALS");
    *must = !str_is_empty(named);
    if (*must)
        return arena_str(a, named);
    const char *folder = getenv("CLOUDSDK_CONFIG");
    if (str_is_empty(folder))
        folder = path_join(a, path_home(), ".config/gcloud");
    return path_join(a, folder, default_name);
}

static bool host_allowed(const char *host, size_t n)
{
    for (size_t i = 0; i < sizeof token_hosts / sizeof *token_hosts; i++)
        if (strlen(token_hosts[i]) == n && memcmp(token_hosts[i], host, n) == 0)
            return true;
    return false;
}

bool credentials_url(struct arena *a, const char *url, const char *origin, const char **host,
                     const char **path)
{
    const char *rest = NULL;
    if (str_starts(url, "https://"))
        rest = url + strlen("https://");
    if (origin && str_starts(url, origin) && url[strlen(origin)] == '/')
        rest = url + strlen(origin) + 1;
    if (!rest)
        return false;
    size_t n = strcspn(rest, "/?#@");
    if (rest[n] != '/' || !host_allowed(rest, n))
        return false;
    *host = arena_strn(a, rest, n);
    *path = arena_str(a, rest + n + 1);
    return !strpbrk(*path, "?#\\ ") && !strstr(*path, "..");
}

static struct secret *take_secret(const struct json *j, const char *key)
{
    const char *text = json_string(j, key);
    return str_is_empty(text) ? NULL : secret_new(text, strlen(text));
}

static bool incomplete(struct err *e, const char *type, const char *field)
{
    err_set(e, ERR_DENIED, tr("Reading the Google login"));
    err_why(e, tr("a login of type %s without %s"), type, field);
    return err_hint(e, "%s", tr(CREDENTIALS_LOGIN));
}

static bool read_token_url(struct arena *a, const struct json *j, const char *origin,
                           struct credentials *out, struct err *e)
{
    out->audience = rest_string(a, j, "token_uri");
    if (str_is_empty(out->audience))
        out->audience = "https://oauth2.googleapis.com/token";
    if (credentials_url(a, out->audience, origin, &out->token_host, &out->token_path))
        return true;
    err_set(e, ERR_DENIED, tr("Reading the Google login"));
    err_why(e, tr("its token_uri is none of Google's: %s"), out->audience);
    return err_hint(e, tr("get a new login from Google; %s"), tr(CREDENTIALS_LOGIN));
}

static bool read_person(struct arena *a, const struct json *j, const char *origin,
                        struct credentials *out, struct err *e)
{
    out->kind = GOOGLE_LOGIN_PERSON;
    out->client_id = rest_string(a, j, "client_id");
    out->client_secret = take_secret(j, "client_secret");
    out->refresh_token = take_secret(j, "refresh_token");
    out->quota_project = rest_string(a, j, "quota_project_id");
    if (!*out->client_id)
        return incomplete(e, "authorized_user", "client_id");
    if (secret_is_empty(out->refresh_token))
        return incomplete(e, "authorized_user", "refresh_token");
    return read_token_url(a, j, origin, out, e);
}

static bool read_account(struct arena *a, const struct json *j, const char *origin,
                         struct credentials *out, struct err *e)
{
    out->kind = GOOGLE_LOGIN_ACCOUNT;
    out->email = rest_string(a, j, "client_email");
    out->key_id = rest_string(a, j, "private_key_id");
    out->private_key = take_secret(j, "private_key");
    out->quota_project = rest_string(a, j, "quota_project_id");
    if (!*out->email)
        return incomplete(e, "service_account", "client_email");
    if (secret_is_empty(out->private_key))
        return incomplete(e, "service_account", "private_key");
    return read_token_url(a, j, origin, out, e);
}

static bool read_any(struct arena *a, const struct json *j, const char *origin, int depth,
                     struct credentials *out, struct err *e);

/* ".../v1/projects/-/serviceAccounts/EMAIL:generateAccessToken" on iamcredentials only */
static bool read_impersonation_url(struct arena *a, const char *url, const char *origin,
                                   struct credentials *out)
{
    static const char head[] = "v1/projects/-/serviceAccounts/", tail[] = ":generateAccessToken";
    const char *host, *path;
    if (!credentials_url(a, url, origin, &host, &path) ||
        !str_eq(host, "iamcredentials.googleapis.com") || !str_starts(path, head) ||
        !str_ends(path, tail) || strlen(path) <= strlen(head) + strlen(tail))
        return false;
    out->impersonate_path = path;
    out->impersonated =
        arena_strn(a, path + strlen(head), strlen(path) - strlen(head) - strlen(tail));
    return !strchr(out->impersonated, '/');
}

static bool read_impersonated(struct arena *a, const struct json *j, const char *origin, int depth,
                              struct credentials *out, struct err *e)
{
    out->kind = GOOGLE_LOGIN_IMPERSONATED;
    out->quota_project = rest_string(a, j, "quota_project_id");
    out->delegates = rest_strings(a, json_get(j, "delegates"), &out->n_delegates);
    const char *url = rest_string(a, j, "service_account_impersonation_url");
    if (!read_impersonation_url(a, url, origin, out)) {
        err_set(e, ERR_DENIED, tr("Reading the Google login"));
        err_why(e, tr("its service_account_impersonation_url is none of Google's: %s"), url);
        return err_hint(e, "%s", tr(CREDENTIALS_LOGIN));
    }
    const struct json *source = json_get(j, "source_credentials");
    if (!json_is_object(source))
        return incomplete(e, "impersonated_service_account", "source_credentials");
    out->source = arena_new(a, struct credentials);
    return read_any(a, source, origin, depth + 1, out->source, e);
}

/* What else Google's own libraries take, and what to do instead. */
static const struct {
    const char *type, *why;
} others[] = {
    {"external_account", "logins through another cloud or an identity pool are not supported"},
    {"external_account_authorized_user", "logins of a workforce pool are not supported"},
    {"gdch_service_account", "logins of an air-gapped cloud are not supported"},
};

static bool unsupported(struct err *e, const struct json *j, const char *type)
{
    err_set(e, ERR_DENIED, tr("Reading the Google login"));
    err_reason(e, "LOGIN_TYPE");
    err_why(e, tr("logins of type %s are not supported"), *type ? type : "(none)");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (str_eq(others[i].type, type))
            err_why(e, tr("%s (type %s)"), tr(others[i].why), type);
    if (json_get(j, "credential_source.executable"))
        err_why(
            e, tr("it names a program to run for a token; programs from a login file are not run"));
    return err_hint(e, tr("log in as a person, or with a service account; %s"),
                    tr(CREDENTIALS_LOGIN));
}

/* Another universe has hosts of its own, which we do not know. */
static bool other_universe(const struct json *j, struct err *e)
{
    const char *universe = json_string_or(j, "universe_domain", "");
    if (!*universe || str_eq(universe, "googleapis.com"))
        return false;
    err_set(e, ERR_DENIED, tr("Reading the Google login"));
    err_reason(e, "LOGIN_UNIVERSE");
    err_why(e, tr("its universe_domain is not Google's: %s"), universe);
    err_hint(e, tr("get a new login from Google; %s"), tr(CREDENTIALS_LOGIN));
    return true;
}

static bool read_any(struct arena *a, const struct json *j, const char *origin, int depth,
                     struct credentials *out, struct err *e)
{
    const char *type = json_string_or(j, "type", "");
    if (other_universe(j, e))
        return false;
    if (str_eq(type, "authorized_user"))
        return read_person(a, j, origin, out, e);
    if (str_eq(type, "service_account"))
        return read_account(a, j, origin, out, e);
    if (str_eq(type, "impersonated_service_account") && depth < MAX_SOURCES)
        return read_impersonated(a, j, origin, depth, out, e);
    unsupported(e, j, type);
    if (str_eq(type, "impersonated_service_account"))
        err_why(e, tr("its source_credentials are of type %s, which is not supported there"), type);
    return false;
}

bool credentials_decode(struct arena *a, const char *text, size_t bytes, const char *origin,
                        struct credentials *out, struct err *e)
{
    *out = (struct credentials){.kind = GOOGLE_LOGIN_NONE};
    struct err inner;
    struct json *doc = json_parse_strict(text, bytes, &inner);
    if (!doc) {
        err_set(e, ERR_DENIED, tr("Reading the Google login"));
        err_why(e, tr("it is no JSON: %s"), inner.why);
        return err_hint(e, "%s", tr(CREDENTIALS_LOGIN));
    }
    bool ok = read_any(a, doc, origin, 0, out, e);
    json_free(doc);
    if (!ok)
        credentials_done(out);
    return ok;
}

static bool not_logged_in(struct err *e, const char *path, bool must)
{
    err_set(e, ERR_DENIED, tr("Looking for a Google login"));
    err_reason(e, "NO_LOGIN");
    err_resource(e, path);
    if (must)
        err_why(e, tr("GOOGLE_APPLICATION_CREDENTIALS names %s, which is not there"), path);
    else
        err_why(e, tr("there is no %s"), path);
    return err_hint(e, must ? tr("correct or unset the variable, or %s") : "%s",
                    tr(CREDENTIALS_LOGIN));
}

/* A key that others may change is refused; one that others may read is told. */
static bool judge_file(struct arena *a, const char *path, bool must, const char **note,
                       struct err *e)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return not_logged_in(e, path, must);
        err_system(e, errno, tr("Reading the Google login %s"), path);
        return err_hint(e, tr("make it yours alone: chmod 600 %s"), path);
    }
    if (!S_ISREG(st.st_mode) || (st.st_uid != getuid() && st.st_uid != 0) ||
        (st.st_mode & (S_IWGRP | S_IWOTH))) {
        err_set(e, ERR_DENIED, tr("Reading the Google login %s"), path);
        err_why(e, tr("it is no plain file, belongs to somebody else, or others may change it"));
        return err_hint(e, tr("make it yours alone: chmod 600 %s"), path);
    }
    if (st.st_mode & (S_IRGRP | S_IROTH))
        *note = arena_printf(a, tr("others on this machine may read %s: chmod 600 it"), path);
    return true;
}

/* There may be several: which one it was. */
static void name_file(struct err *e, const char *path)
{
    struct err inner = *e;
    err_set(e, inner.kind, tr("Reading the Google login %s"), path);
    str_copy(inner.what, sizeof inner.what, e->what);
    *e = inner;
    err_resource(e, path);
    if (!*e->hint && !err_is_machine(e))
        err_hint(e, tr("make it yours alone: chmod 600 %s"), path);
}

bool credentials_load(struct arena *a, const char *path, bool must, const char *origin,
                      struct credentials *out, const char **note, struct err *e)
{
    *note = NULL;
    *out = (struct credentials){.kind = GOOGLE_LOGIN_NONE};
    if (!judge_file(a, path, must, note, e))
        return false;
    struct str text = {0};
    bool ok = path_read(path, FILE_MAX, &text, e) &&
              credentials_decode(a, str_text(&text), text.bytes, origin, out, e);
    if (!ok)
        name_file(e, path);
    if (text.text)
        secret_wipe(text.text, text.room);
    str_done(&text);
    return ok;
}

void credentials_done(struct credentials *c)
{
    secret_free(c->client_secret);
    secret_free(c->refresh_token);
    secret_free(c->private_key);
    if (c->source)
        credentials_done(c->source);
    *c = (struct credentials){.kind = GOOGLE_LOGIN_NONE};
}
