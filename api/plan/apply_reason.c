#include "api/plan/apply_reason.h"

#include "api/base/tr.h"

bool apply_hint_reason(const struct plan *p, struct err *e)
{
    if (p->n_unprotected)
        return err_hint(e,
                        tr("code 6/7 (adressebeskyttelse): a reason says how protected people are "
                           "kept apart, behind \"; protected_address: \"; so many do not: %zu. "
                           "Write it there, or choose in the wizard, which asks for it"),
                        p->n_unprotected);
    if (p->n_claimed == 0)
        return err_hint(e, tr("give each a reason and a reference, or leave it out"));
    return err_hint(e,
                    tr("judged as text, for the file alone tells their type: %zu; a database that "
                       "can be asked (--dsn or PG*) tells the one that holds; else give each a "
                       "reason and a reference, or leave it out"),
                    p->n_claimed);
}
