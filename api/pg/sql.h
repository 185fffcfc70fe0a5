#ifndef STROM_PG_SQL_H
#define STROM_PG_SQL_H

/* The texts in the folder sql, built in. */

extern const char sql_catalog_types[], sql_catalog_tables[], sql_catalog_columns[],
    sql_catalog_comments[];

#endif
