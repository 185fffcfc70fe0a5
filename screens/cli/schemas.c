#include "screens/cli/schemas.h"
#include "api/watch/status.h"

#include "api/base/err_schema.h"
#include "api/base/str.h"
#include "api/plan/alter.h"
#include "api/plan/file.h"
#include "api/plan/review.h"
#include "api/rules/team.h"
#include "screens/cli/access_json.h"
#include "screens/cli/out.h"

/* What command_files prints. */
static const char files[] =
    "{\n"
    "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
    "  \"title\": \"strom files --json\",\n"
    "  \"anyOf\": [{\"$ref\": \"#/$defs/files\"}, {\"$ref\": \"#/$defs/failure\"}],\n"
    "  \"$defs\": {\n"
    "    \"files\": {\n"
    "      \"type\": \"object\",\n"
    "      \"required\": [\"version\", \"files\", \"notes\"],\n"
    "      \"properties\": {\n"
    "        \"version\": {\"const\": 1},\n"
    "        \"files\": {\n"
    "          \"type\": \"array\",\n"
    "          \"items\": {\n"
    "            \"type\": \"object\",\n"
    "            \"required\": [\"path\", \"does\", \"new\", \"diff\"],\n"
    "            \"properties\": {\n"
    "              \"path\": {\"type\": \"string\", \"description\": \"in the repository\"},\n"
    "              \"does\": {\"type\": \"string\", \"description\": \"what it is for\"},\n"
    "              \"new\": {\"type\": \"boolean\", \"description\": \"there was no such file\"},\n"
    "              \"written\": {\"type\": \"string\", \"description\": \"where, with --out\"},\n"
    "              \"diff\": {\"type\": \"string\", \"description\": \"a unified diff\"}\n"
    "            }\n"
    "          }\n"
    "        },\n"
    "        \"notes\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}},\n"
    "        \"uncommitted\": {\"type\": \"array\", \"items\": {\"type\": \"string\"},\n"
    "                        \"description\": \"what git has not seen yet\"}\n"
    "      }\n"
    "    },\n"
    "    \"failure\": " ERR_SCHEMA "\n"
    "  }\n"
    "}\n";

/* What command_export prints: migrations of sql, text of terraform and gcloud. */
static const char exported[] =
    "{\n"
    "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
    "  \"title\": \"strom export --json\",\n"
    "  \"anyOf\": [{\"$ref\": \"#/$defs/migrations\"}, {\"$ref\": \"#/$defs/text\"},\n"
    "            {\"$ref\": \"#/$defs/failure\"}],\n"
    "  \"$defs\": {\n"
    "    \"migrations\": {\n"
    "      \"type\": \"object\",\n"
    "      \"required\": [\"version\", \"migrations\", \"notes\"],\n"
    "      \"properties\": {\n"
    "        \"version\": {\"const\": 1},\n"
    "        \"migrations\": {\n"
    "          \"type\": \"array\",\n"
    "          \"description\": \"each in a transaction of its own, in this order\",\n"
    "          \"items\": {\n"
    "            \"type\": \"object\",\n"
    "            \"required\": [\"path\", \"does\", \"sql\"],\n"
    "            \"properties\": {\n"
    "              \"path\": {\"type\": \"string\", \"description\": \"in the repository\"},\n"
    "              \"does\": {\"type\": \"string\", \"description\": \"what it is for\"},\n"
    "              \"sql\": {\"type\": \"string\"}\n"
    "            }\n"
    "          }\n"
    "        },\n"
    "        \"notes\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}}\n"
    "      }\n"
    "    },\n"
    "    \"text\": {\n"
    "      \"type\": \"object\",\n"
    "      \"required\": [\"version\", \"format\", \"text\", \"existing\"],\n"
    "      \"properties\": {\n"
    "        \"version\": {\"const\": 1},\n"
    "        \"format\": {\"enum\": [\"terraform\", \"gcloud\"]},\n"
    "        \"text\": {\"type\": \"string\", \"description\": \"the whole file\"},\n"
    "        \"existing\": {\n"
    "          \"type\": \"array\",\n"
    "          \"description\": \"what is there already, and is not made by the text\",\n"
    "          \"items\": {\n"
    "            \"type\": \"object\",\n"
    "            \"required\": [\"step\", \"name\"],\n"
    "            \"properties\": {\n"
    "              \"step\": {\"type\": \"string\"},\n"
    "              \"name\": {\"type\": \"string\"}\n"
    "            }\n"
    "          }\n"
    "        }\n"
    "      }\n"
    "    },\n"
    "    \"failure\": " ERR_SCHEMA "\n"
    "  }\n"
    "}\n";

/* What event_tell, out_error and out_last print of a removal; lines with `receipt` are the receipt.
 */
static const char removal[] =
    "{\n"
    "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
    "  \"title\": \"strom delete --json, each line\",\n"
    "  \"anyOf\": [{\"$ref\": \"#/$defs/event\"}, {\"$ref\": \"#/$defs/failure\"},\n"
    "            {\"$ref\": \"#/$defs/last\"}],\n"
    "  \"$defs\": {\n"
    "    \"event\": {\n"
    "      \"type\": \"object\",\n"
    "      \"required\": [\"version\", \"time\", \"step\", \"name\", \"state\", \"elapsed\", "
    "\"message\"],\n"
    "      \"properties\": {\n"
    "        \"version\": {\"const\": 1},\n"
    "        \"time\": {\"type\": \"string\", \"description\": \"RFC 3339, UTC\"},\n"
    "        \"step\": {\"type\": \"string\", \"description\": \"a step's name, or of the receipt: "
    "slot, publication, grants, manifest\"},\n"
    "        \"name\": {\"type\": \"string\"},\n"
    "        \"state\": {\"enum\": [\"waiting\", \"running\", \"done\", \"kept\", \"failed\", "
    "\"undone\"]},\n"
    "        \"elapsed\": {\"type\": \"number\", \"description\": \"seconds\"},\n"
    "        \"receipt\": {\"enum\": [\"removed\", \"kept\", \"by_hand\", \"failed\"],\n"
    "                    \"description\": \"this line is one of the receipt\"},\n"
    "        \"message\": {\"type\": \"string\", \"description\": \"why, or how it is done by "
    "hand\"}\n"
    "      }\n"
    "    },\n"
    "    \"last\": {\n"
    "      \"type\": \"object\",\n"
    "      \"required\": [\"version\", \"result\", \"stream\", \"elapsed\"],\n"
    "      \"properties\": {\n"
    "        \"version\": {\"const\": 1},\n"
    "        \"result\": {\"enum\": [\"removed\", \"undone\", \"unchanged\", \"failed\", "
    "\"interrupted\"]},\n"
    "        \"stream\": {\"type\": \"string\"},\n"
    "        \"elapsed\": {\"type\": \"number\"}\n"
    "      }\n"
    "    },\n"
    "    \"failure\": " ERR_SCHEMA "\n"
    "  }\n"
    "}\n";

/* What command_config prints. */
static const char configured[] =
    "{\n"
    "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
    "  \"title\": \"strom config --explain --json\",\n"
    "  \"anyOf\": [{\"$ref\": \"#/$defs/settings\"}, {\"$ref\": \"#/$defs/failure\"}],\n"
    "  \"$defs\": {\n"
    "    \"settings\": {\n"
    "      \"type\": \"object\",\n"
    "      \"required\": [\"version\", \"settings\"],\n"
    "      \"properties\": {\n"
    "        \"version\": {\"const\": 1},\n"
    "        \"settings\": {\n"
    "          \"type\": \"array\",\n"
    "          \"items\": {\n"
    "            \"type\": \"object\",\n"
    "            \"required\": [\"name\", \"value\", \"source\", \"from\", \"secret\"],\n"
    "            \"properties\": {\n"
    "              \"name\": {\"type\": \"string\"},\n"
    "              \"value\": {\"type\": [\"string\", \"null\"],\n"
    "                        \"description\": \"of a secret: ********\"},\n"
    "              \"source\": {\"enum\": [\"option\", \"environment\", \"plan_file\", "
    "\"user_file\",\n"
    "                         \"pg_service\", \"gcloud\", \"default\", \"unset\"]},\n"
    "              \"from\": {\"type\": [\"string\", \"null\"],\n"
    "                       \"description\": \"which option, variable, key or file\"},\n"
    "              \"secret\": {\"type\": \"boolean\"}\n"
    "            }\n"
    "          }\n"
    "        }\n"
    "      }\n"
    "    },\n"
    "    \"failure\": " ERR_SCHEMA "\n"
    "  }\n"
    "}\n";

extern const char documents_check[], documents_tables[], documents_plan[], documents_events[];

/* With --json: of the document, also where the command has a file of which --schema tells. */
const char *schema_of_document(const char *command)
{
    static const struct {
        const char *command, *schema;
    } documents[] = {{"check", documents_check},
                     {"tables", documents_tables},
                     {"plan", documents_plan},
                     {"apply", documents_events},
                     {"create", documents_events}};

    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        if (str_eq(documents[i].command, command))
            return documents[i].schema;
    return schema_of(command);
}

const char *schema_of(const char *command)
{
    if (str_eq(command, "check") || str_eq(command, "create") || str_eq(command, "apply"))
        return schema_of_document(command);
    if (str_eq(command, "plan"))
        return plan_file_schema();
    if (str_eq(command, "tables"))
        return team_schema();
    if (str_eq(command, "files"))
        return files;
    if (str_eq(command, "review"))
        return review_schema();
    if (str_eq(command, "export"))
        return exported;
    if (str_eq(command, "access"))
        return access_schema;
    if (str_eq(command, "config"))
        return configured;
    if (str_eq(command, "stream"))
        return alter_schema();
    return str_eq(command, "delete") ? removal : NULL;
}

int schema_print(const char *command, bool document)
{
    struct str text = {0};

    if (str_eq(command, "status"))
        watch_schema(&text);
    else
        str_add(&text, document ? schema_of_document(command) : schema_of(command));
    out_result(&text);
    str_done(&text);
    return OUT_FINE;
}
