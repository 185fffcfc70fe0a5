# Parts that need a real server; each brings a CMake file of its own.
file(GLOB integration_parts CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cmake)
list(FILTER integration_parts EXCLUDE REGEX "/integration\\.cmake$")
foreach(integration_part IN LISTS integration_parts)
    include(${integration_part})
endforeach()
