#include "screens/kept_reasons.h"

#include "screens/kept_names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ACK "ack."
#define SEP NAMES_SEP

enum {
    ACK_LEVEL = 4,
    ACK_CATEGORIES
}; /* behind reason, reference, by, at: what it was given for */

void kept_reason_write(struct str *out, const struct selection_ack *a)
{
    str_printf(out, "%s" SEP "%s" SEP "%s" SEP "%s" SEP "%s" SEP "%" PRIx32, a->reason,
               a->reference, a->by, a->at, rules_level_name(a->level), a->categories);
}

/* The texts are room that is used again. Without a reason: it was taken back. */
static void put(struct journey *j, const struct selection_table *t, size_t column, struct str *key,
                struct str *text)
{
    str_clear(key);
    str_clear(text);
    names_key(key, ACK, t->schema, t->name);
    str_add(key, SEP);
    names_put(key, t->columns[column].name);
    if (t->columns[column].ack)
        kept_reason_write(text, t->columns[column].ack);
    kept_set_text(j->kept, str_text(key), str_text(text));
}

void kept_reasons_put(struct journey *j, const struct selection_table *t)
{
    struct str text = {0}, key = {0};

    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].ack)
            put(j, t, i, &key, &text);
    str_done(&text);
    str_done(&key);
}

/* It settles what it was given for; an older one does not tell that, and settles what is known now.
 */
static void restore_ack(struct journey *j, size_t table, size_t column, char **value, size_t n)
{
    int level = n > ACK_LEVEL ? rules_level_from(value[ACK_LEVEL]) : -1;
    struct selection_ack ack;
    struct err e;

    if (n < ACK_LEVEL) { /* it was taken back, whatever a file says */
        selection_forget_reason(&j->selection, table, column);
        return;
    }
    ack = (struct selection_ack){
        .reason = value[0], .reference = value[1], .by = value[2], .at = value[3]};
    ack.categories = n > ACK_CATEGORIES ? (uint32_t)strtoul(value[ACK_CATEGORIES], NULL, 16)
                                        : j->selection.tables[table].columns[column].categories;
    ack.level = level < 0 ? (enum rules_level)j->selection.tables[table].columns[column].level
                          : (enum rules_level)level;
    selection_acknowledged(&j->selection, table, column, &ack, &e);
}

void kept_reason_set(struct journey *j, size_t table, size_t column, char **parts, size_t n)
{
    struct str text = {0}, key = {0};

    restore_ack(j, table, column, parts, n);
    put(j, &j->selection.tables[table], column, &key, &text);
    str_done(&text);
    str_done(&key);
}

void kept_reasons_restore(struct journey *j)
{
    struct arena a = {0};
    char *key[3], *value[KEPT_REASON_PARTS];
    size_t table, column, n;

    for (size_t i = kept_first_under(j->kept, ACK); i < kept_count(j->kept); i++) {
        const char *name = kept_key(j->kept, i);
        if (!str_starts(name, ACK))
            break;
        n = names_cut(arena_str(&a, kept_text(j->kept, name, "")), value, KEPT_REASON_PARTS);
        if (names_cut(arena_str(&a, name + strlen(ACK)), key, 3) == 3 &&
            selection_find(&j->selection, key[0], key[1], &table) &&
            selection_find_column(&j->selection.tables[table], key[2], &column))
            restore_ack(j, table, column, value, n);
    }
    arena_done(&a);
}

void kept_reasons_of_file(struct journey *j)
{
    struct selection file;
    struct err e;
    size_t table, column;

    if (!journey_plan_file(j, &file))
        return;
    for (size_t t = 0; t < file.n_tables; t++)
        for (size_t c = 0; c < file.tables[t].n_columns; c++) {
            const struct selection_column *from = &file.tables[t].columns[c];
            if (from->ack &&
                selection_find(&j->selection, file.tables[t].schema, file.tables[t].name, &table) &&
                selection_find_column(&j->selection.tables[table], from->name, &column))
                selection_acknowledged(&j->selection, table, column, from->ack, &e);
        }
    selection_done(&file);
}
