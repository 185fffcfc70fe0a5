#include "api/files/quote.h"

#include "api/base/tr.h"
#include "api/base/utf8.h"

#include <string.h>

/* --- what is refused everywhere --- */

static bool refuse(struct err *e, const char *name, const char *why)
{
    err_set(e, ERR_INPUT, tr("writing a name into a file"));
    err_why(e, "\"%s\" %s", name, why);
    return err_hint(e, tr("rename it, or write this part by hand"));
}

/* C0, DEL and the C1 range, line and paragraph separators: one of them could begin a line. U+FFFE
 * and U+FFFF are no characters to YAML. */
static bool is_control(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029 || cp == 0xfffe ||
           cp == 0xffff;
}

static bool check(const char *text, struct err *e)
{
    size_t n = strlen(text);
    if (!utf8_valid(text, n))
        return refuse(e, text, tr("is not UTF-8"));
    uint32_t cp;
    for (size_t at = 0, bytes; (bytes = utf8_next(text + at, n - at, &cp)) > 0; at += bytes)
        if (is_control(cp))
            return refuse(e, text, tr("holds a line break or another control character"));
    return true;
}

static void add_doubled(struct str *out, const char *text, char quote)
{
    str_addc(out, quote);
    for (; *text; text++) {
        if (*text == quote)
            str_addc(out, quote);
        str_addc(out, *text);
    }
    str_addc(out, quote);
}

/* --- SQL --- */

bool quote_ident(struct str *out, const char *name, struct err *e)
{
    if (*name == '\0')
        return refuse(e, name, tr("is empty"));
    if (strlen(name) > QUOTE_IDENT_BYTES)
        return refuse(e, name, tr("is longer than 63 bytes: PostgreSQL would cut it"));
    if (!check(name, e))
        return false;
    add_doubled(out, name, '"');
    return true;
}

bool quote_table(struct str *out, const char *schema, const char *table, struct err *e)
{
    struct str both = {0};
    bool ok = quote_ident(&both, schema, e);
    if (ok) {
        str_addc(&both, '.');
        ok = quote_ident(&both, table, e);
    }
    if (ok)
        str_add(out, str_text(&both));
    str_done(&both);
    return ok;
}

bool quote_literal(struct str *out, const char *text, struct err *e)
{
    if (!check(text, e))
        return false;
    if (strchr(text, '\\') == NULL) {
        add_doubled(out, text, '\'');
        return true;
    }
    str_add(out, "E'");
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            str_addc(out, *text);
        str_addc(out, *text);
    }
    str_addc(out, '\'');
    return true;
}

bool quote_bigquery(struct str *out, const char *name, struct err *e)
{
    if (*name == '\0')
        return refuse(e, name, tr("is empty"));
    if (!check(name, e))
        return false;
    str_add_quoted(out, name, '`');
    return true;
}

/* --- YAML --- */

/* Words that YAML 1.1 or 1.2 reads as something other than a string. */
static bool is_yaml_word(const char *text)
{
    static const char *const words[] = {"true", "false", "yes", "no",  "on",
                                        "off",  "y",     "n",   "null"};
    char lower[8];
    size_t n = strlen(text);
    if (n >= sizeof lower)
        return false;
    for (size_t i = 0; i <= n; i++)
        lower[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] | 0x20 : text[i]);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(lower, words[i]) == 0)
            return true;
    return false;
}

/* Letters first, then letters, digits, dash, underscore, dot: never a number, a date or a mark. */
static bool is_yaml_plain(const char *text)
{
    if (!((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z')))
        return false;
    for (const char *p = text; *p; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
              *p == '-' || *p == '_' || *p == '.'))
            return false;
    return !is_yaml_word(text);
}

bool quote_yaml(struct str *out, const char *text, struct err *e)
{
    if (!check(text, e))
        return false;
    if (is_yaml_plain(text)) {
        str_add(out, text);
        return true;
    }
    str_add_quoted(out, text, '"');
    return true;
}

/* --- HCL --- */

bool quote_hcl(struct str *out, const char *text, struct err *e)
{
    if (!check(text, e))
        return false;
    str_addc(out, '"');
    for (; *text; text++) {
        if ((*text == '$' || *text == '%') && text[1] == '{') {
            str_printf(out, "\\u%04x", (unsigned)*text); /* $${ would not do behind a $ */
            continue;
        }
        if (*text == '"' || *text == '\\')
            str_addc(out, '\\');
        str_addc(out, *text);
    }
    str_addc(out, '"');
    return true;
}

/* --- shell --- */

static bool is_shell_plain(const char *text)
{
    if (*text == '\0')
        return false;
    for (const char *p = text; *p; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
              strchr("-_./:@,+%", *p) != NULL))
            return false;
    return true;
}

bool quote_shell(struct str *out, const char *text, struct err *e)
{
    if (!check(text, e))
        return false;
    if (is_shell_plain(text)) {
        str_add(out, text);
        return true;
    }
    str_addc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            str_add(out, "'\\''");
        else
            str_addc(out, *text);
    }
    str_addc(out, '\'');
    return true;
}
