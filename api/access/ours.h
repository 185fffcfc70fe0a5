#ifndef STROM_ACCESS_OURS_H
#define STROM_ACCESS_OURS_H

/* Bindings that strom made for somebody: a role, one member, a condition with our title and an end.
 * They are found by what the store recorded, and by the title where the store is another one's or
 * lost. Pure. */

#include "api/access/binding.h"
#include "api/base/arena.h"
#include "api/google/projects.h"
#include "api/store/grants.h"

/* The condition that ends by itself; strings live in a. what: an app or project. */
struct google_condition access_condition(struct arena *a, const char *what, int64_t until);
bool access_is_our_title(const char *title);
/* When a condition of our form ends, seconds since 1970; -1: it is of another form. */
int64_t access_until(const char *expression);

struct access_ours {
    const char *role, *member;
    struct google_condition condition;
    int64_t until;    /* -1 where the condition is not of our form */
    bool in_policy;   /* it stands there */
    int64_t recorded; /* the row of the store; 0: found in the policy alone */
};
/* Of the rows (open ones of this project) and of the member in the policy; each once. policy NULL:
 * not known, only the rows. Everything lives in a. */
struct access_ours *access_find_ours(struct arena *a, const struct google_policy *policy,
                                     const char *member, const struct grant_row *rows,
                                     size_t n_rows, size_t *n);
/* Closes the rows of which nothing stands in the policy. What was only meant a moment ago may still
 * be on its way: it stays open for two minutes, unless it was seen there. taken: what stood there
 * has just been taken away. */
void access_settle_rows(struct store *s, const struct grant_row *rows, size_t n_rows,
                        const struct access_ours *ours, size_t n_ours, bool taken);
/* The words of a list with blanks between: "roles/a roles/b". */
const char *const *access_words(struct arena *a, const char *text, size_t *n);

#endif
