#ifndef STROM_GOOGLE_CREDENTIALS_H
#define STROM_GOOGLE_CREDENTIALS_H

/* Inside api/google: the credentials file, found and decoded. No network. */

#include "api/base/arena.h"
#include "api/base/err.h"
#include "api/base/secret.h"
#include "api/google/auth.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One login; an impersonated one has its source inside. */
struct credentials {
    enum google_login_kind kind; /* never NONE after success */
    const char *client_id;
    struct secret *client_secret, *refresh_token; /* a person */
    const char *email, *key_id;                   /* an account */
    struct secret *private_key;                   /* PEM */
    const char *token_host, *token_path;          /* "oauth2.googleapis.com", "token" */
    const char *audience;                         /* token_uri as the file has it */
    const char *quota_project;                    /* "" when the file names none */
    /* impersonation */
    const char *impersonate_path; /* on iamcredentials.googleapis.com;
                                     "v1/projects/-/serviceAccounts/..." */
    const char *impersonated;     /* the account's e-mail */
    const char **delegates;
    size_t n_delegates;
    struct credentials *source;
    /* a machine at Google: what GCE_METADATA_HOST names, NULL: the usual one */
    const char *metadata_host;
    /* the token endpoint wants not to be asked before (clock_mono_ms), and said so in these words
     */
    int64_t not_before;
    struct err put_off;
};

/* The file to use by the search order; explicit: an option, else GOOGLE_APPLICATION_CREDENTIALS.
 * *must: it was named, so its absence is an error of its own. */
const char *credentials_path(struct arena *a, const char *explicit_path, bool *must);
/* Reads and decodes; *note becomes a warning about the file's mode or NULL. origin:
 * STROM_GCP_ENDPOINT without a final slash, or NULL. */
bool credentials_load(struct arena *a, const char *path, bool must, const char *origin,
                      struct credentials *out, const char **note, struct err *e);
bool credentials_decode(struct arena *a, const char *text, size_t bytes, const char *origin,
                        struct credentials *out, struct err *e);
void credentials_done(struct credentials *c); /* wipes the secrets */

/* https://HOST/PATH of an allowed Google host, or ORIGIN/HOST/PATH, taken apart. */
bool credentials_url(struct arena *a, const char *url, const char *origin, const char **host,
                     const char **path);

/* Shown wherever a login is missing or worn out. */
#define CREDENTIALS_LOGIN "run: nais login, or: gcloud auth login --update-adc"

#endif
