/* Manage: the migration that is needed first, shown to its end, then written into the repository.
 */
#include "screens/lines_view.h"
#include "screens/manage_inside.h"

#include "api/base/tr.h"
#include "tui/key.h"

#include <string.h>

static void open_text(struct manage *self)
{
    const char *text = manage_chosen(self)->migration;
    size_t n = 0, most = 1;

    for (const char *at = text; *at; at++)
        most += *at == '\n';
    self->lines = arena_array(&self->mem, const char *, most);
    for (size_t length; *text; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        self->lines[n++] = arena_strn(&self->mem, text, length);
    }
    self->n_lines = n;
    self->text = (struct list){.at = 0};
    self->writing = true;
}

static void write(struct manage *self, struct journey *j)
{
    const struct alter_plan *p = manage_chosen(self);
    struct err e;

    if (!prepare_write(&p->migrations, j->live->repo, &e)) {
        journey_say_err(j, &e);
        return;
    }
    self->writing = false;
    journey_say(j, MARK_OK, tr("%s is written: commit and deploy it, then look again (r)"),
                p->migrations.files[0].path);
}

/* Nothing is written that was not shown to its end. */
enum nav manage_write_key(void *ctx, struct journey *j)
{
    struct manage *self = ctx;

    if (!self->writing)
        open_text(self);
    else if (self->text.at + 1 < self->n_lines && !list_key(&self->text, self->n_lines, TUI_PGDN))
        self->text.at = self->n_lines - 1;
    else if (self->text.at + 1 >= self->n_lines)
        write(self, j);
    return STAY;
}

enum nav manage_write_close(void *ctx, struct journey *j)
{
    (void)j;
    ((struct manage *)ctx)->writing = false;
    return STAY;
}

bool manage_writes(const void *ctx, const struct journey *j)
{
    (void)j;
    return ((const struct manage *)ctx)->writing;
}

bool manage_can_write(const void *ctx, const struct journey *j)
{
    const struct manage *self = ctx;
    const struct alter_plan *p = manage_chosen(self);

    return !self->running && p && p->migrations.n_files && j->live->repo;
}

static struct lines_row row_of(const void *ctx, size_t i)
{
    const struct manage *self = ctx;
    const char *line = self->lines[i];

    return (struct lines_row){.style = line[0] == '-' ? STYLE_MUTED : STYLE_ADDED, .text = line};
}

void manage_write_draw(const struct manage *self, struct page *p)
{
    const struct lines_view v = {.ctx = self, .n = self->n_lines, .row = row_of};

    page_heading(p, "%s", tr("What is needed first: w shows the rest, then writes it"));
    lines_view_draw(&v, &self->text, p);
}
