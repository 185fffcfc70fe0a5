#include "screens/files_view.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/worktree.h"
#include "tui/key.h"

#include <string.h>

/* Bits of `seen`: as many as prepare gives files at most. */
static uint64_t bit(size_t at)
{
    return (uint64_t)1 << (at & 63);
}

const struct prepared_file *files_view_shown(const struct files_view *v)
{
    return v->files.n_files ? &v->files.files[v->at] : NULL;
}

static void show(struct files_view *v, size_t at)
{
    v->at = at;
    v->diff = (struct diff_view){0};
}

bool files_view_goes_on(const struct files_view *v)
{
    return files_view_shown(v) && diff_goes_on(&v->diff, files_view_shown(v)->diff);
}

/* Whatever leads away from here: what stood on the screen counts. */
static void note_seen(struct files_view *v)
{
    if (files_view_shown(v) && v->diff.seen.rows > 0 && !files_view_goes_on(v))
        v->seen |= bit(v->at);
}

/* --- opening --- */

static bool has_repo(struct journey *j)
{
    if (j->live->repo == NULL)
        journey_say(j, MARK_WARN, "%s", j->live->repo_why);
    return j->live->repo != NULL;
}

static bool open_as(struct files_view *v, struct journey *j, const struct prepare_wanted *wanted)
{
    enum prepare_shape shape = wanted->shape;
    struct err e;

    files_view_done(v);
    v->shape = shape;
    v->undo = wanted->undo;
    if (!prepare(&v->mem, wanted, &v->files, &e)) {
        journey_say_err(j, &e);
        return false;
    }
    v->tree = worktree_look(j->live->net, j->live->repo);
    show(v, 0);
    return true;
}

static struct prepare_wanted wanted_in(const struct journey *j, enum prepare_shape shape)
{
    return (struct prepare_wanted){.repo = j->live->repo,
                                   .t = &j->target,
                                   .facts = j->live->facts,
                                   .s = &j->selection,
                                   .folder = j->live->options->migrations,
                                   .shape = shape};
}

static bool open_in(struct files_view *v, struct journey *j, enum prepare_shape shape)
{
    const struct prepare_wanted wanted = wanted_in(j, shape);

    if (!has_repo(j) || !open_as(v, j, &wanted))
        return false;
    if (v->files.takes_out) {
        v->look = prepare_look(j->live->net, j->live->google, &j->target);
        files_view_looked(v, j); /* nobody can be asked: that is said */
    }
    return true;
}

void files_view_looked(struct files_view *v, struct journey *j)
{
    struct prepare_wanted wanted = wanted_in(j, v->shape);
    struct task *look = v->look;

    if (!v->files.takes_out || v->looked || (look && task_state(look) == TASK_RUNNING))
        return;
    v->look = NULL;
    prepare_use_look(&wanted, look);
    bool ok = open_as(v, j, &wanted);
    v->looked = ok;
    task_drop(look);
}

bool files_view_open(struct files_view *v, struct journey *j)
{
    return open_in(v, j, v->shape);
}

bool files_view_open_undo(struct files_view *v, struct journey *j, const struct target *t,
                          const struct source_facts *facts, bool gone)
{
    const struct prepare_wanted wanted = {.repo = j->live->repo,
                                          .t = t,
                                          .facts = facts,
                                          .folder = j->live->options->migrations,
                                          .undo = true,
                                          .reader_gone = gone};

    return has_repo(j) && open_as(v, j, &wanted);
}

void files_view_news(struct files_view *v)
{
    if (v->tree == NULL || task_state(v->tree) == TASK_RUNNING)
        return;
    v->dirty = worktree_text(v->tree, &v->mem);
    task_clear(&v->tree);
}

/* What was asked of the database was asked of the chosen tables: one for all could not be judged.
 */
static enum prepare_shape next_shape(const struct files_view *v, const struct journey *j)
{
    if (v->shape == PREPARE_THREE)
        return PREPARE_FITTING;
    return v->shape == PREPARE_FITTING && j->totals.tables == 0 ? PREPARE_NARROW : PREPARE_THREE;
}

static const char *shape_words(const struct files_view *v, const struct journey *j)
{
    switch (v->shape) {
    case PREPARE_NARROW:
        return tr("each table by its name; tables of later are added by a migration");
    case PREPARE_THREE:
        return tr("by name, in three files that may run again");
    case PREPARE_FITTING:
    case PREPARE_PROCEDURE:
        break;
    }
    return j->totals.tables ? tr("the chosen tables by their names")
                            : tr("as the procedure: all tables, where that breaks nothing");
}

void files_view_reshape(struct files_view *v, struct journey *j)
{
    if (open_in(v, j, next_shape(v, j)))
        journey_say(j, MARK_NONE, "%s", shape_words(v, j));
}

bool files_view_has_migrations(const struct files_view *v)
{
    for (size_t i = 0; i < v->files.n_files; i++)
        if (v->files.files[i].is_migration)
            return true;
    return false;
}

size_t files_view_written(const struct files_view *v)
{
    size_t n = 0;

    for (size_t i = 0; i < v->files.n_files; i++)
        n += !v->files.files[i].left_out;
    return n;
}

/* --- keys --- */

static enum files_answer write_all(struct files_view *v, struct journey *j)
{
    size_t n = files_view_written(v);
    struct err e;

    if (!prepare_write(&v->files, j->live->repo, &e)) {
        journey_say_err(j, &e);
        return FILES_STAY;
    }
    if (n == 0)
        journey_say(j, MARK_NONE, "%s", tr("nothing was written: all are left out"));
    else if (n == 1)
        journey_say(j, MARK_OK, tr("1 file written in %s: look at it, commit, deploy"),
                    j->live->repo);
    else
        journey_say(j, MARK_OK, tr("%zu files written in %s: look at them, commit, deploy"), n,
                    j->live->repo);
    return FILES_WRITTEN;
}

static bool must_be_shown(const struct files_view *v, size_t i)
{
    return !v->files.files[i].left_out && !(v->seen & bit(i));
}

enum files_answer files_view_write(struct files_view *v, struct journey *j)
{
    if (v->files.n_files == 0)
        return FILES_CLOSE;
    if (v->look) {
        journey_say(j, MARK_NONE, "%s",
                    tr("asking whether a stream still carries what leaves the publication"));
        return FILES_STAY;
    }
    if (must_be_shown(v, v->at) && v->diff.seen.rows == 0)
        return FILES_STAY; /* typed ahead of the screen */
    if (must_be_shown(v, v->at) && files_view_goes_on(v)) {
        diff_key(&v->diff, v->files.files[v->at].diff, TUI_PGDN);
        if (!v->told) /* once: it takes a line of what is to be shown */
            journey_say(j, MARK_NONE, "%s",
                        tr("it goes on: nothing is written that was not shown"));
        v->told = true;
        return FILES_STAY;
    }
    note_seen(v);
    for (size_t i = 0; i < v->files.n_files; i++)
        if (must_be_shown(v, i)) {
            show(v, i);
            journey_say(j, MARK_NONE, "%s",
                        i + 1 < v->files.n_files ? tr("this one too; w goes on to the next")
                                                 : tr("this one too; w then writes them all"));
            return FILES_STAY;
        }
    return write_all(v, j);
}

void files_view_leave_out(struct files_view *v, struct journey *j)
{
    struct prepared_file *f = v->files.n_files ? &v->files.files[v->at] : NULL;

    if (f == NULL)
        return;
    f->left_out = !f->left_out;
    journey_say(j, MARK_NONE, f->left_out ? tr("left out: %s stays as it is") : tr("taken in: %s"),
                f->path);
}

void files_view_next(struct files_view *v)
{
    note_seen(v);
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
    else if (files_view_shown(v) && diff_key(&v->diff, files_view_shown(v)->diff, key))
        note_seen(v);
    return FILES_STAY;
}

const char *files_view_text(const struct files_view *v)
{
    return files_view_shown(v) ? files_view_shown(v)->text : NULL;
}

/* The shape stays: it is what the person has chosen. */
void files_view_done(struct files_view *v)
{
    enum prepare_shape shape = v->shape;

    task_clear(&v->tree);
    task_clear(&v->look);
    arena_done(&v->mem);
    *v = (struct files_view){.shape = shape};
}

/* --- the place --- */

void files_view_save(const struct files_view *v, bool open, struct kept *k)
{
    struct str out = {0};

    for (size_t i = 0; i < v->files.n_files; i++)
        if (v->files.files[i].left_out)
            str_printf(&out, "%s\n", v->files.files[i].path);
    kept_set_bool(k, "files.open", open);
    kept_set_int(k, "files.shape", v->shape);
    kept_set_text(k, "files.path", open && files_view_shown(v) ? files_view_shown(v)->path : NULL);
    kept_set_int(k, "files.top", open ? (int64_t)v->diff.top : 0);
    kept_set_text(k, "files.left_out", open && out.bytes ? str_text(&out) : NULL);
    str_done(&out);
}

void files_view_keep_shape(struct files_view *v, const struct kept *k)
{
    int64_t shape = kept_int(k, "files.shape", PREPARE_FITTING);

    v->shape = shape == PREPARE_NARROW  ? PREPARE_NARROW
               : shape == PREPARE_THREE ? PREPARE_THREE
                                        : PREPARE_FITTING;
}

bool files_view_kept(const struct kept *k)
{
    return kept_bool(k, "files.open", false);
}

static bool has_line(const char *lines, const char *line)
{
    size_t n = strlen(line);

    for (const char *p = lines; *p; p += strcspn(p, "\n"), p += *p == '\n')
        if (strncmp(p, line, n) == 0 && p[n] == '\n')
            return true;
    return false;
}

void files_view_load(struct files_view *v, const struct kept *k)
{
    const char *path = kept_text(k, "files.path", ""), *out = kept_text(k, "files.left_out", "");
    int64_t top = kept_int(k, "files.top", 0);

    for (size_t i = 0; i < v->files.n_files; i++) {
        v->files.files[i].left_out = has_line(out, v->files.files[i].path);
        if (str_eq(v->files.files[i].path, path)) {
            show(v, i);
            v->diff.top = top > 0 ? (size_t)top : 0;
        }
    }
}
