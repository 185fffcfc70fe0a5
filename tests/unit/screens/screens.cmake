if(stem STREQUAL "survey_test") # against a server of its own
    target_link_libraries(screens_${stem} PRIVATE PkgConfig::libpq)
endif()
