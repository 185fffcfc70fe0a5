#ifndef STROM_PG_SQL_H
#define STROM_PG_SQL_H

/* The texts in the folder sql, built in. */

extern const char sql_catalog_types[], sql_catalog_tables[], sql_catalog_columns[],
    sql_catalog_comments[], sql_catalog_references[];
extern const char sql_source_server[], sql_source_usage[], sql_source_activity[],
    sql_source_roles[], sql_source_grants[], sql_source_defaults[], sql_source_publication[],
    sql_source_published[], sql_source_unsafe[], sql_source_slots[], sql_source_flyway[],
    sql_source_migrations[];

#endif
