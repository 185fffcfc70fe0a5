#include "screens/words.h"

#include "api/base/tr.h"
#include "tui/theme.h"

/* tr is marked as one that returns formats; the toolkit asks for plain labels. */
static const char *say(const char *english)
{
    return tr(english);
}

void words_of_toolkit(void)
{
    const struct theme_words words = {
        .mark = {[MARK_OK] = tr("ok"),
                 [MARK_FAIL] = tr("fails"),
                 [MARK_WARN] = tr("warning"),
                 [MARK_UNKNOWN] = tr("unknown"),
                 [MARK_RUNNING] = tr("running"),
                 [MARK_WAITING] = tr("waiting"),
                 [MARK_BLOCKED] = tr("blocked")},
        .more_above = tr("more above"),
        .more_below = tr("more below"),
        .small_help = tr("(--plain works in any size)"),
        .too_small = tr("terminal too small: need"),
        .have = tr("have"),
        .of = tr("of"),
        .nothing = tr("nothing here"),
        .confirm = tr("Type this name to confirm:"),
        .name = tr("Name"),
        .type_here = tr("type it here"),
        .wrong_name = tr("this is not that name: type it as it stands above"),
        .choose = tr("choose"),
        .cancel = tr("cancel"),
        .run = tr("do it"),
        .filter = tr("type to filter"),
        .no_match = tr("nothing matches"),
        .not_now = tr("not now: "),
        .hidden = tr("typed, not shown"),
        .space = tr("Space"),
        .up = tr("Up"),
        .down = tr("Down"),
        .left = tr("Left"),
        .right = tr("Right"),
        .say = say,
    };

    theme_set_words(&words);
}
