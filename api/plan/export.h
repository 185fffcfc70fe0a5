#ifndef STROM_PLAN_EXPORT_H
#define STROM_PLAN_EXPORT_H

/* A plan as text for those who run it themselves: Terraform (HCL, hashicorp/google) or gcloud. What
 * is there already is named in a comment and not made; the password is never in it. Every name
 * passes api/files/quote.h: false with *e (ERR_INPUT), and nothing in out, where one cannot be
 * written safely. Pure. */

#include "api/base/err.h"
#include "api/base/str.h"
#include "api/plan/plan.h"

bool export_terraform(const struct plan *p, const struct selection *s, struct str *out,
                      struct err *e);
bool export_gcloud(const struct plan *p, const struct selection *s, struct str *out, struct err *e);

/* --- inside the two --- */

/* What is to be made: create or update. */
bool export_makes(const struct plan *p, enum step_id step);
/* A comment's text: foreign characters made visible, one line. */
void export_comment(struct str *out, const char *text);
/* The first table at or behind `from` that flows and whose schema none before it has; s->n_tables:
 * no more. */
size_t export_next_schema(const struct selection *s, size_t from);
const char *export_dataset_project(const struct plan *p);

#endif
