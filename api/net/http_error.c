#include "api/net/internal.h"

#include "api/base/str.h"
#include "api/base/tr.h"

#include <string.h>
#include <strings.h>

/* How far it came. The library counts the handshake of TLS as connecting: the address says more. */
enum phase { LOOKING_UP, CONNECTING, SHAKING_HANDS, ASKING };

bool net_curl_is_asking(CURL *easy)
{
    curl_off_t ready = 0;

    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
    return ready > 0;
}

static enum phase phase_of(CURL *easy)
{
    curl_off_t name = 0, app = 0;
    const char *scheme = NULL, *address = NULL;

    if (net_curl_is_asking(easy))
        return ASKING;
    curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &name);
    curl_easy_getinfo(easy, CURLINFO_APPCONNECT_TIME_T, &app);
    curl_easy_getinfo(easy, CURLINFO_SCHEME, &scheme);
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
    if (!str_is_empty(address))
        return scheme && strcasecmp(scheme, "https") == 0 && app == 0 ? SHAKING_HANDS : ASKING;
    return name > 0 ? CONNECTING : LOOKING_UP;
}

static void timed_out(enum phase phase, struct err *e)
{
    err_reason(e, "TIMEOUT");
    switch (phase) {
    case LOOKING_UP:
        err_reason(e, "DNS");
        err_why(e, tr("the name server did not answer in time"));
        err_hint(e, tr("check the network and the VPN, then try again"));
        return;
    case CONNECTING:
        err_why(e, tr("no answer to the connection in time"));
        err_hint(e, tr("a firewall or the VPN may be in the way; check them, then try again"));
        return;
    case SHAKING_HANDS:
        err_why(e, tr("the encrypted connection was not agreed upon in time"));
        err_hint(e, tr("check whether a proxy is needed (HTTPS_PROXY), then try again"));
        return;
    case ASKING:
        err_why(e, tr("connected, but the answer did not come in time"));
        err_hint(e, tr("try again; if it stays so, look at the service's status page"));
        return;
    }
}

static void unreachable(CURLcode code, const char *words, struct err *e)
{
    if (code == CURLE_COULDNT_RESOLVE_HOST) {
        err_reason(e, "DNS");
        err_why(e, tr("no such host name, or the name server does not know it"));
        err_hint(e, tr("check the spelling, the network and the VPN, then try again"));
    } else if (code == CURLE_COULDNT_RESOLVE_PROXY) {
        err_reason(e, "PROXY");
        err_why(e, tr("the name of the proxy could not be looked up"));
        err_hint(e, tr("check HTTPS_PROXY and NO_PROXY"));
    } else {
        err_reason(e, "REFUSED");
        err_why(e, tr("nobody answers there (%s)"), words);
        err_hint(e, tr("check address and port; is the service, or the proxy, running?"));
    }
}

static bool is_tls(CURLcode code)
{
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR ||
           code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CIPHER ||
           code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR ||
           code == CURLE_SSL_CRL_BADFILE || code == CURLE_SSL_ENGINE_INITFAILED ||
           code == CURLE_USE_SSL_FAILED || code == CURLE_SSL_INVALIDCERTSTATUS ||
           code == CURLE_SSL_PINNEDPUBKEYNOTMATCH;
}

/* "certificate is not yet valid", "certificate has expired": so looks a clock that is wrong, too.
 */
static bool is_about_time(const char *words)
{
    return strstr(words, "expired") || strstr(words, "not yet valid");
}

static void no_trust(CURLcode code, const char *words, struct err *e)
{
    err_reason(e, "TLS");
    e->retryable = false;
    if (code == CURLE_PEER_FAILED_VERIFICATION && is_about_time(words)) {
        err_why(e, tr("its certificate is not trusted: %s"), words);
        err_hint(e,
                 tr("is this machine's clock right? If it is, the certificate has to be renewed"));
    } else if (code == CURLE_PEER_FAILED_VERIFICATION) {
        err_why(e, tr("its certificate is not trusted: %s"), words);
        err_hint(e,
                 tr("if a proxy opens the traffic, put its certificate into a file and name it in "
                    "SSL_CERT_FILE"));
    } else if (code == CURLE_SSL_CACERT_BADFILE) {
        err_why(e, tr("the file with trusted certificates cannot be read: %s"), words);
        err_hint(e, tr("check SSL_CERT_FILE, or install the package ca-certificates"));
    } else if (code == CURLE_SSL_CERTPROBLEM) {
        err_why(e, tr("our own certificate or its key cannot be used: %s"), words);
        err_hint(e, tr("fetch a new kubeconfig, or log in again"));
    } else {
        err_why(e, tr("no encrypted connection: %s"), words);
        err_hint(e, tr("check address and port; a proxy may be in the way"));
    }
}

static void broken(CURLcode code, const char *words, struct err *e)
{
    if (code == CURLE_PARTIAL_FILE) {
        err_reason(e, "CUT_OFF");
        err_why(e, tr("the answer broke off before its end"));
    } else if (code == CURLE_GOT_NOTHING) {
        err_reason(e, "CUT_OFF");
        err_why(e, tr("the connection was closed without an answer"));
    } else if (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR) {
        err_reason(e, "RESET");
        err_why(e, tr("the connection was broken: %s"), words);
    } else {
        err_reason(e, "PROTOCOL");
        err_why(e, "%s", words);
    }
    err_hint(e, tr("try again; what was sent may have been received"));
}

/* What came was the proxy's word, not the service's. */
static bool proxy_refused(CURL *easy, struct err *e)
{
    enum { REDIRECTIONS = 300, LOGIN_WANTED = 407, ITS_OWN_FAULT = 500 };
    long status = 0;

    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
    if (status < REDIRECTIONS)
        return false;
    err_reason(e, "PROXY");
    err_why(e, tr("the proxy did not let us through (HTTP %ld)"), status);
    e->retryable = status >= ITS_OWN_FAULT;
    if (status == LOGIN_WANTED)
        err_hint(e, tr("the proxy wants a login: put its user and password into HTTPS_PROXY"));
    else
        err_hint(e, tr("ask for the way to be opened, or see HTTPS_PROXY and NO_PROXY"));
    return true;
}

void net_curl_error(CURL *easy, CURLcode code, const char *host, const char *words, struct err *e)
{
    const char *said = str_is_empty(words) ? curl_easy_strerror(code) : words;

    err_set(e, ERR_NETWORK, tr("could not reach %s"), host);
    err_resource(e, host);
    e->retryable = true;
    if (proxy_refused(easy, e))
        return;
    if (code == CURLE_OPERATION_TIMEDOUT)
        timed_out(phase_of(easy), e);
    else if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY ||
             code == CURLE_COULDNT_CONNECT)
        unreachable(code, said, e);
    else if (is_tls(code))
        no_trust(code, said, e);
    else
        broken(code, said, e);
}
