// The guard's programs as clang made them, as bytes of this library.
asm(".pushsection .rodata\n"
    ".balign 8\n"
    ".global sekisho_medium_guard_object\n"
    "sekisho_medium_guard_object:\n"
    ".incbin \"" SEKISHO_GUARD_OBJECT
    "\"\n"
    ".global sekisho_medium_guard_object_end\n"
    "sekisho_medium_guard_object_end:\n"
    ".byte 0\n"
    ".popsection\n");
