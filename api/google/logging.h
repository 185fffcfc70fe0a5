#ifndef STROM_GOOGLE_LOGGING_H
#define STROM_GOOGLE_LOGGING_H

/* Cloud Logging: what a stream has written about itself (../gcp/logging.v2.json, facts/gcp.md F).
 * Who owns what: operation.h. */

#include "api/google/operation.h"

struct logging_entry {
    const char *time, *severity, *id;
    const char *message; /* jsonPayload.message, original_message or textPayload */
    const char *event_code, *read_method, *object;
};
struct logging_entries {
    struct logging_entry *items;
    size_t n;
};

/* Newest first, at most `most`, of severity WARNING and above unless all is set, not older than
 * `since` (seconds since 1970). */
struct task *logging_stream(struct google *g, const char *project, const char *stream,
                            int64_t since, bool all, int most);
const struct logging_entries *logging_entries(const struct task *t);

#endif
