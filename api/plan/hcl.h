#ifndef STROM_PLAN_HCL_H
#define STROM_PLAN_HCL_H

/* Writes HCL as `terraform fmt` would: two spaces a level, the = of neighbouring attributes in one
 * column. Strings pass quote_hcl. Inside api/plan only. */

#include "api/base/err.h"
#include "api/base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum { HCL_PENDING = 12 };
struct hcl {
    struct str *out;
    struct err *e;
    bool ok; /* false: *e says which text could not be written */
    int depth;
    struct {
        const char *key; /* borrowed */
        struct str value;
    } pending[HCL_PENDING];
    size_t n;
};

/* fmt with what stands before the brace: hcl_open(h, "resource \"a\" \"b\""). */
void hcl_open(struct hcl *h, const char *head);
void hcl_close(struct hcl *h);
void hcl_gap(struct hcl *h);
void hcl_comment(struct hcl *h, const char *text);
void hcl_string(struct hcl *h, const char *key, const char *value);
void hcl_raw(struct hcl *h, const char *key, const char *expression); /* a reference, a number */
void hcl_heredoc(struct hcl *h, const char *key,
                 const char *text);              /* lines, nothing in them counts */
void hcl_empty(struct hcl *h, const char *head); /* head {} */
bool hcl_done(struct hcl *h);                    /* h->ok; releases */

#endif
