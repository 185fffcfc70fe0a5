#include "screens/review_file.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/files/diff.h"
#include "api/plan/file.h"
#include "tui/key.h"

#include <unistd.h>

/* NULL: there is none, or it cannot be read; writing will say why. */
static const char *what_lies_there(struct review_file *v)
{
    struct str text = {0};
    struct err e;
    const char *old =
        access(v->path, F_OK) == 0 && path_read(v->path, PLAN_FILE_MAX_BYTES, &text, &e)
            ? arena_str(&v->mem, str_text(&text))
            : NULL;

    str_done(&text);
    return old;
}

static void make_texts(struct review_file *v, struct journey *j)
{
    struct str text = {0}, diff = {0};

    plan_file_write(&j->selection, &text);
    v->text = arena_str(&v->mem, str_text(&text));
    diff_unified(&diff, "replication.json", what_lies_there(v), v->text);
    v->diff = arena_str(&v->mem, str_text(&diff));
    str_done(&text);
    str_done(&diff);
}

void review_file_open(struct review_file *v, struct journey *j)
{
    review_file_close(v);
    v->path = path_join(&v->mem, j->live->repo ? j->live->repo : ".", "replication.json");
    journey_fill_selection(j);
    make_texts(v, j);
    if (v->diff[0] == '\0') {
        journey_say(j, MARK_OK, tr("says so already: %s"), v->path);
        review_file_close(v);
        return;
    }
    v->open = true;
}

static void write_it(struct review_file *v, struct journey *j)
{
    struct err e;

    if (plan_file_save(&j->selection, v->path, &e))
        journey_say(j, MARK_OK, tr("written: %s"), v->path);
    else
        journey_say_err(j, &e);
    review_file_close(v);
}

void review_file_write(struct review_file *v, struct journey *j)
{
    if (v->view.seen.rows == 0)
        return; /* typed ahead of the screen */
    if (!diff_goes_on(&v->view, v->diff)) {
        write_it(v, j);
        return;
    }
    diff_key(&v->view, v->diff, TUI_PGDN);
    if (!v->told) /* once: it takes a line of what is to be shown */
        journey_say(j, MARK_NONE, "%s", tr("it goes on: nothing is written that was not shown"));
    v->told = true;
}

void review_file_key(struct review_file *v, int key)
{
    if (key == TUI_ESC || key == TUI_ENTER)
        review_file_close(v);
    else
        diff_key(&v->view, v->diff, key);
}

void review_file_draw(const struct review_file *v, struct page *p)
{
    page_heading(p, "%s", tr("The plan file, as it would be written"));
    page_put(p, STYLE_ACCENT, "%s", v->path);
    page_newline(p);
    diff_draw(&v->view, v->diff, true, p);
}

void review_file_close(struct review_file *v)
{
    arena_done(&v->mem);
    *v = (struct review_file){.open = false};
}
