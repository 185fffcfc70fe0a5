#ifndef STROM_SCREENS_TABLES_VIEW_H
#define STROM_SCREENS_TABLES_VIEW_H

/* Which tables and columns Tables shows: a filter and a view over the catalogue, as a model for the
 * tree. Tables are the catalogue's and the selection's numbers. */

#include "api/plan/selection_churn.h"
#include "screens/journey.h"
#include "screens/tables_match.h"
#include "tui/tree.h"

enum view { VIEW_ALL, VIEW_SELECTED, VIEW_CHANGED, VIEW_SENSITIVE, VIEW_PROBLEMS, VIEWS };
/* Of the tables of a schema: by name, the largest first, what changes most first. */
enum order { ORDER_NAME, ORDER_SIZE, ORDER_CHURN, ORDERS };
enum { VIEW_FILTER = 128 };

struct tables_view {
    const struct journey *j;
    enum view view;
    enum order order;
    const struct churn *churn; /* of every table; NULL: not known (yet) */
    char filter[VIEW_FILTER];  /* as typed */
    struct tables_match match;
    bool whole;          /* all columns of what is hit; else the hits alone */
    uint32_t *shown;     /* columns that are seen, of every table that is */
    uint8_t *by_column;  /* of those tables: seen for columns that the filter hits, and open */
    size_t *tables;      /* visible ones: schemas ascending, in them as ordered */
    size_t hits;         /* columns that the filter hits, in tables that it does not hit itself */
    size_t n, of;        /* and how many could be: a partition is seen through its table */
    size_t *schema_at;   /* first visible table of each visible schema */
    uint8_t *schema_box; /* enum box of each: thousands of tables are looked at for it */
    size_t n_schemas;
    struct tree_model model;
    struct tree tree;                /* the cursor, and what is open */
    int64_t kept_table, kept_column; /* where the cursor is to stand; -1: nowhere */
    int64_t opened;                  /* 1 + the table that only a hit of the filter has opened; 0 */
};

void tables_view_update(struct tables_view *v, const struct journey *j);
void tables_view_renew(struct tables_view *v); /* before it, where the selection is another one */
void tables_view_count(struct tables_view *v); /* after choosing: the boxes of the schemas */
void tables_view_place(struct tables_view *v); /* the cursor to where it is to stand */
/* To the next (by 1) or the one before (-1), and around: the hits of the filter while there is one,
 * else flagged columns. False: there is none. */
bool tables_view_next(struct tables_view *v, int by);
/* The column of the catalogue at a node, under the cursor; TREE_NONE: that is no column. */
size_t tables_view_column_of(const struct tables_view *v, struct tree_node at);
size_t tables_view_column(const struct tables_view *v);
void tables_view_keep_column(struct tables_view *v, size_t column); /* of the cursor's table */
void tables_view_first_hit(struct tables_view *v); /* of the filter: a table, or its column */
/* What the last hit has opened is closed again; not where the person has gone on from it. */
void tables_view_forget_hit(struct tables_view *v);
/* In tables that were closed, too; and in schemas that were. */
void tables_view_show_hits(struct tables_view *v, bool schemas);
/* For who asks about the filter's hits and no more (reason_group.h): a table that is shown, and has
 * some; then a column of it. Without a filter nothing is hit. */
bool tables_view_hits_table(const void *view, size_t table);
bool tables_view_hits_column(const void *view, size_t table, size_t column);
void tables_view_save(const struct tables_view *v, struct kept *k);
void tables_view_load(struct tables_view *v, const struct kept *k);
void tables_view_done(struct tables_view *v);
const char *tables_view_name(enum view v);        /* "all", "selected", ... */
const char *tables_view_order_name(enum order o); /* "name", ... */
/* Something is otherwise than when it was reviewed last: on, off, or new. */
bool tables_view_is_changed(const struct selection_table *t);

#endif
