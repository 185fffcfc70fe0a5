#include "api/plan/maker.h"

#include "api/base/str.h"
#include "api/base/tr.h"

const char *maker_of(const struct google_labels *labels)
{
    return str_eq(google_label(labels, "goog-terraform-provisioned"), "true")
               ? MAKER_TERRAFORM
               : google_label(labels, "created-by");
}

const char *maker_says(const char *maker, struct arena *a)
{
    if (str_eq(maker, "strom"))
        return NULL;
    if (str_eq(maker, MAKER_TERRAFORM))
        return tr("Terraform manages it, by its label");
    return str_is_empty(maker) ? tr("no label tells who made it")
                               : arena_printf(a, tr("its label tells: created-by %s"), maker);
}
