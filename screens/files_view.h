#ifndef STROM_SCREENS_FILES_VIEW_H
#define STROM_SCREENS_FILES_VIEW_H

/* The files that would be written into the repository, one at a time as a diff. Nothing is written
 * that was not shown to its end; each can be left out. */

#include "api/plan/prepare_look.h"
#include "screens/journey.h"
#include "tui/diff.h"

enum files_answer { FILES_STAY, FILES_CLOSE, FILES_WRITTEN };

struct files_view {
    struct arena mem;
    struct prepared files;
    enum prepare_shape shape;
    struct task *tree; /* git is asked what is not committed; NULL: not asked */
    struct task *look; /* whether a stream carries what leaves; NULL: no need, or answered */
    const char *dirty; /* what it said, for people; NULL: nothing, or not yet */
    size_t at;         /* which is shown */
    uint64_t seen;     /* a bit each: to its end */
    struct diff_view diff;
    bool undo;   /* those that take it down */
    bool told;   /* that it goes on */
    bool looked; /* what is shown was made of the cloud's answer */
};

bool files_view_open(struct files_view *v, struct journey *j); /* false: the journey says why */
/* Those that take down what the facts (of every table) show. gone: nobody reads the slot any more.
 */
bool files_view_open_undo(struct files_view *v, struct journey *j, const struct target *t,
                          const struct source_facts *facts, bool gone);
void files_view_news(struct files_view *v); /* a task ended */
/* The same, where what was made hangs on the cloud's answer: made once more when it is there. */
void files_view_looked(struct files_view *v, struct journey *j);
/* The migrations in the next shape that is possible here. */
void files_view_reshape(struct files_view *v, struct journey *j);
bool files_view_has_migrations(const struct files_view *v);
void files_view_draw(const struct files_view *v, struct page *p);
enum files_answer files_view_key(struct files_view *v, struct journey *j, int key);
/* `w`: the next lines, or file, that was not shown yet; when all were, they are written. */
enum files_answer files_view_write(struct files_view *v, struct journey *j);
void files_view_leave_out(struct files_view *v, struct journey *j); /* the one shown; again: not */
bool files_view_goes_on(const struct files_view *v); /* the one shown is longer than the screen */
void files_view_next(struct files_view *v);
const struct prepared_file *files_view_shown(const struct files_view *v); /* NULL: none */
const char *files_view_text(const struct files_view *v); /* of the one shown; NULL: none */
size_t files_view_written(const struct files_view *v);   /* how many are not left out */
void files_view_done(struct files_view *v);

/* The place in it, for the next start. */
void files_view_save(const struct files_view *v, bool open, struct kept *k);
void files_view_keep_shape(struct files_view *v, const struct kept *k); /* before it is opened */
bool files_view_kept(const struct kept *k);                             /* it was open */
void files_view_load(struct files_view *v, const struct kept *k);       /* once it is open again */

#endif
