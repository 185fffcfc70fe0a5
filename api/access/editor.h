#ifndef STROM_ACCESS_EDITOR_H
#define STROM_ACCESS_EDITOR_H

/* The standing warning about the basic roles: who holds Owner, Editor or Viewer in the project, is
 * it oneself, and how to do with less (facts/domain.md 6.1, facts/gcp.md E). Pure. */

#include "api/access/permissions.h"
#include "api/base/str.h"
#include "api/google/projects.h"

enum access_basic { ACCESS_OWNER, ACCESS_EDITOR, ACCESS_VIEWER };
struct access_holder {
    const char *member; /* "user:...", "group:...", "serviceAccount:..." */
    enum access_basic role;
    bool self;       /* it is oneself by name */
    bool maybe_self; /* a group or domain: one may be inside */
    bool person;     /* user, group or domain: not one of Google's service agents */
};
struct access_holders {
    struct access_holder *items;
    size_t n;
    bool self_owner, self_editor;   /* oneself, directly */
    bool group_owner, group_editor; /* perhaps, through a group */
};
/* member: as google_identity gives it, "" unknown. */
void access_holders(struct arena *a, const struct google_policy *policy, const char *member,
                    struct access_holders *out);
const char *access_basic_name(enum access_basic role); /* "Editor" */
const char *access_basic_role(enum access_basic role); /* "roles/editor" */

/* gcloud lines that grant roles to member until a time, as a condition with our title; and one that
 * takes Editor (or Owner) away. Arguments are quoted for a POSIX shell. */
void access_grant_commands(struct str *out, const char *project, const char *member,
                           const char *const *roles, size_t n, int64_t until);
void access_drop_command(struct str *out, const char *project, const char *member,
                         enum access_basic role);

/* How long a grant lasts where nothing else is asked for, and the shortest and longest. */
enum { ACCESS_USUAL_S = 2 * 3600, ACCESS_SHORTEST_S = 60, ACCESS_LONGEST_S = 24 * 3600 };

/* Title of the conditions that we write: our bindings are found again by it. */
#define ACCESS_TITLE "strom"
const char *access_expiry(struct arena *a, int64_t until); /* request.time < timestamp("...") */

#endif
