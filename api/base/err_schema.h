#ifndef STROM_BASE_ERR_SCHEMA_H
#define STROM_BASE_ERR_SCHEMA_H

/* What every command prints instead of its document where it fails (contract.md), as a part of the
 * JSON Schemas of these documents. */
#define ERR_SCHEMA                                                                                 \
    "{\n"                                                                                          \
    "      \"type\": \"object\",\n"                                                                \
    "      \"required\": [\"version\", \"error\"],\n"                                              \
    "      \"properties\": {\n"                                                                    \
    "        \"version\": {\"const\": 1},\n"                                                       \
    "        \"error\": {\n"                                                                       \
    "          \"type\": \"object\",\n"                                                            \
    "          \"required\": [\"code\", \"message\", \"resource\", \"hint\", \"retryable\"],\n"    \
    "          \"properties\": {\n"                                                                \
    "            \"code\": {\"type\": \"string\"},\n"                                              \
    "            \"message\": {\"type\": \"string\"},\n"                                           \
    "            \"resource\": {\"type\": [\"string\", \"null\"]},\n"                              \
    "            \"hint\": {\"type\": [\"string\", \"null\"]},\n"                                  \
    "            \"retryable\": {\"type\": \"boolean\"}\n"                                         \
    "          }\n"                                                                                \
    "        }\n"                                                                                  \
    "      }\n"                                                                                    \
    "    }"

#endif
