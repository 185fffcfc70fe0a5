#include "screens/prerequisites_inside.h"

#include "screens/checks_view.h"
#include "tui/key.h"

/* --- keys --- */

static void write_files(struct prerequisites *self, struct journey *j)
{
    enum files_answer answer = files_view_write(&self->files, j);

    if (answer != FILES_STAY)
        self->showing = SHOWING_CHECKS;
    if (answer == FILES_WRITTEN)
        checks_look_expect(&self->look);
}

static enum nav write_key(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;

    if (self->showing != SHOWING_FILES)
        self->showing = files_view_open(&self->files, j) ? SHOWING_FILES : self->showing;
    else
        write_files(self, j);
    return STAY;
}

static enum nav deploy(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;

    if (deploy_view_begin(&self->deploy, j)) {
        self->showing = SHOWING_DEPLOY;
        checks_look_expect(&self->look);
    }
    return STAY;
}

static void copy_remedy(const struct check *here, struct journey *j)
{
    struct arena mem = {0};

    journey_copy(j, checks_view_to_copy(here, &mem));
    arena_done(&mem);
}

static enum nav copy(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;
    const struct check *here = prerequisites_here(self);

    if (self->showing == SHOWING_FILES && files_view_text(&self->files))
        journey_copy(j, files_view_text(&self->files));
    else if (here)
        copy_remedy(here, j);
    return STAY;
}

static enum nav again(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;

    self->showing = SHOWING_CHECKS;
    checks_look_ask(&self->look, j);
    return STAY;
}

static enum nav next_bad(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;
    const struct check_list *l = checks_look_list(&self->look);

    (void)j;
    for (size_t i = 1; l && i <= CHECK_IDS; i++) {
        size_t at = (self->list.at + i) % CHECK_IDS;
        if (l->at[at].result != CHECK_PASS) {
            self->list.at = at;
            prerequisites_begin_details(self);
            break;
        }
    }
    return STAY;
}

/* --- what is possible --- */

static bool shows_checks(const void *ctx, const struct journey *j)
{
    (void)j;
    return ((const struct prerequisites *)ctx)->showing == SHOWING_CHECKS;
}

static bool shows_other(const void *ctx, const struct journey *j)
{
    return !shows_checks(ctx, j);
}

static bool shows_files(const void *ctx, const struct journey *j)
{
    (void)j;
    return ((const struct prerequisites *)ctx)->showing == SHOWING_FILES;
}

static bool can_copy(const void *ctx, const struct journey *j)
{
    const struct prerequisites *self = ctx;

    return shows_files(ctx, j) ? files_view_text(&self->files) != NULL
                               : shows_checks(ctx, j) && prerequisites_here(self) != NULL;
}

static bool can_write(const void *ctx, const struct journey *j)
{
    const struct prerequisites *self = ctx;

    return shows_files(ctx, j) && self->files.files.n_files > 0;
}

static enum nav leave_out(void *ctx, struct journey *j)
{
    files_view_leave_out(&((struct prerequisites *)ctx)->files, j);
    return STAY;
}

static enum nav reshape(void *ctx, struct journey *j)
{
    files_view_reshape(&((struct prerequisites *)ctx)->files, j);
    return STAY;
}

static bool can_reshape(const void *ctx, const struct journey *j)
{
    return shows_files(ctx, j) &&
           files_view_has_migrations(&((const struct prerequisites *)ctx)->files);
}

static bool reads(const void *ctx, const struct journey *j)
{
    return shows_checks(ctx, j) && ((const struct prerequisites *)ctx)->reads;
}

static bool writes_nothing(const void *ctx, const struct journey *j)
{
    return shows_files(ctx, j) && !can_write(ctx, j);
}

static bool has_more_files(const void *ctx, const struct journey *j)
{
    const struct prerequisites *self = ctx;

    return shows_files(ctx, j) && self->files.files.n_files > 1;
}

static enum nav close_view(void *ctx, struct journey *j)
{
    (void)j;
    ((struct prerequisites *)ctx)->showing = SHOWING_CHECKS;
    ((struct prerequisites *)ctx)->reads = false;
    return STAY;
}

static bool can_deploy(const void *ctx, const struct journey *j)
{
    return (shows_checks(ctx, j) || writes_nothing(ctx, j)) && j->live->deploy_command != NULL;
}

static bool has_answer(const void *ctx, const struct journey *j)
{
    const struct prerequisites *self = ctx;

    return shows_checks(ctx, j) && prerequisites_here(self) != NULL;
}

static bool has_bad(const void *ctx, const struct journey *j)
{
    const struct prerequisites *self = ctx;
    const struct check_list *l = checks_look_list(&self->look);
    bool bad = false;

    for (size_t i = 0; l && i < CHECK_IDS; i++)
        bad = bad || l->at[i].result != CHECK_PASS;
    return bad && has_answer(ctx, j);
}

static enum nav turn_on(void *ctx, struct journey *j)
{
    prerequisites_apis_ask(ctx, j);
    return STAY;
}

static bool can_turn_on(const void *ctx, const struct journey *j)
{
    const struct check *here = prerequisites_here(ctx);

    return shows_checks(ctx, j) && here && here->id == CHECK_GOOGLE_APIS &&
           prerequisites_apis_are_off(ctx);
}

static bool can_read(const void *ctx, const struct journey *j)
{
    return has_answer(ctx, j) && !reads(ctx, j);
}

static bool can_close(const void *ctx, const struct journey *j)
{
    return shows_other(ctx, j) || reads(ctx, j);
}

const struct action prerequisites_actions[] = {
    {TUI_DOWN, "more", "the rest of what is known of this check: Down, PgDn, Up, PgUp", reads,
     NULL},
    {TUI_TAB, "to the list", "Down and Up go to the checks again", reads, NULL},
    {TUI_ENTER, "go on", "to Access", shows_checks, NULL},
    {'n', "next bad", "to the next check that does not pass", has_bad, next_bad},
    {'w', "files", "the manifest patch and the migrations: each is shown to its end, then written",
     has_answer, write_key},
    {'w', "write", "what is still to be shown, then all of it into the repository", can_write,
     write_key},
    {'w', "back", "there is nothing to write: back to the checklist", writes_nothing, close_view},
    {TUI_DOWN, "more", "the file's next lines: Down, PgDn, Up, PgUp, Home, End", can_write, NULL},
    {TUI_TAB, "next file", "to the next file that would be written", has_more_files, NULL},
    {'x', "leave out", "this file stays as it is; again: it is written", can_write, leave_out},
    {'s', "shape", "the migrations by table, in three files that may run again, or as they fit",
     can_reshape, reshape},
    {TUI_RIGHT, "sideways", "long lines: Left and Right move along them", can_write, NULL},
    {TUI_ESC, "to the checks", "back to the checklist", can_close, close_view},
    {'d', "deploy", "run STROM_DEPLOY_COMMAND, then check again", can_deploy, deploy},
    {'a', "APIs on", "turn on the APIs that are off; asks first", can_turn_on, turn_on},
    {'r', "again", "ask everything again", shows_checks, again},
    {TUI_TAB, "details", "Down and Up move in what is known of this check", can_read, NULL},
    {'y', "copy", "the command or text that mends it, or the file shown", can_copy, copy},
    {0}};
