#include "tests/sandbox/google/server.h"

#include "api/base/arena.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BODY = 10 * 1024 * 1024 };

/* Called first for every request, with the path as it came: nothing may be decoded before it is
 * cut. */
static void *begin(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    (void)ctx;
    (void)connection;
    struct exchange *x = mem_alloc(sizeof *x);
    x->uri = mem_str(uri);
    return x;
}

static void ended(void *ctx, struct MHD_Connection *connection, void **mine,
                  enum MHD_RequestTerminationCode why)
{
    (void)ctx;
    (void)connection;
    (void)why;
    struct exchange *x = *mine;
    if (x == NULL)
        return;
    mem_free(x->uri);
    mem_free(x->method);
    str_done(&x->body);
    mem_free(x);
    *mine = NULL;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value != NULL ? value : "";
}

static enum MHD_Result reply(struct MHD_Connection *connection, struct exchange *x)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(x->answer_bytes, x->answer, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(x->answer);
        return MHD_NO;
    }
    MHD_add_response_header(response, "Content-Type", x->answer_type);
    MHD_add_response_header(response, "Cache-Control", "private");
    enum MHD_Result sent = MHD_queue_response(connection, (unsigned)x->status, response);
    MHD_destroy_response(response);
    return sent;
}

static enum MHD_Result handle(void *ctx, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *bytes, void **mine)
{
    (void)url;
    (void)version;
    struct exchange *x = *mine;
    if (x->method == NULL) {
        x->method = mem_str(method);
        return MHD_YES;
    }
    if (*bytes > 0) {
        x->too_big = x->too_big || x->body.bytes + *bytes > MAX_BODY;
        if (!x->too_big)
            str_addn(&x->body, data, *bytes);
        *bytes = 0;
        return MHD_YES;
    }
    x->authorization = header(connection, "Authorization");
    x->user_project = header(connection, "x-goog-user-project");
    x->content_type = header(connection, "Content-Type");
    x->if_match = header(connection, "If-Match");
    x->user_agent = header(connection, "User-Agent");
    server_serve(ctx, x);
    return reply(connection, x);
}

static size_t keep_encoded(void *ctx, struct MHD_Connection *connection, char *text)
{
    (void)ctx;
    (void)connection;
    return strlen(text);
}

bool server_start(struct google *g, int port, char why[512])
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    at.sin_port = htons((uint16_t)port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    g->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                                     MHD_USE_POLL,
                                 (uint16_t)port, NULL, NULL, handle, g, MHD_OPTION_SOCK_ADDR, &at,
                                 MHD_OPTION_URI_LOG_CALLBACK, begin, g, MHD_OPTION_NOTIFY_COMPLETED,
                                 ended, g, MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, g,
                                 MHD_OPTION_CONNECTION_TIMEOUT, 120u, MHD_OPTION_END);
    if (g->daemon == NULL) {
        snprintf(why, 512, "The stand-in for Google cannot listen on port %d of 127.0.0.1.", port);
        return false;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(g->daemon, MHD_DAEMON_INFO_BIND_PORT);
    g->port = info != NULL ? info->port : port;
    return true;
}

void server_stop(struct google *g)
{
    if (g->daemon != NULL)
        MHD_stop_daemon(g->daemon);
    g->daemon = NULL;
}
