#ifndef STROM_CHECKS_CHECK_H
#define STROM_CHECKS_CHECK_H

/* The checklist of the contract (section 4): one entry an id, in its order. A verdict is a pure
 * function from facts to entries; who gathers the facts is somebody else. An entry that nobody has
 * judged yet is unknown, "not asked yet". Nothing here talks to the world. */

#include "api/base/arena.h"
#include "api/base/err.h"
#include "api/base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum check_id {
    CHECK_GOOGLE_CREDENTIALS,
    CHECK_GOOGLE_PROJECT,
    CHECK_GOOGLE_APIS,
    CHECK_ACCESS_PERMISSIONS,
    CHECK_ACCESS_BASIC_ROLES,
    CHECK_INSTANCE_LOGICAL_DECODING,
    CHECK_INSTANCE_VERSION,
    CHECK_INSTANCE_DISK,
    CHECK_SOURCE_CONNECTION,
    CHECK_SOURCE_VERSION,
    CHECK_SOURCE_WAL_LEVEL,
    CHECK_SOURCE_SLOTS,
    CHECK_SOURCE_SENDERS,
    CHECK_SOURCE_LONG_TRANSACTIONS,
    CHECK_ROLE_EXISTS,
    CHECK_ROLE_LOGIN,
    CHECK_ROLE_REPLICATION,
    CHECK_APP_ROLE_REPLICATION,
    CHECK_GRANT_USAGE,
    CHECK_GRANT_SELECT,
    CHECK_GRANT_DEFAULT_PRIVILEGES,
    CHECK_PUBLICATION_EXISTS,
    CHECK_PUBLICATION_TABLES,
    CHECK_PUBLICATION_OPERATIONS,
    CHECK_PUBLICATION_APP_SAFETY,
    CHECK_SLOT_EXISTS,
    CHECK_SLOT_PLUGIN,
    CHECK_SLOT_DATABASE,
    CHECK_SLOT_FREE,
    CHECK_SLOT_ORDER,
    CHECK_SLOT_WAL,
    CHECK_MIGRATION_NO_OP,
    CHECK_TABLES_KEYS,
    CHECK_IDS
};

enum check_result { CHECK_UNKNOWN, CHECK_PASS, CHECK_WARN, CHECK_FAIL };

enum check_remedy_kind {
    CHECK_REMEDY_NONE,
    CHECK_REMEDY_MANIFEST,  /* lines for the app's manifest */
    CHECK_REMEDY_MIGRATION, /* a new migration; the text says which statements */
    CHECK_REMEDY_SQL,
    CHECK_REMEDY_COMMAND,
    CHECK_REMEDY_ROLE, /* a role or right in the cloud */
    CHECK_REMEDY_WAIT
};

struct check {
    enum check_id id;
    enum check_result result;
    bool asked; /* somebody has judged it */
    const char *found, *needed,
        *why; /* never NULL; harmless already. Unknown: found is the reason */
    struct {
        enum check_remedy_kind kind;
        const char *text; /* never NULL; may have several lines */
    } remedy;
};

struct check_list {
    struct arena arena; /* holds the texts */
    struct check at[CHECK_IDS];
};

struct check_summary {
    size_t pass, warn, fail, unknown;
};

void check_list_init(struct check_list *l); /* every entry unknown, not asked yet */
void check_list_done(struct check_list *l);

const char *check_name(enum check_id id);  /* "source.wal_level" */
const char *check_title(enum check_id id); /* for people, short */
const char *check_group(enum check_id id); /* "source" */
bool check_ahead(enum check_id id); /* a step ahead needs the answer: unknown gives exit code 3 */
const char *check_result_name(enum check_result r);      /* "pass" ... */
const char *check_remedy_name(enum check_remedy_kind k); /* "manifest" ... */
bool check_find(const char *name, enum check_id *id);

/* --- for verdicts: an entry starts afresh with check_set, the rest is added to it --- */
struct check *check_set(struct check_list *l, enum check_id id, enum check_result r,
                        const char *found, ...) __attribute__((format(printf, 4, 5)));
/* Could not be asked, or was refused: the cause first, for a list shows the beginning. */
struct check *check_set_err(struct check_list *l, enum check_id id, enum check_result r,
                            const struct err *e);
void check_needed(struct check_list *l, enum check_id id, const char *needed, ...)
    __attribute__((format(printf, 3, 4)));
void check_why(struct check_list *l, enum check_id id, const char *why, ...)
    __attribute__((format(printf, 3, 4)));
void check_remedy(struct check_list *l, enum check_id id, enum check_remedy_kind kind,
                  const char *text, ...) __attribute__((format(printf, 4, 5)));
/* Every entry of a group ("source") that is not asked yet becomes unknown for this reason. */
void check_unknown_group(struct check_list *l, const char *group, const char *reason);

struct check_summary check_summary(const struct check_list *l);
int check_exit(const struct check_list *l); /* 0 fine, 3 not yet */
/* The document of `strom check --json`, without a final line break. */
void check_json(const struct check_list *l, struct str *out);
/* The same facts as lines for people: what is wanted, why and what to do where it does not pass. */
void check_text(const struct check_list *l, struct str *out);

#endif
