#ifndef STROM_CLI_ACCESS_INSIDE_H
#define STROM_CLI_ACCESS_INSIDE_H

/* Between access*.c: `strom access grant` and `drop`, and what both do. Each returns the exit code.
 */

#include "screens/cli/access_json.h"
#include "screens/cli/session.h"

int access_command_grant(struct session *s, const struct rights *r);
int access_command_drop(struct session *s, const struct rights *r);

/* What would be written, shown before anybody is asked. */
bool access_show_ahead(const struct rights *r, const struct access_change *changes, size_t n,
                       struct err *e);
bool access_consent(struct session *s, const char *question, struct err *e);
int access_end(const struct session *s, const struct access_change_told *c);

#endif
