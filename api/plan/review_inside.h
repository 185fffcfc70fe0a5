#ifndef STROM_PLAN_REVIEW_INSIDE_H
#define STROM_PLAN_REVIEW_INSIDE_H

/* Between the files that make a review: review.c, review_needs.c, review_lowered.c, review_stays.c,
 * review_lines.c, review_sensitive.c, review_silenced.c, review_print.c, review_json.c. Inside api/plan only. */

#include "api/plan/review.h"

void review_find_needs(struct review *r);
void review_find_stays(struct review *r);
void review_find_lowered(struct review *r); /* review_lowered.c; once the change was judged */

/* What the table tells the rules about its columns. */
void review_words_of(const struct review *r, const struct selection_table *t,
                     struct rules_table *out);

struct review_writer {
    const struct review *r;
    struct arena *a;
    struct review_lines *out;
    const struct selection_ack *said; /* of the sensitive column told last; NULL: it has none */
};
void review_add(struct review_writer *w, enum review_line_kind kind, enum review_tone tone,
                const char *text);
void review_head(struct review_writer *w, const char *text);
void review_detail(struct review_writer *w, const char *text);
void review_note(struct review_writer *w, const char *text);
const char *review_word(struct review_writer *w, const char *foreign); /* marked */
void review_evidence(struct review_writer *w, const struct rules_verdict *v);
const char *review_categories(struct review_writer *w, uint32_t categories);
enum review_tone review_tone_of(enum compare_kind kind);
/* Off before and after: told with its table. */
bool review_is_listed(const struct compare_column *c);
void review_add_totals(struct review_writer *w); /* and the title */
void review_add_sensitive(struct review_writer *w);
void review_add_silenced(struct review_writer *w); /* behind what is sensitive */

#endif
