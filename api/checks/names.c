#include "api/checks/names.h"

#include "api/base/tr.h"
#include "api/files/quote.h"

void names_add(struct name_list *l, const char *schema, const char *name)
{
    if (++l->n > NAMES_SHOWN)
        return;
    if (l->n > 1)
        str_add(&l->text, ", ");
    if (schema != NULL)
        str_printf(&l->text, "%s.", schema);
    str_add(&l->text, name);
}

const char *names_text(struct name_list *l)
{
    if (l->n > NAMES_SHOWN)
        str_printf(&l->text, tr(" and %zu more"), l->n - NAMES_SHOWN);
    return str_text(&l->text);
}

void names_done(struct name_list *l)
{
    str_done(&l->text);
}

void names_add_columns(struct name_list *l, const char *schema, const char *table,
                       const char *const *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct str name = {0};
        str_printf(&name, "%s.%s", table, columns[i]);
        names_add(l, schema, str_text(&name));
        str_done(&name);
    }
}

void names_say(struct str *to, const char *what, struct name_list *l)
{
    if (l->n == 0)
        return;
    str_add(to, to->bytes > 0 ? "; " : "");
    str_printf(to, "%s: %s", tr(what), names_text(l));
}

static const char unwritable[] = "/* a name that cannot be written */";

void sql_ident(struct str *out, const char *name)
{
    struct err e;
    if (!quote_ident(out, name, &e))
        str_add(out, unwritable);
}

void sql_table(struct str *out, const char *schema, const char *table)
{
    sql_ident(out, schema);
    str_addc(out, '.');
    sql_ident(out, table);
}

void sql_literal(struct str *out, const char *text)
{
    struct err e;
    if (!quote_literal(out, text, &e))
        str_add(out, unwritable);
}
