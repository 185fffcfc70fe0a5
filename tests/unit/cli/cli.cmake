# The commands stand on screens/live.c, and screens on the commands.
target_link_libraries(${layer}_${stem} PRIVATE $<LINK_GROUP:RESCAN,strom_cli,strom_screens>)
