#include "api/plan/discovered.h"

#include "api/rules/rules.h"

#include <string.h>
#include <strings.h>

/* Geometric and range types (facts/gcp.md C); of others Datastream says nothing here. */
static bool is_carried(const char *type)
{
    static const char *const geometric[] = {"box",  "circle", "line",   "lseg",
                                            "path", "point",  "polygon"};
    size_t n = strlen(type);

    for (size_t i = 0; i < sizeof geometric / sizeof *geometric; i++)
        if (strcasecmp(type, geometric[i]) == 0)
            return false;
    return n < 5 || strcasecmp(type + n - 5, "range") != 0;
}

static void add_table(struct selection *out, struct arena *a, const char *schema,
                      const struct datastream_table *t, const struct rules_team *team)
{
    struct selection_fact *facts = arena_array(a, struct selection_fact, t->n_columns + 1);
    struct rules_table words;

    rules_table_of(&words, schema, t->name, NULL);
    rules_table_team(&words, team);
    for (size_t i = 0; i < t->n_columns; i++)
        rules_table_sibling(&words, t->columns[i].name);
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct datastream_column *c = &t->columns[i];
        struct rules_column column = {.name = c->name, .type = c->type, .is_key = c->primary_key};
        struct rules_verdict v;
        rules_judge(&words, &column, &v);
        facts[i] = (struct selection_fact){.name = c->name,
                                           .type = c->type,
                                           .key = c->primary_key,
                                           .unsupported = c->type && !is_carried(c->type),
                                           .level = v.level,
                                           .categories = v.categories};
    }
    struct selection_table *added = selection_add(out, schema, t->name, facts, t->n_columns, NULL);
    added->rows = added->bytes = -1;
}

void discovered_selection(const struct datastream_selection *seen, const struct rules_team *team,
                          struct selection *out)
{
    struct arena a = {0};

    selection_init(out);
    for (size_t s = 0; s < seen->n_schemas; s++)
        for (size_t t = 0; t < seen->schemas[s].n_tables; t++) {
            add_table(out, &a, seen->schemas[s].name, &seen->schemas[s].tables[t], team);
            arena_reset(&a);
        }
    arena_done(&a);
}
