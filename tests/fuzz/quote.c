/* Names and texts, quoted for another program: that program would read back the very same. */

#include "tests/fuzz/fuzz.h"

#include "api/files/quote.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* A quoted thing at the start of text, doubled quotes and (with escapes) backslashes resolved.
 * Returns what follows it, NULL when it is not well formed. */
static const char *unquote(const char *text, char quote, bool escapes, struct str *out)
{
    if (*text++ != quote)
        return NULL;
    for (;; text++) {
        if (*text == '\0')
            return NULL;
        if (*text == quote && text[1] != quote)
            return text + 1;
        if (*text == quote)
            text++;
        else if (escapes && *text == '\\' && *++text == '\0')
            return NULL;
        str_addc(out, *text);
    }
}

static void as_identifier(const char *name)
{
    struct str out = {0}, back = {0};
    struct err e = {0};
    if (quote_ident(&out, name, &e)) {
        const char *rest = unquote(str_text(&out), '"', false, &back);
        fuzz_must(rest && !*rest && str_eq(str_text(&back), name));
        fuzz_must(back.bytes > 0 && back.bytes <= QUOTE_IDENT_BYTES);
    } else {
        fuzz_must(out.bytes == 0 && e.kind == ERR_INPUT);
    }
    str_done(&out);
    str_done(&back);
}

static void as_table(const char *schema, const char *table)
{
    struct str out = {0}, first = {0}, second = {0};
    struct err e = {0};
    str_add(&out, "x");
    if (quote_table(&out, schema, table, &e)) {
        const char *dot = unquote(str_text(&out) + 1, '"', false, &first);
        const char *end = dot && *dot == '.' ? unquote(dot + 1, '"', false, &second) : NULL;
        fuzz_must(end && !*end && str_eq(str_text(&first), schema));
        fuzz_must(str_eq(str_text(&second), table));
    } else {
        fuzz_must(out.bytes == 1 && e.kind == ERR_INPUT);
    }
    str_done(&out);
    str_done(&first);
    str_done(&second);
}

static void as_literal(const char *text)
{
    struct str out = {0}, back = {0};
    struct err e = {0};
    if (quote_literal(&out, text, &e)) {
        bool escapes = out.text[0] == 'E';
        const char *rest = unquote(out.text + escapes, '\'', escapes, &back);
        fuzz_must(rest && !*rest && str_eq(str_text(&back), text));
        fuzz_must(escapes == (strchr(text, '\\') != NULL));
    } else {
        fuzz_must(out.bytes == 0 && e.kind == ERR_INPUT);
    }
    str_done(&out);
    str_done(&back);
}

/* Read by a real YAML library: one scalar, of that text. */
static void as_yaml(const char *text)
{
    struct str out = {0};
    struct err e = {0};
    yaml_parser_t parser;
    yaml_document_t doc;
    str_add(&out, "- key: ");
    if (quote_yaml(&out, text, &e)) {
        str_add(&out, " # end\n");
        fuzz_must(yaml_parser_initialize(&parser));
        yaml_parser_set_input_string(&parser, (const unsigned char *)out.text, out.bytes);
        fuzz_must(yaml_parser_load(&parser, &doc));
        yaml_node_t *value = yaml_document_get_node(&doc, 4);
        fuzz_must(value && !yaml_document_get_node(&doc, 5) && value->type == YAML_SCALAR_NODE);
        fuzz_must(str_eq((const char *)value->data.scalar.value, text));
        yaml_document_delete(&doc);
        yaml_parser_delete(&parser);
    }
    str_done(&out);
}

/* POSIX sh: words of plain characters, '...' and \c; anything that would act makes it fail. */
static bool shell_word(const char *p, struct str *out)
{
    while (*p) {
        if (*p == '\'') {
            const char *end = strchr(p + 1, '\'');
            if (!end)
                return false;
            str_addn(out, p + 1, (size_t)(end - p - 1));
            p = end + 1;
        } else if (*p == '\\' && p[1]) {
            str_addc(out, p[1]);
            p += 2;
        } else if (strchr(" \t\n|&;<>()$`\"*?[]#~={}!^", *p)) {
            return false;
        } else {
            str_addc(out, *p++);
        }
    }
    return true;
}

static void as_shell(const char *text)
{
    struct str out = {0}, back = {0};
    struct err e = {0};
    if (quote_shell(&out, text, &e)) {
        fuzz_must(out.bytes > 0 && shell_word(out.text, &back));
        fuzz_must(str_eq(str_text(&back), text));
    }
    str_done(&out);
    str_done(&back);
}

/* A text of HCL: nothing in it is expanded. */
static void as_hcl(const char *text)
{
    struct str out = {0};
    struct err e = {0};
    if (quote_hcl(&out, text, &e)) {
        fuzz_must(out.bytes >= 2 && out.text[0] == '"' && out.text[out.bytes - 1] == '"');
        fuzz_must(!strstr(out.text, "${") && !strstr(out.text, "%{"));
        for (const char *p = out.text + 1; p < out.text + out.bytes - 1; p++) {
            fuzz_must(*p != '"' && *p != '\n');
            p += *p == '\\';
        }
    } else {
        fuzz_must(out.bytes == 0 && e.kind == ERR_INPUT);
    }
    str_done(&out);
}

static void as_bigquery(const char *name)
{
    struct str out = {0};
    struct err e = {0};
    if (quote_bigquery(&out, name, &e))
        fuzz_must(out.bytes > 2 && out.text[0] == '`' && out.text[out.bytes - 1] == '`');
    else
        fuzz_must(out.bytes == 0 && e.kind == ERR_INPUT);
    str_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    char *first = fuzz_line(&in), *second = fuzz_line(&in), *whole = fuzz_text(data, size);
    as_identifier(first);
    as_identifier(whole);
    as_table(first, second);
    as_literal(first);
    as_literal(whole);
    as_yaml(first);
    as_yaml(whole);
    as_shell(first);
    as_shell(whole);
    as_hcl(first);
    as_hcl(whole);
    as_bigquery(first);
    as_bigquery(whole);
    free(first);
    free(second);
    free(whole);
    return 0;
}
