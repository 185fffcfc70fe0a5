#ifndef STROM_SCREENS_CONNECT_ASK_H
#define STROM_SCREENS_CONNECT_ASK_H

/* Connect's state, and its questions to cluster, Google and database. */

#include "api/base/arena.h"
#include "api/google/projects.h"
#include "api/nais/lookups.h"
#include "screens/journey.h"
#include "tui/choice.h"
#include "tui/field.h"

enum connect_row {
    ROW_CONTEXT,
    ROW_NAMESPACE,
    ROW_APP,
    ROW_PROJECT,
    ROW_REGION,
    ROW_INSTANCE,
    ROW_DATABASE,
    ROW_DSN,
    ROW_PASSWORD,
    ROWS
};
enum { CONNECT_CONTEXTS = 16, CONNECT_APPS = 64, CONNECT_PASSWORD = 256, CONNECT_NAME = 128 };

struct connect {
    enum connect_row focus;
    int64_t cursor; /* of the field, restored */
    struct field fields[ROWS];
    char ns[64], project_text[64], region[32], instance[100], database[64];
    char dsn[PG_DSN];
    char password[CONNECT_PASSWORD]; /* wiped as soon as it is taken over */
    unsigned edited;                 /* bits of rows typed into and not tested yet */
    unsigned typed;                  /* bits of rows that go before what the cluster tells */
    struct choice context, app;
    const char *contexts[CONNECT_CONTEXTS];
    size_t n_contexts;
    struct arena mem;
    struct task *apps, *source, *who, *project, *connecting;
    bool taken;  /* what `source` found is in the fields */
    bool warned; /* said once that there is no connection */
};

void connect_fields(struct connect *self, const struct journey *j); /* from the target */
void connect_commit(struct connect *self, struct journey *j);       /* into the target */
/* The connection string, when its field is left: half of one may be the beginning of a password. */
void connect_commit_dsn(struct connect *self, struct journey *j);
/* A key or pasted text (NULL: none) into the field under the cursor; false: not the field's. */
bool connect_type(struct connect *self, struct journey *j, int key, const char *pasted);
/* The password, when its line is left; an emptied line brings back what was there before. */
void connect_take_password(struct connect *self, struct journey *j);
void connect_contexts(struct connect *self, const struct journey *j); /* names of the kubeconfig */
void connect_ask_cluster(struct connect *self, struct journey *j);
void connect_ask_google(struct connect *self, struct journey *j);
void connect_ask_database(struct connect *self, struct journey *j);
void connect_choose_context(struct connect *self, struct journey *j); /* that under the cursor */
void connect_field_left(struct connect *self, struct journey *j);     /* tests what it says */
void connect_choose_app(struct connect *self, struct journey *j, const char *app);
void connect_news(struct connect *self, struct journey *j); /* a task ended */
void connect_drop(struct connect *self);
/* What the cluster told where another value was typed; NULL: the same, or nothing. */
const char *connect_told(const struct connect *self, enum connect_row row);
const struct nais_apps *connect_apps(const struct connect *self); /* NULL: no answer yet */
const char *connect_problem(const struct connect *self, enum connect_row row); /* NULL: fine */

#endif
