# What is installed, the Debian package, and the bill of materials. Included by CMakeLists.txt.
# The same source gives the same bytes: times are those of the release, paths are those of the package.

# --- the day of the release, in seconds ------------------------------------------------------------

string(REGEX MATCH "^([0-9]+)-0?([0-9]+)-0?([0-9]+)$" day "${STROM_RELEASED}")
set(y ${CMAKE_MATCH_1})
set(m ${CMAKE_MATCH_2})
set(d ${CMAKE_MATCH_3})
if(m LESS 3)
    math(EXPR y "${y} - 1")
    math(EXPR m "${m} + 12")
endif()
# days since 1970 by the Gregorian calendar, years beginning in March
math(EXPR days "365 * ${y} + ${y} / 4 - ${y} / 100 + ${y} / 400 + (153 * (${m} - 3) + 2) / 5 + ${d} - 719469")
math(EXPR STROM_EPOCH "${days} * 86400")
set(kept "$ENV{SOURCE_DATE_EPOCH}")
set(ENV{SOURCE_DATE_EPOCH} ${STROM_EPOCH})
string(TIMESTAMP STROM_DATE_RFC5322 "%a, %d %b %Y %H:%M:%S +0000" UTC)
string(TIMESTAMP STROM_DATE_RFC3339 "%Y-%m-%dT%H:%M:%SZ" UTC)
set(ENV{SOURCE_DATE_EPOCH} "${kept}")

# --- man pages, completion ---------------------------------------------------------------------------

find_program(GZIP gzip REQUIRED)
include(GNUInstallDirs)
set(made ${CMAKE_BINARY_DIR}/packaging)
file(MAKE_DIRECTORY ${made})
foreach(page IN ITEMS strom.1 strom-plan.5 strom-sandbox.1)
    get_filename_component(name ${page} NAME_WE)
    get_filename_component(section ${page} LAST_EXT)
    string(SUBSTRING ${section} 1 -1 section)
    add_custom_command(OUTPUT ${made}/${page}.gz DEPENDS strom
        COMMAND strom man ${name} > ${made}/${page}
        COMMAND ${GZIP} -9nf ${made}/${page} VERBATIM)
    list(APPEND pages ${made}/${page}.gz)
    install(FILES ${made}/${page}.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
install(FILES ${CMAKE_SOURCE_DIR}/screens/cli/completion/strom.bash RENAME strom
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
# Debian's zsh looks in vendor-completions under /usr, every other in site-functions, as that one under /usr/local
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr" AND EXISTS /etc/debian_version)
    set(zsh_folder vendor-completions)
else()
    set(zsh_folder site-functions)
endif()
install(FILES ${CMAKE_SOURCE_DIR}/screens/cli/completion/strom.zsh RENAME _strom
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/${zsh_folder})
install(FILES ${CMAKE_SOURCE_DIR}/screens/cli/completion/strom.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

# --- SPDX: what the programs are made of ---------------------------------------------------------------

set(sbom ${made}/strom.spdx.json)
set(SBOM_PACKAGES "")
set(SBOM_RELATIONS "")
function(sbom_package name version licence supplier purl)
    string(REGEX REPLACE "[^A-Za-z0-9.]" "-" id "${name}")
    string(APPEND SBOM_PACKAGES ",
    {\"SPDXID\": \"SPDXRef-${id}\", \"name\": \"${name}\", \"versionInfo\": \"${version}\",
     \"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": false, \"supplier\": \"Organization: ${supplier}\",
     \"licenseConcluded\": \"${licence}\", \"licenseDeclared\": \"${licence}\", \"copyrightText\": \"NOASSERTION\",
     \"externalRefs\": [{\"referenceCategory\": \"PACKAGE-MANAGER\", \"referenceType\": \"purl\",
       \"referenceLocator\": \"${purl}@${version}\"}]}")
    string(APPEND SBOM_RELATIONS ",
    {\"spdxElementId\": \"SPDXRef-strom\", \"relationshipType\": \"DYNAMIC_LINK\", \"relatedSpdxElement\": \"SPDXRef-${id}\"}")
    set(SBOM_PACKAGES "${SBOM_PACKAGES}" PARENT_SCOPE)
    set(SBOM_RELATIONS "${SBOM_RELATIONS}" PARENT_SCOPE)
endfunction()
sbom_package(ncurses "${ncursesw_VERSION}" "X11-distribute-modifications-variant" "GNU" "pkg:generic/ncurses")
sbom_package(curl "${libcurl_VERSION}" "curl" "curl" "pkg:github/curl/curl")
sbom_package(cJSON "${libcjson_VERSION}" "MIT" "cJSON" "pkg:github/davegamble/cjson")
sbom_package(libpq "${libpq_VERSION}" "PostgreSQL" "PostgreSQL" "pkg:generic/postgresql")
sbom_package(sqlite "${sqlite3_VERSION}" "blessing" "SQLite" "pkg:generic/sqlite")
sbom_package(utf8proc "${libutf8proc_VERSION}" "MIT" "JuliaStrings" "pkg:github/juliastrings/utf8proc")
sbom_package(libyaml "${yaml-0.1_VERSION}" "MIT" "YAML" "pkg:github/yaml/libyaml")
sbom_package(libmicrohttpd "${libmicrohttpd_VERSION}" "LGPL-2.1-or-later" "GNU" "pkg:generic/libmicrohttpd")
sbom_package(openssl "${OPENSSL_VERSION}" "Apache-2.0" "OpenSSL" "pkg:github/openssl/openssl")
configure_file(${CMAKE_CURRENT_LIST_DIR}/strom.spdx.json.in ${sbom} @ONLY)

# --- beside them -----------------------------------------------------------------------------------------

configure_file(${CMAKE_CURRENT_LIST_DIR}/changelog.in ${made}/changelog @ONLY)
add_custom_command(OUTPUT ${made}/changelog.gz DEPENDS ${made}/changelog
    COMMAND ${GZIP} -9nkf ${made}/changelog VERBATIM)
add_custom_target(packaging ALL DEPENDS ${pages} ${made}/changelog.gz)
set(docs ${CMAKE_INSTALL_DATADIR}/doc/strom)
install(FILES README.md ${sbom} DESTINATION ${docs})
install(FILES ${made}/changelog.gz DESTINATION ${docs})
install(FILES ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${docs})
install(FILES ${CMAKE_CURRENT_LIST_DIR}/lintian RENAME strom
        DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides)

# --- the Debian package: cpack, in the build folder ----------------------------------------------------------

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME strom)
set(CPACK_PACKAGE_VENDOR "the strom authors")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/settle.cmake)
set(CPACK_PACKAGE_CONTACT "strom maintainers <${STROM_MAINTAINER}>")
set(CPACK_OUTPUT_FILE_PREFIX ${CMAKE_BINARY_DIR})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "git")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "terminal wizard that replicates PostgreSQL into BigQuery")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "A wizard, and the same as commands, that takes an app's PostgreSQL to a
running, watched replication into BigQuery through Google Datastream:
prerequisites, access, tables and columns with sensitivity flags,
destination, review, creation and monitoring.

It comes with a sandbox: a real PostgreSQL (from the package postgresql)
and local stand-ins for Google's APIs and the cluster, to practise with.")
include(CPack)
