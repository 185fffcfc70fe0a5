#ifndef STROM_BASE_TR_TABLE_H
#define STROM_BASE_TR_TABLE_H

/* Between tr.c and the table that tests/lint/po.cmake makes of po/nb.po. */

struct tr_row {
    const char *english, *norwegian;
};

extern const struct tr_row tr_rows[]; /* ends with a row of NULLs */

#endif
