# The programs of the figures; `run` finds them in the build folder.
foreach(figure IN ITEMS catalogue checks drain judging server values wizard)
    include(${CMAKE_CURRENT_LIST_DIR}/${figure}.cmake OPTIONAL)
endforeach()
