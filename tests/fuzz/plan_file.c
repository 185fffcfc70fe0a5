/* replication.json: what is accepted is written, read and written again without a changed byte. */

#include "tests/fuzz/fuzz.h"

#include "api/base/json.h"
#include "api/base/target.h"
#include "api/plan/file.h"

#include <stdlib.h>
#include <string.h>

static void look(const struct selection *s)
{
    for (size_t t = 0; t < s->n_tables; t++) {
        const struct selection_table *table = &s->tables[t];
        uint32_t included = 0;
        fuzz_touch_text(table->schema);
        fuzz_touch_text(table->name);
        for (uint32_t c = 0; c < table->n_columns; c++) {
            const struct selection_column *column = &table->columns[c];
            included += column->included;
            fuzz_must(column->level <= RULES_SPECIAL);
            fuzz_must(column->categories >> RULES_CATEGORIES == 0);
            fuzz_touch_text(column->name);
            fuzz_touch_text(column->type);
        }
        fuzz_must(included == table->n_included);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct selection s, back;
    struct str first = {0}, second = {0};
    char *bytes = fuzz_bytes(data, size);
    if (plan_file_read(bytes, size, &s, &e)) {
        struct target target = {0};
        look(&s);
        plan_file_target(&s, &target);
        fuzz_must(target.freshness_chosen && target.freshness_seconds >= 0);
        plan_file_write(&s, &first);
        fuzz_must(plan_file_read(str_text(&first), first.bytes, &back, &e));
        look(&back);
        plan_file_write(&back, &second);
        fuzz_must(str_eq(str_text(&first), str_text(&second)));
        fuzz_must(first.bytes > 0 && str_ends(first.text, "\n"));
        struct json *doc = json_parse_strict(first.text, first.bytes, &e);
        fuzz_must(doc != NULL);
        json_free(doc);
        selection_done(&back);
        selection_done(&s);
    } else {
        fuzz_must(e.kind == ERR_INPUT && e.why[0]);
    }
    str_done(&first);
    str_done(&second);
    free(bytes);
    return 0;
}
