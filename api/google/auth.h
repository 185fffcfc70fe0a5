#ifndef STROM_GOOGLE_AUTH_H
#define STROM_GOOGLE_AUTH_H

/* The client for Google's APIs: who we are there, and tokens. Credentials are searched as Google's
 * own libraries do (facts/gcp.md G): GOOGLE_APPLICATION_CREDENTIALS, then
 * $CLOUDSDK_CONFIG/application_default_credentials.json, then ~/.config/gcloud/ of that name, then
 * the metadata server, where GCE_METADATA_HOST or the machine itself says that there is one.
 * Tokens live in memory only, are renewed 225 s before they expire, and once when a call is
 * answered 401. A credentials file may name Google's token hosts only (or the origin of
 * STROM_GCP_ENDPOINT). */

#include "api/base/err.h"
#include "api/base/secret.h"
#include "api/net/net.h"
#include "api/net/task.h"

#include <stdbool.h>
#include <stdint.h>

struct google;

struct google_options {        /* everything may be zero: the environment decides */
    const char *endpoint;      /* NULL: STROM_GCP_ENDPOINT, else Google's own hosts */
    const char *credentials;   /* a file; NULL: the search order above */
    const char *quota_project; /* NULL: GOOGLE_CLOUD_QUOTA_PROJECT, else what the file says */
    double poll_floor_s;       /* 0: STROM_POLL_FLOOR, else 1 */
};

enum google_login_kind {
    GOOGLE_LOGIN_NONE, /* nothing found, or what was found cannot be used: see google_login_error */
    GOOGLE_LOGIN_PERSON,       /* authorized_user */
    GOOGLE_LOGIN_ACCOUNT,      /* service_account */
    GOOGLE_LOGIN_IMPERSONATED, /* impersonated_service_account */
    GOOGLE_LOGIN_MACHINE       /* the account of the machine at Google that we run on */
};

/* No network. NULL with *e filled only for an endpoint that must not be used (not an origin, or
 * plain http beyond loopback). Without a usable login the client exists, and every call fails with
 * the reason. The client must outlive its tasks. */
struct google *google_open(struct net *net, const struct google_options *options, struct err *e);
void google_close(struct google *g);
/* Searches for credentials afresh, after the person has logged in. */
void google_reload(struct google *g);

enum google_login_kind google_login_kind(const struct google *g);
const struct err *
google_login_error(const struct google *g); /* kind ERR_NONE when there is a login */
const char *
google_login_file(const struct google *g); /* where it was found or looked for; never NULL */
/* What is not in order with it and not in the way: "others may read this file: ...", a quota
 * project that was refused; or NULL. Lives until the next google_reload. */
const char *google_login_note(const struct google *g);
/* The team's project: sent as quota project with a person's login unless environment or file name
 * one. */
void google_use_project(struct google *g, const char *project);

/* Who one is: gets a token and, for a person, asks for the e-mail address. The answer lives with
 * the task. */
struct google_identity {
    const char *email; /* "" when Google did not tell */
    const char
        *member; /* "user:kari@nav.no", "serviceAccount:x@...": as in a policy; "" as above */
    enum google_login_kind kind;
    const char *file;
    int64_t until;         /* when the token runs out, seconds since 1970; renewed by itself */
    int64_t clock_ahead_s; /* this machine's clock against Google's; 0 when within 30 s */
};
struct task *google_whoami(struct google *g);
const struct google_identity *google_identity(const struct task *t);

/* "your clock is 7 minutes fast: set it right"; "" when it is right within two minutes. */
const char *google_clock_hint(int64_t ahead_s, char out[96]);

/* A quota project was refused, and calls go on without it: its name, else NULL. Worth telling. */
const char *google_quota_refused(const struct google *g);

/* The API is not on in that project: nothing of it is there, and turning it on mends that. */
bool google_api_is_off(const struct err *e);

#endif
