#ifndef STROM_BASE_JSON_SCAN_H
#define STROM_BASE_JSON_SCAN_H

/* The strict scanner in front of the JSON library: what passes here is JSON of RFC 8259, UTF-8,
 * within its bounds, without NUL. Between json.c and json_scan.c. */

#include <stdbool.h>
#include <stddef.h>

struct json_fault {
    const char *why; /* a constant text */
    int line;
};

bool json_scan(const char *text, size_t bytes, struct json_fault *fault);

#endif
