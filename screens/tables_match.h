#ifndef STROM_SCREENS_TABLES_MATCH_H
#define STROM_SCREENS_TABLES_MATCH_H

/* Which names a filter hits, folded (api/base/utf8.h). Names of columns repeat: each different one
 * is looked at once a keystroke, whatever number of tables there is. A partition arrives as the
 * table that it belongs to, and is shown as that: its name hits that table. */

#include "api/plan/selection.h"

struct tables_match {
    const char **names; /* the different ones */
    uint8_t *hit;       /* of each */
    uint32_t *name_of;  /* of every column, table by table */
    size_t *first;      /* where those of a table begin */
    size_t n_names, n_tables;
    const struct selection_table *tables; /* that were looked at */
    uint8_t *by_part; /* of each: a partition's name is hit; NULL: there is no partition */
    char folded[512]; /* what is looked for; "": everything is hit */
};

/* What is looked for; the names are gathered at the first letter. The selection stays the same
 * until tables_match_done. */
void tables_match_look(struct tables_match *m, const struct selection *s, const char *text);
bool tables_match_table(const struct tables_match *m, const struct selection_table *t);
bool tables_match_column(const struct tables_match *m, size_t table, size_t column);
/* The partition that hits the table, whose own name does not; NULL: none does. */
const char *tables_match_partition(const struct tables_match *m, const struct selection *s,
                                   size_t table);
void tables_match_done(struct tables_match *m);

#endif
