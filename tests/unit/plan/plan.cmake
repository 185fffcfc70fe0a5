# apply_test carries plans out against the stand-in.
if(stem STREQUAL "apply_test")
    target_link_libraries(plan_apply_test PRIVATE sandbox_base)
    add_dependencies(plan_apply_test strom-sandbox)
endif()
