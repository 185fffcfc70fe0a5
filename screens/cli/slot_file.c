#include "screens/cli/slot_file.h"

#include "api/base/path.h"
#include "api/base/tr.h"
#include "api/plan/file.h"
#include "screens/cli/event.h"

const char *slot_file(struct session *s)
{
    const char *path = s->o->file;

    if (!s->has_file || str_is_empty(s->file.source.slot) || str_eq(path, "-") ||
        (path && str_starts(path, "/dev/fd/")))
        return NULL;
    return path ? path : path_join(&s->mem, s->live.repo, "replication.json");
}

static bool write_slot(const char *path, const struct str *text, const char *slot, struct err *e)
{
    struct str changed = {0};
    bool ok = plan_file_with_slot(str_text(text), text->bytes, slot, &changed);

    if (!ok) {
        err_set(e, ERR_CONFLICT, tr("Writing %s"), path);
        err_why(e, "%s", tr("it names no slot any more"));
    }
    ok = ok && path_write(path, str_text(&changed), changed.bytes, false, e);
    str_done(&changed);
    return ok;
}

bool slot_file_follow(struct session *s, const char *slot, struct err *e)
{
    const char *path = slot_file(s);
    struct str text = {0};

    if (path == NULL || str_eq(s->file.source.slot, slot))
        return true;
    bool ok = path_read(path, PLAN_FILE_MAX_BYTES, &text, e) && write_slot(path, &text, slot, e);
    str_done(&text);
    const struct event told = {
        .step = "plan.file",
        .name = path,
        .state = ok ? "done" : "failed",
        .message =
            ok ? arena_printf(&s->mem, tr("\"slot\": \"%s\", and nothing else"), slot) : e->why};
    event_tell(s->o, &told);
    if (!ok) {
        err_resource(e, path);
        err_hint(e, tr("\"slot\": \"%s\" by hand, or the same command again"), slot);
    }
    return ok;
}
