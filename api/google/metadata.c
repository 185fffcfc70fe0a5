#include "api/google/metadata.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/net/http.h"

#include <stdlib.h>

enum { PRODUCT_MAX = 4096 };

/* "Google", "Google Compute Engine": what the firmware of their machines says. */
static bool is_google_machine(const char *product_file)
{
    struct str text = {0};
    struct err ignored;
    bool ok = path_read(product_file, PRODUCT_MAX, &text, &ignored) &&
              str_starts(str_text(&text), "Google");
    str_done(&text);
    return ok;
}

static bool odd_host(struct err *e, const char *host)
{
    err_set(e, ERR_DENIED, tr("Looking for a Google login"));
    err_reason(e, "NO_LOGIN");
    err_why(e, tr("GCE_METADATA_HOST names %s, which is no metadata server"), host);
    return err_hint(e, tr("unset GCE_METADATA_HOST, or %s"), tr(CREDENTIALS_LOGIN));
}

bool metadata_find(struct arena *a, const char *product_file, struct credentials *out,
                   struct err *e)
{
    const char *named = getenv("GCE_METADATA_HOST"), *no_check = getenv("NO_GCE_CHECK");
    if (str_eq(no_check, "true") || str_eq(no_check, "1"))
        return false;
    if (str_is_empty(named) && !is_google_machine(product_file))
        return false;
    const char *host = str_is_empty(named) ? METADATA_HOST : named;
    if (!http_is_metadata_host(host))
        return odd_host(e, host);
    *out = (struct credentials){.kind = GOOGLE_LOGIN_MACHINE};
    out->token_host = METADATA_HOST;
    out->token_path = METADATA_ACCOUNT "token";
    out->quota_project = "";
    out->metadata_host = str_is_empty(named) ? NULL : arena_str(a, host);
    return true;
}
