#ifndef STROM_NET_URL_H
#define STROM_NET_URL_H

/* What a URL says about where it goes; read by the library that will go there, so that both agree.
 */

#include <stdbool.h>

struct url {
    bool https, http;
    bool loopback;
    bool metadata;  /* where a metadata server may be: see http_is_metadata_host */
    char host[272]; /* with its port when one is named */
};

bool url_read(const char *text, struct url *out); /* false: no URL, or one with a password in it */

#endif
