# These carry plans out against the stand-in.
if(stem STREQUAL "apply_test" OR stem STREQUAL "eleven_test" OR stem STREQUAL "module_test" OR
   stem STREQUAL "trial_test" OR stem STREQUAL "alter_test" OR
   stem STREQUAL "alter_broken_test" OR stem STREQUAL "two_test")
    target_link_libraries(plan_${stem} PRIVATE sandbox_base)
    add_dependencies(plan_${stem} strom-sandbox)
endif()
if(stem STREQUAL "sampling_test" OR stem STREQUAL "sampling_look_test" OR
   stem STREQUAL "sampling_age_test" OR stem STREQUAL "judging_test") # against a server of their own
    target_link_libraries(plan_${stem} PRIVATE PkgConfig::libpq)
endif()
