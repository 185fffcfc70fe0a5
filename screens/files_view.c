#include "screens/files_view.h"

#include "api/base/tr.h"
#include "tui/key.h"

static void show(struct files_view *v, size_t at)
{
    v->at = at;
    v->seen |= at < 32 ? 1u << at : 0;
    v->diff = (struct diff_view){0};
}

bool files_view_open(struct files_view *v, struct journey *j)
{
    struct err e;

    files_view_done(v);
    if (j->live->repo == NULL) {
        journey_say(j, MARK_WARN, "%s", j->live->repo_why);
        return false;
    }
    if (!prepare(&v->mem, j->live->repo, &j->target, j->live->facts, &j->selection, &v->files,
                 &e)) {
        journey_say_err(j, &e);
        return false;
    }
    show(v, 0);
    return true;
}

void files_view_draw(const struct files_view *v, struct page *p)
{
    const struct prepared *f = &v->files;

    if (f->n_files == 0) {
        page_heading(p, "%s", tr("Nothing is missing in the repository"));
        page_text(p, "%s",
                  tr("No file has to be written now: what the checks ask for stands in the "
                     "manifest and the migrations already, and waits for a deploy where it still "
                     "fails. What depends on the tables (rights to read them) follows when tables "
                     "are chosen: come back here then."));
    } else {
        page_heading(p, tr("Files to write: %zu"), f->n_files);
    }
    for (size_t i = 0; i < f->n_notes; i++)
        page_note(p, "%s", f->notes[i]);
    if (f->n_files == 0)
        return;
    page_put(p, STYLE_ACCENT, "%zu/%zu %s", v->at + 1, f->n_files, f->files[v->at].path);
    page_newline(p);
    page_note(p, "%s", f->files[v->at].does);
    diff_draw(&v->diff, f->files[v->at].diff, true, p);
}

enum files_answer files_view_write(struct files_view *v, struct journey *j)
{
    struct err e;

    if (v->files.n_files == 0)
        return FILES_CLOSE;
    for (size_t i = 0; i < v->files.n_files && i < 32; i++)
        if (!(v->seen & 1u << i)) {
            show(v, i);
            journey_say(j, MARK_NONE, "%s",
                        i + 1 < v->files.n_files ? tr("this one too; w goes on to the next")
                                                 : tr("this one too; w now writes them all"));
            return FILES_STAY;
        }
    if (!prepare_write(&v->files, j->live->repo, &e)) {
        journey_say_err(j, &e);
        return FILES_STAY;
    }
    journey_say(j, MARK_OK, tr("%zu files written in %s: look at them, commit, deploy"),
                v->files.n_files, j->live->repo);
    return FILES_WRITTEN;
}

void files_view_next(struct files_view *v)
{
    if (v->files.n_files)
        show(v, (v->at + 1) % v->files.n_files);
}

enum files_answer files_view_key(struct files_view *v, struct journey *j, int key)
{
    (void)j;
    if (key == TUI_ESC || key == TUI_ENTER)
        return FILES_CLOSE;
    if (key == TUI_TAB)
        files_view_next(v);
    else if (v->files.n_files)
        diff_key(&v->diff, v->files.files[v->at].diff, key);
    return FILES_STAY;
}

const char *files_view_text(const struct files_view *v)
{
    return v->files.n_files ? v->files.files[v->at].text : NULL;
}

void files_view_done(struct files_view *v)
{
    arena_done(&v->mem);
    *v = (struct files_view){0};
}
