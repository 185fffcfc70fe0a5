#include "api/plan/dated.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/said.h"

enum { SLACK_SECONDS = 3600 }; /* clocks that are not quite right */

static bool is_ahead(const struct selection_column *c)
{
    return c->included && c->ack && clock_parse(c->ack->at) > clock_wall() + SLACK_SECONDS;
}

const char *dated_ahead_text(const struct selection *s, struct arena *a)
{
    enum { NAMED = 3 };
    struct str names = {0};
    size_t n = 0;

    for (size_t t = 0; t < s->n_tables; t++)
        for (size_t i = 0; s->tables[t].n_included && i < s->tables[t].n_columns; i++) {
            const struct selection_table *table = &s->tables[t];
            const struct selection_column *c = &table->columns[i];
            if (is_ahead(c) && n++ < NAMED)
                str_printf(&names, "%s%s %s", n > 1 ? ", " : "",
                           said_name(a, table->schema, table->name, c->name),
                           said_word(a, c->ack->at));
        }
    if (n > NAMED)
        str_printf(&names, tr(" and %zu more"), n - NAMED);
    const char *text =
        n ? arena_printf(a, tr("reasons dated later than now: %zu (%s): are these dates right?"), n,
                         str_text(&names))
          : NULL;
    str_done(&names);
    return text;
}

void dated_ahead_json(struct json_out *o, const struct selection *s)
{
    json_open_array(o, "dated_ahead");
    for (size_t t = 0; t < s->n_tables; t++)
        for (size_t i = 0; s->tables[t].n_included && i < s->tables[t].n_columns; i++) {
            const struct selection_column *c = &s->tables[t].columns[i];
            if (!is_ahead(c))
                continue;
            json_open_object(o, NULL);
            json_put_string(o, "schema", s->tables[t].schema);
            json_put_string(o, "table", s->tables[t].name);
            json_put_string(o, "column", c->name);
            json_put_string(o, "at", c->ack->at);
            json_close_object(o);
        }
    json_close_array(o);
}
