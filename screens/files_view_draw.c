#include "screens/files_view.h"

#include "api/base/tr.h"
#include "tui/text.h"

#include <string.h>

enum { NOTE_INDENT = 2, FILE_LINES = 8 /* its name, what it does, some of it */ };

static void draw_heading(const struct files_view *v, struct page *p)
{
    size_t n = files_view_written(v);

    if (v->files.n_files == 0) {
        page_heading(p, "%s", tr("No file has to be written now"));
        if (v->files.n_notes == 0)
            page_text(
                p, "%s",
                v->undo
                    ? tr("Neither the manifests nor the database hold anything of it that a "
                         "file would take back.")
                    : tr("What the checks ask for stands in the manifest and the migrations "
                         "already, and waits for a deploy where it still fails. What depends on "
                         "the tables (rights to read them) follows when tables are chosen: come "
                         "back here then."));
    } else if (n == v->files.n_files) {
        page_heading(p, tr("Files to write: %zu"), n);
    } else {
        page_heading(p, tr("Files to write: %zu, left out: %zu"), n, v->files.n_files - n);
    }
}

/* Wrapped, at most; and its own line ends. */
static int note_lines(const char *note, const struct page *p)
{
    int width = page_width(p) - 2 * NOTE_INDENT, lines = 1;

    for (const char *at = note; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    return lines + text_width(note) / (width > 8 ? width - 8 : 1);
}

/* They are read on the first page: a file that could not be seen could never be written, so they
 * leave it room, and all of it afterwards. */
static void draw_notes(const struct files_view *v, bool with_file, struct page *p)
{
    size_t n = 0, i = 0;

    if (with_file && (v->at > 0 || v->diff.top > 0))
        return;
    for (; i < v->files.n_notes; i++) {
        const char *note = v->files.notes[i];
        if (with_file && page_room(p) - note_lines(note, p) < FILE_LINES)
            n++;
        else
            page_note(p, "%s", note);
    }
    if (n)
        page_note(p, tr("notes that need a larger screen: %zu (see strom files)"), n);
    if (with_file && v->dirty && page_room(p) - note_lines(v->dirty, p) >= FILE_LINES)
        page_note(p, tr("not committed yet: %s"), v->dirty);
}

void files_view_draw(const struct files_view *v, struct page *p)
{
    const struct prepared_file *f = files_view_shown(v);

    draw_heading(v, p);
    draw_notes(v, f != NULL, p);
    if (f == NULL)
        return;
    page_put(p, STYLE_ACCENT, "%zu/%zu %s", v->at + 1, v->files.n_files, f->path);
    if (f->left_out)
        page_put_right(p, STYLE_WARN, " %s", tr("left out"));
    page_newline(p);
    page_note(p, "%s", tr(f->does));
    diff_draw(&v->diff, f->diff, true, p);
}
