/* What a person writes down for strom: the user file, gcloud's configuration, the command line. The
 * whole input is the user file; its lines are the words of a command. */

#include "tests/fuzz/fuzz.h"

#include "api/base/safe.h"
#include "api/base/str.h"
#include "screens/cli/config_file.h"
#include "screens/cli/options.h"
#include "screens/cli/options_rows.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS = 40 };

static void check_error(const struct err *e)
{
    fuzz_must(e->kind == ERR_INPUT && e->what[0] && e->why[0]);
    fuzz_must(safe_is(e->what) && safe_is(e->why) && safe_is(e->hint));
}

static void read_file(const char *text)
{
    struct config_file c = {.path = "/home/kari/.config/strom/config"};
    struct err e = {0};
    arena_init(&c.mem);
    if (config_file_parse(&c, text, &e)) {
        struct target t = {0};
        struct options o = {0};
        for (int i = 0; i < CONFIG_KEYS; i++)
            fuzz_must((c.values[i] != NULL) == (c.lines[i] > 0));
        config_fill_options(&c, &o);
        config_fill_target(&c, &t);
        fuzz_must(memchr(t.project, 0, sizeof t.project) && t.freshness_seconds >= 0);
        fuzz_must(!c.values[CONFIG_PROJECT] || str_eq(t.project, c.values[CONFIG_PROJECT]));
        fuzz_must(!c.values[CONFIG_LANG] || str_eq(o.lang, c.values[CONFIG_LANG]));
    } else {
        check_error(&e);
    }
    config_file_done(&c);
}

/* What is offered at a Tab. */
static void offer(const char *word)
{
    const struct option_value *v = option_value_of(word);
    fuzz_must(v && v->option);
    fuzz_touch_text(option_words_of(word));
    for (int i = 0; i < CONFIG_KEYS; i++)
        fuzz_must(config_key_name((enum config_key)i)[0]);
}

static void check_options(const struct options *o)
{
    fuzz_must(o->n_args <= OPTIONS_MANY && o->n_include <= OPTIONS_MANY);
    fuzz_must(o->n_exclude <= OPTIONS_MANY && o->n_columns <= OPTIONS_MANY);
    fuzz_must(o->n_acknowledge <= OPTIONS_MANY && o->n_reconcile <= OPTIONS_MANY);
    fuzz_must(!o->command || options_is_command(o->command));
    for (size_t i = 0; i < o->n_args; i++)
        fuzz_touch_text(o->args[i]);
    fuzz_must(!o->freshness || options_seconds(o->freshness) >= 0);
}

static void read_words(struct fuzz_input *in)
{
    char strom[] = "strom", *words[WORDS + 2] = {strom};
    int n = 1;
    struct options o = {0};
    struct err e = {0};
    while (in->left > 0 && n <= WORDS)
        offer(words[n++] = fuzz_line(in));
    if (options_parse(n, words, &o, &e))
        check_options(&o);
    else
        check_error(&e);
    while (n > 1)
        free(words[--n]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    char *text = fuzz_text(data, size);
    int seconds = options_seconds(text);
    fuzz_must(seconds >= -1 && seconds <= 100000000);
    read_file(text);
    read_words(&in);
    free(text);
    return 0;
}
