include(${CMAKE_CURRENT_LIST_DIR}/vt.cmake)
