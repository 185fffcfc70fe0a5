if(stem STREQUAL "survey_test") # against a server of its own
    target_link_libraries(screens_${stem} PRIVATE PkgConfig::libpq)
endif()
if(stem STREQUAL "texts_test") # it asks the options, which stand on the screens again
    target_link_libraries(screens_${stem} PRIVATE $<LINK_GROUP:RESCAN,strom_cli,strom_screens>)
endif()
