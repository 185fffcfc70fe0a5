#include "tests/faults/fault.h"

#define K(kind) (1u << (kind))

static const unsigned NETWORK = K(ERR_NETWORK);
/* The other side broke its own rules; or a refusal that nobody can read any more. */
static const unsigned GARBLED = K(ERR_NETWORK) | K(ERR_BUG) | K(ERR_DENIED) | K(ERR_MISSING);

const struct fault *fault_of(enum fault_kind kind)
{
    static struct fault all[FAULTS] = {
        [FAULT_NONE] = {"none", true, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_DNS] = {"dns", true, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_DNS_SILENT] = {"dns-silent", true, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_REFUSED] = {"refused", true, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_CONNECT_TIMEOUT] = {"connect-timeout", true, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_PROXY_DNS] = {"proxy-dns", true, 0, FAULT_PROXIED, NULL, 0},
        [FAULT_PROXY_REFUSED] = {"proxy-refused", true, 0, FAULT_PROXIED, NULL, 0},
        [FAULT_PROXY_LOGIN] = {"proxy-407", false, 0, FAULT_PROXIED, NULL, 0},
        [FAULT_PROXY_GATEWAY] = {"proxy-502", true, 0, FAULT_PROXIED, NULL, 0},
        [FAULT_PROXY_SILENT] = {"proxy-silent", true, 0, FAULT_PROXIED, NULL, 0},
        [FAULT_WRONG_CERTIFICATE] = {"wrong-certificate", false, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_EXPIRED_CERTIFICATE] = {"expired-certificate", false, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_OTHER_NAME] = {"other-name", false, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_TLS_SILENT] = {"tls-silent", true, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_SLEEP] = {"sleep", true, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_READ_TIMEOUT] = {"read-timeout", true, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_RESET_HEADER] = {"reset-header", true, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_RESET_BODY] = {"reset-body", true, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_SLOW] = {"slow", true, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_TRUNCATED] = {"truncated", false, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_HTML] = {"html", false, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_HUGE] = {"huge", false, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_REDIRECT] = {"redirect", false, 302, FAULT_ANY_CALL, NULL, 0},
        [FAULT_400] = {"400", false, 400, FAULT_ANY_CALL, NULL, K(ERR_INPUT)},
        [FAULT_401] = {"401", true, 401, FAULT_ANY_CALL, NULL, K(ERR_DENIED)},
        [FAULT_403] = {"403", false, 403, FAULT_ANY_CALL, NULL, K(ERR_DENIED)},
        [FAULT_404] = {"404", false, 404, FAULT_ANY_CALL, NULL, K(ERR_MISSING) | K(ERR_CONFLICT)},
        [FAULT_409] = {"409", false, 409, FAULT_ANY_CALL, NULL, K(ERR_CONFLICT)},
        [FAULT_412] = {"412", false, 412, FAULT_ANY_CALL, NULL, K(ERR_CONFLICT)},
        [FAULT_429] = {"429", true, 429, FAULT_ANY_CALL, NULL, K(ERR_QUOTA)},
        [FAULT_500] = {"500", true, 500, FAULT_ANY_CALL, NULL, 0},
        [FAULT_503] = {"503", true, 503, FAULT_ANY_CALL, NULL, 0},
        [FAULT_OPERATION_ERROR] = {"operation-error", false, 0, FAULT_OPERATION, NULL,
                                   K(ERR_CONFLICT)},
        [FAULT_OPERATION_NEVER] = {"operation-never", true, 0, FAULT_OPERATION, NULL, 0},
        [FAULT_DUPLICATE] = {"duplicate", true, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_REVOKED] = {"revoked", false, 0, FAULT_LOGIN, NULL, K(ERR_DENIED)},
        [FAULT_TOKEN] = {"token", true, 0, FAULT_ANY_CALL, NULL, K(ERR_DENIED)},
        [FAULT_AWAY] = {"away", false, 0, FAULT_ANY_CALL, NULL, 0},
        [FAULT_ODD_EMPTY] = {"odd-empty", false, 0, FAULT_DISCOVERY, NULL, 0},
        [FAULT_ODD_NULL] = {"odd-null", false, 0, FAULT_DISCOVERY, NULL, 0},
        [FAULT_ODD_OTHER] = {"odd-other", false, 0, FAULT_DISCOVERY, NULL, 0},
        [FAULT_ODD_TYPES] = {"odd-types", false, 0, FAULT_DISCOVERY, NULL, 0},
        [FAULT_ODD_NAMES] = {"odd-names", false, 0, FAULT_DISCOVERY, NULL, 0},
        [FAULT_ODD_TWICE] = {"odd-twice", false, 0, FAULT_DISCOVERY, NULL, 0},
        [FAULT_ODD_NUMBERS] = {"odd-numbers", false, 0, FAULT_DISCOVERY, NULL, 0},
        [FAULT_ODD_MANY] = {"odd-many", false, 0, FAULT_DISCOVERY, NULL, 0},
        [FAULT_PLUGIN_MISSING] = {"missing", false, 0, FAULT_PLUGIN, NULL, K(ERR_MISSING)},
        [FAULT_PLUGIN_FAILS] = {"fails", false, 0, FAULT_PLUGIN, NULL, K(ERR_DENIED)},
        [FAULT_PLUGIN_GARBLED] = {"garbled", false, 0, FAULT_PLUGIN, NULL, K(ERR_DENIED)},
        [FAULT_PLUGIN_HUGE] = {"huge", false, 0, FAULT_PLUGIN, NULL, K(ERR_DENIED)},
        [FAULT_PLUGIN_SILENT] = {"silent", false, 0, FAULT_PLUGIN, NULL,
                                 K(ERR_SYSTEM) | K(ERR_NETWORK)},
        [FAULT_PLUGIN_WORN] = {"worn", true, 0, FAULT_PLUGIN, NULL, K(ERR_DENIED)},
    };
    struct fault *f = &all[kind];

    all[FAULT_PROXY_LOGIN].hint = all[FAULT_PROXY_GATEWAY].hint = "HTTPS_PROXY";
    all[FAULT_PROXY_DNS].hint = "HTTPS_PROXY";
    all[FAULT_EXPIRED_CERTIFICATE].hint = "clock";
    all[FAULT_WRONG_CERTIFICATE].hint = "SSL_CERT_FILE";
    all[FAULT_REVOKED].hint = "nais login";

    if (f->kinds == 0)
        f->kinds = f->meets == FAULT_DISCOVERY || kind == FAULT_TRUNCATED || kind == FAULT_HTML ||
                           kind == FAULT_REDIRECT
                       ? GARBLED
                       : NETWORK;
    return f;
}
