#ifndef STROM_SCREENS_ACCESS_CHANGE_H
#define STROM_SCREENS_ACCESS_CHANGE_H

/* A change of the project's policy: shown as it will be, then made, then waited for until it works.
 * Or, where one may not, the text to send. */

#include "api/plan/rights.h"
#include "screens/journey.h"
#include "tui/choice.h"
#include "tui/dialog.h"
#include "tui/diff.h"

enum { ACCESS_SPANS = 4 };
extern const struct choice_item access_change_spans[ACCESS_SPANS]; /* how long */

enum change_kind { CHANGE_NONE, CHANGE_GRANT, CHANGE_REQUEST, CHANGE_DROP, CHANGE_BROAD };

struct access_change_view {
    enum change_kind kind;
    struct arena mem;
    const struct rights *r; /* the caller's, while it is open */
    struct choice how_long;
    int64_t until;
    struct access_grant_order grant;
    struct access_drop_order drop;
    struct str text; /* the difference, or the text to send */
    struct diff_view diff;
    struct dialog dialog;
    struct task *task; /* the change, under way or ended */
    bool told;         /* how it ended */
};

/* False: there is nothing to change, and the journey says so. r must stay while it is open. */
bool access_change_open(struct access_change_view *v, struct journey *j, const struct rights *r,
                        enum change_kind kind);
void access_change_draw(const struct access_change_view *v, struct page *p);
/* False: it is to be closed. */
bool access_change_key(struct access_change_view *v, struct journey *j, int key);
/* A task ended: true when the change is through (or failed), once. */
bool access_change_news(struct access_change_view *v, struct journey *j);
bool access_change_runs(const struct access_change_view *v);
bool access_change_waits(const struct access_change_view *v); /* for the key that makes it */
void access_change_close(struct access_change_view *v);

#endif
