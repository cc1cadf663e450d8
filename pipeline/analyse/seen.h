/* Which slots came already. */

#ifndef YUQING_SEEN_H
#define YUQING_SEEN_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* A bit for each slot there is. They are all clear between two texts, so they are kept from one call to the next. */
static uint64_t *seen;
static int seen_bits;

/* Make room for the slots of so many bits. Return -1 with an exception. */
static int
seen_room(int bits)
{
    if (bits > seen_bits) {
        PyMem_Free(seen);
        seen = PyMem_Calloc(((size_t)1 << bits) / 64 + 1, sizeof *seen);
        seen_bits = seen ? bits : 0;
    }
    if (seen)
        return 0;
    PyErr_NoMemory();
    return -1;
}

#endif
