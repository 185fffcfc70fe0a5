#ifndef TESTS_CHECKS_CLOUD_H
#define TESTS_CHECKS_CLOUD_H

/* The stand-in for Google in front of a PostgreSQL of the test's own, and what a state may turn in
 * it. Apart from scene.h because the client and the stand-in share names, and nothing else. */

#include <stdbool.h>
#include <stddef.h>

struct cloud;
struct postgres;

/* Aborts with the reason when it cannot. The person holds the narrow set of roles. */
struct cloud *cloud_start(struct postgres *pg, const char *folder);
void cloud_stop(struct cloud *c);
/* A stream of two tables, from the slot ds_replication: it runs to the end of the test. */
void cloud_start_stream(struct cloud *c, const char *password);
int cloud_port(const struct cloud *c);
const char *cloud_credentials(const struct cloud *c); /* a file */
/* The first refresh token that is not ours: a login that Google no longer takes. */
const char *cloud_wrong_credentials(const struct cloud *c);

/* on: the state begins; else it is over, and all is as before. */
typedef void cloud_turn(struct cloud *c, bool on);
cloud_turn cloud_editor, cloud_owner, cloud_viewer_only, cloud_no_actas, cloud_no_instance_right,
    cloud_no_policy_right, cloud_no_monitoring, cloud_api_off, cloud_api_off_for_good,
    cloud_no_flag, cloud_no_autoresize, cloud_near_limit, cloud_middling_limit, cloud_far_limit,
    cloud_old, cloud_ancient, cloud_no_instance;

#endif
