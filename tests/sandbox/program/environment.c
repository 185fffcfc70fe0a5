#include "tests/sandbox/program/environment.h"
#include "tests/sandbox/sandbox.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_MAX = 2 * FOLDER_PATH + 64, PAIRS = 12 };

struct pair {
    const char *name;
    char value[VALUE_MAX];
};

/* What would lead a command out of the sandbox: all that libpq, gcloud and Google's clients read
 * and that is not set above. */
static const char *const elsewhere[] = {"PGSERVICE",
                                        "PGSERVICEFILE",
                                        "PGHOSTADDR",
                                        "PGPASSWORD",
                                        "PGPASSFILE",
                                        "PGOPTIONS",
                                        "PGREQUIREAUTH",
                                        "PGCHANNELBINDING",
                                        "PGREQUIRESSL",
                                        "PGSSLNEGOTIATION",
                                        "PGSSLCOMPRESSION",
                                        "PGSSLCERT",
                                        "PGSSLKEY",
                                        "PGSSLCERTMODE",
                                        "PGSSLROOTCERT",
                                        "PGSSLCRL",
                                        "PGSSLCRLDIR",
                                        "PGSSLSNI",
                                        "PGREQUIREPEER",
                                        "PGSSLMINPROTOCOLVERSION",
                                        "PGSSLMAXPROTOCOLVERSION",
                                        "PGGSSENCMODE",
                                        "PGGSSDELEGATION",
                                        "PGKRBSRVNAME",
                                        "PGGSSLIB",
                                        "PGCONNECT_TIMEOUT",
                                        "PGCLIENTENCODING",
                                        "PGTARGETSESSIONATTRS",
                                        "PGLOADBALANCEHOSTS",
                                        "PGSYSCONFDIR",
                                        "STROM_DB_PASSWORD",
                                        "CLOUDSDK_CONFIG",
                                        "CLOUDSDK_CORE_PROJECT",
                                        "CLOUDSDK_CORE_ACCOUNT",
                                        "CLOUDSDK_ACTIVE_CONFIG_NAME",
                                        "CLOUDSDK_AUTH_ACCESS_TOKEN",
                                        "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE",
                                        "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE",
                                        "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT",
                                        "GOOGLE_CLOUD_PROJECT",
                                        "GOOGLE_CLOUD_QUOTA_PROJECT",
                                        "GOOGLE_OAUTH_ACCESS_TOKEN",
                                        "GCE_METADATA_HOST"};

/* 'it'\''s' */
static void put_quoted(struct str *out, const char *value)
{
    str_addc(out, '\'');
    for (; *value != '\0'; value++) {
        if (*value == '\'')
            str_add(out, "'\\''");
        else
            str_addc(out, *value);
    }
    str_addc(out, '\'');
}

static bool needs_quotes(const char *word)
{
    return word[strspn(word,
                       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+")] !=
           '\0';
}

void environment_word(struct str *out, const char *word)
{
    if (needs_quotes(word))
        put_quoted(out, word);
    else
        str_add(out, word);
}

/* By folder, not by name: it works under another XDG_STATE_HOME too. */
static void deploy_command(const struct place *p, char out[VALUE_MAX])
{
    struct str line = {0};
    environment_word(&line, p->program);
    str_add(&line, " deploy --folder ");
    environment_word(&line, p->folder);
    snprintf(out, VALUE_MAX, "%s", str_text(&line));
    str_done(&line);
}

static size_t fill(const struct place *p, struct pair pairs[PAIRS])
{
    size_t n = 0;
    memset(pairs, 0, sizeof(struct pair) * PAIRS);
#define PUT(key, ...)                                                                              \
    do {                                                                                           \
        pairs[n].name = (key);                                                                     \
        snprintf(pairs[n++].value, VALUE_MAX, __VA_ARGS__);                                        \
    } while (0)
    PUT("STROM_GCP_ENDPOINT", "http://127.0.0.1:%d", p->port);
    PUT("GOOGLE_APPLICATION_CREDENTIALS", "%s/credentials.json", p->folder);
    PUT("KUBECONFIG", "%s/kubeconfig", p->folder);
    PUT("STROM_REPO", "%s", p->repo);
    PUT("STROM_POLL_FLOOR", "%.3f", 1.0 / p->speed);
    PUT("PGHOST", "127.0.0.1");
    PUT("PGPORT", "%d", p->database_port);
    PUT("PGDATABASE", "%s", SANDBOX_DATABASE);
    PUT("PGUSER", "%s", SANDBOX_PERSON);
    PUT("PGSSLMODE", "disable");
#undef PUT
    pairs[n].name = "STROM_DEPLOY_COMMAND";
    deploy_command(p, pairs[n++].value);
    return n;
}

void environment_exports(const struct place *p, struct str *out)
{
    struct pair pairs[PAIRS];
    size_t n = fill(p, pairs);
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        str_printf(out, "unset %s\n", elsewhere[i]);
    for (size_t i = 0; i < n; i++) {
        str_printf(out, "export %s=", pairs[i].name);
        put_quoted(out, pairs[i].value);
        str_addc(out, '\n');
    }
}

void environment_json(const struct place *p, struct json_out *o)
{
    struct pair pairs[PAIRS];
    size_t n = fill(p, pairs);

    json_open_object(o, "env");
    for (size_t i = 0; i < n; i++)
        json_put_string(o, pairs[i].name, pairs[i].value);
    json_close_object(o);
    json_open_array(o, "unset");
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        json_put_string(o, NULL, elsewhere[i]);
    json_close_array(o);
}
