#include "screens/left_view.h"

#include "api/base/tr.h"
#include "api/plan/record_left.h"

void left_view_look(struct str *left, const struct journey *j)
{
    str_done(left);
    if (!journey_is_running(j))
        record_left(j->live->store, &j->target, j->target.stream, left);
}

void left_view_draw(const struct str *left, struct page *p)
{
    if (left->bytes == 0)
        return;
    page_mark(p, MARK_WARN, "%s", str_text(left));
    page_note(
        p, "%s",
        tr("→ H, Home: goes on with it, takes it back, or leaves it so; or the commands above"));
}
