#ifndef TESTS_UNIT_CHECKS_CHECK_IDS_H
#define TESTS_UNIT_CHECKS_CHECK_IDS_H

/* The ids as they stand in the contract, in its order. */
static const char *const check_ids[] = {"google.credentials",
                                        "google.project",
                                        "google.apis",
                                        "access.permissions",
                                        "access.basic_roles",
                                        "instance.logical_decoding",
                                        "instance.version",
                                        "instance.disk",
                                        "source.connection",
                                        "source.version",
                                        "source.wal_level",
                                        "source.slots",
                                        "source.senders",
                                        "source.long_transactions",
                                        "role.exists",
                                        "role.login",
                                        "role.replication",
                                        "app_role.replication",
                                        "grant.usage",
                                        "grant.select",
                                        "grant.default_privileges",
                                        "publication.exists",
                                        "publication.tables",
                                        "publication.operations",
                                        "publication.app_safety",
                                        "slot.exists",
                                        "slot.plugin",
                                        "slot.database",
                                        "slot.free",
                                        "slot.order",
                                        "slot.wal",
                                        "migration.no_op",
                                        "tables.keys"};

#endif
