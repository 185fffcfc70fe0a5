/* Take down: what is left to the repository. */
#include "screens/remove_inside.h"

/* The migration that drops slot and publication; when that has run, the manifest. */
enum nav remove_write_key(void *ctx, struct journey *j)
{
    struct removal *self = ctx;
    const struct source_facts *facts = remove_prepared_facts(self->looking);
    bool gone = self->removing && task_state(self->removing) == TASK_OK;

    if (!self->writing)
        self->writing = files_view_open_undo(&self->files, j, self->options.target, facts, gone);
    else
        self->writing = files_view_write(&self->files, j) == FILES_STAY;
    return STAY;
}

enum nav remove_write_leave_out(void *ctx, struct journey *j)
{
    files_view_leave_out(&((struct removal *)ctx)->files, j);
    return STAY;
}

enum nav remove_write_close(void *ctx, struct journey *j)
{
    (void)j;
    ((struct removal *)ctx)->writing = false;
    return STAY;
}

bool remove_writes(const void *ctx, const struct journey *j)
{
    (void)j;
    return ((const struct removal *)ctx)->writing;
}

bool remove_write_has_file(const void *ctx, const struct journey *j)
{
    return remove_writes(ctx, j) && ((const struct removal *)ctx)->files.files.n_files > 0;
}

bool remove_write_has_more(const void *ctx, const struct journey *j)
{
    return remove_writes(ctx, j) && ((const struct removal *)ctx)->files.files.n_files > 1;
}
