#ifndef STROM_SCREENS_FILES_VIEW_H
#define STROM_SCREENS_FILES_VIEW_H

/* The files that would be written into the repository, one at a time as a diff. Nothing is written
 * that was not shown. */

#include "api/plan/prepare.h"
#include "screens/journey.h"
#include "tui/diff.h"

enum files_answer { FILES_STAY, FILES_CLOSE, FILES_WRITTEN };

struct files_view {
    struct arena mem;
    struct prepared files;
    size_t at;     /* which is shown */
    uint32_t seen; /* a bit each */
    struct diff_view diff;
};

bool files_view_open(struct files_view *v, struct journey *j); /* false: the journey says why */
void files_view_draw(const struct files_view *v, struct page *p);
enum files_answer files_view_key(struct files_view *v, struct journey *j, int key);
/* `w`: the next file that was not shown yet; when all were, they are written. */
enum files_answer files_view_write(struct files_view *v, struct journey *j);
void files_view_next(struct files_view *v);
const char *files_view_text(const struct files_view *v); /* of the one shown; NULL: none */
void files_view_done(struct files_view *v);

#endif
