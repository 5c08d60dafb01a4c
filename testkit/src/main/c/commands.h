/* The command language; docs/simulator.md describes it. */
#ifndef STATSFS_COMMANDS_H
#define STATSFS_COMMANDS_H

#include "simulator.h"

/*
 * Executes a line, taking it apart in its own memory, where line[length] has to be writable. The reply
 * is what follows `ok ` (often nothing) or, if false is returned, `error `.
 */
bool execute(struct simulator *simulator, char *line, size_t length, struct buffer *reply);

#endif
