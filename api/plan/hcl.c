#include "api/plan/hcl.h"

#include "api/files/quote.h"
#include "api/plan/export.h"

#include <string.h>

static void indent(struct hcl *h)
{
    for (int i = 0; i < h->depth; i++)
        str_add(h->out, "  ");
}

static void flush(struct hcl *h)
{
    size_t widest = 0;

    for (size_t i = 0; i < h->n; i++)
        widest = strlen(h->pending[i].key) > widest ? strlen(h->pending[i].key) : widest;
    for (size_t i = 0; i < h->n; i++) {
        indent(h);
        str_printf(h->out, "%-*s = %s\n", (int)widest, h->pending[i].key,
                   str_text(&h->pending[i].value));
        str_done(&h->pending[i].value);
    }
    h->n = 0;
}

static struct str *attribute(struct hcl *h, const char *key)
{
    if (h->n == HCL_PENDING)
        flush(h);
    h->pending[h->n].key = key;
    h->pending[h->n].value = (struct str){0};
    return &h->pending[h->n++].value;
}

void hcl_open(struct hcl *h, const char *head)
{
    flush(h);
    indent(h);
    str_printf(h->out, "%s {\n", head);
    h->depth++;
}

void hcl_close(struct hcl *h)
{
    flush(h);
    h->depth--;
    indent(h);
    str_add(h->out, "}\n");
}

void hcl_gap(struct hcl *h)
{
    flush(h);
    str_addc(h->out, '\n');
}

void hcl_comment(struct hcl *h, const char *text)
{
    flush(h);
    indent(h);
    export_comment(h->out, text);
}

void hcl_string(struct hcl *h, const char *key, const char *value)
{
    h->ok = quote_hcl(attribute(h, key), value, h->e) && h->ok;
}

void hcl_raw(struct hcl *h, const char *key, const char *expression)
{
    str_add(attribute(h, key), expression);
}

/* ${ and %{ begin a template in a heredoc, too. */
void hcl_heredoc(struct hcl *h, const char *key, const char *text)
{
    flush(h);
    indent(h);
    str_printf(h->out, "%s = <<-EOT\n", key);
    for (size_t n; *text; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        h->depth++;
        if (n)
            indent(h);
        h->depth--;
        for (size_t i = 0; i < n; i++) {
            if ((text[i] == '$' || text[i] == '%') && text[i + 1] == '{')
                str_addc(h->out, text[i]);
            str_addc(h->out, text[i]);
        }
        str_addc(h->out, '\n');
    }
    indent(h);
    str_add(h->out, "EOT\n");
}

void hcl_empty(struct hcl *h, const char *head)
{
    flush(h);
    indent(h);
    str_printf(h->out, "%s {}\n", head);
}

bool hcl_done(struct hcl *h)
{
    flush(h);
    return h->ok;
}
