#ifndef TESTS_UNIT_TUI_DUMP_H
#define TESTS_UNIT_TUI_DUMP_H

/* Pages as expected text: tests/unit/tui/pages/NAME.page. TUI_WRITE_PAGES=1 writes them anew, for a
 * person to look at before they are committed. */

#include "api/base/str.h"
#include "tui/page.h"
#include "tui/shot.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void read_whole(const char *path, struct str *out)
{
    char part[4096];
    size_t n;
    FILE *f = fopen(path, "r");
    str_clear(out);
    str_add(out, "");
    if (f == NULL)
        return;
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        str_addn(out, part, n);
    fclose(f);
}

static inline void assert_text(const struct str *have, const char *name)
{
    char path[512];
    struct str want = {0};
    snprintf(path, sizeof path, "%s/unit/tui/pages/%s", TESTS_DIR, name);
    if (getenv("TUI_WRITE_PAGES") != NULL) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fwrite(str_text(have), 1, have->bytes, f);
        assert_int_equal(fclose(f), 0);
    }
    read_whole(path, &want);
    if (strcmp(str_text(have), str_text(&want)) != 0)
        fprintf(stderr, "--- %s, wanted:\n%s--- have:\n%s---\n", name, str_text(&want),
                str_text(have));
    assert_true(strcmp(str_text(have), str_text(&want)) == 0);
    str_done(&want);
}

/* NAME.page: the text, the cursor and the styles. */
static inline void assert_page(const struct page *p, const char *name)
{
    char file[128];
    struct str have = {0};
    snprintf(file, sizeof file, "%s.page", name);
    shot_text(p, true, &have);
    assert_text(&have, file);
    str_done(&have);
}

/* Is this text somewhere on the page? */
static inline bool page_shows(const struct page *p, const char *text)
{
    struct str have = {0};
    shot_text(p, false, &have);
    bool shows = strstr(str_text(&have), text) != NULL;
    str_done(&have);
    return shows;
}

static inline struct page *new_page(int cols, int rows)
{
    setlocale(LC_ALL, "C.UTF-8");
    struct page *p = page_new(cols, rows);
    page_begin(p, cols, rows);
    return p;
}

#endif
