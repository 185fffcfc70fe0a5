#include "screens/script.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "screens/cli/out.h"
#include "tui/shot.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool script_load(struct loop *l, const char *file)
{
    struct str text = {0};
    char why[160];
    struct err e;
    bool ok = path_read(file, (size_t)1024 * 1024, &text, &e);

    if (!ok)
        out_talk("strom: %s: %s", e.what, e.why);
    else if (!(ok = loop_script(l, str_text(&text), why)))
        out_talk("strom: %s: %s", file, why);
    str_done(&text);
    return ok;
}

void script_text(const struct page *p, struct str *out)
{
    shot_text(p, false, out);
    char *cursor = strstr(str_text(out), "-- cursor");
    if (cursor) {
        *cursor = '\0';
        out->bytes = (size_t)(cursor - out->text);
    }
    while (out->bytes > 1 && out->text[out->bytes - 2] == '\n') /* a page as tall as all it holds */
        out->text[--out->bytes] = '\0';
}

bool script_save(const struct page *p, const char *title, char file[64], struct err *e)
{
    struct str text = {0};
    int n = 1;

    do {
        if (n == 1)
            snprintf(file, 64, "strom-%.40s.txt", title);
        else
            snprintf(file, 64, "strom-%.40s-%d.txt", title, n);
        for (char *c = file; *c; c++)
            *c = (char)(*c == ' ' ? '-' : tolower((unsigned char)*c));
    } while (access(file, F_OK) == 0 && n++ < 1000);
    script_text(p, &text);
    bool ok = path_write(file, str_text(&text), text.bytes, false, e);
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
        out_talk("strom: %s: %s", e.what, e.why);
    str_done(&file);
    return ok;
}

bool script_shot(const char *folder, const char *name, const char *title, const struct page *p)
{
    struct str text = {0};

    shot_text(p, false, &text);
    bool ok = write_as(folder, name, "page", &text);
    str_clear(&text);
    shot_text(p, true, &text);
    ok = write_as(folder, name, "look", &text) && ok;
    str_clear(&text);
    shot_svg(p, title, &text);
    ok = write_as(folder, name, "svg", &text) && ok;
    str_done(&text);
    return ok;
}
