/* Which role holds which permission, as far as the road needs it. A letter stands for a role. */

#include "tests/sandbox/google/inside.h"

#include <string.h>

static const struct {
    char letter;
    const char *role;
} ROLES[] = {
    {'E', "roles/editor"},
    {'V', "roles/viewer"},
    {'b', "roles/browser"},
    {'D', "roles/datastream.admin"},
    {'d', "roles/datastream.viewer"},
    {'B', "roles/bigquery.admin"},
    {'O', "roles/bigquery.dataOwner"},
    {'T', "roles/bigquery.dataEditor"},
    {'u', "roles/bigquery.user"},
    {'j', "roles/bigquery.jobUser"},
    {'m', "roles/bigquery.metadataViewer"},
    {'N', "roles/compute.networkAdmin"},
    {'n', "roles/compute.networkUser"},
    {'S', "roles/compute.securityAdmin"},
    {'I', "roles/compute.instanceAdmin.v1"},
    {'c', "roles/compute.viewer"},
    {'A', "roles/iam.serviceAccountAdmin"},
    {'a', "roles/iam.serviceAccountCreator"},
    {'x', "roles/iam.serviceAccountDeleter"},
    {'s', "roles/iam.serviceAccountUser"},
    {'t', "roles/iam.serviceAccountTokenCreator"},
    {'P', "roles/resourcemanager.projectIamAdmin"},
    {'G', "roles/serviceusage.serviceUsageAdmin"},
    {'g', "roles/serviceusage.serviceUsageConsumer"},
    {'q', "roles/cloudsql.viewer"},
    {'k', "roles/cloudsql.client"},
    {'Q', "roles/cloudsql.admin"},
    {'e', "roles/cloudsql.editor"},
    {'i', "roles/cloudsql.instanceUser"},
    {'M', "roles/monitoring.viewer"},
    {'L', "roles/logging.viewer"},
};

/* Verbs are separated by spaces; owner holds them all. */
static const struct {
    const char *of, *verbs, *letters;
} GRANTS[] = {
    {"bigquery.datasets.", "create", "EBOTu"},
    {"bigquery.datasets.", "delete setIamPolicy update", "BO"},
    {"bigquery.datasets.", "get", "EVBOTum"},
    {"bigquery.jobs.", "create", "EVBuj"},
    {"bigquery.jobs.", "get", "EVB"},
    {"bigquery.jobs.", "list", "EVBu"},
    {"bigquery.jobs.", "listAll", "B"},
    {"bigquery.tables.", "create delete getData update", "BOT"},
    {"bigquery.tables.", "get", "BOTm"},
    {"bigquery.tables.", "list", "BOTum"},
    {"cloudsql.databases.", "list", "EVqQe"},
    {"cloudsql.instances.", "connect", "EkQe"},
    {"cloudsql.instances.", "get", "EVqkQei"},
    {"cloudsql.instances.", "list", "EVqQe"},
    {"cloudsql.instances.", "login", "EQi"},
    {"cloudsql.instances.", "update", "EQe"},
    {"cloudsql.users.", "create", "EQ"},
    {"cloudsql.users.", "list", "EVqQe"},
    {"compute.addresses.", "create delete", "EN"},
    {"compute.addresses.", "createInternal deleteInternal useInternal", "ENnI"},
    {"compute.addresses.", "get list", "EVNnIc"},
    {"compute.addresses.", "use", "ENI"},
    {"compute.disks.", "create", "EI"},
    {"compute.firewalls.", "create delete update", "ES"},
    {"compute.firewalls.", "get list", "EVNnSIc"},
    {"compute.globalAddresses.", "list", "EVNIc"},
    {"compute.globalOperations.", "get", "EVNSIc"},
    {"compute.images.", "getFromFamily", "EVIc"},
    {"compute.images.", "useReadOnly", "EVI"},
    {"compute.instances.",
     "create delete reset setLabels setMetadata setServiceAccount setTags start "
     "stop",
     "EI"},
    {"compute.instances.", "get getSerialPortOutput", "EVNIc"},
    {"compute.instances.", "list", "EVNSIc"},
    {"compute.machineTypes.", "get list", "EVNIc"},
    {"compute.networks.", "access", "ENn"},
    {"compute.networks.", "addPeering create delete removePeering", "EN"},
    {"compute.networks.", "get list", "EVNnSIc"},
    {"compute.networks.", "listPeeringRoutes", "EVNnc"},
    {"compute.networks.", "updatePolicy", "ENS"},
    {"compute.networks.", "use", "ENnI"},
    {"compute.projects.", "get", "EVNnSIc"},
    {"compute.regionOperations.", "get", "EVNSIc"},
    {"compute.regions.", "get", "EVNnSIc"},
    {"compute.routes.", "list", "EVNnSIc"},
    {"compute.subnetworks.", "create delete update", "EN"},
    {"compute.subnetworks.", "get list", "EVNnSIc"},
    {"compute.subnetworks.", "use useExternalIp", "ENnI"},
    {"compute.zoneOperations.", "get", "EVNSIc"},
    {"compute.zones.", "get list", "EVNnSIc"},
    {"datastream.connectionProfiles.", "create delete update", "ED"},
    {"datastream.connectionProfiles.",
     "deriveDestinationSchema destinationTypes discover get "
     "getIamPolicy list listStaticServiceIps sourceTypes",
     "EVDd"},
    {"datastream.connectionProfiles.", "setIamPolicy", "D"},
    {"datastream.locations.", "fetchStaticIps get list", "EVDd"},
    {"datastream.objects.", "get list", "EVDd"},
    {"datastream.objects.", "startBackfillJob stopBackfillJob", "ED"},
    {"datastream.operations.", "cancel delete", "ED"},
    {"datastream.operations.", "get list", "EVDd"},
    {"datastream.privateConnections.", "create delete", "ED"},
    {"datastream.privateConnections.", "get getIamPolicy list", "EVDd"},
    {"datastream.privateConnections.", "setIamPolicy", "D"},
    {"datastream.routes.", "create delete", "ED"},
    {"datastream.routes.", "get getIamPolicy list", "EVDd"},
    {"datastream.routes.", "setIamPolicy", "D"},
    {"datastream.streams.", "computeState create delete pause resume start update", "ED"},
    {"datastream.streams.", "fetchErrors get getIamPolicy list", "EVDd"},
    {"datastream.streams.", "setIamPolicy", "D"},
    {"iam.roles.", "get list", "EV"},
    {"iam.serviceAccounts.", "actAs", "Es"},
    {"iam.serviceAccounts.", "create", "EAa"},
    {"iam.serviceAccounts.", "delete", "EAx"},
    {"iam.serviceAccounts.", "disable", "EA"},
    {"iam.serviceAccounts.", "get list", "EVAaxs"},
    {"iam.serviceAccounts.", "getAccessToken", "t"},
    {"iam.serviceAccounts.", "getIamPolicy", "EVA"},
    {"iam.serviceAccounts.", "setIamPolicy undelete", "A"},
    {"logging.logEntries.", "list", "EVL"},
    {"monitoring.metricDescriptors.", "list", "EVM"},
    {"monitoring.timeSeries.", "list", "EVGgqQeM"},
    {"resourcemanager.projects.", "get", "EVbDdBOTujmNnSIcAaxsPqQeML"},
    {"resourcemanager.projects.", "getIamPolicy", "EVbP"},
    {"resourcemanager.projects.", "list", "EVbDdBOTujmNnSIcAaxsqQeM"},
    {"resourcemanager.projects.", "setIamPolicy", "P"},
    {"serviceusage.services.", "disable enable", "EG"},
    {"serviceusage.services.", "get list", "EVNnSIcGgqQe"},
    {"serviceusage.services.", "use", "EGg"},
};
enum { N_ROLES = sizeof ROLES / sizeof ROLES[0], N_GRANTS = sizeof GRANTS / sizeof GRANTS[0] };

/* Of these services nothing is played, so their names are believed and held by the owner only. */
static const char *const ELSEWHERE[] = {
    "bigquery.connections.",       "bigquery.transfers.",
    "bigquery.routines.",          "secretmanager.",
    "compute.networkAttachments.", "compute.routers.",
    "monitoring.alertPolicies.",
};

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = words; n > 0 && (at = strstr(at, word)) != NULL; at++)
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
    return false;
}

static const char *letters_of(const char *permission)
{
    for (size_t i = 0; i < N_GRANTS; i++)
        if (str_starts(permission, GRANTS[i].of) &&
            has_word(GRANTS[i].verbs, permission + strlen(GRANTS[i].of)))
            return GRANTS[i].letters;
    return NULL;
}

bool roles_hold(const char *role, const char *permission)
{
    const char *letters = letters_of(permission);
    if (str_eq(role, "roles/owner"))
        return true;
    for (size_t i = 0; i < N_ROLES; i++)
        if (str_eq(ROLES[i].role, role))
            return letters != NULL && strchr(letters, ROLES[i].letter) != NULL;
    return false;
}

int roles_permission(const char *permission)
{
    for (size_t i = 0; i < sizeof ELSEWHERE / sizeof ELSEWHERE[0]; i++)
        if (str_starts(permission, ELSEWHERE[i]))
            return PERMISSION_KNOWN;
    return letters_of(permission) != NULL ? PERMISSION_KNOWN : PERMISSION_UNKNOWN;
}

bool roles_exists(const char *role)
{
    for (size_t i = 0; i < N_ROLES; i++)
        if (str_eq(ROLES[i].role, role))
            return true;
    return false;
}

bool roles_is_basic(const char *role)
{
    return str_eq(role, "roles/owner") || str_eq(role, "roles/editor") ||
           str_eq(role, "roles/viewer");
}
