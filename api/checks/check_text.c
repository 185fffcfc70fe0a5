#include "api/base/safe.h"
#include "api/base/tr.h"
#include "api/checks/check.h"

#include <string.h>

/* `strom check`: the same facts as check_json, for people. */

/* Every line of it stands in as the others do, and no empty one ends it. */
static void put_remedy(const struct check *c, struct str *out)
{
    const char *text = c->remedy.text;
    str_printf(out, "         %s (%s)\n", tr("to do:"), tr(check_remedy_name(c->remedy.kind)));
    while (*text != '\0') {
        int n = (int)strcspn(text, "\n");
        if (n > 0)
            str_printf(out, "             %.*s\n", n, text);
        text += n;
        text += *text == '\n';
    }
}

static void put_check(const struct check *c, struct str *out)
{
    safe_printf(out, "%-8s %-28s %s\n", tr(check_result_name(c->result)), check_name(c->id),
                c->found);
    if (c->result == CHECK_PASS)
        return;
    if (c->needed[0] != '\0')
        str_printf(out, "         %s %s\n", tr("needed:"), c->needed);
    if (c->why[0] != '\0')
        str_printf(out, "         %s %s\n", tr("why:"), c->why);
    if (c->remedy.text[0] != '\0')
        put_remedy(c, out);
}

void check_text(const struct check_list *l, struct str *out)
{
    struct check_summary n = check_summary(l);
    for (int i = 0; i < CHECK_IDS; i++)
        put_check(&l->at[i], out);
    str_printf(out, tr("%zu pass, %zu warn, %zu fail, %zu unknown"), n.pass, n.warn, n.fail,
               n.unknown);
    str_addc(out, '\n');
}
