#ifndef STROM_SCREENS_REMOVE_INSIDE_H
#define STROM_SCREENS_REMOVE_INSIDE_H

/* Take down in three: remove_view.c is what is seen, remove_write.c the migration, remove.c the
 * rest. */

#include "screens/files_view.h"
#include "screens/journey.h"
#include "screens/remove_ask.h"
#include "screens/step.h"

#include "api/plan/remove.h"
#include "tui/list.h"
#include "tui/scroll.h"

struct removal {
    struct arena mem;
    struct task *looking, *removing;
    struct remove_options options;
    struct receipt_line *planned;
    size_t n_planned;
    struct list list;
    struct scroll why; /* of the line under the cursor */
    bool reads;        /* it has the keys, not the list */
    struct remove_ask ask;
    struct str left; /* what an earlier run did not bring to its end, in words */
    bool runs;       /* it did when it was looked at last */
    bool writing;    /* the migration is shown, or the manifest */
    struct files_view files;
};

/* The plan's, or the receipt's; NULL: there are none yet. */
const struct receipt_line *remove_view_lines(const struct removal *self, size_t *n);
/* Enter has something to take down, or to bring to its end: else only what stays is shown. */
bool remove_has_work(const struct removal *self);
void remove_view_draw(const void *ctx, const struct journey *j, struct page *p);

/* Keys of the migration that is shown (remove_write.c), and when they work. */
enum nav remove_write_key(void *ctx, struct journey *j);
enum nav remove_write_leave_out(void *ctx, struct journey *j);
enum nav remove_write_close(void *ctx, struct journey *j);
bool remove_writes(const void *ctx, const struct journey *j);
bool remove_write_has_file(const void *ctx, const struct journey *j);
bool remove_write_has_more(const void *ctx, const struct journey *j);

#endif
