#ifndef STROM_GOOGLE_CLIENT_H
#define STROM_GOOGLE_CLIENT_H

/* Inside api/google, and for tasks that are built from its calls (api/access, api/plan): what a
 * request needs of the client. What is handed out is the client's, and goes with the next
 * google_reload. */

#include "api/base/str.h"
#include "api/google/auth.h"

struct net *google_net(const struct google *g);
/* https://HOST/PATH, or ORIGIN/HOST/PATH. */
void google_url(const struct google *g, const char *host, const char *path, struct str *out);
/* The same on the machine's metadata server; plain http, unless ORIGIN stands for it. */
void google_metadata_url(const struct google *g, const char *path, struct str *out);
int64_t google_poll_floor_ms(const struct google *g);
/* How long to wait before looking again, after so long: 4 % of it, between the floor and 15 s. */
int64_t google_poll_pause_ms(const struct google *g, int64_t waited_ms);

enum google_token { GOOGLE_TOKEN_WAIT, GOOGLE_TOKEN_READY, GOOGLE_TOKEN_FAILED };
/* Asks for a token; *ticket (0 at first) tells attempts apart, so that whoever waited sees the
 * failure and whoever comes later tries again. */
enum google_token google_token(struct google *g, unsigned *ticket, const struct secret **token,
                               struct err *e);
/* A call with this very token was answered 401. */
void google_token_refused(struct google *g, const struct secret *token);

const char *google_quota_project(const struct google *g); /* NULL: no header */
void google_quota_drop(struct google *g);                 /* refused: go on without */

void google_saw_date(struct google *g, int64_t date); /* header Date of an answer, -1 none */
/* APIs were turned on just now: their first calls may still be refused as disabled for some
 * minutes. */
void google_saw_enabled(struct google *g);
bool google_just_enabled(const struct google *g);
/* A service account was made just now: others may not know it for some seconds yet. */
void google_saw_account(struct google *g);
bool google_just_made_account(const struct google *g);

#endif
