#include "screens/script.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "tui/shot.h"

#include <stdio.h>

bool script_load(struct loop *l, const char *file)
{
    struct str text = {0};
    char why[160];
    struct err e;
    bool ok = path_read(file, 1024 * 1024, &text, &e);

    if (!ok)
        fprintf(stderr, "strom: %s: %s\n", e.what, e.why);
    else if (!(ok = loop_script(l, str_text(&text), why)))
        fprintf(stderr, "strom: %s: %s\n", file, why);
    str_done(&text);
    return ok;
}

static bool write_as(const char *folder, const char *name, const char *ending,
                     const struct str *text)
{
    struct str file = {0};
    struct err e;

    str_printf(&file, "%s/%s.%s", folder, name, ending);
    bool ok = path_write(str_text(&file), str_text(text), text->bytes, false, &e);
    if (!ok)
        fprintf(stderr, "strom: %s: %s\n", e.what, e.why);
    str_done(&file);
    return ok;
}

bool script_shot(const char *folder, const char *name, const char *title, const struct page *p)
{
    struct str text = {0};

    shot_text(p, false, &text);
    bool ok = write_as(folder, name, "page", &text);
    str_clear(&text);
    shot_svg(p, title, &text);
    ok = write_as(folder, name, "svg", &text) && ok;
    str_done(&text);
    return ok;
}
