#ifndef STROM_SCREENS_REVIEW_FILE_H
#define STROM_SCREENS_REVIEW_FILE_H

/* The plan file as `w` on Review would write it: a diff against what lies there, shown to its end
 * before anything is written. */

#include "screens/journey.h"
#include "tui/diff.h"

struct review_file {
    struct arena mem;
    const char *path, *text, *diff; /* text: the whole file */
    struct diff_view view;
    bool open, told;
};

/* Stays closed where there is nothing to write; the journey says so. */
void review_file_open(struct review_file *v, struct journey *j);
/* `w`: the next lines that were not shown yet; when all were, it is written and closed. */
void review_file_write(struct review_file *v, struct journey *j);
void review_file_key(struct review_file *v, int key);
void review_file_draw(const struct review_file *v, struct page *p);
void review_file_close(struct review_file *v);

#endif
